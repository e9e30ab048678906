"""What the numbers of a trial were before they were replaced."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from data.analysis.types import TrialAnalysis
from data.episodes import Item


@dataclass(frozen=True, slots=True)
class Replacement:
    """When, by whom and why an analysis is replaced, and with which version of the program."""

    at: datetime
    by: str = ""
    why: str = ""
    program_version: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class EarlierAnalysis(Item):
    """An analysis in full, as it was until `at`. `subject` is the trial, `note` says why.

    `made_with` and `replaced_with` are versions of the program.
    """

    KIND: ClassVar[str] = "earlier analysis"

    analysis: TrialAnalysis
    trial_note: str = ""
    made_with: str = ""
    replaced_with: str = ""
