"""A treatment's settings kept as a preset of the clinic's own, under a name that is asked for."""

from __future__ import annotations

from PySide6.QtCore import Signal

from app.own_presets import keep_preset, preset_of
from app.widgets.name_line import NameLine
from app.workflow import Notice, Weight
from data.clinical.entries import CatalogueError
from data.treatment_draft import Draft


class PresetLine(NameLine):
    """`told` carries the notice of how it went."""

    told = Signal(object)

    def __init__(self) -> None:
        super().__init__("Name of the preset", "Keep", hint="what it is for, no athlete’s name")
        self._draft: Draft | None = None
        self.given.connect(self._keep)

    def show_draft(self, draft: Draft | None) -> None:
        """Whose settings they are; the line goes with the treatment."""
        self._draft = draft
        if draft is None:
            self.hide()

    def _keep(self, name: str) -> None:
        if self._draft is None:
            return
        try:
            path = keep_preset(preset_of(self._draft, name))
        except (OSError, LookupError, CatalogueError) as error:
            words = f"The preset was not kept: {error}"
            self.told.emit(Notice(Weight.ATTENTION, words, "The treatment is as it was.", ""))
            return
        self.leave()
        self.told.emit(
            Notice(
                Weight.INFO,
                f"“{name}” is kept as a preset.",
                "Settings and time are in it, nothing of the person.",
                f"It is offered with the next treatment; its file is {path.name}.",
            )
        )
