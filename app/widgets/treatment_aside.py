"""Beside a treatment's form: what instruments tell of it, its dose, and where it is placed."""

from __future__ import annotations

from dataclasses import replace
from uuid import UUID

from PySide6.QtWidgets import QWidget

from app.navigation import Desk
from app.theme import theme
from app.treatment_entry import TreatmentEntry
from app.widgets.body_figure import Placing
from app.widgets.body_map import BodyMap
from app.widgets.controls import Card, column
from app.widgets.dose_panel import DosePanel
from app.widgets.evoked_panel import EvokedPanel
from app.widgets.output_check_line import OutputCheckLine
from data.clinical.modalities import number_of
from data.output_checks import unit_and_head
from data.sides import Side
from devices.modality import Modality

_ELECTRICAL = (Modality.TENS, Modality.NMES, Modality.IFC)


class TreatmentAside(QWidget):
    """Of all kinds of treatment: shown is what this one has."""

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self._desk = desk
        self.evoked = EvokedPanel(desk)
        self.output = OutputCheckLine(desk)
        self.dose = DosePanel()
        self.body_map = BodyMap()
        where = Card("Where", margin=4)
        where.column.addWidget(self.body_map, 1)
        where.setMinimumHeight(theme().px(420))
        self.setLayout(column(self.evoked, self.output, self.dose, where, 1, spacing=4))

    def show_entry(self, entry: TreatmentEntry, person_id: UUID | None) -> None:
        """`person_id` is None until it is known whom the treatment is given to."""
        draft = entry.draft
        self._show_output(entry)
        self.evoked.setVisible(draft.modality is Modality.NMES and person_id is not None)
        if draft.modality is Modality.NMES and person_id is not None:
            side = draft.plain.get("side")
            self.evoked.show_for(person_id, Side(side) if side in tuple(Side) else None)
        self.show_dose(entry)
        is_electrical = draft.modality in _ELECTRICAL
        self.body_map.set_placing(Placing.PADS if is_electrical else Placing.AREA)
        self.body_map.set_pad_size(number_of(draft.plain.get("electrode_cm2")))

    def show_dose(self, entry: TreatmentEntry) -> None:
        """As it is by now; a connected unit reports its own."""
        self.dose.setVisible(not entry.is_of_unit)
        if not entry.is_of_unit:
            self.dose.show_dose(entry.dose(self._desk.now()), entry.suggested_dose)

    def _show_output(self, entry: TreatmentEntry) -> None:
        is_ultrasound = entry.draft.modality is Modality.ULTRASOUND
        self.output.setVisible(is_ultrasound)
        if not is_ultrasound:
            return
        unit, head = unit_and_head(entry.draft.values)
        told = self._desk.treatment if entry.is_of_unit else None
        if told is not None:
            unit = replace(unit, model=told.device.name, serial=told.device.serial or "")
        self.output.show_head(unit, head)
