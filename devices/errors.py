"""What can go wrong between a device and us once bytes travel."""

from __future__ import annotations


class DeviceError(Exception):
    """Root of everything a device can do wrong.

    ├── NotRespondingError      it does not answer, or sends no samples
    ├── RequestRejectedError    it answered with an error
    ├── UnsupportedDeviceError  a version or a feature this program does not know
    ├── ExperimentalModelError  known from third-party decoders only, and not switched on
    ├── UncalibratedError       it sends raw counts and nobody gave their way to newtons
    ├── DeviceSwappedError      another unit answered where a known one was expected
    ├── ForbiddenRequestError   this program tried to send what it must not: never sent
    └── ZeroRefusedError        the zero was not taken: loaded, unquiet, drifting or too short
    """


class NotRespondingError(DeviceError):
    pass


class RequestRejectedError(DeviceError):
    pass


class UnsupportedDeviceError(DeviceError):
    pass


class ExperimentalModelError(DeviceError):
    def __init__(self, name: str) -> None:
        super().__init__(
            f"{name} is experimental: its format is known from third-party decoders only, and its "
            "readings may be wrong. Nothing was connected. Switch experimental devices on "
            "(“myograph record --experimental”) if you want to try it, and check it with a "
            "known weight first."
        )


class UncalibratedError(DeviceError):
    def __init__(self, name: str) -> None:
        super().__init__(
            f"{name} sends raw counts, and no calibration says how many newtons one is. "
            "Nothing was recorded. Measure it first: Devices → Calibrate in the window, or "
            "“myograph calibrate”."
        )


class DeviceSwappedError(DeviceError):
    def __init__(self, expected: str, found: str) -> None:
        super().__init__(
            f"Another device answered: serial {found} instead of {expected}. "
            "The recording so far is safe. Switch the first one on again, or finish the trial."
        )
        self.expected = expected
        self.found = found


class ZeroRefusedError(DeviceError):
    """`reason` is a short word for the screen's logic, the message the whole sentence."""

    def __init__(self, reason: str, message: str) -> None:
        super().__init__(message)
        self.reason = reason


class ForbiddenRequestError(DeviceError):
    """A fault of this program, caught at the write gate before anything left."""

    def __init__(self, kind: str) -> None:
        super().__init__(
            f"A request of class '{kind}' was held back: this program only reads. "
            "Nothing was sent. Please report this."
        )
