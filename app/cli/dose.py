"""`myograph dose`: what an ultrasound or electrical treatment delivers."""

from __future__ import annotations

import argparse
from collections.abc import Mapping
from typing import TYPE_CHECKING

from app.cli.dose_kinds import KINDS, Compute, DoseKind
from app.cli.errors import UsageError
from app.cli.output import print_json, print_table
from app.cli.parser import Commands, Run, add_json, fraction, not_negative, positive

if TYPE_CHECKING:
    from data.clinical.dose import DoseNumber


def add(commands: Commands) -> None:
    commands.add(
        "dose",
        run_nothing,
        "compute the dose of a treatment",
        example="myograph dose ultrasound --intensity-w-cm2 1 --duty 0.2 --era-cm2 5 --seconds 300",
    )
    kinds = commands.within("dose")
    _add_ultrasound(kinds)
    _add_tens(kinds)
    for kind in KINDS:
        parser = kinds.add(kind.name, _run_of(kind), kind.summary, example=kind.example)
        for option in kind.options:
            option.add_to(parser)
        add_json(parser)


def _add_ultrasound(kinds: Commands) -> None:
    parser = kinds.add(
        "ultrasound",
        run_ultrasound,
        "dose of an ultrasound treatment",
        description="Look up which intensity the panel shows: during the pulse (SATP) or averaged "
        "over the pulse cycle (SATA).",
        example="myograph dose ultrasound --intensity-w-cm2 1 --duty 0.2 --era-cm2 5 "
        "--seconds 300 --area-cm2 10",
    )
    parser.add_argument("--intensity-w-cm2", type=not_negative, required=True, metavar="I")
    parser.add_argument(
        "--duty", type=fraction, required=True, metavar="D", help="on / (on + off); 1:4 is 0.2"
    )
    parser.add_argument(
        "--era-cm2", type=positive, required=True, metavar="A", help="effective radiating area"
    )
    parser.add_argument(
        "--seconds", type=not_negative, required=True, metavar="T", help="time with contact"
    )
    parser.add_argument("--area-cm2", type=positive, metavar="B", help="treated area")
    parser.add_argument(
        "--bnr", type=positive, metavar="R", help="beam non-uniformity ratio of the head"
    )
    parser.add_argument(
        "--average",
        choices=["satp", "sata"],
        default="satp",
        help="what the panel's intensity is averaged over (default: satp, the pulse)",
    )
    add_json(parser)


def _add_tens(kinds: Commands) -> None:
    parser = kinds.add(
        "tens",
        run_tens,
        "dose of a pulsed current",
        example="myograph dose tens --amplitude-ma 20 --width-us 200 --rate-hz 100 "
        "--waveform symmetric --electrode-cm2 25 --seconds 1200",
    )
    parser.add_argument("--amplitude-ma", type=not_negative, required=True, metavar="I")
    parser.add_argument(
        "--width-us", type=positive, required=True, metavar="W", help="width of one phase"
    )
    parser.add_argument("--rate-hz", type=positive, required=True, metavar="F")
    parser.add_argument(
        "--waveform", choices=["monophasic", "symmetric", "asymmetric"], required=True
    )
    parser.add_argument(
        "--electrode-cm2", type=positive, metavar="A", help="area of the smallest electrode"
    )
    parser.add_argument("--seconds", type=not_negative, metavar="T", help="time with current")
    add_json(parser)


def run_nothing(arguments: argparse.Namespace) -> int:
    names = ", ".join(("ultrasound", "tens", *(kind.name for kind in KINDS)))
    raise UsageError(f"say which dose: {names}; see `myograph dose --help`")


def run_ultrasound(arguments: argparse.Namespace) -> int:
    from data.clinical.dose import ultrasound_dose

    return _run(
        arguments,
        lambda a: ultrasound_dose(
            a.intensity_w_cm2, a.duty, a.era_cm2, a.seconds, a.area_cm2, a.average, a.bnr
        ),
    )


def run_tens(arguments: argparse.Namespace) -> int:
    from data.clinical.dose import density_cap, electrical_dose

    return _run(
        arguments,
        lambda a: {
            **electrical_dose(
                a.amplitude_ma, a.width_us, a.rate_hz, a.waveform, a.electrode_cm2, a.seconds
            ),
            "density_cap_ma": density_cap(a.width_us, a.rate_hz, a.waveform, a.electrode_cm2),
        },
    )


def _run_of(kind: DoseKind) -> Run:
    return lambda arguments: _run(arguments, kind.compute)


def _run(arguments: argparse.Namespace, compute: Compute) -> int:
    from data.clinical.dose import DoseError

    try:
        dose = compute(arguments)
    except DoseError as error:
        raise UsageError(str(error)) from error
    return _tell(dose, as_json=arguments.json)


def _tell(dose: Mapping[str, DoseNumber], *, as_json: bool) -> int:
    from app.cli.shapes import dose_number_json
    from app.wording import MISSING, dose_name, significant

    if as_json:
        print_json(dose_number_json(dose))
        return 0
    print_table(
        ("", "value", "unit", "method"),
        [
            (
                dose_name(key),
                MISSING if each.value is None else significant(each.value, 4),
                each.unit if each.reason is None else each.reason,
                each.method,
            )
            for key, each in dose.items()
        ],
    )
    for key, each in dose.items():
        if each.note is not None:
            print(f"{dose_name(key)}: {each.note}")
    return 0
