"""What a text says: its mentions, their readings, and how the odds spread over communes."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from operator import attrgetter

from routing.cues import Level
from routing.evidence import NOTHING, NOTHING_ELSE, Reading, only_names, read_areas, read_communes
from routing.mending import Mender, decode_keys
from routing.mentions import Mention, mentions_in
from routing.names import Names
from routing.text import Reader, Words

COMMUNE = Level.COMMUNE  # looked up once: the inner loops compare with it
_is_keyed = attrgetter("keyed")
_weight_of = attrgetter("weight")
ENOUGH = 0.9  # share of the odds at which no other way of reading the text is tried
AREA = 0.01  # how little an area tells against a commune, between two ways of reading
LONGER = 0.02  # how much weaker a longer name with a slip may be than the shorter one typed well
NEGLIGIBLE = 1e-5
NEXT_PART = 0.9  # odds of the next part of a divided unit against the one before: a steady order


@dataclass(slots=True)
class Interpretation:
    """One way to read a text."""

    words: Words
    mentions: Sequence[Mention]
    strength: float  # odds of the best reading, an area's counting little
    shares: dict[str, float]  # commune code -> share of the odds, best first
    best: dict[str, Reading]  # commune code -> the reading that says most for it
    bare: bool  # the text is names and type words and nothing else
    repaired: bool = False

    @property
    def clear(self) -> bool:
        """Whether no other way of reading could tell more: what is still open is for people.

        That is so where every word is read and nothing speaks against it, and where a commune is named
        as such, with a parent of it, even if it was divided since.
        """
        if not self.best:
            return False
        best = self.reading
        if best.unit.level is not COMMUNE or not best.settled:
            return False
        if self.bare:
            return best.supported or len(self.mentions) == 1
        if not best.supported or best.mention.kinds is None:
            return False
        return all(other.unit is best.unit for other in self.best.values())

    @property
    def top(self) -> float:
        """The largest share."""
        return next(iter(self.shares.values()), 0.0)

    @property
    def reading(self) -> Reading:
        """The reading behind the largest share; there must be one."""
        return self.best[next(iter(self.shares))]


class Interpreter:
    """Reads texts: as typed first, then as raw keys, then with slips mended."""

    def __init__(self, names: Names) -> None:
        self._reader = Reader(names.words, names.tree)
        self._known = names.words
        self._mender = Mender(names.compact)

    def interpret(self, text: str, prior: frozenset[int] | None) -> Interpretation:
        """The most telling way to read a text; repairs are tried where it says too little."""
        best = self._as_typed(text, prior, repaired=False)
        if not best.words.words:
            return best
        if any(map(_is_keyed, best.words.words)):
            for decoded in dict.fromkeys((decode_keys(text, self._known), decode_keys(text, ()))):
                if decoded != text:
                    best = _better(self._as_typed(decoded, prior, repaired=True), best)
        if best.clear:
            return best
        if best.top < ENOUGH or not best.reading.settled:
            return _better(self._mended(best, prior), best)
        return self._longer(best, prior) or best

    def _longer(self, said: Interpretation, prior: frozenset[int] | None) -> Interpretation | None:
        """ "xã Phù Mỹ Đônng" is a slip in "Phù Mỹ Đông", not "Phù Mỹ" and a word."""
        short = said.reading.mention
        longer = self._mender.longer(said.words, short, said.mentions)
        if longer is None:
            return None
        mentions = [longer if mention is short else mention for mention in said.mentions]
        found = _weigh(said.words, mentions, prior, repaired=True)
        return found if found.strength > said.strength * LONGER else None

    def _mended(self, said: Interpretation, prior: frozenset[int] | None) -> Interpretation:
        words = self._mender.mend_types(said.words)
        found = said.mentions if words is said.words else mentions_in(words)
        supported = [reading.mention for reading in said.best.values() if reading.supported]
        mentions = self._mender.mend(words, found, supported)
        if mentions is said.mentions:
            return said
        return _weigh(words, mentions, prior, repaired=True)

    def _as_typed(
        self, text: str, prior: frozenset[int] | None, *, repaired: bool
    ) -> Interpretation:
        words = self._reader.read(text)
        return _weigh(words, mentions_in(words), prior, repaired=repaired)


def _better(one: Interpretation, other: Interpretation) -> Interpretation:
    return one if one.strength > other.strength else other


def _telling(readings: Sequence[Reading]) -> Sequence[Reading]:
    """Without those that weigh nothing beside the best."""
    if len(readings) < 2:
        return readings
    least = max(map(_weight_of, readings)) * NEGLIGIBLE
    return [reading for reading in readings if reading.weight >= least]


def _strength(readings: Iterable[Reading]) -> float:
    """The odds of the strongest, an area's counting little."""
    most = 0.0
    for reading in readings:
        odds = reading.weight if reading.unit.level is COMMUNE else reading.weight * AREA
        if odds > most:
            most = odds
    return most


def _placed(readings: Iterable[Reading]) -> bool:
    """Whether a commune is named beside a parent of it."""
    for reading in readings:  # noqa: SIM110  `any` would make a generator for each text
        if reading.supported and reading.weight > NOTHING:
            return True
    return False


def _weigh(
    words: Words, mentions: Sequence[Mention], prior: frozenset[int] | None, *, repaired: bool
) -> Interpretation:
    readings: list[Reading] = []
    bare = only_names(words, mentions)
    if mentions:
        readings = read_communes(words, mentions, prior, bare=bare)
        if not _placed(readings):
            readings += read_areas(mentions, prior)
    weights, best = _spread(_telling(readings))
    total = sum(weights.values()) + (NOTHING_ELSE if bare else NOTHING)
    ranked = sorted(weights, key=weights.__getitem__, reverse=True) if len(weights) > 1 else weights
    shares = {code: weights[code] / total for code in ranked}
    return Interpretation(words, mentions, _strength(best.values()), shares, best, bare, repaired)


def _spread(readings: Sequence[Reading]) -> tuple[dict[str, float], dict[str, Reading]]:
    """The odds of each commune: a reading's are divided among the parts its unit lies in."""
    if len(readings) == 1 and len(readings[0].unit.communes) == 1:
        code = readings[0].unit.communes[0]
        return {code: readings[0].weight}, {code: readings[0]}
    weights: dict[str, float] = {}
    most: dict[str, float] = {}
    best: dict[str, Reading] = {}
    for reading in readings:
        communes = reading.unit.communes
        part = reading.weight / len(communes)
        for code in communes:
            if code not in weights:
                weights[code] = most[code] = part
                best[code] = reading
            else:
                weights[code] += part
                if part > most[code]:
                    most[code], best[code] = part, reading
            part *= NEXT_PART if code == communes[0] else 1.0
    return weights, best
