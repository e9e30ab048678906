"""What the calibration page asks of a connected device; every answer comes in the Qt thread."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from typing import Any, Protocol, TypeVar

from app.calibrating import Reading, steady_reading
from app.device_pool import DevicePool
from app.live import LiveTrace
from app.station import Station
from data.calibrations import InForce
from devices.types import DeviceInfo, Position

T = TypeVar("T")
Failed = Callable[[BaseException], None]


class Ask(Protocol):
    """Runs work in the devices thread and answers in the Qt thread."""

    def __call__(
        self, work: Coroutine[Any, Any, T], then: Callable[[T], None], failed: Failed
    ) -> None: ...


@dataclass(frozen=True, slots=True)
class Unit:
    """A connected force device as far as calibrating it goes.

    `positions` are those of all its channels; `measured` the numbers of those that give newtons.
    """

    info: DeviceInfo
    needs_calibration: bool
    positions: tuple[Position, ...]
    measured: tuple[int, ...]
    in_force: InForce
    is_virtual: bool


class Calibrator:
    """Devices are named by the key of their card. A key that is not connected any more raises
    `KeyError` from all but `unit`."""

    def __init__(self, pool: DevicePool, ask: Ask) -> None:
        self._pool = pool
        self._ask = ask

    def unit(self, key: str) -> Unit | None:
        """The force device as it is now; None where it is not connected."""
        station = self._pool.stations.get(key)
        if station is None:
            return None
        device = station.device
        is_ready = device.is_calibrated and not station.shows_counts
        return Unit(
            info=device.info,
            needs_calibration=device.model.needs_calibration,
            positions=tuple(channel.position for channel in device.model.channels),
            measured=station.channel_numbers if is_ready else (),
            in_force=station.in_force,
            is_virtual=station.is_virtual,
        )

    def trace(self, key: str) -> LiveTrace:
        return self._station(key).trace

    def show_counts(
        self, key: str, channel: int, then: Callable[[None], None], failed: Failed
    ) -> None:
        """Stream the counts of one channel until `measure`."""
        self._ask(self._station(key).show_counts(channel), then, failed)

    def read(
        self,
        key: str,
        place: int,
        unloaded: Reading | None,
        then: Callable[[Reading], None],
        failed: Failed,
    ) -> None:
        """The next steady reading of a column of the stream; see `steady_reading`."""
        self._ask(steady_reading(self._station(key), place, unloaded), then, failed)

    def measure(self, key: str, then: Callable[[None], None], failed: Failed) -> None:
        """Measure again, with what the records hold now; nothing to do for one that has gone."""
        station = self._pool.stations.get(key)
        if station is not None:
            self._ask(station.measure(), then, failed)

    def _station(self, key: str) -> Station:
        return self._pool.stations[key]
