"""A stored treatment under its name, with the button that prints it."""

from __future__ import annotations

from app.widgets.controls import Button, Card, row, scrolling
from app.widgets.text import Elided, VirtualMark
from app.widgets.treatment_record import NAMES, TreatmentRecord
from data.records import Treatment


class TreatmentCard(Card):
    def __init__(self) -> None:
        super().__init__(margin=5)
        self._title = Elided("", "heading")
        self._virtual = VirtualMark()
        self.print = Button("Print", icon_name="report", key="Ctrl+P")
        self.record = TreatmentRecord()
        head = row(self._title, self._virtual, self.print)
        head.setStretch(0, 1)
        self.column.addLayout(head)
        self.column.addWidget(scrolling(self.record), 1)

    def show_treatment(self, treatment: Treatment) -> None:
        self._title.setText(NAMES[treatment.modality])
        self._virtual.setVisible(treatment.is_virtual)
        self.record.show_treatment(treatment)
