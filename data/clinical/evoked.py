"""Evoked force of an electrically stimulated contraction, against the athlete's own maximum."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import date

from data.clinical.series import SeriesKey
from data.clinical.tests import Contraction

METHOD = (
    "nmes.mvic_percent.v1(100 · evoked peak_n / largest voluntary peak_n of the same day, test, "
    "limb, device and position)"
)


class EvokedRefusedError(ValueError):
    """The share must not be computed; the message says why and what to do."""


@dataclass(frozen=True, slots=True)
class Maximum:
    """The largest voluntary force of a day, and how it was had: `key` is that of its series."""

    peak_n: float
    on: date
    key: SeriesKey
    device_serial: str = ""
    is_virtual: bool = False


@dataclass(frozen=True, slots=True)
class Evoking:
    """How the evoked force is read: `key` as that of a maximum would be. `is_in_position` is what
    a person said: that limb, lever and strap are as they were in the test; None: nobody said it."""

    on: date
    key: SeriesKey
    device_serial: str = ""
    is_virtual: bool = False
    is_in_position: bool | None = None


def mvic_percent(evoked_n: float | None, maximum: Maximum | None, now: Evoking) -> float:
    """`METHOD`, in per cent. Raises `EvokedRefusedError`."""
    if maximum is None:
        raise EvokedRefusedError(
            "No maximum of today: test this limb with this device first, as strong as it can."
        )
    _must_be_comparable(maximum, now)
    if not maximum.peak_n > 0:
        raise EvokedRefusedError("The maximum of today is no force above 0 N: test it again.")
    if evoked_n is None or not evoked_n > 0 or math.isinf(evoked_n):
        raise EvokedRefusedError("No contraction was seen yet.")
    return 100 * evoked_n / maximum.peak_n


def _must_be_comparable(maximum: Maximum, now: Evoking) -> None:
    if maximum.on != now.on:
        raise EvokedRefusedError(
            f"The maximum is of {maximum.on.isoformat()}, not of today: test it again."
        )
    if maximum.key.contraction is not Contraction.ISOMETRIC_MAKE:
        raise EvokedRefusedError(
            f"That test is {maximum.key.contraction.value}: a share is taken of an isometric "
            "maximum only."
        )
    apart = now.key.differences(maximum.key)
    if apart:
        raise EvokedRefusedError(f"Not comparable: {'; '.join(apart)} in the test.")
    if maximum.is_virtual is not now.is_virtual or maximum.device_serial != now.device_serial:
        raise EvokedRefusedError(
            "Not comparable: the maximum was measured with another unit of this device."
        )
    if not now.is_in_position:
        raise EvokedRefusedError("Say that limb, lever and strap are as they were in the test.")
