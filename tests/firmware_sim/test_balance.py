from __future__ import annotations

import numpy as np
import pytest

from firmware_sim.balance import BalanceFirmware
from firmware_sim.firmware import UnsafeRequestError
from protocols.balance import BalanceCodec, Weight


def weights(messages: list[bytes]) -> list[Weight]:
    events = [event for each in messages for event in BalanceCodec().receive(each)]
    return [event for event in events if isinstance(event, Weight)]


def test_it_prints_the_push_of_a_head_five_times_a_second():
    printed = weights(BalanceFirmware().advance(10.0))
    assert len(printed) == 50
    assert {weight.grams for weight in printed} == {0.34}
    assert [weight.is_stable for weight in printed] == [False] + [True] * 49


def test_a_load_in_newtons_is_printed_in_grams_and_marked_while_it_moves():
    # 1 mN more each 0.2 s: 1 mN / 9.80665 m/s² = 0.10197 g.
    unit = BalanceFirmware(lambda t: 0.005 * t[:, np.newaxis])
    printed = weights([m for _ in range(7) for m in unit.advance(0.15)])
    assert [weight.grams for weight in printed] == [0.10, 0.20, 0.31, 0.41, 0.51]
    assert not any(weight.is_stable for weight in printed)


def test_it_takes_no_orders():
    with pytest.raises(UnsafeRequestError):
        BalanceFirmware().receive(b"T\r\n")
