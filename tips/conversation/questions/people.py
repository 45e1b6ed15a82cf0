"""Whom it concerns, and whether an officer may call back."""

import re

from tips.conversation.draft import Draft, Step
from tips.conversation.questions.question import Question, answer, never
from tips.conversation.world import World
from tips.messages import Reply


def _ask_official(draft: Draft, world: World) -> Reply:
    no = answer(draft, world, "choice.official.no", "no")
    yes = answer(draft, world, "choice.official.yes", "yes")
    text = f"{world.voice('ask.official')}\n{world.voice('ask.official.province')}"
    return Reply(text, [[no], [yes]])


def _press_official(draft: Draft, value: str, _: World) -> Draft | None:
    return draft.having(local_official=value == "yes") if value in ("yes", "no") else None


def _ask_contact(draft: Draft, world: World) -> Reply:
    anonymous = answer(draft, world, "choice.contact.anonymous", "anonymous")
    phone = answer(draft, world, "choice.contact.phone", "phone")
    return Reply(world.voice("ask.contact"), [[anonymous], [phone]])


def _press_contact(draft: Draft, value: str, _: World) -> Draft | None:
    if value == "phone":
        return draft.having(at=Step.PHONE)
    return draft.having(contact="") if value == "anonymous" else None


def _listen_contact(draft: Draft, text: str, _: World) -> Draft | None:
    phone = read_phone(text)
    return draft.having(contact=phone) if phone else None


def _ask_phone(draft: Draft, world: World) -> Reply:
    anonymous = answer(draft, world, "choice.contact.anonymous", "anonymous")
    return Reply(world.voice("ask.phone"), [[anonymous]])


def read_phone(text: str) -> str | None:
    """Return a Vietnamese telephone number as ten digits (mobile) or eleven (landline), else None."""
    digits = re.sub(r"[ .\-()]", "", text.strip())
    digits = re.sub(r"^(\+84|0084|84(?=\d{9,10}$))0?", "0", digits)
    return digits if re.fullmatch(r"0[2-9][0-9]{8,9}", digits) else None


OFFICIAL = Question(
    lambda d: d.official_mentioned and d.local_official is None,
    _ask_official,
    _press_official,
    yes="yes",
    no="no",
)
CONTACT = Question(
    lambda d: d.guided and d.contact is None,
    _ask_contact,
    _press_contact,
    _listen_contact,
    yes="phone",
    no="anonymous",
    private=True,
)
PHONE = Question(never, _ask_phone, _press_contact, _listen_contact, no="anonymous", private=True)
