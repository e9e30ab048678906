"""A treatment: typed by hand with its dose, or recorded from a connected unit."""

from __future__ import annotations

from uuid import UUID

from PySide6.QtWidgets import QBoxLayout, QGridLayout, QVBoxLayout, QWidget

from app.navigation import Desk, KeepTreatment, Route
from app.pages.page import Header, Page
from app.reading import Visit, read_visit
from app.theme import space, theme
from app.units import NO_VALUE, quantity
from app.widgets.controls import Button, Card, Deck, HowButton, Segments, clear
from app.widgets.text import Text
from app.widgets.treatment_record import decimals_of
from app.widgets.ultrasound_form import UltrasoundForm
from app.widgets.unit_panel import UnitPanel
from app.wording import dose_name, sentence
from app.workflow import Notice
from data.clinical.dose import DoseNumber
from data.records import Treatment
from data.store import Store
from devices.modality import Modality

_BY_HAND, _UNIT = "hand", "unit"


class TreatmentPage(Page):
    title = "Treatment"

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self._id: UUID | None = None
        self._visit: Visit | None = None
        self._last: Treatment | None = None
        self._notice: Notice | None = None
        self.source = Segments(
            ((_BY_HAND, "Typed by hand"), (_UNIT, "From the unit")),
            name="How it is recorded",
            value=_BY_HAND,
        )
        self.header = Header("Treatment", self.source)
        self.form = UltrasoundForm()
        self.unit = UnitPanel()
        self.as_last = Button("As last time", key="Ctrl+L", clicked=self._fill_as_last)
        self.save = Button("Save treatment", "primary", key="Enter", clicked=self._save)
        self._build()
        self.form.changed.connect(self._show_dose)
        self.form.save_wanted.connect(self._save)
        self.unit.keep_wanted.connect(self._keep)
        self.unit.site.edit.returnPressed.connect(self._keep)
        desk.treatment_kept.connect(self._on_kept)
        self.source.changed.connect(self._show_source)
        self.add_key("Ctrl+L", "Fill in as last time", self._fill_as_last)
        desk.treatment_changed.connect(self._on_unit)

    def enter(self, route: Route) -> None:
        if route.record != self._id:
            self._id, self._visit, self._last = route.record, None, None
            self.form.clear()
        self.source.set_value(_UNIT if self.desk.treatment else _BY_HAND)
        self._show_source()
        self.form.site.setFocus()
        session_id = self._id
        if session_id is not None:
            self.desk.store.ask(
                self, lambda store: _read(store, session_id), self._show, slot="visit"
            )

    def _build(self) -> None:
        self.body.addWidget(self.header)
        form = Card("Therapeutic ultrasound", margin=5)
        form.column.addWidget(self.form)
        dose = Card("Dose", margin=5)
        self._waiting = Text("", tone="muted", wrap=True)
        self._notes = Text("", tone="attention", wrap=True)
        self._dose = QGridLayout()
        self._dose.setHorizontalSpacing(space(3))
        self._dose.setVerticalSpacing(0)
        self._dose.setColumnStretch(0, 1)
        dose.column.addWidget(self._waiting)
        dose.column.addLayout(self._dose)
        dose.column.addWidget(self._notes)
        dose.column.addStretch()
        buttons = QVBoxLayout()
        buttons.setSpacing(space(2))
        buttons.addWidget(self.as_last)
        buttons.addWidget(self.save)
        dose.column.addLayout(buttons)
        by_hand = QWidget()
        is_wide = theme().text_scale <= 1.25
        if is_wide:
            dose.setFixedWidth(theme().px(360))
        beside, below = QBoxLayout.Direction.LeftToRight, QBoxLayout.Direction.TopToBottom
        parts = QBoxLayout(beside if is_wide else below, by_hand)
        parts.setContentsMargins(0, 0, 0, 0)
        parts.setSpacing(space(5))
        parts.addWidget(form, 1)
        parts.addWidget(dose)
        self._stack = Deck(by_hand, self.unit)
        self.body.addWidget(self._stack, 1)
        self._show_dose()

    def _show(self, read: tuple[Visit, Treatment | None]) -> None:
        self._visit, self._last = read
        self.desk.set_person(self._visit.person)
        self.as_last.setVisible(self._last is not None)

    def _show_source(self) -> None:
        treatment = self.desk.treatment
        self.source.setVisible(treatment is not None)
        is_unit = self.source.value == _UNIT and treatment is not None
        self._stack.setCurrentIndex(1 if is_unit else 0)
        if treatment is not None:
            self.unit.show_treatment(treatment)

    def _on_unit(self) -> None:
        if self.isVisible():
            self._show_source()
            notice = self.desk.treatment.notice if self.desk.treatment else None
            if notice != self._notice:
                self._notice = notice
                self.desk.notice.emit(notice)

    def _show_dose(self) -> None:
        dose = self.form.dose()
        self._waiting.setVisible(dose is None)
        self._waiting.setText(f"Still needed: {', '.join(self.form.missing)}.")
        clear(self._dose)
        for place, (key, value) in enumerate((dose or {}).items()):
            self._dose.addWidget(Text(sentence(dose_name(key)), tone="muted", wrap=True), place, 0)
            self._dose.addWidget(_value(value), place, 1)
            self._dose.addWidget(HowButton(value.method, dose_name(key)), place, 2)
        notes = [value.note for value in (dose or {}).values() if value.note]
        self._notes.setText("\n".join(dict.fromkeys(notes)))
        self._notes.setVisible(bool(notes))

    def _fill_as_last(self) -> None:
        if self._last is not None and self._stack.currentIndex() == 0:
            self.form.fill_as(self._last)
            self.form.before.setFocus()

    def _save(self) -> None:
        visit = self._visit
        if visit is None or self.form.show_problems():
            return
        treatment = self.form.treatment(visit.session, self.desk.now())
        self.desk.store.ask(
            self,
            lambda store: store.treatments.save(treatment),
            self._on_saved,
            touches=(treatment.id, treatment.session_id, treatment.person_id),
        )

    def _keep(self) -> None:
        """Store what the unit told, whether it is over or not: what comes later is a new record."""
        visit, unit = self._visit, self.unit
        if visit is not None and unit.keep.isEnabled():
            wish = KeepTreatment(visit.session, unit.site.value, unit.side.value)
            self.desk.keep_treatment.emit(wish)

    def _on_kept(self) -> None:
        if self.isVisible() and self._stack.currentIndex() == 1:
            self.unit.site.set_value("")
            self.desk.back.emit()

    def _on_saved(self, _treatment: Treatment) -> None:
        self.form.clear()
        self.desk.back.emit()


def _value(dose: DoseNumber) -> Text:
    if dose.value is None:
        return Text(NO_VALUE, tone="muted")
    return Text(quantity(dose.value, dose.unit, decimals_of(dose.value)), bold=True)


def _read(store: Store, session_id: UUID) -> tuple[Visit, Treatment | None]:
    """The visit, and the last ultrasound of this person."""
    visit = read_visit(store, session_id)
    return visit, store.treatments.last(visit.person.id, Modality.ULTRASOUND)
