"""Small records for tests that need one without measuring or storing it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime
from uuid import UUID

import numpy as np

from data.analysis.types import (
    Asymmetry,
    Curve,
    Metric,
    QualityNote,
    RepBounds,
    RepResult,
    Side,
    TrialAnalysis,
)
from data.records import (
    DoseValue,
    Person,
    Session,
    Treatment,
    Trial,
    TrialChannel,
    TrialHeader,
    TrialState,
)
from devices.modality import Modality, Origin, UltrasoundSettings
from devices.types import ChannelCalibration, DeviceInfo, Gap, Position, Zero

START = datetime(2026, 3, 14, 13, 5, 30, tzinfo=UTC)


def identity(number: int) -> UUID:
    """A UUIDv7 that says which one it is: the same in every run."""
    return UUID(f"01950000-0000-7000-8000-{number:012x}")


def person(name: str = "Alex Morgan", *, injured: Side | None = None) -> Person:
    return Person(
        id=identity(1),
        name=name,
        created_at=START,
        born=date(1998, 7, 2),
        body_mass_kg=78.0,
        dominant=Side.RIGHT,
        injured=injured,
    )


def session() -> Session:
    return Session(
        id=identity(2),
        person_id=identity(1),
        started_at=START,
        utc_offset_min=60,
        clinician="K. Brandt",
    )


def metric(value: float | None, unit: str, method: str, reason: str | None = None) -> Metric:
    return Metric(value, unit, method, reason)


def rep(
    number: int,
    side: Side | None,
    peak_n: float,
    *,
    start_s: float = 0.0,
    length_s: float = 3.1,
    codes: tuple[str, ...] = (),
    rejected: str | None = None,
    refused: str | None = None,
) -> RepResult:
    """A Nordic-shaped repetition: quadratic rise in 3 s, linear fall in 0.1 s."""
    metrics = {
        "peak_n": metric(peak_n, "N", "peak.raw.v1"),
        # Closed form of that shape: peak * (3 / 3 + 0.1 / 2).
        "impulse_ns": metric(peak_n * 1.05, "N·s", "impulse.rep.v1"),
        "time_to_peak_s": metric(3.0, "s", "ttp.v1"),
    }
    if refused is not None:
        metrics["rfd_0_50_n_per_s"] = metric(None, "N/s", "rfd.win.v1", refused)
    return RepResult(
        number=number,
        side=side,
        bounds=RepBounds(start_s, start_s + length_s, "nordic.v1"),
        onset_s=start_s,
        peak_s=start_s + 3.0,
        metrics=metrics,
        codes=codes,
        rejected=rejected,
    )


def asymmetry(left: float | None, right: float | None, reason: str | None = None) -> Asymmetry:
    """Percentage difference over the stronger limb, best of the valid repetitions."""
    if left is None or right is None:
        return Asymmetry("pdiff", "peak_n", "best of 3", left, right, None, None, reason)
    stronger = None if left == right else Side.LEFT if left > right else Side.RIGHT
    value = 100 * abs(left - right) / max(left, right)
    return Asymmetry("pdiff", "peak_n", "best of 3", left, right, value, stronger)


def analysis(
    reps: Sequence[RepResult],
    difference: Asymmetry,
    *,
    quality: tuple[QualityNote, ...] = (),
    rate_hz: float = 1000.0,
) -> TrialAnalysis:
    return TrialAnalysis(
        reps=tuple(reps),
        summary={},
        asymmetry=difference,
        asymmetries=(difference,),
        quality=quality,
        methods={"reps": "nordic.v1", "peak_n": "peak.raw.v1"},
        rate_hz=rate_hz,
        duration_s=20.0,
    )


def header(
    *sides: Side,
    number: int = 10,
    set_number: int = 20,
    test_id: str = "nordic.bil",
    is_virtual: bool = False,
) -> TrialHeader:
    positions = [Position.LEFT, Position.RIGHT] if len(sides) == 2 else [Position.SINGLE]
    return TrialHeader(
        id=identity(number),
        session_id=identity(2),
        person_id=identity(1),
        set_id=identity(set_number),
        test_id=test_id,
        started_at=START,
        utc_offset_min=60,
        device_model="onb" if len(sides) == 2 else "progressor",
        device=DeviceInfo("onb", "Open Nordic Board", serial="ONB-0042", firmware="1.3.0"),
        link="serial:/dev/ttyUSB0",
        is_virtual=is_virtual,
        nominal_rate_hz=1000.0,
        channels=tuple(
            TrialChannel(
                position=position,
                side=side,
                capacity_n=2000.0,
                resolution_n=0.05,
                zero=Zero(12.5, 0.4, 0.1, 1000, 1.0),
                calibration=ChannelCalibration(uncertainty_percent=0.5, calibrated_on="2026-01-08"),
            )
            for position, side in zip(positions, sides, strict=True)
        ),
        lever_m=0.42,
        body_mass_kg=78.0,
        program_version="0.1.0",
    )


def trial(
    of: TrialHeader,
    results: TrialAnalysis,
    *,
    state: TrialState = TrialState.COMPLETE,
    gaps: tuple[Gap, ...] = (),
    lost: int = 0,
) -> Trial:
    return Trial(
        header=of,
        state=state,
        samples=20_000,
        lost=lost,
        rate_hz=1000.0,
        duration_s=20.0,
        gaps=gaps,
        analysis=results,
    )


def nordic_curve(peaks: Sequence[Sequence[float]], sides: tuple[Side, ...]) -> Curve:
    """Repetitions of `peaks` (one row each, a peak for each limb) that begin at 2, 8, 14 … s."""
    t = np.arange(0.0, 2.0 + 6.0 * len(peaks), 0.001)
    force = np.zeros((len(t), len(sides)))
    for k, row in enumerate(peaks):
        x = t - (2.0 + 6.0 * k)
        shape = np.where((x >= 0) & (x < 3), (x / 3) ** 2, 0.0)
        shape += np.where((x >= 3) & (x < 3.1), (3.1 - x) / 0.1, 0.0)
        force += shape[:, None] * np.asarray(row)
    return Curve(t, force, sides)


def ultrasound(number: int = 30) -> Treatment:
    """1.0 W/cm² SATP, 20 %, ERA 5 cm², 300 s over 10 cm²: 1 W, 300 J, 30 J/cm² by closed form."""
    return Treatment(
        id=identity(number),
        session_id=identity(2),
        person_id=identity(1),
        modality=Modality.ULTRASOUND,
        source=Origin.ENTERED,
        started_at=START,
        utc_offset_min=60,
        ended_at=None,
        site="hamstring, proximal",
        side=Side.RIGHT,
        planned_s=300.0,
        actual_s=300.0,
        settings=(
            UltrasoundSettings(
                head=1,
                frequency_mhz=1.0,
                intensity_w_cm2=1.0,
                intensity_is_sata=False,
                duty=0.2,
                era_cm2=5.0,
            ),
        ),
        dose={
            "power_w": DoseValue(1.0, "W", "us.power.v1", Origin.DERIVED),
            "energy_j": DoseValue(300.0, "J", "us.energy.v1", Origin.DERIVED),
            "area_j_cm2": DoseValue(30.0, "J/cm²", "us.area.v1", Origin.DERIVED),
            "spatial_peak_w_cm2": DoseValue(
                None, "W/cm²", "us.bnr.v1", Origin.DERIVED, "beam non-uniformity ratio not given"
            ),
        },
        area_cm2=10.0,
        pain_before=4,
        pain_after=2,
    )
