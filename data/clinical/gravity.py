"""What a relaxed limb presses on the sensor, from a table of body segments where nobody measured.

Measured is better: the relaxed limb on the sensor in the test position for two seconds.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import StrEnum

STANDARD_GRAVITY = 9.80665
SOURCE = "segment table of Dempster 1955, adapted by Winter 2009"


class GravityMethod(StrEnum):
    """How the weight of the limb on the sensor was had; must match between limbs and sessions."""

    MEASURED = "measured"
    TABLE = "table"
    NONE = "none"  # not corrected


class Segment(StrEnum):
    SHANK_FOOT = "shank and foot"
    WHOLE_LEG = "whole leg"
    FOREARM_HAND = "forearm and hand"


@dataclass(frozen=True, slots=True)
class _Share:
    """Mass as a share of the body's, centre of mass as a share of the length from the joint."""

    mass: float
    centre: float


# Mass/total mass and centre of mass from the proximal joint; lengths run knee to ankle, hip to
# ankle, elbow to wrist.
_SHARES = {
    Segment.SHANK_FOOT: _Share(0.061, 0.606),
    Segment.WHOLE_LEG: _Share(0.161, 0.447),
    Segment.FOREARM_HAND: _Share(0.022, 0.682),
}


@dataclass(frozen=True, slots=True)
class LimbWeight:
    """Torque about the joint, N·m, and force on the sensor, N; `method` says how."""

    torque_nm: float
    force_n: float
    method: str


def limb_weight(
    segment: Segment, body_mass_kg: float, length_m: float, lever_m: float, angle_deg: float
) -> LimbWeight:
    """For a segment of `length_m` at `angle_deg` from the horizontal, the sensor at `lever_m`.

    `force_n` is what `AnalysisOptions.gravity_n` takes where the limb rests on the sensor; give it
    a minus where the limb hangs away from it. Raises ValueError for sizes that no body has.
    """
    for name, value, high in (
        ("body mass", body_mass_kg, 300.0),
        ("segment length", length_m, 1.5),
        ("lever", lever_m, 1.5),
    ):
        if not 0 < value <= high:
            raise ValueError(f"The {name} must be above 0 and at most {high:g}.")
    share = _SHARES[segment]
    weight_n = share.mass * body_mass_kg * STANDARD_GRAVITY
    torque = weight_n * share.centre * length_m * math.cos(math.radians(angle_deg))
    method = (
        f"gravity.table.v1({segment}, {body_mass_kg:g} kg, {length_m:g} m, {angle_deg:g}° from the "
        f"horizontal, lever {lever_m:g} m; {SOURCE})"
    )
    return LimbWeight(torque, torque / lever_m, method)
