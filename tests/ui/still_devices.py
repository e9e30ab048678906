"""Devices that stand still, for pictures of pages that measure: their readings are given."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from app.calibrating import Reading
from app.calibrator import Calibrator, Failed, Unit
from app.live import LiveTrace
from app.weighing import BalanceNow, Port, Weigher
from data.calibrations import InForce
from devices.types import DeviceInfo, MassCheck, Position

BOARD, PULLER = "board", "puller"
_COUNTS = (37.0, 1606.1, 3175.2, 6329.0)
_NEWTONS = (0.4, 198.9)
_UNITS = {
    BOARD: Unit(
        DeviceInfo("harp", "Harp Load Cells", serial="1729"),
        needs_calibration=True,
        positions=(Position.SINGLE,) * 8,
        measured=(),
        in_force=InForce(),
        is_virtual=True,
    ),
    PULLER: Unit(
        DeviceInfo("progressor", "Progressor_7125", serial="0042"),
        needs_calibration=False,
        positions=(Position.SINGLE,),
        measured=(0,),
        in_force=InForce(checks=(MassCheck(0, 20.0, 196.133, 196.4, "2026-01-08", 1.0),)),
        is_virtual=True,
    ),
}


class StillDevices(Calibrator):
    """Answers at once, one reading after the other."""

    def __init__(self) -> None:
        self._taken = 0

    def unit(self, key: str) -> Unit | None:
        return _UNITS.get(key)

    def trace(self, key: str) -> LiveTrace:
        trace = LiveTrace(1, 100)
        values = _COUNTS if key == BOARD else _NEWTONS
        now = values[min(self._taken, len(values) - 1)]
        trace.append(np.arange(50) / 100.0, np.full((50, 1), now))
        return trace

    def show_counts(
        self, key: str, channel: int, then: Callable[[None], None], failed: Failed
    ) -> None:
        then(None)

    def read(
        self,
        key: str,
        place: int,
        unloaded: Reading | None,
        then: Callable[[Reading], None],
        failed: Failed,
    ) -> None:
        values = _COUNTS if key == BOARD else _NEWTONS
        self._taken = 0 if unloaded is None else self._taken
        self._taken += 1
        then(Reading(values[self._taken - 1], 1.0, 1500))

    def measure(self, key: str, then: Callable[[None], None], failed: Failed) -> None:
        self._taken = 0


class StillBalance(Weigher):
    """A balance that is connected and reads 0.340 g, whatever it is asked."""

    def __init__(self) -> None:
        return

    def find(self, then: Callable[[tuple[Port, ...]], None], failed: Failed) -> None:
        then((Port("/dev/ttyUSB3", "USB to RS-232 of the laboratory balance"),))

    def connect(self, where: str, line: str, then: Callable[[None], None], failed: Failed) -> None:
        then(None)

    def now(self) -> BalanceNow | None:
        return BalanceNow(True, 0.34, True, steady_g=0.34, readings=25)

    def let_go(self) -> None:
        return
