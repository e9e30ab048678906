"""Ratios of two tests of one limb: the number with its set-up, or why there is none."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtWidgets import QGridLayout, QWidget

from app.limb_ratios import LimbRatio, RatioLine
from app.theme import limb_style, space
from app.units import day, number
from app.widgets.controls import Card, HowButton, clear, line
from app.widgets.text import Text, VirtualMark
from app.wording import metric_value, unit
from data.clinical.ratios import Ratio


class RatioCard(Card):
    """One row for each pair: left, right, what it holds for, how it was made."""

    def __init__(self) -> None:
        super().__init__("Ratios", margin=4)
        self._box = QWidget()
        self._grid = QGridLayout(self._box)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setHorizontalSpacing(space(6))
        self._grid.setVerticalSpacing(space(2))
        self._grid.setColumnStretch(0, 1)
        self.column.addWidget(self._box)

    def show_lines(self, lines: Sequence[RatioLine]) -> None:
        clear(self._grid)
        for place, each in enumerate(lines):
            self._add(3 * place, each)
        self.setVisible(bool(lines))

    def _add(self, at: int, shown: RatioLine) -> None:
        rule = shown.rule
        if at:
            self._grid.addWidget(line(), at, 0, 1, 5)
        self._grid.addWidget(Text(rule.name, bold=True, wrap=True), at + 1, 0)
        if shown.is_virtual:
            self._grid.addWidget(VirtualMark(), at + 1, 1)
        for column, limb in enumerate(shown.limbs, 2):
            style = limb_style(limb.side)
            said = f"{style.label} {_value(limb)}"
            self._grid.addWidget(Text(said, bold=True, tone=limb.side.value), at + 1, column)
        self._grid.addWidget(HowButton(_method(shown), rule.name), at + 1, 4)
        small = Text(_small(shown), "small", tone="muted", wrap=True)
        self._grid.addWidget(small, at + 2, 0, 1, 5)


def _value(limb: LimbRatio) -> str:
    return number(limb.value, 2)


def _small(shown: RatioLine) -> str:
    """The set-up, what the number must not be mistaken for, and why a limb has none."""
    reasons = {
        f"{limb.side.value.capitalize()} not divided: {limb.reason}."
        for limb in shown.limbs
        if limb.reason
    }
    parts = [f"Holds for: {shown.rule.setup}.", shown.rule.caution, *sorted(reasons)]
    return " ".join(part for part in parts if part)


def _method(shown: RatioLine) -> str:
    parts = [shown.rule.method + "."]
    parts += [
        f"{limb.side.value.capitalize()}: {_parts(limb.ratio)}."
        for limb in shown.limbs
        if limb.ratio is not None
    ]
    if shown.rule.references:
        parts.append(f"Sources: {'; '.join(shown.rule.references)}.")
    return " ".join(parts)


def _parts(ratio: Ratio) -> str:
    shown = [
        f"{each.key.test_id} {metric_value(each.key.metric, each.value)} {unit(each.key.metric)} "
        f"({day(each.on)}, {each.key.device})"
        for each in (ratio.numerator, ratio.denominator)
    ]
    return " over ".join(shown)
