"""The summary before sending: what will be sent, to whom, and what consent means. Pure."""

from routing import fold
from tips.conversation.draft import Draft, Option, Place, Time
from tips.conversation.world import World
from tips.voice import Voice
from words.categories import category
from words.format import span_text

LONGEST_SHOWN = 300  #: characters of the words repeated in the summary


def summary(draft: Draft, world: World) -> str:
    voice = world.voice
    parts = [
        voice(
            "summary.tip",
            category=voice(category(draft.category).label_key),
            place=place_text(draft, voice),
            when=time_text(draft.time, voice),
            what=shortened(draft.what),
            count=voice("summary.album") if draft.album else len(draft.evidence),
            contact=contact_text(draft, voice),
        )
    ]
    if draft.local_official:
        parts.append(voice("summary.province_only"))
    kept = voice.keeping(world.policy.resolved)
    return "\n\n".join([*parts, voice("summary.consent", kept=kept)])


def shortened(words: str) -> str:
    one_line = " ".join(words.split())
    return one_line if len(one_line) <= LONGEST_SHOWN else one_line[:LONGEST_SHOWN] + "…"


def place_text(draft: Draft, voice: Voice) -> str:
    commune = draft.place.commune
    named = voice("summary.place.unknown") if commune is None else shown_back(commune, voice)
    within = words_within(draft.place)
    return f"{within}, {named}" if within else named


def words_within(place: Place) -> str:
    """What they said of the place besides the name that its commune was found by."""
    only_named = fold(place.words) in ("", fold(place.matched))
    return place.hamlet if only_named else place.words


def shown_back(commune: Option, voice: Voice) -> str:
    """The commune with its former name: people still use it, and see that we understood."""
    former, _, district = commune.formerly.partition(", ")
    if not former:
        return commune.name
    if district and fold(former) == fold(commune.name):  # it kept its name: the district tells more
        return voice("summary.place.district", commune=commune.name, district=district)
    return voice("summary.place.former", commune=commune.name, former=commune.formerly)


def time_text(time: Time | None, voice: Voice) -> str:
    """As said, with what was understood where that says more."""
    if time is None or not time.said:
        return voice("summary.when.unknown")
    if time.start is None or time.end is None:
        return time.said
    understood = span_text(time.start, time.end, voice.zone, voice.language)
    return voice("summary.when.understood", said=time.said, understood=understood)


def contact_text(draft: Draft, voice: Voice) -> str:
    if not draft.contact:
        return voice("summary.contact.anonymous")
    return voice("summary.contact.phone", phone=draft.contact)
