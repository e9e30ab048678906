from __future__ import annotations

import re
from pathlib import Path
from typing import Any
from uuid import UUID

import numpy as np
import pytest
from numpy.typing import NDArray

from data.store import Store
from drivers.capture_format import RecordKind, read_capture
from tests.app.processes import Recording, simulator

pytestmark = pytest.mark.timeout(90)
BLOCK = 20  # samples of the board's serial frames


def recorded(link: str, *words: object, model: str, test: str, db: Path) -> tuple[Any, str]:
    """A trial as JSON, and what was said meanwhile."""
    recording = Recording(link, "--model", model, "--test", test, *words, "--db", db, "--json")
    return recording.trial(), recording.messages


def raw(db: Path, trial: Any) -> NDArray[np.float64]:
    """``(n, channels) N`` as the device sent them."""
    store = Store(db)
    try:
        blocks, _ = store.trials.blocks(UUID(trial["id"]))
        return np.concatenate([block.force for block in blocks])
    finally:
        store.close()


def shift_between(original: NDArray[np.float64], replayed: NDArray[np.float64]) -> int:
    """How many samples later the second begins; the noise of each sample tells it from others."""
    for shift in range(-500, 500):
        first, second = original[max(shift, 0) :], replayed[max(-shift, 0) :]
        n = min(len(first), len(second))
        if n > 100 and np.array_equal(first[:n], second[:n]):
            return shift
    raise AssertionError("these are not the same samples")


@pytest.mark.parametrize(
    ("model", "test", "side"),
    [("onb", "nordic.bil", ()), ("progressor", "ham.iso9020", ("--side", "left"))],
)
def test_a_capture_gives_the_same_trial_again(
    model: str, test: str, side: tuple[str, ...], tmp_path: Path
) -> None:
    capture = tmp_path / "link.bytes"
    first, _ = recorded(
        *(f"sim:{model}", *side, "--seconds", 7.5, "--capture", capture),
        model=model,
        test=test,
        db=tmp_path / "first.db",
    )
    again, said = recorded(
        f"replay:{capture}", *side, model=model, test=test, db=tmp_path / "again.db"
    )
    assert "All of it was played" in said
    assert (again["state"], again["lost"], again["gaps"]) == ("complete", 0, [])
    assert again["virtual"]
    assert again["device"] == first["device"]
    samples = raw(tmp_path / "first.db", first), raw(tmp_path / "again.db", again)
    # The zero is looked for five times a second, so a replay may begin a little earlier or later.
    shift = shift_between(*samples)
    assert abs(shift) <= 0.3 * first["nominal_rate_hz"]
    assert abs(len(samples[0]) - len(samples[1])) <= abs(shift) + BLOCK
    peaks = [[(rep["side"], rep["peak_n"]) for rep in trial["reps"]] for trial in (first, again)]
    assert peaks[0]
    assert peaks[1] == [(side, pytest.approx(peak, abs=0.005)) for side, peak in peaks[0]]


def test_a_capture_that_ends_with_a_lost_link_is_an_interrupted_trial(tmp_path: Path) -> None:
    capture, endless = tmp_path / "link.bytes", tmp_path / "cut.json"
    endless.write_text('[{"fault": "cut", "at_s": 4.5, "seconds": 600}]', "utf-8")
    with simulator("onb", "--load", "empty", "--faults", endless) as (endpoint, _):
        first, _ = recorded(
            *(f"serial:{endpoint}", "--seconds", 5, "--capture", capture),
            model="onb",
            test="nordic.bil",
            db=tmp_path / "x.db",
        )
    assert first["state"] == "interrupted"
    kinds = [record.kind for record in read_capture(capture).records]
    assert RecordKind.LOST in kinds
    again, said = recorded(
        f"replay:{capture}", model="onb", test="nordic.bil", db=tmp_path / "x.db"
    )
    assert again["state"] == "interrupted"
    assert "stopped answering" in said
    assert abs(again["samples"] - first["samples"]) <= 300


def test_a_capture_names_nobody(tmp_path: Path) -> None:
    capture = tmp_path / "link.bytes"
    recorded(
        *("sim:onb", "--seconds", 0.3, "--capture", capture),
        model="onb",
        test="nordic.bil",
        db=tmp_path / "x.db",
    )
    assert not re.search(rb"person|unassigned", capture.read_bytes(), re.IGNORECASE)
    header = read_capture(capture).header
    assert set(header) == {"format", "version", "address", "framing", "is_virtual", "began"}
    assert (header["framing"], header["is_virtual"]) == ("stream", True)
