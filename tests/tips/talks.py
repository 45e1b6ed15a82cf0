"""A conversation without a database: `advance` called as intake calls it, the draft stored each time."""

import itertools
from dataclasses import dataclass, field, replace
from datetime import timedelta
from zoneinfo import ZoneInfo

from routing import Point, Router
from storage.states import Channel, EvidenceKind
from tests.clock import START
from tips.conversation.actions import Action
from tips.conversation.advance import advance
from tips.conversation.draft import Draft
from tips.conversation.world import Policy, TipFact, World
from tips.messages import Incoming, Media, Reply
from tips.outbox import chosen, flat
from tips.voice import Voice
from words.texts import Language, Texts

ZONE = ZoneInfo("Asia/Ho_Chi_Minh")
IN_HAI_XUAN = Point(20.1283, 106.2419)


def make_world(
    router: Router,
    *,
    trial: bool = False,
    language: Language = Language.VI,
    mine: tuple[TipFact, ...] = (),
) -> World:
    def named(code: str) -> str | None:
        try:
            return router.commune(code).full_name
        except KeyError:
            return None

    return World(
        now=START,
        voice=Voice(Texts(), language, ZONE, trial),
        policy=Policy("Ninh Bình", "Công an tỉnh Ninh Bình", "12/QĐ", "https://example.vn"),
        route=router.route,
        commune_named=named,
        explain=lambda _: "",
        fresh_number=1,
        my_tips=lambda: mine,
    )


@dataclass
class Talk:
    """One person's conversation. Every method returns the words of the newest answer."""

    world: World
    draft: Draft | None = None
    replies: list[Reply] = field(default_factory=list)  #: of the newest turn
    actions: list[Action] = field(default_factory=list)  #: of the newest turn
    shown: list[tuple[str, str]] = field(default_factory=list)  #: (label, data) last offered
    _serial: "itertools.count[int]" = field(default_factory=lambda: itertools.count(1))

    def says(self, text: str, message: str | None = None) -> str:
        data = chosen(self.shown, text)
        if data:
            return self.takes(self._incoming(choice=data))
        return self.takes(self._incoming(text=text, message_id=message or str(next(self._serial))))

    def edits(self, message: str, text: str) -> str:
        return self.takes(self._incoming(text=text, message_id=message, edited=True))

    def presses(self, label: str) -> str:
        data = next((data for known, data in self.shown if known == label), None)
        assert data is not None, (
            f"no button {label!r}; offered: {[known for known, _ in self.shown]}"
        )
        return self.forges(data)

    def forges(self, data: str) -> str:
        return self.takes(self._incoming(choice=data))

    def pins(self, point: Point = IN_HAI_XUAN) -> str:
        return self.takes(self._incoming(point=point, accuracy=10.0))

    def shows(
        self, caption: str = "", kind: EvidenceKind = EvidenceKind.PHOTO, album: str | None = None
    ) -> str:
        media = Media(kind, "file")
        return self.takes(
            self._incoming(text=caption, media=media, album=album), next(self._serial) + 1000
        )

    def sends_a_sticker(self) -> str:
        return self.takes(self._incoming(unsupported="sticker"))

    def takes(self, incoming: Incoming, evidence_id: int | None = None) -> str:
        self.world = replace(self.world, fresh_number=self.world.fresh_number + 1)
        turn = advance(self.draft, incoming, evidence_id, self.world)
        self.draft = stored_and_read(turn.draft)
        self.replies, self.actions = list(turn.replies), list(turn.actions)
        for reply in self.replies:
            if reply.choices:
                self.shown = [(choice.label, choice.data) for choice in flat(reply)]
        return self.text

    def passes(self, **units: float) -> None:
        self.world = replace(self.world, now=self.world.now + timedelta(**units))

    @property
    def text(self) -> str:
        return self.replies[-1].text if self.replies else ""

    @property
    def labels(self) -> list[str]:
        return [label for label, _ in self.shown]

    @property
    def tip(self) -> Draft:
        assert self.draft is not None
        return self.draft

    def _incoming(self, **content: object) -> Incoming:
        return replace(Incoming(Channel.TELEGRAM, "7", "7"), **content)  # type: ignore[arg-type]


def stored_and_read(draft: Draft | None) -> Draft | None:
    """What is left of a draft after it was stored: all of it."""
    if draft is None:
        return None
    read = Draft.from_json(draft.to_json())
    assert read == draft
    return read
