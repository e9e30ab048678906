"""A treatment's form: what is set, before, during, after; the empty and optional folded away."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QGridLayout, QVBoxLayout, QWidget

from app.theme import space, theme
from app.widgets.controls import Button, Card
from app.widgets.form_field import FormField, takes_room
from data.clinical.modalities import Part, field_id
from data.treatment_draft import Draft

_TITLES = {
    Part.SETTINGS: "Settings",
    Part.BEFORE: "Before",
    Part.DURING: "During",
    Part.AFTER: "After",
}
_PLACES = ((3, 1.0), (2, 1.25))
"""Fields side by side, and up to which scale of the text; one beyond."""


class DraftForm(QWidget):
    """`edited` and `settled` carry a key and its value, as `FormField` does; `meant` the key of an
    unusual value that is meant; `entered`: Enter was pressed in a field."""

    edited = Signal(str, object)
    settled = Signal(str, object)
    meant = Signal(str)
    entered = Signal()

    def __init__(self, parts: tuple[Part, ...] = tuple(_TITLES)) -> None:
        super().__init__()
        self.fields: dict[str, FormField] = {}
        self._draft: Draft | None = None
        self._shown: tuple[str, ...] = ()
        self._shows_missing = False
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(space(4))
        self._sections = {part: _Section(_TITLES[part]) for part in parts}
        for section in self._sections.values():
            layout.addWidget(section)
            section.more.clicked.connect(self._lay_out)
        layout.addStretch()

    def show_draft(self, draft: Draft, changed: dict[str, str] | None = None) -> None:
        """Show its values; `changed` says of a field how it was last time."""
        is_other = self._draft is None or self._draft.modality is not draft.modality
        self._draft = draft
        if is_other:
            self._begin_anew()
        judgements, known = draft.judgements, draft.form
        keys = tuple(key for key in judgements if known.field(key).part in self._sections)
        for key in keys:
            if key not in self.fields:
                self._add(key)
        if keys != self._shown:
            self._shown = keys
            self._lay_out()
        for key in keys:
            field = self.fields[key]
            value = draft.values.get(key)
            plain = None if value is None else value.value
            if field.value != plain and not field.problem:
                field.set_value(plain)
            field.judge(judgements[key], shows_missing=self._shows_missing)
            was = (changed or {}).get(key)
            field.field.set_mark(f"was {was}" if was else "")

    def remark(self, key: str, words: str) -> None:
        """Something to know of a field whose value can be taken as it is."""
        if key in self.fields and not self.fields[key].problem:
            self.fields[key].field.complain(words)

    def set_parts(self, parts: tuple[Part, ...]) -> None:
        """Which sections are there at all."""
        for part, section in self._sections.items():
            section.setVisible(part in parts)
            section.is_wanted = part in parts

    def show_missing(self, draft: Draft) -> None:
        """From now on say beside each field that is needed that it is."""
        self._shows_missing = True
        self.show_draft(draft)

    def go_to(self, key: str) -> None:
        """The keyboard goes to this field, out of a fold if need be."""
        if key in self.fields:
            if not self.fields[key].isVisibleTo(self):
                self._sections[self.fields[key].asked.part].more.setChecked(True)
                self._lay_out()
            self.fields[key].setFocus()
            self.fields[key].select_all()

    @property
    def problem(self) -> str:
        """The first text that cannot be taken: which field, and its limit; empty where all can."""
        wrong = (self.fields[key] for key in self._shown if self.fields[key].problem)
        field = next(wrong, None)
        if field is None:
            return ""
        return f"{field.asked.label}: {field.problem[:1].lower()}{field.problem[1:]}."

    def go_to_problem(self) -> None:
        wrong = (key for key in self._shown if self.fields[key].problem)
        self.go_to(next(wrong, ""))

    def _begin_anew(self) -> None:
        for field in self.fields.values():
            field.hide()
            field.deleteLater()
        self.fields, self._shown, self._shows_missing = {}, (), False

    def _add(self, key: str) -> None:
        assert self._draft is not None
        field = FormField(self._draft.form.field(field_id(key)), key)
        field.edited.connect(self.edited)
        field.settled.connect(self.settled)
        field.meant.connect(self.meant)
        field.entered.connect(self.entered)
        self.fields[key] = field

    def _lay_out(self) -> None:
        draft = self._draft
        if draft is None:
            return
        for part, section in self._sections.items():
            keys = [key for key in self._shown if self.fields[key].asked.part is part]
            first = [key for key in keys if _is_first(draft, key)]
            section.fill(
                [self.fields[k] for k in first], [self.fields[k] for k in keys if k not in first]
            )


class _Section(Card):
    def __init__(self, title: str) -> None:
        super().__init__(title, margin=5)
        self.is_wanted = True
        self._grid = QGridLayout()
        self._grid.setHorizontalSpacing(space(5))
        self._grid.setVerticalSpacing(space(3))
        scale = theme().text_scale
        self._places = next((places for places, most in _PLACES if scale <= most), 1)
        for place in range(self._places):
            self._grid.setColumnStretch(place, 1)
        self.column.addLayout(self._grid)
        self.more = Button("", "quiet")
        self.more.setCheckable(True)
        self.column.addWidget(self.more, 0, Qt.AlignmentFlag.AlignLeft)

    def fill(self, first: list[FormField], rest: list[FormField]) -> None:
        """Those that are needed or filled in, then the others when they are asked for."""
        while self._grid.count():
            self._grid.takeAt(0)
        is_open = self.more.isChecked()
        self.setVisible(self.is_wanted and bool(first or rest))
        line, place = 0, 0
        for field in (*first, *rest):
            is_shown = is_open or field in first
            field.setParent(self)
            field.setVisible(is_shown)
            if not is_shown:
                continue
            span = min(takes_room(field.asked), self._places)
            if place + span > self._places:
                line, place = line + 1, 0
            self._grid.addWidget(field, line, place, 1, span)
            place += span
        self.more.setVisible(bool(rest))
        more = f"{len(rest)} more field{'s' if len(rest) > 1 else ''}"
        self.more.setText("Fewer fields" if is_open else more)


def _is_first(draft: Draft, key: str) -> bool:
    """Needed or filled in: what a hurried person has to see. Of a group the first stands for it."""
    asked = draft.form.field(key)
    value = draft.values.get(key)
    if value is not None and value.value not in (None, ""):
        return True
    if not asked.is_needed(draft.plain):
        return False
    if not asked.group:
        return True
    group = [each for each in draft.form.fields if each.group == asked.group]
    given = [each for each in group if draft.plain.get(each.id) not in (None, "")]
    return not given and group[0].id == asked.id
