from __future__ import annotations

import asyncio
import sys
import threading
import time
from collections.abc import Sequence
from typing import Any

import pytest

from drivers import hid_system
from drivers.hid import Hid, HidLink
from drivers.hid_system import HidHandle, HidInfo, HidLibrary, plugged_in, system_library, udev_rule
from drivers.link import (
    LinkBusyError,
    LinkDeniedError,
    LinkError,
    LinkLostError,
    LinkNotFoundError,
    LinkTimeoutError,
)
from firmware_sim.hid_bus import VirtualHidBus, VirtualHidDevice
from protocols.hid_reports import carried, reports
from tests.drivers.ears import Ears, until
from tests.firmware_sim.counter import Counter

IDS = (0x1209, 0x0001)
HID = Hid(*IDS, report_bytes=64, wrap=reports, unwrap=carried)


class Rig:
    """A counter that is plugged in, and a link to it."""

    def __init__(self, address: str = "A-1", **options: Any) -> None:
        self.firmware = Counter(serial="A-1")
        self.bus = VirtualHidBus()
        self.device = self.bus.plug_in(self.firmware, IDS, "Counter")
        self.link = HidLink(address, HID, library=lambda: self.bus, **options)
        self.ears = Ears(self.link)

    def another(self, serial: str) -> VirtualHidDevice:
        return self.bus.plug_in(Counter(serial=serial), IDS, "Counter")


def hid_threads() -> list[threading.Thread]:
    return [thread for thread in threading.enumerate() if thread.name == "HID reader"]


async def test_each_report_is_one_piece_and_they_come_in_order() -> None:
    rig = Rig()
    assert rig.link.framing == "packets"
    await rig.link.open()
    await rig.link.write(b"start")
    await until(lambda: len(rig.ears.chunks) > 10)
    await rig.link.close()
    assert rig.ears.chunks[0] == b"started"
    assert [int.from_bytes(c[:4], "little") for c in rig.ears.chunks[1:]] == list(
        range(len(rig.ears.chunks) - 1)
    )
    assert {len(chunk) for chunk in rig.ears.chunks[1:]} == {20}
    assert rig.ears.losses == []
    assert rig.firmware.events == ["connected", "start", "disconnected"]


async def test_a_long_message_goes_and_comes_in_parts_that_fill_their_reports() -> None:
    rig = Rig()
    await rig.link.open()
    await rig.link.write(b"x" * 158)
    # The counter answers each of the three parts: 6 bytes more are too long for one report.
    await until(lambda: len(rig.ears.chunks) == 5)
    await rig.link.close()
    assert [len(text) for text in rig.firmware.events[1:4]] == [63, 63, 32]
    assert [len(chunk) for chunk in rig.ears.chunks] == [63, 6, 63, 6, 38]


class Slow(Counter):
    def receive(self, data: bytes) -> list[bytes]:
        time.sleep(0.04)
        return super().receive(data)


async def test_writes_keep_their_order_and_each_has_its_own_deadline() -> None:
    bus = VirtualHidBus()
    firmware = Slow(serial="A-1")
    bus.plug_in(firmware, IDS, "Counter")
    link = HidLink("A-1", HID, library=lambda: bus, write_s=0.5)
    await link.open()
    # Together they take 0.8 s.
    await asyncio.gather(*(link.write(b"%d" % n) for n in range(20)))
    await link.close()
    assert firmware.events[1:-1] == [str(n) for n in range(20)]


async def test_a_loop_that_stands_still_gets_all_reports_in_one_call_each_by_itself() -> None:
    rig = Rig()
    await rig.link.open()
    await rig.link.write(b"start")
    await until(lambda: len(rig.ears.chunks) > 2)
    before = len(rig.ears.chunks)
    time.sleep(0.3)  # noqa: ASYNC251 - the loop is meant to stand still
    await asyncio.sleep(0)
    # 100 a second: about 30 waited.
    assert 20 <= len(rig.ears.chunks) - before <= 40
    await rig.link.close()
    assert {len(chunk) for chunk in rig.ears.chunks[1:]} == {20}


async def test_a_report_that_carries_nothing_is_not_told() -> None:
    rig = Rig()
    await rig.link.open()
    rig.device.send(bytes(64))
    rig.device.send(bytes([200]) + b"y" * 63)
    await until(lambda: bool(rig.ears.chunks))
    await rig.link.close()
    assert rig.ears.chunks == [b"y" * 63]


async def test_an_unplug_while_reading_is_one_loss_after_all_that_came() -> None:
    rig = Rig()
    await rig.link.open()
    await rig.link.write(b"start")
    await until(lambda: len(rig.ears.chunks) > 3)
    rig.device.unplug()
    error = await rig.ears.hears_loss()
    assert "A-1 is gone" in str(error)
    assert rig.ears.order[-1] == "lost"
    with pytest.raises(LinkLostError):
        await rig.link.write(b"x")
    await rig.link.close()
    assert len(rig.ears.losses) == 1
    await until(lambda: not hid_threads())


async def test_a_write_that_fails_is_the_same_single_loss() -> None:
    rig = Rig()
    await rig.link.open()
    rig.device.takes_writes = False
    with pytest.raises(LinkLostError, match="write error"):
        await rig.link.write(b"x")
    await rig.ears.hears_loss()
    with pytest.raises(LinkLostError, match="nothing was sent"):
        await rig.link.write(b"x")
    assert len(rig.ears.losses) == 1
    await until(lambda: not rig.device.is_open)


async def test_a_lost_device_is_found_by_its_number_in_another_socket() -> None:
    rig = Rig()
    rig.another("B-2")
    await rig.link.open()
    rig.device.unplug()
    await rig.ears.hears_loss()
    with pytest.raises(LinkNotFoundError, match="A-1 is not plugged in"):
        await rig.link.open()
    rig.device.plug_in_again(b"/dev/hidraw7")
    await rig.link.open()
    assert rig.device.is_open
    await rig.link.close()
    assert not rig.device.is_open


async def test_silence_is_no_loss() -> None:
    rig = Rig()
    await rig.link.open()
    rig.device.is_silent = True
    await rig.link.write(b"start")
    await asyncio.sleep(0.2)
    assert rig.ears.order == []
    rig.device.is_silent = False
    await until(lambda: len(rig.ears.chunks) > 3)
    await rig.link.close()


async def test_closing_while_reports_pour_in_is_quiet_and_ends_the_thread() -> None:
    rig = Rig()
    rig.firmware.rate_hz = 5000.0
    for _ in range(5):
        await rig.link.open()
        await rig.link.write(b"start")
        before = len(rig.ears.chunks)
        await until(lambda before=before: len(rig.ears.chunks) > before + 10)
        await rig.link.close()
        heard = len(rig.ears.chunks)
        await rig.link.close()
        await asyncio.sleep(0.01)
        assert len(rig.ears.chunks) == heard
    assert rig.ears.losses == []
    await until(lambda: not hid_threads())


async def test_the_only_device_needs_no_name() -> None:
    rig = Rig("")
    await rig.link.open()
    assert rig.device.is_open
    await rig.link.close()


async def test_a_device_with_a_number_is_reached_by_its_path_too() -> None:
    rig = Rig("/dev/hidraw0")
    rig.another("B-2")
    await rig.link.open()
    assert rig.device.is_open
    await rig.link.close()


async def test_of_several_devices_none_is_guessed() -> None:
    rig = Rig("")
    rig.another("B-2")
    with pytest.raises(LinkNotFoundError, match="A-1, B-2"):
        await rig.link.open()


async def test_devices_that_share_a_number_are_named_by_their_paths() -> None:
    rig = Rig("/dev/hidraw1")
    twin = rig.another("A-1")
    rig.bus.plug_in(Counter(), (0x046D, 0xC077), "Mouse")
    found = await plugged_in([IDS], lambda: rig.bus)
    assert [info.address for info in found] == ["/dev/hidraw0", "/dev/hidraw1"]
    assert found[0] == HidInfo(b"/dev/hidraw0", IDS, "/dev/hidraw0", "Counter", "A-1")
    await rig.link.open()
    assert (rig.device.is_open, twin.is_open) == (False, True)
    await rig.link.close()


async def test_it_is_opened_once() -> None:
    rig = Rig()
    await rig.link.open()
    with pytest.raises(LinkBusyError, match="already open in this program"):
        await rig.link.open()
    await rig.link.close()


@pytest.mark.parametrize(
    ("platform", "said", "kind", "advice"),
    [
        # hidapi's words, then those of the C library
        ("linux", "Permission denied", LinkDeniedError, udev_rule(IDS)),
        ("linux", "hid_error is not implemented yet", LinkBusyError, udev_rule(IDS)),
        ("linux", "No such file or directory", LinkNotFoundError, "Plug it in again"),
        ("darwin", "(0xE00002E2) not permitted", LinkDeniedError, "administrator"),
        ("darwin", "(0xE00002C5) exclusive access", LinkBusyError, "Close the maker's program"),
        ("win32", "CreateFile: (0x00000020) in use", LinkBusyError, "Close the maker's program"),
    ],
)
async def test_each_refusal_has_its_own_advice(
    platform: str,
    said: str,
    kind: type[LinkError],
    advice: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    rig = Rig()
    rig.device.refusal = said
    monkeypatch.setattr(sys, "platform", platform)
    with pytest.raises(LinkError) as told:
        await rig.link.open()
    assert type(told.value) is kind
    assert advice in str(told.value)
    await until(lambda: not hid_threads())
    rig.device.refusal = ""
    await rig.link.open()
    await rig.link.close()


def test_the_rule_names_the_device_in_small_hexadecimal() -> None:
    # As in hidapi's own example, udev/69-hid.rules: lower case, or it never matches.
    assert udev_rule((0x08F7, 0x0010)) == (
        'SUBSYSTEMS=="usb", ATTRS{idVendor}=="08f7", ATTRS{idProduct}=="0010", TAG+="uaccess"'
    )


class SlowBus(VirtualHidBus):
    """Lists its devices only after a wait."""

    def __init__(self, listing_s: float = 0.0) -> None:
        super().__init__()
        self.go_on = threading.Event()
        self.listing_s = listing_s

    def enumerate(self, vendor_id: int = 0, product_id: int = 0, /) -> list[dict[str, Any]]:
        self.go_on.wait(self.listing_s)
        return super().enumerate(vendor_id, product_id)


async def test_opening_has_a_deadline_and_a_late_opener_lets_go() -> None:
    bus = SlowBus(listing_s=5.0)
    device = bus.plug_in(Counter(serial="A-1"), IDS, "Counter")
    link = HidLink("A-1", HID, library=lambda: bus, open_s=0.1)
    began_s = time.monotonic()
    with pytest.raises(LinkTimeoutError, match="did not open"):
        await link.open()
    assert time.monotonic() - began_s < 2.0
    bus.go_on.set()
    await until(lambda: not hid_threads())
    assert not device.is_open


class Stuck(Counter):
    """Takes a write only when it is told to go on."""

    go_on = threading.Event()

    def receive(self, data: bytes) -> list[bytes]:
        self.go_on.wait(5.0)
        return super().receive(data)


async def test_a_write_has_a_deadline() -> None:
    bus = VirtualHidBus()
    firmware = Stuck(serial="A-1")
    bus.plug_in(firmware, IDS, "Counter")
    link = HidLink("A-1", HID, library=lambda: bus, write_s=0.1)
    ears = Ears(link)
    await link.open()
    began_s = time.monotonic()
    with pytest.raises(LinkTimeoutError, match="takes no more data"):
        await link.write(b"x")
    assert time.monotonic() - began_s < 2.0
    firmware.go_on.set()
    assert await ears.hears(7) == b"heard x"
    await link.close()
    assert ears.losses == []


async def test_a_list_that_does_not_come_has_a_deadline(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hid_system, "_LIST_S", 0.1)
    bus = SlowBus(listing_s=5.0)
    with pytest.raises(LinkTimeoutError, match="could not be listed"):
        await plugged_in([IDS], lambda: bus)
    bus.go_on.set()


class OneAtATime(VirtualHidBus):
    """Notes how many threads list at once."""

    def __init__(self) -> None:
        super().__init__()
        self.inside: list[int] = []
        self.most = 0

    def enumerate(self, vendor_id: int = 0, product_id: int = 0, /) -> list[dict[str, Any]]:
        self.inside.append(1)
        self.most = max(self.most, len(self.inside))
        time.sleep(0.02)
        self.inside.pop()
        return super().enumerate(vendor_id, product_id)


async def test_the_library_is_asked_by_one_thread_at_a_time() -> None:
    # hidapi: only reading and writing are safe in several threads at once.
    bus = OneAtATime()
    await asyncio.gather(*(plugged_in([IDS], lambda: bus) for _ in range(4)))
    assert bus.most == 1


class Unlistable(VirtualHidBus):
    def enumerate(self, vendor_id: int = 0, product_id: int = 0, /) -> list[dict[str, Any]]:
        raise OSError("hid_init failed")


async def test_devices_that_cannot_be_listed_are_told_in_plain_words() -> None:
    with pytest.raises(LinkTimeoutError, match="could not be listed"):
        await plugged_in([IDS], Unlistable)
    with pytest.raises(LinkTimeoutError, match="could not be listed"):
        await HidLink("", HID, library=Unlistable).open()


@pytest.mark.parametrize(
    ("platform", "module"), [("linux", "hidraw"), ("darwin", "hid"), ("win32", "hid")]
)
def test_each_system_has_its_module(
    platform: str, module: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    modules = {name: VirtualHidBus() for name in ("hid", "hidraw")}
    for name, bus in modules.items():
        monkeypatch.setitem(sys.modules, name, bus)
    monkeypatch.setattr(sys, "platform", platform)
    assert system_library() is modules[module]


def test_on_linux_the_other_module_serves_where_the_first_is_missing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    bus = VirtualHidBus()
    monkeypatch.setattr(sys, "platform", "linux")
    monkeypatch.setitem(sys.modules, "hidraw", None)  # importing it raises ImportError
    monkeypatch.setitem(sys.modules, "hid", bus)
    assert system_library() is bus


@pytest.fixture
def without_hidapi(monkeypatch: pytest.MonkeyPatch) -> None:
    for module in ("hid", "hidraw"):
        monkeypatch.setitem(sys.modules, module, None)  # importing it raises ImportError


@pytest.mark.usefixtures("without_hidapi")
async def test_where_hidapi_does_not_load_that_is_said() -> None:
    with pytest.raises(LinkDeniedError, match="hidapi does not load"):
        await HidLink("", HID).open()
    with pytest.raises(LinkDeniedError, match="Other devices are not concerned"):
        await plugged_in([IDS])


# What follows is the real library, which has no such device here.


class Stale:
    """The real library, with a list from before an unplug."""

    def __init__(self, real: HidLibrary) -> None:
        self._real = real

    def enumerate(self, vendor_id: int = 0, product_id: int = 0, /) -> Sequence[dict[str, Any]]:
        assert self._real.enumerate(vendor_id, product_id) == []
        entry = {"path": b"/dev/hidraw-gone", "serial_number": "A-1", "product_string": "Counter"}
        return [entry]

    def device(self) -> HidHandle:
        return self._real.device()


async def test_the_real_library_lists_no_such_device() -> None:
    assert await plugged_in([IDS]) == []
    with pytest.raises(LinkNotFoundError, match="not plugged in"):
        await HidLink("A-1", HID).open()


async def test_the_real_library_opens_no_path_that_is_gone() -> None:
    link = HidLink("A-1", HID, library=lambda: Stale(system_library()))
    with pytest.raises(LinkError) as told:
        await link.open()
    if sys.platform == "linux":
        assert type(told.value) is LinkNotFoundError
        assert "was unplugged just now" in str(told.value)
    await until(lambda: not hid_threads())
