"""The host half of one wire format: bytes in, events out, requests as bytes."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator
from enum import StrEnum
from typing import ClassVar

from protocols.events import Event
from protocols.gate import RequestClass


class ProtocolError(Exception):
    """Resynchronising cannot help, e.g. a major version that this program does not speak."""


class Framing(StrEnum):
    """How the link delivers bytes."""

    STREAM = "stream"  # a serial port: any chunking, frames must be found
    PACKETS = "packets"  # BLE: one call is one notification, one write is one message


class Decoder(ABC):
    """Fed bytes, returns events; knows no clock, loop, thread or port.

    `receive` accepts any chunking where the framing is a stream, keeps an unfinished rest of
    bounded size, and never raises for noise: it reports it. One decoder serves one connection;
    `reset` forgets the rest and the counters before the next one.
    """

    reply_s: ClassVar[float] = 1.5
    """How long a healthy device may take to answer a request."""
    tries: ClassVar[int] = 1
    """How often a request is sent before silence counts as no answer; above 1 where a device
    loses requests."""

    def __init__(self, framing: Framing = Framing.STREAM) -> None:
        self.framing = framing

    @abstractmethod
    def receive(self, data: bytes) -> list[Event]:
        """Events that `data` completes, in wire order."""

    @abstractmethod
    def reset(self) -> None:
        """Forget everything about the connection so far."""

    @abstractmethod
    def request_class(self, data: bytes) -> RequestClass:
        """What `data`, as it would be written to the link, does to the device."""


class Codec(Decoder):
    """The host half of a force device's format."""

    keep_alive_s: ClassVar[float | None] = None
    """How often `keep_alive` must be sent while connected; None: the format needs none."""
    has_checksum: ClassVar[bool] = False
    """Whether damage inside a message is found; otherwise only its form can be checked."""
    has_whole_counts: ClassVar[bool] = True
    """Where `calibrate` is needed: False for raw readings with decimals, whose step is unknown."""
    poll_s: ClassVar[float | None] = None
    """How long to wait for the answer to a `poll` before the next; None: the device streams."""
    confirms_stop: ClassVar[bool] = False
    """True: `stop` can get lost, so it is repeated until `StreamStopped` comes."""
    talks_while_streaming: ClassVar[bool] = True
    """False: a request costs samples, so that only `stop` may be sent while streaming."""

    @property
    def pending(self) -> int:
        """Requests sent and not yet answered, where the format can tell; keep-alives excepted."""
        return 0

    def identify(self) -> Iterator[bytes]:
        """Queries that change nothing, to be sent in order, each after the last was answered.

        Each is formed when it is asked for: formats whose answers do not name their question
        know by this which one is outstanding.
        """
        return iter(())

    @abstractmethod
    def start(self) -> bytes:
        """The request that begins the stream; `StreamStarted` comes before its first samples."""

    @abstractmethod
    def stop(self) -> bytes:
        """The request that ends it; empty where there is nothing to end."""

    def tare(self) -> bytes | None:
        """The device's own tare; None where it has none. The default path is the host's tare."""
        return None

    def keep_alive(self) -> bytes | None:
        return None

    def poll(self) -> bytes:
        """Ask for one reading, where `poll_s` is set; `start` then is the first of them."""
        return b""

    def calibrate(self, channel: int, newtons_per_count: float, zero_counts: float) -> None:
        """Give one channel of a format that carries raw counts its way to newtons.

        `ForceSamples` then hold the calibrated channels alone, in rising order; `reset` keeps
        this. Raises `ProtocolError` where newtons come from the device.
        """
        raise ProtocolError("newtons come from this device: it takes no calibration of ours")

    def forget_calibrations(self) -> None:
        """Take back every `calibrate`."""
