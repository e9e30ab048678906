"""What a unit reports, as the settings and counters that records keep."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields, replace

from devices.modality import (
    StimulationDose,
    StimulationMode,
    StimulationSettings,
    UltrasoundDose,
    UltrasoundSettings,
    Waveform,
)
from protocols.ott import EsDose, EsDuty, EsModulation, EsSettings, UsDose, UsSettings

Settings = StimulationSettings | UltrasoundSettings
Counter = StimulationDose | UltrasoundDose
Key = tuple[type, int]
"""Kind of settings, and the channel or head as the panel numbers it."""

UNITS: Mapping[str, str] = {
    "amplitude_ma": "mA",
    "amplitude_v": "V",
    "amplitude_percent": "%",
    "pulse_rate_hz": "Hz",
    "phase_us": "µs",
    "interphase_us": "µs",
    "carrier_hz": "Hz",
    "electrode_cm2": "cm²",
    "burst_hz": "Hz",
    "on_s": "s",
    "off_s": "s",
    "ramp_up_s": "s",
    "ramp_down_s": "s",
    "modulation_percent": "%",
    "modulation_low": "Hz",
    "modulation_high": "Hz",
    "modulation_cycle_s": "s",
    "frequency_mhz": "MHz",
    "intensity_w_cm2": "W/cm²",
    "pulse_repetition_hz": "Hz",
    "era_cm2": "cm²",
}


def merged(
    event: EsSettings | EsDuty | EsModulation | UsSettings, known: Mapping[Key, Settings]
) -> tuple[Key, Settings]:
    """The settings that `event` leaves its channel with."""
    if isinstance(event, UsSettings):
        number = event.head + 1
        return (UltrasoundSettings, number), UltrasoundSettings(
            head=number,
            frequency_mhz=event.frequency_mhz,
            intensity_w_cm2=event.intensity_w_cm2,
            intensity_is_sata=event.intensity_is_sata,
            duty=event.duty if event.is_pulsed or event.duty is not None else 1.0,
            pulse_repetition_hz=event.pulse_repetition_hz,
            era_cm2=event.era_cm2,
            beam_nonuniformity_ratio=event.beam_nonuniformity_ratio,
        )
    key = (StimulationSettings, event.channel + 1)
    before = known.get(key)
    if not isinstance(before, StimulationSettings):
        before = StimulationSettings(event.channel + 1, None, None)
    match event:
        case EsSettings():
            return key, replace(
                before,
                waveform=Waveform(event.waveform.value) if event.waveform else None,
                mode=StimulationMode(event.mode.value) if event.mode else None,
                amplitude_ma=event.amplitude_ma,
                amplitude_v=event.amplitude_v,
                amplitude_percent=event.amplitude_percent,
                pulse_rate_hz=event.pulse_rate_hz,
                phase_us=_float(event.phase_us),
                interphase_us=_float(event.interphase_us),
                carrier_hz=_float(event.carrier_hz),
            )
        case EsDuty():
            return key, replace(
                before,
                on_s=event.on_s,
                off_s=event.off_s,
                ramp_up_s=event.ramp_up_s,
                ramp_down_s=event.ramp_down_s,
                electrode_cm2=event.electrode_cm2,
            )
        case EsModulation():
            return key, replace(
                before,
                burst_hz=event.burst_hz,
                pulses_per_burst=event.pulses_per_burst,
                modulation_percent=event.depth_percent,
                modulation_low=event.low_hz,
                modulation_high=event.high_hz,
                modulation_cycle_s=event.sweep_s,
            )


def differences(
    old: Settings, new: Settings
) -> list[tuple[str, float | str | None, float | str | None]]:
    """(parameter, before, after) of all that is not the same."""
    pairs = ((f.name, getattr(old, f.name), getattr(new, f.name)) for f in fields(new))
    return [(name, before, after) for name, before, after in pairs if before != after]


def amplitude_of(settings: Settings) -> str | None:
    """The field in which this unit reports its amplitude."""
    names = ("amplitude_ma", "amplitude_v", "amplitude_percent")
    return next((name for name in names if getattr(settings, name, None) is not None), None)


def dose_rate(settings: Settings) -> float | None:
    """What the settings give each second of output: µC, one phase counted, or J.

    Contractions with rests count as their mean; pulses in bursts as those that really come.
    """
    match settings:
        case StimulationSettings(
            amplitude_ma=float(ma), pulse_rate_hz=float(hz), phase_us=float(us)
        ):
            return ma * us / 1000 * _pulses_per_s(settings, hz) * _share_on(settings)
        case UltrasoundSettings(intensity_w_cm2=float(intensity), era_cm2=float(era)):
            duty = 1.0 if settings.intensity_is_sata else settings.duty
            return None if duty is None else intensity * duty * era
        case _:
            return None


def counter(event: EsDose | UsDose) -> tuple[Key, Counter]:
    if isinstance(event, EsDose):
        number = event.channel + 1
        return (StimulationSettings, number), StimulationDose(
            channel=number,
            peak_ma=event.peak_ma,
            rms_ma=event.rms_ma,
            pulses=event.pulses,
            charge_uc=float(event.charge_uc),
            is_measured=event.is_measured,
        )
    number = event.head + 1
    return (UltrasoundSettings, number), UltrasoundDose(
        head=number,
        power_w=event.power_w,
        energy_j=event.energy_j,
        coupled_s=event.coupled_s,
        coupling_percent=event.coupling_percent,
        head_temperature_c=event.head_temperature_c,
    )


def with_moment_of(new: Counter, old: Counter) -> Counter:
    """Sums of `new`, momentary values of `old`: after the end those only say that it is off."""
    match new, old:
        case StimulationDose(), StimulationDose():
            return replace(new, peak_ma=old.peak_ma, rms_ma=old.rms_ma)
        case UltrasoundDose(), UltrasoundDose():
            return replace(
                new,
                power_w=old.power_w,
                coupling_percent=old.coupling_percent,
                head_temperature_c=old.head_temperature_c,
            )
        case _:
            return new


def added(now: Counter, other: Counter | None, sign: int = 1) -> Counter:
    """`now` with the sums of `other` on top, or taken off."""
    match now, other:
        case StimulationDose(), StimulationDose():
            return replace(
                now,
                pulses=now.pulses + sign * other.pulses,
                charge_uc=now.charge_uc + sign * other.charge_uc,
            )
        case UltrasoundDose(), UltrasoundDose():
            return replace(
                now,
                energy_j=now.energy_j + sign * other.energy_j,
                coupled_s=now.coupled_s + sign * other.coupled_s,
            )
        case _:
            return now


def amount(counted: Counter) -> float:
    """What a counter counts: charge in µC, or energy in J."""
    return counted.charge_uc if isinstance(counted, StimulationDose) else counted.energy_j


def _pulses_per_s(settings: StimulationSettings, rate_hz: float) -> float:
    is_burst = settings.mode is StimulationMode.BURST
    if is_burst and settings.burst_hz and settings.pulses_per_burst:
        return settings.burst_hz * settings.pulses_per_burst
    return rate_hz


def _share_on(settings: StimulationSettings) -> float:
    if not settings.on_s or not settings.off_s:
        return 1.0
    return settings.on_s / (settings.on_s + settings.off_s)


def _float(value: int | None) -> float | None:
    return None if value is None else float(value)
