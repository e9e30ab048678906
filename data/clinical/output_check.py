"""How an ultrasound head's output compares with its panel: weighed as its push, or as read."""

from __future__ import annotations

from dataclasses import dataclass

WATTS_PER_GRAM = 14.65
"""BC Biomedical USP-30 manual, for its conical target. A plane absorber at 20 °C gives 14.53."""

TOLERANCE_PERCENT = 20.0
TOLERANCE_SOURCE = (
    "21 CFR 1050.10 as in FDA CPG 397.100: the shown power may be wrong by 20 % "
    "where it is above 10 % of the unit's highest"
)
CLINIC_SOURCE = "the clinic's own limit"

_WEIGHED = "us.output.v1(weight · watts per gram)"
_READ = "us.output.v1(watts as read from a power meter)"


class OutputCheckError(ValueError):
    """The reading or the panel's figure cannot be meant; the message says which."""


@dataclass(frozen=True, slots=True)
class PanelError:
    """`error_percent` is that of the panel: (shown - measured) / measured. `is_within` the limit is
    None where the rule does not speak of so little power. `grams` and `watts_per_gram` are None
    where the watts were read from a power meter."""

    power_w: float
    panel_w: float
    error_percent: float
    limit_percent: float
    limit_source: str
    is_within: bool | None
    method: str
    grams: float | None = None
    watts_per_gram: float | None = None


def weighed(
    grams: float,
    panel_w: float,
    watts_per_gram: float = WATTS_PER_GRAM,
    *,
    highest_w: float | None = None,
    limit_percent: float | None = None,
) -> PanelError:
    """`grams` with output on, after the balance was zeroed with output off; the rest is as in
    `read`. Raises `OutputCheckError`."""
    if not grams > 0:
        raise OutputCheckError(
            f"The balance reads {grams:g} g: no push was measured. Nothing was kept. Zero the "
            "balance with the output off, then switch it on and measure again."
        )
    _must_be_above_0(panel_w, watts_per_gram)
    power_w = grams * watts_per_gram
    return _compared(power_w, panel_w, highest_w, limit_percent, _WEIGHED, grams, watts_per_gram)


def read(
    power_w: float,
    panel_w: float,
    *,
    highest_w: float | None = None,
    limit_percent: float | None = None,
) -> PanelError:
    """Watts that a power meter showed. `highest_w` is the most that the unit's panel can show;
    without `limit_percent`, the clinic's, the tolerance of the rule counts.
    Raises `OutputCheckError`."""
    _must_be_above_0(power_w, panel_w)
    return _compared(power_w, panel_w, highest_w, limit_percent, _READ)


def _compared(
    power_w: float,
    panel_w: float,
    highest_w: float | None,
    limit_percent: float | None,
    method: str,
    grams: float | None = None,
    watts_per_gram: float | None = None,
) -> PanelError:
    error = 100 * (panel_w - power_w) / power_w
    limit = TOLERANCE_PERCENT if limit_percent is None else limit_percent
    is_judged = highest_w is None or panel_w > 0.1 * highest_w
    return PanelError(
        power_w=power_w,
        panel_w=panel_w,
        error_percent=error,
        limit_percent=limit,
        limit_source=TOLERANCE_SOURCE if limit_percent is None else CLINIC_SOURCE,
        is_within=abs(error) <= limit if is_judged else None,
        method=method,
        grams=grams,
        watts_per_gram=watts_per_gram,
    )


def _must_be_above_0(*values: float) -> None:
    if not all(value > 0 for value in values):
        raise OutputCheckError(
            "The panel's power, the measured power and the watts per gram must be above 0. "
            "Nothing was kept. Look at the figures and type them again."
        )
