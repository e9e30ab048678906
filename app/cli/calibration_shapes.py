"""Calibrations and checks as the command line shows them: JSON, facts, rows of a table."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from app.cli.output import print_facts

if TYPE_CHECKING:
    from data.calibrations import Calibration, MeasuredChannel
    from devices.types import MassCheck


HEADERS = ("device", "serial", "date", "due", "what", "result", "by", "id")


def calibration_json(kept: Calibration, now: datetime) -> dict[str, Any]:
    """A calibration or a check as the command line tells it."""
    g = kept.gravity_m_s2
    return {
        "id": str(kept.id),
        "device": {
            "model": kept.device.model,
            "name": kept.device.name,
            "serial": kept.device.serial,
            "firmware": kept.device.firmware,
        },
        "date": kept.done_on.isoformat(),
        "due": kept.due_on.isoformat(),
        "is_past_due": kept.due_on < now.astimezone().date(),
        "by": kept.by,
        "note": kept.note,
        "virtual": kept.is_virtual,
        "gravity_m_s2": g,
        "channels": [
            {
                "channel": each.host.channel,
                "position": each.host.position.value,
                "newtons_per_count": each.host.newtons_per_count,
                "zero_counts": each.host.zero_counts,
                "capacity_n": each.host.capacity_n,
                "cell_serial": each.host.cell_serial,
                "kind": each.kind,
                "method": each.method,
                "points": [
                    {
                        "mass_kg": one.mass_kg,
                        "force_n": one.mass_kg * g,
                        "counts": one.counts,
                        "sd_counts": one.sd_counts,
                        "samples": one.samples,
                        "residual_n": residual_n,
                    }
                    for one, residual_n in zip(each.points, each.residuals_n, strict=True)
                ],
                "largest_residual_n": each.largest_residual_n,
                **_standard_error(each.standard_error_n),
                "uncertainty_percent": each.host.uncertainty_percent,
                "uncertainty_method": each.uncertainty_method,
            }
            for each in kept.channels
        ],
        "checks": [_check_json(check) for check in kept.checks],
    }


def print_calibration(kept: Calibration) -> None:
    """One calibration or check, a line for each fact."""
    facts: list[tuple[str, str]] = [
        ("device", f"{kept.device.name}, serial {kept.device.serial or 'unknown'}"),
        ("date, due", f"{kept.done_on}, {kept.due_on}"),
    ]
    for each in kept.channels:
        host = each.host
        zero = round(host.zero_counts, 6) + 0.0  # the fit leaves a rest where it is nothing
        facts += [
            ("channel", f"{host.channel}, {host.position}, {each.kind}"),
            ("one count", f"{host.newtons_per_count:.6g} N, zero at {zero:.6g} counts"),
            ("largest residual", _residual(each)),
            ("uncertainty", f"±{host.uncertainty_percent:.2g} %, {each.uncertainty_method}"),
        ]
    for check in kept.checks:
        facts += [
            (
                "read",
                f"{check.reading_n:.2f} N where {check.mass_kg:g} kg are {check.force_n:.2f} N",
            ),
            ("error", f"{check.error_n:+.2f} N, {check.error_percent:+.2f} %{_limit(check)}"),
        ]
    print_facts(facts)


def _residual(channel: MeasuredChannel) -> str:
    if channel.standard_error_n is None:
        return "none: a line goes through any two points"
    return f"{channel.largest_residual_n:+.2f} N"


def _limit(check: MassCheck) -> str:
    if check.is_within is None:
        return ""
    return f", {'within' if check.is_within else 'outside'} ±{check.limit_percent:g} %"


def calibration_row(kept: Calibration, today: date) -> tuple[str, ...]:
    """Under `HEADERS`."""
    due = f"{kept.due_on}{' PAST' if kept.due_on < today else ''}"
    what = [f"channel {each.host.channel}, {each.kind}" for each in kept.channels]
    what += [f"check with {check.mass_kg:g} kg" for check in kept.checks]
    result = [f"±{each.host.uncertainty_percent:.2g} %" for each in kept.channels]
    result += [f"{check.error_percent:+.2f} %{_limit(check)}" for check in kept.checks]
    return (
        kept.device.name,
        kept.device.serial or "unknown",
        kept.done_on.isoformat(),
        due,
        "; ".join(what),
        "; ".join(result),
        kept.by,
        str(kept.id),
    )


def _check_json(check: MassCheck) -> dict[str, Any]:
    return {
        "channel": check.channel,
        "mass_kg": check.mass_kg,
        "force_n": check.force_n,
        "reading_n": check.reading_n,
        "error_n": check.error_n,
        "error_percent": check.error_percent,
        "limit_percent": check.limit_percent,
        "is_within": check.is_within,
    }


def _standard_error(value: float | None) -> dict[str, Any]:
    if value is not None:
        return {"standard_error_n": value}
    reason = "two points: every line goes through both"
    return {"standard_error_n": None, "standard_error_n_reason": reason}
