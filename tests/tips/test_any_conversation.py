"""Whatever is sent in whatever order: an answer, no error, and a draft that survives being stored."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from routing import Point, Router
from storage.states import EvidenceKind, TipState
from tests.clock import START
from tests.tips.talks import IN_HAI_XUAN, Talk, make_world
from tips.conversation.actions import File
from tips.conversation.draft import LONGEST_WORDS, MOST_EVIDENCE, Step
from tips.conversation.questions import QUESTIONS
from tips.conversation.world import TipFact
from tips.messages import Press

TYPED = (
    "co trom xe o xom 5 hai xuan toi qua",
    "đánh nhau, có dao, ở chợ Cồn",
    "cháy nhà",
    "Hải Hậu",
    "xã Hải Xuân",
    "Nam Định",
    "ở Hà Nội",
    "tối qua",
    "mùng 2 Tết",
    "0912345678",
    "có",
    "không",
    "ok",
    "1",
    "9",
    "số 2",
    "0",
    "hủy",
    "bỏ qua",
    "BS",
    "BS biển số 18B1-12345",
    "/start",
    "/start c14308",
    "/report",
    "/status",
    "/mydata",
    "/help",
    "/cancel",
    "/nothing",
    "K7M4-P2X9-R3T",
    "chủ tịch xã ăn chặn",
    "cháu bé 10 tuổi bị đánh",
    "cảm ơn",
    "Tôi nghĩ dạo này thời tiết thất thường quá",
    "🔥",
    "\u200b\u202e",
    "x" * 4096,
    "{police} %s <b>",
)
POINTS = (IN_HAI_XUAN, Point(21.03, 105.85), Point(0.0, 0.0), Point(90.0, -180.0))
FORGED = ("x", "::", "answer.send:1:1", "answer.d99:2:3", "back:2:1", "withdraw.yes:1:1", "menu.x:0:0",
          "add:9:0", "safe.yes:1:0", "answer.none:3:2", "erase.yes:0:0")  # fmt: skip

moves = st.one_of(
    st.sampled_from(TYPED).map(lambda text: ("says", text)),
    st.text(max_size=40).filter(bool).map(lambda text: ("says", text)),
    st.integers(0, 30).map(lambda n: ("presses", n)),
    st.integers(0, 30).map(lambda n: ("presses", n)),
    st.integers(0, 30).map(lambda n: ("presses", n)),
    st.sampled_from(POINTS).map(lambda point: ("pins", point)),
    st.tuples(
        st.sampled_from(("", "đánh nhau ở Hải Xuân", "ở Hà Nội")),
        st.sampled_from(EvidenceKind),
        st.sampled_from((None, "album")),
    ).map(lambda picture: ("shows", picture)),
    st.tuples(st.integers(1, 9), st.sampled_from(TYPED)).map(lambda edit: ("edits", edit)),
    st.sampled_from(FORGED).map(lambda data: ("forges", data)),
    st.sampled_from((1, 31, 700)).map(lambda minutes: ("passes", minutes)),
    st.just(("sticker", None)),
)
tips_sent = st.lists(st.sampled_from(TipState), max_size=3).map(
    lambda states: tuple(
        TipFact(n, state, START - timedelta(minutes=40 * n), START, 1)
        for n, state in enumerate(states, 1)
    )
)


def carry_out(talk: Talk, move: tuple[str, Any]) -> None:
    kind, what = move
    play: dict[str, Callable[[], object]] = {
        "says": lambda: talk.says(what),
        "presses": lambda: press_something(talk, what),
        "pins": lambda: talk.pins(what),
        "shows": lambda: talk.shows(*what),
        "edits": lambda: talk.edits(str(what[0]), what[1]),
        "forges": lambda: talk.forges(what),
        "passes": lambda: talk.passes(minutes=what),
        "sticker": talk.sends_a_sticker,
    }
    talk.replies, talk.actions = [], []
    play[kind]()


def press_something(talk: Talk, which: int) -> str:
    return talk.forges(talk.shown[which % len(talk.shown)][1]) if talk.shown else talk.says("alo")


def expects_an_answer(move: tuple[str, Any]) -> bool:
    kind, what = move
    return kind in ("says", "presses", "pins", "sticker", "forges") or (
        kind == "shows" and what[2] is None
    )


def check(talk: Talk, move: tuple[str, Any], before: Step | None) -> None:
    silent = move[0] == "shows" and before is Step.ATTACH  # the question is asked already
    if expects_an_answer(move) and not silent:
        assert talk.replies or talk.actions, move
    for reply in talk.replies:
        assert reply.text.strip()
        assert len(reply.text) <= 4096
    if talk.draft is None:
        return
    assert len(talk.draft.what) <= LONGEST_WORDS + len(talk.draft.words)
    assert len(talk.draft.all_evidence) <= 2 * MOST_EVIDENCE
    for action in talk.actions:
        assert not isinstance(action, File) or action.draft.number != talk.draft.number


def check_offers(talk: Talk) -> None:
    """Every button of the newest question is understood: no answer to it says «Nút này đã cũ»."""
    if talk.draft is None or talk.draft.at not in QUESTIONS or not talk.replies:
        return
    for row in talk.replies[-1].choices:
        for choice in row:
            press = Press.read(choice.data)
            assert press is not None
            assert len(choice.data.encode()) <= 64
            again = Talk(talk.world, talk.draft)
            again.forges(choice.data)
            assert "Nút này đã cũ" not in again.text, (talk.draft.at, choice)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(moves=st.lists(moves, max_size=14), mine=tips_sent)
def test_any_sequence_is_answered_and_no_draft_is_lost_by_storing_it(
    router: Router, moves: list[tuple[str, Any]], mine: tuple[TipFact, ...]
) -> None:
    talk = Talk(make_world(router, mine=mine))
    for move in moves:
        before = talk.draft.at if talk.draft else None
        carry_out(talk, move)
        check(talk, move, before)
        check_offers(talk)
