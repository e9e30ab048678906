from __future__ import annotations

import pytest

from app.demo import SimulatedLink
from app.links import LinkSpecError, choose_link
from devices.godirect_hd import GODIRECT_HD
from devices.mark10 import MARK10
from devices.match import AnyModel
from devices.ott import OTT
from devices.sciencemode4 import SCIENCEMODE4
from devices.wh_c06 import WH_C06
from drivers.broadcast import BroadcastLink
from drivers.hid import HidLink
from drivers.serial import SerialLink
from protocols.codec import Framing
from tests.drivers.ears import Ears, until


@pytest.mark.parametrize(
    ("spec", "port", "baud_rate"),
    [
        ("serial:/dev/ttyUSB0", "/dev/ttyUSB0", 115_200),
        ("serial:/dev/ttyUSB0@9600", "/dev/ttyUSB0", 9600),
        ("serial:COM3@230400", "COM3", 230_400),
        ("serial:/dev/serial/by-id/x@y", "/dev/serial/by-id/x@y", 115_200),
        ("serial:socket://127.0.0.1:7001", "socket://127.0.0.1:7001", 115_200),
        ("serial:COM3@0", "COM3@0", 115_200),
    ],
)
def test_a_port_may_carry_another_speed(spec: str, port: str, baud_rate: int) -> None:
    chosen = choose_link(spec, MARK10)
    assert isinstance(chosen.link, SerialLink)
    settings = chosen.link._settings  # pyright: ignore[reportPrivateUsage] what it will open with
    assert (chosen.link.address, settings.baud_rate) == (port, baud_rate)
    assert chosen.framing is Framing.STREAM


@pytest.mark.parametrize(("model", "lines"), [(OTT, False), (SCIENCEMODE4, False), (MARK10, None)])
def test_the_port_of_a_therapy_unit_is_opened_with_both_lines_low(
    model: AnyModel, lines: bool | None
) -> None:
    link = choose_link("serial:/dev/ttyACM0", model).link
    assert isinstance(link, SerialLink)
    settings = link._settings  # pyright: ignore[reportPrivateUsage] what it will open with
    assert (settings.dtr, settings.rts) == (lines, lines)


def test_a_model_that_only_advertises_is_listened_to() -> None:
    chosen = choose_link("ble:IF_B7", WH_C06)
    assert isinstance(chosen.link, BroadcastLink)
    assert chosen.framing is Framing.PACKETS


async def test_a_simulated_one_is_heard_over_the_virtual_radio() -> None:
    link = choose_link("sim:wh-c06", WH_C06).link
    assert isinstance(link, SimulatedLink)
    ears = Ears(link)
    await link.open()
    await until(lambda: len(ears.chunks) > 2)
    await link.switch_off()
    assert ears.chunks[0].startswith(b"\x02\x03\x11")


@pytest.mark.parametrize(
    ("spec", "address"),
    [("usb:0H1000A1", "0H1000A1"), ("usb:/dev/hidraw0", "/dev/hidraw0"), ("usb:", ""), ("usb", "")],
)
def test_a_usb_device_is_named_by_its_number_its_path_or_not_at_all(
    spec: str, address: str
) -> None:
    chosen = choose_link(spec, GODIRECT_HD)
    assert isinstance(chosen.link, HidLink)
    assert chosen.link.address == address
    assert (chosen.framing, chosen.name) == (Framing.PACKETS, f"usb:{address}")


def test_a_model_is_not_reached_by_a_link_that_it_does_not_have() -> None:
    with pytest.raises(LinkSpecError, match="no ble link"):
        choose_link("ble:anything", MARK10)
    with pytest.raises(LinkSpecError, match="no usb link"):
        choose_link("usb:anything", MARK10)
