"""The stage of recovery: a word that pure rules and records share."""

from __future__ import annotations

from enum import StrEnum


class Stage(StrEnum):
    """Stage of recovery of an injury episode."""

    ACUTE = "acute"
    STRENGTHENING = "strengthening"
    FUNCTIONAL = "functional"
    RETURN_TO_RUNNING = "return to running"
    PREVENTION = "prevention"
