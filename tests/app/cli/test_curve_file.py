from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from app.cli.curve_file import CurveFileError, read_curve
from data.analysis.types import Side

L, R = Side.LEFT, Side.RIGHT


def file(
    tmp_path: Path, header: str, rows: int = 100, cells: str = "{t:.2f},{t:.2f},-{t:.2f}"
) -> Path:
    path = tmp_path / "curve.csv"
    lines = [cells.format(t=i / 100) for i in range(rows)]
    path.write_text("\n".join([header, *lines, ""]), "utf-8")
    return path


def test_two_columns_are_left_then_right(tmp_path: Path):
    curve = read_curve(file(tmp_path, "time_s,a,b"))
    assert curve.sides == (L, R)
    assert curve.t[-1] == 0.99
    assert curve.force[-1].tolist() == [0.99, -0.99]


@pytest.mark.parametrize("header", ["time_s,force_right_n,force_left_n", "t,RIGHT,Left cell"])
def test_a_header_that_names_the_limb_wins_over_the_order(tmp_path: Path, header: str):
    curve = read_curve(file(tmp_path, header))
    assert curve.sides == (L, R)
    assert curve.force[-1].tolist() == [-0.99, 0.99]


def test_named_columns_win_over_the_header(tmp_path: Path):
    curve = read_curve(file(tmp_path, "time_s,left,right"), {"left": R, "right": L})
    assert curve.sides == (L, R)
    assert curve.force[-1].tolist() == [-0.99, 0.99]


def test_one_of_two_columns_can_be_picked(tmp_path: Path):
    curve = read_curve(file(tmp_path, "time_s,left,right"), side=R)
    assert curve.sides == (R,)
    assert curve.force[-1].tolist() == [-0.99]


@pytest.mark.parametrize(
    ("header", "side", "expected"),
    [("time_s,force_n", None, None), ("time_s,force_n", L, L), ("time_s,right_n", None, R)],
)
def test_the_limb_of_one_column(
    tmp_path: Path, header: str, side: Side | None, expected: Side | None
):
    curve = read_curve(file(tmp_path, header, cells="{t:.2f},{t:.2f}"), side=side)
    assert curve.sides == (expected,)


def test_a_decimal_comma_with_semicolons_is_read(tmp_path: Path):
    path = tmp_path / "curve.csv"
    rows = [f"{i / 100:.2f};{i / 10:.1f}".replace(".", ",") for i in range(100)]
    path.write_bytes(b"\xef\xbb\xbf" + "\r\n".join(["Zeit;Kraft", *rows]).encode())
    curve = read_curve(path)
    assert curve.t[1] == 0.01
    assert curve.force[99, 0] == 9.9


def test_a_jump_in_time_is_a_gap(tmp_path: Path):
    path = tmp_path / "curve.csv"
    t = np.concatenate([np.arange(100) / 100, 2.0 + np.arange(100) / 100])
    path.write_text("time_s,n\n" + "".join(f"{x:.2f},1\n" for x in t))
    (gap,) = read_curve(path).gaps
    assert (gap.start_s, gap.end_s) == (0.99, 2.0)


def test_irregular_time_without_missing_samples_is_no_gap(tmp_path: Path):
    # Spacing of a Chronojump force sensor: 0, 1044, 3704, 15148 µs, then 11 428 to 11 436.
    t = np.concatenate([[0, 1044, 3704, 15148], 15148 + 11_430 * np.arange(1, 100)]) / 1e6
    path = tmp_path / "curve.csv"
    path.write_text("time_s,n\n" + "".join(f"{x:.6f},1\n" for x in t))
    assert read_curve(path).gaps == ()


def rows(text: str) -> str:
    return text + "".join(f"{1 + i / 100:.2f},1\n" for i in range(100))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "is empty"),
        ("time_s,n\n", "too short: 0 samples"),
        ("time_s,n\n0,1\n0.1,2\n", "too short: 2 samples"),
        ("time_s,n\n" + "".join(f"{i / 1000:.3f},1\n" for i in range(100)), "too short"),
        ("time_s\n0\n", "one column"),
        (rows("0.0,1.0\n"), "a header row is needed"),
        (rows("time_s,n\n0,1\n0.1,abc\n"), "row 3, column “n”: “abc” is not a number"),
        (rows("time_s,n\n0,1\n0.1,\n"), "row 3, column “n”: “” is not a number"),
        (rows("time_s,n\n0,1\n0.1,nan\n"), "row 3"),
        (rows("time_s,n\n0,1\n0.1,inf\n"), "row 3"),
        (rows("time_s,n\n0,1\n\n0.1\n"), "row 4: 1 cells"),
        (rows("time_s,n\n0,1\n0.2,1\n0.1,1\n"), "row 4: time does not rise (0.1 s after 0.2 s)"),
        (rows("time_s,n\n0,1\n0,1\n"), "row 3: time does not rise"),
        (rows("time_ms,n\n"), "time must be in seconds"),
        (rows("Time (micros),n\n"), "time must be in seconds"),
        (rows("time_s,force_kg\n"), "must be force in newtons"),
    ],
)
def test_a_bad_file_is_told_with_its_row(tmp_path: Path, text: str, said: str):
    path = tmp_path / "curve.csv"
    path.write_text(text, "utf-8")
    with pytest.raises(CurveFileError) as raised:
        read_curve(path)
    assert said in str(raised.value)


def test_three_columns_need_to_be_named(tmp_path: Path):
    path = file(tmp_path, "time_s,a,b,c", cells="{t:.2f},1,2,3")
    with pytest.raises(CurveFileError, match="--columns a=left,b=right"):
        read_curve(path)
    assert read_curve(path, {"c": R}).force[0].tolist() == [3.0]


def test_a_column_that_is_not_there_is_told_with_those_that_are(tmp_path: Path):
    with pytest.raises(CurveFileError, match="its force columns are a, b"):
        read_curve(file(tmp_path, "time_s,a,b"), {"z": L})


def test_a_file_that_is_no_text_is_told(tmp_path: Path):
    path = tmp_path / "curve.csv"
    path.write_bytes(bytes(range(256)))
    with pytest.raises(CurveFileError, match="UTF-8"):
        read_curve(path)
