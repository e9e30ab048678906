"""`myograph import`: what another program recorded, a force curve or a treatment."""

from __future__ import annotations

import argparse
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import UUID

from app.cli import import_curve
from app.cli.database import find_person, opened_store
from app.cli.errors import CommandError, UsageError
from app.cli.output import print_facts, print_json, print_table, say
from app.cli.parser import Commands, add_database, add_json
from app.cli.recording_file import recording_file

if TYPE_CHECKING:
    from app.cli.shapes import Json
    from app.recorded_treatment import Provenance
    from data.records import Treatment
    from devices.recorded_stream import Understood

FORMATS = ("sciencemode4", "sciencemode2")
CHANGES_SHOWN = 20

_NOBODY = UUID(int=0)


def add(commands: Commands) -> None:
    parser = commands.add(
        "import",
        run_import,
        "take over what another program recorded",
        description="With --test, FILE is a CSV of force over time. With --format, FILE holds the "
        "bytes between a program and the stimulator that it drove, as they were, or is a .bytes "
        "capture. What was understood is printed before anything is stored.",
        example="myograph import curve.csv --test nordic.bil --person 01950000",
    )
    parser.add_argument("file", type=Path, metavar="FILE")
    parser.add_argument("--format", choices=FORMATS, help="a treatment: which stimulator")
    parser.add_argument("--person", metavar="ID", help="whose it was; without, not stored")
    parser.add_argument(
        "--started",
        type=_moment,
        metavar="YYYY-MM-DDTHH:MM",
        help="when a recording that does not say it began (default: the file's date)",
    )
    parser.add_argument("--site", default="", metavar="TEXT", help="where it was applied")
    parser.add_argument("--side", choices=["left", "right"], help="the limb")
    parser.add_argument("--dry-run", action="store_true", help="only print what was understood")
    import_curve.add_options(parser)
    add_database(parser)
    add_json(parser)


def run_import(arguments: argparse.Namespace) -> int:
    if (arguments.format is None) == (arguments.test is None):
        raise UsageError("give --test for a force curve, or --format for a treatment")
    return import_curve.run(arguments) if arguments.test else _import_treatment(arguments)


def _import_treatment(arguments: argparse.Namespace) -> int:
    from app.recording_import import store_recording, understood_recording

    source = recording_file(arguments.file, arguments.started)
    if arguments.started is not None and source.has_times:
        raise UsageError(f"{arguments.file} carries its own times; leave --started out")
    understood, provenance = understood_recording(arguments.format, source)
    if not understood.recording.has_begun:
        raise CommandError(
            f"no order for output is in {arguments.file}: {_counted(understood)}; "
            "nothing was stored; check --format"
        )
    if arguments.dry_run or not arguments.person:
        treatment = _treatment(arguments, understood, provenance)
        _tell(arguments, understood, treatment, is_stored=False)
        if not arguments.dry_run:
            say("myograph: nothing was stored; say whose it is with --person ID")
        return 0
    with opened_store(arguments) as store:
        person = find_person(store, arguments.person)
        treatment = _treatment(arguments, understood, provenance)
        if not arguments.json:
            _tell(arguments, understood, treatment, is_stored=False)
        treatment = store_recording(store, person, source.fingerprint, treatment)
    if arguments.json:
        _tell(arguments, understood, treatment, is_stored=True)
    else:
        print(f"\nStored as {treatment.id}.")
    return 0


def _treatment(
    arguments: argparse.Namespace,
    understood: Understood,
    provenance: Provenance,
) -> Treatment:
    """Of nobody yet."""
    from app.recorded_treatment import recorded_treatment
    from data.analysis.types import Side

    return recorded_treatment(
        understood,
        provenance,
        _NOBODY,
        _NOBODY,
        _NOBODY,
        site=arguments.site,
        side=Side(arguments.side) if arguments.side else None,
    )


def _tell(
    arguments: argparse.Namespace, understood: Understood, treatment: Treatment, *, is_stored: bool
) -> None:
    if arguments.json:
        print_json(_json(arguments.format, understood, treatment, is_stored=is_stored))
    else:
        _print(arguments.format, understood, treatment)


def _json(name: str, understood: Understood, treatment: Treatment, *, is_stored: bool) -> Json:
    from app.cli.shapes import treatment_json

    shape = treatment_json(treatment)
    if not is_stored:
        shape |= dict.fromkeys(("id", "session", "person"))
    return {
        "format": name,
        "messages": dict(sorted(understood.messages.items())),
        "not_understood_bytes": understood.noise_bytes,
        "has_times": treatment.actual_s is not None,
        "stored": is_stored,
        "treatment": shape,
    }


def _print(name: str, understood: Understood, treatment: Treatment) -> None:
    from app.cli.tables import print_dose
    from app.wording import MISSING, clock, duration

    device = treatment.device
    began = clock(treatment.started_at, treatment.utc_offset_min)
    print_facts(
        [
            ("format", name),
            ("read", _counted(understood)),
            ("unit", f"{device.name}, serial {device.serial or 'not told'}" if device else MISSING),
            ("began", began if treatment.actual_s is not None else f"{began} (assumed)"),
            (
                "with current",
                MISSING if treatment.actual_s is None else duration(treatment.actual_s),
            ),
        ]
    )
    print()
    print_table(
        ("channel", "waveform", "mA", "phase µs", "gap µs", "rate Hz", "ramp s"),
        [
            (
                str(each.channel),
                each.waveform.value if each.waveform else "other",
                *(_number(value) for value in (each.amplitude_ma, each.phase_us)),
                *(_number(value) for value in (each.interphase_us, each.pulse_rate_hz)),
                _number(each.ramp_up_s),
            )
            for each in understood.recording.settings
        ],
    )
    for change in treatment.changes[:CHANGES_SHOWN]:
        values = " → ".join(_value(value) for value in (change.old, change.new))
        print(f"{change.at_s:.1f} s  channel {change.channel} {change.parameter} {values}")
    if len(treatment.changes) > CHANGES_SHOWN:
        print(f"and {len(treatment.changes) - CHANGES_SHOWN} more changes")
    print()
    print_dose(treatment.dose)
    print()
    for line in (*treatment.flags, *filter(None, [treatment.note])):
        print(line)


def _counted(understood: Understood) -> str:
    kinds = ", ".join(f"{n} {name}" for name, n in sorted(understood.messages.items()))
    noise = f"{understood.noise_bytes} bytes not understood"
    return f"{kinds or 'no message'}; {noise}"


def _number(value: float | None) -> str:
    from app.wording import MISSING

    return MISSING if value is None else f"{value:g}"


def _value(value: float | str | None) -> str:
    return value if isinstance(value, str) else _number(value)


def _moment(text: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text} must be a moment like 2026-01-31T09:30") from None
    return moment.astimezone() if moment.tzinfo is None else moment
