"""The fifteen categories of incidents and the six plain choices citizens see, as data.

To add a category: one line in CATEGORIES, its key in one of CHOICES, and its texts
(`category.<key>`, `ask.detail.<key>`) in both catalogs.
"""

from dataclasses import dataclass
from enum import StrEnum

# Decree-set national numbers as of November 2026; a deployment may override them in its settings.
EMERGENCY_NUMBERS = {
    "police": "113",
    "fire": "114",
    "ambulance": "115",
    "child": "111",
    "disaster": "112",
}


class Goal(StrEnum):
    PEOPLE = "people"  # safety of people
    PROPERTY = "property"  # safety of property
    AREA = "area"  # safety of the area


class CallWhen(StrEnum):
    ALWAYS = "always"  # the kind of incident alone is reason enough to call first
    HAPPENING = "happening"  # only while it goes on or has just happened
    HARM = "harm"  # only when someone is hurt, threatened or armed
    NEVER = "never"


@dataclass(frozen=True, slots=True)
class Category:
    """One kind of incident. `sensitive`: words and media never appear in a group alert."""

    key: str
    goal: Goal
    icon: str
    priority: str
    report_group: str
    call: tuple[str, ...] = ()
    call_when: CallWhen = CallWhen.ALWAYS
    sensitive: bool = False
    urgent_while_happening: bool = False

    @property
    def label_key(self) -> str:
        return f"category.{self.key}"

    @property
    def detail_key(self) -> str:
        """The one follow-up question of this category."""
        return f"ask.detail.{self.key}"


@dataclass(frozen=True, slots=True)
class PlainChoice:
    """What a citizen picks. `default` stands until words or an officer say more."""

    key: str
    default: str
    covers: tuple[str, ...]

    @property
    def label_key(self) -> str:
        return f"choice.category.{self.key}"


_PEOPLE, _PROPERTY, _AREA = Goal.PEOPLE, Goal.PROPERTY, Goal.AREA
_POLICE, _HAPPENING = ("police",), CallWhen.HAPPENING

CATEGORIES: tuple[Category, ...] = (
    Category("violence", _PEOPLE, "🥊", "P1", "public_order", ("police", "ambulance")),
    Category("domestic_violence", _PEOPLE, "🏠", "P1", "public_order", _POLICE, sensitive=True),
    Category(
        "child_harm", _PEOPLE, "🧒", "P1", "public_order", ("child", "police"), sensitive=True
    ),
    Category(
        "missing_trafficking",
        _PEOPLE,
        "🔎",
        "P1",
        "public_order",
        ("police", "child"),
        sensitive=True,
    ),
    Category("traffic", _PEOPLE, "🚦", "P2", "traffic", ("ambulance", "police"), CallWhen.HARM),
    Category("fire_rescue", _PEOPLE, "🔥", "P1", "fire", ("fire",)),
    Category(
        "theft_robbery",
        _PROPERTY,
        "🔓",
        "P2",
        "public_order",
        _POLICE,
        _HAPPENING,
        urgent_while_happening=True,
    ),
    Category("fraud", _PROPERTY, "🎣", "P2", "public_order", _POLICE, _HAPPENING),
    Category(
        "loan_shark", _PROPERTY, "💸", "P2", "public_order", _POLICE, CallWhen.HARM, sensitive=True
    ),
    Category("drugs", _AREA, "💊", "P2", "drugs", _POLICE, _HAPPENING, sensitive=True),
    Category("gambling", _AREA, "🎲", "P3", "public_order", (), CallWhen.NEVER, sensitive=True),
    Category("disorder", _AREA, "🏍️", "P1", "public_order", _POLICE),
    Category("weapons_fireworks", _AREA, "🧨", "P2", "public_order", _POLICE),
    Category("environment_noise", _AREA, "🌿", "P3", "environment", (), CallWhen.NEVER),
    Category("other", _AREA, "❔", "P3", "other", (), CallWhen.NEVER),
)

CHOICES: tuple[PlainChoice, ...] = (
    PlainChoice("violence", "violence", ("violence", "disorder")),
    PlainChoice("property", "theft_robbery", ("theft_robbery", "fraud", "loan_shark")),
    PlainChoice("accident", "traffic", ("traffic", "fire_rescue")),
    PlainChoice("vice", "drugs", ("drugs", "gambling")),
    PlainChoice(
        "family", "domestic_violence", ("domestic_violence", "child_harm", "missing_trafficking")
    ),
    PlainChoice("other", "other", ("other", "weapons_fireworks", "environment_noise")),
)

_BY_KEY = {category.key: category for category in CATEGORIES}


def category(key: str) -> Category:
    """Raises KeyError for a key that is not one of the fifteen."""
    return _BY_KEY[key]


def choice_of(category_key: str) -> PlainChoice:
    """The plain choice behind which a category stands."""
    return next(choice for choice in CHOICES if category_key in choice.covers)


def priority_of(key: str, *, happening: bool, harm: bool) -> str:
    """The priority a tip starts with. Someone hurt or armed makes any incident urgent."""
    kind = category(key)
    if harm or (happening and kind.urgent_while_happening):
        return "P1"
    return kind.priority


def services_to_call(key: str, *, happening: bool, harm: bool) -> tuple[str, ...]:
    """The services (keys of EMERGENCY_NUMBERS) to call before writing, most fitting first."""
    kind = category(key)
    reasons = {CallWhen.ALWAYS: True, _HAPPENING: happening or harm, CallWhen.HARM: harm}
    return kind.call if reasons.get(kind.call_when, False) else ()
