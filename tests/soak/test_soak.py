from __future__ import annotations

import sys
from pathlib import Path

import pytest

from tests.faults.virtual_time import in_virtual_time
from tests.soak.bed import Footprint, Shift, work

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="looks at itself under /proc")


def assert_flat(shift: Shift, *, objects: int, rss_mb: float) -> None:
    """Against the first look, when everything was in use once; two devices may be in the middle
    of a trial at one look and between two at another."""
    first, *later = shift.footprints
    for look in later:
        assert look.objects <= first.objects + objects, shift.footprints
        assert look.rss_mb <= first.rss_mb + rss_mb, shift.footprints
        assert look.handles <= first.handles + 4, shift.footprints
        assert look.threads <= first.threads, shift.footprints
        assert look.tasks <= first.tasks + 4, shift.footprints


def test_three_minutes_of_mixed_faults_lose_nothing_and_leave_nothing(tmp_path: Path) -> None:
    shift = in_virtual_time(work(tmp_path, 180.0, 1, looks=3))
    assert shift.trials >= 10
    assert shift.samples >= 60_000
    assert shift.outages >= 2
    assert shift.lost > 0
    assert_flat(shift, objects=4000, rss_mb=24.0)


@pytest.mark.nightly
@pytest.mark.timeout(7200)
def test_eight_hours_of_mixed_faults_lose_nothing_and_leave_nothing(tmp_path: Path) -> None:
    shift = in_virtual_time(work(tmp_path, 8 * 3600.0, 2, looks=48))
    assert shift.trials >= 2000
    assert shift.outages >= 500
    assert_flat(shift, objects=4000, rss_mb=24.0)


@pytest.mark.parametrize(
    "later",
    [
        Footprint(100.0, 55_000, 20, 2, 9),
        Footprint(130.0, 50_000, 20, 2, 9),
        Footprint(100.0, 50_000, 25, 2, 9),
        Footprint(100.0, 50_000, 20, 3, 9),
        Footprint(100.0, 50_000, 20, 2, 14),
    ],
)
def test_a_leak_of_any_kind_would_show(later: Footprint) -> None:
    first = Footprint(100.0, 50_000, 20, 2, 9)
    with pytest.raises(AssertionError):
        assert_flat(Shift(footprints=[first, later]), objects=4000, rss_mb=24.0)
