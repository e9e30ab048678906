"""`myograph tests` and `myograph devices`: what can be measured, and with what."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING, Any

from app.cli.errors import UsageError
from app.cli.output import print_json, print_table
from app.cli.parser import Commands, add_database, add_json

if TYPE_CHECKING:
    from data.clinical.tests import StrengthTest

_WITHOUT_FORCE: dict[str, Any] = {
    "rate_hz": None,
    "channels": [],
    "capabilities": {"force": False, "controls_output": False},
}
"""What is said of a model that measures no force."""


def add(commands: Commands) -> None:
    tests = commands.add(
        "tests",
        run_tests,
        "list the strength tests",
        example="myograph tests --json",
        description="Those that ship, then the clinic's own.",
    )
    add_database(tests)
    add_json(tests)
    add_json(
        commands.add(
            "devices", run_devices, "list the supported devices", example="myograph devices --json"
        )
    )


def run_tests(arguments: argparse.Namespace) -> int:
    from app.cli.shapes import strength_test_json
    from data.clinical.catalogue import tests

    if arguments.json:
        print_json([strength_test_json(test) for test in tests().values()])
        return 0
    print_table(
        ("id", "name", "limbs", "contraction", "reps", "hold s", "rest s"),
        [
            (
                test.id,
                test.name,
                test.laterality.value,
                test.contraction.value,
                str(test.reps),
                f"{test.hold_s:g}",
                f"{test.rest_s:g}",
            )
            for test in tests().values()
        ],
    )
    return 0


def run_devices(arguments: argparse.Namespace) -> int:
    from app.cli.shapes import model_json
    from devices.catalog import (
        ELECTROTHERAPY_MODELS,
        FORCE_MODELS,
        INSTRUMENT_MODELS,
        RECORDED_MODELS,
    )
    from devices.types import Evidence

    levels = {
        "supported": [m for m in FORCE_MODELS.values() if m.evidence is not Evidence.THIRD_PARTY],
        "experimental": [m for m in FORCE_MODELS.values() if m.evidence is Evidence.THIRD_PARTY],
        "read-only": [*ELECTROTHERAPY_MODELS.values(), *RECORDED_MODELS.values()],
        "instrument": INSTRUMENT_MODELS.values(),
    }
    shapes: list[dict[str, Any]] = [
        {"level": level, **_WITHOUT_FORCE, **model_json(model)}
        for level, models in levels.items()
        for model in models
    ]
    if arguments.json:
        print_json(shapes)
        return 0
    print_table(
        ("id", "name", "level", "link", "rate Hz", "channels", "wire format known from", "tried"),
        [
            (
                shape["id"],
                shape["name"],
                shape["level"],
                ", ".join(shape["transports"]) or "file",
                f"{shape['rate_hz']:g}" if shape["rate_hz"] else "–",
                str(len(shape["channels"]) or "–"),
                shape["evidence"],
                "on hardware" if shape["tested_on_hardware"] else "simulator only",
            )
            for shape in shapes
        ],
    )
    return 0


def strength_test(test_id: str) -> StrengthTest:
    """The test of that id. Raises `UsageError` with the ids there are."""
    from data.clinical.catalogue import tests

    catalogue = tests()
    if test_id not in catalogue:
        raise UsageError(f"no test “{test_id}”; there are {', '.join(catalogue)}")
    return catalogue[test_id]
