from __future__ import annotations

import csv
import io
import json
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from data.analysis.types import Curve, Metric, Side
from data.export import (
    channel_names,
    curve_csv,
    curves_csv,
    json_text,
    reps_csv,
    session_object,
    trial_object,
    write_text,
)
from data.records import Session
from data.store import Store
from devices.types import ForceBlock, Position
from tests.data import samples

BLOCK = samples.recording(0.2)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    store = Store(tmp_path / "x.db")
    yield store
    store.close()


@pytest.fixture
def session(store: Store) -> Session:
    return samples.visit(store)


def _rows(text: str) -> list[list[str]]:
    return list(csv.reader(io.StringIO(text, newline="")))


def test_a_curve_reads_back_to_the_last_digit(store: Store, session: Session):
    trial = store.trials.save(samples.trial(samples.header(session), [BLOCK]), [BLOCK])
    curve = store.trials.curve(trial.id)
    text = curve_csv(curve)
    assert text.startswith("time_s,force_left_n,force_right_n\n0.0,")
    back = np.loadtxt(io.StringIO(text), delimiter=",", skiprows=1)
    assert np.array_equal(back[:, 0], curve.t)
    assert np.array_equal(back[:, 1:], curve.force)


def test_columns_are_named_by_limb_where_it_is_known():
    assert channel_names([Side.RIGHT]) == ["force_right_n"]
    assert channel_names([None]) == ["force_n"]
    assert channel_names([Side.LEFT, None]) == ["force_left_n", "force_n"]
    assert channel_names([None, None]) == ["force_1_n", "force_2_n"]


def test_what_is_no_number_is_an_empty_cell():
    curve = Curve(np.array([0.0, 0.001]), np.array([[np.nan], [-0.0]]), (None,))
    assert curve_csv(curve) == "time_s,force_n\n0.0,\n0.001,-0.0\n"


def test_curves_of_a_visit_stand_below_one_another(store: Store, session: Session):
    both = store.trials.save(samples.trial(samples.header(session), [BLOCK]), [BLOCK])
    left = replace(
        samples.header(session, "grip"), channels=(samples.channel(Position.SINGLE, Side.LEFT),)
    )
    one = ForceBlock(BLOCK.t_us[:3], BLOCK.force[:3, :1], 0)
    store.trials.save(samples.trial(left, [one]), [one])
    trials = store.trials.of_session(session.id)
    rows = _rows(curves_csv((trial, store.trials.curve(trial.id)) for trial in trials))
    assert rows[0] == ["trial", "test", "time_s", "force_left_n", "force_right_n"]
    assert len(rows) == 1 + 200 + 3
    assert rows[1][:3] == [str(both.id), "nordic.bil", "0.0"]
    assert rows[-1][:3] == [str(left.id), "grip", "0.002"]
    assert float(rows[-1][3]) == one.force[2, 0] + 3.25
    assert rows[-1][4] == ""


def test_a_minute_of_two_channels_is_written_in_a_second():
    n = 60_000
    curve = Curve(np.arange(n) / 1000, np.random.default_rng(1).normal(0, 99, (n, 2)), (None,) * 2)
    begin = time.perf_counter()
    curve_csv(curve)
    assert time.perf_counter() - begin < 1.0


def test_repetitions_are_rows_with_their_numbers(session: Session):
    rows = _rows(reps_csv([samples.trial(samples.header(session), [BLOCK])]))
    first, second = (dict(zip(rows[0], row, strict=True)) for row in rows[1:])
    assert (first["rep"], first["side"], first["peak_n"]) == ("1", "left", "300.0")
    assert (first["onset_s"], second["onset_s"]) == ("0.3", "")
    assert first["rfd_n_per_s"] == ""  # refused
    assert (first["codes"], first["device_serial"]) == ("SHORT", "ONB-0042")
    assert second["rejected"] == "'=HYPERLINK(slipped)"


@settings(max_examples=300, deadline=None)
@given(
    st.sampled_from(["=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠", " ="]), st.text()
)
def test_no_text_becomes_a_formula(start: str, rest: str):
    trial = samples.trial(samples.header(), [BLOCK])
    rep = replace(trial.analysis.reps[0], rejected=start + rest)
    header = replace(trial.header, test_id=start + rest)
    trial = replace(trial, header=header, analysis=replace(trial.analysis, reps=(rep,)))
    (row,) = _rows(reps_csv([trial]))[1:]
    assert row[-1] == row[1] == "'" + start + rest
    curve = Curve(np.zeros(1), np.zeros((1, 1)), (None,))
    assert _rows(curves_csv([(trial, curve)]))[1][1] == "'" + start + rest


@settings(max_examples=100, deadline=None)
@given(st.text(alphabet=st.sampled_from('a",;\n\r x')))
def test_any_other_text_stays_one_cell(text: str):
    trial = samples.trial(samples.header(), [BLOCK])
    rep = replace(trial.analysis.reps[0], rejected="x" + text)
    trial = replace(trial, analysis=replace(trial.analysis, reps=(rep,)))
    (row,) = _rows(reps_csv([trial]))[1:]
    assert row[-1] == "x" + text


def test_json_has_unit_and_method_beside_each_number(store: Store, session: Session):
    trial = store.trials.save(samples.trial(samples.header(session), [BLOCK]), [BLOCK])
    treatment = store.treatments.save(samples.treatment(session))
    visit: dict[str, Any] = json.loads(json_text(session_object(store, session.id)))
    assert (visit["format"], visit["version"]) == ("myograph session", 1)
    assert visit["person"]["name"] == "Åsa Öberg"
    (found,) = visit["trials"]
    rep = found["analysis"]["reps"][0]
    assert rep["metrics"]["peak_n"] == {
        "value": 300.0,
        "unit": "N",
        "method": "peak.raw/1",
        "reason": None,
    }
    assert rep["metrics"]["rfd_n_per_s"]["reason"] == "sampled below 200 Hz"
    assert found["header"]["device"]["serial"] == "ONB-0042"
    assert found["header"]["channels"][0]["zero"]["offset_n"] == -3.25
    curve = store.trials.curve(trial.id)
    assert found["curve"]["time_s"] == curve.t.tolist()
    assert found["curve"]["channels"][1]["force_n"] == curve.force[:, 1].tolist()
    assert visit["treatments"][0]["id"] == str(treatment.id)
    assert visit["treatments"][0]["dose"]["charge_uc"]["unit"] == "µC"


def _refuse(constant: str) -> None:
    raise AssertionError(constant)


def test_json_never_holds_a_nan():
    trial = samples.trial(samples.header(), [BLOCK])
    odd = replace(trial.analysis, summary={None: {"cv": Metric(float("inf"), "%", "cv/1")}})
    curve = Curve(np.zeros(2), np.array([[np.nan, 1.0], [np.inf, -0.0]]), (None, None))
    text = json_text(trial_object(replace(trial, analysis=odd, rate_hz=float("nan")), curve))
    found: dict[str, Any] = json.loads(text, parse_constant=_refuse)
    assert found["rate_hz"] is None
    assert found["analysis"]["summary"]["unknown"]["cv"]["value"] is None
    assert [channel["force_n"] for channel in found["curve"]["channels"]] == [
        [None, None],
        [1.0, 0.0],
    ]


def test_a_file_is_there_whole_or_not_at_all(tmp_path: Path):
    path = tmp_path / "out.csv"
    path.write_text("old")
    write_text(path, "a\r\nÅ\n")
    assert path.read_bytes() == "a\r\nÅ\n".encode()
    with pytest.raises(UnicodeEncodeError):
        write_text(path, "\ud800")
    assert path.read_bytes() == "a\r\nÅ\n".encode()
