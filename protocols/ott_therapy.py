"""OTT messages about the therapy: what is set, and what was delivered, converted to SI once."""

from __future__ import annotations

import struct
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import Any, ClassVar, Self

from protocols.ott_message import (
    UNKNOWN_U8,
    OttMessage,
    StimulationMode,
    Waveform,
    bits_of,
    code_of,
    coded,
    flags,
    known_u8,
    known_u16,
    member,
    raw_of,
    scaled,
)

_PULSED = 0x01
_SATA = 0x80
_MEASURED = 0x01
_CONTACT = 0x02
_GENERIC_VALUES = 2
_UNKNOWN_I16 = -1  # FFFF read as signed: -0.1 °C cannot be told from unknown


class ModulationTarget(StrEnum):
    """In the order of their bits."""

    AMPLITUDE = "amplitude"
    RATE = "rate"
    WIDTH = "width"


@dataclass(frozen=True, slots=True)
class EsSettings(OttMessage):
    """A stimulation channel. The amplitude is in the one unit that the unit reports."""

    TYPE: ClassVar[int] = 0x20
    BODY: ClassVar[struct.Struct] = struct.Struct("<BBBBHHHHH")

    channel: int
    waveform: Waveform | None
    mode: StimulationMode | None
    amplitude_ma: float | None = None
    amplitude_v: float | None = None
    amplitude_percent: float | None = None
    pulse_rate_hz: float | None = None
    phase_us: int | None = None
    interphase_us: int | None = None
    carrier_hz: int | None = None

    @classmethod
    def unpack(cls, t_ms: int, fields: tuple[Any, ...]) -> EsSettings:
        channel, waveform, mode, unit, amplitude, rate, phase, interphase, carrier = fields
        value = scaled(amplitude, 10)
        return cls(
            t_ms,
            channel=channel,
            waveform=member(Waveform, waveform),
            mode=member(StimulationMode, mode),
            amplitude_ma=value if unit == 0 else None,
            amplitude_v=value if unit == 1 else None,
            amplitude_percent=value if unit == 2 else None,
            pulse_rate_hz=scaled(rate, 10),
            phase_us=known_u16(phase),
            interphase_us=known_u16(interphase),
            carrier_hz=known_u16(carrier),
        )

    def fields(self) -> tuple[Any, ...]:
        amplitudes = (self.amplitude_ma, self.amplitude_v, self.amplitude_percent)
        unit = next((i for i, value in enumerate(amplitudes) if value is not None), 0)
        return (
            self.channel,
            code_of(self.waveform),
            code_of(self.mode),
            unit,
            raw_of(amplitudes[unit], 10),
            raw_of(self.pulse_rate_hz, 10),
            raw_of(self.phase_us),
            raw_of(self.interphase_us),
            raw_of(self.carrier_hz),
        )


@dataclass(frozen=True, slots=True)
class EsModulation(OttMessage):
    TYPE: ClassVar[int] = 0x21
    BODY: ClassVar[struct.Struct] = struct.Struct("<BBHHHHHH")

    channel: int
    targets: frozenset[ModulationTarget]
    burst_hz: float | None = None
    pulses_per_burst: int | None = None
    low_hz: float | None = None
    high_hz: float | None = None
    sweep_s: float | None = None
    depth_percent: float | None = None

    @classmethod
    def unpack(cls, t_ms: int, fields: tuple[Any, ...]) -> EsModulation:
        channel, targets, burst, pulses, low, high, sweep, depth = fields
        return cls(
            t_ms,
            channel=channel,
            targets=flags(ModulationTarget, targets),
            burst_hz=scaled(burst, 100),
            pulses_per_burst=known_u16(pulses),
            low_hz=scaled(low, 10),
            high_hz=scaled(high, 10),
            sweep_s=scaled(sweep, 10),
            depth_percent=scaled(depth, 10),
        )

    def fields(self) -> tuple[Any, ...]:
        return (
            self.channel,
            bits_of(ModulationTarget, self.targets),
            raw_of(self.burst_hz, 100),
            raw_of(self.pulses_per_burst),
            raw_of(self.low_hz, 10),
            raw_of(self.high_hz, 10),
            raw_of(self.sweep_s, 10),
            raw_of(self.depth_percent, 10),
        )


@dataclass(frozen=True, slots=True)
class EsDuty(OttMessage):
    """On and off times of a channel, and the area of its smallest electrode."""

    TYPE: ClassVar[int] = 0x22
    BODY: ClassVar[struct.Struct] = struct.Struct("<BBHHHHHH")

    channel: int
    sync: int | None = None
    on_s: float | None = None
    off_s: float | None = None
    ramp_up_s: float | None = None
    ramp_down_s: float | None = None
    electrode_cm2: float | None = None

    @classmethod
    def unpack(cls, t_ms: int, fields: tuple[Any, ...]) -> EsDuty:
        channel, sync, on, off, ramp_up, ramp_down, electrode, _ = fields
        return cls(
            t_ms,
            channel=channel,
            sync=known_u8(sync),
            on_s=scaled(on, 10),
            off_s=scaled(off, 10),
            ramp_up_s=scaled(ramp_up, 1000),
            ramp_down_s=scaled(ramp_down, 1000),
            electrode_cm2=scaled(electrode, 100),
        )

    def fields(self) -> tuple[Any, ...]:
        return (
            self.channel,
            raw_of(self.sync, unknown=UNKNOWN_U8),
            raw_of(self.on_s, 10),
            raw_of(self.off_s, 10),
            raw_of(self.ramp_up_s, 1000),
            raw_of(self.ramp_down_s, 1000),
            raw_of(self.electrode_cm2, 100),
            0,
        )


@dataclass(frozen=True, slots=True)
class UsSettings(OttMessage):
    """An ultrasound applicator. `intensity_is_sata`: averaged over the pulse cycle, else SATP."""

    TYPE: ClassVar[int] = 0x28
    BODY: ClassVar[struct.Struct] = struct.Struct("<BBHHHHHBB")

    head: int
    is_pulsed: bool
    intensity_is_sata: bool
    frequency_mhz: float | None = None
    intensity_w_cm2: float | None = None
    duty: float | None = None
    pulse_repetition_hz: float | None = None
    era_cm2: float | None = None
    beam_nonuniformity_ratio: float | None = None

    @classmethod
    def unpack(cls, t_ms: int, fields: tuple[Any, ...]) -> UsSettings:
        head, bits, frequency, intensity, duty, repetition, era, ratio, _ = fields
        return cls(
            t_ms,
            head=head,
            is_pulsed=bool(bits & _PULSED),
            intensity_is_sata=bool(bits & _SATA),
            frequency_mhz=scaled(frequency, 1000),
            intensity_w_cm2=scaled(intensity, 1000),
            duty=scaled(duty, 1000),
            pulse_repetition_hz=scaled(repetition, 10),
            era_cm2=scaled(era, 100),
            beam_nonuniformity_ratio=scaled(ratio, 10, UNKNOWN_U8),
        )

    def fields(self) -> tuple[Any, ...]:
        return (
            self.head,
            self.is_pulsed * _PULSED | self.intensity_is_sata * _SATA,
            raw_of(self.frequency_mhz, 1000),
            raw_of(self.intensity_w_cm2, 1000),
            raw_of(self.duty, 1000),
            raw_of(self.pulse_repetition_hz, 10),
            raw_of(self.era_cm2, 100),
            raw_of(self.beam_nonuniformity_ratio, 10, UNKNOWN_U8),
            0,
        )


class GenericQuantity(StrEnum):
    WAVELENGTH_NM = "wavelength_nm"
    POWER_W = "power_w"
    SPOT_CM2 = "spot_cm2"
    ENERGY_FLUX_MJ_MM2 = "energy_flux_mj_mm2"
    PRESSURE_KPA = "pressure_kpa"
    IMPULSES = "impulses"
    RATE_HZ = "rate_hz"
    APPLICATOR_MM = "applicator_mm"
    PEAK_POWER_W = "peak_power_w"
    PULSE_US = "pulse_us"
    PULSE_REPETITION_HZ = "pulse_repetition_hz"
    ENERGY_J = "energy_j"


GENERIC_KEYS = MappingProxyType(dict(enumerate(GenericQuantity, start=1)))

_GENERIC_PER_UNIT = MappingProxyType(
    {
        GenericQuantity.POWER_W: 1000,
        GenericQuantity.SPOT_CM2: 100,
        GenericQuantity.ENERGY_FLUX_MJ_MM2: 1000,
        GenericQuantity.RATE_HZ: 1000,
        GenericQuantity.APPLICATOR_MM: 10,
        GenericQuantity.PEAK_POWER_W: 10,
        GenericQuantity.PULSE_REPETITION_HZ: 10,
        GenericQuantity.ENERGY_J: 1000,
    }
)


@dataclass(frozen=True, slots=True)
class _Generic(OttMessage):
    """Up to two quantities of a modality without a message of its own; unknown keys left out."""

    BODY: ClassVar[struct.Struct] = struct.Struct("<BBHiHi")

    channel: int
    values: tuple[tuple[GenericQuantity, float], ...]

    @classmethod
    def unpack(cls, t_ms: int, fields: tuple[Any, ...]) -> Self:
        channel, n, key1, raw1, key2, raw2 = fields
        pairs = ((key1, raw1), (key2, raw2))[: min(n, _GENERIC_VALUES)]
        known = [(GENERIC_KEYS[key], raw) for key, raw in pairs if key in GENERIC_KEYS]
        return cls(t_ms, channel, tuple((q, raw / _GENERIC_PER_UNIT.get(q, 1)) for q, raw in known))

    def fields(self) -> tuple[Any, ...]:
        raws = [
            number
            for quantity, value in self.values
            for number in (
                coded(GENERIC_KEYS, quantity),
                round(value * _GENERIC_PER_UNIT.get(quantity, 1)),
            )
        ]
        padding = [0] * (2 * _GENERIC_VALUES - len(raws))
        return (self.channel, len(self.values), *raws, *padding)


@dataclass(frozen=True, slots=True)
class GenSettings(_Generic):
    TYPE: ClassVar[int] = 0x2E


@dataclass(frozen=True, slots=True)
class GenDose(_Generic):
    TYPE: ClassVar[int] = 0x3E


@dataclass(frozen=True, slots=True)
class EsDose(OttMessage):
    """What a stimulation channel counted; `charge_uc` is of one phase, summed."""

    TYPE: ClassVar[int] = 0x30
    BODY: ClassVar[struct.Struct] = struct.Struct("<BBHHII")

    channel: int
    is_measured: bool
    has_contact: bool
    peak_ma: float | None
    rms_ma: float | None
    pulses: int
    charge_uc: int

    @classmethod
    def unpack(cls, t_ms: int, fields: tuple[Any, ...]) -> EsDose:
        channel, quality, peak, rms, pulses, charge = fields
        return cls(
            t_ms,
            channel=channel,
            is_measured=bool(quality & _MEASURED),
            has_contact=bool(quality & _CONTACT),
            peak_ma=scaled(peak, 10),
            rms_ma=scaled(rms, 100),
            pulses=pulses,
            charge_uc=charge,
        )

    def fields(self) -> tuple[Any, ...]:
        return (
            self.channel,
            self.is_measured * _MEASURED | self.has_contact * _CONTACT,
            raw_of(self.peak_ma, 10),
            raw_of(self.rms_ma, 100),
            self.pulses,
            self.charge_uc,
        )


@dataclass(frozen=True, slots=True)
class EsLoad(OttMessage):
    TYPE: ClassVar[int] = 0x31
    BODY: ClassVar[struct.Struct] = struct.Struct("<BBIII")

    channel: int
    is_measured: bool
    has_contact: bool
    ohm: int

    @classmethod
    def unpack(cls, t_ms: int, fields: tuple[Any, ...]) -> EsLoad:
        channel, quality, ohm, _, _ = fields
        return cls(t_ms, channel, bool(quality & _MEASURED), bool(quality & _CONTACT), ohm)

    def fields(self) -> tuple[Any, ...]:
        quality = self.is_measured * _MEASURED | self.has_contact * _CONTACT
        return self.channel, quality, self.ohm, 0, 0


@dataclass(frozen=True, slots=True)
class UsDose(OttMessage):
    """What an applicator counted: energy and time while it was coupled only."""

    TYPE: ClassVar[int] = 0x38
    BODY: ClassVar[struct.Struct] = struct.Struct("<BBHIIh")

    head: int
    coupling_percent: int | None
    power_w: float | None
    energy_j: float
    coupled_s: float
    head_temperature_c: float | None

    @classmethod
    def unpack(cls, t_ms: int, fields: tuple[Any, ...]) -> UsDose:
        head, coupling, power, energy, coupled, temperature = fields
        return cls(
            t_ms,
            head=head,
            coupling_percent=known_u8(coupling),
            power_w=scaled(power, 1000),
            energy_j=energy / 1000,
            coupled_s=coupled / 1000,
            head_temperature_c=scaled(temperature, 10, _UNKNOWN_I16),
        )

    def fields(self) -> tuple[Any, ...]:
        return (
            self.head,
            raw_of(self.coupling_percent, unknown=UNKNOWN_U8),
            raw_of(self.power_w, 1000),
            round(self.energy_j * 1000),
            round(self.coupled_s * 1000),
            raw_of(self.head_temperature_c, 10, _UNKNOWN_I16),
        )
