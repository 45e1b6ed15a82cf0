"""Nothing outlives its use: the daily sweep, and what it would do without doing it (`purge --dry-run`)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from storage import chats, deliveries, evidence, inbox, officers, retention
from storage.models import Tip
from tips.desk import Transaction
from tips.requests import drop_files, erase, unlink


@dataclass(frozen=True, slots=True)
class Periods:
    """How long each thing is kept (domain: Law 91/2025, Decree 356/2025; settings may change them)."""

    draft: timedelta = timedelta(hours=24)
    sent: timedelta = timedelta(hours=24)  #: bodies of messages sent
    set_aside: timedelta = timedelta(days=30)
    rejected: timedelta = timedelta(days=30)  #: words of tips closed without a result
    resolved: timedelta = timedelta(days=730)  #: words of tips resolved
    contact: timedelta = timedelta(days=90)  #: telephone number, after closing
    link: timedelta = timedelta(days=30)  #: to the reporter's chat, after closing
    audit: timedelta = timedelta(days=5 * 365)
    handled: timedelta = timedelta(days=3)  #: empty inbox rows: longer than any redelivery
