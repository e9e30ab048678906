"""How a treatment begins: as last time, from a preset, or from an empty form."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QVBoxLayout

from app.plain_text import plain
from app.status import LiveTreatment
from app.theme import space
from app.widgets.controls import Card
from app.widgets.fields import SearchField
from app.widgets.rows import Row, RowList
from app.wording import date_text, local_time
from data.clinical.modalities import forms
from data.clinical.presets import Preset, presets
from data.records import Treatment
from data.treatment_draft import as_last_time, new_draft, preset_draft
from data.treatment_values import values_of
from devices.modality import Modality

_TOLD = (
    "amplitude_ma", "intensity_w_cm2", "pulse_rate_hz", "frequency_mhz", "duty_percent",
    "energy_mj_mm2", "power_mw", "planned_min",
)  # fmt: skip


class _From(StrEnum):
    UNIT = "unit"
    LAST = "last"
    PRESET = "preset"
    EMPTY = "empty"


@dataclass(frozen=True, slots=True)
class _Begin:
    """What a row begins from; `name` is a modality or the id of a preset."""

    source: _From
    name: str = ""


class TreatmentStart(Card):
    """`chosen` carries a draft and the treatment that it repeats, or None; `unit_chosen`: the
    connected unit tells what it does."""

    chosen = Signal(object, object)
    unit_chosen = Signal()

    def __init__(self) -> None:
        super().__init__(holds_rows=True)
        self._last: dict[Modality, Treatment] = {}
        self._presets: dict[str, Preset] = {}
        self._unit = ""
        self.search = SearchField("Find a treatment or preset")
        self.list = RowList("How the treatment begins")
        head = QVBoxLayout()
        head.setContentsMargins(space(2), space(2), space(2), 0)
        head.addWidget(self.search)
        self.column.addLayout(head)
        self.column.addWidget(self.list, 1)
        self.search.textChanged.connect(self._fill)
        self.search.moved.connect(self.list.step)
        self.search.entered.connect(self.list.choose_current)
        self.list.chosen.connect(self._choose)

    def offer(self, last: dict[Modality, Treatment], unit: LiveTreatment | None) -> None:
        """The last treatment of each kind, newest first, and what a connected unit does."""
        self._last, self._unit = last, _name(unit)
        self._presets = presets()
        self.search.clear()
        self._fill("")
        self.search.setFocus()

    def show_unit(self, unit: LiveTreatment | None) -> None:
        """A unit came or went; what is being typed and chosen stays."""
        if _name(unit) != self._unit:
            chosen = self.list.current_key
            self._unit = _name(unit)
            self._fill(self.search.text())
            if chosen is not None:
                self.list.set_current(chosen)

    def _fill(self, text: str) -> None:
        words = text.casefold().split()
        rows: list[Row] = []
        if self._unit:
            rows += _group("Connected", [Row(f"From {self._unit}", _Begin(_From.UNIT))], words)
        rows += _group("As last time", [_last_row(each) for each in self._last.values()], words)
        own = [_preset_row(p) for p in self._presets.values() if p.is_clinics_own]
        shipped = [_preset_row(p) for p in self._presets.values() if not p.is_clinics_own]
        kinds = [Row(each.name, _Begin(_From.EMPTY, name)) for name, each in forms().items()]
        rows += _group("The clinic’s presets", own, words)
        rows += _group("Presets", shipped, words)
        rows += _group("Empty form", kinds, words)
        self.list.set_rows(rows)
        self.list.choose_first()

    def _choose(self, key: object) -> None:
        match key:
            case _Begin(_From.UNIT):
                self.unit_chosen.emit()
            case _Begin(_From.LAST, name):
                last = self._last[Modality(name)]
                self.chosen.emit(as_last_time(last), last)
            case _Begin(_From.PRESET, name):
                self.chosen.emit(preset_draft(self._presets[name]), None)
            case _Begin(_From.EMPTY, name):
                self.chosen.emit(new_draft(Modality(name)), None)
            case _:
                pass


def _name(unit: LiveTreatment | None) -> str:
    return plain(unit.device.name) if unit is not None else ""


def _group(title: str, rows: list[Row], words: list[str]) -> list[Row]:
    found = [r for r in rows if all(w in f"{r.title} {r.detail}".casefold() for w in words)]
    return [Row(title), *found] if found else []


def _last_row(last: Treatment) -> Row:
    form = forms()[last.modality]
    on = date_text(local_time(last.started_at, last.utc_offset_min))
    said = values_of(last)
    told = [form.field(key).words(said[key].value) for key in _TOLD if key in said and key in form]
    where = [plain(last.site)] if last.site else []
    return Row(
        f"{form.name}, as on {on}",
        _Begin(_From.LAST, last.modality.value),
        detail=", ".join([*where, *told]),
        icon="undo",
        badge="VIRTUAL" if last.is_virtual else "",
    )


def _preset_row(preset: Preset) -> Row:
    return Row(
        plain(preset.name), _Begin(_From.PRESET, preset.id), detail=f"Source: {preset.said_by}"
    )
