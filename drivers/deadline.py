"""Own deadlines for other people's coroutines, which may hang and even ignore being cancelled."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import Any, TypeVar

_T = TypeVar("_T")

# asyncio keeps only weak references; a task that is collected while pending prints a warning.
_abandoned: set[asyncio.Task[Any]] = set()


async def within(seconds: float, work: Coroutine[Any, Any, _T]) -> _T:
    """What `work` returns, or TimeoutError after `seconds`: then it is cancelled, not waited for.

    `asyncio.timeout` waits until the cancelled coroutine ends, which a hanging Bluetooth stack
    does not promise. If `work` is cancelled from inside, that is a ConnectionAbortedError.
    """
    task = asyncio.ensure_future(work)
    try:
        done, _ = await asyncio.wait({task}, timeout=seconds)
    except asyncio.CancelledError:
        _abandon(task)
        raise
    if not done:
        _abandon(task)
        raise TimeoutError
    if task.cancelled():
        raise ConnectionAbortedError("given up by the system")
    return task.result()


def _abandon(task: asyncio.Task[Any]) -> None:
    _abandoned.add(task)
    task.add_done_callback(_forget)
    task.cancel()


def _forget(task: asyncio.Task[Any]) -> None:
    _abandoned.discard(task)
    if not task.cancelled():
        task.exception()  # marks it as seen: nobody waits for it any more
