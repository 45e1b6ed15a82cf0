"""One turn of a person's conversation, stored: what `conversation.advance` decides is kept, done and owed.

Also what becomes of a draft in time: the reminder that something urgent is unsent, and the end of its day.
"""

import secrets
from datetime import timedelta

from routing import ReasonCode, Route
from routing.reasons import explain
from storage import chats, evidence, officers
from storage.database import Session
from storage.models import Chat, Conversation
from tips.asking import ask, is_urgent
from tips.conversation import advance
from tips.desk import Transaction
from tips.draft import Draft
from tips.facts import facts_of
from tips.messages import Incoming, Reply
from tips.outbox import chosen, owe
from tips.questions import QUESTIONS
from tips.requests import carry_out
from tips.turn import Turn
from tips.world import World
from words.categories import category

DAY = timedelta(days=1)
EVIDENCE = "evidence"  #: pieces sent are counted under this name, whatever becomes of them


def converse(
    tx: Transaction, chat: Chat, talk: Conversation, incoming: Incoming, *, is_new: bool
) -> None:
    """Take one message or press, and do everything it leads to.

    Args:
        is_new: nothing was ever said in this chat before.
    """
    before = _living_draft(tx, talk)
    world = world_of(tx, chat, is_new=is_new)
    if incoming.media and (refused := _refusal(tx, chat, incoming, world)):
        album = f"refused:{chat.id}:{incoming.album}" if incoming.album else None
        owe(tx.session, chat, Reply(refused), tx.now, key=album)
        incoming = _words_of(incoming)
        if not incoming.text:
            return
    evidence_id = _evidence(tx, chat, incoming)
    turn = advance(before, incoming, evidence_id, world)
    _keep(tx, talk, turn.draft)
    _say(tx, chat, talk, turn, world)
    _discard(tx, before, turn.draft, evidence_id)


def with_choice(session: Session, talk: Conversation, incoming: Incoming) -> Incoming:
    """Let a digit, a number word or the words of a label be the choice they name."""
    if incoming.choice or not incoming.text or incoming.edited or incoming.media:
        return incoming
    data = chosen(list(chats.menu_of(session, talk)), incoming.text)
    if not data:
        return incoming
    return Incoming(incoming.channel, incoming.chat, incoming.person, choice=data)


def world_of(tx: Transaction, chat: Chat, *, is_new: bool = False) -> World:
    desk = tx.desk
    return World(
        now=tx.now,
        voice=desk.voice_of(chat),
        policy=desk.policy,
        route=desk.router.route,
        commune_named=desk.commune_name,
        explain=_explained,
        fresh_number=secrets.randbelow(2**31),
        mine=tuple(facts_of(tx.session, chat)),
        is_officer=officers.acting_in(tx.session, chat) is not None,
        is_new=is_new,
    )


def _explained(route: Route) -> str:
    if route.reason.code is ReasonCode.EXACT_NAME:
        return ""  # the name as it is today explains itself
    return explain(route, "vi")  # for officers, whatever the citizen speaks


def _say(tx: Transaction, chat: Chat, talk: Conversation, turn: Turn, world: World) -> None:
    """Owe the answers. Once nothing is open, digits no longer mean what was last offered."""
    if turn.draft is None:
        chats.keep_menu(tx.session, talk, [])
    for reply in turn.replies:
        owe(tx.session, chat, reply, tx.now)
    for action in turn.actions:
        for reply in carry_out(tx, chat, action, world):
            owe(tx.session, chat, reply, tx.now)


# drafts ---------------------------------------------------------------------------------------


def _living_draft(tx: Transaction, talk: Conversation) -> Draft | None:
    """The draft, unless it has outlived its day and only the sweep has not come by yet."""
    if talk.expires_at is not None and talk.expires_at <= tx.now:
        expire(tx, talk)
    return Draft.from_json(chats.draft_of(tx.session, talk))


def _keep(tx: Transaction, talk: Conversation, draft: Draft | None) -> None:
    policy = tx.desk.policy
    chats.keep_draft(tx.session, talk, draft.to_json() if draft else None)
    talk.expires_at = draft.began_at + policy.draft if draft else None
    waiting = draft is not None and not draft.nudged and is_urgent(draft)
    talk.nudge_at = tx.now + policy.nudge if waiting else None


def nudge(tx: Transaction, talk: Conversation) -> None:
    """An urgent tip that was not sent: say so once, with the number to call, and ask again."""
    draft = Draft.from_json(chats.draft_of(tx.session, talk))
    talk.nudge_at = None
    if draft is None or draft.at not in QUESTIONS:
        return
    chat = tx.session.get_one(Chat, talk.chat_id)
    world = world_of(tx, chat)
    turn = ask(draft.having(nudged=True), world, world.voice("call.unsent"))
    _keep(tx, talk, turn.draft)
    _say(tx, chat, talk, turn, world)


def expire(tx: Transaction, talk: Conversation) -> None:
    """Nothing unsent outlives its day; whoever began it is told, where that gives nothing away."""
    draft = Draft.from_json(chats.draft_of(tx.session, talk))
    _keep(tx, talk, None)
    chats.keep_menu(tx.session, talk, [])
    _discard(tx, draft, None, None)
    lost = draft.aside or draft if draft else None
    if lost is None or lost.is_blank or (lost.category and category(lost.category).sensitive):
        return
    chat = tx.session.get_one(Chat, talk.chat_id)
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
