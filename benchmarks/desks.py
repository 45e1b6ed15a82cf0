"""A desk on a database of its own, and citizens who each tell it of one incident, in three turns."""

import asyncio
from collections.abc import Sequence
from functools import cache
from pathlib import Path

from benchmarks.citizens import Citizen, Json
from handlers.telegram.receive import decode, to_raw
from routing import Commune, Router, Status
from storage import chats
from storage.chats import Address
from storage.database import Database, Session
from storage.sealing import Keyring
from storage.states import Channel, Role
from tests.clock import FakeClock
from tests.tips.offices import Office, make_office
from tests.town import HAI_XUAN
from tips.inbox import Inbox

WORDS = "co trom xe o xom 5 hai xuan"
PRESSES = ("Đang xảy ra", "Đồng ý và gửi")
TURNS = 1 + len(PRESSES)  #: until a tip is filed
OFFICER = 900


async def open_office(url: str, keyring: Keyring, router: Router, folder: Path) -> Office:
    """A desk with one officer in Hải Xuân. Close its database."""
    office = make_office(Database(url, keyring), folder, router, FakeClock())
    office.door.reads = decode
    await office.officer(str(OFFICER), Role.OFFICER, HAI_XUAN)
    return office


async def store(office: Office, updates: Sequence[Json]) -> None:
    await Inbox(office.database, office.clock, asyncio.Event()).store([to_raw(u) for u in updates])


async def buttons(office: Office, people: Sequence[Citizen], label: str) -> list[Json]:
    """Let everybody press the button with this label."""

    def data(session: Session, citizen: Citizen) -> str:
        chat = chats.find(session, Address(Channel.TELEGRAM, str(citizen.number)))
        assert chat is not None
        menu = dict(chats.menu_of(session, chats.talk_in(session, chat)))
        return menu[label]

    return await office.database.read(
        lambda session: [citizen.presses(label, data(session, citizen)) for citizen in people]
    )


async def steps(office: Office, people: Sequence[Citizen], step: int) -> list[Json]:
    """What everybody sends in this step of their story."""
    if step == 0:
        return [citizen.says(WORDS) for citizen in people]
    return await buttons(office, people, PRESSES[step - 1])


@cache
def certain(router: Router) -> Sequence[Commune]:
    """Communes whose name alone says which one is meant."""
    named = ((commune, f"ở {commune.full_name}") for commune in router.communes())
    return [commune for commune, words in named if router.route(words).status is Status.CERTAIN]
