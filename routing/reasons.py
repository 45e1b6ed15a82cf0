"""The sentence that explains a route, in Vietnamese and English."""

from typing import Literal

from routing.places import Candidate, ReasonCode, Route

Language = Literal["vi", "en"]
LISTED = 5  # names spelled out before "and so on"

_VI = {
    ReasonCode.EXACT_NAME: "“{words}” là tên hiện nay của {best}.",
    ReasonCode.FORMER_NAME: "“{words}” là tên trước đây ({name}), nay thuộc {best}.",
    ReasonCode.REPAIRED_NAME: "“{words}” được hiểu là {name} sau khi sửa lỗi gõ; nay là {best}.",
    ReasonCode.DIVIDED_NAME: "{name} (“{words}”) đã chia cho {count} đơn vị: {names}.",
    ReasonCode.AMBIGUOUS_NAME: "“{words}” có thể là {count} nơi: {names}.",
    ReasonCode.SEVERAL_NAMED: "Tin nhắc tới nhiều nơi: {names}.",
    ReasonCode.BARE_NAME: "“{words}” có thể là {best}, nhưng lời nhắn chưa nói rõ.",
    ReasonCode.DISTRICT_ONLY: "“{words}” là {name} (cũ), nay gồm {count} đơn vị: {names}.",
    ReasonCode.PROVINCE_ONLY: "“{words}” chỉ cho biết tỉnh hoặc thành phố, chưa rõ xã, phường nào.",
    ReasonCode.PIN_INSIDE: "Vị trí nằm trong {best}.",
    ReasonCode.PIN_NEAR_BORDER: "Vị trí ở gần ranh giới giữa {names}.",
    ReasonCode.PIN_NEAREST: "Chưa có ranh giới chính xác; gần vị trí nhất là {names}.",
    ReasonCode.PIN_NOWHERE: "Vị trí không nằm trong xã, phường nào.",
    ReasonCode.TEXT_AND_PIN_AGREE: "“{words}” và vị trí cùng chỉ {names}.",
    ReasonCode.TEXT_AND_PIN_DISAGREE: "“{words}” chỉ {named}, còn vị trí lại ở {pinned}.",
    ReasonCode.OUTSIDE_SCOPE: "{name} không thuộc địa bàn phụ trách.",
    ReasonCode.NO_PLACE: "Lời nhắn không có tên xã, phường nào.",
    ReasonCode.UNREADABLE: "Không đọc được dòng này: {error}.",
}
_EN = {
    ReasonCode.EXACT_NAME: "“{words}” is the present name of {best}.",
    ReasonCode.FORMER_NAME: "“{words}” is a former name ({name}), now in {best}.",
    ReasonCode.REPAIRED_NAME: "“{words}” was read as {name} after mending a slip; now {best}.",
    ReasonCode.DIVIDED_NAME: "{name} (“{words}”) was divided among {count} units: {names}.",
    ReasonCode.AMBIGUOUS_NAME: "“{words}” may be {count} places: {names}.",
    ReasonCode.SEVERAL_NAMED: "Several places are named: {names}.",
    ReasonCode.BARE_NAME: "“{words}” may be {best}, but nothing says that it is meant.",
    ReasonCode.DISTRICT_ONLY: "“{words}” is the former {name}, now {count} units: {names}.",
    ReasonCode.PROVINCE_ONLY: "“{words}” only tells the province or city, not the commune.",
    ReasonCode.PIN_INSIDE: "The position lies in {best}.",
    ReasonCode.PIN_NEAR_BORDER: "The position is near the border between {names}.",
    ReasonCode.PIN_NEAREST: "There are no exact boundaries; nearest to the position: {names}.",
    ReasonCode.PIN_NOWHERE: "The position lies in no commune.",
    ReasonCode.TEXT_AND_PIN_AGREE: "“{words}” and the position both point to {names}.",
    ReasonCode.TEXT_AND_PIN_DISAGREE: "“{words}” names {named}, but the position is in {pinned}.",
    ReasonCode.OUTSIDE_SCOPE: "{name} is not in the area served.",
    ReasonCode.NO_PLACE: "The words name no commune.",
    ReasonCode.UNREADABLE: "This line could not be read: {error}.",
}
SENTENCES: dict[Language, dict[ReasonCode, str]] = {"vi": _VI, "en": _EN}


def explain(route: Route, language: Language) -> str:
    """One sentence a person can read: what matched, in which layer, what was ambiguous."""
    facts = {
        "best": route.candidates[0].name if route.candidates else "",
        "names": _listed(route.candidates),
        "count": str(len(route.candidates)),
        **route.reason.facts,
    }
    return SENTENCES[language][route.reason.code].format_map(facts)


def _listed(candidates: tuple[Candidate, ...]) -> str:
    """`"xã Hải Hậu, xã Hải Anh…"`, each with its province where they lie in several."""
    several = len({candidate.province_code for candidate in candidates}) > 1
    names = [f"{c.name} ({c.province})" if several else c.name for c in candidates[:LISTED]]
    return ", ".join(names) + ("…" if len(candidates) > LISTED else "")
