from __future__ import annotations

import math
from datetime import UTC, datetime

from hypothesis import given, settings
from hypothesis import strategies as st

from app.recorded_treatment import Provenance, recorded_treatment
from data.ids import uuid7
from data.records import Treatment
from data.values import from_json, to_json
from devices import sciencemode2_recording, sciencemode4_recording
from devices.recorded_stream import Direction, Piece, Understood, recorded_events
from protocols.sciencemode2 import ScienceMode2Decoder
from protocols.sciencemode4 import ScienceMode4Codec
from tests.controlling_program import ScienceMode2Program, ScienceMode4Program

BEGAN = datetime(2026, 3, 14, 9, 30, tzinfo=UTC)

Order = tuple[int, bytes, float, Direction]

times = st.floats(0, 5)
directions = st.sampled_from(Direction)
numbers = st.sampled_from([0, 2, 4, 31, 33, 34, 35, 36, 37, 38, 53, 58, 62, 63, 66, 67, 69])
anything = st.tuples(numbers, st.binary(max_size=24), times, directions)
# One channel with a single point, two bytes of period and of current each: all there can be.
updates = st.binary(min_size=6, max_size=6).map(lambda b: b"\x01\x00" + b)
lists = st.binary(min_size=7, max_size=7)
starts = st.integers(1, 8).flatmap(lambda n: st.binary(min_size=4 * n, max_size=4 * n))
done = st.just(b"\x00")


def orders(sensible: dict[int, st.SearchStrategy[bytes]]) -> st.SearchStrategy[list[Order]]:
    """Random ones among those that are formed well, and taken."""
    formed = [st.tuples(st.just(n), data, times, directions) for n, data in sensible.items()]
    return st.lists(st.one_of(anything, *formed), max_size=30)


def pieces(
    program: ScienceMode4Program | ScienceMode2Program,
    given_orders: list[Order],
) -> list[Piece]:
    t_s, found = 0.0, list[Piece]()
    for number, data, wait_s, direction in given_orders:
        t_s += wait_s
        found.append(Piece(program.send(number, data), direction, t_s))
    return found


def check(understood: Understood) -> None:
    """Whatever was ordered: sums are finite and not negative, and the record can be kept."""
    recording = understood.recording
    assert all(
        each.pulses >= 0 and math.isfinite(each.charge_uc) for each in recording.delivered.values()
    )
    if not recording.has_begun:
        return
    source = Provenance("x", "x", BEGAN, has_times=True, is_virtual=True)
    treatment = recorded_treatment(understood, source, uuid7(), uuid7(), uuid7())
    assert treatment.ended_at is not None
    assert treatment.ended_at >= treatment.started_at >= BEGAN
    assert treatment.actual_s is not None
    length_s = (treatment.ended_at - treatment.started_at).total_seconds()
    assert 0 <= treatment.actual_s <= length_s + 1e-5
    assert from_json(Treatment, to_json(treatment)) == treatment


@settings(max_examples=500, deadline=None)
@given(orders({32: updates, 36: st.just(b"\x04"), 30: done}))
def test_any_orders_of_sciencemode_4_give_a_record_that_can_be_kept(
    given_orders: list[Order],
):
    events = recorded_events(ScienceMode4Codec, pieces(ScienceMode4Program(), given_orders))
    check(sciencemode4_recording.understand(events))


@settings(max_examples=500, deadline=None)
@given(orders({30: lists, 32: starts, 36: starts.filter(lambda b: len(b) == 4), 4: st.just(b"")}))
def test_any_orders_of_sciencemode_2_give_a_record_that_can_be_kept(
    given_orders: list[Order],
):
    events = recorded_events(ScienceMode2Decoder, pieces(ScienceMode2Program(), given_orders))
    check(sciencemode2_recording.understand(events))
