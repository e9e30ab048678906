"""How a run of a test is set up, and how it was last time, so that results make one series."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING
from uuid import UUID

from data.clinical.gravity import GravityMethod
from data.clinical.tests import Stabilisation, StrengthTest
from data.sides import Side

if TYPE_CHECKING:  # the window is shown before records are needed
    from app.reading import RunOfTest
    from data.records import TrialHeader
    from data.store import Store

HELD_BY: tuple[Stabilisation, ...] = (
    Stabilisation.HAND,
    Stabilisation.BELT,
    Stabilisation.RIGID_FRAME,
    Stabilisation.WALL,
)
"""What a clinic chooses between; the other two are what the test itself says."""


@dataclass(frozen=True, slots=True)
class RunSetup:
    """`levers` in m and `weights`, the limb on the sensor in N, are of one limb each.

    Without a weight the run is not corrected for gravity, whatever `gravity` says. `stabilisation`
    None: as the test says.
    """

    posture: str = ""
    stabilisation: Stabilisation | None = None
    levers: Mapping[Side, float] = field(default_factory=dict[Side, float])
    gravity: GravityMethod = GravityMethod.NONE
    weights: Mapping[Side, float] = field(default_factory=dict[Side, float])
    target_n: float | None = None
    both_injured: bool = False

    def with_line(self, lever_m: float | None, posture: str) -> RunSetup:
        """With what one line has room for: one lever of both limbs, where it is another one."""
        levers: Mapping[Side, float] = self.levers
        if lever_m is None:
            levers = {}
        elif lever_m not in self.levers.values():
            levers = dict.fromkeys(Side, lever_m)
        return replace(self, levers=levers, posture=posture)

    def lever_m(self, limb: Side | None) -> float | None:
        """Of this limb, else of the other: it is one person. None: of both at once."""
        return _of_limb(self.levers, limb)

    def weight_n(self, limb: Side | None) -> float | None:
        """As `lever_m`; None where gravity is not corrected for."""
        return None if self.gravity is GravityMethod.NONE else _of_limb(self.weights, limb)


def asks_for_stabilisation(test: StrengthTest) -> bool:
    """Whether the clinic has a choice: a test in a device of its own has none."""
    return test.stabilisation in HELD_BY


def asks_for_weight(test: StrengthTest) -> bool:
    """Where a lever is asked for, the limb moves about a joint and may rest on the sensor."""
    return bool({"lever_m", "gravity_n"} & set(test.required_fields))


def setup_of(headers: Sequence[TrialHeader]) -> RunSetup:
    """How the trials of one run were set up."""
    last = headers[-1]
    levers: dict[Side, float] = {}
    weights: dict[Side, float] = {}
    for header in headers:
        for side in {each.side for each in header.channels if each.side is not None}:
            if header.lever_m is not None:
                levers[side] = header.lever_m
            if header.gravity_n is not None:
                weights[side] = header.gravity_n
    return RunSetup(
        posture=last.posture,
        stabilisation=last.stabilisation,
        levers=levers,
        gravity=last.gravity or GravityMethod.NONE,
        weights=weights,
        target_n=last.target_n,
    )


def last_setups(runs: Iterable[RunOfTest]) -> dict[str, RunSetup]:
    """By test, how its newest run was set up, the test done last first; `runs` oldest first."""
    found: dict[str, RunSetup] = {}
    for run in reversed(tuple(runs)):
        if run.test_id not in found:
            found[run.test_id] = setup_of([trial.header for trial in run.trials])
    return found


def setup_for(store: Store, person_id: UUID, test_id: str) -> RunSetup:
    """As in this person's last run of the test, with what their injury says now."""
    trials = store.trials.of_person(person_id, test_id)
    last = [each.header for each in trials if each.header.set_id == trials[-1].header.set_id]
    known = setup_of(last) if last else RunSetup()
    return replace(known, both_injured=has_both_injured(store, person_id))


def has_both_injured(store: Store, person_id: UUID) -> bool:
    """The injury that is treated now is on both sides: neither limb is a reference."""
    from app.episodes import injuries

    episode = injuries(store, person_id).open
    return episode is not None and len(episode.sides) > 1


def _of_limb(values: Mapping[Side, float], limb: Side | None) -> float | None:
    if limb is not None and limb in values:
        return values[limb]
    return next(iter(values.values()), None)
