"""What pyserial and the system say about a port, in plain words and with a next step."""

from __future__ import annotations

import errno
import sys
from pathlib import Path

from drivers.link import (
    LinkBusyError,
    LinkDeniedError,
    LinkError,
    LinkNotFoundError,
    LinkTimeoutError,
)

_BUSY = {errno.EBUSY, errno.EAGAIN, errno.EWOULDBLOCK}
_DENIED = {errno.EACCES, errno.EPERM}
_TIMED_OUT = {errno.ETIMEDOUT}


def opening_error(address: str, error: Exception) -> LinkError:
    """Why `address` did not open."""
    if isinstance(error, LinkError):
        return error
    number = _errno(error)
    if number in _BUSY or "PermissionError(13" in str(error):  # so Windows says "in use"
        return LinkBusyError(
            f"{address} is in use by another program or another window. "
            "Close it there (Arduino's serial monitor is a frequent one), then try again."
        )
    if number in _DENIED:
        return LinkDeniedError(_denied_text(address))
    if number in _TIMED_OUT or isinstance(error.__context__, TimeoutError):
        return LinkTimeoutError(
            f"{address} did not answer. Check that the device or its server is running."
        )
    if number == errno.ECONNREFUSED:
        return LinkNotFoundError(
            f"Nothing listens at {address}. Start the server or simulator there, then try again."
        )
    if isinstance(error, ValueError):
        return LinkNotFoundError(
            f"{address} is neither a port nor a URL that can be opened ({error}). "
            "Choose a port from the list."
        )
    return LinkNotFoundError(
        f"{address} cannot be opened ({error}). "
        "Plug the device in, try another cable, and choose the port again."
    )


def _errno(error: Exception) -> int | None:
    """Of the error, or of the one that pyserial met and only quotes."""
    for candidate in (error, error.__cause__, error.__context__):
        if isinstance(candidate, OSError) and candidate.errno is not None:
            return candidate.errno
    return None


def _denied_text(address: str) -> str:
    if sys.platform != "linux":
        return f"The system does not let this program open {address}. Ask the administrator."
    try:
        group = Path(address).group()
    except (OSError, KeyError):
        group = "dialout"
    return (
        f"You have no right to open {address}. Add yourself to the group {group} "
        f"(sudo usermod -aG {group} $USER), log out and in again."
    )
