"""Times: electrotherapy.md §1.1 (Init each 500 ms; output ends 1.2 s after the last packet)."""

from __future__ import annotations

import pytest

from firmware_sim.firmware import UnsafeRequestError
from firmware_sim.sciencemode2 import LEFT_RUNNING, ScienceMode2Firmware
from protocols.events import Event
from protocols.sciencemode2 import (
    REQUEST_CLASSES,
    Answer,
    Message,
    ModeAnswer,
    Opcode,
    Plain,
    ScienceMode2Decoder,
    StimulationError,
    StimulationFault,
)
from tests.controlling_program import ScienceMode2Program


def heard(messages: list[bytes]) -> list[Event]:
    return ScienceMode2Decoder().receive(b"".join(messages))


def test_it_calls_for_its_program_twice_a_second():
    called = heard(ScienceMode2Firmware().advance(10.0))
    assert called == [Plain(number, Opcode.INIT) for number in range(1, 22)]


# Whatever it is, a question too: any sound packet would sustain output.
@pytest.mark.parametrize("number", sorted({*REQUEST_CLASSES, 0, 1, 3, 11, 89, 200}))
def test_any_packet_fails_loudly_and_sustains_nothing(number: int):
    unit = ScienceMode2Firmware(LEFT_RUNNING["orphaned"])
    data = {30: bytes(7), 32: bytes(4), 36: bytes(4), 11: bytes(2)}.get(number, b"")
    unit.advance(1.0)
    with pytest.raises(UnsafeRequestError):
        unit.receive(ScienceMode2Program().send(number, data))
    unit.advance(10)
    assert unit.output_s == pytest.approx(1.2)


def test_after_the_watchdog_it_calls_again():
    unit = ScienceMode2Firmware(LEFT_RUNNING["orphaned"])
    assert heard(unit.advance(1.1)) == []
    assert [type(event) for event in heard(unit.advance(0.7))] == [Plain, Plain]  # 1.2 and 1.7 s


def test_a_unit_that_obeys_does_what_its_program_says():
    unit, program = ScienceMode2Firmware(obeys=True), ScienceMode2Program()
    unit.receive(program.init_ack())
    assert unit.advance(1.0) == []
    answers = heard(
        unit.receive(program.start((0, 300, 20)))
        + unit.receive(program.init_list([0], 20))
        + unit.receive(program.start((0, 300, 20)))
        + unit.receive(program.send(10))
    )
    assert answers == [
        Answer(1, Opcode.START_CHANNEL_LIST_MODE, -3),
        Answer(2, Opcode.INIT_CHANNEL_LIST_MODE, 0),
        Answer(3, Opcode.START_CHANNEL_LIST_MODE, 0),
        ModeAnswer(4, Opcode.GET_STIMULATION_MODE, 0, 2),
    ]
    for _ in range(4):
        unit.advance(1.0)
        unit.receive(program.watchdog())
    assert heard(unit.receive(program.stop())) == [Answer(9, Opcode.STOP_CHANNEL_LIST_MODE, 0)]
    assert unit.output_s == pytest.approx(4.0)


def test_a_lifted_electrode_stops_it():
    unit = ScienceMode2Firmware(LEFT_RUNNING["orphaned"])
    (error,) = heard(unit.lift_electrode())
    assert isinstance(error, Message)
    assert error == StimulationError(error.packet_number, StimulationFault.ELECTRODE)
    unit.advance(1.0)
    assert unit.output_s == 0.0
