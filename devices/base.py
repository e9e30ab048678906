"""A device on a link: connecting, watching for silence, coming back after a loss."""

from __future__ import annotations

import asyncio
import contextlib
from abc import ABC, abstractmethod
from collections.abc import Callable, Coroutine
from typing import Any, ClassVar

from devices.errors import DeviceError, ForbiddenRequestError, NotRespondingError
from devices.types import LinkState
from drivers.link import Link, LinkEndedError, LinkError, LinkLostError
from drivers.retry import backoff_s
from drivers.watchdog import NoDataWatchdog
from protocols.codec import Decoder
from protocols.gate import RequestClass

_TEND_S = 0.2
_GIVE_UP_AFTER_S = 300.0


class Device(ABC):
    """Used from one asyncio loop only. `on_state` tells each change of `state` with its cause.

    A loss that nobody asked for is followed by attempts to reconnect until `close`; where a person
    must switch the device on first, until `give_up_after_s`. Nothing leaves but requests of the
    classes in `allowed`.
    """

    allowed: ClassVar[frozenset[RequestClass]] = frozenset({RequestClass.QUERY})

    def __init__(self, link: Link, decoder: Decoder) -> None:
        self.link = link
        self._decoder = decoder
        self.state = LinkState.CLOSED
        self.on_state: Callable[[LinkState, str], None] = _ignore_state
        self.give_up_after_s = _GIVE_UP_AFTER_S
        self._loss: LinkError | None = None
        self._has_heard = False
        self._news = asyncio.Event()
        self._watchdog: NoDataWatchdog | None = None
        self._tasks: set[asyncio.Task[None]] = set()
        self._reconnecting = False
        link.on_data = self._on_data
        link.on_lost = self._on_lost

    async def connect(self) -> None:
        """Open the link and learn who it is. Raises `LinkError` or `DeviceError`."""
        self._set_state(LinkState.CONNECTING, "")
        try:
            await self._open_and_greet()
        except (LinkError, DeviceError):
            await self.link.close()
            self._set_state(LinkState.CLOSED, "")
            raise
        self._set_state(LinkState.READY, "")
        self._spawn(self._tend())

    async def close(self) -> None:
        """Say goodbye where possible and let go; never raises for a link that is already gone."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self._reconnecting = False
        if self.state in (LinkState.READY, LinkState.STREAMING):
            with contextlib.suppress(LinkError, DeviceError):  # it is closed in any case
                await self._farewell()
        await self.link.close()
        self._set_state(LinkState.CLOSED, "")

    @abstractmethod
    def _receive(self, data: bytes) -> bool:
        """Take bytes in; False where they do not show that what is waited for still comes."""

    @abstractmethod
    async def _greet(self) -> None:
        """After every opening of the link: ask who it is; forget what belonged to the last one."""

    @abstractmethod
    async def _resume(self) -> None:
        """After a reconnect and `_greet`: go on with what was interrupted."""

    @abstractmethod
    async def _farewell(self) -> None:
        """Before the link is closed on purpose."""

    @abstractmethod
    def _interrupted(self, cause: str) -> None:
        """The link is gone; what follows comes after a gap."""

    @abstractmethod
    def _keep_alive(self) -> tuple[float, bytes] | None:
        """(seconds between, message), or None."""

    @abstractmethod
    def _silence_limit_s(self) -> float | None:
        """Longest silence that is normal in the present state; None: silence means nothing."""

    def _comeback(self) -> str | None:
        """What a person must do before a lost device can be reached again; None: nothing."""
        return None

    async def _wait_for(self, is_so: Callable[[], bool], seconds: float, what: str) -> None:
        """Until `is_so()`; it is asked again after every piece of data."""
        try:
            async with asyncio.timeout(seconds):
                while not is_so():
                    if self._loss is not None:
                        raise self._loss
                    self._news.clear()
                    await self._news.wait()
        except TimeoutError:
            advice = "Switch the device off and on, then connect again."
            if self._has_heard:
                advice = (
                    "Something else came: check that the device is this model, and its speed. "
                    f"Otherwise: {advice[0].lower()}{advice[1:]}"
                )
            raise NotRespondingError(
                f"{what} did not come within {seconds:.0f} s. Nothing recorded is lost. {advice}"
            ) from None

    async def _send(self, request: bytes) -> None:
        """The only way out: a request of a class that is not allowed never leaves."""
        if not request:
            return
        kind = self._decoder.request_class(request)
        if kind not in self.allowed:
            raise ForbiddenRequestError(kind.value)
        await self.link.write(request)

    async def _ask(self, request: bytes, is_answered: Callable[[], bool], what: str) -> None:
        for tries_left in reversed(range(self._decoder.tries)):
            await self._send(request)
            try:
                await self._wait_for(is_answered, self._decoder.reply_s, what)
            except NotRespondingError:
                if not tries_left:
                    raise
            else:
                return

    def _set_state(self, state: LinkState, cause: str) -> None:
        if state is self.state:
            return
        self.state = state
        self._watch()
        self.on_state(state, cause)

    def _watch(self) -> None:
        """A link can die without telling anybody: silence where data must come is a loss."""
        if self._watchdog is not None:
            self._watchdog.stop()
        limit_s = self._silence_limit_s()
        self._watchdog = NoDataWatchdog(limit_s, self._silent) if limit_s is not None else None
        if self._watchdog is not None:
            self._watchdog.start()

    def _silent(self, seconds: float) -> None:
        self._go_down(f"no data for {seconds:.1f} s")

    def _spawn(self, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    async def _open_and_greet(self) -> None:
        self._loss = None
        self._has_heard = False
        await self.link.open()
        await self._greet()
        if self._loss is not None:
            raise self._loss

    def _on_data(self, data: bytes) -> None:
        self._has_heard = True
        if self._receive(data) and self._watchdog is not None:
            self._watchdog.feed()
        self._news.set()

    def _on_lost(self, error: LinkLostError) -> None:
        self._loss = error
        self._news.set()
        if self.state not in (LinkState.READY, LinkState.STREAMING):
            return
        if isinstance(error, LinkEndedError):
            self._interrupted(str(error))
            self._set_state(LinkState.CLOSED, str(error))
        else:
            self._go_down(str(error))

    def _go_down(self, cause: str) -> None:
        self._interrupted(cause)
        self._set_state(LinkState.LOST, " ".join(filter(None, (cause, self._comeback()))))
        if not self._reconnecting:
            self._reconnecting = True
            self._spawn(self._reconnect())

    async def _reconnect(self) -> None:
        """Try until it works or `close` cancels; a swapped device ends it, and so does a person
        who does not switch the device on again."""
        attempt = 0
        clock = asyncio.get_running_loop().time
        began_s = clock()
        while True:
            await self.link.close()
            await asyncio.sleep(backoff_s(attempt))
            by_hand = self._comeback()
            if by_hand is not None and clock() - began_s >= self.give_up_after_s:
                self._reconnecting = False
                self._set_state(
                    LinkState.CLOSED,
                    f"It did not come back within {self.give_up_after_s:.0f} s. "
                    f"The recording so far is safe. {by_hand}",
                )
                return
            attempt += 1
            self._set_state(LinkState.RECONNECTING, f"attempt {attempt}")
            try:
                await self._open_and_greet()
                await self._resume()
            except (LinkError, DeviceError) as error:
                if _may_pass(error):
                    continue
                await self.link.close()
                self._reconnecting = False
                self._set_state(LinkState.CLOSED, str(error))
                return
            self._reconnecting = False
            return

    async def _tend(self) -> None:
        """Keep-alive messages, as often as the format asks for."""
        loop = asyncio.get_running_loop()
        last_alive_s = loop.time()
        while True:
            await asyncio.sleep(_TEND_S)
            alive = self._keep_alive()
            is_up = self.state in (LinkState.READY, LinkState.STREAMING)
            if not is_up or alive is None or loop.time() - last_alive_s < alive[0]:
                continue
            last_alive_s = loop.time()
            await self._send_or_go_down(alive[1])

    async def _send_or_go_down(self, request: bytes) -> None:
        """Only a lost link is a loss: what did not get through otherwise shows as silence, or
        does not matter."""
        try:
            await self._send(request)
        except LinkLostError as error:
            if self.state in (LinkState.READY, LinkState.STREAMING):
                self._go_down(str(error))
        except LinkError:
            return


def _may_pass(error: LinkError | DeviceError) -> bool:
    """Whether trying again makes sense."""
    if isinstance(error, LinkError):
        return not isinstance(error, LinkEndedError)
    return isinstance(error, NotRespondingError)


def _ignore_state(_state: LinkState, _cause: str) -> None:
    return
