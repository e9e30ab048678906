"""A serial balance in use: what it says now, and the reading that is steady."""

from __future__ import annotations

import asyncio
import re
import time
from collections import deque
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from statistics import median
from typing import Any, Protocol, TypeVar

from devices.balance import BALANCE, Balance
from devices.types import LinkState
from drivers.link import Link
from drivers.serial_format import SerialFormat
from protocols.balance import Weight

T = TypeVar("T")
Failed = Callable[[BaseException], None]

STEADY_S = 5.0
LEAST_READINGS = 3
USUAL_LINE = f"{BALANCE.baud_rate} {BALANCE.line}"


class LineError(ValueError):
    """What was typed is no speed and format of a serial line."""


@dataclass(frozen=True, slots=True)
class Port:
    """Where a balance may be: a port, or a pyserial URL. `name` is outside text."""

    where: str
    name: str = ""
    is_virtual: bool = False


@dataclass(frozen=True, slots=True)
class BalanceNow:
    """`grams` is the newest reading, None where there is none yet or the balance is overloaded;
    `is_stable` None where it does not tell. `steady_g` is the median of the `readings` of the last
    `STEADY_S` that were not marked as moving; None while they are too few."""

    is_heard: bool
    grams: float | None = None
    is_stable: bool | None = None
    is_overloaded: bool = False
    steady_g: float | None = None
    readings: int = 0


class BalanceStation:
    """Lives in the devices thread; `now` may be called from any thread."""

    def __init__(self, link: Link, clock: Callable[[], float] = time.monotonic) -> None:
        self.balance = Balance(link)
        self.balance.on_weight = self._take
        self._clock = clock
        self._last: tuple[tuple[float, Weight | None], ...] = ()

    async def open(self) -> None:
        """Raises `LinkError`."""
        await self.balance.connect()

    async def close(self) -> None:
        await self.balance.close()

    def now(self) -> BalanceNow:
        is_heard = self.balance.state is LinkState.READY
        last, since = self._last, self._clock() - STEADY_S
        if not last or last[-1][0] < since:
            return BalanceNow(is_heard)
        newest = last[-1][1]
        if newest is None:
            return BalanceNow(is_heard, is_overloaded=True)
        steady: deque[float] = deque()
        for at, weight in reversed(last):
            if at < since or weight is None or weight.is_stable is False:
                break
            steady.append(weight.grams)
        is_enough = len(steady) >= LEAST_READINGS
        return BalanceNow(
            is_heard,
            newest.grams,
            newest.is_stable,
            steady_g=median(steady) if is_enough else None,
            readings=len(steady),
        )

    def _take(self, weight: Weight | None) -> None:
        now = self._clock()
        kept = (each for each in self._last if each[0] >= now - STEADY_S)
        self._last = (*kept, (now, weight))


class Ask(Protocol):
    """Runs work in the devices thread and answers in the Qt thread."""

    def __call__(
        self, work: Coroutine[Any, Any, T], then: Callable[[T], None], failed: Failed
    ) -> None: ...


class Weigher:
    """What the page of output checks asks of a balance; every answer comes in the Qt thread."""

    def __init__(self, ask: Ask, find: Callable[[], Coroutine[Any, Any, tuple[Port, ...]]]) -> None:
        self._ask = ask
        self._find = find
        self._station: BalanceStation | None = None
        self._asked = 0

    def find(self, then: Callable[[tuple[Port, ...]], None], failed: Failed) -> None:
        """The ports of this computer that nothing else uses."""
        self._ask(self._find(), then, failed)

    def connect(self, where: str, line: str, then: Callable[[None], None], failed: Failed) -> None:
        """Listen to a balance in the place of the one before. `line` is speed and format,
        ``2400 7E1``; raises `LineError` where it is neither."""
        from drivers.serial import SerialLink

        baud, form = read_line(line)
        self.let_go()
        self._asked += 1
        station = BalanceStation(SerialLink(where, baud_rate=baud, line=form))
        self._ask(self._open(station, self._asked), then, failed)

    def now(self) -> BalanceNow | None:
        """None while none is connected."""
        station = self._station
        return None if station is None else station.now()

    def let_go(self) -> None:
        self._asked += 1
        station, self._station = self._station, None
        if station is not None:
            self._ask(station.close(), _nothing, _nothing)

    async def close(self) -> None:
        """In the devices thread, when the program ends."""
        self._asked += 1
        station, self._station = self._station, None
        if station is not None:
            await station.close()

    async def _open(self, station: BalanceStation, asked: int) -> None:
        await station.open()
        if asked == self._asked:
            self._station = station
        else:  # somebody has turned to another one meanwhile
            await station.close()


async def serial_ports() -> tuple[Port, ...]:
    """Those of this computer, USB first."""
    from drivers.serial import listed_ports

    found = await asyncio.to_thread(lambda: list(listed_ports()))
    found.sort(key=lambda port: (port.vid is None, port.device))
    return tuple(Port(port.device, port.product or port.description) for port in found)


def read_line(text: str) -> tuple[int, SerialFormat]:
    """``2400 7E1``: speed and format. Raises `LineError`."""
    found = re.fullmatch(r"\s*(\d{2,7})[\s,]+(\w{3})\s*", text)
    try:
        if found is not None:
            return int(found[1]), SerialFormat.from_text(found[2])
    except ValueError:
        pass
    raise LineError("Speed and format, such as 2400 7E1 or 9600 8N1")


def _nothing(_answer: object) -> None:
    return
