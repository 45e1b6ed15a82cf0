"""Who may see and do what with a tip: one place, asked again at every press."""

from collections.abc import Sequence

from storage.models import Burst, Evidence, Officer, Tip
from storage.states import (
    COMMUNE_ROLES,
    DESK_ONLY,
    FOLLOWS,
    HIDDEN_STATES,
    RIGHTS,
    EvidenceVerdict,
    OfficerState,
    Right,
    TipState,
)


def may_see(officer: Officer, tip: Tip) -> bool:
    """Tell whether the tip is this officer's to see: by role, by area, and by who must not see it."""
    if officer.state is not OfficerState.ACTIVE or Right.SEE_TIPS not in RIGHTS[officer.role]:
        return False
    if officer.role not in COMMUNE_ROLES:
        return officer.province_code == tip.province_code
    theirs = officer.commune_code is not None and officer.commune_code == tip.commune_code
    return theirs and tip.desk_reason not in DESK_ONLY and tip.state not in HIDDEN_STATES


def may_see_burst(officer: Officer, burst: Burst) -> bool:
    """Tell whether the card of a burst is this officer's to see; each tip on it is asked about apart."""
    if officer.state is not OfficerState.ACTIVE or Right.SEE_TIPS not in RIGHTS[officer.role]:
        return False
    if officer.role not in COMMUNE_ROLES:
        return officer.province_code == burst.province_code
    theirs = officer.commune_code is not None and officer.commune_code == burst.commune_code
    return theirs and burst.desk_reason is None


def offered(officer: Officer, tip: Tip) -> Sequence[Sequence[str]]:
    """Return the verbs on the tip's card, in rows. What is not offered is not done."""
    if not may_see(officer, tip):
        return ()
    at_desk = officer.role not in COMMUNE_ROLES
    if tip.state is TipState.NEW:
        return (("take",), ("details", "close") if at_desk else ("not_ours", "details"))
    if tip.state is TipState.ACKNOWLEDGED:
        return (("details", "verify"), ("close",))
    if tip.state is TipState.IN_PROGRESS:
        return (("details",), ("close",))
    if Right.REOPEN in RIGHTS[officer.role] and tip.state is not TipState.WITHDRAWN:
        return (("details", "reopen"),)
    return ()


def may_act(officer: Officer, tip: Tip, next_state: TipState) -> bool:
    """Tell whether this officer may bring the tip into `next_state` now."""
    reopening = tip.state not in (TipState.NEW, TipState.ACKNOWLEDGED, TipState.IN_PROGRESS)
    right = Right.REOPEN if reopening else Right.ACT_ON_TIPS
    return (
        may_see(officer, tip) and right in RIGHTS[officer.role] and next_state in FOLLOWS[tip.state]
    )


def may_open(officer: Officer, piece: Evidence, tip: Tip) -> bool:
    """Tell whether a picture, video or voice may be shown to this officer at all.

    What could not be cleaned, and pictures in tips about children, stay at the desk; a voice that the
    reporter did not give to the commune likewise.
    """
    if officer.role not in COMMUNE_ROLES:
        return True
    if piece.verdict is not EvidenceVerdict.CLEAN or tip.about_child:
        return False
    if piece.has_sound and not piece.sound_to_commune:
        return piece.silent_file is not None  # a video can be shown without its sound
    return True


def file_for(officer: Officer, piece: Evidence) -> str | None:
    """Return the name of the file this officer may open."""
    at_desk = officer.role not in COMMUNE_ROLES
    if piece.has_sound and not piece.sound_to_commune and not at_desk:
        return piece.silent_file
    return piece.file
