"""Compatible units: force_devices.md §1.5 to §1.8 and their published firmware: crimpdeq-firmware
(.cargo/config.toml, progressor.rs), hangman (.cargo/config.toml, median.rs), mito (scales.cpp)."""

from __future__ import annotations

import pytest

from protocols.events import Event, Identity
from protocols.gate import RequestClass
from protocols.progressor import ProgressorCodec, encode_answer, encode_weights
from protocols.progressor_compatible import HangmanCodec, MitoCodec
from tests.protocols.plain import samples

OF_A_CRIMPDEQ = bytes.fromhex("00 06 AA AA AA 00 00 00")
OF_A_HANGMAN = bytes.fromhex("00 01 2A")
OF_A_PROGRESSOR = bytes.fromhex("00 06 AB 89 67 45 23 01")  # §1.4


def identified(version: str, number: bytes) -> tuple[ProgressorCodec, Event]:
    codec = ProgressorCodec()
    questions = codec.identify()
    for _ in range(2):
        next(questions)
    codec.receive(encode_answer(version.encode()))
    next(questions)
    (identity,) = codec.receive(number)
    return codec, identity


def times(codec: ProgressorCodec, *raw_us: int) -> list[int]:
    events = codec.receive(encode_weights([1.0] * len(raw_us), raw_us))
    return [t for block in samples(events) for t in block.t_us.tolist()]


@pytest.mark.parametrize(
    ("version", "number", "expected"),
    [
        ("2.0.4", OF_A_CRIMPDEQ, Identity(model="crimpdeq")),
        ("9.9", bytes.fromhex("00 03 AA AA AA"), Identity(model="crimpdeq")),
        ("1.2.3.4", OF_A_HANGMAN, Identity(model="hangman")),
        # A builder who changed one of them said that it is something of his own.
        ("1.2.5", OF_A_HANGMAN, Identity(serial="2A")),
        ("1.2.3.4", OF_A_PROGRESSOR, Identity(serial="0123456789AB")),
        ("2.0.4", bytes.fromhex("00 06 AA AA AB 00 00 00"), Identity(serial="ABAAAA")),
    ],
)
def test_a_number_that_every_copy_has_names_the_model_and_no_unit(
    version: str, number: bytes, expected: Identity
) -> None:
    assert identified(version, number)[1] == expected


def test_the_first_four_samples_of_a_hangman_are_dropped_from_every_stream() -> None:
    codec, _ = identified("1.2.3.4", OF_A_HANGMAN)
    for codec_ in (codec, HangmanCodec()):
        for _ in range(2):
            codec_.start()
            stamps = [n * 12_500 for n in range(3)]
            assert times(codec_, *stamps) == []
            assert times(codec_, 37_500, 50_000, 62_500) == [0, 12_500]


def test_no_sample_of_another_unit_is_dropped() -> None:
    codec, _ = identified("2.0.4", OF_A_CRIMPDEQ)
    codec.start()
    assert times(codec, 0, 12_500) == [0, 12_500]


def test_a_reset_forgets_which_unit_it_was() -> None:
    codec, _ = identified("1.2.3.4", OF_A_HANGMAN)
    codec.reset()
    codec.start()
    assert times(codec, 0) == [0]


def test_what_a_crimpdeq_says_of_its_calibration_is_read_over() -> None:
    factor = bytes.fromhex("05 04 00 00 80 3F")
    point = bytes.fromhex("06 08 00 00 00 00 00 00 00 00")
    for message in (factor, point):
        assert samples(ProgressorCodec().receive(message)) == []


def test_nothing_is_ever_said_to_a_mito() -> None:
    codec = MitoCodec()
    assert list(codec.identify()) == []
    assert (codec.start(), codec.stop()) == (b"", b"")
    assert codec.request_class(codec.start()) is RequestClass.LISTEN
    assert codec.keep_alive() is None


def test_the_stream_of_a_mito_begins_where_the_host_begins_to_listen() -> None:
    codec = MitoCodec()
    times(codec, 7_000_000, 7_100_000)
    codec.start()
    events = codec.receive(encode_weights([1.0, 2.0], [7_200_000, 7_300_000]))
    assert [type(event).__name__ for event in events] == ["StreamStarted", "ForceSamples"]
    assert samples(events)[0].t_us.tolist() == [0, 100_000]


@pytest.mark.parametrize("kind", [ProgressorCodec, HangmanCodec, MitoCodec])
def test_the_command_that_resets_a_crimpdeq_is_never_formed(kind: type[ProgressorCodec]) -> None:
    codec = kind()
    formed = [
        *codec.identify(),
        codec.start(),
        codec.stop(),
        codec.tare(),
        codec.error_information(),
        codec.sleep(),
        codec.keep_alive() or b"",
        codec.poll(),
    ]
    # §1.2: nothing from 69 and 6A, nor from 71 to 76
    assert not {data[0] for data in formed if data} & {0x69, 0x6A, *range(0x71, 0x77)}
    assert codec.request_class(b"\x74") is RequestClass.CALIBRATION
