"""How numbers are made where somebody chooses: onset rule, filter, hold, angle of the sensor."""

from __future__ import annotations

import argparse
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from app.cli.parser import finite, fraction, positive

if TYPE_CHECKING:
    from data.analysis.types import AnalysisOptions

STEEPEST_DEG = 60.0


@dataclass(frozen=True, slots=True)
class OnsetChoice:
    """A rule by its name with its level, or, without a name, the moment that a person set."""

    rule: str
    number: float | None = None


def add_choices(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--filter", type=_filter, metavar="HZ", help="low-pass for onset and early force, or none"
    )
    parser.add_argument(
        "--hold-fraction",
        type=fraction,
        metavar="F",
        help="share of the peak that counts as holding (default: 0.9)",
    )
    parser.add_argument(
        "--force-angle",
        type=_angle,
        metavar="DEG",
        help="how far the sensor leans from the perpendicular on the limb (default: 0)",
    )


def with_choices(
    options: AnalysisOptions, arguments: argparse.Namespace, onset: OnsetChoice | None
) -> AnalysisOptions:
    """`options` with what was chosen; the rest stays."""
    from data.analysis.types import OnsetRule

    if onset is not None:
        options = replace(options, onset_rule=OnsetRule[onset.rule], onset_level=onset.number)
    if arguments.filter is not None:
        options = replace(options, filter_hz=arguments.filter or None)
    if arguments.hold_fraction is not None:
        options = replace(options, hold_fraction=arguments.hold_fraction)
    if arguments.force_angle is not None:
        options = replace(options, force_angle_deg=arguments.force_angle)
    return options


def is_chosen(arguments: argparse.Namespace) -> bool:
    chosen = (arguments.onset, arguments.filter, arguments.hold_fraction, arguments.force_angle)
    return any(each is not None for each in chosen)


def onset_rule(text: str) -> OnsetChoice:
    """``reverse``, ``5sd``, ``force:N`` or ``percent:P``."""
    word, _, number = text.partition(":")
    match word:
        case "reverse" | "5sd" if not number:
            return OnsetChoice("REVERSE" if word == "reverse" else "FIVE_SD")
        case "force" | "percent" if number:
            return OnsetChoice(word.upper(), positive(number))
        case _:
            raise argparse.ArgumentTypeError(f"{text}: give reverse, 5sd, force:N or percent:P")


def onset_or_moment(text: str) -> OnsetChoice:
    """A rule, or ``manual:S``."""
    word, _, number = text.partition(":")
    if word == "manual" and number:
        return OnsetChoice("", finite(number))
    try:
        return onset_rule(text)
    except argparse.ArgumentTypeError as error:
        raise argparse.ArgumentTypeError(f"{error}, or manual:S") from error


def _filter(text: str) -> float:
    """0 stands for none."""
    return 0.0 if text == "none" else positive(text)


def _angle(text: str) -> float:
    value = finite(text)
    if not 0 <= value <= STEEPEST_DEG:
        raise argparse.ArgumentTypeError(f"{text} must be from 0 to {STEEPEST_DEG:g} degrees")
    return value
