"""Times and results: electrotherapy.md §1.2 (output ends 2 s after the last sustaining request)."""

from __future__ import annotations

import pytest

from firmware_sim.firmware import UnsafeRequestError
from firmware_sim.sciencemode4 import LEFT_RUNNING, ScienceMode4Firmware
from protocols.events import Event
from protocols.sciencemode4 import (
    Answer,
    ChannelError,
    Complaint,
    CurrentData,
    DeviceId,
    ExtendedVersion,
    Opcode,
    ScienceMode4Codec,
    StimLevel,
    StimStatus,
)
from tests.controlling_program import ScienceMode4Program

PULSE = [(200, 20.0), (100, 0.0), (200, -20.0)]


def answers(unit: ScienceMode4Firmware, data: bytes) -> list[Event]:
    return ScienceMode4Codec().receive(b"".join(unit.receive(data)))


def test_harmless_questions_are_answered_with_their_number():
    unit, program = ScienceMode4Firmware(), ScienceMode4Program()
    asked = program.send(52) + program.send(62) + program.send(68) + program.send(54)
    device_id, status, version, battery = answers(unit, asked)
    assert device_id == DeviceId(0, Opcode.GET_DEVICE_ID, 0, "P24-000123")
    assert status == StimStatus(1, Opcode.GET_STIM_STATUS, 0, StimLevel.NONE, 0)
    assert isinstance(version, ExtendedVersion)
    assert version.packet_number == 2
    assert battery == Complaint(3, Opcode.UNKNOWN_COMMAND, 11)  # a P24 has no battery


# Every request that is no question, and a number that is in no document.
@pytest.mark.parametrize("number", [0, 2, 4, 30, 32, 34, 36, 58, 66, 67, 53, 100, 1000])
def test_any_order_fails_loudly_and_is_not_obeyed(number: int):
    unit = ScienceMode4Firmware(LEFT_RUNNING["orphaned"])
    data = {30: b"\0", 32: b"\0", 36: b"\4", 66: b"\0", 67: b"\0", 53: bytes(11)}.get(number, b"")
    with pytest.raises(UnsafeRequestError):
        unit.receive(ScienceMode4Program().send(number, data))
    assert unit.level is StimLevel.RUNNING
    unit.advance(10)
    assert unit.output_s == pytest.approx(2.0)


def test_what_a_dead_program_left_running_ends_after_two_seconds_whatever_is_asked():
    unit, program = ScienceMode4Firmware(LEFT_RUNNING["orphaned"]), ScienceMode4Program()
    for _ in range(40):
        unit.receive(program.send(62) + program.send(52) + program.send(68))
        unit.advance(0.1)
    assert unit.output_s == pytest.approx(2.0)
    assert unit.level is StimLevel.NONE


def test_a_unit_that_obeys_is_sustained_by_its_program_alone():
    unit, program = ScienceMode4Firmware(obeys=True), ScienceMode4Program()
    assert answers(unit, program.update({0: (20.0, PULSE)})) == [Answer(0, Opcode.ML_UPDATE, 7)]
    assert answers(unit, program.init()) == [Answer(1, Opcode.ML_INIT, 0)]
    assert answers(unit, program.update({0: (20.0, PULSE)})) == [Answer(2, Opcode.ML_UPDATE, 0)]
    for _ in range(5):
        unit.advance(1.5)
        unit.receive(program.get_current_data())
    unit.advance(1.5)
    assert unit.output_s == pytest.approx(9.0)
    assert answers(unit, program.stop()) == [Answer(8, Opcode.ML_STOP, 0)]
    unit.advance(5)
    assert unit.output_s == pytest.approx(9.0)


def test_the_current_data_name_channels_and_their_errors():
    unit, program = ScienceMode4Firmware(obeys=True), ScienceMode4Program()
    unit.receive(program.init() + program.update({0: (20.0, PULSE), 5: (20.0, PULSE)}))
    unit.without_electrode = {5}
    (data,) = answers(unit, program.get_current_data())
    number = Opcode.ML_GET_CURRENT_DATA
    assert data == CurrentData(2, number, 0, (0, 5), ((5, ChannelError.ELECTRODE),))


@pytest.mark.parametrize("piece_s", [0.01, 0.3, 5.0])
def test_the_end_does_not_depend_on_the_step(piece_s: float):
    unit = ScienceMode4Firmware(LEFT_RUNNING["orphaned"])
    for _ in range(round(6 / piece_s)):
        unit.advance(piece_s)
    assert unit.output_s == pytest.approx(2.0)


def test_a_damaged_request_is_no_request():
    unit = ScienceMode4Firmware()
    damaged = bytearray(ScienceMode4Program().get_current_data())
    damaged[-2] ^= 1
    assert unit.receive(bytes(damaged)) == []
