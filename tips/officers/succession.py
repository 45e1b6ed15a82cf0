"""Officers whose unit has ended: they follow the same territory, and never get more of it by themselves.

What was merged or divided needs a person: the province desk is told, once a month, to invite anew.
"""

from collections import defaultdict
from collections.abc import Sequence

from routing.gazetteer import CommuneState
from storage import officers, succession
from storage.models import Officer
from storage.states import COMMUNE_ROLES, DeliveryClass, OfficerState
from tips.desk import Transaction
from tips.messages import Reply
from tips.officers.cards import officer_label
from tips.outbox import owe


def follow(tx: Transaction) -> None:
    """Bring everybody who stands under an ended code to the one in force, or tell the desk of them."""
    by_code: dict[str, list[Officer]] = defaultdict(list)
    for officer in officers.all_of_them(tx.session):
        if officer.state is OfficerState.ACTIVE and officer.role in COMMUNE_ROLES:
            by_code[officer.commune_code or ""].append(officer)
    tables = tx.desk.router.gazetteer
    for code, theirs in by_code.items():
        ended = tables.ended(code)
        if ended is None:
            continue
        if present := tables.renamed(code):
            succession.rename(tx.session, code, present)
        else:
            _tell_desk(tx, ended, theirs)


def _tell_desk(tx: Transaction, ended: CommuneState, theirs: Sequence[Officer]) -> None:
    router = tx.desk.router
    month = tx.now.astimezone(tx.desk.voices.zone).strftime("%Y-%m")
    now_in = ", ".join(router.commune(code).full_name for code in ended.successors)
    for _, chat in officers.of_desk(tx.session, theirs[0].province_code):
        voice = tx.voice_of(chat)
        text = voice(
            "people.unit_ended",
            unit=f"{ended.kind} {ended.name}",
            present=now_in,
            officers=", ".join(officer_label(tx, officer, voice) for officer in theirs),
        )
        key = f"unit_ended:{ended.code}:{month}:{chat.id}"
        owe(tx.session, chat, Reply(text), tx.now, DeliveryClass.BROADCAST, key)
