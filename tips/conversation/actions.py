"""What a turn of the conversation wants done: carried out by intake in the same transaction."""

from dataclasses import dataclass

from routing import Point
from tips.conversation.draft import Draft
from tips.messages import Reply


@dataclass(frozen=True, slots=True)
class File:
    """Send the tip."""

    draft: Draft


@dataclass(frozen=True, slots=True)
class LookUp:
    """Show the tip with this receipt code; None: it was no code, which counts as a wrong one."""

    code: str | None


@dataclass(frozen=True, slots=True)
class Add:
    """Send more for a tip already filed."""

    number: int
    words: str = ""
    point: Point | None = None
    evidence: tuple[int, ...] = ()
    said: Reply | None = None  #: once it is added; None where that was said before


@dataclass(frozen=True, slots=True)
class Withdraw:
    number: int


@dataclass(frozen=True, slots=True)
class SayWhetherSafe:
    """May updates about a sensitive tip be sent to this device?"""

    number: int
    safe: bool


@dataclass(frozen=True, slots=True)
class EraseMine:
    """Erase what ties this person to anything, and what nobody took yet."""


@dataclass(frozen=True, slots=True)
class WipeChat:
    """Delete both sides' messages, as far as the channel lets us."""


@dataclass(frozen=True, slots=True)
class ChangeLanguage:
    language: str


@dataclass(frozen=True, slots=True)
class UseInvitation:
    secret: str


@dataclass(frozen=True, slots=True)
class OfficerTips:
    """List the tips that are open with this officer's unit."""


Action = (
    File
    | LookUp
    | Add
    | Withdraw
    | SayWhetherSafe
    | EraseMine
    | WipeChat
    | ChangeLanguage
    | UseInvitation
    | OfficerTips
)
