"""`myograph record` and `myograph scan`: devices from the command line."""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import signal
from collections.abc import Generator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING

from app.cli.catalogue import strength_test
from app.cli.errors import CommandError, UsageError
from app.cli.output import print_json, print_table, say
from app.cli.parser import Commands, add_database, add_json, finite, positive

if TYPE_CHECKING:
    from app.links import ChosenLink
    from app.station import Station, TrialPlan
    from data.clinical.tests import StrengthTest
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
        help="serial:PORT, usb:SERIAL_NUMBER, ble:ADDRESS_OR_NAME, sim:MODEL, replay:FILE.bytes",
    )
    record.add_argument("--model", required=True, help="as in `myograph devices`")
    record.add_argument("--test", required=True, help="as in `myograph tests`")
    record.add_argument("--person", metavar="ID", help="whose trial (default: nobody's yet)")
    record.add_argument("--side", choices=("left", "right"), help="the limb of a single cell")
    record.add_argument("--seconds", type=positive, metavar="S", help="end after this time")
    record.add_argument("--out", type=Path, metavar="FILE", help="write the curve as CSV too")
    record.add_argument(
        "--second",
        metavar="LINK",
        help="a second device for the other limb at the same time: two trials of one set",
    )
    record.add_argument(
        "--second-model", metavar="MODEL", help="of the second device (default: as --model)"
    )
    record.add_argument(
        "--capture", type=Path, metavar="FILE.bytes", help="keep every byte of the link too"
    )
    record.add_argument(
        "--experimental",
        action="store_true",
        help="use a model that is known only from other people's decoders",
    )
    _add_setup(record)
    add_database(record)
    add_json(record)
    scan = commands.add(
        "scan",
        run_scan,
        "list what is connected or advertising now",
        example="myograph scan --seconds 5",
    )
    scan.add_argument("--seconds", type=positive, default=4.0, metavar="S")
    scan.add_argument(
        "--experimental",
        action="store_true",
        help="also models that are known only from other people's decoders",
    )
    add_json(scan)


def _add_setup(record: argparse.ArgumentParser) -> None:
    group = record.add_argument_group("how it is set up")
    group.add_argument("--lever", type=positive, metavar="M", help="lever arm in m")
    group.add_argument(
        "--stabilisation",
        choices=("hand", "belt", "rigid-frame", "wall"),
        help="what holds limb and sensor (default: as the test says)",
    )
    group.add_argument(
        "--gravity-n",
        type=finite,
        metavar="N",
        help="limb weight at the sensor; minus where the limb hangs away",
    )
    group.add_argument(
        "--gravity-method", choices=("measured", "table"), help="how the limb weight was had"
    )
    group.add_argument(
        "--both-injured",
        action="store_true",
        help="neither limb is a reference (default: as the person's open injury says)",
    )


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
    if arguments.gravity_method and arguments.gravity_n is None:
        raise UsageError("--gravity-method says how --gravity-n was had; give both or neither")
    second = _second_model(arguments, model, test)
    try:
        chosen = choose_link(arguments.link, model)
        other = choose_link(arguments.second, second) if second is not None else None
    except LinkSpecError as error:
        raise UsageError(str(error)) from error
    store = Store(arguments.db or default_path())
    try:
        store.open()
        person = find_person(store, arguments.person) if arguments.person else unassigned(store)
        session = visit_of(store, person, datetime.now(UTC))
        limb = Side(arguments.side) if arguments.side else None
        plan = _with_setup(
            TrialPlan(test, person, session.id, set_for(store, session, test, limb), limb),
            arguments,
            store,
        )
        devices = [(chosen, model)]
        if other is not None and second is not None:
            devices.append((other, second))
        paths = asyncio.run(_record(arguments, devices, plan, store))
        trials: list[Trial] = []
        for path in paths:
            try:
                trials.append(save_capture(store, path))
            except StoreError as error:
                raise CommandError(
                    f"{error} The recording waits in {path}: “myograph recover” stores it."
                ) from error
        if arguments.out is not None:
            _write_curves(store, trials, arguments.out)
        if arguments.json:
            shapes = [trial_json(trial, set_asymmetry(store, trial)) for trial in trials]
            print_json(shapes if len(shapes) > 1 else shapes[0])
        else:
            for trial in trials:
                print_record(store, trial)
    finally:
        store.close()
    return 0


def _with_setup(plan: TrialPlan, arguments: argparse.Namespace, store: Store) -> TrialPlan:
    from dataclasses import replace

    from app.run_setup import has_both_injured
    from data.clinical.gravity import GravityMethod
    from data.clinical.tests import Stabilisation

    held, method = arguments.stabilisation, arguments.gravity_method
    return replace(
        plan,
        lever_m=arguments.lever,
        stabilisation=Stabilisation(held.replace("-", " ")) if held else None,
        gravity_n=arguments.gravity_n,
        gravity=GravityMethod(method) if method else None,
        both_injured=arguments.both_injured or has_both_injured(store, plan.person.id),
    )


def run_scan(arguments: argparse.Namespace) -> int:
    from app.device_pool import RealFinder

    finder = RealFinder()
    finder.experimental = arguments.experimental
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
    devices: Sequence[tuple[ChosenLink, ForceModel]],
    plan: TrialPlan,
    store: Store,
) -> tuple[Path, ...]:
    """One device, or two at once: the first on the limb of the plan, left where it names none."""
    from app.calibrating import calibrations_of
    from app.device_pool import force_station
    from app.headless import EndRule, record_trials, take_zero_patiently
    from app.pair import Pair
    from data.analysis.types import Side

    stop = asyncio.Event()
    async with contextlib.AsyncExitStack() as closing:
        stations: list[Station] = []
        for link, model in devices:
            chosen = link if arguments.capture is None else _captured(link, arguments.capture)
            closing.push_async_callback(chosen.end)
            station = force_station(chosen, model, calibrations_of(store))
            say(f"Connecting to {chosen.name} …")
            closing.push_async_callback(station.close)
            await station.open()
            stations.append(station)
            info = station.device.info
            say(f"{info.name}, serial {info.serial or 'unknown'}.")
            if attention := station.status().attention:
                say(attention)
        source = stations[0] if len(stations) == 1 else Pair(*stations)
        if len(stations) == 2 and plan.limb is Side.RIGHT:
            source = Pair(*reversed(stations))
        with _stopping_on_interrupt(stop):
            say("Taking the zero …")
            if not await take_zero_patiently(source, stop, say):
                raise CommandError(
                    "Stopped before the trial began. Nothing was recorded; "
                    "what was stored before stays stored. Start it again when all is ready."
                )
            say(f"Recording {plan.test.name}. Ctrl-C ends the trial and keeps it.")
            rule = EndRule(arguments.seconds)
            return await record_trials(source, store.captures, plan, rule, stop, say)


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


def _second_model(
    arguments: argparse.Namespace, model: ForceModel, test: StrengthTest
) -> ForceModel | None:
    """The model of the second device, where there is one. Raises `UsageError`."""
    from data.clinical.tests import Laterality
    from devices.catalog import refuse_experimental

    if arguments.second is None:
        if arguments.second_model is not None:
            raise UsageError("--second-model needs --second LINK")
        return None
    second = force_model(arguments.second_model) if arguments.second_model else model
    if test.laterality is not Laterality.BILATERAL:
        raise UsageError(f"{test.id} is done limb by limb: it takes one device, not two")
    if arguments.capture is not None:
        raise UsageError("--capture keeps the bytes of one link: leave it or --second away")
    if any(len(each.channels) != 1 for each in (model, second)):
        raise UsageError("two devices at once need one cell each")
    if not arguments.experimental:
        refuse_experimental(second)
    return second


def _write_curves(store: Store, trials: Sequence[Trial], path: Path) -> None:
    from data.export import curve_csv, curves_csv, write_text

    if len(trials) == 1:
        write_text(path, curve_csv(store.trials.curve(trials[0].id)))
    else:
        write_text(path, curves_csv((trial, store.trials.curve(trial.id)) for trial in trials))
