"""A TENS and ultrasound unit that reports by OTT/1 and takes no orders."""

from __future__ import annotations

import struct
from collections.abc import Sequence

from firmware_sim.firmware import Firmware, UnsafeRequestError
from firmware_sim.noise import chance
from firmware_sim.sessions import Session, tens_20min
from firmware_sim.therapy import Therapy
from protocols.checksum import without_crc16
from protocols.codec import Framing
from protocols.events import Noise
from protocols.framing import Cobs
from protocols.ott import (
    REQUEST_BYTES,
    Ability,
    Hello,
    Ident,
    IdentField,
    OttMessage,
    OttModality,
    Request,
    encode_for,
    encode_message,
)
from protocols.ott_message import HEADER

_TIME = struct.Struct("<IH")

_NS = 1_000_000_000
_STATE_MS = 500
_DOSE_MS = 1000
_SETTINGS_MS = 30_000


class OttFirmware(Firmware):
    """The therapist begins once a host is there (`waits_for_host`), or at power-up; no message,
    silence, connect or disconnect changes the output after that.

    Raises `UnsafeRequestError` for any request but the four.
    """

    model = "ott"

    def __init__(
        self,
        session: Session | None = None,
        framing: Framing = Framing.STREAM,
        *,
        serial: str = "OTT-0001",
        seed: int = 1,
        waits_for_host: bool = True,
    ) -> None:
        self.serial = serial
        self.framing = framing
        self.is_reachable = True
        self._session = tens_20min() if session is None else session
        self._seed = seed
        self._cobs = Cobs()
        self._is_connected = False
        self._outbox: list[bytes] = []
        self._seq = 0
        self._now_ns = 0
        self._boots = 0
        self._steps_done = 0
        self._began_ms: int | None = None if waits_for_host else 0
        self._boot()

    def receive(self, data: bytes) -> list[bytes]:
        for message in self._messages(data):
            if not message or REQUEST_BYTES.get(message[0]) != len(message):
                raise UnsafeRequestError(f"written to a therapy unit: {message.hex(' ')}")
            self._therapy.pass_time(self._now_ms)
            self._answer(message[0], message[HEADER.size :])
        return self._sent()

    def advance(self, seconds: float) -> list[bytes]:
        end_ns = self._now_ns + round(seconds * _NS)
        end_ms = (end_ns - self._booted_ns) // 1_000_000
        while (at_ms := self._next_due_ms()) <= end_ms:
            self._therapy.pass_time(at_ms)
            self._act(at_ms)
        self._now_ns = end_ns
        return self._sent()

    def connected(self) -> None:
        self._is_connected = True
        self._cobs.reset()
        if self._began_ms is None:
            self._began_ms = self._now_ms

    def disconnected(self) -> None:
        self._is_connected = False

    def reboot(self) -> None:
        """Power off and on: counters and clock begin again, the output is off."""
        self._boot()
        self._steps_done = len(self._session.steps)

    def begin_again(self) -> None:
        """The therapist begins the session anew."""
        self._steps_done = 0
        self._began_ms = self._now_ms

    @property
    def _now_ms(self) -> int:
        return (self._now_ns - self._booted_ns) // 1_000_000

    def _boot(self) -> None:
        self._boots += 1
        self._booted_ns = self._now_ns
        self._boot_id = int(chance(self._boots, self._seed) * 2**32)
        self._seq = 0
        self._state_ms = _STATE_MS
        self._dose_ms = 0
        self._settings_ms = _SETTINGS_MS
        self._last_event_id = 0
        self._therapy = Therapy(self._session.info)
        for settings in self._session.fitted:
            self._therapy.fit(settings)
        self._therapy.turned()

    def _next_due_ms(self) -> int:
        dues = [self._state_ms, self._settings_ms]
        if self._therapy.is_running:
            dues.append(self._dose_ms)
        step_ms = self._step_ms()
        if step_ms is not None:
            dues.append(step_ms)
        return min(dues)

    def _step_ms(self) -> int | None:
        if self._began_ms is None or self._steps_done == len(self._session.steps):
            return None
        return self._began_ms + round(self._session.steps[self._steps_done].at_s * 1000)

    def _act(self, now_ms: int) -> None:
        if self._step_ms() == now_ms:
            self._step(now_ms)
        if self._state_ms == now_ms:
            self._state_ms += _STATE_MS
            self._send([self._therapy.unit_state()])
        if self._therapy.is_running and self._dose_ms == now_ms:
            self._dose_ms += _DOSE_MS
            self._send(self._therapy.dose())
        if self._settings_ms == now_ms:
            self._settings_ms += _SETTINGS_MS
            self._send(self._therapy.settings())

    def _step(self, now_ms: int) -> None:
        was_running = self._therapy.is_running
        self._session.steps[self._steps_done].act(self._therapy)
        self._steps_done += 1
        self._send([entry for entry in self._therapy.log if entry.id > self._last_event_id])
        self._last_event_id = self._therapy.log[-1].id if self._therapy.log else 0
        self._send(self._therapy.turned())
        if self._therapy.is_running and not was_running:
            self._dose_ms = now_ms + _DOSE_MS
        if was_running and not self._therapy.is_running:
            self._send(self._therapy.dose())

    def _messages(self, data: bytes) -> list[bytes]:
        """Whole requests; over serial, what is damaged on the way is none."""
        if self.framing is Framing.PACKETS:
            return [data]
        frames = [frame for frame in self._cobs.split(data) if not isinstance(frame, Noise)]
        return [message for frame in frames if (message := without_crc16(frame)) is not None]

    def _answer(self, request: int, body: bytes) -> None:
        therapy = self._therapy
        match request:
            case Request.GET_HELLO:
                self._send([self._hello(), *self._idents()])
            case Request.GET_SNAPSHOT:
                self._send([*therapy.settings(), therapy.unit_state(), therapy.session()])
            case Request.GET_EVENTS:
                first = int.from_bytes(body, "little")
                self._send([entry for entry in therapy.log if entry.id >= first])
            case _:
                seconds, milliseconds = _TIME.unpack(body)
                therapy.unix_at_boot = seconds + (milliseconds - self._now_ms) / 1000

    def _hello(self) -> Hello:
        return Hello(
            self._now_ms,
            modalities=frozenset({OttModality.TENS, OttModality.NMES, OttModality.ULTRASOUND}),
            channels=2,
            abilities=frozenset(Ability),
            boot_id=self._boot_id,
            firmware=(1, 4),
        )

    def _idents(self) -> list[OttMessage]:
        lines = {
            IdentField.MAKER: "Myograph simulators",
            IdentField.MODEL: "SIM-COMBO",
            IdentField.SERIAL: self.serial,
            IdentField.FIRMWARE: "1.4",
        }
        return [
            part
            for field, text in lines.items()
            for part in Ident(self._now_ms, field, text).split()
        ]

    def _send(self, messages: Sequence[OttMessage]) -> None:
        if not self._is_connected:
            return
        for message in messages:
            self._outbox.append(encode_for(self.framing, encode_message(message, self._seq)))
            self._seq = (self._seq + 1) & 0xFF

    def _sent(self) -> list[bytes]:
        messages, self._outbox = self._outbox, []
        return messages
