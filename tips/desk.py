"""What every part of the desk is handed: the operator's decisions, the map, the voices, the files."""

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from routing import Router
from storage.database import Session
from storage.files import FileStore
from storage.models import Chat, Tip
from storage.states import Priority
from tips.conversation.world import Policy
from tips.voice import Voice, Voices

Clock = Callable[[], datetime]  #: returns an aware UTC time


@dataclass(frozen=True, slots=True)
class Limits:
    """Numbers the operator may change."""

    targets: Mapping[Priority, timedelta]  #: until somebody should have taken a tip
    remind_at: float = 2 / 3  #: of the target
    urgent_per_hour: int = 5  #: from one chat; beyond it urgent tips go to the desk only
    wrong_codes_per_hour: int = 5
    evidence_size: int = 20_000_000  #: bytes
    evidence_per_day: int = 20  #: pieces from one chat
    free_disk: int = 2_000_000_000  #: bytes; below it text is kept and media are refused


@dataclass(frozen=True, slots=True)
class Desk:
    """The desk's own things, handed to each of its parts."""

    router: Router
    voices: Voices
    policy: Policy
    limits: Limits
    files: FileStore
    home_province: str  #: code; where a tip of unknown place belongs
    free_disk: Callable[[], int]  #: bytes left where evidence is kept
    enlist: Callable[[Session, str | None, str, datetime], None] | None = None
    """On the try-out page only: makes sure that a commune has an officer to alert."""

    def voice_of(self, chat: Chat) -> Voice:
        return self.voices.speaking(chat.language)

    def province_name(self, code: str) -> str:
        """Name a province in force: "tỉnh Ninh Bình"."""
        province = self.router.gazetteer.new_provinces[code]
        return f"{province.kind} {province.name}"

    def unit_name(self, tip: Tip) -> str:
        """The commune's full name; "" where nobody knows it."""
        return self.commune_name(tip.commune_code) or ""

    def commune_name(self, code: str | None) -> str | None:
        """ "xã Hải Xuân"; None for a code that is not in the scope."""
        if code is None:
            return None
        try:
            return self.router.commune(code).full_name
        except KeyError:
            return None


@dataclass(frozen=True, slots=True)
class Transaction:
    """One transaction at the desk: what is read and written, by which rules, at what time."""

    session: Session
    desk: Desk
    now: datetime
    tally: Counter[str] = field(default_factory=Counter)  #: what is to be counted, once committed

    def voice_of(self, chat: Chat) -> Voice:
        return self.desk.voice_of(chat)
