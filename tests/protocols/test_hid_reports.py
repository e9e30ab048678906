"""Reports of 64 bytes: force_devices.md §4.1. The packets in them are those of §4.2 and §4.4."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from protocols.events import ForceSamples
from protocols.godirect import GoDirectCodec
from protocols.hid_reports import carried, reports

# By hand: the count, the worked packet as it is, zeros up to 64 bytes.
INIT = bytes.fromhex("58 19 FE 3F 1A A5 4A 06 49 07 48 08 47 09 46 0A 45 0B 44 0C 43 0D 42 0E 41")
INIT_REPORT = bytes.fromhex(
    "19 58 19 FE 3F 1A A5 4A 06 49 07 48 08 47 09 46"
    "0A 45 0B 44 0C 43 0D 42 0E 41 00 00 00 00 00 00"
    "00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00"
    "00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00"
)
READINGS_REPORT = bytes.fromhex(
    "11 20 11 01 5D 06 02 00 02 00 00 40 9C 43 00 20"
    "9F 43 00 00 00 00 00 00 00 00 00 00 00 00 00 00"
    "00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00"
    "00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00"
)


def test_the_worked_command_in_its_report() -> None:
    assert next(iter(GoDirectCodec().identify())) == INIT
    assert reports(INIT) == [INIT_REPORT]
    assert carried(INIT_REPORT) == INIT


def test_the_worked_measurement_is_read_out_of_its_report() -> None:
    (samples,) = (
        event
        for event in GoDirectCodec().receive(carried(READINGS_REPORT))
        if isinstance(event, ForceSamples)
    )
    assert samples.force[:, 0].tolist() == [312.5, 318.25]


def test_a_message_of_158_bytes_spans_three_reports() -> None:
    message = bytes(range(158))
    sent = reports(message)
    # 158 = 63 + 63 + 32
    assert [report[0] for report in sent] == [63, 63, 32]
    assert [len(report) for report in sent] == [64, 64, 64]
    assert sent[2] == bytes([32, *range(126, 158)]) + bytes(31)


@pytest.mark.parametrize("count", [64, 158, 255])
def test_a_count_of_more_than_fits_means_all_that_fits(count: int) -> None:
    assert carried(bytes([count]) + INIT_REPORT[1:]) == INIT_REPORT[1:]


@pytest.mark.parametrize("report", [b"", b"\0", bytes(64), b"\x19"])
def test_a_report_that_carries_nothing(report: bytes) -> None:
    assert carried(report) == b""


@given(st.binary(min_size=1, max_size=600), st.integers(2, 64))
def test_any_message_comes_back(message: bytes, report_bytes: int) -> None:
    sent = reports(message, report_bytes)
    assert {len(report) for report in sent} == {report_bytes}
    assert b"".join(carried(report) for report in sent) == message
