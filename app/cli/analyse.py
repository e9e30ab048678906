"""`myograph analyse`: the analysis of a live trial, on a curve from a file."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from app.cli.catalogue import strength_test
from app.cli.choices import add_choices, onset_or_moment, with_choices
from app.cli.errors import CommandError
from app.cli.output import print_json
from app.cli.parser import Commands, add_database, add_json, finite, positive

if TYPE_CHECKING:
    from data.analysis.types import AnalysisOptions, ManualOnset, Side, TrialAnalysis

BY = "the command line"
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
    parser.add_argument("--injured", choices=["left", "right", "both"], help="injured limb")
    parser.add_argument("--dominant", choices=["left", "right"], help="dominant limb")
    parser.add_argument("--gravity-n", type=finite, metavar="N", help="limb weight at the sensor")
    parser.add_argument(
        "--gravity-method", choices=["measured", "table"], help="how the limb weight was had"
    )
    parser.add_argument("--target-n", type=positive, metavar="N", help="force asked for in a hold")
    parser.add_argument(
        "--onset",
        type=onset_or_moment,
        action="append",
        default=[],
        metavar="RULE",
        help="reverse, 5sd, force:N, percent:P, or manual:S (seconds of the file)",
    )
    add_choices(parser)
    add_database(parser)
    add_json(parser)


def run(arguments: argparse.Namespace) -> int:
    from app.cli.curve_file import read_curve
    from app.cli.shapes import analysis_json
    from app.cli.tables import print_analysis
    from data.analysis.errors import AnalysisError
    from data.analysis.trial import analyse
    from data.analysis.types import Side

    test = strength_test(arguments.test)
    curve = read_curve(
        arguments.file,
        None if arguments.columns is None else {k: Side(v) for k, v in arguments.columns.items()},
        _side(arguments.side),
    )
    options = _options(arguments)
    moments = [each.number for each in arguments.onset if each.number is not None and not each.rule]
    try:
        analysis = analyse(curve, test, options)
        if moments:
            drawn = _manual_onsets(analysis, moments)
            options = replace(options, manual_onsets=drawn, changed_by=BY)
            analysis = analyse(curve, test, options)
    except AnalysisError as error:
        raise CommandError(f"{arguments.file.name}: {error}") from error
    analysis = replace(analysis, methods={**analysis.methods, "zero": AS_GIVEN})
    if arguments.json:
        print_json({"test": test.id, "samples": len(curve.t), **analysis_json(analysis)})
    else:
        print_analysis(test, analysis)
    return 0


def _options(arguments: argparse.Namespace) -> AnalysisOptions:
    from data.analysis.types import AnalysisOptions

    if arguments.gravity_method and arguments.gravity_n is None:
        raise CommandError("--gravity-method says how --gravity-n was had; give both or neither")
    rules = [each for each in arguments.onset if each.rule]
    if len(rules) > 1:
        raise CommandError("--onset names more than one rule; give one, and manual:S beside it")
    is_both = arguments.injured == "both"
    options = AnalysisOptions(
        body_mass_kg=arguments.body_mass,
        lever_m=arguments.lever,
        gravity_n=arguments.gravity_n,
        gravity_method=arguments.gravity_method or "",
        injured=None if is_both else _side(arguments.injured),
        both_injured=is_both,
        dominant=_side(arguments.dominant),
        target_n=arguments.target_n,
    )
    return with_choices(options, arguments, rules[0] if rules else None)


def _manual_onsets(analysis: TrialAnalysis, moments: Sequence[float]) -> tuple[ManualOnset, ...]:
    """Each moment for the limbs of the repetition whose peak comes first after it."""
    from data.analysis.types import ManualOnset

    found: list[ManualOnset] = []
    for at_s in moments:
        after = [rep for rep in analysis.reps if rep.peak_s > at_s]
        if not after:
            raise CommandError(f"--onset manual:{at_s:g}: no repetition has its peak after that")
        number = min(after, key=lambda rep: rep.peak_s).number
        limbs = [rep.side for rep in analysis.reps if rep.number == number]
        found += [ManualOnset(number, side, at_s) for side in limbs]
    return tuple(found)


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
