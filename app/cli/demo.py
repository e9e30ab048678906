"""`myograph demo`: virtual devices beside real ones, in a clinic of its own."""

from __future__ import annotations

import argparse
import os
import shutil
from pathlib import Path
from typing import Any

from app.cli.errors import UsageError
from app.cli.output import print_facts, print_json, say
from app.cli.parser import Commands, add_json, positive

HEADLESS_SPEED = 2.0


def add(commands: Commands) -> None:
    parser = commands.add(
        "demo",
        run,
        "try everything with virtual devices",
        example="myograph demo --headless --out demo-out",
        description="The records of the demo are its own, never yours.",
    )
    parser.add_argument("--headless", action="store_true", help="one scripted visit, no window")
    parser.add_argument(
        "--out", type=Path, metavar="DIR", help="where its records go (default: demo-out)"
    )
    parser.add_argument("--seed", type=int, default=1, metavar="N", help="the athlete's chance")
    parser.add_argument(
        "--speed", type=positive, metavar="X", help="how fast the virtual devices' time runs"
    )
    parser.add_argument(
        "--sensors",
        action="store_true",
        help="two force sensors, left and right, in place of the board",
    )
    parser.add_argument(
        "--faults",
        default="none",
        metavar="NAME|FILE",
        help="what goes wrong on the way: none, rainy, cut, stall, or a JSON file",
    )
    add_json(parser)


def run(arguments: argparse.Namespace) -> int:
    if not arguments.headless:
        return _open_window(arguments)
    os.environ["QT_QPA_PLATFORM"] = "offscreen"
    if arguments.faults != "none" or arguments.sensors:
        raise UsageError("--faults and --sensors need the window: leave --headless away")
    result = _scripted_visit(
        arguments.out or Path("demo-out"), arguments.seed, arguments.speed or HEADLESS_SPEED
    )
    if arguments.json:
        print_json(result)
    else:
        print_facts([(name, path) for name, path in result["files"].items()])
    return 0


def _checked(faults: str) -> str:
    """The name of a plan, or the path of one that can be read. Raises `UsageError`."""
    from app.demo import fault_plan
    from app.links import LinkSpecError

    try:
        fault_plan(faults)
    except LinkSpecError as error:
        raise UsageError(str(error)) from error
    return faults


def _open_window(arguments: argparse.Namespace) -> int:
    from platformdirs import user_data_path

    from app.window import DemoOptions
    from app.window import run as open_window

    folder = arguments.out or user_data_path("myograph", appauthor=False) / "demo"
    folder.mkdir(parents=True, exist_ok=True)
    options = DemoOptions(
        seed=arguments.seed,
        speed=arguments.speed or 1.0,
        faults=_checked(arguments.faults),
        sensors=arguments.sensors,
    )
    return open_window(folder / "myograph.db", options)


def _scripted_visit(folder: Path, seed: int, speed: float) -> dict[str, Any]:
    from PySide6.QtWidgets import QApplication

    from app.demo_visit import DemoScript
    from app.settings import SettingsFile
    from app.theme import Scheme, theme
    from app.window import DemoOptions, Window

    _make_room(folder)
    application = QApplication.instance() or QApplication(["myograph"])
    theme().apply(Scheme.LIGHT, 1.0)
    options = DemoOptions(seed=seed, speed=speed, rest_s=2.0, tens_speed=60.0)
    window = Window(folder / "myograph.db", SettingsFile(folder / "settings.json"), options)
    window.frame.show()
    try:
        visit = DemoScript(window, folder, say).run()
    finally:
        window.frame.close()
        window.close()
        application.processEvents()
    return _written(folder, visit.session.id.hex)


def _make_room(folder: Path) -> None:
    """Only what an earlier demo left there is removed."""
    folder.mkdir(parents=True, exist_ok=True)
    for name in ("myograph.db", "myograph.db-wal", "myograph.db-shm", "settings.json"):
        (folder / name).unlink(missing_ok=True)
    shutil.rmtree(folder / "captures", ignore_errors=True)


def _written(folder: Path, session: str) -> dict[str, Any]:
    """Report and curves of the visit, and the visit as JSON."""
    from uuid import UUID

    from app.cli.shapes import person_json, session_json, treatment_json, trial_json
    from app.report.stored import report_of
    from app.results import set_asymmetry
    from data.export import curves_csv, write_text
    from data.store import Store

    store = Store(folder / "myograph.db")
    try:
        visit = store.sessions.get(UUID(session))
        trials = store.trials.of_session(visit.id)
        report_of(store, visit, folder / "report.pdf")
        curves = curves_csv((trial, store.trials.curve(trial.id)) for trial in trials)
        write_text(folder / "curves.csv", curves)
        return {
            "person": person_json(store.people.get(visit.person_id)),
            "session": session_json(visit),
            "trials": [trial_json(trial, set_asymmetry(store, trial)) for trial in trials],
            "treatments": [treatment_json(each) for each in store.treatments.of_session(visit.id)],
            "files": {
                "database": str(folder / "myograph.db"),
                "report": str(folder / "report.pdf"),
                "live": str(folder / "live.png"),
                "curves": str(folder / "curves.csv"),
            },
        }
    finally:
        store.close()
