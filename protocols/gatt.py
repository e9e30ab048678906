"""UUIDs of the adopted Bluetooth services that force devices and therapy units offer."""

from __future__ import annotations

_BASE = "0000{:04x}-0000-1000-8000-00805f9b34fb"

BATTERY_SERVICE = _BASE.format(0x180F)
BATTERY_LEVEL = _BASE.format(0x2A19)

DEVICE_INFORMATION_SERVICE = _BASE.format(0x180A)
MANUFACTURER_NAME = _BASE.format(0x2A29)
MODEL_NUMBER = _BASE.format(0x2A24)
SERIAL_NUMBER = _BASE.format(0x2A25)
FIRMWARE_REVISION = _BASE.format(0x2A26)
HARDWARE_REVISION = _BASE.format(0x2A27)
SOFTWARE_REVISION = _BASE.format(0x2A28)

FORCE = _BASE.format(0x2C07)
"""sint32 in mN, 7FFFFFFF unknown."""
