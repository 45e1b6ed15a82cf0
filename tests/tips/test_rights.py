"""Who may see and do what: every role with every state of a tip and every reason it may be at the desk."""

from datetime import UTC, datetime

import pytest

from storage.models import Evidence, Officer, Tip
from storage.states import (
    DESK_ONLY,
    HIDDEN_STATES,
    Channel,
    DeskReason,
    EvidenceKind,
    EvidenceVerdict,
    OfficerState,
    Priority,
    Role,
    TipState,
)
from tips.officers.rights import file_for, may_act, may_open, may_see, offered

NOW = datetime(2026, 11, 18, 3, tzinfo=UTC)
HERE, ELSEWHERE = "14308", "14215"
EVERY = [(state, reason) for state in TipState for reason in (None, *DeskReason)]

NOTHING: set[str] = set()
#: What each state's card offers: to an officer or lead of the commune, and to the province desk.
OFFERED: dict[TipState, tuple[set[str], set[str]]] = {
    TipState.NEW: ({"take", "not_ours", "details"}, {"take", "details", "close"}),
    TipState.ACKNOWLEDGED: ({"details", "verify", "close"}, {"details", "verify", "close"}),
    TipState.IN_PROGRESS: ({"details", "close"}, {"details", "close"}),
    TipState.RESOLVED: (NOTHING, {"details", "reopen"}),
    TipState.INSUFFICIENT: (NOTHING, {"details", "reopen"}),
    TipState.UNFOUNDED: (NOTHING, {"details", "reopen"}),
    TipState.OUT_OF_SCOPE: (NOTHING, {"details", "reopen"}),
    TipState.WITHDRAWN: (NOTHING, NOTHING),
}
#: Reasons for which the commune must not know of the tip.
KEPT_FROM_COMMUNE = {
    DeskReason.PLACE_UNKNOWN,
    DeskReason.LOCAL_OFFICIAL,
    DeskReason.FLOOD,
    DeskReason.NOT_OURS,
}


def an_officer(role: Role, state: OfficerState = OfficerState.ACTIVE) -> Officer:
    commune = HERE if role in (Role.OFFICER, Role.LEAD) else None
    return Officer(role=role, commune_code=commune, province_code="37", state=state, created_at=NOW)


def a_tip(
    state: TipState = TipState.NEW,
    reason: DeskReason | None = None,
    commune: str | None = HERE,
    category: str = "theft_robbery",
    province: str = "37",
) -> Tip:
    return Tip(
        channel=Channel.TELEGRAM,
        category=category,
        priority=Priority.P2,
        urgency="earlier",
        commune_code=commune,
        province_code=province,
        received_at=NOW,
        target_at=NOW,
        remind_at=NOW,
        words_sealed=None,
        place_sealed=None,
        time_sealed=None,
        state=state,
        desk_reason=reason,
    )


def verbs(officer: Officer, tip: Tip) -> set[str]:
    return {verb for row in offered(officer, tip) for verb in row}


@pytest.mark.parametrize(("state", "reason"), EVERY)
@pytest.mark.parametrize("role", [Role.OFFICER, Role.LEAD])
def test_a_commune_sees_its_tips_unless_they_are_kept_from_it(
    role: Role, state: TipState, reason: DeskReason | None
) -> None:
    officer, tip = an_officer(role), a_tip(state, reason)
    sees = reason not in KEPT_FROM_COMMUNE and state not in HIDDEN_STATES
    assert may_see(officer, tip) is sees
    assert verbs(officer, tip) == (OFFERED[state][0] if sees else set())


@pytest.mark.parametrize(("state", "reason"), EVERY)
def test_the_desk_sees_every_tip_of_its_province_whatever_the_reason(
    state: TipState, reason: DeskReason | None
) -> None:
    desk, tip = an_officer(Role.DESK), a_tip(state, reason)
    assert may_see(desk, tip)
    assert verbs(desk, tip) == OFFERED[state][1]


@pytest.mark.parametrize(("state", "reason"), EVERY)
@pytest.mark.parametrize("role", [Role.BOARD, Role.AUDITOR, Role.ADMIN])
def test_who_handles_no_tips_sees_none(
    role: Role, state: TipState, reason: DeskReason | None
) -> None:
    person, tip = an_officer(role), a_tip(state, reason)
    assert not may_see(person, tip)
    assert not verbs(person, tip)
    assert not any(may_act(person, tip, following) for following in TipState)


@pytest.mark.parametrize("state", TipState)
@pytest.mark.parametrize("role", Role)
@pytest.mark.parametrize("standing", [OfficerState.PENDING, OfficerState.REMOVED])
def test_who_is_not_yet_or_no_longer_an_officer_sees_nothing(
    standing: OfficerState, role: Role, state: TipState
) -> None:
    assert not may_see(an_officer(role, standing), a_tip(state))
    assert not verbs(an_officer(role, standing), a_tip(state))


@pytest.mark.parametrize("role", [Role.OFFICER, Role.LEAD])
@pytest.mark.parametrize("commune", [ELSEWHERE, None])
def test_a_commune_never_sees_the_tips_of_another(role: Role, commune: str | None) -> None:
    assert not may_see(an_officer(role), a_tip(commune=commune))


def test_an_officer_without_a_commune_sees_no_tip_without_one() -> None:
    officer = an_officer(Role.OFFICER)
    officer.commune_code = None
    assert not may_see(officer, a_tip(commune=None))


def test_a_desk_never_sees_the_tips_of_another_province() -> None:
    assert not may_see(an_officer(Role.DESK), a_tip(province="24"))


def test_the_table_of_reasons_is_the_one_that_is_enforced() -> None:
    assert KEPT_FROM_COMMUNE == DESK_ONLY


@pytest.mark.parametrize("state", [s for s in TipState if OFFERED[s][1] >= {"reopen"}])
def test_only_the_desk_reverses_a_closing(state: TipState) -> None:
    allowed = {r for r in Role if may_act(an_officer(r), a_tip(state), TipState.IN_PROGRESS)}
    assert allowed == {Role.DESK}


# pictures, videos, voices ---------------------------------------------------------------------


def a_piece(
    kind: EvidenceKind = EvidenceKind.PHOTO,
    verdict: EvidenceVerdict = EvidenceVerdict.CLEAN,
    *,
    sound: bool = False,
    given: bool = False,
    silent: str | None = None,
) -> Evidence:
    return Evidence(
        chat_id=None,
        channel=Channel.TELEGRAM,
        kind=kind,
        created_at=NOW,
        due_at=NOW,
        reference_sealed=None,
        size=None,
        verdict=verdict,
        file="whole",
        silent_file=silent,
        has_sound=sound,
        sound_to_commune=given,
    )


UNCLEANABLE = a_piece(verdict=EvidenceVerdict.DESK_ONLY)
VOICE = a_piece(EvidenceKind.VOICE, sound=True)
VOICE_GIVEN = a_piece(EvidenceKind.VOICE, sound=True, given=True)
VIDEO = a_piece(EvidenceKind.VIDEO, sound=True, silent="silent")
VIDEO_WITHOUT_SILENT_COPY = a_piece(EvidenceKind.VIDEO, sound=True)
VIDEO_GIVEN = a_piece(EvidenceKind.VIDEO, sound=True, given=True, silent="silent")


@pytest.mark.parametrize(
    ("piece", "file"),
    [
        (a_piece(), "whole"),
        (UNCLEANABLE, None),
        (VOICE, None),
        (VOICE_GIVEN, "whole"),
        (VIDEO, "silent"),
        (VIDEO_WITHOUT_SILENT_COPY, None),
        (VIDEO_GIVEN, "whole"),
    ],
)
def test_a_commune_opens_what_is_clean_and_hears_what_it_was_given(
    piece: Evidence, file: str | None
) -> None:
    officer = an_officer(Role.OFFICER)
    assert may_open(officer, piece, a_tip()) is (file is not None)
    if file is not None:
        assert file_for(officer, piece) == file


@pytest.mark.parametrize("piece", [a_piece(), UNCLEANABLE, VOICE, VIDEO, VIDEO_GIVEN])
def test_the_desk_opens_everything_whole(piece: Evidence) -> None:
    desk = an_officer(Role.DESK)
    assert may_open(desk, piece, a_tip(category="child_harm"))
    assert file_for(desk, piece) == "whole"


@pytest.mark.parametrize("piece", [a_piece(), VOICE_GIVEN, VIDEO_GIVEN])
def test_pictures_in_tips_about_children_stay_at_the_desk(piece: Evidence) -> None:
    tip = a_tip(category="domestic_violence")
    tip.about_child = True
    assert not may_open(an_officer(Role.LEAD), piece, tip)
