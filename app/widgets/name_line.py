"""One name asked for in a line of the page, with what keeps it and what does not."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal

from app.widgets.controls import Button, Card, row
from app.widgets.fields import TextField


class NameLine(Card):
    """`given` carries the name; Enter gives it."""

    given = Signal(str)
    left = Signal()

    def __init__(self, label: str, verb: str, *, hint: str = "") -> None:
        super().__init__(margin=4)
        self.name = TextField(label, most=80, hint=hint)
        self.keep = Button(verb, "primary", clicked=self._give)
        self.cancel = Button("Cancel", clicked=self.leave)
        line = row(self.name, self.keep, self.cancel)
        line.setStretch(0, 1)
        line.setAlignment(self.keep, Qt.AlignmentFlag.AlignBottom)
        line.setAlignment(self.cancel, Qt.AlignmentFlag.AlignBottom)
        self.column.addLayout(line)
        self.name.edit.returnPressed.connect(self._give)
        self.hide()

    def ask(self, name: str = "") -> None:
        self.name.set_value(name)
        self.show()
        self.name.setFocus()
        self.name.edit.selectAll()

    def _give(self) -> None:
        if self.name.value.strip():
            self.given.emit(self.name.value.strip())
        else:
            self.name.complain("A name to find it by")
            self.name.setFocus()

    def leave(self) -> None:
        self.hide()
        self.left.emit()
