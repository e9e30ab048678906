"""The result of a run: both limbs large, their difference against the error, last time."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QVBoxLayout, QWidget

from app.theme import limb_style, space, theme
from app.units import ForceUnit, force, number, quantity
from app.widgets.asymmetry_bar import AsymmetryBar, difference, in_words, last_difference
from app.widgets.controls import HowButton, row
from app.widgets.text import Elided, Text
from app.wording import formula_text
from app.workflow import LimbResult, SetResult
from data.analysis.types import Side


class RunSummary(QWidget):
    """Left is at the left."""

    def __init__(self, *, is_narrow: bool = False) -> None:
        super().__init__()
        self._limbs = {side: _Limb(side) for side in Side}
        self.sentence = Text("", wrap=True, bold=True)
        self.bar = AsymmetryBar()
        self._formula = Elided("", "small", tone="muted")
        self._formula.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self._how = HowButton("", "the difference")
        limbs = QGridLayout()
        limbs.setSpacing(space(4))
        for place, side in enumerate((Side.LEFT, Side.RIGHT)):
            limbs.addWidget(self._limbs[side], 0, place)
            limbs.setColumnStretch(place, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addLayout(limbs)
        self.bar.setFixedHeight(theme().px(104))
        said = row(self.sentence, self._how, spacing=2)
        said.setStretch(0, 1)
        if not is_narrow:
            said.insertWidget(1, self._formula)
        column.addLayout(said)
        column.addWidget(self.bar)
        if is_narrow:
            self._formula.setAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
            column.addWidget(self._formula)
        column.setSpacing(space(1))

    def show_result(self, result: SetResult | None, unit: ForceUnit, why_not: str = "") -> None:
        """`why_not` stands where there is no result of both limbs."""
        has_both = result is not None
        for part in (self.bar, self._formula, self._how, *self._limbs.values()):
            part.setVisible(has_both)
        if result is None:
            self.sentence.setText(why_not)
            return
        for limb in result.limbs:
            self._limbs[limb.side].show_limb(limb, unit)
        asymmetry, last = result.asymmetry, {b.side: b.last_time_n for b in result.limbs}
        now = difference(asymmetry)
        before = last_difference(
            result.last_asymmetry_percent,
            asymmetry.formula,
            last.get(Side.LEFT),
            last.get(Side.RIGHT),
        )
        self.bar.show_difference(now, result.error_percent, before, result.judged)
        self.sentence.setText(in_words(now, result.judged))
        value = asymmetry.value_percent
        name = formula_text(asymmetry.formula).partition(":")[0]
        name = name[:1].upper() + name[1:]
        said = f"{name}: {number(value, 1)} %, " if value is not None else ""
        self._formula.setText(f"{said}{asymmetry.aggregation}")
        source = result.error_source or "not known for this test"
        method = f"{formula_text(asymmetry.formula)}. Measurement error: {source}."
        self._how.set_method(method)


class _Limb(QWidget):
    """One limb's best, its share of body mass, and last time."""

    def __init__(self, side: Side) -> None:
        super().__init__()
        style = limb_style(side)
        align = Qt.AlignmentFlag.AlignLeft if side is Side.LEFT else Qt.AlignmentFlag.AlignRight
        self._best = Text("", "title", tone=side.value)
        self._detail = Text("", "small", tone="muted", wrap=True)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        name = Text(style.label, bold=True, tone=side.value)
        for label in (name, self._best, self._detail):
            label.setAlignment(align)
            column.addWidget(label)

    def show_limb(self, limb: LimbResult, unit: ForceUnit) -> None:
        self._best.setText(force(limb.best_n, unit))
        last = "first time"
        if limb.last_time_n is not None:
            last = f"last time {force(limb.last_time_n, unit)}"
        per_kg = [quantity(limb.per_kg, "N/kg", 2)] if limb.per_kg else []
        self._detail.setText(" · ".join([*per_kg, last]))
