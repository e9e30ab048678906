"""`myograph record` and `myograph scan`: devices from the command line."""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import signal
from collections.abc import Generator
from datetime import UTC, datetime
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING

from app.cli.catalogue import strength_test
from app.cli.errors import CommandError, UsageError
from app.cli.output import print_json, print_table, say
from app.cli.parser import Commands, add_database, add_json, positive

if TYPE_CHECKING:
    from app.links import ChosenLink
    from app.station import TrialPlan
    from data.records import Trial
    from data.store import Store
    from devices.declaration import ForceModel


def add(commands: Commands) -> None:
    record = commands.add(
        "record",
        run_record,
        "record one trial without a window",
        example="myograph record ble:Progressor --model progressor --test ham.iso9020 --side left",
        description="Ctrl-C ends the trial cleanly and keeps it.",
    )
    record.add_argument(
        "link",
        metavar="LINK",
        help="serial:PORT, ble:ADDRESS_OR_NAME, sim:MODEL, replay:FILE.bytes",
    )
    record.add_argument("--model", required=True, help="as in `myograph devices`")
    record.add_argument("--test", required=True, help="as in `myograph tests`")
    record.add_argument("--person", metavar="ID", help="whose trial (default: nobody's yet)")
    record.add_argument("--side", choices=("left", "right"), help="the limb of a single cell")
    record.add_argument("--seconds", type=positive, metavar="S", help="end after this time")
    record.add_argument("--out", type=Path, metavar="FILE", help="write the curve as CSV too")
    record.add_argument(
        "--capture", type=Path, metavar="FILE.bytes", help="keep every byte of the link too"
    )
    record.add_argument(
        "--experimental",
        action="store_true",
        help="use a model that is known only from other people's decoders",
    )
    add_database(record)
    add_json(record)
    scan = commands.add(
        "scan",
        run_scan,
        "list what is connected or advertising now",
        example="myograph scan --seconds 5",
    )
    scan.add_argument("--seconds", type=positive, default=4.0, metavar="S")
    add_json(scan)


def run_record(arguments: argparse.Namespace) -> int:
    from app.cli.database import find_person
    from app.cli.shapes import trial_json
    from app.cli.stored import print_record
    from app.links import LinkSpecError, choose_link
    from app.results import set_asymmetry
    from app.station import TrialPlan
    from app.visits import set_for, unassigned, visit_of
    from data.analysis.types import Side
    from data.errors import StoreError
    from data.intake import save_capture
    from data.store import Store, default_path
    from devices.catalog import refuse_experimental

    test = strength_test(arguments.test)
    model = force_model(arguments.model)
    if not arguments.experimental:
        refuse_experimental(model)
    try:
        chosen = choose_link(arguments.link, model)
    except LinkSpecError as error:
        raise UsageError(str(error)) from error
    store = Store(arguments.db or default_path())
    try:
        store.open()
        person = find_person(store, arguments.person) if arguments.person else unassigned(store)
        session = visit_of(store, person, datetime.now(UTC))
        limb = Side(arguments.side) if arguments.side else None
        plan = TrialPlan(test, person, session.id, set_for(store, session, test, limb), limb)
        path = asyncio.run(_record(arguments, chosen, model, plan, store))
        try:
            trial = save_capture(store, path)
        except StoreError as error:
            raise CommandError(
                f"{error} The recording waits in {path}: “myograph recover” stores it."
            ) from error
        if arguments.out is not None:
            _write_curve(store, trial, arguments.out)
        if arguments.json:
            print_json(trial_json(trial, set_asymmetry(store, trial)))
        else:
            print_record(store, trial)
    finally:
        store.close()
    return 0


def run_scan(arguments: argparse.Namespace) -> int:
    from app.device_pool import RealFinder

    finder = RealFinder()
    say(f"Listening for {arguments.seconds:g} s …")
    found = asyncio.run(finder.find(arguments.seconds))
    if finder.problem is not None:
        say(finder.problem)
    if arguments.json:
        print_json(
            [
                {
                    "link": each.key,
                    "name": each.name,
                    "transport": each.transport.value,
                    "models": list(each.models),
                    "signal_dbm": each.rssi,
                }
                for each in found
            ]
        )
        return 0
    if not found:
        say("Nothing found. Switch the device on, plug it in, or close the vendor's app.")
    rows = [
        (f.key, f.name, ", ".join(f.models), "" if f.rssi is None else f"{f.rssi} dBm")
        for f in found
    ]
    print_table(("link", "name", "may be", "signal"), rows)
    return 0


async def _record(
    arguments: argparse.Namespace,
    chosen: ChosenLink,
    model: ForceModel,
    plan: TrialPlan,
    store: Store,
) -> Path:
    from app.calibrating import calibrations_of
    from app.device_pool import force_station
    from app.headless import EndRule, record_trial, take_zero_patiently

    if arguments.capture is not None:
        chosen = _captured(chosen, arguments.capture)
    station = force_station(chosen, model, calibrations_of(store))
    stop = asyncio.Event()
    say(f"Connecting to {chosen.name} …")
    try:
        await station.open()
        with _stopping_on_interrupt(stop):
            info = station.device.info
            say(f"{info.name}, serial {info.serial or 'unknown'}. Taking the zero …")
            if attention := station.status().attention:
                say(attention)
            if not await take_zero_patiently(station, stop, say):
                raise CommandError(
                    "Stopped before the trial began. Nothing was recorded; "
                    "what was stored before stays stored. Start it again when all is ready."
                )
            say(f"Recording {plan.test.name}. Ctrl-C ends the trial and keeps it.")
            rule = EndRule(arguments.seconds)
            return await record_trial(station, store.captures, plan, rule, stop, say)
    finally:
        await station.close()
        await chosen.end()


@contextlib.contextmanager
def _stopping_on_interrupt(stop: asyncio.Event) -> Generator[None]:
    """Ctrl-C (and SIGTERM) set `stop` instead of raising in the middle of a capture."""
    loop = asyncio.get_running_loop()
    signals = [signal.SIGINT, signal.SIGTERM]

    def interrupted(_number: int, _frame: FrameType | None) -> None:
        loop.call_soon_threadsafe(stop.set)

    before = {number: signal.signal(number, interrupted) for number in signals}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _captured(chosen: ChosenLink, path: Path) -> ChosenLink:
    from dataclasses import replace

    from drivers.capture import CaptureLink

    about = {"framing": chosen.framing.value, "is_virtual": chosen.is_virtual}
    return replace(chosen, link=CaptureLink(chosen.link, path, about))


def force_model(model_id: str) -> ForceModel:
    """The model with this id. Raises `UsageError`."""
    from devices.catalog import FORCE_MODELS

    if model_id not in FORCE_MODELS:
        raise UsageError(f"no force device “{model_id}”; there are {', '.join(FORCE_MODELS)}")
    return FORCE_MODELS[model_id]


def _write_curve(store: Store, trial: Trial, path: Path) -> None:
    from data.export import curve_csv, write_text

    write_text(path, curve_csv(store.trials.curve(trial.id)))
