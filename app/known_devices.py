"""Devices that a person has accepted once: they connect by themselves when they are found again."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import cast


@dataclass(frozen=True, slots=True)
class KnownDevice:
    """As which model it was accepted, and the serial number that it gave then."""

    model: str
    serial: str | None = None


class KnownDevices:
    """A small JSON file: link (``ble:…``, ``serial:…``) -> `KnownDevice`. Unreadable: nobody."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._devices = _read(path)

    @property
    def has_any(self) -> bool:
        return bool(self._devices)

    def get(self, key: str) -> KnownDevice | None:
        return self._devices.get(key)

    def remember(self, key: str, device: KnownDevice) -> None:
        """Accept a device, or note that its serial number is another now."""
        if self._devices.get(key) != device:
            self._devices[key] = device
            self._write()

    def forget(self, key: str) -> None:
        if self._devices.pop(key, None) is not None:
            self._write()

    def _write(self) -> None:
        self.path.parent.mkdir(parents=True, exist_ok=True)
        unfinished = self.path.with_suffix(".new")
        content = {
            key: {"model": device.model, "serial": device.serial}
            for key, device in self._devices.items()
        }
        unfinished.write_text(json.dumps(content, indent=2) + "\n", encoding="utf-8")
        unfinished.replace(self.path)


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
        model, serial = entry.get("model"), entry.get("serial")
        if isinstance(model, str):
            found[key] = KnownDevice(model, serial if isinstance(serial, str) else None)
    return found
