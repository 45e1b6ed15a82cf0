"""What is on the weekly pictures."""

from dataclasses import replace

from reports.counts import Counts, Desk
from reports.pictures import picture
from reports.plots import Picture
from reports.voice import Voice
from tests.reports.rows import NAMES
from tests.reports.test_summaries import FOUR, QUIET, counts, open_tip
from words.texts import Language, Texts


def pictured(of: Counts) -> Picture:
    return picture(of, "xã Hải Xuân", Voice(Texts(), Language.VI, NAMES.__getitem__))


def test_a_picture_says_whose_week_it_is() -> None:
    drawn = pictured(counts())
    assert drawn.title == "Tuần 47/2026 · xã Hải Xuân"
    assert drawn.note == "16/11/2026–22/11/2026"


def test_a_column_stands_for_a_week_and_is_dated_by_its_monday() -> None:
    columns = pictured(counts()).columns.columns
    assert len(columns) == 12
    assert [each.label for each in columns[-2:]] == ["09/11", "16/11"]
    last = columns[-1]
    assert (last.received, last.taken, last.resolved, last.said) == (4, 3, 2, "4")


def test_a_week_nobody_counted_has_no_number_and_an_empty_one_has_zero() -> None:
    columns = pictured(counts()).columns.columns
    assert [each.said for each in columns] == [*[""] * 10, "0", "4"]


def test_a_commune_sees_its_categories_the_most_frequent_first() -> None:
    (bars,) = pictured(counts()).bars
    assert bars.bars[0].label == "Trộm cắp, cướp giật, phá hoại tài sản"
    assert [bar.length for bar in bars.bars] == [2, 1, 1]


def test_a_quiet_week_is_said_calmly_and_only_of_weeks_that_were_counted() -> None:
    drawn = pictured(counts(QUIET))
    assert drawn.note == "16/11/2026–22/11/2026. Tuần này không có tin mới."
    assert drawn.columns.none == "2 tuần qua không có tin."
    assert drawn.bars[0].none == "2 tuần qua không có tin."


def test_the_desk_sees_how_tips_are_handled_and_where_they_wait() -> None:
    late = [open_tip(5), open_tip(6), open_tip(9, commune_code="14329")]
    handling, waiting = pictured(counts(desk=Desk(129, 2, []), open=late)).bars
    assert [bar.said for bar in handling.bars] == ["4", "3/4", "3/3", "2/3"]
    assert [(bar.label, bar.length) for bar in waiting.bars] == [
        ("xã Hải Xuân", 2),
        ("phường Hoa Lư", 1),
    ]


def test_the_desk_sees_no_table_of_delays_where_there_is_none() -> None:
    assert len(pictured(counts(desk=Desk(129, 2, []))).bars) == 1


def test_the_desk_sees_no_shares_of_nothing() -> None:
    (handling,) = pictured(counts(QUIET, desk=Desk(129, 0, []))).bars
    assert handling.bars == ()
    assert handling.none == "Tuần này không có tin mới."


def test_large_numbers_are_written_as_people_write_them() -> None:
    many = replace(FOUR, received=1560)
    assert pictured(counts(many)).columns.columns[-1].said == "1.560"
