"""What a simulated device says, once through, so that a codec can be fed it again and again."""

from __future__ import annotations

from dataclasses import dataclass

from firmware_sim.firmware import Firmware
from protocols.codec import Codec
from protocols.events import Event

TICK_S = 0.005
_BOOT_S = 0.2
_ANSWER_S = 1.0


@dataclass(frozen=True, slots=True)
class Conversation:
    """`greeting` holds what came before the first question, then the answers to each; `stream`
    what came after the request to start, a message each."""

    greeting: tuple[tuple[bytes, ...], ...]
    stream: tuple[bytes, ...]

    def begin(self, codec: Codec) -> None:
        """Bring a codec that was just made to where the stream begins."""
        first, *answers = self.greeting
        _feed(codec, first)
        for _, heard in zip(codec.identify(), answers, strict=False):
            _feed(codec, heard)
        codec.start()


def converse(codec: Codec, firmware: Firmware, seconds: float) -> Conversation:
    """Greet a device, and stream from it for `seconds` of its own time."""
    firmware.connected()
    greeting = [_heard(codec, firmware, [], _BOOT_S)]
    for request in codec.identify():
        heard = list(_heard(codec, firmware, firmware.receive(request), 0.0))
        waited_s = 0.0
        while codec.pending and waited_s < _ANSWER_S:
            heard += _heard(codec, firmware, [], TICK_S)
            waited_s += TICK_S
        greeting.append(tuple(heard))
    stream = list(_heard(codec, firmware, firmware.receive(codec.start()), 0.0))
    stream += Streaming(codec, firmware).messages(seconds)
    return Conversation(tuple(greeting), tuple(stream))


class Streaming:
    """A device whose stream runs, kept alive and polled as its codec wants it."""

    def __init__(self, codec: Codec, firmware: Firmware) -> None:
        self.codec = codec
        self.firmware = firmware
        self.events: list[Event] = []
        self._silent_s = 0.0

    def messages(self, seconds: float, tick_s: float = TICK_S) -> list[bytes]:
        """What it sends in that time; `events` is what the codec read from it."""
        found: list[bytes] = []
        for _ in range(round(seconds / tick_s)):
            messages = self.firmware.advance(tick_s)
            for message in messages:
                self.events += self.codec.receive(message)
            found += messages
            self._silent_s += tick_s
            if self.codec.poll_s is not None and not self.codec.pending:
                found += self._ask(self.codec.poll())
            alive = self.codec.keep_alive()
            if alive is not None and self._silent_s >= (self.codec.keep_alive_s or 1.0):
                self._silent_s = 0.0
                found += self._ask(alive)
        return found

    def _ask(self, request: bytes) -> list[bytes]:
        answers = self.firmware.receive(request)
        for answer in answers:
            self.events += self.codec.receive(answer)
        return answers


def _heard(
    codec: Codec, firmware: Firmware, answers: list[bytes], seconds: float
) -> tuple[bytes, ...]:
    messages = (*answers, *firmware.advance(seconds))
    _feed(codec, messages)
    return messages


def _feed(codec: Codec, messages: tuple[bytes, ...]) -> None:
    for message in messages:
        codec.receive(message)
