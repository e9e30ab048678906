"""What patient and therapist do at a simulated unit, as timed steps."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from firmware_sim.therapy import Therapy
from protocols.ott import (
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
    fitted: tuple[EsSettings | UsSettings, ...]
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
