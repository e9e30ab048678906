"""What patient and therapist do at a simulated unit, as timed steps."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from firmware_sim.therapy import Fitted, Therapy
from protocols.ott import (
    EsDuty,
    EsModulation,
    EsSettings,
    OttModality,
    SessionInfo,
    StimulationMode,
    UsSettings,
    Waveform,
)


@dataclass(frozen=True, slots=True)
class Step:
    at_s: float
    act: Callable[[Therapy], None]


@dataclass(frozen=True, slots=True)
class Session:
    """`steps` count from the moment the therapist begins, in order."""

    info: SessionInfo
    fitted: tuple[Fitted, ...]
    steps: tuple[Step, ...]


def tens_20min() -> Session:
    """Conventional TENS: the intensity is raised as the patient gets used to it."""
    return Session(
        info=SessionInfo(0, 12, 1200, OttModality.TENS, 3, "CONV TEN"),
        fitted=(_conventional(),),
        steps=(
            Step(2.0, Therapy.start),
            *(
                Step(at_s, _amplitude(milliamperes))
                for at_s, milliamperes in (
                    (4.0, 8.0),
                    (8.0, 12.0),
                    (15.0, 16.0),
                    (30.0, 18.0),
                    (302.0, 20.0),
                    (602.0, 22.0),
                )
            ),
            Step(1202.0, Therapy.complete),
        ),
    )


def tens_interrupted() -> Session:
    """An electrode comes off and is pressed on again, a pause, and the patient's emergency stop."""
    return Session(
        info=SessionInfo(0, 13, 600, OttModality.TENS, 3, "CONV TEN"),
        fitted=(_conventional(),),
        steps=(
            Step(1.0, Therapy.start),
            Step(2.0, _amplitude(15.0)),
            Step(32.0, lambda therapy: therapy.lift_electrode(0)),
            Step(42.0, lambda therapy: therapy.press_electrode(0)),
            Step(62.0, Therapy.pause),
            Step(82.0, Therapy.resume),
            Step(112.0, Therapy.emergency_stop),
        ),
    )


def tens_two_channels() -> Session:
    """Two channels of their own rate and width; the second loses an electrode for 10 s."""
    first = replace(_conventional(), amplitude_ma=20.0)
    second = replace(
        _conventional(), channel=1, amplitude_ma=30.0, pulse_rate_hz=80.0, phase_us=150
    )
    return Session(
        info=SessionInfo(0, 15, 300, OttModality.TENS, 3, "TWO CH"),
        fitted=(first, second),
        steps=(
            Step(2.0, Therapy.start),
            Step(62.0, lambda therapy: therapy.lift_electrode(1)),
            Step(72.0, lambda therapy: therapy.press_electrode(1)),
            Step(102.0, lambda therapy: therapy.set_amplitude(1, 36.0)),
            Step(302.0, Therapy.complete),
        ),
    )


def tens_bursts() -> Session:
    """Two bursts of nine pulses each second for 5 min."""
    bursts = replace(_conventional(), mode=StimulationMode.BURST, amplitude_ma=30.0)
    return Session(
        info=SessionInfo(0, 16, 300, OttModality.TENS, 4, "BURST"),
        fitted=(
            bursts,
            EsModulation(0, channel=0, targets=frozenset(), burst_hz=2.0, pulses_per_burst=9),
        ),
        steps=(Step(2.0, Therapy.start), Step(302.0, Therapy.complete)),
    )


def nmes() -> Session:
    """Fifteen contractions of 10 s with 50 s of rest; the intensity is raised after the fifth."""
    contracting = replace(
        _conventional(),
        mode=StimulationMode.NMES,
        amplitude_ma=60.0,
        pulse_rate_hz=50.0,
        phase_us=400,
    )
    duty = EsDuty(
        0, channel=0, on_s=10.0, off_s=50.0, ramp_up_s=2.0, ramp_down_s=1.0, electrode_cm2=50.0
    )
    return Session(
        info=SessionInfo(0, 17, 900, OttModality.NMES, 1, "NMES1050"),
        fitted=(contracting, duty),
        steps=(
            Step(2.0, Therapy.start),
            Step(302.0, _amplitude(80.0)),
            Step(902.0, Therapy.complete),
        ),
    )


def ultrasound() -> Session:
    """Pulsed ultrasound 1:4 for 5 min; for 20 s the head lifts: the clock runs, the dose stops."""
    applicator = UsSettings(
        0,
        head=0,
        is_pulsed=True,
        intensity_is_sata=False,
        frequency_mhz=1.0,
        intensity_w_cm2=1.0,
        duty=0.2,
        pulse_repetition_hz=100.0,
        era_cm2=5.0,
        beam_nonuniformity_ratio=5.0,
    )
    return Session(
        info=SessionInfo(0, 14, 300, OttModality.ULTRASOUND, 7, "US 1:4"),
        fitted=(applicator,),
        steps=(
            Step(2.0, Therapy.start),
            Step(122.0, lambda therapy: therapy.couple(0, 35)),
            Step(142.0, lambda therapy: therapy.couple(0, 95)),
            Step(302.0, Therapy.complete),
        ),
    )


SESSIONS: dict[str, Callable[[], Session]] = {
    "tens_20min": tens_20min,
    "tens_interrupted": tens_interrupted,
    "tens_two_channels": tens_two_channels,
    "tens_bursts": tens_bursts,
    "nmes": nmes,
    "ultrasound": ultrasound,
}
"""By the name that the command line takes."""


def _conventional() -> EsSettings:
    return EsSettings(
        0,
        channel=0,
        waveform=Waveform.SYMMETRIC,
        mode=StimulationMode.CONVENTIONAL,
        amplitude_ma=0.0,
        pulse_rate_hz=100.0,
        phase_us=200,
        interphase_us=100,
        carrier_hz=0,
    )


def _amplitude(milliamperes: float) -> Callable[[Therapy], None]:
    return lambda therapy: therapy.set_amplitude(0, milliamperes)
