"""The weekly summary as people read it."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from reports.counts import Cohort, Counts, Desk
from reports.summaries import summary
from reports.voice import Voice
from storage.counts import Closing, OpenTip
from storage.states import DeskReason, TipState
from tests.reports.rows import MONDAY, NAMES, WEEK
from words.texts import Language, Texts

UNIT = "Công an xã Hải Xuân"
QUIET = Cohort(0, 0, 0, 0, 0, 0, 0, 0, {})
FOUR = Cohort(
    received=4,
    outside=1,
    withdrawn=0,
    taken=3,
    due=3,
    in_time=3,
    resolved=2,
    otherwise=0,
    categories={"theft_robbery": 2, "violence": 1, "drugs": 1},
)


def counts(this: Cohort = FOUR, before: Cohort | None = QUIET, **more: Any) -> Counts:
    facts: dict[str, Any] = {"recent": this.categories, "waits": [], "open": []}
    return Counts(WEEK, MONDAY, [*[None] * 10, before, this], **facts | more)


def received(count: int) -> Cohort:
    return replace(FOUR, received=count, categories={"fraud": count})


def told(of: Counts, language: Language = Language.VI) -> str:
    return summary(of, UNIT, Voice(Texts(), language, NAMES.__getitem__))


def lines(of: Counts) -> Sequence[str]:
    return told(of).splitlines()


def open_tip(number: int, **facts: Any) -> OpenTip:
    plain: dict[str, Any] = {
        "commune_code": "14215",
        "state": TipState.NEW,
        "target_at": MONDAY - timedelta(hours=1),
        "desk_reason": None,
    }
    return OpenTip(number, **plain | facts)


def test_a_commune_reads_its_week_in_a_few_lines() -> None:
    near = open_tip(18, target_at=MONDAY + timedelta(hours=2))
    assert lines(counts(open=[near])) == [
        "📋 TỔNG HỢP TUẦN 47/2026 (16/11/2026–22/11/2026) · Công an xã Hải Xuân",
        "Tiếp nhận: 4 tin (tuần trước 0). Hợp lệ 3; ngoài phạm vi 1.",
        "An toàn về người 1 · về tài sản 2 · về địa bàn 1. "
        "Nhiều nhất: Trộm cắp, cướp giật, phá hoại tài sản (2).",
        "Nhận xử lý đúng mốc 3/3.",
        "Đã giải quyết 2/3.",
        "Đang mở: 1 (tin số 18); quá mốc chưa ai nhận 0.",
        "Sắp đến mốc, chưa ai nhận: tin số 18 (còn 2 giờ).",
    ]


def test_the_same_week_in_english() -> None:
    said = told(counts(), Language.EN)
    assert "Received: 4 (week before: 0). Valid 3; out of scope 1." in said
    assert "Taken in time 3/3." in said


def test_a_quiet_week_is_said_in_one_line_without_claims() -> None:
    assert lines(counts(QUIET))[1:] == ["Tuần này không có tin mới. Đang mở: 0."]


def test_a_quiet_week_still_names_what_is_open() -> None:
    assert lines(counts(QUIET, open=[open_tip(7)]))[1:] == [
        "Tuần này không có tin mới. Đang mở: 1 (tin số 7); quá mốc chưa ai nhận 1."
    ]


def test_the_first_week_is_compared_with_nothing() -> None:
    assert "Tiếp nhận: 4 tin. " in told(counts(before=None))


@pytest.mark.parametrize(
    ("this", "before", "said"),
    [
        (9, 20, "Tiếp nhận: 9 tin (tuần trước 20)."),
        (20, 9, "Tiếp nhận: 20 tin (tuần trước 9)."),
        (12, 10, "Tiếp nhận: 12 tin, tăng 2 tin (20,0%) so với tuần trước (10)."),
        (37, 61, "Tiếp nhận: 37 tin, giảm 24 tin (39,3%) so với tuần trước (61)."),
        (10, 10, "Tiếp nhận: 10 tin, bằng tuần trước."),
    ],
)
def test_weeks_are_compared_only_where_both_have_ten_tips(
    this: int, before: int, said: str
) -> None:
    assert said in told(counts(received(this), received(before)))


def test_a_share_has_a_percentage_only_from_ten_on() -> None:
    many = replace(received(26), outside=0, due=26, in_time=21, resolved=9)
    said = told(counts(many))
    assert "đúng mốc 21/26 (80,8%)." in said
    assert "đúng mốc 3/3." in told(counts())


def test_the_fastest_and_the_slowest_are_told_only_from_five_tips_on() -> None:
    waits = [timedelta(minutes=minutes) for minutes in (3, 10, 20, 30, 80)]
    assert "Nhanh nhất 3 phút, chậm nhất 1 giờ 20 phút." in told(counts(waits=waits))
    assert "Nhanh nhất" not in told(counts(waits=waits[:4]))


@pytest.mark.parametrize("categories", [{"fraud": 1}, {"fraud": 2, "drugs": 2}])
def test_nothing_is_the_most_frequent_alone_or_beside_its_equal(
    categories: dict[str, int],
) -> None:
    assert "Nhiều nhất" not in told(counts(replace(FOUR, categories=categories)))


def test_nothing_is_said_of_targets_while_none_has_come() -> None:
    assert "đúng mốc" not in told(counts(replace(FOUR, due=0, in_time=0)))


def test_no_result_is_said_of_a_week_without_a_valid_tip() -> None:
    assert "Đã giải quyết" not in told(counts(replace(FOUR, outside=3, withdrawn=1)))


def test_other_results_and_withdrawals_are_told_where_there_are_any() -> None:
    said = told(counts(replace(FOUR, withdrawn=1, otherwise=1)))
    assert "người báo rút 1." in said
    assert "kết thúc với kết quả khác 1." in said


@pytest.mark.parametrize("language", Language)
def test_what_comes_with_later_issues_is_left_out(language: Language) -> None:
    said = told(counts(open=[open_tip(1)]), language).lower()
    absent = ("trùng", "duplicate", "chuyển", "transfer", "hài lòng", "rating", "tin thử")
    assert not [word for word in absent if word in said]


def test_a_long_list_of_open_tips_is_cut_and_says_so() -> None:
    said = told(counts(open=[open_tip(number) for number in range(1, 14)]))
    assert "Đang mở: 13 (tin số 1, 2, 3, 4, 5, 6, 7, 8, 9, 10 và 3 tin khác)" in said


def for_desk(**more: Any) -> Counts:
    hidden = more.pop("hidden", [])
    return counts(desk=Desk(communes=129, active=2, hidden=hidden), **more)


def test_the_desk_reads_how_many_units_had_tips() -> None:
    assert lines(for_desk())[1] == "129 đơn vị, 2 đơn vị có tin."


def test_the_desk_reads_who_is_late_and_what_nobody_took() -> None:
    late = [open_tip(5), open_tip(6), open_tip(9, commune_code="14329")]
    said = lines(for_desk(open=late))
    assert "Nhiều tin quá mốc: xã Hải Xuân 2, phường Hoa Lư 1." in said
    assert "Chưa ai nhận: 3 (tin số 5, 6, 9)." in said


def test_the_desk_reads_why_tips_are_with_it() -> None:
    at_desk = [
        open_tip(5, desk_reason=DeskReason.PLACE_UNKNOWN, commune_code=None),
        open_tip(8, desk_reason=DeskReason.LOCAL_OFFICIAL),
        open_tip(9, desk_reason=DeskReason.PLACE_UNKNOWN, commune_code=None),
    ]
    said = told(for_desk(open=at_desk))
    assert (
        "Đang ở trực ban cấp tỉnh:\n"
        "• chưa rõ xảy ra ở xã nào: 2 (tin số 5, 9)\n"
        "• có liên quan cán bộ, công an ở xã: 1 (tin số 8)"
    ) in said


def test_the_desk_reads_every_closing_that_hid_a_tip() -> None:
    hidden = [
        Closing(4, TipState.OUT_OF_SCOPE),
        Closing(6, TipState.UNFOUNDED),
        Closing(7, TipState.OUT_OF_SCOPE),
    ]
    said = told(for_desk(hidden=hidden))
    assert "đề nghị xem lại:\n• ngoài phạm vi: 2 (tin số 4, 7)\n• chưa thấy" in said


def test_a_desk_without_trouble_reads_no_empty_list() -> None:
    said = told(for_desk())
    assert not [word for word in ("quá mốc:", "trực ban", "xem lại", "Chưa ai") if word in said]


@pytest.mark.parametrize("language", Language)
def test_the_longest_summary_of_a_desk_is_one_message(language: Language) -> None:
    reasons = list(DeskReason) * 500
    crowd = [
        open_tip(900000 + index, commune_code=f"{index % 129:05}", desk_reason=reason)
        for index, reason in enumerate(reasons)
    ]
    states = (TipState.OUT_OF_SCOPE, TipState.INSUFFICIENT, TipState.UNFOUNDED)
    hidden = [Closing(900000 + index, state) for state in states for index in range(500)]
    busy = for_desk(this=received(9000), before=received(8000), open=crowd, hidden=hidden)
    voice = Voice(Texts(), language, lambda code: f"phường Có Tên Rất Dài {code}")
    assert len(summary(busy, UNIT, voice)) < 4096
