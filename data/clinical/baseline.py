"""The injured limb against what it, or its partner, could do before."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date

from data.clinical.change import Change, change
from data.clinical.series import Reading
from data.clinical.typical_error import TypicalError
from data.sides import Side

OWN = "epic.own.v1(100 · now / own limb before the injury)"
PARTNER_BEFORE = "epic.partner.v1(100 · now / uninjured limb before the injury)"
PARTNER_SINCE = "epic.partner.v1(100 · now / uninjured limb, first test since the injury)"


@dataclass(frozen=True, slots=True)
class PreInjury:
    """The injured limb's latest result in percent of the reference; refused with a reason.

    `change` is there where the reference is the same limb: only then has it an error over time.
    """

    now: Reading | None
    reference: Reading | None
    percent: float | None
    method: str
    change: Change | None = None
    reason: str | None = None


def pre_injury(
    readings: Iterable[Reading],
    injured: Side,
    injured_on: date,
    error: TypicalError | None = None,
    *,
    both_injured: bool = False,
) -> PreInjury:
    """From results of one test and metric on both limbs.

    The reference is the last result of the injured limb before the injury; without one, that of
    the uninjured limb; without that, the first of the uninjured limb since. All must have been
    measured the way the latest result was. With `both_injured` the other limb is no reference.
    """
    ordered = sorted(readings, key=lambda each: each.on)
    own = [each for each in ordered if each.key.side is injured]
    partner = [each for each in ordered if each.key.side is injured.other and not both_injured]
    since = [each for each in own if each.on >= injured_on]
    if not since:
        return PreInjury(None, None, None, OWN, reason="no test of the injured limb since then")
    now = since[-1]
    before = [each for each in own if each.on < injured_on]
    candidates = (
        (OWN, _comparable(before, now)[-1:]),
        (PARTNER_BEFORE, _comparable([each for each in partner if each.on < injured_on], now)[-1:]),
        (PARTNER_SINCE, _comparable([each for each in partner if each.on >= injured_on], now)[:1]),
    )
    for method, found in candidates:
        if found and found[0].value > 0:
            since_then = change(found[0], now, error) if method is OWN else None
            return PreInjury(now, found[0], 100 * now.value / found[0].value, method, since_then)
    reason = _why_none([*before, *partner], now)
    if both_injured and not before:
        reason = "no test of this limb before the injury, and the other limb is injured too"
    return PreInjury(now, None, None, OWN, reason=reason)


def _comparable(readings: Sequence[Reading], now: Reading) -> list[Reading]:
    return [each for each in readings if each.key.matches(replace(now.key, side=each.key.side))]


def _why_none(readings: Sequence[Reading], now: Reading) -> str:
    if not readings:
        return "no earlier test of either limb"
    last = readings[-1]
    parted = last.key.differences(replace(now.key, side=last.key.side))
    return "; ".join(parted) or "the earlier result is 0"
