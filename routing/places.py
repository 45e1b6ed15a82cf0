"""The values the room hands out: points, communes, candidates and routes."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType
from typing import NamedTuple


class Point(NamedTuple):
    """WGS 84 degrees."""

    latitude: float
    longitude: float


class Status(StrEnum):
    """How much a route may be trusted."""

    CERTAIN = "certain"  # one commune; file without asking
    ASK = "ask"  # one or more possible communes; a person chooses
    UNKNOWN = "unknown"  # nothing to offer; the province desk decides


class ReasonCode(StrEnum):
    """Why a route came out as it did."""

    EXACT_NAME = "exact_name"  # the words name one current commune
    FORMER_NAME = "former_name"  # the words name a former commune with one successor
    REPAIRED_NAME = "repaired_name"  # the same, after mending a slip or Telex/VNI keys
    DIVIDED_NAME = "divided_name"  # a former commune that was cut between several
    AMBIGUOUS_NAME = "ambiguous_name"  # the same words name several communes
    SEVERAL_NAMED = "several_named"  # several different communes are named
    BARE_NAME = "bare_name"  # a name, but nothing says it is meant as a commune
    DISTRICT_ONLY = "district_only"  # a former district: its successor communes are the menu
    PROVINCE_ONLY = "province_only"  # a province: nothing finer was said
    PIN_INSIDE = "pin_inside"  # the pin lies inside one commune
    PIN_NEAR_BORDER = "pin_near_border"  # the pin's accuracy reaches over a border
    PIN_NEAREST = "pin_nearest"  # no boundaries: the nearest communes
    PIN_NOWHERE = "pin_nowhere"  # the pin is at sea or abroad, or not a position
    TEXT_AND_PIN_AGREE = "text_and_pin_agree"  # words and pin name the same commune
    TEXT_AND_PIN_DISAGREE = "text_and_pin_disagree"  # they do not; both are offered
    OUTSIDE_SCOPE = "outside_scope"  # the place is known and not ours
    NO_PLACE = "no_place"  # no place in what was sent
    UNREADABLE = "unreadable"  # a line of input that could not be read


NO_FACTS: Mapping[str, str] = MappingProxyType({})


class Reason(NamedTuple):
    """Data for a sentence; `routing.reasons.explain` makes the sentence.

    `facts` hold what was matched: `words` (as typed), `name`, `layer`, `names`, `distance`...
    """

    code: ReasonCode
    facts: Mapping[str, str] = NO_FACTS


@dataclass(frozen=True, slots=True)
class Commune:
    """A commune-level unit as in force on the day asked for."""

    code: str
    name: str  # "Hải Xuân"
    kind: str  # "xã", "phường" or "đặc khu"
    province: str  # "Ninh Bình"
    province_code: str
    formerly: tuple[str, ...] = ()  # "xã Hải Hòa, huyện Hải Hậu"
    old_districts: tuple[str, ...] = ()  # "huyện Hải Hậu"
    full_name: str = field(init=False)  # type word and name: "xã Hải Xuân"

    def __post_init__(self) -> None:
        object.__setattr__(self, "full_name", f"{self.kind} {self.name}")


class Candidate(NamedTuple):
    """A commune that may be meant; of those scored 0.9 about nine in ten are right."""

    code: str
    name: str  # "xã Hải Xuân"
    province: str
    province_code: str
    score: float
    formerly: tuple[str, ...] = ()  # former names to show back, the one the words matched first
    old_districts: tuple[str, ...] = ()  # for a menu by old district, the one that holds most first


class Route(NamedTuple):
    """The answer. `candidates` is complete and best first; `outside`: known, but not our scope."""

    status: Status
    candidates: tuple[Candidate, ...]
    reason: Reason
    outside: bool = False
