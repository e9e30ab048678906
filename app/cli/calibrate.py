"""`myograph calibrate` and `myograph calibrations`: known masses, and what was found with them."""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import csv
import os
import sys
import threading
from collections.abc import AsyncGenerator, Awaitable, Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import UUID

from app.cli.calibration_shapes import (
    HEADERS,
    calibration_json,
    calibration_row,
    print_calibration,
)
from app.cli.database import opened_store
from app.cli.errors import CommandError, UsageError
from app.cli.output import print_json, print_table, say
from app.cli.parser import Commands, add_database, add_json, count, finite, positive

if TYPE_CHECKING:
    from app.calibrating import CellPlace, Reading, Terms
    from app.station import Station
    from data.calibrations import Calibration, LoadPoint
    from data.store import Store
    from devices.declaration import ForceModel

Prompt = Callable[[str], Awaitable[None]]
"""Shows a line and waits until the person at the keyboard has done what it says."""


def add(commands: Commands) -> None:
    calibrate = commands.add(
        "calibrate",
        run_calibrate,
        "measure a device with known masses, or check it with one",
        example="myograph calibrate serial:/dev/ttyACM0 --model harp --channel 0 --mass 10 20",
        description="First without load, then with each mass: Enter reads. Nothing is ever "
        "written to the device.",
    )
    calibrate.add_argument("link", metavar="LINK", nargs="?", help="as for `myograph record`")
    calibrate.add_argument("--model", required=True, help="as in `myograph devices`")
    calibrate.add_argument(
        "--channel", type=_channel, default=0, metavar="N", help="0 is the first"
    )
    calibrate.add_argument(
        "--mass", type=positive, nargs="+", default=[], metavar="KG", help="what is hung on it"
    )
    calibrate.add_argument(
        "--check", action="store_true", help="only compare what it reads with one known mass"
    )
    calibrate.add_argument(
        "--points", type=Path, metavar="FILE.csv", help="columns mass_kg,counts; no device needed"
    )
    calibrate.add_argument("--serial", help="of the unit that the points were read from")
    calibrate.add_argument("--side", choices=("left", "right"), help="which cell this channel is")
    calibrate.add_argument("--capacity", type=positive, metavar="N", help="rated load of the cell")
    calibrate.add_argument("--cell-serial", metavar="TEXT", help="what stands on the cell")
    calibrate.add_argument("--gravity", type=_gravity, metavar="M_S2", help="where you are")
    calibrate.add_argument(
        "--masses-percent", type=positive, metavar="P", help="how far off the masses may be"
    )
    calibrate.add_argument(
        "--limit-percent", type=positive, metavar="P", help="how far off a check may be, for you"
    )
    calibrate.add_argument("--months", type=count, default=12, help="until the next one is due")
    calibrate.add_argument("--by", default="", metavar="NAME", help="who answers for it")
    calibrate.add_argument("--note", default="", metavar="TEXT")
    calibrate.add_argument(
        "--experimental",
        action="store_true",
        help="use a model that is known only from other people's decoders",
    )
    add_database(calibrate)
    add_json(calibrate)
    listing = commands.add(
        "calibrations",
        run_calibrations,
        "list what is known of each device: date, due date, error",
        example="myograph calibrations",
    )
    listing.add_argument(
        "--withdraw", type=UUID, metavar="ID", help="no longer use this one; it stays on record"
    )
    add_database(listing)
    add_json(listing)


def run_calibrate(arguments: argparse.Namespace) -> int:
    from app.cli.record import force_model
    from devices.catalog import refuse_experimental

    model = force_model(arguments.model)
    _check_words(arguments, model)
    if not arguments.experimental:
        refuse_experimental(model)
    with opened_store(arguments, makes=True) as store:
        store.open()
        if arguments.points is not None:
            found = from_points(arguments, model)
        else:
            found = asyncio.run(_measured(arguments, model, store))
        store.calibrations.save(found)
        if arguments.json:
            print_json(calibration_json(found, datetime.now(UTC)))
        else:
            print_calibration(found)
            say("Kept in the database; “myograph record” uses it from now on.")
    return 0


def run_calibrations(arguments: argparse.Namespace) -> int:
    now = datetime.now(UTC)
    with opened_store(arguments) as store:
        if arguments.withdraw is not None:
            store.calibrations.withdraw(arguments.withdraw, now)
            say("Withdrawn: it is no longer used. What was recorded with it is unchanged.")
        kept = store.calibrations.all()
    if arguments.json:
        print_json([calibration_json(each, now) for each in kept])
        return 0
    today = now.astimezone().date()
    print_table(HEADERS, [calibration_row(each, today) for each in kept])
    return 0


def from_points(arguments: argparse.Namespace, model: ForceModel) -> Calibration:
    """A calibration typed into a file. Raises `CommandError`."""
    from app.calibrating import host_calibration, record
    from data.clinical.calibration_fit import FitRefusedError
    from devices.types import DeviceInfo

    now = datetime.now(UTC)
    device = DeviceInfo(model.id, model.name, serial=arguments.serial)
    terms = _terms(arguments)
    try:
        on = now.astimezone().date()
        channel = host_calibration(_read_points(arguments.points), _place(arguments), terms, on)
    except FitRefusedError as error:
        raise CommandError(f"{error} Nothing was kept.") from error
    return record(device, now, terms, channels=(channel,))


async def guided(station: Station, arguments: argparse.Namespace, prompt: Prompt) -> Calibration:
    """The steps on a connected station: nothing on it, then each mass. Raises `CommandError`."""
    from app.calibrating import host_calibration, mass_check, point, record
    from data.clinical.calibration_fit import FitRefusedError

    device = station.device
    terms, place = _terms(arguments), _place(arguments)
    if arguments.check:
        column = _column(station, place.channel)
    else:
        await station.show_counts(place.channel)
        column = 0
    unit = "N" if arguments.check else "counts"
    readings: list[tuple[float, Reading]] = []
    for mass_kg in (0.0, *arguments.mass):
        unloaded = readings[0][1] if readings else None
        what = f"Hang {mass_kg:g} kg on it" if mass_kg else "Take everything off it"
        reading = await _read(station, column, unloaded, prompt, f"{what} and let it rest.")
        say(f"{mass_kg:g} kg: {reading.mean:.6g} {unit}, SD {reading.sd:.2g}")
        readings.append((mass_kg, reading))
    now = datetime.now(UTC)
    on = now.astimezone().date()
    virtual = station.is_virtual
    if arguments.check:
        (_, unloaded), (mass_kg, loaded) = readings
        found = mass_check(place.channel, mass_kg, unloaded, loaded, terms, on)
        return record(device.info, now, terms, checks=(found,), is_virtual=virtual)
    points = [point(mass_kg, reading) for mass_kg, reading in readings]
    try:
        channel = host_calibration(points, place, terms, on)
    except FitRefusedError as error:
        raise CommandError(f"{error} Nothing was kept.") from error
    return record(device.info, now, terms, channels=(channel,), is_virtual=virtual)


async def _measured(arguments: argparse.Namespace, model: ForceModel, store: Store) -> Calibration:
    from app.links import LinkSpecError, choose_link

    try:
        chosen = choose_link(arguments.link, model)
    except LinkSpecError as error:
        raise UsageError(str(error)) from error
    from app.calibrating import calibrations_of
    from app.device_pool import force_station

    station = force_station(chosen, model, calibrations_of(store))
    say(f"Connecting to {chosen.name} …")
    async with _opened(station, is_check=arguments.check):
        try:
            info = station.device.info
            say(f"{info.name}, serial {info.serial or 'unknown'}.")
            if info.serial is None:
                say(
                    "It tells no serial number: what is measured now counts for every unit of "
                    "this model that tells none."
                )
            return await guided(station, arguments, _press_enter)
        finally:
            await chosen.end()


@contextlib.asynccontextmanager
async def _opened(station: Station, *, is_check: bool) -> AsyncGenerator[None]:
    try:
        await station.open(may_be_uncalibrated=not is_check)
        yield
    finally:
        await station.close()


async def _read(
    station: Station, column: int, unloaded: Reading | None, prompt: Prompt, text: str
) -> Reading:
    from app.calibrating import ReadingRefusedError, steady_reading

    while True:
        await prompt(f"{text} Then press Enter.")
        try:
            return await steady_reading(station, column, unloaded)
        except ReadingRefusedError as error:
            say(str(error))


async def _press_enter(text: str) -> None:
    """Not `input`: a thread that waits in it would block the end of the program."""
    say(text)
    loop = asyncio.get_running_loop()
    pressed: asyncio.Future[bool] = loop.create_future()

    def settle(has_pressed: bool) -> None:
        if not pressed.done():
            pressed.set_result(has_pressed)

    def wait() -> None:
        read = b""
        with contextlib.suppress(OSError, ValueError):
            while (read := os.read(sys.stdin.fileno(), 1)) not in (b"\n", b""):
                pass
        with contextlib.suppress(RuntimeError):  # the loop ended first
            loop.call_soon_threadsafe(settle, read == b"\n")

    threading.Thread(target=wait, daemon=True).start()
    if not await pressed:
        raise CommandError("The input ended before the last step. Nothing was kept. Start again.")


def _check_words(arguments: argparse.Namespace, model: ForceModel) -> None:
    has_file = arguments.points is not None
    if has_file == (arguments.link is not None):
        raise UsageError("give either a LINK to a device, or --points FILE.csv without one")
    if has_file and (arguments.check or arguments.mass):
        raise UsageError("--points brings its own masses; leave --mass and --check away")
    if not has_file and not arguments.mass:
        raise UsageError("say what you hang on it: --mass KG, or several")
    if arguments.check and len(arguments.mass) != 1:
        raise UsageError("--check takes one mass")
    if arguments.channel >= len(model.channels):
        raise UsageError(f"{model.name} has the channels 0 to {len(model.channels) - 1}")
    if not arguments.check and not model.needs_calibration:
        raise UsageError(
            f"{model.name} gives newtons by a calibration of its own, which Myograph never "
            "changes; compare it with a known mass: --check --mass KG"
        )


def _column(station: Station, channel: int) -> int:
    """Where a channel of the device stands among those that it delivers."""
    numbers = station.channel_numbers
    if channel not in numbers:
        raise CommandError(
            f"Channel {channel} was never calibrated, so there is nothing to check. "
            "Nothing was kept. Calibrate it first."
        )
    return numbers.index(channel)


def _place(arguments: argparse.Namespace) -> CellPlace:
    from app.calibrating import CellPlace
    from devices.types import Position

    return CellPlace(
        channel=arguments.channel,
        position=Position(arguments.side) if arguments.side else Position.SINGLE,
        capacity_n=arguments.capacity,
        cell_serial=arguments.cell_serial,
    )


def _terms(arguments: argparse.Namespace) -> Terms:
    from app.calibrating import Terms

    return Terms(
        by=arguments.by,
        note=arguments.note,
        months=arguments.months,
        gravity_m_s2=arguments.gravity,
        masses_percent=arguments.masses_percent,
        limit_percent=arguments.limit_percent,
    )


def _read_points(path: Path) -> list[LoadPoint]:
    from data.calibrations import LoadPoint

    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    try:
        return [LoadPoint(float(row["mass_kg"]), float(row["counts"])) for row in rows]
    except (KeyError, TypeError, ValueError) as error:
        raise CommandError(
            f"{path} does not hold the columns mass_kg and counts with numbers; nothing was kept; "
            "write one line for each mass, 0 for nothing at all"
        ) from error


def _channel(text: str) -> int:
    if not text.isdecimal():
        raise argparse.ArgumentTypeError(f"{text} must be a whole number from 0 on")
    return int(text)


def _gravity(text: str) -> float:
    value = finite(text)
    if not 9.7 <= value <= 9.9:
        raise argparse.ArgumentTypeError(f"{text} is not gravity on this earth, in m/s²")
    return value
