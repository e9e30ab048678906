"""Every decoder of the program, ready to read what its simulator says."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache

import numpy as np
from numpy.typing import NDArray

from devices.catalog import FORCE_MODELS
from devices.declaration import ForceModel
from devices.types import Transport
from firmware_sim.balance import BalanceFirmware
from firmware_sim.firmware import Firmware
from firmware_sim.ott import OttFirmware
from firmware_sim.sciencemode2 import ScienceMode2Firmware
from firmware_sim.sciencemode4 import ScienceMode4Firmware
from firmware_sim.sessions import SESSIONS
from protocols.balance import BalanceCodec
from protocols.codec import Codec, Decoder, Framing
from protocols.events import Event, ForceSamples, StreamStarted, UntimedSamples
from protocols.ott import OttCodec
from protocols.sciencemode2 import ScienceMode2Decoder
from protocols.sciencemode4 import ScienceMode4Codec
from tests.controlling_program import Point, ScienceMode2Program, ScienceMode4Program
from tests.conversation import Conversation, converse
from tests.protocols.plain import receive_all
from tests.rigs import SETUPS, Bench, Setup, Way

DISTURBED = 20
"""How many messages of a stream are played with; what follows stays sound."""

_SOUND = 30
_SOUND_S = 1.5
_LONGEST_S = 20.0


@dataclass(frozen=True, slots=True, eq=False)
class Subject:
    """`fresh` makes a decoder that waits for `stream`, which is a message each."""

    name: str
    framing: Framing
    decoder: type[Decoder]
    fresh: Callable[[], Decoder] = field(repr=False)
    stream: tuple[bytes, ...] = field(repr=False)

    def __str__(self) -> str:
        return self.name


@cache
def subjects() -> tuple[Subject, ...]:
    """One for each decoder in each framing: of models that share one, the first."""
    found: dict[tuple[type[Decoder], Framing], Subject] = {}
    for subject in (*map(_force, force_benches()), *_others()):
        found.setdefault((subject.decoder, subject.framing), subject)
    return tuple(found.values())


def force_benches() -> Iterator[Bench]:
    """Each force model in each framing that its links have."""
    for model in FORCE_MODELS.values():
        if Transport.SERIAL in model.transports:
            yield Bench(model, Way.MEMORY)
        if Transport.BLE in model.transports:
            yield Bench(model, Way.RADIO)


def calibrated(bench: Bench) -> Codec:
    """A codec of that model that has heard nothing yet, and gives newtons."""
    assert isinstance(bench.model, ForceModel)
    codec = bench.model.codec(bench.framing)
    for each in SETUPS.get(bench.model.id, Setup()).calibrations:
        codec.calibrate(each.channel, each.newtons_per_count, each.zero_counts)
    return codec


def newtons(events: Iterable[Event]) -> list[list[float]]:
    """Of every sample, in order, a list for each."""
    return [row for event in with_samples(events) for row in event.force.tolist()]


def with_samples(events: Iterable[Event]) -> list[ForceSamples | UntimedSamples]:
    return [event for event in events if isinstance(event, ForceSamples | UntimedSamples)]


def _force(bench: Bench) -> Subject:
    """What comes up to the answer to the request to start is never disturbed. Without a checksum
    a damaged time can hide a second of samples, by design."""
    seconds = 2 * _SOUND_S
    heard = converse(calibrated(bench), bench.firmware(swaying), seconds)
    while len(heard.stream) < 2 * (DISTURBED + _SOUND) and seconds < _LONGEST_S:
        seconds *= 2
        heard = converse(calibrated(bench), bench.firmware(swaying), seconds)
    opened = _opened(heard, calibrated(bench))

    def fresh() -> Codec:
        codec = calibrated(bench)
        heard.begin(codec)
        receive_all(codec, heard.stream[:opened])
        return codec

    codec = fresh()
    sound = _SOUND
    if not codec.has_checksum:
        sound = max(sound, round(len(heard.stream) * _SOUND_S / seconds))
    stream = heard.stream[opened:][: DISTURBED + sound]
    return Subject(f"{bench.model.id}-{bench.framing}", bench.framing, type(codec), fresh, stream)


def _opened(heard: Conversation, codec: Codec) -> int:
    heard.begin(codec)
    for i, message in enumerate(heard.stream):
        if any(isinstance(event, StreamStarted) for event in codec.receive(message)):
            return i + 1
    raise RuntimeError("the simulator did not begin to stream")


def _others() -> Iterator[Subject]:
    for framing in Framing:
        unit = OttFirmware(SESSIONS["tens_20min"](), framing)
        asked = OttCodec(framing)
        questions = (asked.get_hello(), asked.get_snapshot())
        yield _other("ott", framing, OttCodec, _overheard(unit, questions, seconds=40.0))
    four = ScienceMode4Program()
    pulses: dict[int, tuple[float, Sequence[Point]]] = {
        0: (20.0, [(200, 20.0), (100, 0.0), (200, -20.0)])
    }
    orders = (four.init(), *(four.update(pulses) for _ in range(8)), four.get_current_data())
    queries = ScienceMode4Codec()
    known = (queries.get_device_id(), queries.get_stim_status(), queries.get_extended_version())
    driven = _overheard(ScienceMode4Firmware(obeys=True), (*known, *orders) * 4)
    yield _other("sciencemode4", Framing.STREAM, ScienceMode4Codec, driven)
    two = ScienceMode2Program()
    orders = (
        two.init_ack(),
        two.init_list((0, 1), 20.0),
        *(two.start((0, 300, 20), (0, 240, mA)) for mA in range(15, 21)),
        two.watchdog(),
        two.stop(),
    )
    driven = _overheard(ScienceMode2Firmware(obeys=True), orders * 4)
    yield _other("sciencemode2", Framing.STREAM, ScienceMode2Decoder, driven)
    printed = _overheard(BalanceFirmware(swaying), (), seconds=20.0)
    yield _other("balance", Framing.STREAM, BalanceCodec, printed)


def _other(
    name: str, framing: Framing, decoder: type[Decoder], stream: tuple[bytes, ...]
) -> Subject:
    def fresh() -> Decoder:
        return decoder(framing)

    stream = stream[: DISTURBED + _SOUND]
    return Subject(f"{name}-{framing}", framing, decoder, fresh, stream)


def _overheard(
    unit: Firmware, spoken: Iterable[bytes], *, seconds: float = 1.0
) -> tuple[bytes, ...]:
    """Both directions of a line, what is said to the unit first."""
    unit.connected()
    found: list[bytes] = []
    for request in spoken:
        found += [request, *unit.receive(request)]
    return (*found, *unit.advance(seconds))


def swaying(t: NDArray[np.float64]) -> NDArray[np.float64]:
    """No two samples alike, so that a lost one shows."""
    return np.column_stack([100 + 40 * np.sin(11 * t), 60 + 30 * np.sin(7 * t)])
