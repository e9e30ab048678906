"""What an ultrasound or electrical treatment delivers, each number with its formula."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from data.clinical.dose_limits import LIMITS, note_over

Average = Literal["satp", "sata"]
Waveform = Literal["monophasic", "symmetric", "asymmetric"]

LOAD_OHM = 500.0


class DoseError(ValueError):
    """A setting lies outside what any unit can do; `field` and the limits say which."""

    def __init__(self, field: str, value: float, limits: str) -> None:
        super().__init__(
            f"{field} is {value:g}, but must be {limits}. Nothing was computed or kept. "
            "Check the number and its unit."
        )
        self.field = field
        self.value = value
        self.limits = limits


@dataclass(frozen=True, slots=True)
class DoseNumber:
    """One number with its unit and formula; a refused one is None with the reason.

    `note` is a guard-rail that the number meets, with its source: to be read, not obeyed blindly.
    """

    value: float | None
    unit: str
    method: str
    reason: str | None = None
    note: str | None = None


def duty_cycle(on: float, off: float) -> float:
    """Share of the time that is on, 0 to 1; a pulse ratio 1:n is ``duty_cycle(1, n)``."""
    check_range("on", on, 0, 1e6, is_above=True)
    check_range("off", off, 0, 1e6)
    return on / (on + off)


def ultrasound_dose(
    intensity_w_cm2: float,
    duty: float,
    era_cm2: float,
    seconds: float,
    area_cm2: float | None = None,
    average: Average = "satp",
    beam_nonuniformity_ratio: float | None = None,
) -> Mapping[str, DoseNumber]:
    """Dose of an ultrasound treatment; `seconds` is the coupled time.

    `average` says which intensity the panel shows: over the pulse (``satp``) or over the whole
    pulse cycle (``sata``). `era_cm2` is the effective radiating area, `area_cm2` the treated one.
    """
    check_range("intensity_w_cm2", intensity_w_cm2, 0, 10)
    check_range("duty", duty, 0, 1, is_above=True)
    check_range("era_cm2", era_cm2, 0, 50, is_above=True)
    check_range("seconds", seconds, 0, 7200)
    is_pulse = _is_pulse_average(average)
    intensity_w_cm2, duty, era_cm2 = float(intensity_w_cm2), float(duty), float(era_cm2)
    satp = intensity_w_cm2 if is_pulse else intensity_w_cm2 / duty
    sata = intensity_w_cm2 * duty if is_pulse else intensity_w_cm2
    power = sata * era_cm2
    energy = power * seconds
    given = "intensity as shown on the panel"
    numbers = {
        "sata_w_cm2": DoseNumber(
            sata,
            "W/cm²",
            "us.sata.v1(SATP · duty)" if is_pulse else f"us.sata.v1({given})",
            note=note_over("ultrasound", sata),
        ),
        "satp_w_cm2": DoseNumber(
            satp, "W/cm²", f"us.satp.v1({given})" if is_pulse else "us.satp.v1(SATA / duty)"
        ),
        "power_w": DoseNumber(power, "W", "us.power.v1(SATA · ERA)"),
        "peak_power_w": DoseNumber(satp * era_cm2, "W", "us.power.peak.v1(SATP · ERA)"),
        "energy_j": DoseNumber(energy, "J", "us.energy.v1(power · coupled time)"),
        "head_j_cm2": DoseNumber(sata * seconds, "J/cm²", "us.head.v1(SATA · time)"),
    }
    numbers["area_j_cm2"] = _area_density(energy, area_cm2)
    numbers |= _coverage(area_cm2, era_cm2, seconds)
    numbers["spatial_peak_w_cm2"] = _spatial_peak(satp, beam_nonuniformity_ratio)
    return numbers


def electrical_dose(
    amplitude_ma: float,
    width_us: float,
    rate_hz: float,
    waveform: Waveform,
    electrode_cm2: float | None = None,
    seconds: float | None = None,
) -> Mapping[str, DoseNumber]:
    """Dose of a pulsed current; `width_us` is one phase, `electrode_cm2` the smallest electrode.

    `rate_hz` counts pulses that really come: bursts a second times pulses in a burst; `seconds`
    is the time with current.
    """
    phases = _phases(waveform)
    check_range("amplitude_ma", amplitude_ma, 0, 2000)
    check_range("width_us", width_us, 0, 1e6, is_above=True)
    check_range("rate_hz", rate_hz, 0, 1e4, is_above=True)
    check_range("share of time with current", phases * width_us * rate_hz * 1e-6, 0, 1)
    charge_uc = amplitude_ma * width_us / 1000
    # A charge-balanced second phase of unknown shape adds charge, but its rms part is not known.
    rms_phases = 1 if waveform == "asymmetric" else phases
    rms = amplitude_ma * math.sqrt(rms_phases * width_us * rate_hz * 1e-6)
    partly = "; first phase only, a lower bound" if waveform == "asymmetric" else ""
    numbers = {
        "charge_per_phase_uc": DoseNumber(charge_uc, "µC", "es.charge.v1(peak · phase width)"),
        "charge_per_pulse_uc": DoseNumber(
            phases * charge_uc, "µC", f"es.charge.pulse.v1({phases} · phase charge, absolute)"
        ),
        "net_charge_per_pulse_uc": DoseNumber(
            charge_uc if phases == 1 else 0.0, "µC", "es.charge.net.v1(balanced phases cancel)"
        ),
        "rms_ma": DoseNumber(
            rms,
            "mA",
            f"es.rms.v1(peak · √({rms_phases} · phase width · rate){partly})",
            note=note_over("rms", rms),
        ),
        "mean_rectified_ma": DoseNumber(
            phases * charge_uc * rate_hz * 1e-3, "mA", f"es.mean.v1({phases} · phase charge · rate)"
        ),
        "energy_per_pulse_mj": _pulse_energy(amplitude_ma, rms_phases * width_us, partly),
    }
    numbers |= per_electrode(rms, electrode_cm2)
    return numbers | _over_time(charge_uc, rate_hz, seconds)


def ac_burst_rms(peak_ma: float, duty: float) -> DoseNumber:
    """Effective current of a gated sine (for example 2.5 kHz in bursts)."""
    check_range("peak_ma", peak_ma, 0, 2000)
    check_range("duty", duty, 0, 1, is_above=True)
    rms = peak_ma / math.sqrt(2) * math.sqrt(duty)
    return DoseNumber(
        rms,
        "mA",
        "es.rms.sine.v1(peak / √2 · √duty)",
        note=note_over("rms.carrier", rms) or note_over("rms", rms),
    )


def per_electrode(rms_ma: float, electrode_cm2: float | None) -> dict[str, DoseNumber]:
    """Density of current and power under the smallest electrode; refused without its area."""
    density = "es.density.v1(rms / smallest electrode)"
    power = f"es.power.v1(rms² · {LOAD_OHM:g} Ω / smallest electrode)"
    if electrode_cm2 is None:
        missing = "no electrode size given"
        return {
            "density_ma_cm2": DoseNumber(None, "mA/cm²", density, missing),
            "power_density_mw_cm2": DoseNumber(None, "mW/cm²", power, missing),
        }
    check_range("electrode_cm2", electrode_cm2, 0, 2000, is_above=True)
    value = rms_ma / electrode_cm2
    milliwatts = rms_ma**2 * 1e-3 * LOAD_OHM / electrode_cm2
    return {
        "density_ma_cm2": DoseNumber(value, "mA/cm²", density, note=note_over("density", value)),
        "power_density_mw_cm2": DoseNumber(
            milliwatts, "mW/cm²", power, note=note_over("power_density", milliwatts)
        ),
    }


def density_cap(
    width_us: float, rate_hz: float, waveform: Waveform, electrode_cm2: float | None
) -> DoseNumber:
    """The peak at which this current reaches the density that needs special attention."""
    limit = LIMITS["density"].value
    method = f"es.cap.v1({limit:g} mA/cm² · smallest electrode · peak / rms)"
    one_ma = electrical_dose(1.0, width_us, rate_hz, waveform, electrode_cm2)["density_ma_cm2"]
    if one_ma.value is None:
        return DoseNumber(None, "mA", method, one_ma.reason)
    return DoseNumber(limit / one_ma.value, "mA", method, note=LIMITS["density"].source)


def check_range(
    field: str, value: float, low: float, high: float, *, is_above: bool = False
) -> None:
    """Raise `DoseError` for what is no number or out of range; `is_above`: low itself is out."""
    inside = (low < value <= high) if is_above else (low <= value <= high)
    if not inside:
        least = f"above {low:g}" if is_above else f"at least {low:g}"
        raise DoseError(field, value, f"{least} and at most {high:g}")


def _is_pulse_average(average: str) -> bool:
    if average not in ("satp", "sata"):
        raise ValueError(f"average is {average!r}; it is satp (over the pulse) or sata (over all).")
    return average == "satp"


def _phases(waveform: str) -> int:
    phases = {"monophasic": 1, "symmetric": 2, "asymmetric": 2}.get(waveform)
    if phases is None:
        raise ValueError(
            f"waveform is {waveform!r}; it is monophasic, symmetric or asymmetric (biphasic)."
        )
    return phases


def _area_density(energy_j: float, area_cm2: float | None) -> DoseNumber:
    method = "us.area.v1(energy / treated area)"
    if area_cm2 is None:
        return DoseNumber(None, "J/cm²", method, "no treated area given")
    check_range("area_cm2", area_cm2, 0, 5000, is_above=True)
    return DoseNumber(energy_j / area_cm2, "J/cm²", method)


def _coverage(area_cm2: float | None, era_cm2: float, seconds: float) -> dict[str, DoseNumber]:
    heads = "us.coverage.v1(treated area / ERA)"
    minutes = "us.minutes.v1(time / (treated area / ERA))"
    if area_cm2 is None:
        reason = "no treated area given"
        return {
            "coverage_heads": DoseNumber(None, "", heads, reason),
            "min_per_era": DoseNumber(None, "min", minutes, reason),
        }
    value = area_cm2 / era_cm2
    return {
        "coverage_heads": DoseNumber(value, "", heads, note=note_over("coverage", value)),
        "min_per_era": DoseNumber(seconds / 60 / value, "min", minutes),
    }


def _spatial_peak(satp: float, ratio: float | None) -> DoseNumber:
    method = "us.bnr.v1(SATP · beam non-uniformity ratio)"
    if ratio is None:
        return DoseNumber(None, "W/cm²", method, "no beam non-uniformity ratio given")
    check_range("beam_nonuniformity_ratio", ratio, 1, 20)
    return DoseNumber(satp * ratio, "W/cm²", method, note=note_over("beam", ratio))


def _pulse_energy(amplitude_ma: float, width_us: float, partly: str) -> DoseNumber:
    energy_mj = amplitude_ma**2 * 1e-6 * LOAD_OHM * width_us * 1e-3
    method = f"es.energy.v1(peak² · {LOAD_OHM:g} Ω · width{partly})"
    return DoseNumber(energy_mj, "mJ", method, note=note_over("pulse_energy", energy_mj))


def _over_time(charge_uc: float, rate_hz: float, seconds: float | None) -> dict[str, DoseNumber]:
    pulses = "es.pulses.v1(rate · time with current)"
    charge = "es.charge.total.v1(phase charge · pulses: one phase, summed)"
    if seconds is None:
        missing = "no treatment time given"
        return {
            "pulses": DoseNumber(None, "", pulses, missing),
            "total_charge_c": DoseNumber(None, "C", charge, missing),
        }
    check_range("seconds", seconds, 0, 86400)
    return {
        "pulses": DoseNumber(rate_hz * seconds, "", pulses),
        "total_charge_c": DoseNumber(charge_uc * 1e-6 * rate_hz * seconds, "C", charge),
    }
