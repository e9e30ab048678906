"""How an ultrasound head's output, weighed as its push on a target, compares with its panel."""

from __future__ import annotations

from dataclasses import dataclass

WATTS_PER_GRAM = 14.65
"""BC Biomedical USP-30 manual, for its conical target. A plane absorber at 20 °C gives 14.53."""

TOLERANCE_PERCENT = 20.0
TOLERANCE_SOURCE = (
    "21 CFR 1050.10 as in FDA CPG 397.100: the shown power may be wrong by 20 % "
    "where it is above 10 % of the unit's highest"
)


class OutputCheckError(ValueError):
    """The reading or the panel's figure cannot be meant; the message says which."""


@dataclass(frozen=True, slots=True)
class OutputCheck:
    """`error_percent` is that of the panel: (shown - measured) / measured. `is_within` the
    tolerance is None where the rule does not speak of so little power."""

    grams: float
    power_w: float
    panel_w: float
    error_percent: float
    is_within: bool | None
    watts_per_gram: float
    method: str = "us.output.v1(weight · watts per gram)"


def output_check(
    grams: float,
    panel_w: float,
    watts_per_gram: float = WATTS_PER_GRAM,
    highest_w: float | None = None,
) -> OutputCheck:
    """`grams` with output on, after the balance was zeroed with output off; `highest_w` is the
    most that the unit's panel can show. Raises `OutputCheckError`."""
    if not grams > 0:
        raise OutputCheckError(
            f"The balance reads {grams:g} g: no push was measured. Nothing was kept. Zero the "
            "balance with the output off, then switch it on and measure again."
        )
    if not panel_w > 0 or not watts_per_gram > 0:
        raise OutputCheckError(
            "The panel's power and the watts per gram must be above 0. Nothing was kept."
        )
    power_w = grams * watts_per_gram
    error = 100 * (panel_w - power_w) / power_w
    is_judged = highest_w is None or panel_w > 0.1 * highest_w
    return OutputCheck(
        grams,
        power_w,
        panel_w,
        error,
        abs(error) <= TOLERANCE_PERCENT if is_judged else None,
        watts_per_gram,
    )
