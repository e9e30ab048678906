"""How fast each codec turns bytes into newtons, fed in pieces of 4 kB as from a port."""

from __future__ import annotations

import numpy as np

from firmware_sim.firmware import Firmware
from firmware_sim.loads import constant
from firmware_sim.onb import OnbFirmware
from firmware_sim.progressor import ProgressorFirmware
from protocols.codec import Codec, Framing
from protocols.events import ForceSamples
from protocols.onb import OnbCodec
from protocols.progressor import ProgressorCodec
from tests.bench.figure import Figure, median_s

PIECE = 4096
SECONDS = 60.0


def figures() -> list[Figure]:
    return [
        _rate("ONB/1 over serial", OnbCodec(), OnbFirmware(constant(200.0, 2)), ">= 1e6"),
        _rate(
            "Progressor over BLE",
            ProgressorCodec(Framing.PACKETS),
            ProgressorFirmware(constant(200.0)),
            "",
        ),
    ]


def _rate(name: str, codec: Codec, firmware: Firmware, goal: str) -> Figure:
    greeting, stream = _record(codec, firmware)
    if codec.framing is Framing.STREAM:
        joined = b"".join(stream)
        stream = [joined[i : i + PIECE] for i in range(0, len(joined), PIECE)]

    def decode() -> int:
        codec.reset()
        for _ in codec.identify():
            pass
        for data in greeting:
            codec.receive(data)
        codec.start()
        found = 0
        for data in stream:
            for event in codec.receive(data):
                if isinstance(event, ForceSamples):
                    found += event.force.size
        return found

    samples = decode()
    if samples < 0.9 * SECONDS * 80:
        raise RuntimeError(f"{name}: only {samples} samples were decoded")
    return Figure(f"decode {name}", samples / median_s(decode), "samples/s", goal)


def _record(codec: Codec, firmware: Firmware) -> tuple[list[bytes], list[bytes]]:
    """What a device says in its greeting, and in a minute of streaming."""
    firmware.connected()
    greeting: list[bytes] = []
    for request in codec.identify():
        for answer in firmware.receive(request):
            greeting.append(answer)
            codec.receive(answer)
    stream = firmware.receive(codec.start())
    for _ in np.arange(0.0, SECONDS, 1.0):
        stream += firmware.advance(1.0)
        alive = codec.keep_alive()
        if alive is not None:
            stream += firmware.receive(alive)
    return greeting, stream
