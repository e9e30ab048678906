"""Settings and delivered dose of electrotherapy units as typed values, units in their names."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Modality(StrEnum):
    TENS = "tens"
    NMES = "nmes"
    IFC = "ifc"
    ULTRASOUND = "ultrasound"
    LIPUS = "lipus"
    ESWT = "eswt"
    LASER = "laser"
    SWD = "swd"
    HEAT = "heat"
    COLD = "cold"


class Origin(StrEnum):
    """Where a value comes from."""

    READ = "read"  # the unit reported it
    ENTERED = "entered"  # a person typed it
    MEASURED = "measured"  # the unit measured it
    DERIVED = "derived"  # computed from the others


class Waveform(StrEnum):
    MONOPHASIC = "monophasic"
    ASYMMETRIC = "asymmetric"
    SYMMETRIC = "symmetric"
    AC_BURST = "ac burst"
    IFC_2_POLE = "ifc 2-pole"
    IFC_4_POLE = "ifc 4-pole"
    DIRECT_CURRENT = "direct current"
    HIGH_VOLTAGE = "high-voltage pulsed current"


class StimulationMode(StrEnum):
    CONVENTIONAL = "conventional"
    LOW_RATE = "low-rate"
    BURST = "burst"
    MODULATED = "modulated"
    BRIEF_INTENSE = "brief-intense"
    NMES = "nmes"
    IFC = "ifc"


@dataclass(frozen=True, slots=True)
class StimulationSettings:
    """One channel of a stimulator. Amplitude is in the unit that the device reports: only one
    of `amplitude_ma`, `amplitude_v` and `amplitude_percent` is set."""

    channel: int
    waveform: Waveform | None
    mode: StimulationMode | None
    amplitude_ma: float | None = None
    amplitude_v: float | None = None
    amplitude_percent: float | None = None
    pulse_rate_hz: float | None = None
    phase_us: float | None = None
    interphase_us: float | None = None
    carrier_hz: float | None = None
    electrode_cm2: float | None = None
    burst_hz: float | None = None
    pulses_per_burst: int | None = None
    on_s: float | None = None
    off_s: float | None = None
    ramp_up_s: float | None = None
    ramp_down_s: float | None = None
    modulation_percent: float | None = None
    modulation_low: float | None = None
    modulation_high: float | None = None
    modulation_cycle_s: float | None = None


@dataclass(frozen=True, slots=True)
class UltrasoundSettings:
    """One applicator. `intensity_is_sata` says which intensity the panel shows: averaged over
    the pulse cycle (SATA) or during the pulse (SATP)."""

    head: int
    frequency_mhz: float | None
    intensity_w_cm2: float | None
    intensity_is_sata: bool
    duty: float | None
    pulse_repetition_hz: float | None = None
    era_cm2: float | None = None
    beam_nonuniformity_ratio: float | None = None


@dataclass(frozen=True, slots=True)
class SettingChange:
    """One turn of a knob: when since the treatment began, what, from, to, by whom."""

    at_s: float
    channel: int
    parameter: str
    old: float | str | None
    new: float | str | None
    unit: str
    by: str


@dataclass(frozen=True, slots=True)
class StimulationDose:
    """What a stimulator counted on one channel; charge is of one phase, summed."""

    channel: int
    peak_ma: float | None
    rms_ma: float | None
    pulses: int
    charge_uc: float
    is_measured: bool


@dataclass(frozen=True, slots=True)
class UltrasoundDose:
    """What an ultrasound unit counted on one applicator, coupled time only."""

    head: int
    power_w: float | None
    energy_j: float
    coupled_s: float
    coupling_percent: float | None
    head_temperature_c: float | None
