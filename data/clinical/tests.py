"""The catalogue of strength tests: what is asked of the athlete and what is computed from it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum


class Laterality(StrEnum):
    BILATERAL = "bilateral"  # both limbs at once, a cell each
    UNILATERAL = "unilateral"  # one limb after the other


class Contraction(StrEnum):
    """Part of a test's identity: make and break are never compared or averaged."""

    ECCENTRIC = "eccentric"
    ISOMETRIC_MAKE = "isometric make"
    BREAK = "break"


class Stabilisation(StrEnum):
    """What holds limb and sensor; part of a test's identity, because a tester's arm gives way."""

    DEVICE = "device"
    RIGID_FRAME = "rigid frame"
    BELT = "belt"
    WALL = "wall"
    HAND = "hand"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class RepRule:
    """Two-level hysteresis that finds repetitions; fractions are of the best peak so far.

    With `uses_target` they are of the force that a hold is asked for, where one is given.
    """

    id: str
    on_n: float
    on_fraction: float
    off_n: float
    off_fraction: float
    minimum_s: float
    merge_gap_s: float
    uses_sum: bool = False
    uses_target: bool = False

    def for_target(self, target_n: float | None) -> RepRule:
        """The rule with levels at its fractions of a hold's target, where it goes by one."""
        if not self.uses_target or target_n is None:
            return self
        levels = self.on_fraction * target_n, self.off_fraction * target_n
        return replace(self, on_n=levels[0], on_fraction=0.0, off_n=levels[1], off_fraction=0.0)


@dataclass(frozen=True, slots=True)
class StrengthTest:
    """One test. `formula` and `aggregation` say how limbs are compared and reps combined.

    `gates` names the quality gates of early force, `typical` what was read of usual results: no
    cut-off.
    """

    id: str
    name: str
    muscle_group: str
    contraction: Contraction
    laterality: Laterality
    position: str
    cue: str
    reps: int
    hold_s: float
    rest_s: float
    rep_rule: RepRule
    aggregation: str
    formula: str
    metrics: tuple[str, ...]
    required_fields: tuple[str, ...] = ()
    minimum_rate_hz: float = 0.0
    references: tuple[str, ...] = ()
    stabilisation: Stabilisation = Stabilisation.DEVICE
    gates: str = "gates.v1"
    typical: str = ""
