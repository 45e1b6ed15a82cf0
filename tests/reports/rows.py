"""Tips as rows, written straight into the database, for what is counted."""

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from reports.counts import CommuneScope, ProvinceScope
from reports.periods import Week
from storage.database import Database, Session
from storage.models import Tip
from storage.states import Channel, Priority, TipState

ZONE = ZoneInfo("Asia/Ho_Chi_Minh")
WEEK = Week.parse("2026-W47", ZONE)
#: The Monday after, half past seven in Viet Nam: when the summary is made.
MONDAY = datetime(2026, 11, 23, 0, 30, tzinfo=UTC)
#: A Wednesday within the week.
WEDNESDAY = datetime(2026, 11, 18, 3, tzinfo=UTC)

HAI_XUAN, HOA_LU = CommuneScope("14215"), CommuneScope("14329")
NINH_BINH = ProvinceScope("37", communes=129)
NAMES = {"14215": "xã Hải Xuân", "14329": "phường Hoa Lư", "37": "tỉnh Ninh Bình"}

SECRET = b"sealed words"


def tip(received_at: datetime = WEDNESDAY, **columns: Any) -> Tip:
    """Make a tip that has a day to be taken; `taken=minutes` lets somebody take it."""
    taken = columns.pop("taken", None)
    if taken is not None:
        columns.setdefault("acknowledged_at", received_at + timedelta(minutes=taken))
        columns.setdefault("state", TipState.ACKNOWLEDGED)
    target_at = received_at + timedelta(hours=24)
    plain: dict[str, Any] = {
        "channel": Channel.WEB,
        "category": "theft_robbery",
        "priority": Priority.P3,
        "urgency": "earlier",
        "commune_code": HAI_XUAN.code,
        "province_code": NINH_BINH.code,
        "target_at": target_at,
        "remind_at": None,
    }
    sealed = dict.fromkeys(("words_sealed", "place_sealed", "time_sealed"), SECRET)
    return Tip(received_at=received_at, **plain | sealed | columns)


def resolved(received_at: datetime = WEDNESDAY, **columns: Any) -> Tip:
    closed = {"state": TipState.RESOLVED, "closed_at": received_at + timedelta(hours=2)}
    return tip(received_at, taken=30, **closed | columns)


async def store(database: Database, *tips: Tip) -> None:
    """Store tips in this order: in an empty database their numbers are 1, 2, 3, …"""

    def work(session: Session) -> None:
        for each in tips:
            session.add(each)
            session.flush()

    await database.run(work)
