"""`myograph analyse`: the analysis of a live trial, on a curve from a file."""

from __future__ import annotations

import argparse
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from app.cli.catalogue import strength_test
from app.cli.errors import CommandError
from app.cli.output import print_json
from app.cli.parser import Commands, add_json, finite, positive

if TYPE_CHECKING:
    from data.analysis.types import Side

AS_GIVEN = "as given: no zero was taken from the file, forces are used as they stand in it"


def add(commands: Commands) -> None:
    parser = commands.add(
        "analyse",
        run,
        "find the repetitions in a CSV file and compute their numbers",
        description="The first column is time in s, then one or two columns of force in N, with a "
        "header row. The forces are taken as they are: no zero is taken from the file.",
        example="myograph analyse curve.csv --test nordic.bil --columns a=left,b=right",
    )
    parser.add_argument("file", type=Path, metavar="FILE.csv", help="the curve")
    parser.add_argument("--test", required=True, metavar="TEST", help="see `myograph tests`")
    parser.add_argument("--side", choices=["left", "right"], help="limb of a single force column")
    parser.add_argument(
        "--columns", type=_columns, metavar="A=left,B=right", help="which column is which limb"
    )
    parser.add_argument("--body-mass", type=positive, metavar="KG", help="body mass in kg")
    parser.add_argument("--lever", type=positive, metavar="M", help="lever arm in m")
    parser.add_argument("--injured", choices=["left", "right"], help="injured limb")
    parser.add_argument("--dominant", choices=["left", "right"], help="dominant limb")
    parser.add_argument("--gravity-n", type=finite, metavar="N", help="limb weight at the sensor")
    add_json(parser)


def run(arguments: argparse.Namespace) -> int:
    from app.cli.curve_file import read_curve
    from app.cli.shapes import analysis_json
    from app.cli.tables import print_analysis
    from data.analysis.recording import AnalysisError
    from data.analysis.trial import analyse
    from data.analysis.types import AnalysisOptions, Side

    test = strength_test(arguments.test)
    curve = read_curve(
        arguments.file,
        None if arguments.columns is None else {k: Side(v) for k, v in arguments.columns.items()},
        _side(arguments.side),
    )
    options = AnalysisOptions(
        body_mass_kg=arguments.body_mass,
        lever_m=arguments.lever,
        gravity_n=arguments.gravity_n,
        injured=_side(arguments.injured),
        dominant=_side(arguments.dominant),
    )
    try:
        analysis = analyse(curve, test, options)
    except AnalysisError as error:
        raise CommandError(f"{arguments.file.name}: {error}") from error
    analysis = replace(analysis, methods={**analysis.methods, "zero": AS_GIVEN})
    if arguments.json:
        print_json({"test": test.id, "samples": len(curve.t), **analysis_json(analysis)})
    else:
        print_analysis(test, analysis)
    return 0


def _side(text: str | None) -> Side | None:
    from data.analysis.types import Side

    return None if text is None else Side(text)


def _columns(text: str) -> dict[str, str]:
    pairs = [pair.rpartition("=") for pair in text.split(",")]
    columns = {name.strip(): side.strip().lower() for name, _, side in pairs}
    limbs = list(columns.values())
    if "" in columns or len(columns) < len(pairs) or len(set(limbs)) < len(limbs):
        raise argparse.ArgumentTypeError(f"{text}: name each column and each limb once")
    if not set(limbs) <= {"left", "right"}:
        raise argparse.ArgumentTypeError(f"{text}: a limb is left or right, as in a=left,b=right")
    return columns
