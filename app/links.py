"""From a link as it is typed (``serial:…``, ``usb:…``, ``ble:…``, ``sim:…`` …) to a link."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path

from devices.declaration import ElectrotherapyModel, ForceModel
from devices.types import HostCalibration, Transport
from drivers.link import Link
from protocols.codec import Framing


class LinkSpecError(ValueError):
    """What was typed names no link, or none that this model has."""


async def _nothing_to_end() -> None:
    return


@dataclass(frozen=True, slots=True)
class ChosenLink:
    """A closed link, the framing of its bytes, how records call it, whether it is simulated.

    `end` ends what was started with the link, once that is closed for good. `calibrations`: what a
    virtual device that sends raw counts was made with.
    """

    link: Link
    framing: Framing
    name: str
    is_virtual: bool
    end: Callable[[], Awaitable[None]] = _nothing_to_end
    calibrations: tuple[HostCalibration, ...] = ()


def choose_link(spec: str, model: ForceModel | ElectrotherapyModel) -> ChosenLink:
    """The link that `spec` names, for `model`. Raises `LinkSpecError`."""
    kind, _, where = spec.partition(":")
    match kind:
        case "serial" if where:
            return serial_link(where, model)
        case "usb":
            return usb_link(where, model)
        case "ble" if where:
            return ble_link(where, model)
        case "replay" if where:
            return _replay_link(Path(where))
        case "sim":
            from app.demo import simulated_link  # simulators are loaded only when asked for

            return simulated_link(where or model.id, model)
        case _:
            raise LinkSpecError(
                f"'{spec}' is no link. Use serial:PORT, usb:SERIAL_NUMBER, "
                "ble:ADDRESS_OR_NAME, sim:MODEL or replay:FILE.bytes."
            )


def serial_link(
    where: str, model: ForceModel | ElectrotherapyModel, *, is_virtual: bool = False
) -> ChosenLink:
    """A serial port or pyserial URL, with ``@9600`` behind it where the device is set to another
    speed than its model says."""
    from drivers.serial import SerialLink

    _must_have(model, Transport.SERIAL)
    port, _, baud = where.rpartition("@")
    is_named = bool(port) and baud.isdecimal() and int(baud) > 0
    baud_rate = int(baud) if is_named else model.baud_rate or 115_200
    # A therapy unit may take a change of these lines for a reset, or for somebody who drives it.
    lines = False if isinstance(model, ElectrotherapyModel) else None
    link = SerialLink(
        port if is_named else where, baud_rate=baud_rate, line=model.line, dtr=lines, rts=lines
    )
    return ChosenLink(link, Framing.STREAM, f"serial:{where}", is_virtual)


def usb_link(where: str, model: ForceModel | ElectrotherapyModel) -> ChosenLink:
    """A HID device by its serial number or path; the only one of its model where none is given."""
    from drivers.hid import HidLink

    _must_have(model, Transport.USB)
    if not isinstance(model, ForceModel) or model.hid is None:
        raise LinkSpecError(f"{model.name} is no USB device that can be opened by its number.")
    return ChosenLink(HidLink(where, model.hid), Framing.PACKETS, f"usb:{where}", False)


def ble_link(where: str, model: ForceModel | ElectrotherapyModel) -> ChosenLink:
    """A Bluetooth address or advertised name."""
    from drivers.ble import BleLink

    _must_have(model, Transport.BLE)
    if isinstance(model, ForceModel) and model.broadcast is not None:
        from drivers.broadcast import BroadcastLink

        heard = BroadcastLink(where, model.broadcast)
        return ChosenLink(heard, Framing.PACKETS, f"ble:{where}", False)
    if model.gatt is None:
        raise LinkSpecError(f"{model.name} has no Bluetooth services to connect to.")
    return ChosenLink(BleLink(where, model.gatt), Framing.PACKETS, f"ble:{where}", False)


def _replay_link(path: Path) -> ChosenLink:
    from drivers.replay import ReplayLink

    link = ReplayLink(path)
    framing = Framing(link.framing)
    return ChosenLink(link, framing, f"replay:{path.name}", link.is_virtual)


def _must_have(model: ForceModel | ElectrotherapyModel, transport: Transport) -> None:
    if transport not in model.transports:
        known = ", ".join(model.transports)
        raise LinkSpecError(f"{model.name} has no {transport} link; it has: {known}.")
