"""Training: a second window with virtual devices, things that go wrong, and records of its own."""

from __future__ import annotations

import sys

from PySide6.QtCore import QProcess

from app.workflow import Notice, Weight

TRAININGS: tuple[tuple[str, str, str], ...] = (
    ("none", "Nothing", "Devices as they should be."),
    ("rainy", "A rainy day", "A little of everything is lost, doubled, damaged and late."),
    ("cut", "Link cut", "Eight seconds after connecting the link drops for two seconds."),
    ("stall", "Stall", "Eight seconds after connecting nothing comes for five seconds."),
)
"""Name of a fault plan, what goes wrong in two words, and in a sentence."""

TRAINING_OPENS = Notice(
    Weight.INFO,
    "The training window opens. Its devices are VIRTUAL.",
    "Its records are its own: yours are not touched.",
    "Close it to end the training.",
)


def start_training(plan: str, *, with_sensors: bool = False) -> Notice:
    """Open the training window, a program of its own: it cannot reach this window's records."""
    begin = [] if getattr(sys, "frozen", False) else ["-m", "app"]
    sensors = ["--sensors"] if with_sensors else []
    words = [*begin, "demo", "--faults", plan, *sensors]
    started, _ = QProcess.startDetached(sys.executable, words)
    if not started:
        return Notice(
            Weight.ATTENTION,
            "The training window could not be opened.",
            "Nothing was changed.",
            "Try again, or run myograph demo.",
        )
    return TRAINING_OPENS
