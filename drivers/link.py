"""A link moves bytes and says when it is lost; it knows nothing of their meaning."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable


class LinkError(Exception):
    """Root of everything that can go wrong with a link.

    ├── LinkNotFoundError   no such port, or the device is not advertising
    ├── LinkBusyError       another program, or another window, holds it
    ├── LinkDeniedError     the system, or the device itself, refuses: rights, pairing, a write
    ├── LinkTimeoutError    the system did not answer before our deadline
    ├── LinkLostError       it was open and is gone: unplugged, out of range, switched off
    │   └── LinkEndedError  gone for good: a recording has been played to its end
    └── BluetoothOffError   no adapter, switched off, or no permission (`reason` says which)
    """


class LinkNotFoundError(LinkError):
    pass


class LinkBusyError(LinkError):
    pass


class LinkDeniedError(LinkError):
    pass


class LinkTimeoutError(LinkError):
    pass


class LinkLostError(LinkError):
    pass


class LinkEndedError(LinkLostError):
    pass


class BluetoothOffError(LinkError):
    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class Link(ABC):
    """One way to one device, used from one asyncio loop.

    `framing` is "packets" where one call of `on_data` is one message of the device, else "stream".

    `on_data` is called in that loop with each run of bytes (BLE: each notification) as it comes;
    `on_lost` is called in that loop exactly once for each successful `open` that was not ended
    by `close`. Bytes that arrived before the loss are delivered before it is told.
    """

    def __init__(self, address: str) -> None:
        self.address = address
        self.framing = "stream"
        self.on_data: Callable[[bytes], None] = _ignore_data
        self.on_lost: Callable[[LinkLostError], None] = _ignore_loss

    @abstractmethod
    async def open(self) -> None:
        """Connect, under an own deadline. Raises a `LinkError`."""

    @abstractmethod
    async def close(self) -> None:
        """Disconnect, under an own deadline; closing twice, or a lost link, is harmless."""

    @abstractmethod
    async def write(self, data: bytes) -> None:
        """Hand over one message. Raises `LinkLostError`, `LinkTimeoutError` or `LinkDeniedError`.

        Only the first of them means that the link is gone.
        """


def _ignore_data(_data: bytes) -> None:
    return


def _ignore_loss(_error: LinkLostError) -> None:
    return
