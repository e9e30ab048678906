"""What pulls on the cells: forces as functions of time, for people, oracles and recorded files."""

from __future__ import annotations

import csv
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from firmware_sim.firmware import Load

Seconds = NDArray[np.float64]
Newtons = NDArray[np.float64]

_GRID_DECIMALS = 9  # files and clocks meet on whole nanoseconds: then np.interp returns the sample


class LoadFileError(ValueError):
    """The file holds no curve that can be played."""


def constant(newtons: float, channels: int = 1) -> Load:
    return lambda t: np.full((len(t), channels), newtons)


def nordic_curl(
    left_n: Sequence[float] = (352.0, 341.0, 333.0),
    right_n: Sequence[float] = (309.0, 301.0, 288.0),
    rise_s: float = 3.0,
    break_s: float = 0.12,
    rest_s: float = 6.0,
    start_s: float = 1.0,
) -> Load:
    """Bilateral Nordic curls, one for each pair of peaks: a slow rise as the body leans forward,
    a sharp break when the hamstrings give way, tremor that grows with force. Two channels."""
    period_s = rise_s + break_s + rest_s

    def force(t: Seconds) -> Newtons:
        columns: list[Newtons] = []
        for limb, peaks in enumerate((left_n, right_n)):
            column = np.zeros(len(t))
            for rep, peak in enumerate(peaks):
                since = t - (start_s + rep * period_s)
                column += peak * _lean_and_break(since, rise_s, break_s)
            columns.append(column * (1.0 + _tremor(t, phase=1.7 * limb)))
        return np.column_stack(columns)

    return force


def isometric_hold(
    peaks_n: Sequence[float] = (268.0, 281.0, 274.0),
    hold_s: Sequence[float] = (4.0, 4.5, 3.5),
    rise_s: float = 0.35,
    release_s: float = 0.2,
    rest_s: float = 5.0,
    start_s: float = 1.0,
    channels: int = 1,
) -> Load:
    """Isometric efforts, one for each peak: a fast rise, a plateau that tires by a few percent."""
    starts = [start_s + sum(hold_s[:rep]) + rep * rest_s for rep in range(len(peaks_n))]

    def force(t: Seconds) -> Newtons:
        column = np.zeros(len(t))
        for start, peak, hold in zip(starts, peaks_n, hold_s, strict=True):
            since = t - start
            rise = _smooth_step(since / rise_s)
            tired = 1.0 - 0.03 * np.clip((since - rise_s) / hold, 0.0, 1.0)
            release = 1.0 - _smooth_step((since - (hold - release_s)) / release_s)
            column += peak * rise * tired * release
        column *= 1.0 + _tremor(t, phase=0.6)
        return np.repeat(column[:, np.newaxis], channels, axis=1)

    return force


def oracle_trapezoid(start_s: float = 1.0, channels: int = 2) -> Load:
    """0 to 300 N in 0.3 s, held for 3 s, down in 0.3 s: peak 300 N, impulse 990 N·s."""
    times = np.round(start_s + np.array([0.0, 0.3, 3.3, 3.6]), _GRID_DECIMALS)
    forces = np.array([0.0, 300.0, 300.0, 0.0])
    return lambda t: np.repeat(np.interp(t, times, forces)[:, np.newaxis], channels, axis=1)


def oracle_nordic(start_s: float = 1.0, channels: int = 2) -> Load:
    """350·(x/3)² N for 3 s, then linearly to 0 in 0.1 s: peak 350 N, impulse 367.5 N·s."""

    def force(t: Seconds) -> Newtons:
        x = np.round(t - start_s, _GRID_DECIMALS)
        rising = 350.0 * (x / 3.0) ** 2
        falling = 350.0 * (1.0 - (x - 3.0) / 0.1)
        column = np.select([x < 0.0, x <= 3.0, x < 3.1], [0.0, rising, falling], 0.0)
        return np.repeat(column[:, np.newaxis], channels, axis=1)

    return force


def from_csv(path: Path) -> Load:
    """A recorded curve: time in s, then one or two columns in N, under a line of names.

    Sampled at the file's own times the samples of the file come back exactly; between them the
    curve is linear; before and after it the force is zero.
    """
    table = _read_table(path)
    times = np.round(table[:, 0] - float(table[0, 0]), _GRID_DECIMALS)

    def force(t: Seconds) -> Newtons:
        at = np.round(t, _GRID_DECIMALS)
        columns: list[Newtons] = [
            np.interp(at, times, column, left=0.0, right=0.0) for column in table[:, 1:].T
        ]
        return np.column_stack(columns)

    return force


def delayed(load: Load, seconds: float) -> Load:
    """Nothing for `seconds`, so that the zero can be taken; then `load` from its beginning."""

    def force(t: Seconds) -> Newtons:
        since = np.round(t - seconds, _GRID_DECIMALS)
        return np.where((since >= 0.0)[:, np.newaxis], load(np.maximum(since, 0.0)), 0.0)

    return force


def on_cells(load: Load, t: Seconds, cells: int) -> Newtons:
    """``force (n, cells) N`` of ``t (n,) s``: cells that nothing pulls on are at zero."""
    force = load(t)[:, :cells]
    return np.pad(force, ((0, 0), (0, cells - force.shape[1])))


LOADS: dict[str, Callable[[], Load]] = {
    "empty": lambda: constant(0.0),
    "nordic": nordic_curl,
    "isometric": isometric_hold,
    "oracle-trapezoid": oracle_trapezoid,
    "oracle-nordic": oracle_nordic,
}
"""By the name that the command line takes."""


def load_named(name: str) -> Load:
    """One of `LOADS`, or a CSV file. Raises `LoadFileError`, `OSError`."""
    known = LOADS.get(name)
    return known() if known else from_csv(Path(name))


def _lean_and_break(since: Seconds, rise_s: float, break_s: float) -> Newtons:
    """0 to 1 in `rise_s`, slow at first, and back to 0 in `break_s`."""
    x = np.clip(since / rise_s, 0.0, 1.0)
    fall = 1.0 - _smooth_step((since - rise_s) / break_s)
    return x**2 * (1.25 - 0.25 * x**2) * fall


def _smooth_step(x: NDArray[np.float64]) -> NDArray[np.float64]:
    x = np.clip(x, 0.0, 1.0)
    return x * x * (3.0 - 2.0 * x)


def _tremor(t: Seconds, phase: float) -> NDArray[np.float64]:
    """Physiological tremor, 8 to 12 Hz, under 1 % of the force."""
    return 0.0045 * np.sin(2 * np.pi * 9.1 * t + phase) + 0.003 * np.sin(
        2 * np.pi * 11.3 * t + 2.0 * phase
    )


def _read_table(path: Path) -> NDArray[np.float64]:
    with path.open(newline="", encoding="utf-8-sig") as file:
        _names, *rows = [row for row in csv.reader(file) if row] or [[]]
    try:
        table = np.array([[float(cell) for cell in row] for row in rows])
    except ValueError as error:
        raise LoadFileError(f"{path}: {error}") from error
    if table.ndim != 2 or table.shape[0] < 2 or table.shape[1] not in (2, 3):
        raise LoadFileError(f"{path}: a column of seconds and one or two of newtons were expected")
    if not np.isfinite(table).all() or not (np.diff(table[:, 0]) > 0).all():
        raise LoadFileError(f"{path}: times must rise, and every value must be a number")
    return table
