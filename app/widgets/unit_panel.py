"""A treatment that a connected unit reports: shown and kept, never acted upon."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QProgressBar, QVBoxLayout, QWidget

from app.plain_text import plain
from app.status import DoseRow, LiveTreatment, SettingRow, TreatmentState
from app.theme import space, theme
from app.units import clock, quantity
from app.widgets.controls import Card, HowButton, clear, row
from app.widgets.rows import Row, RowList
from app.widgets.text import Elided, Text, VirtualMark
from app.widgets.treatment_record import NAMES, change_words
from devices.modality import SettingChange

_STATES = {
    TreatmentState.READY: ("Ready: press start on the unit", "muted"),
    TreatmentState.RUNNING: ("Running", "good"),
    TreatmentState.PAUSED: ("Paused on the unit", "attention"),
    TreatmentState.STOPPED: ("Stopped", "muted"),
    TreatmentState.COMPLETE: ("Complete", "good"),
    TreatmentState.FAULT: ("The unit reports a fault", "stop"),
    TreatmentState.NOT_HEARD: ("The unit is not heard", "attention"),
}
_MARKS = 3


class UnitPanel(QWidget):
    """Time large, then what flows, then what was changed. Numbers never move their neighbours."""

    def __init__(self) -> None:
        super().__init__()
        self.time = Text("", "display")
        self.state = Text("", "strong", bold=True)
        self.contact = Text("", "strong", bold=True)
        self._of = Text("", "heading", tone="muted")
        self._bar = QProgressBar()
        self._bar.setTextVisible(False)
        self._bar.setAccessibleName("Elapsed time")
        self._title = Elided("", "heading")
        self._virtual = VirtualMark()
        self._saved = Text("", tone="good", bold=True)
        self._settings = _Facts()
        self._doses = _Facts()
        self.changes = RowList("Changes on the unit")
        self.marks = Text("", tone="attention", wrap=True)
        self._build()
        self._changes: tuple[SettingChange, ...] | None = None

    def show_treatment(self, treatment: LiveTreatment) -> None:
        name = plain(treatment.device.name)
        self._title.setText(f"{NAMES[treatment.modality]}, recorded from {name}")
        self._virtual.setVisible(treatment.device.is_virtual)
        self._saved.setText("Saved" if treatment.is_saved else "")
        self.time.setText(clock(treatment.elapsed_s))
        self._of.setText(f"of {clock(treatment.planned_s)}" if treatment.planned_s else "")
        self._bar.setVisible(treatment.planned_s is not None)
        if treatment.planned_s:
            self._bar.setMaximum(round(treatment.planned_s))
            self._bar.setValue(min(round(treatment.elapsed_s), round(treatment.planned_s)))
        words, tone = _STATES[treatment.state]
        self.state.setText(words)
        self.state.set_tone(tone)
        self._show_contact(treatment)
        self._settings.show_facts([_setting(row) for row in treatment.settings])
        self._doses.show_facts([_dose(row) for row in treatment.doses])
        marks = "\n".join(_marks(treatment))
        if marks != self.marks.text():
            self.marks.setText(marks)
        self.marks.setVisible(bool(marks))
        if treatment.changes != self._changes:
            self._changes = treatment.changes
            self._show_changes(treatment)

    def _build(self) -> None:
        card = Card(margin=5)
        head = row(self._title, self._virtual, self._saved)
        head.setStretch(0, 1)
        card.column.addLayout(head)
        clock_row = QHBoxLayout()
        clock_row.setSpacing(space(3))
        clock_row.addWidget(self.time)
        clock_row.addWidget(self._of)
        clock_row.addStretch()
        states = QVBoxLayout()
        states.addStretch()
        states.addWidget(self.state)
        states.addWidget(self.contact)
        states.addStretch()
        clock_row.addLayout(states)
        card.column.addLayout(clock_row)
        card.column.addWidget(self._bar)
        card.column.addWidget(self.marks)
        card.column.addWidget(
            Text(
                "Myograph listens and keeps the record. It cannot start, change or stop the unit: "
                "use its own controls.",
                tone="muted",
                wrap=True,
            )
        )
        lower = QGridLayout()
        lower.setSpacing(space(4))
        told = (("Settings now", self._settings), ("Delivered", self._doses))
        is_wide = theme().text_scale <= 1
        for place, (title, facts) in enumerate(told):
            part = Card(title, margin=4)
            part.column.addWidget(facts)
            part.column.addStretch()
            lower.addWidget(part, *((0, place) if is_wide else (place, 0)))
            lower.setColumnStretch(place if is_wide else 0, 1)
        changes = Card("Changes", holds_rows=True)
        self._none = Text("None so far", tone="muted")
        self._none.setContentsMargins(space(3), 0, 0, 0)
        changes.column.addWidget(self._none)
        changes.column.addWidget(self.changes, 1)
        self.changes.setMinimumHeight(theme().px(112))
        lower.addWidget(changes, 1 if is_wide else len(told), 0, 1, 2 if is_wide else 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(space(4))
        column.addWidget(card)
        column.addLayout(lower, 1)

    def _show_contact(self, treatment: LiveTreatment) -> None:
        if treatment.contact is None:
            self.contact.setText("")
            return
        percent = treatment.contact_percent
        share = f" {quantity(percent, '%')}" if percent is not None else ""
        good = f"Contact{share}"
        self.contact.setText(good if treatment.contact else f"Contact lost{share}")
        self.contact.set_tone("muted" if treatment.contact else "attention")

    def _show_changes(self, treatment: LiveTreatment) -> None:
        rows = [
            Row(change_words(change), number, trailing=clock(change.at_s))
            for number, change in enumerate(treatment.changes)
        ]
        self.changes.set_rows(rows[::-1])
        self._none.setVisible(not rows)


@dataclass(frozen=True, slots=True)
class _Fact:
    label: str
    value: str
    method: str = ""


class _Facts(QWidget):
    """Values that change in place; built anew only when other facts are to be shown."""

    def __init__(self) -> None:
        super().__init__()
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setHorizontalSpacing(space(4))
        self._grid.setVerticalSpacing(space(1))
        self._grid.setColumnStretch(0, 1)
        self._kinds: tuple[tuple[str, str], ...] = ()
        self._values: list[Text] = []

    def show_facts(self, facts: Sequence[_Fact]) -> None:
        kinds = tuple((fact.label, fact.method) for fact in facts)
        if kinds != self._kinds:
            self._kinds = kinds
            self._rebuild(facts)
        for label, fact in zip(self._values, facts, strict=True):
            label.setText(fact.value)

    def _rebuild(self, facts: Sequence[_Fact]) -> None:
        clear(self._grid)
        self._values = [Text("", bold=True) for _ in facts]
        for place, (fact, value) in enumerate(zip(facts, self._values, strict=True)):
            self._grid.addWidget(Text(fact.label, tone="muted"), place, 0)
            self._grid.addWidget(value, place, 1)
            if fact.method:
                self._grid.addWidget(HowButton(fact.method, fact.label), place, 2)


def _marks(treatment: LiveTreatment) -> list[str]:
    """What was not heard, and what is wrong; the last of each kind when there are many."""
    gaps = [
        f"Not heard for {gap.end_s - gap.start_s:.0f} s from {clock(gap.start_s)} on "
        f"({plain(gap.cause)}): marked, never filled in."
        for gap in treatment.gaps[-_MARKS:]
    ]
    more = len(treatment.gaps) - len(gaps)
    earlier = [f"{more} earlier gap{'s' if more > 1 else ''}, all in the record."] if more else []
    return [*earlier, *gaps, *treatment.flags[-_MARKS:]]


def _setting(setting: SettingRow) -> _Fact:
    mark = " (changed)" if setting.is_changed else ""
    return _Fact(f"{setting.label}{mark}", plain(f"{setting.value} {setting.unit}").strip())


def _dose(dose: DoseRow) -> _Fact:
    return _Fact(dose.label, f"{dose.value} {dose.unit}".strip(), dose.method)
