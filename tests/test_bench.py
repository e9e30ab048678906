"""That `make bench` has something to measure; what it measures depends on the machine."""

from __future__ import annotations

import pytest

from tests.bench.codecs import RATES_HZ, Recording, costs_us
from tests.fuzz.subjects import force_benches
from tests.rigs import Bench

# Twenty samples a message, one for each question, one for each advertisement.
KINDS = ("onb", "mark10", "wh-c06")


@pytest.mark.parametrize(
    "bench", [bench for bench in force_benches() if bench.model.id in KINDS], ids=str
)
def test_as_many_samples_are_decoded_as_the_rate_makes(bench: Bench) -> None:
    costs = costs_us(Recording.of(bench))
    assert len(costs) == len(RATES_HZ)
    assert all(cost > 0 for cost in costs)
