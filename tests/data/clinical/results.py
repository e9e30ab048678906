"""Results over time for the tests of this folder."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

from data.clinical.series import Reading, SeriesKey
from data.clinical.tests import Contraction, Stabilisation
from data.sides import Side

START = date(2026, 1, 5)
KEY = SeriesKey(
    test_id="ham.iso9020",
    metric="peak_n",
    side=Side.LEFT,
    device_model="progressor",
    contraction=Contraction.ISOMETRIC_MAKE,
    position="supine, knee 20°",
    lever_m=0.42,
    stabilisation=Stabilisation.BELT,
)


def reading(day: int, value: float, side: Side = Side.LEFT, key: SeriesKey = KEY) -> Reading:
    return Reading(START + timedelta(days=day), value, replace(key, side=side), reps=3)
