"""Bluetooth LE as a link: one notification in, one message out."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Gatt:
    """Where a device's bytes live: one service, its notifying and its writable characteristic."""

    service: str
    notify: str
    write: str
    write_with_response: bool
