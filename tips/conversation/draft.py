"""What a person has told us so far: a value that is stored between two messages."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from typing import Any

from pydantic import TypeAdapter

from routing import Point
from tips.understanding.guess import Urgency

LONGEST_WORDS = 8000  #: characters of what was seen, over all messages
MOST_EVIDENCE = 5  #: pieces a tip


class Step(StrEnum):
    """The questions, in the order in which what is missing is asked."""

    CATEGORY = "category"
    URGENCY = "urgency"
    WHAT = "what"
    PIN = "pin"  #: is the pin where it happened, or where you stand?
    WHERE = "where"
    WHICH = "which"  #: one of the communes that may be meant
    WHEN = "when"
    DETAIL = "detail"  #: one follow-up by category
    EVIDENCE = "evidence"
    VOICE = "voice"  #: may the commune hear the sound?
    OFFICIAL = "official"  #: does it concern local officials?
    CONTACT = "contact"
    PHONE = "phone"
    SUMMARY = "summary"
    EDIT = "edit"  #: which part?
    ATTACH = "attach"  #: does this belong to a tip already filed, or to a new one?
    ADD = "add"  #: everything goes to a tip already filed, until «Xong»


@dataclass(frozen=True, slots=True)
class Option:
    """A commune that may be meant."""

    code: str
    name: str  #: "xã Hải Xuân"
    formerly: str = ""  #: "xã Hải Hòa, huyện Hải Hậu"
    district: str = ""  #: old district


@dataclass(frozen=True, slots=True)
class Place:
    """Where it happened: as said, as pinned, and which commune that is."""

    words: str = ""
    hamlet: str = ""  #: "xóm 5": where in the commune, in their words
    point: Point | None = None
    accuracy: float | None = None  #: metres
    pin_asked: bool = False  #: "here, or where I stand?" has been answered
    commune: Option | None = None  #: settled
    options: tuple[Option, ...] = ()  #: to choose from
    ask: str = ""  #: key of the question to ask in place of the usual one
    district: str = ""  #: the old district chosen, where there were too many options
    turned_down: int = 0  #: options seen and answered with «Nơi khác»
    not_these: tuple[str, ...] = ()  #: codes of communes that all were turned down
    matched: str = ""  #: the words in which the options were found
    unknown: bool = False  #: the person does not know: the desk will find out
    why: str = ""  #: the router's reason as a sentence, for officers
    suggested: Option | None = None  #: by the poster whose code was scanned

    @property
    def settled(self) -> bool:
        return self.commune is not None or self.unknown

    @property
    def was_answered(self) -> bool:
        """Said or pinned in answer to the question, not heard in the story."""
        return bool(self.words or self.point or self.unknown)


@dataclass(frozen=True, slots=True)
class Time:
    """When it happened, as said and as understood."""

    said: str = ""
    start: datetime | None = None
    end: datetime | None = None
    heard: bool = False  #: in the story, not in answer to the question


@dataclass(frozen=True, slots=True)
class Said:
    """Which message told us what: so that an edit of it is followed."""

    message_id: str
    step: Step  #: the question that was open
    index: int | None = None  #: in the draft's words, if it went there


@dataclass(frozen=True, slots=True)
class Draft:
    """A tip that is not sent yet."""

    number: int  #: named by its buttons, so that another draft's buttons do nothing
    started_at: datetime
    revision: int = 0  #: counts the questions asked
    at: Step = Step.WHAT
    guided: bool = False  #: step by step, asking also what may be skipped
    words: tuple[str, ...] = ()
    messages: tuple[Said, ...] = ()
    category: str = ""
    guessed: bool = False  #: the category is our guess
    urgency: Urgency | None = None
    harm: bool = False
    place: Place = field(default_factory=Place)
    time: Time | None = None
    evidence: tuple[int, ...] = ()
    album: str = ""  #: the album last acknowledged
    full_album: str = ""  #: the album of which parts were last turned away
    has_sound: bool = False
    sound_to_commune: bool | None = None
    local_official: bool | None = None
    official_mentioned: bool = False
    contact: str | None = None  #: "" for anonymous, None before it was said
    passed: tuple[Step, ...] = ()  #: skipped or done
    trail: tuple[Step, ...] = ()  #: the way back
    told_to_call: bool = False
    told_scope: bool = False  #: what this channel takes
    nudged: bool = False  #: told once that something urgent is still unsent
    adding_to: int = 0  #: number of the tip that Step.ADD adds to
    added_at: datetime | None = None  #: the last time something was added
    aside: Draft | None = None  #: an unfinished tip, waiting while this is done

    @property
    def what(self) -> str:
        return "\n".join(self.words)

    @property
    def began_at(self) -> datetime:
        """When the oldest of what is unfinished began."""
        return self.aside.began_at if self.aside else self.started_at

    @property
    def all_evidence(self) -> tuple[int, ...]:
        return self.evidence + (self.aside.all_evidence if self.aside else ())

    @property
    def is_blank(self) -> bool:
        """Nothing would be lost with it."""
        return not (self.words or self.evidence or self.category or self.place.was_answered)

    def having(self, **changes: Any) -> Draft:
        return replace(self, **changes)

    def passing(self, step: Step) -> Draft:
        return replace(self, passed=(*self.passed, step))

    def hears(self, text: str) -> Draft:
        """Add to what was seen, as far as there is room."""
        room = LONGEST_WORDS - len(self.what)
        return replace(self, words=(*self.words, text[:room])) if text and room > 0 else self

    def noting(self, message_id: str | None, before: Draft) -> Draft:
        """Remember what the newest message did to `before`."""
        if message_id is None:
            return self
        index = len(self.words) - 1 if self.words != before.words else None
        return replace(self, messages=(*self.messages, Said(message_id, before.at, index)))

    def to_json(self) -> bytes:
        return _DRAFT.dump_json(self)

    @classmethod
    def from_json(cls, stored: bytes | None) -> Draft | None:
        return None if stored is None else _DRAFT.validate_json(stored)


_DRAFT = TypeAdapter(Draft)
