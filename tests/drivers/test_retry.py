from __future__ import annotations

from drivers.link import LinkBusyError, LinkDeniedError, LinkNotFoundError
from drivers.retry import RetryRule, backoff_s


def test_the_waits_double_up_to_eight_seconds() -> None:
    assert [backoff_s(n) for n in range(7)] == [0.5, 1, 2, 4, 8, 8, 8]


def test_a_rule_gives_up_after_its_time() -> None:
    rule = RetryRule(give_up_after_s=10.0)
    gone = LinkNotFoundError("not heard")
    assert rule.next_wait_s(0, 0.0, gone) == 0.5
    assert rule.next_wait_s(4, 7.5, gone) == 2.5  # the last attempt comes just in time
    assert rule.next_wait_s(9, 10.0, gone) is None


def test_what_waiting_cannot_cure_is_not_tried_again() -> None:
    rule = RetryRule()
    assert rule.next_wait_s(0, 0.0, LinkDeniedError("no rights")) is None
    assert rule.next_wait_s(0, 0.0, LinkBusyError("in use")) == 0.5
