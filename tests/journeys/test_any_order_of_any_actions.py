"""Any order of any actions by anybody: citizens, officers of two communes, the desk, a stranger, the removed.

A state machine draws who does what: words, buttons of today and of long ago, forged ones, time, somebody
invited, removed, out of reach. After each step the invariants hold, and whoever has no right has changed
nothing.
"""

import asyncio
import shutil
import tempfile
from collections.abc import Coroutine
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from routing import Router
from storage.database import Database, Session
from storage.models import Officer, Tip
from storage.sealing import Keyring
from storage.states import OfficerState, Role
from tests.clock import FakeClock
from tests.databases import Sqlite
from tests.invariants import AT_REST, breaches, log_of, read_only_where_they_may_be
from tests.town import HAI_HAU, Person, Town, make_town
from tips.messages import Press
from tips.officers import people

T = TypeVar("T")
CITIZENS = (70_000_001, 70_000_002)
STRANGER = 70_000_009
OFFICERS_VERBS = ("take", "verify", "close", "not_ours", "details", "words", "reopen")
MARKS = {str(CITIZENS[0]): "zqanz", str(CITIZENS[1]): "zqbinhz"}  #: no digits of an address
STORIES = ("co trom xe o xom 5 hai xuan", "danh nhau o cho Con hai hau", "chong danh vo o hai xuan",
           "cán bộ xã Hải Xuân ăn chặn tiền", "danh bac o cho")  # fmt: skip
SAID = ("/start", "/report", "/status", "/mydata", "/cancel", "/help", "/tips", "/wipe", "1", "2", "0",
        "BS xe mau do", "hủy", "tối qua", "0912345678", "cảm ơn")  # fmt: skip

ALL = (*AT_REST, read_only_where_they_may_be(MARKS))


@cache
def router() -> Router:
    return Router.load(("37",))


@cache
def template() -> Sqlite:
    return Sqlite(Path(tempfile.mkdtemp(prefix="any-order-")))


class AnyOrder(RuleBasedStateMachine):
    """The town, and the people in it by the names under which they are drawn."""

    def __init__(self) -> None:
        super().__init__()
        self.runner = asyncio.Runner()
        self.folder = Path(tempfile.mkdtemp(prefix="any-order-"))
        self.database = Database(template().make_migrated(self.folder / "t.db"), Keyring.fresh())
        self.town_ = make_town(self.database, FakeClock(), self.folder, router())
        self.town: Town = self.run(self.town_.__aenter__())
        self.people: dict[str, Person] = {}
        self.newest = 900
        self.data: list[str] = []  #: of every button ever shown

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        return self.runner.run(work)

    def teardown(self) -> None:
        self.run(self.town_.__aexit__(None, None, None))
        self.run(self.database.close())
        self.runner.close()
        shutil.rmtree(self.folder)

    @initialize()
    def everybody_comes(self) -> None:
        citizens = [self.town.citizen(number, f"Dan {number}") for number in CITIZENS]
        self.people = {
            "an": citizens[0],
            "binh": citizens[1],
            "stranger": self.town.citizen(STRANGER),
            "officer": self.run(self.town.officer(901)),
            "neighbour": self.run(self.town.officer(902, Role.OFFICER, HAI_HAU)),
            "desk": self.run(self.town.desk_officer(903)),
            "admin": self.run(self.town.officer(904, Role.ADMIN, None)),
        }
        self.newest = 904

    # what citizens do -------------------------------------------------------------------------

    @rule(who=st.sampled_from(("an", "binh")), story=st.sampled_from(STORIES))
    def tells(self, who: str, story: str) -> None:
        person = self.people[who]
        if person.user.blocked:
            self.blocks_or_comes_back(who)
        self.run(person.says(f"{story} {MARKS[str(person.user.id)]}"))

    @rule(who=st.sampled_from(("an", "binh")), story=st.sampled_from(STORIES[:3]))
    def reports(self, who: str, story: str) -> None:
        """The whole of it: an urgent tip, sent."""
        self.tells(who, story)
        for _ in range(6):
            wanted = ("Đồng ý và gửi", "Đang xảy ra")
            shown = [b for b in wanted if b in self.people[who].buttons]
            if shown:
                self.run(self.people[who].presses(shown[0]))

    @rule(who=st.sampled_from(("an", "binh", "stranger", "officer", "desk")),
          text=st.sampled_from(SAID))  # fmt: skip
    def says(self, who: str, text: str) -> None:
        if not self.people[who].user.blocked:
            self.run(self.people[who].says(text))

    # what anybody does ------------------------------------------------------------------------

    @rule(who=st.sampled_from(("an", "binh", "officer", "officer", "desk", "neighbour")),
          which=st.integers(0, 9), back=st.integers(0, 3))  # fmt: skip
    def presses_what_is_shown(self, who: str, which: int, back: int) -> None:
        user = self.people[who].user
        shown = [message for message in user.from_bot if message.rows]
        if not shown or user.blocked:
            return
        message = shown[max(-len(shown), -1 - back)]
        data = [str(button["callback_data"]) for row in message.rows for button in row]
        self.run(self.people[who].does(user.forges(data[which % len(data)], message)))

    @rule(who=st.sampled_from(("an", "binh", "stranger", "officer", "neighbour", "desk", "admin")),
          which=st.integers(0, 10_000))  # fmt: skip
    def forges(self, who: str, which: int) -> None:
        """Press anything that was ever shown to anybody."""
        person = self.people[who]
        if not self.data or person.user.blocked or not person.user.from_bot:
            return
        data = self.data[which % len(self.data)]
        before = self.run(self.database.read(tips_as_they_are))
        self.run(person.does(person.user.forges(data, person.user.last)))
        press = Press.read(data)
        if press is not None and press.verb in OFFICERS_VERBS and self._may_not(who, press):
            assert self.run(self.database.read(tips_as_they_are)) == before, (who, data)

    def _may_not(self, who: str, press: Press) -> bool:
        """Said without the program's own rules."""
        if who in ("an", "binh", "stranger", "admin") or who.startswith("removed"):
            return True
        tip = self.run(self.database.read(lambda session: session.get(Tip, press.number)))
        theirs = {"officer": "14308", "neighbour": HAI_HAU}
        return tip is None or (who in theirs and tip.commune_code != theirs[who])

    @rule(who=st.sampled_from(("officer", "desk", "an")))
    def blocks_or_comes_back(self, who: str) -> None:
        person = self.people[who]
        if person.user.blocked:
            self.run(person.does(person.user.unblocks()))
            self.run(person.says("/start"))
        else:
            self.run(person.does(person.user.blocks()))

    # what the operator and time do ------------------------------------------------------------

    @rule(minutes=st.sampled_from((1, 11, 20, 180, 1500)))
    def time_passes(self, minutes: int) -> None:
        self.run(self.town.pass_time(minutes=minutes))

    @rule()
    def the_officer_is_replaced(self) -> None:
        """Removed; somebody else is invited, and the buttons of before stay on the old telephone."""
        old = self.people["officer"]
        self.run(self.town.run(lambda tx: people.remove(tx, newest(tx.session, "14308"), None)))
        self.run(self.town.settle())
        self.newest += 1
        self.people |= {"stranger": old, "officer": self.run(self.town.officer(self.newest))}

    # what holds -------------------------------------------------------------------------------

    @invariant()
    def everything_holds(self) -> None:
        log = log_of(self.town.telegram)
        found = self.run(self.database.read(lambda session: breaches(session, log, ALL)))
        assert found == []
        self.data = list(dict.fromkeys(data for said in log.handed for data in said.buttons))


def newest(session: Session, commune: str) -> Officer:
    mine = (Officer.commune_code == commune, Officer.state == OfficerState.ACTIVE)
    return session.query(Officer).where(*mine).order_by(Officer.id.desc()).limit(1).one()


def tips_as_they_are(session: Session) -> list[tuple[Any, ...]]:
    return [
        (tip.id, tip.state, tip.officer_id, tip.revision, tip.desk_reason, tip.outcome)
        for tip in session.query(Tip).order_by(Tip.id)
    ]


TestAnyOrder = AnyOrder.TestCase
TestAnyOrder.settings = settings(
    max_examples=10,
    stateful_step_count=20,
    deadline=None,
    suppress_health_check=list(HealthCheck),
)
