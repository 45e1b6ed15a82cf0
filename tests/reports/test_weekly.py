"""The weekly summary from rows to message, for a commune and for a province."""

from dataclasses import replace
from datetime import timedelta
from io import BytesIO

import pytest
from PIL import Image

from reports.counts import Scope
from reports.weekly import Edition, weekly, worded
from storage.database import Database
from storage.states import DeskReason, TipState
from tests.reports.rows import (
    HAI_XUAN,
    MONDAY,
    NAMES,
    NINH_BINH,
    SECRET,
    WEDNESDAY,
    WEEK,
    resolved,
    store,
    tip,
)
from words.texts import Language, Texts

EDITION = Edition(WEEK, HAI_XUAN, Language.VI, MONDAY)


@pytest.fixture
async def busy(database: Database) -> Database:
    await store(
        database,
        resolved(),
        tip(taken=10, category="violence"),
        tip(),
        tip(category="drugs", desk_reason=DeskReason.LOCAL_OFFICIAL),
        tip(commune_code="14329", state=TipState.OUT_OF_SCOPE, closed_at=WEDNESDAY),
    )
    return database


async def test_a_commune_is_told_of_its_own_tips_only(busy: Database) -> None:
    text, _ = await worded(busy, EDITION, Texts(), NAMES.__getitem__)
    assert "Tiếp nhận: 3 tin" in text
    assert "Đang mở: 2 (tin số 2, 3); quá mốc chưa ai nhận 1." in text


@pytest.mark.parametrize("scope", [HAI_XUAN, NINH_BINH])
async def test_a_week_long_past_tells_nothing_of_what_is_open_today(
    busy: Database, scope: Scope
) -> None:
    later = replace(EDITION, scope=scope, now=MONDAY + timedelta(days=7))
    text, _ = await worded(busy, later, Texts(), NAMES.__getitem__)
    assert "Kết quả tính đến 30/11/2026. Tin đang mở: xem tổng hợp tuần mới nhất." in text
    assert "Đang mở" not in text
    assert "Chưa ai nhận" not in text
    assert "Đang ở trực ban" not in text
    assert "Tiếp nhận: " in text


async def test_the_desk_is_told_of_all_and_of_what_was_hidden(busy: Database) -> None:
    edition = replace(EDITION, scope=NINH_BINH)
    text, _ = await worded(busy, edition, Texts(), NAMES.__getitem__)
    assert "129 đơn vị, 2 đơn vị có tin." in text
    assert "Tiếp nhận: 5 tin" in text
    assert "• có liên quan cán bộ, công an ở xã: 1 (tin số 4)" in text
    assert "• ngoài phạm vi: 1 (tin số 5)" in text


@pytest.mark.parametrize(("trial", "unit"), [(True, "· xã Hải"), (False, "· Công an xã Hải")])
async def test_no_police_unit_is_named_while_no_agency_answers(
    database: Database, trial: bool, unit: str
) -> None:
    text, picture = await worded(
        database, replace(EDITION, trial=trial), Texts(), NAMES.__getitem__
    )
    assert unit in text
    assert unit in picture.title


@pytest.mark.parametrize(("scope", "language"), [(HAI_XUAN, Language.VI), (NINH_BINH, Language.EN)])
async def test_a_summary_is_a_text_and_a_picture(
    busy: Database, scope: Scope, language: Language
) -> None:
    edition = replace(EDITION, scope=scope, language=language)
    told = await weekly(busy, edition, Texts(), NAMES.__getitem__)
    assert SECRET.decode() not in told.text
    assert Image.open(BytesIO(told.png)).format == "PNG"
