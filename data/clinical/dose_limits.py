"""What a dose is held against: each limit with its source, and whether anybody looked it up."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

__all__ = ["LIMITS", "Limit", "note_over"]

_ENRAF = "IEC 60601-2-10 as printed in the Enraf-Nonius Endomed 484 manual, p. 47"
_UNREAD = "from memory; the standard itself was not read"


@dataclass(frozen=True, slots=True)
class Limit:
    """`is_verified`: somebody read it in `source`; else it is from memory and says so.

    Without a unit it is a remark that needs no number.
    """

    id: str
    value: float
    unit: str
    words: str
    source: str
    is_verified: bool = True

    @property
    def sentence(self) -> str:
        doubt = "" if self.is_verified else f"; {_UNREAD}"
        if not self.unit:
            return f"{self.words} ({self.source}{doubt})."
        return f"Over {self.value:g} {self.unit}: {self.words} ({self.source}{doubt})."


LIMITS: Mapping[str, Limit] = {
    limit.id: limit
    for limit in (
        Limit("density", 2, "mA/cm² rms", "needs special attention", _ENRAF),
        Limit("rms", 50, "mA rms", "the highest output of such units", _ENRAF),
        Limit(
            "pulse_energy",
            300,
            "mJ a pulse into 500 Ω",
            "the most that a pulse may hold",
            "IEC 601-2-10, 51.104, as cited by Biopac",
        ),
        Limit(
            "power_density",
            100,
            "mW/cm²",
            "more than HASOMED allows under an electrode",
            "HASOMED RehaStim2 manual, P24 instructions",
        ),
        Limit("rms.carrier", 100, "mA rms", "above 1500 Hz", "IEC 60601-2-10", is_verified=False),
        Limit(
            "ultrasound",
            3,
            "W/cm²",
            "the highest effective intensity",
            "IEC 60601-2-5",
            is_verified=False,
        ),
        Limit(
            "beam",
            6,
            "times the mean",
            "the beam’s peak stands still where the head does",
            "a house rule of this program",
        ),
        Limit(
            "static",
            0,
            "",
            "The head stands still: the beam’s peak stays in one place",
            "a house rule of this program",
        ),
        Limit("coverage", 2, "radiating areas", "more than is commonly taught", "teaching text"),
    )
}


def note_over(limit: str, value: float | None) -> str | None:
    """The sentence to show where a value is above the limit."""
    found = LIMITS[limit]
    return found.sentence if value is not None and value > found.value else None
