"""The words for states, roles, outcomes, priorities: one table, from which labels and docs come."""

from collections.abc import Mapping

from words.texts import Language, sentence

# Values as `storage.states` writes them. Rooms of one floor do not import each other, so a test
# keeps the two alike.
LABELLED: Mapping[str, tuple[str, ...]] = {
    "state": (
        "new",
        "acknowledged",
        "in_progress",
        "resolved",
        "insufficient",
        "unfounded",
        "out_of_scope",
        "withdrawn",
    ),
    "role": ("officer", "lead", "desk", "board", "auditor", "admin"),
    "outcome": ("resolved", "insufficient", "unfounded", "out_of_scope"),
    "priority": ("P1", "P2", "P3"),
    "desk_reason": (
        "place_unknown",
        "local_official",
        "flood",
        "not_ours",
        "no_officer",
        "overdue",
    ),
}


def label_key(kind: str, value: str) -> str:
    """The catalog key of a value of one of the kinds in LABELLED."""
    return f"label.{kind}.{value}"


def label(kind: str, value: str, language: Language) -> str:
    """What people read for a stored value. Raises TextError for a value without words."""
    return sentence(label_key(kind, value), language)
