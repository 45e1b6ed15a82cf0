"""The fixed words of the data: channels, roles, the states of a tip, of a queue, of a person.

Labels for people are in ``words/``, under ``<kind>.<value>``. What a role may do and which state follows
which is one table each, here, so that checks, labels and documents cannot disagree.
"""

from enum import StrEnum


class Channel(StrEnum):
    TELEGRAM = "telegram"
    WEB = "web"


class ChatKind(StrEnum):
    PRIVATE = "private"  #: one person: the chat is also how the person is known
    GROUP = "group"  #: many people: only `from` says who acts


class ChatState(StrEnum):
    OPEN = "open"
    CLOSED = (
        "closed"  #: blocked us, deleted, or we were removed; a message from there opens it again
    )


class QueueState(StrEnum):
    WAITING = "waiting"  #: to be done at `due_at`, or being done under a lease
    DONE = "done"
    SET_ASIDE = "set_aside"  #: no retry can help; a person must look


class DeliveryClass(StrEnum):
    """Which message goes first. Each class is an ordered lane of its own within a chat."""

    ALERT = "alert"
    ANSWER = "answer"
    BROADCAST = "broadcast"


class CardKind(StrEnum):
    ALERT = "alert"  #: the tip as its officer sees it: number, priority, place, time, buttons
    BURST = "burst"  #: many tips on one event: how many, from how many accounts, each one's number
    DETAILS = "details"  #: the reporter's words, opened by one officer, hidden again at the end
    PIN = "pin"  #: the place on a map, likewise
    EVIDENCE = "evidence"  #: one picture, video or voice, likewise


class Priority(StrEnum):
    P1 = "P1"  #: urgent
    P2 = "P2"  #: high
    P3 = "P3"  #: normal


class TipState(StrEnum):
    NEW = "new"
    ACKNOWLEDGED = "acknowledged"  #: an officer took it
    IN_PROGRESS = "in_progress"  #: being verified
    RESOLVED = "resolved"
    INSUFFICIENT = "insufficient"  #: not enough to verify; says nothing about true or false
    UNFOUNDED = "unfounded"  #: verified, and the matter was not found
    OUT_OF_SCOPE = "out_of_scope"
    WITHDRAWN = "withdrawn"  #: by the reporter


OPEN_STATES = frozenset({TipState.NEW, TipState.ACKNOWLEDGED, TipState.IN_PROGRESS})
#: Closings by which a commune could bury a tip: hidden from it, kept for the desk, which can reverse them.
HIDDEN_STATES = frozenset({TipState.OUT_OF_SCOPE, TipState.INSUFFICIENT, TipState.UNFOUNDED})

#: What may follow what. Reopening is the desk's.
FOLLOWS: dict[TipState, frozenset[TipState]] = {
    TipState.NEW: frozenset({TipState.ACKNOWLEDGED, TipState.WITHDRAWN, TipState.OUT_OF_SCOPE}),
    TipState.ACKNOWLEDGED: frozenset(
        {TipState.IN_PROGRESS, TipState.WITHDRAWN, TipState.RESOLVED, *HIDDEN_STATES}
    ),
    TipState.IN_PROGRESS: frozenset({TipState.WITHDRAWN, TipState.RESOLVED, *HIDDEN_STATES}),
    TipState.RESOLVED: frozenset({TipState.IN_PROGRESS}),
    TipState.INSUFFICIENT: frozenset({TipState.IN_PROGRESS}),
    TipState.UNFOUNDED: frozenset({TipState.IN_PROGRESS}),
    TipState.OUT_OF_SCOPE: frozenset({TipState.IN_PROGRESS}),
    TipState.WITHDRAWN: frozenset(),
}


class DeskReason(StrEnum):
    """Why a tip is at the province desk and not (only) with a commune."""

    PLACE_UNKNOWN = "place_unknown"
    LOCAL_OFFICIAL = "local_official"  #: the commune must not see it
    FLOOD = "flood"  #: too many urgent ones from one account within the hour
    NOT_OURS = "not_ours"  #: the commune's officer said it is not theirs
    NO_OFFICER = "no_officer"  #: the commune has nobody we can reach
    OVERDUE = "overdue"  #: nobody took it by its target


#: The commune's officers must neither see nor act on tips at the desk for these reasons.
DESK_ONLY = frozenset({DeskReason.LOCAL_OFFICIAL, DeskReason.PLACE_UNKNOWN, DeskReason.FLOOD,
                       DeskReason.NOT_OURS})  # fmt: skip


class Role(StrEnum):
    OFFICER = "officer"
    LEAD = "lead"  #: leads one commune's unit
    DESK = "desk"  #: the province's duty desk
    BOARD = "board"  #: steering board 138: aggregates only
    AUDITOR = "auditor"  #: the log of who opened what; no tip text
    ADMIN = "admin"  #: runs the system; no tip text


class Right(StrEnum):
    SEE_TIPS = "see_tips"  #: cards and words of the tips in one's own area
    ACT_ON_TIPS = "act_on_tips"
    REOPEN = "reopen"  #: reverse a closing
    CONFIRM_PEOPLE = "confirm_people"
    COMMUNE_SUMMARY = "commune_summary"
    PROVINCE_SUMMARY = "province_summary"
    SYSTEM_NOTICES = "system_notices"


RIGHTS: dict[Role, frozenset[Right]] = {
    Role.OFFICER: frozenset({Right.SEE_TIPS, Right.ACT_ON_TIPS, Right.COMMUNE_SUMMARY}),
    Role.LEAD: frozenset(
        {Right.SEE_TIPS, Right.ACT_ON_TIPS, Right.COMMUNE_SUMMARY, Right.CONFIRM_PEOPLE}
    ),
    Role.DESK: frozenset({Right.SEE_TIPS, Right.ACT_ON_TIPS, Right.REOPEN, Right.PROVINCE_SUMMARY}),
    Role.BOARD: frozenset(),
    Role.AUDITOR: frozenset(),
    Role.ADMIN: frozenset({Right.CONFIRM_PEOPLE, Right.SYSTEM_NOTICES}),
}
COMMUNE_ROLES = frozenset({Role.OFFICER, Role.LEAD})


class OfficerState(StrEnum):
    PENDING = "pending"  #: used the link, shows a word, waits for the inviter to confirm it
    ACTIVE = "active"
    REMOVED = "removed"


class EvidenceKind(StrEnum):
    PHOTO = "photo"
    VIDEO = "video"
    VOICE = "voice"
    DOCUMENT = "document"


class EvidenceVerdict(StrEnum):
    FETCHING = "fetching"
    CLEAN = "clean"  #: a cleaned copy is kept; officers may open it
    DESK_ONLY = (
        "desk_only"  #: cannot be cleaned, or must not reach the commune; the desk may open it
    )
    REFUSED = "refused"  #: of a type we do not take; nothing is kept
    LOST = "lost"  #: could not be fetched


class EventKind(StrEnum):
    """What happened to a tip or to the people who handle tips. Appended, never changed."""

    FILED = "filed"
    VIEWED = "viewed"  #: an officer opened the words
    ACKNOWLEDGED = "acknowledged"
    VERIFYING = "verifying"
    CLOSED = "closed"
    REOPENED = "reopened"
    MOVED = "moved"  #: to the desk, or to another commune
    REMINDED = "reminded"
    OVERDUE = "overdue"
    ADDED = "added"  #: the reporter sent more
    WITHDRAWN = "withdrawn"
    WITHDRAWAL_ASKED = "withdrawal_asked"
    IDENTITY_ERASED = "identity_erased"
    WORDS_ERASED = "words_erased"
    INVITED = "invited"
    JOINED = "joined"
    CONFIRMED = "confirmed"
    REJECTED = "rejected"  #: the word was wrong, or nobody confirmed it in time
    REMOVED = "removed"
    UNREACHABLE = "unreachable"
    REACHABLE = "reachable"  #: again, after they wrote to us
    GROUP_REGISTERED = "group_registered"
    GROUP_LEFT = "group_left"
    REVEALED = "revealed"  #: the operator read something that was set aside; the note says why
    REPLAYED = "replayed"  #: the operator put something that was set aside back into its queue
