"""Dose of shock waves, laser, shortwave and low-intensity pulsed ultrasound."""

from __future__ import annotations

from collections.abc import Mapping

from data.clinical.dose import DoseError, DoseNumber, check_range

__all__ = ["laser_dose", "lipus_dose", "shockwave_dose", "shortwave_dose", "shortwave_energy"]

_BANDS = "PMC9321712 and British Journal of Sports Medicine, table 1"
_NO_BAR = "pressure in bar is no energy: what it gives differs from applicator to applicator"


def shockwave_dose(
    impulses: float,
    efd_mj_mm2: float | None = None,
    pressure_bar: float | None = None,
    rate_hz: float | None = None,
) -> Mapping[str, DoseNumber]:
    """Energy flux density summed over all impulses; refused for a pressure."""
    check_range("impulses", impulses, 0, 100_000)
    numbers = _flux(impulses, efd_mj_mm2, pressure_bar)
    method = "eswt.time.v1(impulses / rate)"
    if rate_hz is None:
        return numbers | {"duration_s": DoseNumber(None, "s", method, "no rate given")}
    check_range("rate_hz", rate_hz, 0, 100, is_above=True)
    return numbers | {"duration_s": DoseNumber(impulses / rate_hz, "s", method)}


def laser_dose(
    power_mw: float,
    beam_area_cm2: float,
    seconds: float,
    points: float = 1,
    duty: float = 1.0,
) -> Mapping[str, DoseNumber]:
    """`power_mw` is the mean power; or, with a `duty` below 1, that during the pulse. `seconds` is
    the time on each point. Power and time cannot be traded for one another, so joules alone are
    no dose."""
    check_range("power_mw", power_mw, 0, 1e6)
    check_range("beam_area_cm2", beam_area_cm2, 0, 1000, is_above=True)
    check_range("seconds", seconds, 0, 86400)
    check_range("points", points, 0, 10_000)
    check_range("duty", duty, 0, 1, is_above=True)
    watts = power_mw * 1e-3 * duty
    energy = watts * seconds
    return {
        "mean_power_w": DoseNumber(watts, "W", "laser.power.v1(power · duty)"),
        "irradiance_w_cm2": DoseNumber(
            watts / beam_area_cm2, "W/cm²", "laser.irradiance.v1(power / area of the beam)"
        ),
        "point_energy_j": DoseNumber(energy, "J", "laser.energy.v1(power · time on a point)"),
        "fluence_j_cm2": DoseNumber(
            energy / beam_area_cm2, "J/cm²", "laser.fluence.v1(energy / area of the beam)"
        ),
        "total_energy_j": DoseNumber(
            energy * points, "J", "laser.total.v1(energy on a point · points)"
        ),
    }


def shortwave_dose(
    peak_w: float, pulse_us: float, rate_pps: float, seconds: float | None = None
) -> Mapping[str, DoseNumber]:
    """Of a pulsed shortwave. Raises `DoseError` for pulses that would overlap."""
    check_range("peak_w", peak_w, 0, 10_000)
    check_range("pulse_us", pulse_us, 0, 1e6, is_above=True)
    check_range("rate_pps", rate_pps, 0, 1e5, is_above=True)
    duty = pulse_us * 1e-6 * rate_pps
    if duty > 1:
        raise DoseError("share of time with output", duty, "at least 0 and at most 1")
    return {
        "duty": DoseNumber(duty, "", "swd.duty.v1(pulse · rate)"),
        **shortwave_energy(peak_w * duty, seconds, "swd.mean.v1(peak · pulse · rate)"),
    }


def shortwave_energy(mean_w: float, seconds: float | None, how: str) -> dict[str, DoseNumber]:
    """Mean power, and its energy over time."""
    check_range("mean_w", mean_w, 0, 10_000)
    method = "swd.energy.v1(mean power · time)"
    if seconds is None:
        energy = DoseNumber(None, "J", method, "no treatment time given")
    else:
        check_range("seconds", seconds, 0, 86400)
        energy = DoseNumber(mean_w * seconds, "J", method)
    return {"mean_power_w": DoseNumber(mean_w, "W", how), "energy_j": energy}


def lipus_dose(
    sata_mw_cm2: float,
    burst_us: float,
    repetition_hz: float,
    seconds: float,
    era_cm2: float | None = None,
) -> Mapping[str, DoseNumber]:
    """Of low-intensity pulsed ultrasound; the intensity is averaged over the cycle (SATA)."""
    check_range("sata_mw_cm2", sata_mw_cm2, 0, 3000)
    check_range("seconds", seconds, 0, 86400)
    duty = burst_us * 1e-6 * repetition_hz
    check_range("share of time with output", duty, 0, 1, is_above=True)
    dose = sata_mw_cm2 * 1e-3 * seconds
    method = "lipus.energy.v1(SATA · ERA · time)"
    energy = DoseNumber(None, "J", method, "no radiating area given")
    if era_cm2 is not None:
        check_range("era_cm2", era_cm2, 0, 50, is_above=True)
        energy = DoseNumber(dose * era_cm2, "J", method)
    return {
        "duty": DoseNumber(duty, "", "lipus.duty.v1(burst · repetition)"),
        "satp_mw_cm2": DoseNumber(sata_mw_cm2 / duty, "mW/cm²", "lipus.satp.v1(SATA / duty)"),
        "head_j_cm2": DoseNumber(dose, "J/cm²", "lipus.head.v1(SATA · time)"),
        "energy_j": energy,
    }


def _flux(
    impulses: float, efd_mj_mm2: float | None, pressure_bar: float | None
) -> dict[str, DoseNumber]:
    total = "eswt.total.v1(impulses · energy flux density)"
    if efd_mj_mm2 is None:
        reason = "no energy flux density given" if pressure_bar is None else _NO_BAR
        return {
            "total_efd_mj_mm2": DoseNumber(None, "mJ/mm²", total, reason),
            "total_efd_j_cm2": DoseNumber(None, "J/cm²", total, reason),
        }
    check_range("efd_mj_mm2", efd_mj_mm2, 0, 5)
    millijoules = impulses * efd_mj_mm2
    return {
        "total_efd_mj_mm2": DoseNumber(millijoules, "mJ/mm²", total, note=_band(efd_mj_mm2)),
        "total_efd_j_cm2": DoseNumber(millijoules / 10, "J/cm²", total),
    }


def _band(efd_mj_mm2: float) -> str | None:
    """The published name of an energy, between whose bands there are holes."""
    if efd_mj_mm2 < 0.08:
        return f"Low energy: below 0.08 mJ/mm² ({_BANDS})."
    if efd_mj_mm2 <= 0.28:
        return f"Medium energy: 0.08 to 0.28 mJ/mm² ({_BANDS})."
    return f"High energy: above 0.6 mJ/mm² ({_BANDS})." if efd_mj_mm2 > 0.6 else None
