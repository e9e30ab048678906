"""Force turned into torque, and set against body mass."""

from __future__ import annotations

import math

from data.analysis.limb import LimbRep
from data.analysis.metrics import MetricTable
from data.analysis.types import AnalysisOptions
from data.clinical.tests import StrengthTest


def add_body(
    table: MetricTable, limb: LimbRep, test: StrengthTest, options: AnalysisOptions
) -> None:
    """Torque by the lever, and numbers per kilogram; refused without lever or mass."""
    force, lever, mass = limb.peak_n, options.lever_m, options.body_mass_kg
    no_lever = "no lever given" if lever is None else None
    no_mass = "no body mass given" if mass is None else None
    arm = "lever" if lever is None else f"lever {lever:g} m"
    if options.force_angle_deg:
        arm = f"{arm} · cos {options.force_angle_deg:g}°"
    body = "body mass" if mass is None else f"{mass:g} kg"
    share = math.cos(math.radians(options.force_angle_deg))
    torque = force * lever * share if lever is not None else None
    per_kg = force / mass if mass is not None else None
    torque_per_kg = torque / mass if torque is not None and mass is not None else None
    allometric = force / mass**0.67 if mass is not None else None
    table.put("torque_nm", torque, f"torque.v1(peak_n · {arm})", no_lever)
    table.put("per_kg_n_kg", per_kg, f"rel.mass.v1(peak_n / {body})", no_mass)
    method = f"rel.mass.v1(torque_nm / {body})"
    table.put("torque_per_kg_nm_kg", torque_per_kg, method, no_lever or no_mass)
    table.put("allometric_n_kg067", allometric, f"allo.v1(peak_n / ({body})^0.67)", no_mass)
    if "nordic_expected_n" in test.metrics:
        _add_expected(table, force, mass, no_mass)


def _add_expected(
    table: MetricTable, force: float, mass: float | None, no_mass: str | None
) -> None:
    method = "nord.bm.v1(4·body mass + 26.1 N; Buchheit 2016; ±22 % is noise)"
    expected = 4 * mass + 26.1 if mass is not None else None
    difference = force - expected if expected is not None else None
    table.put("nordic_expected_n", expected, method, no_mass)
    table.put("nordic_expected_difference_n", difference, method, no_mass)
    percent = 100 * difference / expected if difference is not None and expected else None
    table.put("nordic_expected_difference_percent", percent, method, no_mass)
