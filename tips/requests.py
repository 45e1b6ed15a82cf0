"""What citizens ask for, carried out: each `Action` of a turn, in the turn's own transaction."""

from collections.abc import Container, Sequence
from datetime import timedelta

from storage import bursts, chats, deliveries, evidence, inbox, officers, tips
from storage.chats import Talk
from storage.models import Burst, Chat, Reporter, Tip
from storage.states import (
    CardKind,
    DeliveryClass,
    EventKind,
    TipState,
)
from tips.alerting import cards_of, refresh_burst
from tips.conversation.actions import (
    Action,
    Add,
    ChangeLanguage,
    EraseMine,
    File,
    LookUp,
    OfficerTips,
    SayWhetherSafe,
    UseInvitation,
    WipeChat,
    Withdraw,
)
from tips.conversation.status import status_line, status_reply
from tips.conversation.world import World
from tips.desk import Transaction
from tips.facts import fact
from tips.filing import file
from tips.messages import Reply
from tips.officers import invitations
from tips.officers.listing import overview
from tips.officers.showing import end, hide_details, is_shown_in, refresh
from tips.outbox import owe
from tips.receipts import LENGTH, written
from tips.understanding.guess import mentions_child

HOUR = timedelta(hours=1)
DELETABLE = timedelta(hours=48)  #: Telegram lets a bot delete messages no older than this
LONGEST_TIP = 16_000  #: characters of a tip with everything added later
MOST_PIECES = 10  #: photos, videos and voices of a tip with those added later
#: An officer may count on these: after one took such a tip, withdrawing it is a request.
GUARDED = frozenset({"domestic_violence", "child_harm", "missing_trafficking"})

Replies = Sequence[Reply]


def carry_out(tx: Transaction, chat: Chat, action: Action, world: World) -> Replies:  # noqa: C901 - a table, one line a case
    """Do one thing a turn wants done; return what to say about it."""
    match action:
        case File(draft):
            return file(tx, chat, draft)
        case LookUp(code):
            return _look_up(tx, chat, code, world)
        case Add():
            return _add(tx, chat, action)
        case Withdraw(number):
            return _withdraw(tx, chat, number)
        case SayWhetherSafe(number, safe):
            return _say_whether_safe(tx, chat, number, safe=safe)
        case EraseMine():
            return _erase_mine(tx, chat)
        case WipeChat():
            return _wipe(tx, chat)
        case ChangeLanguage(language):
            chat.language = language
            return [Reply(tx.voice_of(chat)("language.set"))]
        case UseInvitation(secret):
            return invitations.use(tx, chat, secret)
        case OfficerTips():
            overview(tx, chat)
            return []


def _look_up(tx: Transaction, chat: Chat, code: str | None, world: World) -> Replies:
    """The status line by code, from any chat; wrong codes are counted."""
    voice = tx.voice_of(chat)
    wrong = chats.count_attempts(tx.session, chat, "code", tx.now - HOUR)
    if wrong >= tx.desk.limits.wrong_codes_per_hour:
        return [Reply(voice("status.code_blocked", wait=voice.duration(HOUR)))]
    found = tips.by_code(tx.session, code) if code else None
    if code is None or found is None:
        chats.note_attempt(tx.session, chat, "code", tx.now)
        return [Reply(voice("status.code_wrong", length=LENGTH))]
    tip, reporter = found
    named = voice("status.code", code=written(code))
    if reporter.chat_id == chat.id:
        return [status_reply(fact(tx.session, tip), world, named)]
    return [Reply(status_line(fact(tx.session, tip), named, world))]


def _mine(tx: Transaction, chat: Chat, number: int) -> tuple[Tip, Reporter] | None:
    """The tip, locked, if it was filed from this chat."""
    tip = tips.locked(tx.session, number)
    reporter = tips.reporter_of(tx.session, tip) if tip else None
    if tip is None or reporter is None or reporter.chat_id != chat.id:
        return None
    return tip, reporter


def _add(tx: Transaction, chat: Chat, more: Add) -> Replies:
    mine = _mine(tx, chat, more.number)
    if mine is None or not _takes_more(tx, mine[0]):
        return [Reply(tx.voice_of(chat)("add.closed"))]
    tip, voice = mine[0], tx.voice_of(chat)
    contents = tips.contents_of(tx.session, tip)
    has_room = len("\n".join([*contents.words, more.words])) <= LONGEST_TIP
    pieces = evidence.of_tip(tx.session, tip)
    if not has_room or len(pieces) + len(more.evidence) > MOST_PIECES:
        evidence.delete_unfiled(tx.session, more.evidence)
        return [Reply(voice("add.full"))]
    _take_in(tx, tip, contents, more)
    _tell_added(tx, tip)
    return [more.said] if more.said else []


def _takes_more(tx: Transaction, tip: Tip) -> bool:
    return tip.closed_at is None or fact(tx.session, tip).lacks_more


def _take_in(tx: Transaction, tip: Tip, contents: tips.Contents, more: Add) -> None:
    if more.words:
        contents.words.append(more.words)
    if more.point:
        contents.place["point"] = list(more.point)
    tip.about_child = tip.about_child or mentions_child(more.words)
    tips.seal_into(tx.session, tip, contents)
    evidence.give(tx.session, more.evidence, tip, sound=False)
    tips.note(tx.session, EventKind.ADDED, tx.now, tip)


def _tell_added(tx: Transaction, tip: Tip) -> None:
    """Tell whoever holds a card, at most once in ten minutes: an album is one addition."""
    slot = int(tx.now.timestamp()) // 600
    told = set()
    for card in deliveries.cards_of(tx.session, tip.id):
        other = tx.session.get_one(Chat, card.chat_id)
        if card.kind is CardKind.ALERT and is_shown_in(tx, tip, other):
            told.add(other.id)
            text = tx.voice_of(other)("alert.added", tip=tip.id)
            key = f"added:{tip.id}:{other.id}:{slot}"
            owe(tx.session, other, Reply(text), tx.now, DeliveryClass.ALERT, key)
    refresh(tx, tip)
    if burst := bursts.of_tip(tx.session, tip):
        _tell_added_to(tx, tip, burst, told, slot)


def _tell_added_to(
    tx: Transaction, tip: Tip, burst: Burst, told: Container[int], slot: int
) -> None:
    """Likewise whoever has it only as one of a burst, of all of them once; the card marks the others."""
    for card in cards_of(tx, burst):
        other = tx.session.get_one(Chat, card.chat_id)
        if other.id not in told and is_shown_in(tx, tip, other):
            text = tx.voice_of(other)("alert.added", tip=tip.id)
            key = f"added:burst:{burst.id}:{other.id}:{slot}"
            owe(tx.session, other, Reply(text), tx.now, DeliveryClass.ALERT, key)
    refresh_burst(tx, burst)


def _withdraw(tx: Transaction, chat: Chat, number: int) -> Replies:
    voice = tx.voice_of(chat)
    mine = _mine(tx, chat, number)
    if mine is None or mine[0].closed_at is not None:
        return [Reply(voice("withdraw.closed"))]
    tip, _ = mine
    if tip.state is not TipState.NEW and tip.category in GUARDED:
        return _ask_to_withdraw(tx, tip, voice("withdraw.asked"))
    untouched = tip.state is TipState.NEW
    end(tx, tip, TipState.WITHDRAWN)
    if untouched:
        erase(tx, tip)
    tips.note(tx.session, EventKind.WITHDRAWN, tx.now, tip)
    return [Reply(voice("withdraw.done"))]


def _ask_to_withdraw(tx: Transaction, tip: Tip, answer: str) -> Replies:
    """Someone may be made to withdraw: the desk decides, knowing only that it was asked."""
    tips.note(tx.session, EventKind.WITHDRAWAL_ASKED, tx.now, tip)
    for _, desk_chat in officers.of_desk(tx.session, tip.province_code):
        text = tx.voice_of(desk_chat)("alert.withdrawal_asked", tip=tip.id)
        key = f"withdrawal:{tip.id}:{desk_chat.id}"
        owe(tx.session, desk_chat, Reply(text), tx.now, DeliveryClass.ALERT, key)
    return [Reply(answer)]


def erase(tx: Transaction, tip: Tip) -> None:
    """Erase a tip's words and files; what happened to it, and when, stays.

    Files without a row are swept within minutes: a crash in between leaves nothing that names them.
    """
    hide_details(tx, tip)
    tips.erase_contents(tip)
    for piece in evidence.of_tip(tx.session, tip):
        tx.session.delete(piece)
    tips.note(tx.session, EventKind.WORDS_ERASED, tx.now, tip)


def _say_whether_safe(tx: Transaction, chat: Chat, number: int, *, safe: bool) -> Replies:
    mine = _mine(tx, chat, number)
    voice = tx.voice_of(chat)
    if mine is None:
        return [Reply(voice("officer.old_button"))]
    mine[1].told_safe = safe
    return [Reply(voice("ask.safe_phone.on" if safe else "ask.safe_phone.off"))]


def _erase_mine(tx: Transaction, chat: Chat) -> Replies:
    """Draft, telephone, the link to this chat, and tips nobody took; what was taken loses its reporter."""
    while found := tips.reported_from(tx.session, chat):
        for tip in found:
            _unlink(tx, tips.locked(tx.session, tip.id) or tip)
        tx.session.flush()
    deliveries.empty_ended(tx.session, chat)
    deliveries.forget_ended(tx.session, chat, tx.now - DELETABLE)  # younger ones can be wiped still
    for piece in evidence.of_chat_unfiled(tx.session, chat):
        tx.session.delete(piece)
    chats.keep(tx.session, Talk(chat.id), menu=())
    return [Reply(tx.voice_of(chat)("mydata.erased"))]


def _unlink(tx: Transaction, tip: Tip) -> None:
    reporter = tips.reporter_of(tx.session, tip)
    if tip.state is TipState.NEW:
        end(tx, tip, TipState.WITHDRAWN)
        tips.note(tx.session, EventKind.WITHDRAWN, tx.now, tip)
        erase(tx, tip)
    unlink(tx, tip, reporter)


def unlink(tx: Transaction, tip: Tip, reporter: Reporter) -> None:
    """Forget who reported a tip; its receipt code still shows its state."""
    reporter.chat_id = reporter.contact_sealed = None
    for piece in evidence.of_tip(tx.session, tip):
        piece.chat_id = None
    tips.note(tx.session, EventKind.IDENTITY_ERASED, tx.now, tip)
    refresh(tx, tip)  # opened details show a telephone number no longer


def _wipe(tx: Transaction, chat: Chat) -> Replies:
    """Both sides' messages, as far back as the platform lets us."""
    since = tx.now - DELETABLE
    sent = deliveries.message_ids(tx.session, chat, since)
    received = inbox.message_ids(tx.session, chat.digest, since)
    owe(tx.session, chat, Reply("", delete=[*sent, *received]), tx.now)
    return [Reply(tx.voice_of(chat)("wipe.done"))]
