"""Every reason has its sentence in both languages, and every sentence its facts."""

import pytest

from routing import Point, ReasonCode, Router
from routing.reasons import SENTENCES, Language, explain


@pytest.mark.parametrize("language", ["vi", "en"])
def test_every_reason_has_a_sentence(language: Language) -> None:
    assert SENTENCES[language].keys() == set(ReasonCode)


@pytest.mark.parametrize("code", list(ReasonCode))
def test_both_languages_use_the_same_facts(code: ReasonCode) -> None:
    def facts(sentence: str) -> set[str]:
        return {part.split("}")[0] for part in sentence.split("{")[1:]}

    assert facts(SENTENCES["vi"][code]) == facts(SENTENCES["en"][code])


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("xã Hải Xuân", "“xã Hải Xuân” là tên hiện nay của xã Hải Xuân."),
        (
            "thị trấn Cồn, huyện Hải Hậu",
            "“thị trấn Cồn” là tên trước đây (thị trấn Cồn), nay thuộc xã Hải Tiến.",
        ),
        ("phường Bến Thành", "phường Bến Thành không thuộc địa bàn phụ trách."),
        ("có trộm", "Lời nhắn không có tên xã, phường nào."),
    ],
)
def test_a_route_explains_itself(local: Router, text: str, sentence: str) -> None:
    assert explain(local.route(text), "vi") == sentence


@pytest.mark.parametrize(
    ("text", "point"),
    [
        ("Hải Hậu", None),
        ("huyện Hải Hậu", None),
        ("tỉnh Nam Định", None),
        ("xã Giao Long và Bạch Long", None),
        ("xã Hải Xun, Hải Hậu", None),
        ("tối qua gặp Giao An", None),
        ("", Point(20.07, 106.29)),
        ("xã Hải Hậu", Point(20.9, 105.9)),
        ("xã Hải Hậu", Point(20.3, 106.2)),
        ("", Point(10.0, 100.0)),
    ],
)
def test_every_sentence_can_be_filled(local: Router, text: str, point: Point | None) -> None:
    route = local.route(text, point)
    for language in ("vi", "en"):
        sentence = explain(route, language)
        assert sentence.endswith(".")
        assert "{" not in sentence
