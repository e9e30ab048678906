"""Devices that a person has accepted once: they connect by themselves when they are found again."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import cast

from app.status import DeviceStatus
from data.sides import Side
from devices.declaration import ForceModel
from devices.match import all_models
from devices.types import Evidence, LinkState, Position


@dataclass(frozen=True, slots=True)
class KnownDevice:
    """As which model it was accepted, what it said of itself then, and for which limb it is set.

    `usb_serial` is that of its cable, which tells a device without a number of its own; `last_seen`
    an ISO moment.
    """

    model: str
    serial: str | None = None
    name: str = ""
    firmware: str | None = None
    usb_serial: str | None = None
    side: Side | None = None
    last_seen: str = ""


class KnownDevices:
    """A small JSON file: link (``ble:…``, ``serial:…``, ``usb:…``) -> `KnownDevice`.

    Unreadable: nobody. A device that answers on another link than last time keeps what was known
    of it: it is told by its serial number.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._devices = _read(path)

    @property
    def has_any(self) -> bool:
        return bool(self._devices)

    @property
    def all(self) -> Mapping[str, KnownDevice]:
        return self._devices

    def get(self, key: str) -> KnownDevice | None:
        return self._devices.get(key)

    def expected(self, key: str, usb_serial: str | None) -> KnownDevice | None:
        """Who was accepted and should be at this link: the cable's number goes before its place."""
        here = self._devices.get(key)
        if usb_serial is None or (here is not None and here.usb_serial == usb_serial):
            return here
        for known in self._devices.values():
            if known.usb_serial == usb_serial:
                return known
        return None if here is not None and here.usb_serial else here

    def remember(self, key: str, device: KnownDevice) -> None:
        """Accept a device, or note what it says now; the same unit elsewhere moves here."""
        for other, known in list(self._devices.items()):
            if other != key and _is_same(known, device):
                del self._devices[other]
                device = replace(device, side=device.side or known.side)
        if self._devices.get(key) != device:
            self._devices[key] = device
            self._write()

    def forget(self, key: str) -> None:
        if self._devices.pop(key, None) is not None:
            self._write()

    def _write(self) -> None:
        self.path.parent.mkdir(parents=True, exist_ok=True)
        unfinished = self.path.with_suffix(".new")
        content = {key: asdict(device) for key, device in self._devices.items()}
        unfinished.write_text(json.dumps(content, indent=2) + "\n", encoding="utf-8")
        unfinished.replace(self.path)


def absent(key: str, known: KnownDevice) -> DeviceStatus:
    """How a device shows that was accepted once and is not here now."""
    model = all_models().get(known.model)
    return DeviceStatus(
        name=known.name or (model.name if model else known.model),
        model=model.name if model else known.model,
        link_state=LinkState.CLOSED,
        link=key,
        serial=known.serial,
        firmware=known.firmware,
        model_id=known.model,
        maker=model.maker if model else "",
        is_experimental=model is not None and model.evidence is Evidence.THIRD_PARTY,
        tells_loss=not isinstance(model, ForceModel) or model.loss_detectable,
        is_force=isinstance(model, ForceModel),
        cells=len(model.channels) if isinstance(model, ForceModel) else 0,
        position=Position(known.side) if known.side else None,
        last_seen=known.last_seen,
        key=key,
    )


def _is_same(one: KnownDevice, other: KnownDevice) -> bool:
    if one.serial or other.serial:
        return (one.model, one.serial) == (other.model, other.serial)
    return one.usb_serial is not None and one.usb_serial == other.usb_serial


def _read(path: Path) -> dict[str, KnownDevice]:
    try:
        loaded: object = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    if not isinstance(loaded, dict):
        return {}
    found: dict[str, KnownDevice] = {}
    for key, value in cast("dict[str, object]", loaded).items():
        entry = cast("dict[str, object]", value) if isinstance(value, dict) else {}
        texts = {name: text for name, text in entry.items() if isinstance(text, str)}
        if "model" not in texts:
            continue
        side = texts.get("side")
        found[key] = KnownDevice(
            model=texts["model"],
            serial=texts.get("serial"),
            name=texts.get("name", ""),
            firmware=texts.get("firmware"),
            usb_serial=texts.get("usb_serial"),
            side=Side(side) if side in list(Side) else None,
            last_seen=texts.get("last_seen", ""),
        )
    return found
