"""The nouns. One class per table; times are aware UTC; columns of type bytes named `…sealed` are sealed."""

from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    DateTime,
    Dialect,
    Enum,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import DeclarativeBase, Mapped, MappedAsDataclass, mapped_column
from sqlalchemy.types import TypeDecorator

from storage.states import (
    CardKind,
    Channel,
    ChatKind,
    ChatState,
    DeliveryClass,
    DeskReason,
    EventKind,
    EvidenceKind,
    EvidenceVerdict,
    OfficerState,
    Priority,
    QueueState,
    Role,
    TipState,
)


class UtcDateTime(TypeDecorator[datetime]):
    """An aware UTC datetime. SQLite keeps it without zone; a naive one is refused."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, _: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a time without zone")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, _: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


def _plain(enum: type[StrEnum]) -> Enum:
    return Enum(enum, native_enum=False, length=24, values_callable=lambda e: [m.value for m in e])


_ENUMS = (CardKind, Channel, ChatKind, ChatState, DeliveryClass, DeskReason, EventKind, EvidenceKind,
          EvidenceVerdict, OfficerState, Priority, QueueState, Role, TipState)  # fmt: skip

#: SQLite numbers rows by itself only in INTEGER columns.
_Id = BigInteger().with_variant(Integer, "sqlite")
_TYPES: dict[Any, Any] = {
    datetime: UtcDateTime(),
    dict[str, Any]: JSON,
    int: _Id,
    **{enum: _plain(enum) for enum in _ENUMS},
}


class Model(MappedAsDataclass, DeclarativeBase, kw_only=True):
    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map = _TYPES


class QueueItem(MappedAsDataclass, kw_only=True):
    """The columns of anything that is done later, once, in order within its lane, and tried again."""

    #: When it may be claimed; while it is leased, when the lease runs out. None: it sleeps until another
    #: of its lane has ended.
    due_at: Mapped[datetime | None]
    state: Mapped[QueueState] = mapped_column(default=QueueState.WAITING)
    owner: Mapped[str | None] = mapped_column(default=None)  #: who holds the lease
    attempts: Mapped[int] = mapped_column(default=0)  #: counted before the work
    error: Mapped[str | None] = mapped_column(default=None)  #: a name of the fault, never words


_OPEN = text("closed_at IS NULL")
_WAITING = text("state = 'waiting'")
_FRESH = text("state = 'waiting' AND attempts = 0")
_TRIED = text("state = 'waiting' AND attempts > 0")


class Installation(Model):
    """One row: which key file belongs to this database, and which schema wrote it first."""

    __tablename__ = "installation"

    fingerprint: Mapped[bytes]  #: keyed hash of a fixed word; another key gives another
    created_at: Mapped[datetime]
    id: Mapped[int] = mapped_column(primary_key=True, default=1)


class Chat(Model):
    """Where to answer. The address is found by its keyed hash and read by unsealing it."""

    __tablename__ = "chats"
    __table_args__ = (UniqueConstraint("channel", "digest"),)

    id: Mapped[int] = mapped_column(primary_key=True, init=False)
    channel: Mapped[Channel]
    digest: Mapped[bytes]
    address_sealed: Mapped[bytes]
    kind: Mapped[ChatKind]
    created_at: Mapped[datetime]
    state: Mapped[ChatState] = mapped_column(default=ChatState.OPEN)
    language: Mapped[str] = mapped_column(default="vi")
    #: When all that was sent there, at the pace the platform allows one chat, will have been allowed.
    #: The column has the name it had when it held the time of the last message.
    settled_at: Mapped[datetime | None] = mapped_column("sent_at", default=None)


class Conversation(Model):
    """What a person is in the middle of telling us, and the choices last shown to them."""

    __tablename__ = "conversations"

    chat_id: Mapped[int] = mapped_column(
        ForeignKey("chats.id", ondelete="CASCADE"), primary_key=True
    )
    draft_sealed: Mapped[bytes | None] = mapped_column(default=None)
    menu_sealed: Mapped[bytes | None] = mapped_column(default=None)  #: [[label, data], …]
    expires_at: Mapped[datetime | None] = mapped_column(default=None, index=True)
    nudge_at: Mapped[datetime | None] = mapped_column(default=None, index=True)


class Attempt(Model):
    """Something counted for an hour or a day: a wrong code, a wrong link."""

    __tablename__ = "attempts"
    __table_args__ = (Index(None, "chat_id", "kind", "at"),)

    id: Mapped[int] = mapped_column(primary_key=True, init=False)
    chat_id: Mapped[int] = mapped_column(ForeignKey("chats.id", ondelete="CASCADE"))
    kind: Mapped[str]
    at: Mapped[datetime] = mapped_column(index=True)


class Inbox(QueueItem, Model):
    """One update from a platform, stored before it is acknowledged; emptied when it is done."""

    __tablename__ = "inbox"
    __table_args__ = (
        UniqueConstraint("channel", "external_id"),
        Index("ix_inbox_waiting", "lane", "sequence", "id",
              sqlite_where=_WAITING, postgresql_where=_WAITING),
        Index("ix_inbox_fresh", "due_at", "id", sqlite_where=_FRESH, postgresql_where=_FRESH),
        Index("ix_inbox_tried", "due_at", "id", sqlite_where=_TRIED, postgresql_where=_TRIED),
        Index("ix_inbox_received_at", "received_at"),
    )  # fmt: skip

    id: Mapped[int] = mapped_column(primary_key=True, init=False)
    channel: Mapped[Channel]
    external_id: Mapped[str]  #: the platform's own id of the update
    lane: Mapped[bytes]  #: keyed hash of the chat
    sequence: Mapped[int]  #: order within the lane
    body_sealed: Mapped[bytes | None]
    received_at: Mapped[datetime]
    message_id: Mapped[str | None] = mapped_column(
        default=None
    )  #: so that both sides can be deleted


class Delivery(QueueItem, Model):
    """One message owed to one chat, written with the change it tells about."""

    __tablename__ = "deliveries"
    __table_args__ = (
        Index("ix_deliveries_waiting", "chat_id", "klass", "id",
              sqlite_where=_WAITING, postgresql_where=_WAITING),
        Index("ix_deliveries_due", "channel", "klass", "due_at", "id",
              sqlite_where=_WAITING, postgresql_where=_WAITING),
        Index("uq_deliveries_card_id_waiting", "card_id", unique=True,
              sqlite_where=_WAITING, postgresql_where=_WAITING),
        Index("ix_deliveries_chat_id_sent_at", "chat_id", "sent_at"),
    )  # fmt: skip

    id: Mapped[int] = mapped_column(primary_key=True, init=False)
    chat_id: Mapped[int] = mapped_column(ForeignKey("chats.id", ondelete="CASCADE"))
    channel: Mapped[Channel]
    klass: Mapped[DeliveryClass]
    created_at: Mapped[datetime]
    dedup_key: Mapped[str | None] = mapped_column(default=None, unique=True)
    body_sealed: Mapped[bytes | None] = mapped_column(default=None)  #: None: a card, or emptied
    card_id: Mapped[int | None] = mapped_column(ForeignKey("cards.id"), default=None)
    tip_id: Mapped[int | None] = mapped_column(ForeignKey("tips.id"), default=None, index=True)
    sent_at: Mapped[datetime | None] = mapped_column(default=None, index=True)
    message_id: Mapped[str | None] = mapped_column(default=None)
    #: Claims since an outcome was last recorded: so often its process may have been killed over it.
    unrecorded: Mapped[int] = mapped_column(default=0)


class Pause(Model):
    """A channel asked for silence: until then nothing is sent to it, by any process."""

    __tablename__ = "pauses"

    channel: Mapped[Channel] = mapped_column(primary_key=True)
    until: Mapped[datetime]


class Turn(Model):
    """The right to send a channel one message a second: of each there are as many as it takes."""

    __tablename__ = "turns"

    channel: Mapped[Channel] = mapped_column(primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    free_at: Mapped[datetime]
    delivery_id: Mapped[int | None] = mapped_column(default=None)  #: for which it is held


class Card(Model):
    """A message that changes with its tip: sent once, then edited to whatever is true."""

    __tablename__ = "cards"
    __table_args__ = (
        UniqueConstraint("tip_id", "chat_id", "kind", "evidence_id"),
        Index(None, "hidden", "kind", "sent_at"),  # what lies open is looked for every few seconds
    )

    id: Mapped[int] = mapped_column(primary_key=True, init=False)
    tip_id: Mapped[int] = mapped_column(ForeignKey("tips.id"))
    chat_id: Mapped[int] = mapped_column(ForeignKey("chats.id", ondelete="CASCADE"), index=True)
    kind: Mapped[CardKind]
    evidence_id: Mapped[int] = mapped_column(default=0)  #: 0: not about one piece of evidence
    officer_id: Mapped[int | None] = mapped_column(ForeignKey("officers.id"), default=None)
    hidden: Mapped[bool] = mapped_column(default=False)
    page: Mapped[int] = mapped_column(default=0)  #: of words too long for one message
    wanted: Mapped[int] = mapped_column(default=1)  #: counts the changes to be shown
    shown: Mapped[int] = mapped_column(default=0)  #: the change that the sent message shows
    message_id: Mapped[str | None] = mapped_column(default=None)
    sent_at: Mapped[datetime | None] = mapped_column(default=None)
    old_message_id: Mapped[str | None] = mapped_column(
        default=None
    )  #: sent before, to be taken away when the card is sent anew


class Tip(Model):
    """A claim about an incident. Its number is `id`; who reported it is in `reporters`, apart."""

    __tablename__ = "tips"
    __table_args__ = (
        Index(None, "commune_code", "received_at"),
        Index(None, "state", "target_at"),
        Index("ix_tips_open", "commune_code", "province_code",
              sqlite_where=_OPEN, postgresql_where=_OPEN),
    )  # fmt: skip

    id: Mapped[int] = mapped_column(primary_key=True, init=False)
    channel: Mapped[Channel]
    category: Mapped[str]
    priority: Mapped[Priority]
    urgency: Mapped[str]
    commune_code: Mapped[str | None]
    province_code: Mapped[str]
    received_at: Mapped[datetime] = mapped_column(index=True)
    target_at: Mapped[datetime]  #: when somebody should have taken it
    remind_at: Mapped[datetime | None]
    words_sealed: Mapped[bytes | None]  #: what was seen, and what was added
    place_sealed: Mapped[bytes | None]  #: words, point, hamlet, why this commune
    time_sealed: Mapped[bytes | None]  #: as said, and what was understood
    happened_at: Mapped[datetime | None] = mapped_column(default=None)
    desk_reason: Mapped[DeskReason | None] = mapped_column(default=None)
    state: Mapped[TipState] = mapped_column(default=TipState.NEW)
    outcome: Mapped[str | None] = mapped_column(
        default=None
    )  #: key of the template told to the reporter
    officer_id: Mapped[int | None] = mapped_column(ForeignKey("officers.id"), default=None)
    acknowledged_at: Mapped[datetime | None] = mapped_column(default=None)
    closed_at: Mapped[datetime | None] = mapped_column(default=None, index=True)
    overdue_at: Mapped[datetime | None] = mapped_column(default=None)  #: when the desk was told
    updated_at: Mapped[datetime | None] = mapped_column(
        default=None
    )  #: of its state; None: as filed
    about_child: Mapped[bool] = mapped_column(default=False)  #: its pictures stay at the desk
    revision: Mapped[int] = mapped_column(default=1)  #: counts changes; buttons name it


class Reporter(Model):
    """Who sent a tip: kept apart, so that reading a tip never reads a person."""

    __tablename__ = "reporters"

    tip_id: Mapped[int] = mapped_column(ForeignKey("tips.id"), primary_key=True)
    chat_id: Mapped[int | None] = mapped_column(ForeignKey("chats.id"), index=True)
    receipt_digest: Mapped[bytes] = mapped_column(unique=True)
    consent_version: Mapped[str]
    consent_at: Mapped[datetime]
    consent_channel: Mapped[Channel]
    contact_sealed: Mapped[bytes | None] = mapped_column(default=None)
    told_safe: Mapped[bool] = mapped_column(default=False)  #: said this device may receive updates
    wants_news: Mapped[bool] = mapped_column(default=True)


class Burst(Model):
    """Many tips on one event within minutes: officers see them as one card.

    Its number is that of the tip that opened it, and its card hangs on that tip. The columns up to
    `desk_reason` are what its tips have in common.
    """

    __tablename__ = "bursts"

    id: Mapped[int] = mapped_column(ForeignKey("tips.id"), primary_key=True)
    province_code: Mapped[str]
    commune_code: Mapped[str | None]
    category: Mapped[str]
    urgent: Mapped[bool]
    desk_reason: Mapped[DeskReason | None]  #: one that keeps them from the commune
    until: Mapped[datetime] = mapped_column(index=True)  #: later tips are not part of it
    shown_at: Mapped[datetime]  #: its growth, to the officers
    show_at: Mapped[datetime | None] = mapped_column(default=None, index=True)  #: it has grown


class BurstTip(Model):
    """A tip is part of a burst: of one at most."""

    __tablename__ = "burst_tips"

    tip_id: Mapped[int] = mapped_column(ForeignKey("tips.id"), primary_key=True)
    burst_id: Mapped[int] = mapped_column(ForeignKey("bursts.id"), index=True)


class Evidence(QueueItem, Model):
    """One photo, video, voice or document: fetched and cleaned later, as a queue of its own."""

    __tablename__ = "evidence"
    __table_args__ = (
        Index(
            "ix_evidence_waiting", "due_at", "id", sqlite_where=_WAITING, postgresql_where=_WAITING
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True, init=False)
    chat_id: Mapped[int | None] = mapped_column(ForeignKey("chats.id"), index=True)
    channel: Mapped[Channel]
    kind: Mapped[EvidenceKind]
    created_at: Mapped[datetime] = mapped_column(index=True)
    reference_sealed: Mapped[bytes | None]  #: how the channel finds it, until fetched
    size: Mapped[int | None]  #: bytes, as the channel said
    tip_id: Mapped[int | None] = mapped_column(ForeignKey("tips.id"), default=None, index=True)
    verdict: Mapped[EvidenceVerdict] = mapped_column(default=EvidenceVerdict.FETCHING)
    media_type: Mapped[str | None] = mapped_column(default=None)
    file: Mapped[str | None] = mapped_column(
        default=None
    )  #: cleaned; for the desk only if uncleanable
    silent_file: Mapped[str | None] = mapped_column(default=None)  #: a video without its sound
    has_sound: Mapped[bool] = mapped_column(default=False)
    sound_to_commune: Mapped[bool] = mapped_column(default=False)  #: the reporter agreed


class Event(Model):
    """What happened, when, by whom. Codes and ids only; a note, if any, is sealed."""

    __tablename__ = "events"

    id: Mapped[int] = mapped_column(primary_key=True, init=False)
    at: Mapped[datetime] = mapped_column(index=True)
    kind: Mapped[EventKind]
    tip_id: Mapped[int | None] = mapped_column(ForeignKey("tips.id"), default=None, index=True)
    officer_id: Mapped[int | None] = mapped_column(ForeignKey("officers.id"), default=None)
    facts: Mapped[dict[str, Any]] = mapped_column(default_factory=dict)
    note_sealed: Mapped[bytes | None] = mapped_column(default=None)


class Officer(Model):
    """A person who handles tips: for one commune, or for the province when `commune_code` is None."""

    __tablename__ = "officers"

    id: Mapped[int] = mapped_column(primary_key=True, init=False)
    role: Mapped[Role]
    commune_code: Mapped[str | None] = mapped_column(index=True)
    province_code: Mapped[str]
    state: Mapped[OfficerState]
    created_at: Mapped[datetime]
    name_sealed: Mapped[bytes | None] = mapped_column(default=None)
    word: Mapped[str | None] = mapped_column(default=None)  #: shown to both sides while pending


class OfficerChat(Model):
    """A private chat in which an officer is alerted and acts."""

    __tablename__ = "officer_chats"

    chat_id: Mapped[int] = mapped_column(
        ForeignKey("chats.id", ondelete="CASCADE"), primary_key=True
    )
    officer_id: Mapped[int] = mapped_column(ForeignKey("officers.id"), index=True)


class Invitation(Model):
    """A one-time link that makes somebody an officer, once its word is confirmed."""

    __tablename__ = "invitations"

    id: Mapped[int] = mapped_column(primary_key=True, init=False)
    digest: Mapped[bytes] = mapped_column(unique=True)
    role: Mapped[Role]
    commune_code: Mapped[str | None]
    province_code: Mapped[str]
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    name_sealed: Mapped[bytes | None] = mapped_column(default=None)
    used_at: Mapped[datetime | None] = mapped_column(default=None)


class Group(Model):
    """A commune unit's group chat, told of new tips by number only."""

    __tablename__ = "groups"

    chat_id: Mapped[int] = mapped_column(
        ForeignKey("chats.id", ondelete="CASCADE"), primary_key=True
    )
    commune_code: Mapped[str] = mapped_column(index=True)
    registered_by: Mapped[int] = mapped_column(ForeignKey("officers.id"))
    registered_at: Mapped[datetime]


class Duty(Model):
    """What one process at a time does, such as polling, and which one does it now."""

    __tablename__ = "duties"

    name: Mapped[str] = mapped_column(primary_key=True)
    owner: Mapped[str]
    until: Mapped[datetime]  #: unless it is renewed


class Profile(Model):
    """What our account in a channel says about itself: name and description, by language."""

    __tablename__ = "profiles"

    channel: Mapped[Channel] = mapped_column(primary_key=True)
    said: Mapped[dict[str, Any]]


class JobRun(Model):
    """One slot of one scheduled job: claimed with a lease, done once."""

    __tablename__ = "job_runs"

    job: Mapped[str] = mapped_column(primary_key=True)
    slot: Mapped[str] = mapped_column(primary_key=True)
    leased_until: Mapped[datetime]
    owner: Mapped[str]
    done_at: Mapped[datetime | None] = mapped_column(default=None)
