from __future__ import annotations

import asyncio
import time

import pytest

from drivers.deadline import within


async def test_a_result_in_time_is_returned_and_an_error_is_raised() -> None:
    async def answer() -> int:
        return 7

    async def fail() -> int:
        raise ValueError("no")

    assert await within(1.0, answer()) == 7
    with pytest.raises(ValueError, match="no"):
        await within(1.0, fail())


async def test_work_that_ignores_being_cancelled_is_left_behind_on_time() -> None:
    ended = asyncio.Event()

    async def cling() -> None:
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            await asyncio.sleep(0.3)
            ended.set()
            raise RuntimeError("late and unheard") from None

    began_s = time.monotonic()
    with pytest.raises(TimeoutError):
        await within(0.05, cling())
    assert time.monotonic() - began_s < 0.2
    await asyncio.wait_for(ended.wait(), 1.0)


async def test_cancelling_the_caller_cancels_the_work_at_once() -> None:
    was_cancelled = asyncio.Event()

    async def work() -> None:
        try:
            await asyncio.Event().wait()
        finally:
            was_cancelled.set()

    caller = asyncio.create_task(within(5.0, work()))
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    caller.cancel()
    with pytest.raises(asyncio.CancelledError):
        await caller
    await asyncio.wait_for(was_cancelled.wait(), 1.0)


async def test_work_cancelled_from_inside_does_not_look_like_our_own_end() -> None:
    async def abort() -> None:
        raise asyncio.CancelledError

    with pytest.raises(ConnectionAbortedError):
        await within(1.0, abort())
