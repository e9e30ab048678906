"""How numbers and codes are said: one name, one unit and one precision for each, everywhere.

Nothing here judges: no verdict, no prediction, no digits beyond what was measured.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, timedelta, timezone
from typing import TYPE_CHECKING

from data.sides import Side

if TYPE_CHECKING:  # the window is shown before records are needed
    from data.analysis.types import TrialAnalysis
    from data.history import EarlierAnalysis
    from data.records import Trial
    from devices.types import DeviceInfo

MISSING = "–"

CANNOT_TELL = "cannot tell"
LOSS_UNKNOWN = "cannot tell whether any were lost"
EXPERIMENTAL = "Experimental: third-party decoder only"

# Ends of metric keys, longest first, and the unit as it is printed.
UNITS = {
    "_percent_per_rep": "%/rep",
    "_n_per_rep": "N/rep",
    "_n_per_s": "N/s",
    "_per_s": "1/s",
    "_deg": "°",
    "_n_kg067": "N/kg^0.67",
    "_nm_kg": "N·m/kg",
    "_percent": "%",
    "_n_kg": "N/kg",
    "_nm": "N·m",
    "_ns": "N·s",
    "_n": "N",
    "_s": "s",
    "": "",
}

NAMES = {
    "peak_gross_n": "gross peak",
    "peak_gap_percent": "peak above its 50 ms mean",
    "baseline_n": "resting baseline",
    "per_kg_n_kg": "peak per kg",
    "torque_per_kg_nm_kg": "torque per kg",
    "allometric_n_kg067": "allometric peak",
    "mean_hold_n": "mean of the hold",
    "rfd_20_80_n_per_s": "RFD from 20 to 80 % of peak",
    "time_to_90_percent_s": "time to 90 % of peak",
    "onset_automatic_s": "onset found by the rule",
    "best_two_apart_percent": "best two apart",
    "steadiness_percent": "unsteadiness of the hold",
    "fatigue_hold_percent": "fall of force over the hold",
    "break_torque_angle_deg": "knee angle at the peak",
    "break_point_10_deg": "knee angle where it passes 10 °/s",
    "break_point_20_deg": "knee angle where it passes 20 °/s",
    "nordic_expected_n": "expected from body mass",
    "nordic_expected_difference_n": "difference from the expected",
    "nordic_expected_difference_percent": "difference from the expected",
}

# By the values of `devices.modality.Origin`.
ORIGINS: Mapping[str, str] = {
    "read": "read from the unit",
    "entered": "typed in",
    "measured": "measured",
    "derived": "computed",
}

DOSES = {
    "sata_w_cm2": "intensity over the pulse cycle (SATA)",
    "satp_w_cm2": "intensity during the pulse (SATP)",
    "power_w": "mean power",
    "peak_power_w": "power during the pulse",
    "energy_j": "energy",
    "head_j_cm2": "energy density under the head",
    "area_j_cm2": "energy density over the treated area",
    "spatial_peak_w_cm2": "highest intensity in the beam",
    "charge_per_phase_uc": "charge of a phase",
    "charge_per_pulse_uc": "charge of a pulse",
    "net_charge_per_pulse_uc": "net charge of a pulse",
    "rms_ma": "effective current (rms)",
    "mean_rectified_ma": "mean rectified current",
    "energy_per_pulse_mj": "energy of a pulse into 500 Ω",
    "density_ma_cm2": "effective current density",
    "density_cap_ma": "peak at which the density reaches its limit",
    "power_density_mw_cm2": "power density into 500 Ω",
    "pulses": "pulses",
    "total_charge_c": "charge of one phase, summed",
    "counted_pulses": "pulses counted",
    "counted_charge_uc": "charge counted",
    "reported_rms_ma": "effective current (rms) reported",
    "settings_charge_uc": "charge by the settings over time",
    "settings_energy_j": "energy by the settings over time",
    "counted_energy_j": "energy counted",
    "counted_coupled_s": "time with contact counted",
    "reported_power_w": "power reported",
    "dose": "dose",
    "duty": "share of time with output",
    "rms_cycle_ma": "effective current (rms) over contraction and rest",
    "contractions_s": "time of all contractions with their rests",
    "mean_rectified_c": "mean rectified current over time",
    "total_efd_mj_mm2": "energy flux density, summed",
    "total_efd_j_cm2": "the same in J/cm²",
    "duration_s": "time that the impulses take",
    "mean_power_w": "mean power",
    "irradiance_w_cm2": "irradiance",
    "point_energy_j": "energy on a point",
    "fluence_j_cm2": "fluence",
    "total_energy_j": "energy on all points",
    "satp_mw_cm2": "intensity during the pulse (SATP)",
    "coverage_heads": "treated area in radiating areas",
    "min_per_era": "time for each radiating area",
    "applied_min": "time applied",
    "given_time_percent": "time given of the plan",
    "given_energy_percent": "energy given of the plan",
    "frequency_mhz": "suggested frequency",
    "surface_w_cm2": "suggested intensity at the skin",
    "surface_low_w_cm2": "suggested intensity at the skin, from",
    "surface_high_w_cm2": "suggested intensity at the skin, to",
    "suggested_min": "suggested time",
    "heating_min": "time to heat",
}
# A dose of one output of a unit: ``ch1_counted_pulses``, ``head1_power_w``.
_OUTPUT = re.compile(r"(ch|head)(\d+)_(.+)")

_PATTERNS = (
    (r"rfd_(\d+)_(\d+)", r"RFD \1–\2 ms"),
    (r"rfd_norm_(\d+)_(\d+)", r"RFD \1–\2 ms per peak"),
    (r"rfd_peak_(\d+)ms", r"peak RFD over \1 ms"),
    (r"peak_(\d+)(ms|s)", r"peak of the \1 \2 mean"),
    (r"impulse_(\d+)ms", r"impulse 0–\1 ms"),
    (r"force_at_(\d+)ms", r"force at \1 ms"),
)

# What a table shows of each repetition; every other number is in the JSON and on the screen.
TABLE_METRICS = ("peak_n", "per_kg_n_kg", "torque_nm", "impulse_ns", "time_to_peak_s")

CODES = {
    "SAT": "sensor at the end of its range",
    "GAP": "samples missing",
    "SPIKE": "one reading stands apart",
    "STUCK": "this cell stood still",
    "ZERO": "zero moved",
    "SHORT": "shorter than the test asks for",
    "NOZERO": "no quiet baseline before it",
    "PRETENS": "force on the sensor before the effort",
    "CMJ": "counter-movement before the effort",
    "DOUBLE": "two peaks",
    "LATE": "force still rising at the end",
    "SUBMAX": "far below the best of the set",
    "PAIN": "stopped by pain",
    "ONELEG": "load mostly on one limb",
    "NOBREAK": "no sharp fall: the peak is a lower bound",
    "SPREAD": "best two far apart",
    "CUT": "the recording ends inside it",
    "BASELINE": "unquiet baseline",
    "NOPLATEAU": "hardly held before it was overcome",
}

# Not strftime: its names follow the language that Qt sets for the process.
MONTHS = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip

FORMULAS = {
    "pdiff": "percentage difference: (stronger − weaker) / stronger limb",
    "signed": "signed percentage difference: (right − left) / stronger limb",
    "lsi": "limb symmetry index: injured / uninjured limb (no injury: non-dominant / dominant)",
    "lsi.deficit": "limb symmetry deficit: 100 % − injured / uninjured limb",
    "bai1": "bilateral asymmetry index 1: (dominant − other) / sum of both limbs, "
    "left first where dominance is not known",
    "bai2": "bilateral asymmetry index 2: 2 × (dominant − other) / sum of both limbs, "
    "left first where dominance is not known",
    "si": "symmetry index: (stronger − weaker) / sum of both limbs",
    "sa": "symmetry angle: (45° − arctan(left / right)) / 90°",
    "ln": "log ratio: ln(left / right)",
}


def key_unit(key: str) -> str:
    """The end of a metric's key that is its unit: ``_n`` of ``peak_n``; empty if it has none."""
    return next(end for end in UNITS if key.endswith(end))


def unit(key: str) -> str:
    """The unit of a metric's key as it is printed: ``N·s`` of ``impulse_ns``."""
    return UNITS[key_unit(key)]


def metric_name(key: str) -> str:
    """``time to peak`` of ``time_to_peak_s``."""
    if key in NAMES:
        return NAMES[key]
    base = key.removesuffix(key_unit(key))
    for pattern, name in _PATTERNS:
        if re.fullmatch(pattern, base):
            return re.sub(pattern, name, base)
    return base.replace("_", " ")


def metric_value(key: str, value: float | None) -> str:
    """The number with the digits that its unit deserves; a dash where there is none."""
    if value is None:
        return MISSING
    match key_unit(key):
        case "_n_per_s" | "_n_per_rep":
            return significant(value, 3 if abs(value) >= 100 else 2)
        case "_n" | "_nm" | "_deg":
            return fixed(value, 0)
        case "_ns":
            return fixed(value, 0 if abs(value) >= 100 else 1)
        case "_percent" | "_percent_per_rep":
            return fixed(value, 1)
        case "_n_kg" | "_nm_kg" | "_n_kg067" | "_s" | "_per_s":
            return fixed(value, 2)
        case _:
            return f"{value:g}"


def fixed(value: float, digits: int) -> str:
    """Rounded, never ``-0``."""
    return f"{round(value, digits) + 0.0:.{digits}f}"


def significant(value: float, digits: int) -> str:
    """``1650`` of 1652.9 with three digits; no exponent."""
    if value == 0:
        return "0"
    # The exponent after rounding: 9.996 has one more place before the point than it seems.
    exponent = int(f"{value:.{digits - 1}e}".partition("e")[2])
    places = digits - 1 - exponent
    return fixed(value, places) if places > 0 else fixed(round(value, places), 0)


def dose_name(key: str, *, of_output: bool = True) -> str:
    """``pulses counted, channel 1`` of ``ch1_counted_pulses``."""
    output = _OUTPUT.fullmatch(key)
    if output is None:
        return DOSES.get(key, key.replace("_", " "))
    kind, number, rest = output.groups()
    where = f", {'channel' if kind == 'ch' else 'head'} {number}" if of_output else ""
    return dose_name(rest) + where


def dose_value(value: float) -> str:
    """Three digits; from a thousand on all of them, for what was counted is exact."""
    return significant(value, 3) if abs(value) < 1000 else fixed(value, 0)


def short_method(method: str, *, name: str) -> str:
    """The id and version alone, ``peak.raw.v1``: they speak for themselves. A method without
    them is said with the `name` of what it made."""
    found = re.match(r"[a-z0-9_.]+\.v\d+", method)
    return found[0] if found else f"{name}: {method}"


def sentence(text: str) -> str:
    """With a capital at the beginning and nothing else changed: units keep their case."""
    return text[:1].upper() + text[1:]


def code_text(code: str) -> str:
    return CODES.get(code, code)


def formula_text(formula: str) -> str:
    return FORMULAS.get(formula, formula)


def of_repetitions(aggregation: str) -> str:
    """``best of 3 valid repetitions`` of ``best of 3``."""
    return f"{aggregation} valid repetition{'' if aggregation.endswith(' 1') else 's'}"


def used_methods(analysis: TrialAnalysis) -> dict[str, str]:
    """The methods of a trial without the formulas that its headline does not use."""
    used = analysis.asymmetry.formula
    return {k: v for k, v in analysis.methods.items() if k == used or k not in FORMULAS}


def limb(side: Side | None) -> str:
    return MISSING if side is None else side.value.capitalize()


def local_time(moment: datetime, utc_offset_min: int) -> datetime:
    """As the clock on the wall showed it then and there."""
    return moment.astimezone(timezone(timedelta(minutes=utc_offset_min)))


def clock(moment: datetime, utc_offset_min: int) -> str:
    """``31 January 2026, 14:05 (UTC+01:00)``."""
    local = local_time(moment, utc_offset_min)
    return f"{date_text(local)}, {local:%H:%M} ({offset_text(utc_offset_min)})"


def device_text(device: DeviceInfo) -> str:
    """``Open Nordic Board, serial ONB-0042``, or that none is known."""
    return f"{device.name}, {f'serial {device.serial}' if device.serial else 'serial not known'}"


def change_text(change: EarlierAnalysis) -> str:
    """``18 November 2026, 10:22 UTC, K. Brandt: bounds of repetition 2 moved``."""
    at = change.at.astimezone(UTC)
    who = change.by or "name not given"
    return f"{date_text(at)}, {at:%H:%M} UTC, {who}: {change.note or 'computed anew'}"


def alignment_text(trials: Sequence[Trial]) -> str:
    """What is known of two devices' times beside each other; empty for one device."""
    if all(trial.header.partner is None for trial in trials):
        return ""
    place = next((t.header.alignment for t in trials if t.header.alignment is not None), None)
    if place is None:
        return "two devices at once, their times not aligned"
    return f"two devices at once, times aligned to within {fixed(1e3 * place.error_s, 0)} ms"


def lost_text(trials: Sequence[Trial]) -> str:
    """``3 lost``, ``none lost``, or that it cannot be told: 0 is said only where it is known."""
    if lost := sum(trial.lost for trial in trials):
        return f"{lost} lost"
    return LOSS_UNKNOWN if any(trial.lost_reason for trial in trials) else "none lost"


def date_text(moment: date) -> str:
    return f"{moment.day} {MONTHS[moment.month - 1]} {moment.year}"


def offset_text(utc_offset_min: int) -> str:
    hours, minutes = divmod(abs(utc_offset_min), 60)
    return f"UTC{'-' if utc_offset_min < 0 else '+'}{hours:02}:{minutes:02}"


def duration(seconds: float) -> str:
    """``20 min 00 s``, ``34.2 s``."""
    if seconds < 60:
        return f"{fixed(seconds, 1)} s"
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes} min {rest:02} s"


# Field of a treatment's settings: name in words, factor to what is shown, unit shown.
SETTINGS: Mapping[str, tuple[str, float, str]] = {
    "waveform": ("waveform", 1.0, ""),
    "mode": ("mode", 1.0, ""),
    "amplitude_ma": ("amplitude", 1.0, "mA"),
    "amplitude_v": ("amplitude", 1.0, "V"),
    "amplitude_percent": ("amplitude", 1.0, "%"),
    "pulse_rate_hz": ("pulse rate", 1.0, "Hz"),
    "phase_us": ("phase", 1.0, "µs"),
    "interphase_us": ("interphase", 1.0, "µs"),
    "carrier_hz": ("carrier", 1.0, "Hz"),
    "electrode_cm2": ("electrode", 1.0, "cm²"),
    "burst_hz": ("bursts", 1.0, "Hz"),
    "pulses_per_burst": ("pulses a burst", 1.0, ""),
    "on_s": ("on", 1.0, "s"),
    "off_s": ("off", 1.0, "s"),
    "ramp_up_s": ("ramp up", 1.0, "s"),
    "ramp_down_s": ("ramp down", 1.0, "s"),
    "frequency_mhz": ("frequency", 1.0, "MHz"),
    "intensity_w_cm2": ("intensity", 1.0, "W/cm²"),
    "duty": ("duty", 100.0, "%"),
    "pulse_repetition_hz": ("pulse repetition", 1.0, "Hz"),
    "era_cm2": ("ERA", 1.0, "cm²"),
    "beam_nonuniformity_ratio": ("BNR", 1.0, ""),
}
