"""Dose of a treatment as its form is filled in: for the live form, and piece by piece of a log."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import cast

from data.clinical.dose import DoseError, DoseNumber, Waveform, electrical_dose, ultrasound_dose
from data.clinical.dose_current import burst_dose, cycle_numbers, ifc_dose
from data.clinical.dose_limits import LIMITS
from data.clinical.dose_physical import (
    laser_dose,
    lipus_dose,
    shockwave_dose,
    shortwave_dose,
    shortwave_energy,
)
from data.clinical.modalities import Values, form, key_of, number_of

__all__ = ["channels_of", "dose_of_settings"]

_REFUSED = "dose.v1"


class MissingValueError(ValueError):
    """The dose needs a value that is not there."""


def channels_of(modality: str, values: Values) -> tuple[int, ...]:
    """The channels with an amplitude; one for what has no channels."""
    names = [each.id for each in form(modality).fields if each.is_per_channel]
    found = {
        number
        for number in range(1, 9)
        for name in names
        if values.get(key_of(name, number)) is not None
    }
    return tuple(sorted(found)) or (1,)


def dose_of_settings(
    modality: str, values: Values, seconds: float, channel: int = 1
) -> Mapping[str, DoseNumber]:
    """What the settings deliver in `seconds` of output on one channel.

    What cannot be computed is one refused number ``dose`` with the reason: never an error, and
    never a guess.
    """
    try:
        return _DOSES[modality](_Reader(modality, values, channel), seconds)
    except (MissingValueError, DoseError) as error:
        return {"dose": DoseNumber(None, "", _REFUSED, str(error))}


class _Reader:
    """Values of one channel, of which the ones asked for must be there."""

    def __init__(self, modality: str, values: Values, channel: int) -> None:
        self._form = form(modality)
        self._values = values
        self._channel = channel

    def has(self, name: str) -> bool:
        return self.maybe(name) is not None

    def maybe(self, name: str) -> float | None:
        value = self._values.get(key_of(name, self._channel))
        if value is None and not self._form.field(name).is_per_channel:
            value = self._values.get(name)
        return number_of(value)

    def number(self, name: str) -> float:
        value = self.maybe(name)
        if value is None:
            raise MissingValueError(f"not given: {self._form.field(name).label}")
        return value

    def is_set(self, name: str, to: str) -> bool:
        return to in (self._values.get(key_of(name, self._channel)), self._values.get(name))

    def text(self, name: str) -> str:
        value = self._values.get(key_of(name, self._channel)) or self._values.get(name)
        if not isinstance(value, str) or not value:
            raise MissingValueError(f"not given: {self._form.field(name).label}")
        return value

    def current_ma(self) -> float:
        """Peak in mA; a panel that shows volts or a share tells no current."""
        value = self.maybe("amplitude_ma")
        if value is not None:
            return value
        for name in ("amplitude_v", "amplitude_percent", "amplitude_dial"):
            if self.has(name):
                unit = self._form.field(name).unit or "parts of a dial"
                raise MissingValueError(f"the amplitude is in {unit}: its current is not known")
        raise MissingValueError("not given: amplitude")


def _tens(of: _Reader, seconds: float) -> Mapping[str, DoseNumber]:
    current, width = of.current_ma(), of.number("phase_us")
    waveform, electrode = cast("Waveform", of.text("waveform")), of.maybe("electrode_cm2")
    if of.is_set("mode", "burst"):
        bursts, pulses = of.number("burst_hz"), of.number("pulses_per_burst")
        return burst_dose(current, width, bursts, pulses, waveform, electrode, seconds)
    rate = of.number("pulse_rate_hz")
    return electrical_dose(current, width, rate, waveform, electrode, seconds)


def _nmes(of: _Reader, seconds: float) -> Mapping[str, DoseNumber]:
    current, electrode = of.current_ma(), of.maybe("electrode_cm2")
    duty = _cycle_share(of, "on_s", "off_s")
    waveform = of.text("waveform")
    if waveform == "ac burst":
        share = of.number("burst_duty_percent") / 100
        numbers = dict(ifc_dose(current, electrode, seconds * duty * share))
        scale = math.sqrt(share)
        numbers |= {
            key: replace(numbers[key], value=value * scale)
            for key in ("rms_ma", "density_ma_cm2")
            if (value := numbers[key].value) is not None
        }
        power = numbers["power_density_mw_cm2"]
        if power.value is not None:
            numbers["power_density_mw_cm2"] = replace(power, value=power.value * share)
    else:
        width, rate = of.number("phase_us"), of.number("pulse_rate_hz")
        shape = cast("Waveform", waveform)
        numbers = dict(electrical_dose(current, width, rate, shape, electrode, seconds * duty))
    return numbers | cycle_numbers(numbers["rms_ma"].value or 0.0, duty)


def _ifc(of: _Reader, seconds: float) -> Mapping[str, DoseNumber]:
    return ifc_dose(of.current_ma(), of.maybe("electrode_cm2"), seconds)


def _ultrasound(of: _Reader, seconds: float) -> Mapping[str, DoseNumber]:
    intensity, era, area = of.number("intensity_w_cm2"), of.number("era_cm2"), of.maybe("area_cm2")
    duty, average = 1.0, "satp"
    if of.text("output") == "pulsed":
        duty, average = of.number("duty_percent") / 100, of.text("intensity_is")
    ratio = of.maybe("beam_nonuniformity_ratio")
    panel = "sata" if average == "sata" else "satp"
    numbers = dict(ultrasound_dose(intensity, duty, era, seconds, area, panel, ratio))
    if of.is_set("technique", "static"):
        pulse = numbers["satp_w_cm2"]
        numbers["satp_w_cm2"] = replace(pulse, note=LIMITS["static"].sentence)
    return numbers


def _lipus(of: _Reader, seconds: float) -> Mapping[str, DoseNumber]:
    return lipus_dose(
        of.number("sata_mw_cm2"),
        of.number("burst_us"),
        of.number("pulse_repetition_hz"),
        seconds,
        of.maybe("era_cm2"),
    )


def _eswt(of: _Reader, _seconds: float) -> Mapping[str, DoseNumber]:
    flux, pressure = of.maybe("efd_mj_mm2"), of.maybe("pressure_bar")
    return shockwave_dose(of.number("impulses"), flux, pressure, of.maybe("rate_hz"))


def _laser(of: _Reader, _seconds: float) -> Mapping[str, DoseNumber]:
    duty = 1.0
    if of.text("output") == "pulsed" and of.text("power_is") == "peak":
        duty = of.number("duty_percent") / 100
    power, area = of.number("power_mw"), of.number("beam_area_cm2")
    return laser_dose(power, area, of.number("point_s"), of.maybe("points") or 1, duty)


def _shortwave(of: _Reader, seconds: float) -> Mapping[str, DoseNumber]:
    if of.text("output") == "continuous":
        return shortwave_energy(of.number("mean_w"), seconds, "mean power as set")
    return shortwave_dose(
        of.number("peak_w"), of.number("pulse_us"), of.number("rate_pps"), seconds
    )


def _thermal(of: _Reader, seconds: float) -> Mapping[str, DoseNumber]:
    share = _cycle_share(of, "on_min", "off_min")
    method = "thermal.time.v1(time · on / (on + off))"
    return {"applied_min": DoseNumber(seconds / 60 * share, "min", method)}


def _cycle_share(of: _Reader, on: str, off: str) -> float:
    on_time, off_time = of.number(on), of.maybe(off) or 0.0
    if not on_time > 0:
        raise MissingValueError("no time with output was given")
    return on_time / (on_time + off_time)


_DOSES: Mapping[str, Callable[[_Reader, float], Mapping[str, DoseNumber]]] = {
    "tens": _tens,
    "nmes": _nmes,
    "ifc": _ifc,
    "ultrasound": _ultrasound,
    "lipus": _lipus,
    "eswt": _eswt,
    "laser": _laser,
    "swd": _shortwave,
    "heat": _thermal,
    "cold": _thermal,
}
