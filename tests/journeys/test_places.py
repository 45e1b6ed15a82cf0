"""Places as people write them: what is asked, what is shown back, and what the officer reads of it."""

import json

import pytest

from routing import Router
from routing.commands import route_lines
from storage.states import DeskReason
from tests.journeys.placing import ELSEWHERE, UNKNOWN, offered, place_of, reads, shown, the_tip
from tests.journeys.telling import SEND
from tests.town import Person, Town


@pytest.fixture
def an(sqlite_town: Town) -> Person:
    return sqlite_town.citizen()


@pytest.fixture
def town(sqlite_town: Town) -> Town:
    """These stories are about what is said: one database is enough."""
    return sqlite_town


# a name that is commune and district at once --------------------------------------------------


async def test_a_name_of_commune_and_district_offers_the_commune_first_then_the_district(
    an: Person,
) -> None:
    await an.says("mất xe ở Hải Hậu tối qua")
    assert "«Hải Hậu» có thể là nhiều nơi" in an.text
    first = offered(an)
    assert first[0] == "xã Hải Hậu (trước đây là thị trấn Yên Định, huyện Hải Hậu)"
    assert len(first) == 5
    await an.presses(ELSEWHERE)
    assert len(first + offered(an)) == 8
    assert all("huyện Hải Hậu" in label for label in first + offered(an))


async def test_a_commune_found_by_its_district_is_shown_with_the_name_it_kept(an: Person) -> None:
    await an.says("mất xe ở Hải Hậu tối qua")
    await an.presses("xã Hải Anh (trước đây thuộc huyện Hải Hậu)")
    assert shown(an) == "xã Hải Anh (trước đây thuộc huyện Hải Hậu)"


async def test_a_name_that_was_turned_down_is_asked_in_words(town: Town, an: Person) -> None:
    await an.says("mất xe ở Hải Hậu tối qua")
    await an.presses(ELSEWHERE)
    await an.presses(ELSEWHERE)
    assert "Vậy việc xảy ra ở xã, phường nào?" in an.text
    await an.says("thị trấn Cồn")
    assert shown(an) == "xã Hải Tiến (trước đây là thị trấn Cồn, huyện Hải Hậu)"


async def test_the_type_word_decides(an: Person) -> None:
    await an.says("mất xe ở xã Hải Hậu tối qua")
    assert shown(an).startswith("xã Hải Hậu")


async def test_more_than_five_in_several_districts_are_asked_by_district(an: Person) -> None:
    await an.says("mất xe ở Vụ Bản tối qua")
    assert "Trước đây nơi đó thuộc huyện, thị xã, thành phố nào?" in an.text
    assert offered(an) == ["huyện Vụ Bản", "thành phố Nam Định"]
    await an.says("huyện Vụ Bản")
    assert 1 < len(offered(an)) <= 5
    await an.says("1")
    assert shown(an).startswith("xã Vụ Bản")


@pytest.mark.parametrize("typed", ["2", "hai", "xã Hải Tiến"])
async def test_a_button_may_be_typed(an: Person, typed: str) -> None:
    await an.says("mất xe tối qua")
    await an.says("Hải Hậu")
    await an.says(typed)
    assert "xã Hải Tiến (trước đây là thị trấn Cồn, huyện Hải Hậu)" in shown(an)


async def test_another_place_may_be_typed_in_place_of_a_button(an: Person) -> None:
    await an.says("mất xe ở Hải Hậu tối qua")
    await an.says("phường Vị Khê")
    assert shown(an).startswith("phường Vị Khê (trước đây là ")


# former names ---------------------------------------------------------------------------------


async def test_a_former_name_is_shown_back_as_the_commune_of_today(town: Town, an: Person) -> None:
    officer = await town.officer(900)
    await an.says("mất trâu ở Hải Phú đêm qua")
    assert shown(an) == "xã Hải Xuân (trước đây là xã Hải Phú, huyện Hải Hậu)"
    await an.presses(SEND)
    lines = await reads(officer)
    assert "Nơi: xã Hải Xuân" in lines
    found = "“Hải Phú” là tên trước đây (xã Hải Phú), nay thuộc xã Hải Xuân."
    assert f"Cách tìm nơi: {found}" in lines


async def test_the_officer_reads_the_sentence_of_the_command_line(
    town: Town, an: Person, router: Router
) -> None:
    officer = await town.officer(900)
    await an.says("mất trâu ở Hải Phú đêm qua")
    await an.presses(SEND)
    assert explained(router, "mất trâu ở Hải Phú đêm qua") in "\n".join(await reads(officer))


async def test_the_desk_reads_it_too(town: Town, an: Person, router: Router) -> None:
    desk = await town.desk_officer()
    await an.says("đánh nhau ở giáp ranh giữa xã Giao Long và Bạch Long tối qua")
    await an.presses(UNKNOWN)
    await an.presses(SEND)
    said = "đánh nhau ở giáp ranh giữa xã Giao Long và Bạch Long tối qua"
    assert explained(router, said) in desk.text


def explained(router: Router, text: str) -> str:
    """What `tinbao route --explain` says."""
    lines = route_lines([json.dumps({"text": text})], router, explained=True, language="vi")
    return str(json.loads(next(lines))["explanation"])


async def test_a_name_of_today_needs_no_explaining(town: Town, an: Person) -> None:
    officer = await town.officer(900)
    await an.says("mất trâu ở xã Hải Xuân đêm qua")
    await an.presses(SEND)
    assert "Cách tìm nơi" not in "\n".join(await reads(officer))


async def test_of_a_divided_commune_all_parts_are_offered(town: Town, an: Person) -> None:
    await an.says("mất trộm ở phường Hòa Mạc tối qua")
    assert "«phường Hòa Mạc» nay chia cho nhiều nơi" in an.text
    assert offered(an) == [
        "phường Duy Tiên (trước đây là phường Hòa Mạc, thị xã Duy Tiên)",
        "phường Duy Tân (trước đây là phường Hòa Mạc, thị xã Duy Tiên)",
    ]


# several names --------------------------------------------------------------------------------


async def test_at_a_border_both_sides_are_offered(town: Town, an: Person) -> None:
    desk = await town.desk_officer()
    await an.says("đánh nhau ở cống số 8, giáp ranh giữa xã Giao Long và Bạch Long, tối qua")
    assert "Anh/chị nhắc tới nhiều nơi." in an.text
    assert offered(an) == [
        "xã Giao Hưng (trước đây là xã Giao Long, huyện Giao Thủy)",
        "xã Giao Bình (trước đây là xã Bạch Long, huyện Giao Thủy)",
    ]
    await an.presses(offered(an)[1])
    await an.presses(SEND)
    assert (await the_tip(town)).commune_code is not None
    told = "Tin nhắc tới nhiều nơi: xã Giao Hưng, xã Giao Bình. Người báo chọn trong số đó."
    assert f"Cách tìm nơi: {told}" in desk.text


async def test_who_cannot_tell_the_side_of_a_border_reaches_the_desk(
    town: Town, an: Person
) -> None:
    desk = await town.desk_officer()
    await an.says("đánh nhau ở chỗ giáp ranh giữa xã Giao Long và Bạch Long tối qua")
    await an.presses(UNKNOWN)
    await an.presses(SEND)
    assert (await the_tip(town)).desk_reason is DeskReason.PLACE_UNKNOWN
    assert "Tin nhắc tới nhiều nơi: xã Giao Hưng, xã Giao Bình." in desk.text
    assert "Người báo chọn" not in desk.text


async def test_of_two_communes_named_none_is_chosen_silently(an: Person) -> None:
    await an.says("mất xe ở xã Hải Xuân và xã Hải Anh tối qua")
    assert [label.partition(" (")[0] for label in offered(an)] == ["xã Hải Xuân", "xã Hải Anh"]
    await an.says("2")
    assert shown(an).startswith("xã Hải Anh")


async def test_a_hamlet_beside_two_communes_is_put_in_neither(an: Person) -> None:
    await an.says("nhà tôi ở xóm 5 xã Hải Xuân, mất xe ở xã Hải Anh tối qua")
    await an.presses("xã Hải Anh (trước đây thuộc huyện Hải Hậu)")
    assert shown(an) == "xã Hải Anh (trước đây thuộc huyện Hải Hậu)"


# the hamlet -----------------------------------------------------------------------------------


async def test_the_hamlet_told_in_one_message_is_on_the_officers_card(
    town: Town, an: Person
) -> None:
    officer = await town.officer(900)
    await an.says("co trom xe o xom 5 hai xuan toi qua")
    assert shown(an).startswith("xom 5, xã Hải Xuân")
    await an.presses(SEND)
    assert "xom 5, xã Hải Xuân" in officer.text
    assert "Nơi: xom 5, xã Hải Xuân" in await reads(officer)


async def test_the_hamlet_told_first_and_the_commune_later_belong_together(an: Person) -> None:
    await an.says("mất xe ở xóm 5 tối qua")
    await an.says("xã Hải Xuân")
    assert shown(an).startswith("xóm 5, xã Hải Xuân")


async def test_a_sensitive_card_names_no_hamlet(town: Town, an: Person) -> None:
    officer = await town.officer(900)
    await an.says("bán ma túy ở xóm 5 xã Hải Xuân tối qua")
    assert shown(an).startswith("xóm 5, xã Hải Xuân")
    await an.presses(SEND)
    assert "xã Hải Xuân" in officer.text
    assert "xóm 5" not in officer.text


async def test_the_words_of_an_answer_are_kept_beside_the_commune(town: Town, an: Person) -> None:
    officer = await town.officer(900)
    await an.says("mất xe tối qua")
    await an.says("xóm 5 Hải Xuân, gần chợ")
    await an.presses(SEND)
    assert "xóm 5, xã Hải Xuân" in officer.text
    assert "Nơi: xóm 5 Hải Xuân, gần chợ, xã Hải Xuân" in await reads(officer)


async def test_a_name_alone_is_not_said_twice(an: Person) -> None:
    await an.says("mất xe tối qua")
    await an.says("xa hai xuan")
    assert shown(an) == "xã Hải Xuân (trước đây thuộc huyện Hải Hậu)"


async def test_nothing_in_the_name_of_a_place_acts(town: Town, an: Person) -> None:
    officer = await town.officer(900)
    await an.says("mất xe tối qua")
    await an.says("xã Hải Xuân, xem https://xau.example @kexau /close_1")
    await an.presses(SEND)
    lines = "\n".join(await reads(officer))
    assert not [trap for trap in ("https://", "@kexau", "/close_1") if trap in lines]


# changing the place ---------------------------------------------------------------------------


async def test_a_place_changed_from_the_summary_takes_the_hamlet_with_it(
    town: Town, an: Person
) -> None:
    await an.says("mất xe ở xóm 5 xã Hải Xuân tối qua")
    await an.presses("Sửa")
    await an.presses("Nơi xảy ra")
    await an.says("thôn Đông, xã Hải Anh")
    assert shown(an) == "thôn Đông, xã Hải Anh, xã Hải Anh (trước đây thuộc huyện Hải Hậu)"
    await an.presses(SEND)
    assert "xóm 5" not in json.dumps(await place_of(town), ensure_ascii=False)


# nobody knows ---------------------------------------------------------------------------------


async def test_a_place_nobody_knows_reaches_the_desk_with_the_reason(
    town: Town, an: Person
) -> None:
    desk = await town.desk_officer()
    await an.says("mất xe tối qua")
    await an.says("gần nhà ông Ba")
    assert "Tôi chưa nhận ra nơi này" in an.text
    await an.presses(UNKNOWN)
    assert shown(an) == "gần nhà ông Ba, chưa rõ, trực ban tỉnh sẽ tìm"
    await an.presses(SEND)
    assert "vì: chưa rõ xảy ra ở xã nào" in desk.text
    assert "Cách tìm nơi: Lời nhắn không có tên xã, phường nào." in desk.text
    assert "Nơi: gần nhà ông Ba, chưa rõ xã" in await reads(desk)
