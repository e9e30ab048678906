"""`myograph import FILE.csv`: a force curve of another program, as a trial."""

from __future__ import annotations

import argparse
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from app.cli.catalogue import strength_test
from app.cli.database import database_path, find_person, opened_store
from app.cli.errors import CommandError, UsageError
from app.cli.output import print_facts, print_json, print_table, say
from app.cli.parser import positive

if TYPE_CHECKING:
    from app.cli.shapes import Json
    from data.curve_import import Understood
    from data.curve_mapping import CurveMapping, ForceColumn, TimeColumn
    from data.records import Trial


FIRST = 3


def add_options(parser: argparse.ArgumentParser) -> None:
    group = parser.add_argument_group("force curves (FILE.csv)")
    group.add_argument("--test", metavar="TEST", help="as in `myograph tests`")
    group.add_argument(
        "--mapping", metavar="NAME|FILE.yaml", help="how the file is laid out (default: found)"
    )
    group.add_argument(
        "--time",
        type=_time_column,
        metavar="COLUMN[:UNIT]",
        help="time column by heading or number; s, ms or µs",
    )
    group.add_argument(
        "--force",
        type=_force_column,
        action="append",
        default=[],
        metavar="COLUMN[:UNIT][=SIDE]",
        help="a force column; N, kgf or lbf; may be given more than once",
    )
    group.add_argument(
        "--rate-hz", type=positive, metavar="F", help="where there is no time column"
    )
    group.add_argument("--separator", choices=["comma", "semicolon", "tab"], help="of columns")
    group.add_argument("--decimal", choices=["point", "comma"], help="of numbers")
    group.add_argument(
        "--header-rows", type=int, metavar="N", help="rows before the first sample (default: 1)"
    )
    group.add_argument("--save-mapping", metavar="NAME", help="keep this layout for --mapping")
    group.add_argument("--device", default="", metavar="TEXT", help="what recorded the curve")
    group.add_argument("--lever", type=positive, metavar="M", help="lever arm in m")


def run(arguments: argparse.Namespace) -> int:
    from app.importing import CurveWish, store_import

    test = strength_test(arguments.test)
    understood = _understood(arguments)
    if not arguments.json:
        _print(understood)
    saved = _save_mapping(arguments, understood)
    started, is_assumed = _started(arguments)
    trial: Trial | None = None
    if arguments.person and not arguments.dry_run:
        with opened_store(arguments) as store:
            person = find_person(store, arguments.person)
            wish = CurveWish(person, test, started, arguments.device, arguments.lever)
            trial = store_import(store, understood, wish)
    if arguments.json:
        print_json(_json(understood, trial, saved, started, is_assumed=is_assumed))
    elif trial is not None:
        print(f"\nStored as {trial.id}.")
    if is_assumed:
        say("The day and time are those of the file; --started says others.")
    if trial is None and not arguments.dry_run:
        say("myograph: nothing was stored; say whose it is with --person ID")
    return 0


def _understood(arguments: argparse.Namespace) -> Understood:
    from app.cli.curve_file import CurveFileError, understood_curve
    from data.analysis.types import Side
    from data.curve_import import CurveImportError, fitting
    from data.curve_mapping import CatalogueError, mappings

    side = Side(arguments.side) if arguments.side else None
    try:
        mapping = _mapping(arguments)
        if mapping is None:
            mapping = fitting(arguments.file, mappings(_folder(arguments)))
    except CatalogueError as error:
        raise CommandError(str(error)) from error
    except CurveImportError as error:
        raise CurveFileError(str(error)) from error
    return understood_curve(arguments.file, mapping, side=side)


def _mapping(arguments: argparse.Namespace) -> CurveMapping | None:
    """The one that is named or spelt out; None where neither was."""
    from data.curve_mapping import mapping_of_file, mappings

    spelt = (arguments.time, *arguments.force, arguments.rate_hz, arguments.separator)
    is_spelt = any((*spelt, arguments.decimal)) or arguments.header_rows is not None
    name = arguments.mapping
    if name and is_spelt:
        raise UsageError("--mapping already says how the file is laid out; give one or the other")
    if name is None:
        return _spelt_out(arguments) if is_spelt else None
    if name.endswith((".yaml", ".yml")):
        return mapping_of_file(Path(name))
    known = mappings(_folder(arguments))
    if name not in known:
        raise UsageError(f"no mapping “{name}”; there are {', '.join(known)}")
    return known[name]


def _spelt_out(arguments: argparse.Namespace) -> CurveMapping:
    from data.curve_mapping import CatalogueError, CurveMapping, Decimal, Separator, checked

    if not arguments.force:
        raise UsageError("name the force column too: --force COLUMN[:UNIT][=SIDE]")
    spelt_out = CurveMapping(
        id="",
        name="as spelt out",
        force=tuple(arguments.force),
        time=arguments.time,
        rate_hz=arguments.rate_hz,
        separator=Separator(arguments.separator) if arguments.separator else None,
        decimal=Decimal(arguments.decimal) if arguments.decimal else None,
        header_rows=1 if arguments.header_rows is None else arguments.header_rows,
    )
    try:
        return checked(spelt_out)
    except CatalogueError as error:
        raise UsageError(f"that layout cannot be meant: {error.problem}") from error


def _time_column(text: str) -> TimeColumn:
    from data.curve_mapping import TimeColumn, TimeUnit, time_unit

    column, mark, unit = text.rpartition(":")
    if not mark:
        return TimeColumn(_column(text), TimeUnit.SECONDS)
    try:
        return TimeColumn(_column(column), time_unit(unit))
    except ValueError as error:
        raise argparse.ArgumentTypeError(f"{text}: the unit {error}") from error


def _force_column(text: str) -> ForceColumn:
    from data.analysis.types import Side
    from data.curve_mapping import ForceColumn, ForceUnit, force_unit

    before, mark, limb = text.rpartition("=")
    side = Side(limb) if mark and limb in set(Side) else None
    rest = text if side is None else before
    column, mark, unit = rest.rpartition(":")
    if not mark:
        return ForceColumn(_column(rest), ForceUnit.NEWTONS, side)
    try:
        return ForceColumn(_column(column), force_unit(unit), side)
    except ValueError as error:
        raise argparse.ArgumentTypeError(f"{text}: the unit {error}") from error


def _column(text: str) -> str | int:
    return int(text) if text.isdecimal() else text


def _save_mapping(arguments: argparse.Namespace, understood: Understood) -> Path | None:
    from data.curve_mapping import CatalogueError, save_mapping

    name = arguments.save_mapping
    if name is None:
        return None
    device = arguments.device or understood.mapping.device
    try:
        return save_mapping(
            _folder(arguments), replace(understood.mapping, id=name, name=name, device=device)
        )
    except CatalogueError as error:
        raise CommandError(str(error)) from error


def _folder(arguments: argparse.Namespace) -> Path:
    from data.store import Store

    return Store(database_path(arguments)).clinic


def _started(arguments: argparse.Namespace) -> tuple[datetime, bool]:
    """When the curve was recorded, and whether that is only the date of the file."""
    if arguments.started is not None:
        return arguments.started, False
    return datetime.fromtimestamp(arguments.file.stat().st_mtime, UTC).astimezone(), True


def _json(
    understood: Understood,
    trial: Trial | None,
    saved: Path | None,
    started: datetime,
    *,
    is_assumed: bool,
) -> Json:
    from app.cli.shapes import trial_json

    curve = understood.curve
    return {
        "format": "csv",
        "sha256": understood.sha256,
        "mapping": understood.mapping.id or None,
        "columns": [
            {
                "number": each.number,
                "heading": each.heading,
                "role": each.role,
                "unit": each.unit,
                "side": None if each.side is None else each.side.value,
                "first_cells": list(each.first_cells),
            }
            for each in understood.columns
        ],
        "samples": understood.samples,
        "duration_s": understood.duration_s,
        "rate_hz": understood.rate_hz,
        "usual_interval_s": understood.usual_interval_s,
        "shortest_interval_s": understood.shortest_interval_s,
        "longest_interval_s": understood.longest_interval_s,
        "irregular_intervals": understood.irregular,
        "gaps": [{"start_s": gap.start_s, "end_s": gap.end_s} for gap in curve.gaps],
        "first_samples": [
            {"time_s": float(curve.t[row]), "force_n": curve.force[row].tolist()}
            for row in range(3)
        ],
        "started_at": started.isoformat(),
        "started_at_assumed": is_assumed,
        "saved_mapping": None if saved is None else str(saved),
        "stored": trial is not None,
        "trial": None if trial is None else trial_json(trial),
    }


def _print(understood: Understood) -> None:
    curve = understood.curve
    print_table(
        ("column", "heading", "is", "unit", "limb", "first cells"),
        [
            (
                str(each.number),
                each.heading,
                each.role,
                each.unit,
                each.side.value if each.side else "",
                "  ".join(each.first_cells),
            )
            for each in understood.columns
        ],
    )
    print()
    usual, least, most = (
        f"{1e3 * value:.3f} ms"
        for value in (
            understood.usual_interval_s,
            understood.shortest_interval_s,
            understood.longest_interval_s,
        )
    )
    first = "; ".join(
        f"{t:.6g} s: {', '.join(f'{value:.6g}' for value in row)} N"
        for t, row in zip(curve.t[:FIRST], curve.force[:FIRST], strict=True)
    )
    print_facts(
        [
            ("layout", understood.mapping.name),
            ("samples", f"{understood.samples} in {understood.duration_s:.3f} s"),
            ("rate", f"{understood.rate_hz:.2f} Hz (median)"),
            ("intervals", f"{usual}, from {least} to {most}, {understood.irregular} irregular"),
            ("gaps", str(len(curve.gaps))),
            ("first samples", first),
            ("zero", "none taken: the forces are used as they stand in the file"),
            ("SHA-256", understood.sha256),
        ]
    )
