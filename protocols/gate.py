"""What a request does to a device, so that a write gate can decide which may leave."""

from __future__ import annotations

from enum import StrEnum


class RequestClass(StrEnum):
    LISTEN = "listen"  # nothing is asked
    QUERY = "query"  # answered, and nothing changes
    STREAM = "stream"  # begins or ends the flow of measurements
    CALIBRATION = "calibration"  # changes, or may change, what is stored as calibration
    SUSTAINS = "sustains"  # keeps therapy output going
    SETS = "sets"  # changes another state of the device: zero, power, settings
    ENERGISES = "energises"  # begins therapy output
    UNKNOWN = "unknown"  # no well-formed request of the format: never to be sent
