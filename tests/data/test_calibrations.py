from __future__ import annotations

from collections.abc import Generator
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from data.analysis.types import Side
from data.calibrations import (
    Calibration,
    LoadPoint,
    device_key,
    due_after,
    in_force,
    measured,
    past_due,
)
from data.ids import uuid7
from data.intake import calibration_notes
from data.store import Store
from devices.types import ChannelCalibration, DeviceInfo, HostCalibration, MassCheck, Position
from tests.builders import header

HARP = DeviceInfo("harp", "Harp Load Cells", serial="1729", firmware="1.2")


@pytest.fixture
def store(tmp_path: Path) -> Generator[Store]:
    store = Store(tmp_path / "x.db")
    yield store
    store.close()


def line(channel: int, on: date, factor: float = 0.0625) -> Calibration:
    """Two points on one channel, so many newtons per count."""
    like = HostCalibration(
        channel,
        1.0,
        0.0,
        on.isoformat(),
        "K. Brandt",
        Position.LEFT,
        due_on=due_after(on, 12).isoformat(),
    )
    points = [LoadPoint(0.0, 37.0, 1.0, 1500), LoadPoint(20.0, 37.0 + 196.133 / factor)]
    return kept(on, channels=(measured(points, like),))


def check(on: date, reading_n: float, limit: float | None = 1.0, channel: int = 0) -> Calibration:
    found = MassCheck(channel, 20.0, 196.133, reading_n, on.isoformat(), limit)
    return kept(on, checks=(found,))


def kept(on: date, **found: object) -> Calibration:
    whole = Calibration(
        id=uuid7(),
        at=datetime(on.year, on.month, on.day, 9, tzinfo=UTC),
        subject=device_key(HARP),
        device=HARP,
        done_on=on,
        due_on=due_after(on, 12),
        by="K. Brandt",
    )
    return replace(whole, **found)  # type: ignore[arg-type]


def test_a_calibration_comes_back_as_it_was_kept(store: Store) -> None:
    saved = store.calibrations.save(line(0, date(2026, 3, 1)))
    assert store.calibrations.of_subject("harp 1729") == [saved]
    # 20 kg · 9.80665 m/s² for 3138.128 counts
    assert saved.channels[0].host.newtons_per_count == pytest.approx(0.0625, rel=1e-12)


def test_of_each_channel_the_newest_counts(store: Store) -> None:
    for each in (
        line(4, date(2025, 1, 10), 0.0630),
        line(0, date(2026, 3, 1), 0.0625),
        line(4, date(2025, 6, 10), 0.0640),
    ):
        store.calibrations.save(each)
    found = in_force(store.calibrations.of_subject("harp 1729"))
    assert [host.channel for host in found.hosts] == [0, 4]
    assert found.hosts[1].newtons_per_count == pytest.approx(0.0640)
    assert found.due_on == date(2026, 6, 10)  # the earliest of both


def test_one_that_was_withdrawn_counts_no_longer(store: Store) -> None:
    store.calibrations.save(line(0, date(2025, 1, 10), 0.0630))
    wrong = store.calibrations.save(line(0, date(2026, 3, 1), 0.5))
    store.calibrations.withdraw(wrong.id, datetime(2026, 3, 2, tzinfo=UTC))
    (host,) = in_force(store.calibrations.of_subject("harp 1729")).hosts
    assert host.newtons_per_count == pytest.approx(0.0630)


def test_what_was_found_on_a_virtual_device_never_counts_for_a_real_one() -> None:
    virtual = replace(line(0, date(2026, 3, 1)), is_virtual=True)
    assert in_force([virtual]).hosts == ()
    assert len(in_force([virtual], for_virtual=True).hosts) == 1


def test_a_check_does_not_put_off_a_calibration_and_ends_with_the_next() -> None:
    old, checked = line(0, date(2025, 3, 1)), check(date(2026, 2, 1), 200.0)
    found = in_force([old, checked])
    assert found.due_on == date(2026, 3, 1)
    assert [each.is_within for each in found.checks] == [False]
    assert in_force([old, checked, line(0, date(2026, 2, 2))]).checks == ()


def test_a_device_with_its_own_calibration_is_due_a_year_after_its_last_check() -> None:
    found = in_force([check(date(2025, 2, 1), 196.0), check(date(2026, 2, 1), 196.5)])
    assert found.due_on == date(2027, 2, 1)
    copy = found.applied_to(ChannelCalibration(), 0)
    assert (copy.due_on, copy.check) == ("2027-02-01", found.checks[0])
    assert found.applied_to(ChannelCalibration(), 1).check is None


def test_the_error_of_a_check_is_against_the_mass() -> None:
    (found,) = check(date(2026, 2, 1), 198.09433).checks
    assert found.error_n == pytest.approx(1.96133)
    assert found.error_percent == pytest.approx(1.0)
    assert check(date(2026, 2, 1), 250.0, limit=None).checks[0].is_within is None


def test_a_device_is_past_due_by_its_newest_record() -> None:
    records = [line(0, date(2025, 1, 10)), check(date(2026, 1, 9), 196.1)]
    assert past_due(records, date(2026, 1, 10)) == []
    assert past_due(records, date(2026, 1, 11)) == [(HARP, date(2026, 1, 10))]
    assert past_due([*records, line(0, date(2026, 1, 11))], date(2026, 1, 12)) == []


@pytest.mark.parametrize(
    ("on", "months", "due"),
    [
        (date(2026, 3, 14), 12, date(2027, 3, 14)),
        (date(2026, 11, 30), 3, date(2027, 2, 28)),
        (date(2028, 2, 29), 12, date(2029, 2, 28)),
        (date(2026, 12, 31), 1, date(2027, 1, 31)),
    ],
)
def test_the_interval_ends_on_the_same_day_or_the_last_of_a_short_month(
    on: date, months: int, due: date
) -> None:
    assert due_after(on, months) == due


def notes(left: ChannelCalibration, right: ChannelCalibration) -> list[tuple[str, Side | None]]:
    """Of a trial on 14 March 2026, an hour east of Greenwich."""
    whole = header(Side.LEFT, Side.RIGHT)
    channels = tuple(
        replace(channel, calibration=each)
        for channel, each in zip(whole.channels, (left, right), strict=True)
    )
    found = calibration_notes(replace(whole, channels=channels))
    return [(note.code, note.side) for note in found]


def test_a_trial_past_the_date_of_its_calibration_says_so() -> None:
    due, late = ChannelCalibration(due_on="2026-03-14"), ChannelCalibration(due_on="2026-03-13")
    assert notes(due, due) == []
    assert notes(late, due) == [("CALDUE", Side.LEFT)]
    assert notes(late, late) == [("CALDUE", None)]


def test_a_trial_after_a_check_outside_the_limit_says_so() -> None:
    (off,) = check(date(2026, 2, 1), 200.0).checks
    assert notes(ChannelCalibration(), ChannelCalibration(check=off)) == [("CALOFF", Side.RIGHT)]
