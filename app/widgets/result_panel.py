"""What came of a run: who is stronger, by how much, against the error and against last time."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QToolTip, QWidget

from app.plain_text import plain
from app.theme import limb_style, set_state, space, theme
from app.units import ForceUnit, force, number, quantity
from app.widgets.asymmetry_bar import (
    AsymmetryBar,
    Difference,
    difference,
    in_words,
    last_difference,
)
from app.widgets.controls import Card, HowButton, row
from app.widgets.text import Elided, Text, tool_tip
from app.wording import metric_name
from app.workflow import LimbResult, SetResult
from data.analysis.symmetry import FORMULAS
from data.analysis.types import Side

_MOST_BAR = 360  # px at 100 %
# The size of the headline, the least height in px at 100 % for it, and how many of verdict, limbs
# and formula stand below it: from much room to little.
_FITS = (
    ("live", 460, 3),
    ("display", 280, 3),
    ("title", 0, 3),
    ("title", 0, 2),
    ("title", 0, 1),
    ("title", 0, 0),
)


class ResultPanel(Card):
    """Stands where the curve was; the limbs' numbers stay in their places above it."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(margin=3, parent=parent)
        self.column.setSpacing(space(1))
        self._unit = ForceUnit.NEWTON
        self._headline = Text("", "display", wrap=True)
        self._detail = Text("", "heading", wrap=True)
        self._detail.setProperty("weight", "")
        self.bar = AsymmetryBar()
        self._formula = Elided("", "body", tone="muted")
        self._how = HowButton("", "the difference")
        self._how.clicked.connect(self._show_method)
        self._facts = {Side.LEFT: _Facts(Side.LEFT), Side.RIGHT: _Facts(Side.RIGHT)}
        self._limbs = QWidget()
        self._limbs.setLayout(row(self._facts[Side.LEFT], 1, self._facts[Side.RIGHT]))
        self.column.addWidget(self._headline)
        self.column.addWidget(self._detail)
        self.bar.setMaximumHeight(theme().px(_MOST_BAR))
        self.column.addWidget(self.bar, 1)
        self.column.addWidget(self._limbs)
        self.column.addStretch(0)
        foot = row(self._formula, self._how)
        foot.setStretch(0, 1)
        self._foot = QWidget()
        self._foot.setLayout(foot)
        self.column.addWidget(self._foot)

    @property
    def headline(self) -> str:
        return self._headline.text()

    def set_unit(self, unit: ForceUnit) -> None:
        self._unit = unit

    def show_result(self, result: SetResult | None, why_not: str = "") -> None:
        """None: a run that ended without any result, and why."""
        self.bar.setVisible(result is not None and result.asymmetry.value_percent is not None)
        if result is None:
            self._headline.setText("No result")
            self._detail.setText(plain(why_not))
            self._formula.setText("")
            for facts in self._facts.values():
                facts.setText("")
            self._set_method("")
            return
        asymmetry = result.asymmetry
        now, last = difference(asymmetry), _last(result)
        self.bar.show_difference(now, result.error_percent, last, result.judged)
        self._headline.setText(_headline(now))
        self._detail.setText(_detail(result, now))
        for side, facts in self._facts.items():
            limb = next((limb for limb in result.limbs if limb.side is side), None)
            facts.show_limb(limb, self._unit)
        method = FORMULAS.get(asymmetry.formula, asymmetry.formula)
        self._formula.setText(f"{asymmetry.aggregation} {metric_name(asymmetry.metric)}: {method}")
        self._set_method(f"{method}. Measurement error: {result.error_source or 'not known'}.")
        self._fit()

    def minimumSizeHint(self) -> QSize:  # noqa: N802
        return QSize(theme().px(260), theme().px(140))

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        """Where there is little room the lesser things go first; the verdict and the bar stay."""
        room = self.height() / theme().text_scale
        for size, least, shown in _FITS:
            if room < least:
                continue
            if self._headline.property("type") != size:
                set_state(self._headline, type=size)
                set_state(self._detail, type="strong" if size == "title" else "heading")
                for facts in self._facts.values():
                    set_state(facts, type="body" if size == "title" else "strong")
            self._detail.setVisible(shown > 0)
            self._limbs.setVisible(shown > 1)
            self._foot.setVisible(shown > 2)
            if self.column.minimumHeightForWidth(self.width()) <= self.height():
                break

    def _set_method(self, text: str) -> None:
        self._how.method = text
        self._how.setAccessibleDescription(text)
        tool_tip(self._how, text)

    def _show_method(self) -> None:
        QToolTip.showText(self._how.mapToGlobal(self._how.rect().topLeft()), self._how.toolTip())


class _Facts(Text):
    """One limb's lesser numbers, hung at its own side."""

    def __init__(self, side: Side) -> None:
        super().__init__("", "strong")
        self._name = limb_style(side).label
        is_right = side is Side.RIGHT
        self.setAlignment(Qt.AlignmentFlag.AlignRight if is_right else Qt.AlignmentFlag.AlignLeft)

    def show_limb(self, limb: LimbResult | None, unit: ForceUnit) -> None:
        if limb is None:
            self.setText(f"{self._name}: not measured")
            return
        parts = ["" if limb.per_kg is None else quantity(limb.per_kg, "N/kg", 2)]
        parts.append(_compared(limb, unit))
        self.setText(f"{self._name}: {' · '.join(part for part in parts if part)}")


def _compared(limb: LimbResult, unit: ForceUnit) -> str:
    if limb.last_time_n is None:
        return "no earlier result"
    said = f"last time {force(limb.last_time_n, unit)}"
    if limb.best_n is None:
        return said
    change = (limb.best_n - limb.last_time_n) / unit.newtons
    return f"{said}, now {number(change, unit.decimals, signed=True)} {unit.value}"


def _headline(now: Difference | None) -> str:
    if now is None:
        return "No difference was computed"
    return in_words(now, None).split(". ")[0].rstrip(".")


def _detail(result: SetResult, now: Difference | None) -> str:
    if now is None:
        return f"Because {result.asymmetry.reason}." if result.asymmetry.reason else ""
    if result.judged is not None:
        return result.judged.verdict
    return "The measurement error of this test is not known, so no judgement is made."


def _last(result: SetResult) -> Difference | None:
    last = {limb.side: limb.last_time_n for limb in result.limbs}
    return last_difference(
        result.last_asymmetry_percent,
        result.asymmetry.formula,
        last.get(Side.LEFT),
        last.get(Side.RIGHT),
    )
