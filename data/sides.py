"""The limb: a word that screens need before anything heavy is loaded."""

from __future__ import annotations

from enum import StrEnum


class Side(StrEnum):
    """The limb. Which load cell it pulls on is said by the trial."""

    LEFT = "left"
    RIGHT = "right"

    @property
    def other(self) -> Side:
        return Side.RIGHT if self is Side.LEFT else Side.LEFT
