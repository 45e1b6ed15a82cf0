"""One turn of a person's conversation, stored: what `conversation.advance` decides is kept, done and owed.

Also what becomes of a draft in time: the reminder that something urgent is unsent, and the end of its day.
"""

import secrets
from dataclasses import replace
from datetime import datetime, timedelta
from functools import cache

from routing import ReasonCode, Route, fold
from routing.reasons import explain
from storage import chats, deliveries, evidence, officers
from storage.chats import Talk
from storage.models import Chat
from storage.states import DeliveryClass
from tips.conversation.advance import advance
from tips.conversation.asking import is_urgent
from tips.conversation.draft import Draft
from tips.conversation.turn import Turn
from tips.conversation.world import World
from tips.desk import Transaction
from tips.facts import facts_of
from tips.messages import Incoming, Press, Reply
from tips.outbox import chosen, menu_of, owe, owe_aside
from tips.requests import carry_out
from words.categories import category
from words.phrases import NO, SEND, YES

SHORT = YES | NO | SEND  #: words that answer whatever is asked
DAY = timedelta(days=1)
MINUTE = timedelta(minutes=1)
EVIDENCE = "evidence"  #: pieces sent are counted under this name, whatever becomes of them
IDLE = "idle"  #: likewise messages that lead nowhere
IDLE_ANSWERS = 10  #: a minute and chat; beyond them silence, until something is told


def converse(tx: Transaction, chat: Chat, talk: Talk, incoming: Incoming) -> None:
    """Take one message or press, and do everything it leads to."""
    before = _living_draft(tx, chat, talk)
    world = world_of(tx, chat, is_new=talk.is_new)
    if incoming.media and (refused := _refusal(tx, chat, incoming, world)):
        _refuse(tx, chat, incoming, refused)
        incoming = _words_of(incoming)
        if not incoming.text:
            if talk.is_new:  # from now on it is not
                chats.keep(tx.session, talk)
            return
    evidence_id = _evidence(tx, chat, incoming)
    turn = advance(before, incoming, evidence_id, world)
    if not (_changes_nothing(before, turn) and _is_flooding(tx, chat)):
        _keep(tx, talk, turn.draft, _offered(turn))
        _say(tx, chat, turn, world)
    _discard(tx, before, turn.draft, evidence_id)


def _changes_nothing(before: Draft | None, turn: Turn) -> bool:
    """Nothing was told, asked for or done: only an answer would be given."""
    if before is None or turn.draft is None:
        return before is turn.draft and not turn.actions
    after = turn.draft
    same = before.having(number=after.number, revision=after.revision, messages=after.messages)
    return same == after and not turn.actions


def _is_flooding(tx: Transaction, chat: Chat) -> bool:
    """Answers to what leads nowhere are counted: a flood must not use up what the platform lets us send."""
    if chats.count_attempts(tx.session, chat, IDLE, tx.now - MINUTE) >= IDLE_ANSWERS:
        return True
    chats.note_attempt(tx.session, chat, IDLE, tx.now)
    return False


def with_choice(
    tx: Transaction, chat: Chat, talk: Talk, incoming: Incoming, received_at: datetime
) -> Incoming:
    """Let a digit, a number word or the words of a label be the choice they name.

    What was sent before the newest answer had left was not meant for it: a "1" typed twice must not answer
    the next question too, least of all agree to a summary nobody has seen.
    """
    if incoming.choice or not incoming.text or incoming.edited or incoming.media:
        return incoming
    data = chosen(list(chats.menu_of(tx.session, talk)), incoming.text)
    if not data and fold(incoming.text) not in SHORT:
        return incoming
    if not deliveries.has_left(tx.session, chat, DeliveryClass.ANSWER, received_at):
        return replace(incoming, early=True)
    if not data:
        return incoming
    return Incoming(incoming.channel, incoming.chat, incoming.person, choice=data)


def world_of(tx: Transaction, chat: Chat, *, is_new: bool = False) -> World:
    desk = tx.desk
    return World(
        now=tx.now,
        voice=desk.voice_of(chat),
        policy=desk.policy,
        route=cache(desk.router.route),  # one turn may ask again for the same words
        commune_named=desk.commune_name,
        explain=_explained,
        fresh_number=secrets.randbelow(2**31),
        my_tips=cache(lambda: tuple(facts_of(tx.session, chat))),
        is_officer=lambda: officers.acting_in(tx.session, chat) is not None,
        is_new=is_new,
    )


def _explained(route: Route) -> str:
    if route.reason.code is ReasonCode.EXACT_NAME:
        return ""  # the name as it is today explains itself
    return explain(route, "vi")  # for officers, whatever the citizen speaks


def _offered(turn: Turn) -> chats.Menu | None:
    """The choices to remember. None: those offered before still stand.

    Once nothing is open, digits no longer mean what was last offered.
    """
    offers = [menu_of(reply) for reply in turn.replies if reply.choices]
    if offers:
        return offers[-1]
    return None if turn.draft else ()


def _say(tx: Transaction, chat: Chat, turn: Turn, world: World) -> None:
    """Owe the answers."""
    for reply in turn.replies:
        owe_aside(tx.session, chat, reply, tx.now)
    for action in turn.actions:
        for reply in carry_out(tx, chat, action, world):
            owe(tx.session, chat, reply, tx.now)


# drafts ---------------------------------------------------------------------------------------


def _living_draft(tx: Transaction, chat: Chat, talk: Talk) -> Draft | None:
    """The draft, unless it has outlived its day and only the sweep has not come by yet."""
    if talk.expires_at is not None and talk.expires_at <= tx.now:
        expire(tx, chat, talk)
    return Draft.from_json(chats.draft_of(tx.session, talk))


def _keep(tx: Transaction, talk: Talk, draft: Draft | None, menu: chats.Menu | None = None) -> None:
    """Store what is unfinished now, and the choices if any are offered."""
    policy = tx.desk.policy
    chats.set_draft(tx.session, talk, draft.to_json() if draft else None)
    talk.expires_at = draft.began_at + policy.draft if draft else None
    waiting = draft is not None and not draft.nudged and is_urgent(draft)
    talk.nudge_at = tx.now + policy.nudge if waiting else None
    chats.keep(tx.session, talk, menu)


def nudge(tx: Transaction, chat: Chat, talk: Talk) -> None:
    """An urgent tip that was not sent: say so once, with the number to call.

    Nobody asked for this message, so it shows nothing of the tip; a button asks the open question again.
    """
    draft = Draft.from_json(chats.draft_of(tx.session, talk))
    _keep(tx, talk, draft.having(nudged=True) if draft else None)
    voice = tx.voice_of(chat)
    go_on = voice.choice("choice.resume", Press("menu", detail="report"))
    owe_aside(tx.session, chat, Reply(voice("call.unsent"), [[go_on]]), tx.now)


def expire(tx: Transaction, chat: Chat, talk: Talk) -> None:
    """Nothing unsent outlives its day; whoever began it is told, where that gives nothing away."""
    draft = Draft.from_json(chats.draft_of(tx.session, talk))
    _keep(tx, talk, None, menu=())
    _discard(tx, draft, None, None)
    lost = draft.aside or draft if draft else None
    if lost is None or lost.is_blank or (lost.category and category(lost.category).sensitive):
        return
    voice = tx.voice_of(chat)
    expired = voice("draft.expired", kept=voice.duration(tx.desk.policy.draft))
    owe(tx.session, chat, Reply(expired), tx.now)


# pictures -------------------------------------------------------------------------------------


def _refusal(tx: Transaction, chat: Chat, incoming: Incoming, world: World) -> str:
    """Why a photo, video or voice is not taken, "" if it is. Words are never refused."""
    assert incoming.media is not None
    limits, voice = tx.desk.limits, world.voice
    if tx.desk.free_disk() < limits.free_disk:
        return voice("evidence.no_space")
    if (incoming.media.size or 0) > limits.evidence_size:
        return voice("evidence.too_big", most=f"{limits.evidence_size // 1_000_000} MB")
    sent = chats.attempts(tx.session, chat, EVIDENCE, tx.now - DAY)
    if len(sent) >= limits.evidence_per_day:
        wait = sent[-limits.evidence_per_day] + DAY - tx.now
        return voice("evidence.daily_limit", wait=voice.duration(wait))
    return ""


def _refuse(tx: Transaction, chat: Chat, incoming: Incoming, why: str) -> None:
    """Say so, of an album once."""
    album = f"refused:{chat.id}:{incoming.album}" if incoming.album else None
    if not _is_flooding(tx, chat):
        owe(tx.session, chat, Reply(why), tx.now, key=album)


def _words_of(incoming: Incoming) -> Incoming:
    """The message without its file."""
    return Incoming(
        incoming.channel,
        incoming.chat,
        incoming.person,
        message_id=incoming.message_id,
        text=incoming.text,
        edited=incoming.edited,
    )


def _evidence(tx: Transaction, chat: Chat, incoming: Incoming) -> int | None:
    media = incoming.media
    if media is None or incoming.edited:
        return None
    chats.note_attempt(tx.session, chat, EVIDENCE, tx.now)
    return evidence.take(tx.session, chat, media.kind, media.reference, media.size, tx.now).id


def _discard(
    tx: Transaction, before: Draft | None, after: Draft | None, evidence_id: int | None
) -> None:
    """Delete the pieces that no draft holds any more and no tip was given."""
    held = {*(before.all_evidence if before else ()), *([evidence_id] if evidence_id else [])}
    if dropped := held.difference(after.all_evidence if after else ()):
        evidence.delete_unfiled(tx.session, dropped)
