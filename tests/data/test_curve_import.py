from __future__ import annotations

import hashlib
from pathlib import Path

import numpy as np
import pytest

from data.curve_import import CurveImportError, fitting, understand
from data.curve_mapping import (
    CatalogueError,
    CurveMapping,
    Decimal,
    ForceColumn,
    ForceUnit,
    Separator,
    TimeColumn,
    TimeUnit,
    force_unit,
    mapping_of_file,
    mappings,
    save_mapping,
    time_unit,
)
from data.sides import Side

# Spacing of a Chronojump force sensor: 0, 1044, 3704, 15148 µs, then 11 428 to 11 436.
CHRONOJUMP_US = [0, 1044, 3704, 15148, *(15148 + 11_430 * k for k in range(1, 100))]


def chronojump(tmp_path: Path) -> Path:
    path = tmp_path / "curve.csv"
    rows = [f"{t};{50 + k / 4:.2f}".replace(".", ",") for k, t in enumerate(CHRONOJUMP_US)]
    path.write_text("\r\n".join(["Time (micros);Force(N)", *rows, ""]), "utf-8")
    return path


def written(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "curve.csv"
    path.write_text(text, "utf-8")
    return path


def test_a_file_of_chronojump_is_known_by_its_headings(tmp_path: Path):
    path = chronojump(tmp_path)
    mapping = fitting(path, mappings())
    assert mapping == mappings()["chronojump"]
    found = understand(path, mapping, side=Side.RIGHT)
    assert found.curve.t.tolist() == [t / 1e6 for t in CHRONOJUMP_US]
    assert found.curve.force[:3, 0].tolist() == [50.0, 50.25, 50.5]
    assert found.sides == (Side.RIGHT,)
    assert found.samples == 103
    assert found.duration_s == pytest.approx(1.146718)  # 15148 µs + 99 · 11 430 µs
    assert found.rate_hz == pytest.approx(1e6 / 11_430)
    assert (found.shortest_interval_s, found.longest_interval_s) == pytest.approx(
        (0.001044, 0.011444)
    )
    assert found.irregular == 2  # 1044 and 2660 µs
    assert found.curve.gaps == ()
    assert found.sha256 == hashlib.sha256(path.read_bytes()).hexdigest()
    assert [(c.number, c.role, c.unit, c.first_cells) for c in found.columns] == [
        (1, "time", "µs", ("0", "1044", "3704")),
        (2, "force", "N", ("50,00", "50,25", "50,50")),
    ]


def test_columns_go_by_number_in_a_file_without_headings(tmp_path: Path):
    path = written(tmp_path, "".join(f"x\t{k}\t{2 * k}\t{3 * k}\n" for k in range(60)))
    mapping = CurveMapping(
        "own",
        "own",
        (
            ForceColumn(4, ForceUnit.KILOGRAMS_FORCE, Side.RIGHT),
            ForceColumn(3, ForceUnit.POUNDS_FORCE, Side.LEFT),
        ),
        TimeColumn(2, TimeUnit.MILLISECONDS),
        header_rows=0,
    )
    with pytest.raises(CurveImportError, match=r"60 samples in 0.059 s"):
        understand(path, mapping)
    path = written(tmp_path, "".join(f"x\t{20 * k}\t{2 * k}\t{3 * k}\n" for k in range(60)))
    found = understand(path, mapping)
    assert found.curve.t[1] == 0.02
    # 3 kgf = 29.41995 N, 2 lbf = 8.896443230521 N (NIST SP 811)
    assert found.curve.force[1] == pytest.approx([29.41995, 8.896443230521], rel=1e-12)
    assert found.sides == (Side.RIGHT, Side.LEFT)
    assert understand(path, mapping, side=Side.LEFT).sides == (Side.LEFT,)


# Header rows are counted as an editor numbers its lines, the empty one among them too.
@pytest.mark.parametrize(
    ("head", "header_rows"),
    [("Unit: N\nAthlete 4\nforce\n", 3), ("Unit: N\n\nAthlete 4\nforce\n", 4), ("\nforce\n", 1)],
)
def test_the_rate_stands_in_for_a_missing_time_column(tmp_path: Path, head: str, header_rows: int):
    path = written(tmp_path, head + "1\n2\n" * 100)
    force = (ForceColumn("force"),)
    mapping = CurveMapping("own", "own", force, rate_hz=80, header_rows=header_rows)
    found = understand(path, mapping)
    assert found.curve.t[:3].tolist() == [0, 0.0125, 0.025]
    assert found.rate_hz == pytest.approx(80)
    assert [column.role for column in found.columns] == ["force"]


@pytest.mark.parametrize(
    ("text", "mapping", "said"),
    [
        ("a;b\n0;1\n", {"column": "c"}, "has no column “c”; its columns are a, b"),
        ("a;a\n0;1\n", {"column": "a"}, "more than one column “a”"),
        ("a;b\n0;1\n", {"column": 3}, "has 2 columns and no column 3"),
        ("t;f\n" + "0;1.234,5\n" * 3, {"column": "f"}, "row 2, column “f”: “1.234,5” is not a"),
    ],
)
def test_a_file_that_does_not_fit_its_layout_is_told(
    tmp_path: Path, text: str, mapping: dict[str, str | int], said: str
):
    layout = CurveMapping("own", "own", (ForceColumn(mapping["column"]),), rate_hz=100)
    with pytest.raises(CurveImportError, match=said):
        understand(written(tmp_path, text), layout)


def test_times_closer_than_a_microsecond_are_refused(tmp_path: Path):
    rows = "".join(f"{t:.7f},1\n" for t in np.arange(12) * 0.1) + "1.2000001,1\n1.2000002,1\n"
    with pytest.raises(CurveImportError, match="time does not rise"):
        understand(written(tmp_path, "t,f\n" + rows))


def test_a_saved_layout_is_read_back_as_it_was(tmp_path: Path):
    own = CurveMapping(
        "gym_scale",
        "Gym scale",
        (ForceColumn("L", ForceUnit.KILOGRAMS_FORCE, Side.LEFT), ForceColumn(4, side=Side.RIGHT)),
        TimeColumn("ms", TimeUnit.MILLISECONDS),
        device="Scale 7",
        separator=Separator.TAB,
        decimal=Decimal.COMMA,
        header_rows=2,
    )
    path = save_mapping(tmp_path / "clinic", own)
    assert path.name == "curves_gym_scale.yaml"
    assert mappings(tmp_path / "clinic")["gym_scale"] == own
    assert mapping_of_file(path) == own
    with pytest.raises(CatalogueError, match="exists already"):
        save_mapping(tmp_path / "clinic", own)
    rated = CurveMapping("rated", "Rated", (ForceColumn(1),), rate_hz=80.0, header_rows=0)
    assert mapping_of_file(save_mapping(tmp_path / "clinic", rated)) == rated


@pytest.mark.parametrize("name", ["../x", "a b", "", "7up", "ÅÄÖ"])
def test_a_layout_is_saved_under_a_plain_name_only(tmp_path: Path, name: str):
    with pytest.raises(CatalogueError, match="letters, digits"):
        save_mapping(tmp_path, CurveMapping(name, "x", (ForceColumn(1),), rate_hz=1.0))
    assert list(tmp_path.iterdir()) == []


ENTRY = "version: 1\nmappings:\n  own:\n"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("    force: [{column: f, unit: kg}]\n    rate_hz: 80\n", "kg is mass; write kgf"),
        ("    force: [{column: f, unit: V}]\n    rate_hz: 80\n", "volts are no force"),
        ("    force: [{column: f, unit: stone}]\n    rate_hz: 80\n", "not one of: N, kgf, lbf"),
        ("    force: [{column: f}]\n", "time or a rate_hz"),
        ("    force: [{column: f}]\n    rate_hz: 80\n    time: {column: t}\n", "not both"),
        ("    force: [{column: f}]\n    rate_hz: 0\n", "above 0"),
        ("    force: []\n    rate_hz: 80\n", "names no column"),
        ("    force: [{column: f}, {column: f}]\n    rate_hz: 80\n", "twice"),
        ("    force: [{column: f}]\n    time: {column: t, unit: h}\n", "not one of: s, ms, µs"),
        ("    force: [{column: f}]\n    rate_hz: 80\n    header_rows: 0\n", "has no headings"),
        ("    force: [{column: 0}]\n    rate_hz: 80\n", "whole number from 1"),
        ("    force: [{column: f}]\n    rate_hz: 80\n    colour: red\n", "unknown fields: colour"),
        (
            "    force: [{column: f}]\n    rate_hz: 1\n    separator: comma\n    decimal: comma\n",
            "what parts the columns",
        ),
    ],
)
def test_a_layout_that_cannot_be_meant_is_refused(tmp_path: Path, text: str, said: str):
    path = tmp_path / "curves.yaml"
    path.write_text(ENTRY + text, "utf-8")
    with pytest.raises(CatalogueError, match=said):
        mapping_of_file(path)


def test_units_are_written_in_more_than_one_way():
    assert time_unit("us") is time_unit("μs") is time_unit("µs") is TimeUnit.MICROSECONDS
    assert force_unit("kgf") is ForceUnit.KILOGRAMS_FORCE


def test_two_layouts_that_fit_decide_nothing(tmp_path: Path):
    path = chronojump(tmp_path)
    shipped = mappings()["chronojump"]
    assert fitting(path, {"a": shipped, "b": shipped}) is None
    by_number = CurveMapping("c", "c", (ForceColumn(2),), rate_hz=80.0)
    assert fitting(path, {"c": by_number}) is None
