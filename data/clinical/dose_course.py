"""Dose of a whole treatment: settings integrated over the log of their changes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from data.clinical.dose import DoseNumber
from data.clinical.dose_of_settings import channels_of, dose_of_settings
from data.clinical.modalities import Plain, Values, number_of

__all__ = ["DISAGREEMENT", "Turn", "delivered_share", "disagreement", "dose_over", "pieces"]

DISAGREEMENT = 0.2
"""Share by which a counter and the integral, or what was planned and given, may differ unsaid."""

_SUMS = frozenset(
    {
        "pulses",
        "total_charge_c",
        "mean_rectified_c",
        "energy_j",
        "area_j_cm2",
        "head_j_cm2",
        "applied_min",
        "min_per_era",
    }
)
_BY_CHANNEL = ("tens", "nmes", "ifc")
_BY_COUNT = ("eswt", "laser")  # their dose hangs on impulses and points, not on the clock


@dataclass(frozen=True, slots=True)
class Turn:
    """From `at_s` on the field `key` has another value."""

    at_s: float
    key: str
    value: Plain | None


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch in which nothing was turned, seconds since the treatment began."""

    start_s: float
    end_s: float
    values: Values

    @property
    def seconds(self) -> float:
        return self.end_s - self.start_s


def pieces(
    values: Values, turns: Sequence[Turn], runs: Sequence[tuple[float, float]]
) -> list[Piece]:
    """`runs` are the stretches with output; `values` those at the beginning."""
    ordered = sorted(turns, key=lambda turn: turn.at_s)
    found: list[Piece] = []
    for start, end in runs:
        cuts = [start, *(turn.at_s for turn in ordered if start < turn.at_s < end), end]
        for from_s, to_s in pairwise(cuts):
            if to_s > from_s:
                now = {turn.key: turn.value for turn in ordered if turn.at_s <= from_s}
                found.append(Piece(from_s, to_s, {**values, **now}))
    return found


def dose_over(
    modality: str,
    values: Values,
    turns: Sequence[Turn],
    runs: Sequence[tuple[float, float]],
) -> dict[str, DoseNumber]:
    """Sums over all that was given, and the highest of what holds at a moment.

    Numbers of a current are by channel: ``ch1_pulses``. A sum of which one piece cannot be
    computed is refused as a whole, with the piece and its reason.
    """
    if modality in _BY_COUNT:
        return _by_count(modality, values, turns, runs)
    cut = pieces(values, turns, runs)
    seen = [values, *(piece.values for piece in cut)]
    numbers = sorted({number for each in seen for number in channels_of(modality, each)})
    found: dict[str, DoseNumber] = {}
    for number in numbers:
        doses = [dose_of_settings(modality, each.values, each.seconds, number) for each in cut]
        if not doses:
            doses = [dose_of_settings(modality, values, 0.0, number)]
        prefix = f"ch{number}_" if modality in _BY_CHANNEL else ""
        is_changed = len({tuple(sorted(map(str, p.values.items()))) for p in cut}) > 1
        for key, value in _folded(doses, cut, is_changed=is_changed).items():
            found[prefix + key] = value
    return found


def delivered_share(given: float | None, planned: float | None, what: str) -> DoseNumber:
    """What was given of what was planned, in percent; more than 20 % off is noted."""
    method = f"share.v1(given / planned {what})"
    if given is None or not planned:
        return DoseNumber(None, "%", method, f"no planned {what} given")
    percent = 100 * given / planned
    note = None
    if abs(percent - 100) > 100 * DISAGREEMENT:
        note = f"{percent:.0f} % of the planned {what} was given: more than 20 % off the plan."
    return DoseNumber(percent, "%", method, note=note)


def disagreement(counted: float, integral: float, unit: str, where: str) -> str | None:
    """The sentence where a unit's counter and its settings over time are more than 20 % apart."""
    if integral <= 0 or abs(counted - integral) <= DISAGREEMENT * integral:
        return None
    return (
        f"{where}: the unit counted {counted:.0f} {unit}, its settings over time give "
        f"{integral:.0f} {unit}: more than 20 % apart. Both are kept."
    )


def _folded(
    doses: Sequence[Mapping[str, DoseNumber]], cut: Sequence[Piece], *, is_changed: bool
) -> dict[str, DoseNumber]:
    keys = list(dict.fromkeys(key for dose in doses for key in dose))
    if "dose" in keys and len(keys) > 1:
        keys.remove("dose")
    found: dict[str, DoseNumber] = {}
    for key in keys:
        parts = [dose.get(key) or dose.get("dose") for dose in doses]
        numbers = [part for part in parts if part is not None]
        if key in _SUMS:
            found[key] = _sum(numbers, cut, is_changed=is_changed)
        else:
            found[key] = _highest(numbers, is_changed=is_changed)
    return found


def _sum(numbers: Sequence[DoseNumber], cut: Sequence[Piece], *, is_changed: bool) -> DoseNumber:
    first = next((each for each in numbers if each.unit), numbers[0])
    for number, piece in zip(numbers, cut, strict=False):
        if number.value is None:
            reason = number.reason or "not computed"
            at = f"from {piece.start_s:.0f} s on: {reason}" if is_changed else reason
            return DoseNumber(None, first.unit, first.method, at)
    if numbers[0].value is None:  # nothing was given, and nothing can be said of it either
        return numbers[0]
    total = sum(each.value or 0.0 for each in numbers)
    how = f"{first.method}, summed over the log of changes" if is_changed else first.method
    return DoseNumber(total, first.unit, how)


def _highest(numbers: Sequence[DoseNumber], *, is_changed: bool) -> DoseNumber:
    known = [each for each in numbers if each.value is not None]
    if not known:
        return numbers[0]
    best = max(known, key=lambda each: each.value or 0.0)
    if not is_changed:
        return best
    return replace(best, method=f"{best.method}, the highest over the log of changes")


def _by_count(
    modality: str,
    values: Values,
    turns: Sequence[Turn],
    runs: Sequence[tuple[float, float]],
) -> dict[str, DoseNumber]:
    """Impulses follow the rate where they were turned; points of a laser tell no times."""
    whole = dose_of_settings(modality, values, 0.0)
    relevant = [turn for turn in turns if turn.key in ("efd_mj_mm2", "rate_hz", "power_mw")]
    if not relevant:
        return dict(whole)
    if modality == "laser":
        reason = "the power was changed, and points tell no times"
        return {k: DoseNumber(None, v.unit, v.method, reason) for k, v in whole.items()}
    doses: list[Mapping[str, DoseNumber]] = []
    cut = pieces(values, turns, runs)
    for piece in cut:
        rate = number_of(piece.values.get("rate_hz"))
        count = None if rate is None else rate * piece.seconds
        doses.append(dose_of_settings(modality, {**piece.values, "impulses": count}, 0.0))
    found: dict[str, DoseNumber] = {}
    for key, number in whole.items():
        parts = [each.get(key) or each["dose"] for each in doses]
        found[key] = replace(_sum(parts, cut, is_changed=True), unit=number.unit)
    return found
