"""From stored trials to results over time: one for each limb of a run of a test."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

from data.analysis.comparison import aggregate, valid_values
from data.clinical.gravity import GravityMethod
from data.clinical.series import Reading, SeriesKey
from data.clinical.tests import StrengthTest
from data.records import Trial, TrialHeader
from data.sides import Side


def readings(trials: Sequence[Trial], test: StrengthTest, metric: str = "peak_n") -> list[Reading]:
    """What the trials of one run say of each limb, combined the way the test combines repetitions.

    A limb without a valid repetition has none.
    """
    found: list[Reading] = []
    for side in (Side.LEFT, Side.RIGHT, None):
        of_side = [
            (trial.header, rep)
            for trial in trials
            for rep in trial.analysis.reps
            if rep.side is side
        ]
        values = valid_values([rep for _, rep in of_side], metric)
        value = aggregate(values, test.aggregation)
        if value is not None:
            header = of_side[-1][0]
            key = series_key(header, test, side, metric)
            found.append(Reading(_day(header), value, key, len(values)))
    return found


def series_key(
    header: TrialHeader, test: StrengthTest, side: Side | None, metric: str = "peak_n"
) -> SeriesKey:
    """What another result must share with this trial to be compared with it."""
    return SeriesKey(
        test_id=test.id,
        metric=metric,
        side=side,
        device_model=header.device_model,
        contraction=test.contraction,
        aggregation=test.aggregation,
        position=header.posture,
        lever_m=header.lever_m,
        stabilisation=header.stabilisation or test.stabilisation,
        gravity=gravity_of(header),
        device_name=header.device.name,
    )


def kept_apart(trials: Sequence[Trial], test: StrengthTest) -> tuple[str, ...]:
    """What keeps limbs that were recorded one after the other from being compared, in words.

    Forces of two devices, levers or positions are two different tests.
    """
    found: dict[str, None] = {}
    keys = [series_key(trial.header, test, None) for trial in trials]
    for key in keys[1:]:
        found |= dict.fromkeys(keys[0].differences(key))
    return tuple(found)


def gravity_of(header: TrialHeader) -> GravityMethod | None:
    """How the limb's weight was had; None where a weight was given and nobody noted how."""
    return header.gravity or (GravityMethod.NONE if header.gravity_n is None else None)


def _day(header: TrialHeader) -> date:
    return (header.started_at + timedelta(minutes=header.utc_offset_min)).date()
