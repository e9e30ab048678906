from __future__ import annotations

import asyncio

import pytest

from drivers.link import LinkBusyError, LinkLostError
from drivers.memory import MemoryLink
from tests.drivers.ears import Ears


async def test_a_pair_carries_both_directions_in_order() -> None:
    here, there = MemoryLink.pair()
    ears_here, ears_there = Ears(here), Ears(there)
    await here.open()
    await there.open()
    for n in range(5):
        await here.write(b"question %d" % n)
        await there.write(b"answer %d" % n)
    await asyncio.sleep(0)
    assert ears_there.chunks == [b"question %d" % n for n in range(5)]
    assert ears_here.chunks == [b"answer %d" % n for n in range(5)]
    await here.close()
    await asyncio.sleep(0)
    assert ears_here.losses == []
    assert len(ears_there.losses) == 1


async def test_an_answer_never_arrives_inside_the_write() -> None:
    link = MemoryLink()
    ears = Ears(link)
    link.on_written = link.deliver
    await link.open()
    await link.write(b"echo")
    assert ears.chunks == []
    await asyncio.sleep(0)
    assert ears.chunks == [b"echo"]


async def test_bytes_delivered_before_a_cut_arrive_before_the_loss() -> None:
    link = MemoryLink()
    ears = Ears(link)
    await link.open()
    link.deliver(b"last")
    link.cut("unplugged")
    link.deliver(b"never")
    with pytest.raises(LinkLostError):
        await link.write(b"x")
    await asyncio.sleep(0)
    link.cut()
    await asyncio.sleep(0)
    assert ears.chunks == [b"last"]
    assert [str(error) for error in ears.losses] == ["memory was lost: unplugged."]


async def test_after_close_nothing_arrives_any_more() -> None:
    link = MemoryLink()
    ears = Ears(link)
    ends: list[str] = []
    link.on_closed = lambda: ends.append("closed")
    await link.open()
    link.deliver(b"on its way")
    link.cut()
    await link.close()
    await link.close()
    await asyncio.sleep(0)
    assert (ears.chunks, ears.losses, ends) == ([], [], ["closed"])


async def test_it_refuses_to_open_as_long_as_it_is_told_to() -> None:
    link = MemoryLink()
    link.refusal = LinkBusyError("in use")
    with pytest.raises(LinkBusyError):
        await link.open()
    link.refusal = None
    await link.open()
