"""Citizens and officers who do anything at any time, drawn from a seed: half of it makes sense."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from random import Random

from tests.fake_telegram import FakeUser, Message

SPOTS = ("xom 5 hai xuan", "cho Con hai hau", "xa Hai Xuan", "truong hoc", "duong Tran Phu")
ACTS = ("co trom xe", "dang danh nhau, co dao", "chay nha", "danh bac", "mat trom xe may")
IDLE = (
    "/start", "/report", "/status", "/mydata", "/cancel", "/help", "/officer", "1", "2", "0", "có",
    "không", "tối qua", "cảm ơn", "hủy", "0912345678", "K7M4-P2X9-R3T", "{x} %s <b>", "ok", "🔥",
)  # fmt: skip
SEND = "answer.send"


@dataclass
class Citizen:
    user: FakeUser
    mark: str  #: a word that nobody else says
    random: Random
    spots: Sequence[str]

    async def acts(self) -> None:
        drawn = self.random.random()
        if self.user.blocked:
            await self.user.unblocks()
        elif drawn < 0.12 or not self.user.from_bot:
            act, spot = self.random.choice(ACTS), self.random.choice(self.spots)
            await self.user.sends(f"{act} o {spot} {self.mark}")
        elif drawn < 0.8 and (shown := _with_buttons(self.user)):
            await self._presses(shown[-1])
        elif drawn < 0.88 and (shown := _with_buttons(self.user)):
            await self._presses(self.random.choice(shown))
        elif drawn < 0.93:
            await self.user.sends(f"BS them mot nguoi {self.mark}")
        elif drawn < 0.94:
            await self.user.blocks()
        else:
            await self.user.sends(self.random.choice(IDLE))

    async def _presses(self, message: Message) -> None:
        """What sends a tip is pressed when it is there; else mostly the first button."""
        data = [str(button["callback_data"]) for row in message.rows for button in row]
        send = [one for one in data if one.startswith(SEND)]
        likely = data[:1] if self.random.random() < 0.6 else data
        await self.user.forges(self.random.choice(send or likely), message)


@dataclass
class Official:
    """Presses buttons, new ones and old ones; now and then loses the telephone for a while."""

    user: FakeUser
    random: Random
    away: int = field(default=0)  #: how often it will do nothing

    async def acts(self) -> None:
        if self.user.blocked:
            await self._comes_back()
            return
        drawn, shown = self.random.random(), _with_buttons(self.user)
        if drawn < 0.01:
            await self.user.blocks()
            self.away = self.random.randint(1, 20)
        elif drawn < 0.05:
            await self.user.sends("/tips")
        elif shown:
            message = self.random.choice(shown[-8:] if drawn < 0.9 else shown)
            data = [str(button["callback_data"]) for row in message.rows for button in row]
            await self.user.forges(self.random.choice(data), message)

    async def _comes_back(self) -> None:
        self.away -= 1
        if self.away <= 0:
            await self.user.unblocks()
            await self.user.sends("/tips")


def _with_buttons(user: FakeUser) -> list[Message]:
    return [message for message in user.from_bot if message.rows]
