"""The head of a treatment: what it is, what was changed since last time, and what ends it."""

from __future__ import annotations

from PySide6.QtWidgets import QWidget

from app.pages.page import Header
from app.theme import theme
from app.treatment_entry import TreatmentEntry
from app.widgets.controls import Button, column, row
from app.widgets.preset_line import PresetLine

_CHANGES_NAMED = 3


class TreatmentHead(QWidget):
    """The buttons are for the page to connect; `preset_name` asks below them for a name."""

    def __init__(self) -> None:
        super().__init__()
        self.other = Button("Other treatment")
        self.save = Button("Save treatment", "primary", key="Ctrl+Enter")
        self.keep = Button("Keep as preset")
        self.preset_name = PresetLine()
        is_large = theme().text_scale > 1.25
        self.line = Header("Treatment", *(() if is_large else (self.keep, self.other)), self.save)
        layout = column(self.line, spacing=5)
        if is_large:
            layout.addLayout(row(self.other, self.keep, 1))
        layout.addWidget(self.preset_name)
        self.setLayout(layout)

    def show_entry(self, entry: TreatmentEntry | None) -> None:
        is_typed = entry is not None and not entry.is_of_unit
        self.other.setVisible(entry is not None and entry.timer is None)
        self.save.setVisible(entry is not None)
        self.keep.setVisible(is_typed)
        self.preset_name.show_draft(entry.shown if entry is not None else None)
        self.line.title.setText(entry.draft.form.name if entry is not None else "Treatment")
        self.line.set_detail(_detail(entry) if entry is not None else "")


def _detail(entry: TreatmentEntry) -> str:
    changes = [each.words for each in entry.changes]
    parts = [entry.origin_words] if entry.origin_words else []
    parts += changes[:_CHANGES_NAMED]
    if len(changes) > _CHANGES_NAMED:
        parts.append(f"{len(changes) - _CHANGES_NAMED} more changes")
    return " · ".join(parts)
