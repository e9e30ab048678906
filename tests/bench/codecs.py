"""What each codec of the catalogue costs a sample, from 80 to 4,000 samples a second.

What its simulator says is fed as a link delivers it: one notification or answer at a time, or all
that a port gathers in 16 ms, as common USB converters do. At a high rate pieces are longer, which
may save a codec some; a cost that grows would mean that it goes over old bytes again.
"""

from __future__ import annotations

import gc
import time
from collections.abc import Sequence
from dataclasses import dataclass

from protocols.codec import Codec, Framing
from protocols.events import Event, ForceSamples, UntimedSamples
from tests.bench.figure import Figure
from tests.conversation import Conversation, converse
from tests.fuzz.subjects import calibrated, force_benches, newtons, swaying
from tests.rigs import Bench

RATES_HZ = (80, 320, 1000, 4000)
SECONDS = 2.0
RUNS = 5
FLAT = "<= 1.2"

_GATHERED_S = 0.016
_TRIED_S = 2.0


@dataclass(frozen=True, slots=True)
class Recording:
    """At least as many samples as the highest rate makes in `SECONDS`."""

    bench: Bench
    conversation: Conversation
    samples_per_message: float

    @classmethod
    def of(cls, bench: Bench) -> Recording:
        tried = converse(calibrated(bench), bench.firmware(swaying), _TRIED_S)
        per_message = len(newtons(_read(bench, tried, tried.stream))) / len(tried.stream)
        rate_hz = len(tried.stream) * per_message / _TRIED_S
        seconds = 1.05 * max(RATES_HZ) * SECONDS / rate_hz
        heard = converse(calibrated(bench), bench.firmware(swaying), seconds)
        return cls(bench, heard, per_message)

    def pieces(self, rate_hz: int) -> list[bytes]:
        """What comes in `SECONDS` of a device that has that rate."""
        per_second = rate_hz / self.samples_per_message
        stream = self.conversation.stream[: round(per_second * SECONDS)]
        is_one_by_one = self.bench.framing is Framing.PACKETS or calibrated(self.bench).poll_s
        together = 1 if is_one_by_one else max(round(per_second * _GATHERED_S), 1)
        return [b"".join(stream[i : i + together]) for i in range(0, len(stream), together)]


def figures() -> list[Figure]:
    return [figure for bench in force_benches() for figure in _of(Recording.of(bench))]


def costs_us(recording: Recording) -> list[float]:
    """Of one sample at each rate: processor time, the least of several runs in turn, because
    whatever else the machine does only adds."""
    pieces = [recording.pieces(rate_hz) for rate_hz in RATES_HZ]
    least = [float("inf")] * len(RATES_HZ)
    for _ in range(RUNS):
        for i, rate_hz in enumerate(RATES_HZ):
            spent_s, samples = _decode(recording, pieces[i])
            expected = rate_hz * SECONDS
            # A message of a few may be the unit's state instead of samples.
            astray = max(0.05 * expected, 1.5 * recording.samples_per_message)
            if abs(samples - expected) > astray:
                raise RuntimeError(f"{recording.bench}: {samples} of {expected} samples were read")
            least[i] = min(least[i], 1e6 * spent_s / samples)
    return least


def _decode(recording: Recording, pieces: list[bytes]) -> tuple[float, int]:
    """Without the collection of garbage, whose share depends on what else is in memory."""
    codec = _begun(recording.bench, recording.conversation)
    is_polled = codec.poll_s is not None
    samples = 0
    gc.collect()
    gc.disable()
    began_s = time.process_time()
    for piece in pieces:
        for event in _hear(codec, piece, is_polled):
            if isinstance(event, ForceSamples | UntimedSamples):
                samples += len(event.force)
    spent_s = time.process_time() - began_s
    gc.enable()
    return spent_s, samples


def _of(recording: Recording) -> list[Figure]:
    costs = costs_us(recording)
    name = f"decode {recording.bench.model.id}, {recording.bench.framing}"
    dearest = max(costs) / costs[0]
    return [
        Figure(f"{name}: a sample at 1 kHz", costs[RATES_HZ.index(1000)], "us"),
        Figure(f"{name}: the dearest of 80 to 4,000 Hz / at 80 Hz", dearest, "times", FLAT),
    ]


def _begun(bench: Bench, conversation: Conversation) -> Codec:
    codec = calibrated(bench)
    conversation.begin(codec)
    return codec


def _read(bench: Bench, conversation: Conversation, pieces: Sequence[bytes]) -> list[Event]:
    codec = _begun(bench, conversation)
    is_polled = codec.poll_s is not None
    return [event for piece in pieces for event in _hear(codec, piece, is_polled)]


def _hear(codec: Codec, piece: bytes, is_polled: bool) -> list[Event]:
    if is_polled and not codec.pending:
        codec.poll()
    return codec.receive(piece)
