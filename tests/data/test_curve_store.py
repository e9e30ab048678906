from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from data.analysis.trial import analyse
from data.analysis.types import Curve
from data.clinical import catalogue
from data.curve_import import Understood, understand
from data.curve_store import CurveOrigin, store_curve
from data.errors import AlreadyStoredError, StoreError
from data.ids import uuid7
from data.readings import series_key
from data.records import TrialState
from data.sides import Side
from data.store import Store
from tests.data import samples

TEST = catalogue.tests()["ham.iso9020"]


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    store = Store(tmp_path / "x.db")
    yield store
    store.close()


@pytest.fixture
def origin(store: Store) -> CurveOrigin:
    session = samples.visit(store)
    person = store.people.get(session.person_id)
    return CurveOrigin(person, session.id, uuid7(), TEST, samples.BEGIN, 60, "gym scale", 0.4, "9")


def held(tmp_path: Path, gap: bool = False) -> Understood:
    """300 N for 3 s on both columns, at 100 Hz, the file's clock beginning at 7 s."""
    t = np.arange(800) / 100
    f = np.interp(t, [2, 2.3, 5.3, 5.6], [0, 300, 300, 0])
    kept = (t < 6.5) | (t >= 7.0) if gap else t >= 0
    path = tmp_path / "curve.csv"
    rows = [f"{7 + x:.2f},{y:.6f},{y / 2:.6f}" for x, y in zip(t[kept], f[kept], strict=True)]
    path.write_text("\n".join(["t,left,right", *rows, ""]))
    return understand(path)


def test_an_imported_curve_is_stored_like_a_recording(
    store: Store, origin: CurveOrigin, tmp_path: Path
):
    found = held(tmp_path)
    trial = store_curve(store, found, origin)
    assert trial == store.trials.get(trial.id)
    assert trial.state is TrialState.COMPLETE
    assert list(store.captures.glob("*.fj*")) == []
    curve = store.trials.curve(trial.id)
    assert curve.t[0] == 0.0
    assert np.allclose(curve.t, found.curve.t - 7)
    assert np.array_equal(curve.force, found.curve.force)  # no zero was taken
    # The same as for the same samples that a device would have sent.
    assert trial.analysis.options is not None
    sides = (Side.LEFT, Side.RIGHT)
    direct = analyse(Curve(curve.t, curve.force, sides), TEST, trial.analysis.options)
    assert direct.reps == trial.analysis.reps
    assert trial.analysis.reps[0].metrics["peak_n"].value == 300.0
    assert trial.rate_hz == pytest.approx(100)


def test_the_record_says_where_it_comes_from(store: Store, origin: CurveOrigin, tmp_path: Path):
    found = held(tmp_path)
    header = store_curve(store, found, origin).header
    assert header.device_model == "imported file, gym scale"
    assert header.link == f"file:sha256:{found.sha256}"
    assert all(channel.zero is None for channel in header.channels)
    assert (header.lever_m, header.body_mass_kg) == (0.4, origin.person.body_mass_kg)
    assert header.is_virtual is False
    key = series_key(header, TEST, Side.LEFT)
    other = series_key(replace(header, device_model="onb"), TEST, Side.LEFT)
    assert key.differences(other)


def test_a_gap_in_the_file_is_a_gap_in_the_trial(store: Store, origin: CurveOrigin, tmp_path: Path):
    trial = store_curve(store, held(tmp_path, gap=True), origin)
    (gap,) = trial.gaps
    # From the sample at 6.49 s to that at 7.00 s: 50 between them.
    assert (gap.start_us, gap.end_us, gap.samples) == (6_490_000, 7_000_000, 50)
    assert gap.cause == "no samples in the file"
    blocks, _ = store.trials.blocks(trial.id)
    assert [block.index for block in blocks] == [0, 700]
    assert trial.lost == 50


def test_a_curve_is_stored_once_for_each_person(store: Store, origin: CurveOrigin, tmp_path: Path):
    found = held(tmp_path)
    trial = store_curve(store, found, origin)
    with pytest.raises(AlreadyStoredError, match=str(trial.id)):
        store_curve(store, found, replace(origin, set_id=uuid7()))
    other = samples.visit(store, "Ben")
    ben = store.people.get(other.person_id)
    assert (
        store_curve(store, found, replace(origin, person=ben, session_id=other.id)).id != trial.id
    )


def test_a_curve_that_cannot_be_stored_leaves_nothing_behind(
    store: Store, origin: CurveOrigin, tmp_path: Path
):
    with pytest.raises(StoreError):
        store_curve(store, held(tmp_path), replace(origin, session_id=uuid7()))
    assert list(store.captures.glob("*.fj*")) == []
    assert store.verify().counts["trials"] == 0


def test_two_columns_without_a_limb_do_not_stop_it(
    store: Store, origin: CurveOrigin, tmp_path: Path
):
    found = held(tmp_path)
    both = replace(found, curve=replace(found.curve, sides=(None, None)))
    trial = store_curve(store, both, origin)
    assert [channel.side for channel in trial.header.channels] == [None, None]
    assert trial.analysis.reps[0].metrics["peak_n"].value == pytest.approx(450)
