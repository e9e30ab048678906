"""A stored treatment as it is read: what was set, what changed, what was delivered."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QVBoxLayout, QWidget

from app.plain_text import plain
from app.theme import space
from app.treatment_answers import answer_groups, course_rows, form_settings
from app.units import clock, number, quantity, time_of_day
from app.widgets.body_map import placement_words
from app.widgets.controls import HowButton, clear
from app.widgets.text import Text
from app.wording import SETTINGS, dose_name, local_time, sentence
from data.clinical.modalities import forms
from data.records import DoseValue, Treatment
from data.treatment_values import adverse_words, setting_key
from devices.modality import (
    Modality,
    Origin,
    SettingChange,
    StimulationSettings,
    UltrasoundSettings,
)

NAMES = {
    Modality.TENS: "TENS",
    Modality.NMES: "NMES",
    Modality.IFC: "Interferential current",
    Modality.ULTRASOUND: "Ultrasound",
    Modality.LIPUS: "LIPUS",
    Modality.ESWT: "Shock wave",
    Modality.LASER: "Laser",
    Modality.SWD: "Shortwave",
    Modality.HEAT: "Heat",
    Modality.COLD: "Cold",
}
Pair = tuple[str, str]
_TOP = Qt.AlignmentFlag.AlignTop


class TreatmentRecord(QWidget):
    def __init__(self) -> None:
        super().__init__()
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(space(4))

    def show_treatment(self, treatment: Treatment) -> None:
        """What went wrong stands above all; then what was given, its dose, its course, answers."""
        clear(self._column)
        for words in filter(None, (adverse_words(treatment), *treatment.flags)):
            self._column.addWidget(Text(plain(words), "strong", tone="attention", wrap=True))
        self._add("Given", given(treatment))
        if treatment.source is Origin.ENTERED or not treatment.settings:
            self._add("Settings", form_settings(treatment))
        else:
            for settings in treatment.settings:
                self._add("Settings", setting_rows(settings))
        if treatment.dose:
            self._column.addWidget(Text("Dose", bold=True))
            self._column.addWidget(_doses(treatment))
        if treatment.changes:
            self._add("Changes", [(clock(c.at_s), change_words(c)) for c in treatment.changes])
        if treatment.gaps:
            gaps = [
                (clock(g.start_s), f"not heard for {g.end_s - g.start_s:.0f} s ({g.cause})")
                for g in treatment.gaps
            ]
            self._add("Not heard", gaps)
        self._add("Course", course_rows(treatment))
        for title, rows in answer_groups(treatment):
            self._add(title, rows)
        placed = placement_words(treatment.placement)
        if placed:
            self._column.addWidget(Text("Where", bold=True))
            self._column.addWidget(Text("\n".join(placed), wrap=True))
        if treatment.note:
            self._column.addWidget(Text("Note", bold=True))
            self._column.addWidget(Text(plain(treatment.note), wrap=True))
        self._column.addStretch()

    def _add(self, title: str, pairs: list[Pair]) -> None:
        if pairs:
            self._column.addWidget(Text(title, bold=True))
            self._column.addWidget(facts(pairs))


def facts(pairs: list[Pair]) -> QWidget:
    """Two columns: what, and its value."""
    box = QWidget()
    grid = QGridLayout(box)
    grid.setContentsMargins(0, 0, 0, 0)
    grid.setHorizontalSpacing(space(4))
    grid.setVerticalSpacing(space(1))
    grid.setColumnMinimumWidth(0, space(50))
    grid.setColumnStretch(1, 1)
    for number_, (label, value) in enumerate(pairs):
        grid.addWidget(Text(label, tone="muted", wrap=True), number_, 0, _TOP)
        grid.addWidget(Text(value, wrap=True), number_, 1)
    return box


def given(treatment: Treatment) -> list[Pair]:
    at = local_time(treatment.started_at, treatment.utc_offset_min)
    by = "read from the unit" if treatment.source is not Origin.ENTERED else "typed by hand"
    pairs = [("At", time_of_day(at)), ("Recorded", by)]
    if treatment.device is not None:
        pairs.append(("Unit", plain(treatment.device.name)))
    site = ", ".join(part for part in (plain(treatment.site), treatment.side or "") if part)
    pairs.append(("Site", site or "not given"))
    of = f" of {clock(treatment.planned_s)}" if treatment.planned_s is not None else ""
    pairs.append(("Time", f"{clock(treatment.actual_s)}{of} min"))
    if treatment.pain_before is not None or treatment.pain_after is not None:
        before, after = (number(p) for p in (treatment.pain_before, treatment.pain_after))
        pairs.append(("Pain before, after", f"{before}, {after} of 10"))
    return pairs


def setting_rows(settings: StimulationSettings | UltrasoundSettings) -> list[Pair]:
    """Settings in the words and units of the field; what is not known is left out."""
    if isinstance(settings, UltrasoundSettings):
        return _ultrasound_rows(settings)
    rows = [
        ("Channel", str(settings.channel)),
        ("Waveform", settings.waveform.value if settings.waveform else ""),
        ("Mode", settings.mode.value if settings.mode else ""),
        ("Amplitude", _amplitude(settings)),
        ("Pulse rate", quantity(settings.pulse_rate_hz, "Hz", 1) if settings.pulse_rate_hz else ""),
        ("Phase width", quantity(settings.phase_us, "µs") if settings.phase_us else ""),
        ("Carrier", quantity(settings.carrier_hz, "Hz") if settings.carrier_hz else ""),
        ("On, off", _on_off(settings)),
        ("Electrode", quantity(settings.electrode_cm2, "cm²", 1) if settings.electrode_cm2 else ""),
    ]
    return [(label, value) for label, value in rows if value]


def change_words(change: SettingChange) -> str:
    """``amplitude 20 → 25 mA, by panel``."""
    unit = f" {change.unit}" if change.unit else ""
    old = f"{_plain_value(change.old)} → " if change.old is not None else ""
    by = f", by {change.by}" if change.by else ""
    known = SETTINGS.get(change.parameter)
    name = known[0] if known else _label(setting_key(change))
    return f"{name} {old}{_plain_value(change.new)}{unit}{by}"


def _label(key: str) -> str:
    """Of a setting that has no shorter word: that of its form."""
    labels = [each.field(key).label for each in forms().values() if key in each]
    return labels[0].lower() if labels else key


def _ultrasound_rows(settings: UltrasoundSettings) -> list[Pair]:
    average = "average over the cycle (SATA)" if settings.intensity_is_sata else "pulse (SATP)"
    rows = [
        ("Frequency", settings.frequency_mhz, "MHz", 1),
        ("Intensity", settings.intensity_w_cm2, "W/cm²", 2),
        ("Duty", None if settings.duty is None else 100 * settings.duty, "%", 0),
        ("Radiating area", settings.era_cm2, "cm²", 1),
    ]
    pairs = [(label, quantity(v, unit, d)) for label, v, unit, d in rows if v is not None]
    pairs.insert(2, ("Panel shows", average))
    return pairs


def _doses(treatment: Treatment) -> QWidget:
    box = QWidget()
    grid = QGridLayout(box)
    grid.setContentsMargins(0, 0, 0, 0)
    grid.setHorizontalSpacing(space(4))
    grid.setVerticalSpacing(0)
    grid.setColumnMinimumWidth(0, space(50))
    if any(dose.value is None for dose in treatment.dose.values()):
        grid.setColumnStretch(1, 3)  # reasons are sentences
    grid.setColumnStretch(3, 1)
    for place, (key, dose) in enumerate(treatment.dose.items()):
        grid.addWidget(Text(sentence(dose_name(key)), tone="muted", wrap=True), place, 0)
        is_known = dose.value is not None
        grid.addWidget(Text(dose_words(dose), bold=is_known, wrap=not is_known), place, 1)
        grid.addWidget(HowButton(dose.method, dose_name(key)), place, 2)
    return box


def dose_words(dose: DoseValue) -> str:
    if dose.value is None:
        return f"not computed: {dose.reason}" if dose.reason else "not computed"
    return quantity(dose.value, dose.unit, decimals_of(dose.value))


def decimals_of(value: float) -> int:
    """Three significant digits, no more than the panel's own."""
    size = abs(value)
    return 0 if size >= 100 else 1 if size >= 10 else 2


def _amplitude(settings: StimulationSettings) -> str:
    for value, unit in (
        (settings.amplitude_ma, "mA"),
        (settings.amplitude_v, "V"),
        (settings.amplitude_percent, "%"),
    ):
        if value is not None:
            return quantity(value, unit, 1)
    return ""


def _on_off(settings: StimulationSettings) -> str:
    if not settings.on_s or not settings.off_s:
        return ""
    return f"{number(settings.on_s, 1)}, {quantity(settings.off_s, 's', 1)}"


def _plain_value(value: float | str | None) -> str:
    return f"{value:g}" if isinstance(value, float | int) else plain(value or "none")
