"""An asyncio loop whose clock jumps to the next thing that is due: hours in a second."""

from __future__ import annotations

import asyncio
import selectors
from collections.abc import Callable, Coroutine
from typing import Any, TypeVar

_T = TypeVar("_T")
_BEGAN_S = 1000.0


class VirtualTimeLoop(asyncio.SelectorEventLoop):
    """`time` goes on while everybody waits, and not while anybody works; work for threads is done
    at once, in the loop. `failures` are what no task caught. Nothing left to wait for is an error,
    not a wait without end."""

    def __init__(self) -> None:
        self.now_s = _BEGAN_S
        self.failures: list[dict[str, Any]] = []
        super().__init__(_JumpingSelector(self))
        self.set_exception_handler(lambda _loop, context: self.failures.append(context))

    def time(self) -> float:
        return self.now_s

    def run_in_executor(  # type: ignore[override]
        self, executor: Any, func: Callable[..., _T], *args: Any
    ) -> asyncio.Future[_T]:
        done: asyncio.Future[_T] = self.create_future()
        try:
            done.set_result(func(*args))
        except Exception as error:  # whoever waits for it gets it, as from a thread
            done.set_exception(error)
        return done


class _JumpingSelector(selectors.DefaultSelector):
    def __init__(self, loop: VirtualTimeLoop) -> None:
        super().__init__()
        self._loop = loop

    def select(self, timeout: float | None = None) -> Any:
        found = super().select(0)
        if found or timeout == 0:
            return found
        if timeout is None:
            raise RuntimeError("everybody waits and nothing is due")
        self._loop.now_s += timeout
        return found


def in_virtual_time(work: Coroutine[Any, Any, _T]) -> _T:
    """What `work` returns; nothing of it is left, and nothing failed that nobody heard of."""
    loop = VirtualTimeLoop()  # not a Runner: its signal handler costs more than a trial

    async def alone() -> _T:
        result = await work
        await asyncio.sleep(3.0)  # what was cancelled ends, however long it clings
        others = asyncio.all_tasks() - {asyncio.current_task()}
        assert not others, f"left behind: {others}"
        return result

    try:
        result = loop.run_until_complete(alone())
        assert loop.failures == []
        return result
    finally:
        loop.run_until_complete(loop.shutdown_asyncgens())
        loop.close()
