"""What stories about places look at: what is offered, what the summary shows, what the officer reads."""

from typing import Any

from storage import tips
from storage.database import Session
from storage.models import Tip
from tests.journeys.telling import SEND
from tests.town import Person, Town, rows

HERE, STANDING, ELSEWHERE, UNKNOWN = "Nơi xảy ra việc", "Chỗ tôi đang đứng", "Nơi khác", "Không rõ"
CONTROLS = {ELSEWHERE, UNKNOWN, "Quay lại", "Bỏ tin này"}
AT_HOME = (20.1283, 106.2419)  #: in xã Hải Xuân


def offered(person: Person) -> list[str]:
    """The places to choose from."""
    return [label for label in person.buttons if label not in CONTROLS]


def shown(person: Person) -> str:
    """The line of the summary that names the place."""
    assert SEND in person.buttons, person.text
    (line,) = [line for line in person.text.split("\n") if line.startswith("• Nơi: ")]
    return line.removeprefix("• Nơi: ")


async def pins(person: Person, at: tuple[float, float], accuracy: float = 12.0) -> str:
    return await person.does(person.user.sends_location(*at, accuracy=accuracy))


async def the_tip(town: Town) -> Tip:
    (tip,) = await rows(town.database, Tip)
    return tip


async def reads(officer: Person) -> list[str]:
    """The lines of a tip's details, opened."""
    card = next(m for m in reversed(officer.user.screen) if "Xem chi tiết" in m.buttons)
    await officer.presses("Xem chi tiết", card)
    details = next(text for text in reversed(officer.texts) if "Lời người báo:" in text)
    return details.split("\n")


async def place_of(town: Town) -> dict[str, Any]:
    def work(session: Session) -> dict[str, Any]:
        return tips.contents_of(session, session.query(Tip).one()).place

    return await town.database.read(work)
