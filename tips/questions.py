"""The questions: when each is needed, how it is asked, what answers it. A table of pure functions."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from tips import place as places
from tips.draft import MOST_EVIDENCE, Draft, Place, Step, Time
from tips.guess import Urgency, guess_urgency, guess_within
from tips.listening import listen, listen_for_time, now_is_now
from tips.messages import Choice, Press, Reply
from tips.summary import shown_back, summary
from tips.voice import Voice
from tips.when import understand_when
from tips.world import World
from words.categories import CHOICES

Rows = Sequence[Sequence[Choice]]


@dataclass(frozen=True, slots=True)
class Question:
    """One question.

    `press` answers it by a button, `listen` by words; each returns the draft, with `at` changed where
    the answer leads somewhere in particular, or None if it is no answer to this question.
    """

    needed: Callable[[Draft], bool]
    ask: Callable[[Draft, World], Reply]
    press: Callable[[Draft, str, World], Draft | None]
    listen: Callable[[Draft, str, World], Draft | None]
    skippable: bool = False


def _none(*_: object) -> None:
    return None


def _never(_: Draft) -> bool:
    return False


def answer(draft: Draft, world: World, key: str, value: str) -> Choice:
    """A choice that answers the question about to be asked."""
    return Choice(world.voice(key), _data(draft, value))


def _data(draft: Draft, value: str) -> str:
    return str(Press("answer", draft.number, draft.revision, value))


def _pairs(choices: Sequence[Choice]) -> Rows:
    return [choices[i : i + 2] for i in range(0, len(choices), 2)]


# what kind ------------------------------------------------------------------------------------


def _ask_category(draft: Draft, world: World) -> Reply:
    choices = [answer(draft, world, choice.label_key, choice.key) for choice in CHOICES]
    text = world.voice("ask.category")
    if draft.words:  # told something that names no act: say what this channel takes
        text = f"{world.voice('outside.what_we_take')}\n\n{text}"
    return Reply(text, _pairs(choices))


def _press_category(draft: Draft, value: str, _: World) -> Draft | None:
    choice = next((choice for choice in CHOICES if choice.key == value), None)
    if choice is None:
        return None
    return draft.having(category=guess_within(choice, draft.what), guessed=False)


def _listen_category(draft: Draft, text: str, world: World) -> Draft | None:
    heard, _ = listen(draft, text, world)
    return heard if heard.category else None


# how urgent, when -----------------------------------------------------------------------------


def _ask_urgency(draft: Draft, world: World) -> Reply:
    choices = [answer(draft, world, f"choice.urgency.{u}", u.value) for u in Urgency]
    return Reply(world.voice("ask.urgency"), _pairs(choices))


def _press_urgency(draft: Draft, value: str, world: World) -> Draft | None:
    if value not in set(Urgency):
        return None
    return now_is_now(draft.having(urgency=Urgency(value)), world)


def _listen_urgency(draft: Draft, text: str, world: World) -> Draft | None:
    if urgency := guess_urgency(text):
        draft = draft.having(urgency=urgency)
    heard = listen_for_time(draft, text, world)
    return heard.hears(text) if heard.urgency is not None else None


def _ask_when(draft: Draft, world: World) -> Reply:
    keys = ("now", "today", "yesterday", "other", "repeated", "unknown")
    return Reply(
        world.voice("ask.when"),
        _pairs([answer(draft, world, f"choice.when.{key}", key) for key in keys]),
    )


def _press_when(draft: Draft, value: str, world: World) -> Draft | None:
    if value == "other":
        return draft  # the same question again: the date is typed
    if value == "unknown":
        return draft.having(time=Time())
    if value not in ("now", "today", "yesterday", "repeated"):
        return None
    return draft.having(time=_quick_time(value, world))


def _quick_time(value: str, world: World) -> Time:
    said = world.voice(f"choice.when.{value}")
    midnight = _midnight(world.now, world.voice)
    spans: dict[str, tuple[datetime, datetime]] = {
        "now": (world.now, world.now),
        "today": (midnight, world.now),
        "yesterday": (midnight - timedelta(days=1), midnight),
    }
    start, end = spans.get(value, (None, None))
    return Time(said, start, end)


def _midnight(now: datetime, voice: Voice) -> datetime:
    return now.astimezone(voice.zone).replace(hour=0, minute=0, second=0, microsecond=0)


def _listen_when(draft: Draft, text: str, world: World) -> Draft | None:
    when = understand_when(text, world.now, world.voice.zone)
    if when is None:
        return None
    return draft.having(time=Time(text, when.start, when.end))


# where ----------------------------------------------------------------------------------------


def _ask_where(draft: Draft, world: World) -> Reply:
    suggested = draft.place.suggested
    choices = [Choice(suggested.name, _data(draft, suggested.code))] if suggested else []
    choices.append(answer(draft, world, "choice.where.unknown", "unknown"))
    key = "ask.where.unknown" if draft.place.words else "ask.where"
    return Reply(world.voice(key), [choices], ask_location=True)


def _press_where(draft: Draft, value: str, _: World) -> Draft | None:
    place = draft.place
    if place.suggested and value == place.suggested.code:
        return draft.having(place=replace(place, commune=place.suggested))
    if value == "unknown":
        return draft.having(place=replace(place, unknown=True, options=()))
    return None


def _listen_where(draft: Draft, text: str, world: World) -> Draft | None:
    words = f"{draft.place.words}, {text}".strip(", ")
    place, route = places.find(draft.place, text, world)
    if not place.settled and not place.options and draft.place.words and not route.outside:
        place, route = places.find(draft.place, words, world)
    if route.outside:
        return None
    return draft.having(place=replace(place, words=words))


def _ask_which(draft: Draft, world: World) -> Reply:
    place, voice = draft.place, world.voice
    if names := places.districts(place):
        rows = [[Choice(name, _data(draft, f"d{n}"))] for n, name in enumerate(names[:8])]
        return Reply(voice("ask.where.district"), [*rows, _neither(draft, world)])
    options = places.offered(place)
    if len(options) == 1 and not place.ask:
        only = options[0]
        yes = answer(draft, world, "choice.yes", only.code)
        text = voice("ask.where.confirm", place=shown_back(only, voice))
        return Reply(text, [[yes, *_neither(draft, world)]])
    rows = [[Choice(shown_back(o, voice), _data(draft, o.code))] for o in options]
    text = voice(place.ask) if place.ask else voice("ask.where.which", said=_said(draft))
    return Reply(text, [*rows, _neither(draft, world)])


def _said(draft: Draft) -> str:
    said = draft.place.words or " ".join(draft.what.split())
    return said if len(said) <= 60 else said[:60] + "…"


def _neither(draft: Draft, world: World) -> list[Choice]:
    return [
        answer(draft, world, "choice.where.elsewhere", "elsewhere"),
        answer(draft, world, "choice.where.unknown", "unknown"),
    ]


def _press_which(draft: Draft, value: str, _: World) -> Draft | None:
    place = draft.place
    if value == "elsewhere":
        return draft.having(place=places.forget(place), at=Step.WHERE)
    if value == "unknown":
        return draft.having(place=replace(place, unknown=True, options=()))
    if value.startswith("d") and value[1:].isdecimal():
        names = places.districts(place)
        number = int(value[1:])
        if number >= len(names):
            return None
        return draft.having(place=replace(place, district=names[number]))
    chosen = places.choose(place, value)
    return draft.having(place=chosen) if chosen.commune else None


def _ask_pin(draft: Draft, world: World) -> Reply:
    here = answer(draft, world, "choice.where.here", "here")
    standing = answer(draft, world, "choice.where.standing", "standing")
    return Reply(world.voice("ask.pin"), [[here, standing]])


def _press_pin(draft: Draft, value: str, world: World) -> Draft | None:
    if value not in ("here", "standing"):
        return None
    words = draft.place.words or draft.what
    place, route = places.find(replace(draft.place, pin_asked=True), words, world)
    if route.outside:
        return None
    if value == "standing":  # it has found the commune, and is forgotten
        place = replace(place, point=None, accuracy=None)
    return draft.having(place=place)


# what, details, evidence ----------------------------------------------------------------------


def _ask_what(_: Draft, world: World) -> Reply:
    return Reply(world.voice("ask.what"))


def _listen_words(draft: Draft, text: str, world: World) -> Draft | None:
    heard, _ = listen(draft, text, world)
    return heard.passing(draft.at)


def _ask_detail(draft: Draft, world: World) -> Reply:
    return Reply(world.voice(f"ask.detail.{draft.category}"))


def _ask_evidence(draft: Draft, world: World) -> Reply:
    if draft.evidence:
        done = answer(draft, world, "choice.done", "done")
        return Reply(world.voice("evidence.kept", count=len(draft.evidence)), [[done]])
    return Reply(world.voice("ask.evidence", most=MOST_EVIDENCE))


def _press_evidence(draft: Draft, value: str, _: World) -> Draft | None:
    return draft.passing(Step.EVIDENCE) if value == "done" else None


def _ask_voice(draft: Draft, world: World) -> Reply:
    commune = answer(draft, world, "choice.voice.commune", "commune")
    province = answer(draft, world, "choice.voice.province", "province")
    return Reply(world.voice("ask.voice"), [[commune, province]])


def _press_voice(draft: Draft, value: str, _: World) -> Draft | None:
    if value not in ("commune", "province"):
        return None
    return draft.having(sound_to_commune=value == "commune")


# who sees it, who calls back ------------------------------------------------------------------


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
    digits = re.sub(r"^(\+84|0084)", "0", digits)
    return digits if re.fullmatch(r"0\d{9,10}", digits) else None


# the end --------------------------------------------------------------------------------------


def _ask_summary(draft: Draft, world: World) -> Reply:
    send = answer(draft, world, "choice.send", "send")
    edit = answer(draft, world, "choice.edit", "edit")
    official = answer(draft, world, "choice.edit.official", "official")
    rows = [[send], [edit] if draft.local_official else [edit, official]]
    return Reply(summary(draft, world), rows)


def _press_summary(draft: Draft, value: str, _: World) -> Draft | None:
    if value == "edit":
        return draft.having(at=Step.EDIT)
    return draft.having(at=Step.OFFICIAL) if value == "official" else None


_EDITABLE = {
    "what": Step.WHAT,
    "category": Step.CATEGORY,
    "where": Step.WHERE,
    "when": Step.WHEN,
    "evidence": Step.EVIDENCE,
    "contact": Step.CONTACT,
    "official": Step.OFFICIAL,
}


def _ask_edit(draft: Draft, world: World) -> Reply:
    choices = [answer(draft, world, f"choice.edit.{key}", key) for key in _EDITABLE]
    return Reply(world.voice("ask.edit"), _pairs(choices))


def _press_edit(draft: Draft, value: str, _: World) -> Draft | None:
    if value not in _EDITABLE:
        return None
    draft = draft.having(at=_EDITABLE[value])
    if value == "where":
        return draft.having(place=Place())
    if value == "what":
        return draft.having(words=(), messages=())
    return draft.having(time=None) if value == "when" else draft


QUESTIONS: dict[Step, Question] = {
    Step.CATEGORY: Question(
        lambda d: not d.category, _ask_category, _press_category, _listen_category
    ),
    Step.URGENCY: Question(
        lambda d: d.urgency is None, _ask_urgency, _press_urgency, _listen_urgency
    ),
    Step.PIN: Question(
        lambda d: d.place.point is not None and not d.place.pin_asked, _ask_pin, _press_pin, _none
    ),
    Step.WHICH: Question(
        lambda d: bool(d.place.options) and not d.place.settled,
        _ask_which,
        _press_which,
        _listen_where,
    ),
    Step.WHERE: Question(lambda d: not d.place.settled, _ask_where, _press_where, _listen_where),
    Step.WHEN: Question(lambda d: d.time is None, _ask_when, _press_when, _listen_when),
    Step.WHAT: Question(lambda d: not d.words and not d.evidence, _ask_what, _none, _listen_words),
    Step.DETAIL: Question(
        lambda d: d.guided and Step.DETAIL not in d.passed,
        _ask_detail,
        _none,
        _listen_words,
        skippable=True,
    ),
    Step.EVIDENCE: Question(
        lambda d: d.guided and Step.EVIDENCE not in d.passed,
        _ask_evidence,
        _press_evidence,
        _none,
        skippable=True,
    ),
    Step.VOICE: Question(
        lambda d: d.has_sound and d.sound_to_commune is None, _ask_voice, _press_voice, _none
    ),
    Step.OFFICIAL: Question(
        lambda d: d.official_mentioned and d.local_official is None,
        _ask_official,
        _press_official,
        _none,
    ),
    Step.CONTACT: Question(
        lambda d: d.guided and d.contact is None, _ask_contact, _press_contact, _listen_contact
    ),
    Step.PHONE: Question(_never, _ask_phone, _press_contact, _listen_contact),
    Step.SUMMARY: Question(lambda _: True, _ask_summary, _press_summary, _none),
    Step.EDIT: Question(_never, _ask_edit, _press_edit, _none),
}


def next_step(draft: Draft) -> Step:
    """Return the first question whose answer is missing."""
    return next(step for step, question in QUESTIONS.items() if question.needed(draft))
