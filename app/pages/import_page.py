"""Import: a force curve or a stimulator's recording of another program; nothing is stored before
somebody says so."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, time
from pathlib import Path
from uuid import UUID

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QComboBox, QFileDialog, QHBoxLayout, QWidget

from app.importing import CurveFile, CurveWish, doubts, read_curve_file, store_import
from app.navigation import Desk, PageId, Route
from app.pages.page import Header, Page
from app.recording_import import (
    FORMATS,
    Recording,
    facts_of,
    read_recording,
    store_recording,
)
from app.store_thread import failed_work
from app.theme import set_state, space, theme
from app.units import number, quantity
from app.widgets.column_choice import ColumnChoice
from app.widgets.controls import Button, Card, EmptyState, Segments, clear, column, row
from app.widgets.fields import DateField, Field, QuantityField, TextField
from app.widgets.text import Elided, Text
from app.workflow import Notice, Weight
from data.clinical.catalogue import tests
from data.curve_import import Understood
from data.curve_mapping import CurveMapping, mappings
from data.records import Person, Trial
from data.sides import Side
from data.store import Store

_FOUND, _SPELT = "", "column by column"
_SIDES = ((Side.LEFT, "Left"), (Side.RIGHT, "Right"))
_EARLIEST = date(1980, 1, 1)
_NOON = time(12, 0)


class ImportPage(Page):
    """`take` is what choosing a file leads to."""

    title = "Import"

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self._file: CurveFile | None = None
        self._path: Path | None = None
        self._recording: Recording | None = None
        self._person: Person | None = None
        self.choose = Button(
            "Choose a file …", "primary", icon_name="add", key="O", clicked=self._choose
        )
        self.store = Button(
            "Store", "primary", icon_name="check", key="Ctrl+Enter", clicked=self._store
        )
        self.header = Header("Import", self.store)
        self.name = Elided("No file chosen", tone="muted")
        self.layout_choice = QComboBox()
        self.layout_choice.setAccessibleName("How the file is laid out")
        self.columns = ColumnChoice()
        self.test = QComboBox()
        self.test.setAccessibleName("Test")
        self.side = Segments[Side](_SIDES, name="Limb", can_be_empty=True)
        self.day = DateField("Recorded on", earliest=_EARLIEST, latest=lambda: desk.today)
        self.device = TextField("Recorded with", most=80, hint="the device, for its own series")
        self.lever = QuantityField("Lever", "m", 0.05, 1.5, decimals=3, help_text="joint to pad")
        self.site = TextField("Where it was applied", most=120)
        self._build()
        self._connect()

    def enter(self, route: Route) -> None:
        self._path = self._file = self._recording = None
        self._person = self.desk.person
        self._fill_choices()
        self.side.set_value(None)
        self.device.set_value("")
        self.site.set_value("")
        self.lever.set_value(None)
        self.day.set_value(None)
        if route.record is not None:
            record: UUID = route.record
            self.desk.store.ask(
                self,
                lambda store: store.people.get(store.sessions.get(record).person_id),
                self._take_person,
                slot="person",
            )
        self._show()
        self.choose.setFocus()

    def take(self, path: Path) -> None:
        """Read this file and say what it holds."""
        self._path = path
        self.layout_choice.setCurrentIndex(0)
        self.side.set_value(None)
        self.day.set_value(None)
        self._read()

    def _build(self) -> None:
        self.body.addWidget(self.header)
        left = Card("The file", margin=5)
        left.column.addLayout(row(self.choose, 1))
        left.column.addWidget(self.name)
        left.column.addWidget(Field("Laid out", self.layout_choice))
        left.column.addWidget(self.columns)
        self._test = Field("Test", self.test)
        left.column.addWidget(self._test)
        self._limb = Field("Limb", self.side)
        left.column.addWidget(self._limb)
        when = row(self.day, self.lever, 1)
        when.setAlignment(self.day, Qt.AlignmentFlag.AlignTop)
        when.setAlignment(self.lever, Qt.AlignmentFlag.AlignTop)
        left.column.addLayout(when)
        left.column.addWidget(self.device)
        left.column.addWidget(self.site)
        left.column.addStretch()
        left.setFixedWidth(theme().px(400 if theme().text_scale <= 1.25 else 330))
        self._right = Card("What was understood", margin=5)
        self._told = column(spacing=2)
        self._right.column.addLayout(self._told)
        self._right.column.addStretch()
        columns = QHBoxLayout()
        columns.setSpacing(space(5))
        columns.addWidget(left)
        columns.addWidget(self._right, 1)
        self.body.addLayout(columns, 1)

    def _connect(self) -> None:
        self.layout_choice.activated.connect(self._read)
        self.columns.changed.connect(self._read)
        self.side.changed.connect(self._read)
        self.test.activated.connect(self._show)
        self.add_key("O", "Choose a file", self._choose)
        self.add_key("Ctrl+Return", "Store what is shown", self._store)

    def _fill_choices(self) -> None:
        self.layout_choice.clear()
        self.layout_choice.addItem("As found in the file", _FOUND)
        for mapping in mappings().values():
            self.layout_choice.addItem(mapping.name, mapping.id)
        self.layout_choice.addItem("Column by column", _SPELT)
        for name, words in FORMATS.items():
            self.layout_choice.addItem(f"{words} recording", name)
        chosen = self.test.currentData()
        self.test.clear()
        self.test.addItem("Choose a test", "")
        for test in tests().values():
            self.test.addItem(test.name, test.id)
        self.test.setCurrentIndex(max(self.test.findData(chosen), 0))

    def _take_person(self, person: Person) -> None:
        self._person = person
        self.desk.set_person(person)
        self._show()

    def _choose(self) -> None:
        chosen, _ = QFileDialog.getOpenFileName(
            self, "What another program recorded", "", "Force curves (*.csv *.txt);;All files (*)"
        )
        if chosen:
            self.take(Path(chosen))

    @property
    def _choice(self) -> str:
        return str(self.layout_choice.currentData() or "")

    def _mapping(self) -> CurveMapping | None:
        if self._choice == _SPELT:
            return self.columns.mapping
        return mappings().get(self._choice)

    def _read(self, _changed: object = None) -> None:
        """In the store's thread: a file can be long."""
        path = self._path
        if path is None:
            return
        self._file = self._recording = None
        mapping, side, site = self._mapping(), self.side.value, self.site.value
        name = self._choice
        if name in FORMATS:
            self.desk.store.ask(
                self,
                lambda _store: read_recording(path, name, site, side),
                self._take_recording,
                slot="read",
            )
            return
        self.desk.store.ask(
            self, lambda _store: read_curve_file(path, mapping, side), self._take, slot="read"
        )

    def _take(self, file: CurveFile) -> None:
        self._file = file
        self.columns.offer(file.headings)
        if self.day.value is None:
            self.day.set_value(min(file.changed_at.astimezone().date(), self.desk.today))
        if file.understood is not None and not self.device.value:
            self.device.set_value(file.understood.mapping.device)
        self._show()

    def _take_recording(self, recording: Recording) -> None:
        self._recording = recording
        self._show()

    def _show(self, _changed: object = None) -> None:
        file = self._file
        found = file.understood if file is not None else None
        is_recording = self._choice in FORMATS
        treatment = self._recording.treatment if self._recording is not None else None
        self.columns.setVisible(self._choice == _SPELT)
        for part in (self._test, self.day, self.lever, self.device):
            part.setVisible(not is_recording)
        self.site.setVisible(is_recording)
        set_state(self.choose, kind="primary" if self._path is None else "normal")
        self.name.setText(self._path.name if self._path is not None else "No file chosen")
        self._limb.setVisible(found is None or len(found.sides) == 1)
        self.store.setEnabled(found is not None or treatment is not None)
        person = self._person
        self.header.set_detail(
            f"For {person.name}" if person is not None else "Choose an athlete first: Ctrl+K"
        )
        clear(self._told)
        for part in self._parts(file):
            self._told.addWidget(part)

    def _parts(self, file: CurveFile | None) -> list[QWidget]:
        if self._recording is not None:
            return _recording_parts(self._recording)
        if file is None:
            return [
                EmptyState(
                    "Nothing is read yet",
                    "Choose a text file of force over time, or the recording of a stimulator. It "
                    "is read and told here; nothing is stored before you press Store.",
                )
            ]
        if file.understood is None:
            return [_not_understood(file.problem)]
        test = tests().get(str(self.test.currentData() or ""))
        parts = [_fact(name, text) for name, text in _facts(file.understood)]
        said = doubts(file.understood, test)
        if said:
            title = Text("To look at before it is stored", bold=True)
            title.setContentsMargins(0, space(3), 0, 0)
            parts.append(title)
            parts += [Text(text, tone="attention", wrap=True) for text in said]
        return parts

    def _store(self) -> None:
        found = self._file.understood if self._file is not None else None
        test = tests().get(str(self.test.currentData() or ""))
        person, day = self._person, self.day.value
        if self._recording is not None:
            self._store_recording(self._recording)
            return
        if found is None or not self.store.isEnabled():
            return
        if person is None:
            self._refuse("It is not known whose curve this is.", "Choose the athlete with Ctrl+K.")
        elif test is None:
            self._refuse("No test is chosen.", "Choose the test that the curve is of.")
            self.test.setFocus()
        elif None in found.sides:
            self._refuse("It is not known which limb this is.", "Choose left or right.")
            self.side.setFocus()
        elif day is None:
            self._refuse("It is not known when it was recorded.", "Give the day.")
            self.day.setFocus()
        else:
            wish = CurveWish(person, test, self._moment(day), self.device.value, self.lever.value)
            self.store.setEnabled(False)
            self.desk.store.ask(
                self,
                lambda store: _keep(store, found, wish),
                self._stored,
                failed=self._failed,
                touches=(person.id,),
            )

    def _store_recording(self, recording: Recording) -> None:
        person, treatment = self._person, recording.treatment
        if treatment is None or not self.store.isEnabled():
            return
        if person is None:
            self._refuse("It is not known whose this is.", "Choose the athlete with Ctrl+K.")
            return
        made = replace(treatment, site=self.site.value, side=self.side.value)
        self.store.setEnabled(False)
        self.desk.store.ask(
            self,
            lambda store: store_recording(store, person, recording.fingerprint, made),
            lambda kept: self._say_stored("recording", "treatment", kept.session_id),
            failed=self._failed,
            touches=(person.id,),
        )

    def _moment(self, day: date) -> datetime:
        """The file's own time where it is of that day, else noon."""
        changed = self._file.changed_at.astimezone() if self._file is not None else None
        if changed is not None and changed.date() == day:
            return changed
        return datetime.combine(day, _NOON).astimezone()

    def _stored(self, trial: Trial) -> None:
        self._say_stored("curve", "test", trial.header.session_id)

    def _say_stored(self, what: str, kind: str, session_id: UUID) -> None:
        self.desk.notice.emit(
            Notice(
                Weight.INFO,
                f"The {what} is stored as a {kind}.",
                "The file is as it was.",
                "It stands in the visit of that day.",
            )
        )
        self.desk.go.emit(Route(PageId.VISIT, session_id))

    def _failed(self, error: Exception) -> None:
        self.store.setEnabled(True)
        self.desk.notice.emit(failed_work(error))

    def _refuse(self, what: str, todo: str) -> None:
        self.desk.notice.emit(Notice(Weight.ATTENTION, what, "Nothing was stored.", todo))


def _keep(store: Store, found: Understood, wish: CurveWish) -> Trial:
    return store_import(store, found, wish)


def _not_understood(problem: str) -> QWidget:
    return EmptyState(
        "This file was not understood",
        f"{problem} Nothing was stored. Choose how it is laid out, or “Column by column”.",
    )


def _recording_parts(recording: Recording) -> list[QWidget]:
    treatment = recording.treatment
    if treatment is None:
        return [_not_understood(recording.problem)]
    flags = [Text(text, tone="attention", wrap=True) for text in treatment.flags]
    return [*(_fact(name, text) for name, text in facts_of(recording)), *flags]


def _facts(found: Understood) -> list[tuple[str, str]]:
    lines = [("Layout", found.mapping.name)]
    for each in found.columns:
        limb = f", {each.side} limb" if each.side is not None else ""
        cells = ", ".join(each.first_cells)
        said = f"“{each.heading}”: {each.role} in {each.unit}{limb}; begins {cells}"
        lines.append((f"Column {each.number}", said))
    first = found.curve.force[0]
    peaks = found.curve.force.max(axis=0)
    forces = ", ".join(quantity(float(value), "N", 1) for value in first)
    largest = ", ".join(quantity(float(value), "N", 1) for value in peaks)
    return [
        *lines,
        ("Rate", f"{number(found.rate_hz, 1)} Hz, from the usual interval"),
        ("Duration", f"{number(found.duration_s, 2)} s, {found.samples} samples"),
        ("First force", forces),
        ("Largest force", largest),
        ("Gaps", str(len(found.curve.gaps)) if found.curve.gaps else "none"),
        ("Zero", "none is taken: the forces are used as they stand in the file"),
    ]


def _fact(name: str, text: str) -> QWidget:
    box = QWidget()
    label = Text(name, tone="muted")
    label.setFixedWidth(theme().px(112))
    line = row(label, Text(text, wrap=True))
    line.setStretch(1, 1)
    box.setLayout(line)
    return box
