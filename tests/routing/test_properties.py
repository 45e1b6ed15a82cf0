"""What must hold for every text, however it is written."""

import random
import unicodedata
from collections.abc import Callable
from typing import Literal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from benchmarks import routing_cases as cases
from routing import Point, Router, Status
from routing.gazetteer import Gazetteer
from routing.mending import MOST_SPANS, Mender
from routing.mentions import MOST_MENTIONS, mentions_in
from routing.names import Names
from routing.text import LONGEST_TEXT, Reader, fold

ADDRESSES = cases.addresses(Gazetteer())
NAMES = Names(Gazetteer())
READER = Reader(NAMES.words, NAMES.tree)
AROUND = ("", "tối qua ", "bị mất xe ở ", "alo, ", "báo: ")
AFTER = ("", " nhé", ", lúc 9 giờ tối", " đông người quá", "\n\nxin cảm ơn")

CHANGES: list[Callable[[str], str]] = [str.upper, str.lower, fold]
Form = Literal["NFC", "NFD"]

FORMS: st.SearchStrategy[Form] = st.sampled_from(["NFC", "NFD"])
some_address = st.sampled_from(ADDRESSES)
chances = st.integers(min_value=0, max_value=2**32).map(random.Random)
patient = settings(
    deadline=None, max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


def answers_with(router: Router, text: str, right: frozenset[str]) -> bool:
    """Never certain of another commune."""
    route = router.route(text)
    return route.status is not Status.CERTAIN or route.candidates[0].code in right


@patient
@given(some_address, st.sampled_from(sorted(cases.STYLES)), chances)
def test_no_way_of_writing_makes_it_certain_of_another_commune(
    country: Router, address: cases.Address, style: str, chance: random.Random
) -> None:
    assert answers_with(country, cases.STYLES[style](address, chance), address.right)


@patient
@given(some_address, st.permutations(range(3)), st.sampled_from(AROUND), st.sampled_from(AFTER))
def test_order_and_the_words_around_do_not_change_the_answer(
    country: Router, address: cases.Address, order: list[int], before: str, after: str
) -> None:
    parts = [address.parts[i] for i in order if i < len(address.parts)]
    text = ", ".join(f"{kind} {name}" for kind, name in parts)
    assert answers_with(country, f"{before}{text}{after}", address.right)


@patient
@given(some_address, FORMS, st.sampled_from(CHANGES))
def test_case_accents_and_unicode_form_do_not_change_the_answer(
    country: Router, address: cases.Address, form: Form, change: Callable[[str], str]
) -> None:
    text = unicodedata.normalize(form, change(cases.official(address, random.Random(0))))
    assert answers_with(country, text, address.right)


@patient
@given(st.text(max_size=300))
def test_no_text_raises(country: Router, text: str) -> None:
    assert country.route(text).status in Status


@patient
@given(st.binary(max_size=300))
def test_no_bytes_raise(local: Router, data: bytes) -> None:
    for encoding in ("latin-1", "utf-8", "utf-16"):
        assert local.route(data.decode(encoding, "replace")).status in Status


@patient
@given(
    st.lists(
        st.sampled_from(
            [
                "xã",
                "P",
                "1",
                "Tân",
                "An",
                "huyện",
                ",",
                "(",
                "ở",
                "thôn",
                "x",
                "s",
                "Hải",
                "Hậu",
                "-",
                "TP.",
            ]
        ),
        max_size=60,
    )
)
def test_no_heap_of_type_words_and_names_raises(local: Router, words: list[str]) -> None:
    for text in ("".join(words), " ".join(words)):
        assert local.route(text).status in Status


PIECES = (
    "xã ",
    "Hải",
    " Hải Xuânn ",
    "Tân Thành, ",
    "ha3i ",
    "huyenj",
    "P.",
    "đường ",
    "a" * 50,
    "\n(",
    "9",
)


@settings(patient, max_examples=60)
@given(st.lists(st.sampled_from(PIECES), min_size=1, max_size=12), st.integers(1, 500))
def test_no_text_is_worked_on_longer_than_its_bound(
    country: Router, pieces: list[str], times: int
) -> None:
    tried: list[str] = []

    def near(mender: Mender, letters: str) -> list[str]:
        tried.append(letters)
        return actual(mender, letters)

    actual = Mender.near
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Mender, "near", near)
        route = country.route("".join(pieces) * times)
    assert route.status in Status
    assert len(tried) <= MOST_SPANS + 1


@given(st.lists(st.sampled_from(PIECES), min_size=1, max_size=12), st.integers(1, 2000))
def test_a_flood_of_words_and_names_is_cut(pieces: list[str], times: int) -> None:
    words = READER.read("".join(pieces) * times)
    assert sum(len(word.raw) for word in words.words) <= LONGEST_TEXT
    assert len(mentions_in(words)) <= MOST_MENTIONS


@patient
@given(st.floats(), st.floats(), st.floats())
def test_no_position_raises(
    local: Router, latitude: float, longitude: float, metres: float
) -> None:
    assert local.route("", Point(latitude, longitude), accuracy=metres).status in Status
