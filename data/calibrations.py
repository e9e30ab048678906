"""How somebody measured or checked a device with known masses, and which of it counts today."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from data.clinical.calibration_fit import (
    METHOD,
    STANDARD_GRAVITY_M_S2,
    CalibrationFit,
    Point,
    Uncertainty,
    fit,
    uncertainty,
)
from data.episodes import Item
from devices.types import ChannelCalibration, DeviceInfo, HostCalibration, MassCheck

INTERVAL_MONTHS = 12


@dataclass(frozen=True, slots=True)
class LoadPoint:
    """One known mass, 0 for nothing at all, and the mean counts of `samples` under it."""

    mass_kg: float
    counts: float
    sd_counts: float = 0.0
    samples: int = 1


@dataclass(frozen=True, slots=True)
class MeasuredChannel:
    """A channel's calibration with the points behind it, in the order in which they were measured.

    `residuals_n` is what the line gives less the mass's force, a value for each point.
    """

    host: HostCalibration
    points: tuple[LoadPoint, ...]
    residuals_n: tuple[float, ...]
    standard_error_n: float | None
    uncertainty_method: str
    method: str = METHOD

    @property
    def largest_residual_n(self) -> float:
        return max(self.residuals_n, key=abs, default=0.0)

    @property
    def kind(self) -> str:
        return "two-point" if len(self.points) == 2 else f"multi-point ({len(self.points)})"


@dataclass(frozen=True, slots=True, kw_only=True)
class Calibration(Item):
    """What was found out about one device on one day; `subject` is its `device_key`.

    `channels` are those that were measured, of a device that sends raw counts; `checks` are
    readings of known masses, of any device. `gravity_m_s2` is what made newtons of the masses.
    """

    device: DeviceInfo
    done_on: date
    due_on: date
    gravity_m_s2: float = STANDARD_GRAVITY_M_S2
    channels: tuple[MeasuredChannel, ...] = ()
    checks: tuple[MassCheck, ...] = ()


@dataclass(frozen=True, slots=True)
class InForce:
    """What counts for one device: our calibrations of its channels, its last check of each channel,
    and by when the clinic wants it done again; None where it was never done."""

    hosts: tuple[HostCalibration, ...] = ()
    checks: tuple[MassCheck, ...] = ()
    due_on: date | None = None

    def applied_to(self, calibration: ChannelCalibration, channel: int) -> ChannelCalibration:
        """The copy that a trial keeps. A device with a calibration of its own has the date of its
        last check; `channel` is the device's own number of it."""
        checked = [check for check in self.checks if check.channel == channel]
        due_on = calibration.due_on or (self.due_on.isoformat() if self.due_on else None)
        return replace(calibration, due_on=due_on, check=checked[-1] if checked else None)


def device_key(info: DeviceInfo) -> str:
    """By which a device's calibrations are found: model and serial number.

    Units that tell no number share the key of their model.
    """
    return f"{info.model} {info.serial}" if info.serial else info.model


def measured(
    points: Sequence[LoadPoint],
    like: HostCalibration,
    *,
    gravity_m_s2: float | None = None,
    masses_percent: float | None = None,
) -> MeasuredChannel:
    """A channel's calibration from its points; `like` says all that is not computed.

    Without `gravity_m_s2` standard gravity is taken. Raises `FitRefusedError`.
    """
    g = STANDARD_GRAVITY_M_S2 if gravity_m_s2 is None else gravity_m_s2
    found = fit([Point(p.mass_kg * g, p.counts, p.sd_counts, p.samples) for p in points])
    known = uncertainty(
        found, masses_percent=masses_percent, has_local_gravity=gravity_m_s2 is not None
    )
    return _measured(found, known, points, like)


def in_force(records: Sequence[Calibration], *, for_virtual: bool = False) -> InForce:
    """From all records of a device, in order of time: of each channel the newest counts. Those of
    a virtual device never count for a real one.

    Where channels were measured, the earliest of their due dates counts, and a check does not put
    it off; where the device has its own calibration, the last check's does.
    """
    hosts: dict[int, HostCalibration] = {}
    checks: dict[int, MassCheck] = {}
    due: date | None = None
    for record in records:
        if record.is_virtual and not for_virtual:
            continue
        for channel in record.channels:
            hosts[channel.host.channel] = channel.host
            checks.pop(channel.host.channel, None)  # it was one of the calibration before
        for check in record.checks:
            checks[check.channel] = check
        if record.checks:
            due = record.due_on
    if hosts:
        days = [date.fromisoformat(host.due_on) for host in hosts.values() if host.due_on]
        due = min(days, default=None)
    return InForce(
        hosts=tuple(hosts[channel] for channel in sorted(hosts)),
        checks=tuple(checks[channel] for channel in sorted(checks)),
        due_on=due,
    )


def past_due(records: Sequence[Calibration], today: date) -> list[tuple[DeviceInfo, date]]:
    """The devices, by name, whose calibration or check was due before `today`, from the records of
    all devices."""
    by_device: dict[tuple[str, bool], list[Calibration]] = {}
    for record in records:
        by_device.setdefault((record.subject, record.is_virtual), []).append(record)
    late = [
        (of_device[-1].device, due)
        for of_device in by_device.values()
        if (due := in_force(of_device, for_virtual=True).due_on) is not None and due < today
    ]
    return sorted(late, key=lambda one: (one[0].name, one[0].serial or ""))


def due_after(done_on: date, months: int) -> date:
    """The same day so many months later, or the last of a month that is too short."""
    year, month = divmod(done_on.year * 12 + done_on.month - 1 + months, 12)
    return date(year, month + 1, min(done_on.day, monthrange(year, month + 1)[1]))


def _measured(
    found: CalibrationFit, known: Uncertainty, points: Sequence[LoadPoint], like: HostCalibration
) -> MeasuredChannel:
    host = replace(
        like,
        newtons_per_count=found.newtons_per_count,
        zero_counts=found.zero_counts,
        uncertainty_percent=known.percent,
    )
    return MeasuredChannel(
        host=host,
        points=tuple(points),
        residuals_n=found.residuals_n,
        standard_error_n=found.standard_error_n,
        uncertainty_method=known.method,
    )
