from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from uuid import UUID

import pytest

from data import ids
from data.ids import uuid7


def test_each_id_is_larger_than_the_one_before():
    made = [uuid7() for _ in range(20_000)]
    assert made == sorted(set(made))
    assert {(key.version, key.variant) for key in made} == {(7, "specified in RFC 4122")}


def test_two_threads_never_make_the_same():
    with ThreadPoolExecutor(2) as threads:
        first, second = threads.map(_made, (5000, 5000))
    assert len({*first, *second}) == 10_000
    assert first == sorted(first)
    assert second == sorted(second)


def test_a_clock_that_is_set_back_does_not_break_the_order(monkeypatch: pytest.MonkeyPatch):
    before = uuid7()
    monkeypatch.setattr(time, "time_ns", lambda: 1_000_000_000)
    assert before < uuid7() < uuid7()


def test_the_time_stands_where_the_standard_puts_it(monkeypatch: pytest.MonkeyPatch):
    # RFC 9562, A.6: 2022-02-22 19:22:22 UTC is 0x017F22E279B0 ms
    monkeypatch.setattr(ids, "_last", 0)
    monkeypatch.setattr(time, "time_ns", lambda: 0x017F22E279B0 * 1_000_000)
    assert str(uuid7()).startswith("017f22e2-79b0-7000-")


def _made(count: int) -> list[UUID]:
    return [uuid7() for _ in range(count)]
