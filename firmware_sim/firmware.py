"""A simulated device without I/O: requests in, bytes out, time as an argument."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from protocols.codec import Framing

Load = Callable[[NDArray[np.float64]], NDArray[np.float64]]
"""The patient: ``t (n,) s`` since the load began -> ``force (n, channels) N``."""


class UnsafeRequestError(Exception):
    """Something other than a harmless question was written to a therapy unit."""


class Scale(NamedTuple):
    """What a host's calibration of one channel of raw counts finds, and which cell hangs there."""

    channel: int
    newtons_per_count: float
    zero_counts: float
    position: str = "single"


class Firmware(ABC):
    """The device's half of a wire format.

    Each returned item is one message: one notification over BLE; over serial they are joined.
    Samples are made by sample index, so that any step size gives identical bytes.
    """

    model: str
    serial: str
    framing: Framing
    resolution_n: float | None = None
    """The step of its readings; None for a device that measures no force."""
    scales: tuple[Scale, ...] = ()
    """Of the channels with a cell, where it sends raw counts; empty where it sends newtons."""
    is_reachable: bool = True
    """False: switched off or out of range. Whoever serves it ends the connection, accepts no new
    one, and goes on calling `advance`."""

    @abstractmethod
    def receive(self, data: bytes) -> list[bytes]:
        """Answers to one write (BLE), or to any piece of the incoming stream (serial)."""

    @abstractmethod
    def advance(self, seconds: float) -> list[bytes]:
        """Everything the device sends in the next `seconds` of its own time."""

    @abstractmethod
    def connected(self) -> None:
        """The link came up."""

    @abstractmethod
    def disconnected(self) -> None:
        """The link went down: what the real device does then (stop streaming, mostly)."""

    def reboot(self) -> None:
        """Off and on again, too shortly for the host's end of the link to notice."""
        self.disconnected()
        self.connected()
