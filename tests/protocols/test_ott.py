"""Worked bytes: electrotherapy.md §6.3 and its table of vectors; layouts: §6.2."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from protocols.checksum import with_crc16
from protocols.codec import Framing
from protocols.events import Event, Noise, Rejected, Restarted
from protocols.framing import cobs
from protocols.gate import RequestClass
from protocols.ott import (
    Ability,
    EsDose,
    EsDuty,
    EsLoad,
    EsModulation,
    EsSettings,
    EventKind,
    EventOrigin,
    GenDose,
    GenericQuantity,
    GenSettings,
    Hello,
    Ident,
    IdentField,
    ModulationTarget,
    OttCodec,
    OttMessage,
    OttModality,
    SessionInfo,
    StimulationMode,
    TelemetryLost,
    TherapyState,
    UnitEvent,
    UnitState,
    UsDose,
    UsSettings,
    Waveform,
    encode_for,
    encode_message,
)
from tests.protocols.plain import cut, receive_all

# (message, over serial, sequence number, what it says)
WORKED: dict[str, tuple[str, str, int, OttMessage]] = {
    "HELLO": (
        "01 00 E8 03 00 00 01 00 0B 02 3F 00 4D 3C 2B 1A 01 04 00 00",
        "02 01 03 E8 03 01 02 01 04 0B 02 3F 07 4D 3C 2B 1A 01 04 01 03 AA 61 00",
        0,
        Hello(
            1000,
            modalities=frozenset({OttModality.TENS, OttModality.NMES, OttModality.ULTRASOUND}),
            channels=2,
            abilities=frozenset(Ability) - {Ability.MEASURES_DOSE},
            boot_id=0x1A2B3C4D,
            firmware=(1, 4),
        ),
    ),
    "STATE running": (
        "10 07 E8 FD 00 00 03 01 00 00 3C 00 74 04 0C 00 57 03 29 00",
        "05 10 07 E8 FD 01 03 03 01 01 02 3C 04 74 04 0C 04 57 03 29 03 E8 F7 00",
        7,
        UnitState(
            65_000,
            state=TherapyState.RUNNING,
            active_channels=(0,),
            flags=frozenset(),
            elapsed_s=60,
            remaining_s=1140,
            session_no=12,
            battery_percent=87,
            contact_channels=(0, 1),
            last_event_id=41,
        ),
    ),
    "SESSION": (
        "11 08 88 13 00 00 0C 00 B0 04 00 03 43 4F 4E 56 20 54 45 4E",
        "05 11 08 88 13 01 02 0C 03 B0 04 0C 03 43 4F 4E 56 20 54 45 4E 7A 2D 00",
        8,
        SessionInfo(5000, 12, 1200, OttModality.TENS, 3, "CONV TEN"),
    ),
    "ES_SET": (
        "20 09 92 13 00 00 00 02 00 00 C8 00 E8 03 C8 00 64 00 00 00",
        "05 20 09 92 13 01 01 02 02 01 02 C8 04 E8 03 C8 02 64 01 01 03 28 64 00",
        9,
        EsSettings(
            5010,
            channel=0,
            waveform=Waveform.SYMMETRIC,
            mode=StimulationMode.CONVENTIONAL,
            amplitude_ma=20.0,
            pulse_rate_hz=100.0,
            phase_us=200,
            interphase_us=100,
            carrier_hz=0,
        ),
    ),
    "ES_MOD": (
        "21 0A 9C 13 00 00 00 02 00 00 00 00 20 03 B0 04 3C 00 00 00",
        "05 21 0A 9C 13 01 01 02 02 01 01 01 06 20 03 B0 04 3C 01 01 03 DE 2A 00",
        10,
        EsModulation(
            5020,
            channel=0,
            targets=frozenset({ModulationTarget.RATE}),
            burst_hz=0.0,
            pulses_per_burst=0,
            low_hz=80.0,
            high_hz=120.0,
            sweep_s=6.0,
            depth_percent=0.0,
        ),
    ),
    "ES_DUTY": (
        "22 0B A6 13 00 00 00 00 64 00 F4 01 D0 07 E8 03 C4 09 00 00",
        "05 22 0B A6 13 01 01 01 02 64 09 F4 01 D0 07 E8 03 C4 09 01 03 1F F7 00",
        11,
        EsDuty(
            5030,
            channel=0,
            sync=0,
            on_s=10.0,
            off_s=50.0,
            ramp_up_s=2.0,
            ramp_down_s=1.0,
            electrode_cm2=25.0,
        ),
    ),
    "US_SET": (
        "28 0C 70 17 00 00 00 01 E8 03 E8 03 C8 00 E8 03 F4 01 32 00",
        "05 28 0C 70 17 01 01 07 01 E8 03 E8 03 C8 06 E8 03 F4 01 32 03 92 5E 00",
        12,
        UsSettings(
            6000,
            head=0,
            is_pulsed=True,
            intensity_is_sata=False,
            frequency_mhz=1.0,
            intensity_w_cm2=1.0,
            duty=0.2,
            pulse_repetition_hz=100.0,
            era_cm2=5.0,
            beam_nonuniformity_ratio=5.0,
        ),
    ),
    "ES_DOSE": (
        "30 0D F2 FD 00 00 00 03 C8 00 90 01 70 17 00 00 C0 5D 00 00",
        "05 30 0D F2 FD 01 01 03 03 C8 05 90 01 70 17 01 03 C0 5D 01 03 80 D1 00",
        13,
        EsDose(
            65_010,
            channel=0,
            is_measured=True,
            has_contact=True,
            peak_ma=20.0,
            rms_ma=4.0,
            pulses=6000,
            charge_uc=24_000,
        ),
    ),
    "US_DOSE": (
        "38 0E 50 AB 04 00 00 60 E8 03 E0 93 04 00 E0 93 04 00 38 01",
        "06 38 0E 50 AB 04 01 07 60 E8 03 E0 93 04 04 E0 93 04 05 38 01 25 08 00",
        14,
        UsDose(
            306_000,
            head=0,
            coupling_percent=96,
            power_w=1.0,
            energy_j=300.0,
            coupled_s=300.0,
            head_temperature_c=31.2,
        ),
    ),
    "EVENT": (
        "40 0F 70 11 01 00 2A 00 10 00 01 00 FA 00 00 00 00 00 00 00",
        "06 40 0F 70 11 01 02 2A 02 10 02 01 02 FA 01 01 01 01 01 01 03 0E BF 00",
        15,
        UnitEvent(70_000, 42, 0x10, 0, EventOrigin.PANEL, 25.0),
    ),
}


def packet(message: OttMessage, seq: int = 0) -> bytes:
    return encode_message(message, seq)


@pytest.mark.parametrize("name", WORKED)
def test_worked_messages_are_read_over_ble_and_serial(name: str) -> None:
    message, serial, _, expected = WORKED[name]
    assert OttCodec(Framing.PACKETS).receive(bytes.fromhex(message)) == [expected]
    assert OttCodec(Framing.STREAM).receive(bytes.fromhex(serial)) == [expected]


@pytest.mark.parametrize("name", WORKED)
def test_worked_messages_are_written(name: str) -> None:
    message, serial, seq, event = WORKED[name]
    data = encode_message(event, seq)
    assert data == bytes.fromhex(message)
    assert encode_for(Framing.STREAM, data) == bytes.fromhex(serial)


def test_the_worked_model_name() -> None:
    message = bytes.fromhex("02 01 F2 03 00 00 02 01 53 49 4D 2D 43 4F 4D 42 4F 00 00 00")
    serial = bytes.fromhex(
        "05 02 01 F2 03 01 0C 02 01 53 49 4D 2D 43 4F 4D 42 4F 01 01 03 BC 5A 00"
    )
    ident = Ident(1010, IdentField.MODEL, "SIM-COMBO")
    assert OttCodec(Framing.PACKETS).receive(message) == [ident]
    assert OttCodec(Framing.STREAM).receive(serial) == [ident]
    (part,) = ident.split()
    assert encode_message(part, 1) == message


def test_the_worked_request() -> None:
    assert OttCodec(Framing.PACKETS).get_snapshot() == bytes.fromhex("82 00 00 00 00 00")
    assert OttCodec(Framing.STREAM).get_snapshot() == bytes.fromhex("02 82 01 01 01 01 03 70 51 00")


def test_the_other_requests_have_the_documented_bodies() -> None:
    codec = OttCodec(Framing.PACKETS)
    assert codec.get_hello() == bytes.fromhex("81 00 00 00 00 00")
    assert codec.get_events(0x0102) == bytes.fromhex("83 01 00 00 00 00 02 01")
    assert codec.time(0x01020304, 0x0506) == bytes.fromhex("84 02 00 00 00 00 04 03 02 01 06 05")


@pytest.mark.parametrize("framing", list(Framing))
def test_the_gate_knows_the_four_requests_and_nothing_else(framing: Framing) -> None:
    codec = OttCodec(framing)
    for request in (codec.get_hello(), codec.get_snapshot(), codec.get_events(5), codec.time(5)):
        assert codec.request_class(request) is RequestClass.QUERY
    for code in range(256):
        for size in range(6, 24):
            data = encode_for(framing, bytes((code,)) + bytes(size - 1))
            allowed = (code, size) in {(0x81, 6), (0x82, 6), (0x83, 8), (0x84, 12)}
            expected = RequestClass.QUERY if allowed else RequestClass.UNKNOWN
            assert codec.request_class(data) is expected


@given(st.binary(max_size=60))
def test_the_gate_lets_no_junk_out(junk: bytes) -> None:
    assert OttCodec(Framing.STREAM).request_class(junk) is RequestClass.UNKNOWN


def test_two_requests_at_once_or_a_half_one_are_refused() -> None:
    codec = OttCodec(Framing.STREAM)
    request = codec.get_hello()
    assert codec.request_class(request + request) is RequestClass.UNKNOWN
    assert codec.request_class(request[:-1]) is RequestClass.UNKNOWN
    assert codec.request_class(b"\0" + request) is RequestClass.UNKNOWN


def test_unknown_values_are_none() -> None:
    # §6.1: 0xFFFF / 0xFF = unknown
    state = bytes.fromhex("10 00 00000000 FF FF FFFF FFFF FFFF FFFF FF FF FFFF")
    assert OttCodec(Framing.PACKETS).receive(state) == [
        UnitState(0, None, None, None, None, None, None, None, None, None)
    ]
    settings = bytes.fromhex("20 00 00000000 01 FF FF 00 FFFF FFFF FFFF FFFF FFFF")
    assert OttCodec(Framing.PACKETS).receive(settings) == [EsSettings(0, 1, None, None)]
    applicator = bytes.fromhex("28 00 00000000 00 00 FFFF FFFF FFFF FFFF FFFF FF 00")
    assert OttCodec(Framing.PACKETS).receive(applicator) == [
        UsSettings(0, 0, is_pulsed=False, intensity_is_sata=False)
    ]
    dose = bytes.fromhex("38 00 00000000 00 FF FFFF 00000000 00000000 FFFF")
    assert OttCodec(Framing.PACKETS).receive(dose) == [UsDose(0, 0, None, None, 0.0, 0.0, None)]


@pytest.mark.parametrize(
    "message",
    [
        EsSettings(1, 2, Waveform.IFC_4_POLE, StimulationMode.IFC, amplitude_v=12.5),
        EsSettings(1, 2, Waveform.MONOPHASIC, StimulationMode.BURST, amplitude_percent=99.9),
        EsLoad(1, 0, is_measured=True, has_contact=False, ohm=1250),
        GenSettings(1, 0, ((GenericQuantity.WAVELENGTH_NM, 808.0), (GenericQuantity.POWER_W, 0.1))),
        GenDose(1, 3, ((GenericQuantity.ENERGY_J, 48.0),)),
        GenDose(1, 3, ()),
        UnitEvent(1, 7, 0x13, 0, EventOrigin.PANEL, 1.25, 1_767_225_600),
        UnitEvent(1, 7, 0x20, None, EventOrigin.FAULT_MONITOR, 0.0),
        UnitState(
            1,
            TherapyState.EMERGENCY,
            (),
            frozenset(),
            0,
            0,
            0,
            0,
            (0, 7),
            0,
        ),
    ],
)
def test_messages_come_back_as_they_were_sent(message: OttMessage) -> None:
    assert OttCodec(Framing.PACKETS).receive(packet(message)) == [message]


@pytest.mark.parametrize(
    ("code", "raw", "kind", "value"),
    [
        (0x10, 250, EventKind.AMPLITUDE, 25.0),
        (0x11, 1000, EventKind.RATE, 100.0),
        (0x12, 200, EventKind.WIDTH, 200.0),
        (0x13, 1250, EventKind.INTENSITY, 1.25),
        (0x14, 200, EventKind.DUTY, 0.2),
        (0x15, 3, EventKind.PROGRAMME, 3.0),
        (0x22, 0, EventKind.LOW_COUPLING, 0.0),
        (0x77, -5, None, -5.0),
    ],
)
def test_changed_values_are_in_the_unit_of_their_setting(
    code: int, raw: int, kind: EventKind | None, value: float
) -> None:
    body = (
        (1).to_bytes(2, "little") + bytes((code, 0, 1, 0)) + raw.to_bytes(4, "little", signed=True)
    )
    (event,) = OttCodec(Framing.PACKETS).receive(b"\x40\x00\0\0\0\0" + body + bytes(4))
    assert isinstance(event, UnitEvent)
    assert (event.kind, event.value) == (kind, value)


def test_unknown_keys_of_a_generic_message_are_left_out() -> None:
    body = bytes((0, 9)) + bytes.fromhex("6300 01000000 0600 D0070000")  # key 99, then impulses
    assert OttCodec(Framing.PACKETS).receive(b"\x3e\x00\0\0\0\0" + body) == [
        GenDose(0, 0, ((GenericQuantity.IMPULSES, 2000.0),))
    ]


def test_long_lines_are_joined_from_their_parts() -> None:
    ident = Ident(5, IdentField.MAKER, "A maker with a rather long name")
    parts = ident.split()
    assert len(parts) == 3
    codec = OttCodec(Framing.PACKETS)
    events = [e for i, part in enumerate(parts) for e in codec.receive(packet(part, i))]
    assert events == [ident]


def test_a_line_with_a_part_missing_is_left_out() -> None:
    parts = Ident(5, IdentField.MAKER, "A maker with a rather long name").split()
    codec = OttCodec(Framing.PACKETS)
    assert codec.receive(packet(parts[0], 0)) == []
    assert codec.receive(packet(parts[2], 1)) == []


def state_at(t_ms: int) -> UnitState:
    return UnitState(t_ms, TherapyState.IDLE, (), frozenset(), 0, 0, 0, 50, (), 0)


def test_a_jump_of_the_counter_is_told_with_its_size() -> None:
    codec = OttCodec(Framing.PACKETS)
    codec.receive(packet(state_at(0), 254))
    events = codec.receive(packet(state_at(500), 2))
    assert events == [TelemetryLost(3), state_at(500)]


def test_the_counter_wraps_without_a_loss() -> None:
    codec = OttCodec(Framing.PACKETS)
    codec.receive(packet(state_at(0), 255))
    assert codec.receive(packet(state_at(500), 0)) == [state_at(500)]


def test_repeated_and_late_messages_are_dropped() -> None:
    codec = OttCodec(Framing.PACKETS)
    codec.receive(packet(state_at(0), 0))
    codec.receive(packet(state_at(200), 1))
    assert codec.receive(packet(state_at(200), 1)) == [Noise("repeated message", 20)]
    assert codec.receive(packet(state_at(0), 0)) == [Noise("late message", 20)]
    assert codec.receive(packet(state_at(400), 2)) == [state_at(400)]


def test_time_goes_on_through_the_wrap_of_32_bits() -> None:
    codec = OttCodec(Framing.PACKETS)
    codec.receive(packet(state_at(2**32 - 100), 0))
    (event,) = codec.receive(packet(state_at(2**32 + 400), 1))
    assert event == state_at(2**32 + 400)


def test_a_clock_that_began_again_is_a_restart() -> None:
    codec = OttCodec(Framing.PACKETS)
    hello = WORKED["HELLO"][3]
    codec.receive(packet(state_at(900_000), 40))
    assert codec.receive(packet(state_at(10), 0)) == [Restarted(), state_at(10)]
    assert codec.receive(packet(hello, 1)) == [hello]


def test_events_sent_again_keep_their_time_and_are_no_restart() -> None:
    codec = OttCodec(Framing.PACKETS)
    old = [UnitEvent(t_ms, t_ms // 1000, 0x10, 0, EventOrigin.PANEL, 5.0) for t_ms in (2000, 9000)]
    codec.receive(packet(state_at(90_000), 5))
    assert codec.receive(packet(old[0], 6)) == [old[0]]
    assert codec.receive(packet(old[1], 7)) == [old[1]]
    assert codec.receive(packet(state_at(90_500), 8)) == [state_at(90_500)]


def test_another_boot_id_is_a_restart() -> None:
    codec = OttCodec(Framing.PACKETS)
    codec.receive(bytes.fromhex(WORKED["HELLO"][0]))
    other = bytes.fromhex("01 01 E9 03 00 00 01 00 0B 02 3F 00 FF 3C 2B 1A 01 04 00 00")
    events = codec.receive(other)
    assert events[0] == Restarted()
    assert isinstance(events[1], Hello)


def test_another_major_version_is_a_rejection() -> None:
    data = bytearray(bytes.fromhex(WORKED["HELLO"][0]))
    data[6] = 2
    (event,) = OttCodec(Framing.PACKETS).receive(bytes(data))
    assert isinstance(event, Rejected)


def test_unknown_types_are_skipped_and_longer_bodies_accepted() -> None:
    codec = OttCodec(Framing.PACKETS)
    assert codec.receive(b"\x77\x00" + bytes(18)) == []
    assert codec.receive(packet(state_at(5), 1) + b"more") == [state_at(5)]


@pytest.mark.parametrize("size", range(20))
def test_shorter_messages_are_noise(size: int) -> None:
    assert OttCodec(Framing.PACKETS).receive(packet(state_at(0))[:size]) == [
        Noise("shorter than a message", size)
    ]


def test_a_damaged_serial_frame_is_noise_and_the_next_one_is_read() -> None:
    wire = bytearray(bytes.fromhex(WORKED["ES_SET"][1]))
    wire[8] ^= 0x40
    codec = OttCodec(Framing.STREAM)
    events = codec.receive(bytes(wire) + bytes.fromhex(WORKED["US_SET"][1]))
    assert isinstance(events[0], Noise)
    assert events[-1] == WORKED["US_SET"][3]


STREAM = b"".join(bytes.fromhex(serial) for _, serial, _, _ in WORKED.values())


@given(st.lists(st.integers(0, len(STREAM)), max_size=30))
def test_any_chunking_gives_the_same_events(places: list[int]) -> None:
    whole = OttCodec().receive(STREAM)
    assert receive_all(OttCodec(), cut(STREAM, places)) == whole


@given(st.binary(max_size=400), st.lists(st.integers(0, 400), max_size=5))
def test_junk_never_raises_and_never_invents_a_message(junk: bytes, places: list[int]) -> None:
    events: list[Event] = receive_all(OttCodec(), cut(junk, places))
    assert all(isinstance(event, Noise) for event in events)


@given(st.binary(min_size=20, max_size=40), st.binary(min_size=20, max_size=40))
def test_hostile_messages_never_raise(first: bytes, second: bytes) -> None:
    codec = OttCodec(Framing.PACKETS)
    serial = OttCodec(Framing.STREAM)
    for kind in (*range(0x50), 0xFF):
        for message in (first, second):
            data = bytes((kind,)) + message[1:]
            codec.receive(data)
            serial.receive(cobs(with_crc16(data)))


@given(
    st.integers(0, 7),
    st.integers(0, 65534),
    st.integers(0, 65534),
    st.integers(0, 2**32 - 1),
    st.integers(0, 2**32 - 1),
)
def test_whatever_dose_is_written_is_read(
    channel: int, peak: int, rms: int, pulses: int, charge: int
) -> None:
    dose = EsDose(5, channel, True, False, peak / 10, rms / 100, pulses, charge)
    assert OttCodec(Framing.PACKETS).receive(packet(dose)) == [dose]
