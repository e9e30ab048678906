"""Dose of currents that come in bursts, contractions or as a beat of two sines."""

from __future__ import annotations

import math
from collections.abc import Mapping

from data.clinical.dose import (
    DoseNumber,
    Waveform,
    ac_burst_rms,
    check_range,
    duty_cycle,
    electrical_dose,
    per_electrode,
)

__all__ = ["burst_dose", "cycle_numbers", "ifc_dose", "nmes_dose"]


def burst_dose(
    amplitude_ma: float,
    width_us: float,
    burst_hz: float,
    pulses_per_burst: float,
    waveform: Waveform,
    electrode_cm2: float | None = None,
    seconds: float | None = None,
) -> Mapping[str, DoseNumber]:
    """Pulses in bursts: those that really come a second are bursts times pulses in a burst."""
    check_range("burst_hz", burst_hz, 0, 1000, is_above=True)
    check_range("pulses_per_burst", pulses_per_burst, 0, 1000, is_above=True)
    rate_hz = burst_hz * pulses_per_burst
    return electrical_dose(amplitude_ma, width_us, rate_hz, waveform, electrode_cm2, seconds)


def nmes_dose(
    amplitude_ma: float,
    width_us: float,
    rate_hz: float,
    waveform: Waveform,
    on_s: float,
    off_s: float,
    contractions: float | None = None,
    electrode_cm2: float | None = None,
) -> Mapping[str, DoseNumber]:
    """Contractions of `on_s` with rests of `off_s`; ramps count as if they were full.

    Current and density are those within a contraction; `rms_cycle_ma` is over rests too.
    """
    check_range("on_s", on_s, 0, 3600, is_above=True)
    check_range("off_s", off_s, 0, 3600)
    duty = duty_cycle(on_s, off_s)
    with_current = None if contractions is None else contractions * on_s
    numbers = dict(
        electrical_dose(amplitude_ma, width_us, rate_hz, waveform, electrode_cm2, with_current)
    )
    numbers |= cycle_numbers(numbers["rms_ma"].value or 0.0, duty)
    if contractions is None:
        reason = "no number of contractions given"
        numbers["contractions_s"] = DoseNumber(None, "s", _TOTAL, reason)
        for key in ("pulses", "total_charge_c"):
            numbers[key] = DoseNumber(None, numbers[key].unit, numbers[key].method, reason)
    else:
        check_range("contractions", contractions, 0, 10_000)
        numbers["contractions_s"] = DoseNumber(contractions * (on_s + off_s), "s", _TOTAL)
    return numbers


def cycle_numbers(rms_ma: float, duty: float) -> dict[str, DoseNumber]:
    """Of the whole cycle of contraction and rest."""
    return {
        "duty": DoseNumber(duty, "", "nmes.duty.v1(on / (on + off))"),
        "rms_cycle_ma": DoseNumber(rms_ma * math.sqrt(duty), "mA", "nmes.rms.v1(rms · √duty)"),
    }


def ifc_dose(
    peak_ma: float, electrode_cm2: float | None = None, seconds: float | None = None
) -> Mapping[str, DoseNumber]:
    """One circuit of an interferential current: a sine that never stops, whatever its beat.

    There is no pulse whose charge could be counted; `mean_rectified_c` is current over time.
    """
    rms = ac_burst_rms(peak_ma, 1.0)
    mean = 2 / math.pi * peak_ma
    method = "ifc.charge.v1(mean rectified current · time, one circuit)"
    total = DoseNumber(None, "C", method, "no treatment time given")
    if seconds is not None:
        check_range("seconds", seconds, 0, 86400)
        total = DoseNumber(mean * 1e-3 * seconds, "C", method)
    return {
        "rms_ma": rms,
        "mean_rectified_ma": DoseNumber(mean, "mA", "ifc.mean.v1(2 / π · peak)"),
        **per_electrode(rms.value or 0.0, electrode_cm2),
        "mean_rectified_c": total,
    }


_TOTAL = "nmes.time.v1(contractions · (on + off))"
