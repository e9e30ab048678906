"""The host's end of a simulated device, in one process: codec and firmware, no link between."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from firmware_sim.firmware import Firmware
from protocols.codec import Codec
from protocols.events import Event, ForceSamples


class Host:
    """Speaks to `firmware` through `codec` and keeps what it heard in `events`."""

    def __init__(self, firmware: Firmware, codec: Codec) -> None:
        self.firmware = firmware
        self.codec = codec
        self.events: list[Event] = []
        firmware.connected()

    def send(self, request: bytes) -> list[Event]:
        return self.hear(self.firmware.receive(request))

    def identify(self) -> list[Event]:
        return [event for request in self.codec.identify() for event in self.send(request)]

    def wait(self, seconds: float, keep_alive: bool = True) -> list[Event]:
        """Let the device live, with a sign of life each second."""
        heard: list[Event] = []
        left_us = round(seconds * 1e6)
        while left_us > 0:
            step_us = min(left_us, 1_000_000)
            heard += self.hear(self.firmware.advance(step_us / 1e6))
            left_us -= step_us
            alive = self.codec.keep_alive()
            if keep_alive and alive is not None:
                heard += self.send(alive)
        return heard

    def hear(self, messages: list[bytes]) -> list[Event]:
        heard = [event for message in messages for event in self.codec.receive(message)]
        self.events += heard
        return heard


def force_of(events: list[Event]) -> NDArray[np.float64]:
    """``(n, channels) N`` of all samples."""
    return np.concatenate([event.force for event in events if isinstance(event, ForceSamples)])


def times_of(events: list[Event]) -> NDArray[np.int64]:
    return np.concatenate([event.t_us for event in events if isinstance(event, ForceSamples)])
