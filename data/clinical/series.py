"""Results over time, in series that may be compared: one device, one way of testing."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date

from data.clinical.gravity import GravityMethod
from data.clinical.tests import Contraction, Stabilisation
from data.sides import Side


@dataclass(frozen=True, slots=True)
class SeriesKey:
    """What two results must share to be compared; `position` is the posture of the trial.

    `device_name` is what people call the device model; it takes no part in comparing.
    """

    test_id: str
    metric: str
    side: Side | None
    device_model: str
    contraction: Contraction
    aggregation: str = "best"
    position: str = ""
    lever_m: float | None = None
    stabilisation: Stabilisation | None = None
    gravity: GravityMethod | None = None
    device_name: str = field(default="", compare=False)

    @property
    def device(self) -> str:
        """The device model as people read it."""
        return self.device_name or self.device_model

    def differences(self, other: SeriesKey) -> tuple[str, ...]:
        """In words, what keeps the two apart: ``device Open Nordic Board, then Progressor``."""
        found: list[str] = []
        for name, word in _WORDS.items():
            one, two = (_rounded(getattr(key, name)) for key in (self, other))
            if one == two:
                continue
            if name == "device_model" and self.device != other.device:
                one, two = self.device, other.device
            found.append(f"{word} {_said(one)}, then {_said(two)}")
        return tuple(found)

    def matches(self, other: SeriesKey) -> bool:
        """Whether both belong to one series; levers are compared to the centimetre."""
        return self == other or not self.differences(other)


@dataclass(frozen=True, slots=True)
class Reading:
    """One result of one day, in the unit that ends `key.metric`, made of `reps` repetitions."""

    on: date
    value: float
    key: SeriesKey
    reps: int | None = None


@dataclass(frozen=True, slots=True)
class Segment:
    """Readings that a line may join, in order of time; `because` says why it is a new one."""

    key: SeriesKey
    readings: tuple[Reading, ...]
    because: tuple[str, ...] = ()


def segments(readings: Iterable[Reading]) -> list[Segment]:
    """The readings of one test and limb in order of time, parted wherever the way changed."""
    found: list[Segment] = []
    run: list[Reading] = []
    because: tuple[str, ...] = ()
    for reading in sorted(readings, key=lambda each: each.on):
        if run and reading.key != run[-1].key:
            parted = run[-1].key.differences(reading.key)
            if parted:
                found.append(Segment(run[-1].key, tuple(run), because))
                run, because = [], parted
        run.append(reading)
    if run:
        found.append(Segment(run[-1].key, tuple(run), because))
    return found


def same_series(readings: Iterable[Reading], key: SeriesKey) -> list[Reading]:
    """Those that may be compared with `key`, in order of time, over interruptions too."""
    found: dict[SeriesKey, bool] = {}
    kept: list[Reading] = []
    for reading in readings:
        fits = found.get(reading.key)
        if fits is None:
            fits = found[reading.key] = reading.key.matches(key)
        if fits:
            kept.append(reading)
    return sorted(kept, key=lambda each: each.on)


_WORDS = {
    "test_id": "test",
    "metric": "number",
    "side": "limb",
    "device_model": "device",
    "contraction": "contraction",
    "aggregation": "repetitions",
    "position": "position",
    "lever_m": "lever",
    "stabilisation": "stabilised by",
    "gravity": "weight of the limb",
}


def _rounded(value: object) -> object:
    return round(value, 2) if isinstance(value, float) else value


def _said(value: object) -> str:
    if value is None or value == "":
        return "not noted"
    return f"{value:g} m" if isinstance(value, float) else str(value)
