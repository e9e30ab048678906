from __future__ import annotations

import asyncio
import time

from drivers.watchdog import NoDataWatchdog
from tests.drivers.ears import until


async def test_a_fed_watchdog_is_quiet_and_a_starved_one_speaks_once() -> None:
    silences: list[float] = []
    watchdog = NoDataWatchdog(0.1, silences.append)
    watchdog.start()
    for _ in range(10):
        await asyncio.sleep(0.03)
        watchdog.feed()
    assert silences == []
    fed_at_s = time.monotonic()
    await until(lambda: bool(silences))
    assert 0.08 < time.monotonic() - fed_at_s < 0.25
    assert 0.1 <= silences[0] < 0.25
    await asyncio.sleep(0.25)
    assert len(silences) == 1


async def test_a_loop_that_stood_still_is_no_silence_of_the_device() -> None:
    silences: list[float] = []
    watchdog = NoDataWatchdog(0.1, silences.append)
    watchdog.start()
    time.sleep(0.4)  # noqa: ASYNC251 - the loop is meant to stand still
    await asyncio.sleep(0.05)
    watchdog.feed()  # what had arrived meanwhile
    await asyncio.sleep(0.07)
    assert silences == []
    watchdog.stop()


async def test_a_stopped_watchdog_is_quiet_and_can_start_again() -> None:
    silences: list[float] = []
    watchdog = NoDataWatchdog(0.05, silences.append)
    watchdog.feed()
    watchdog.start()
    watchdog.stop()
    await asyncio.sleep(0.1)
    assert silences == []
    watchdog.start()
    await asyncio.sleep(0.1)
    assert len(silences) == 1
