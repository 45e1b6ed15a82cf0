"""The weekly summary, whole: counted, told and drawn for one commune or one province."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from reports.counts import ProvinceScope, Scope, count
from reports.periods import Week
from reports.pictures import picture
from reports.plots import Picture, draw
from reports.summaries import summary
from reports.voice import Voice
from storage.database import Database
from words.texts import Language, Texts


@dataclass(frozen=True, slots=True)
class Edition:
    """Which summary: of which week, about whom, in which language, as things stand `now`.

    `trial`: no agency answers for this installation, so no police unit is named.
    """

    week: Week
    scope: Scope
    language: Language
    now: datetime
    trial: bool = True


@dataclass(frozen=True, slots=True)
class Summary:
    text: str
    png: bytes


async def weekly(
    database: Database, edition: Edition, texts: Texts, name_of: Callable[[str], str]
) -> Summary:
    """Make one summary. `name_of` names the code of a commune or a province.

    Raises:
        DrawingError: the picture failed; `worded` still gives the text.
    """
    text, pictured = await worded(database, edition, texts, name_of)
    return Summary(text, await draw(pictured))


async def worded(
    database: Database, edition: Edition, texts: Texts, name_of: Callable[[str], str]
) -> tuple[str, Picture]:
    """Count and find the words: the text as it is sent, and the picture as it is to be drawn."""
    counts = await count(database, edition.week, edition.scope, edition.now)
    voice = Voice(texts, edition.language, name_of)
    unit = _unit(edition, voice)
    return summary(counts, unit, voice), picture(counts, unit, voice)


def _unit(edition: Edition, voice: Voice) -> str:
    name = voice.name_of(edition.scope.code)
    if edition.trial or isinstance(edition.scope, ProvinceScope):
        return name
    return voice.say("unit.commune", commune=name)
