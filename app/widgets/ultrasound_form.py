"""An ultrasound treatment typed by hand, and its dose as it is typed."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget

from app.theme import space
from app.units import local_offset_min
from app.widgets.controls import Segments, row
from app.widgets.fields import Field, QuantityField, TextField
from data.analysis.types import Side
from data.clinical.dose import DoseError, DoseNumber, ultrasound_dose
from data.ids import uuid7
from data.records import DoseValue, Session, Treatment
from devices.modality import Modality, Origin, UltrasoundSettings

_RATIOS = ((1.0, "Continuous"), (0.5, "1:1"), (1 / 3, "1:2"), (0.25, "1:3"), (0.2, "1:4"))
_CHANGED = "changed"


class UltrasoundForm(QWidget):
    """`changed` with every keystroke; Enter asks to save. A pulsed panel must say what it shows:
    the same number differs five-fold at 20 %."""

    changed = Signal()
    save_wanted = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.site = TextField("Site", hint="where, in your words", most=100)
        self.side = Segments(
            ((Side.LEFT, "Left"), (Side.RIGHT, "Right")), name="Side", can_be_empty=True
        )
        self.frequency = QuantityField("Frequency", "MHz", 0.5, 5.0)
        self.intensity = QuantityField("Intensity", "W/cm²", 0.0, 3.0, decimals=2)
        self.ratio = Segments(_RATIOS, name="Pulse ratio", can_be_empty=True)
        self.duty = QuantityField("Duty", "%", 1.0, 100.0, width=80)
        self.average = Segments(
            ((False, "During the pulse (SATP)"), (True, "Average (SATA)")),
            name="The panel shows",
            can_be_empty=True,
        )
        self.era = QuantityField(
            "Radiating area (ERA)", "cm²", 0.1, 20.0, help_text="on the head’s plate"
        )
        self.minutes = QuantityField("Time with contact", "min", 0.1, 60.0)
        self.area = QuantityField("Treated area", "cm²", 0.1, 500.0)
        self.bnr = QuantityField("BNR", ": 1", 1.0, 10.0, help_text="on the head’s plate")
        self.before = QuantityField("Pain before", "of 10", 0, 10, decimals=0, width=64)
        self.after = QuantityField("Pain after", "of 10", 0, 10, decimals=0, width=64)
        self.note = TextField("Note", most=500)
        self._last: dict[Field, object] = {}
        self._fields = self._build()
        for field in self._quantities():
            field.changed.connect(self._on_change)
        self.site.changed.connect(self._on_change)
        self.side.changed.connect(self._on_change)
        self.average.changed.connect(self._on_change)
        self.ratio.changed.connect(self._on_ratio)
        self.duty.changed.connect(self._on_duty)

    @property
    def duty_share(self) -> float | None:
        return None if self.duty.value is None else self.duty.value / 100

    @property
    def missing(self) -> list[str]:
        """What the dose still needs, in words."""
        needed = {
            "the intensity": self.intensity.value,
            "the duty": self.duty.value,
            "the radiating area": self.era.value,
            "the time": self.minutes.value,
        }
        missing = [word for word, value in needed.items() if value is None]
        if self.duty_share is not None and self.duty_share < 1 and self.average.value is None:
            missing.append("which intensity the panel shows")
        return missing

    def dose(self) -> Mapping[str, DoseNumber] | None:
        """The dose of what is typed, None while something is missing."""
        intensity, duty, era, minutes = (
            self.intensity.value, self.duty_share, self.era.value, self.minutes.value,
        )  # fmt: skip
        if self.missing or intensity is None or duty is None or era is None or minutes is None:
            return None
        try:
            return ultrasound_dose(
                intensity,
                duty,
                era,
                60 * minutes,
                self.area.value,
                "sata" if self.average.value else "satp",
                self.bnr.value,
            )
        except DoseError:
            return None

    def treatment(self, session: Session, now: datetime) -> Treatment:
        """The record of what is typed, given just before `now`."""
        seconds = None if self.minutes.value is None else 60 * self.minutes.value
        began = now - timedelta(seconds=seconds or 0)
        dose = self.dose() or {}
        return Treatment(
            id=uuid7(),
            session_id=session.id,
            person_id=session.person_id,
            modality=Modality.ULTRASOUND,
            source=Origin.ENTERED,
            started_at=max(began, session.started_at),
            utc_offset_min=local_offset_min(now),
            ended_at=now,
            site=self.site.value,
            side=self.side.value,
            planned_s=seconds,
            actual_s=seconds,
            settings=(self._settings(),),
            dose={
                key: DoseValue(d.value, d.unit, d.method, Origin.DERIVED, d.reason)
                for key, d in dose.items()
            },
            area_cm2=self.area.value,
            pain_before=_whole(self.before.value),
            pain_after=_whole(self.after.value),
            note=self.note.value,
        )

    def clear(self) -> None:
        self._last = {}
        for field in self._quantities():
            field.set_value(None)
        for field in (self.site, self.note):
            field.set_value("")
        for choice in (self.side, self.average, self.ratio):
            choice.set_value(None)
        self._mark()
        self.changed.emit()

    def fill_as(self, last: Treatment) -> None:
        """All settings as last time; what is changed from then on is marked."""
        settings = next((s for s in last.settings if isinstance(s, UltrasoundSettings)), None)
        if settings is None:
            return
        duty = None if settings.duty is None else 100 * settings.duty
        minutes = None if last.actual_s is None else last.actual_s / 60
        self.site.set_value(last.site)
        self.side.set_value(last.side)
        for field, value in (
            (self.frequency, settings.frequency_mhz),
            (self.intensity, settings.intensity_w_cm2),
            (self.duty, duty),
            (self.era, settings.era_cm2),
            (self.minutes, minutes),
            (self.area, last.area_cm2),
            (self.bnr, settings.beam_nonuniformity_ratio),
        ):
            field.set_value(value)
        self.average.set_value(settings.intensity_is_sata)
        self._follow_duty()
        self._last = {field: value() for field, value in self._fields.items()}
        self._mark()
        self.changed.emit()

    def show_problems(self) -> bool:
        """Point at fields that hold no usable value; True where there are any."""
        wrong = [field for field in self._quantities() if field.problem]
        for field in wrong:
            field.complain(field.problem)
        if wrong:
            wrong[0].setFocus()
        return bool(wrong)

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.save_wanted.emit()
        else:
            super().keyPressEvent(event)

    def _build(self) -> dict[Field, Callable[[], object]]:
        side = Field("Side", self.side)
        ratio = Field("Pulse ratio", self.ratio)
        average = Field("The panel shows the intensity", self.average)
        lines: tuple[tuple[Field, ...], ...] = (
            (self.site, side),
            (ratio, self.duty),
            (self.intensity, average),
            (self.frequency, self.minutes, self.area),
            (self.era, self.bnr, self.before, self.after),
        )
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(space(4))
        for fields in lines:
            line = row(*fields, spacing=6)
            for field in fields:
                line.setAlignment(field, Qt.AlignmentFlag.AlignTop)
            line.setStretch(0, 1 if fields[0] is self.site else 0)
            line.addStretch(0 if fields[0] is self.site else 1)
            layout.addLayout(line)
        layout.addWidget(self.note)
        layout.addStretch()
        values: dict[Field, Callable[[], object]] = {
            self.site: lambda: self.site.value,
            side: lambda: self.side.value,
            average: lambda: self.average.value,
        }
        for field in (self.frequency, self.intensity, self.duty, self.era, self.minutes,
                      self.area, self.bnr):  # fmt: skip
            values[field] = lambda field=field: field.value
        return values

    def _quantities(self) -> tuple[QuantityField, ...]:
        return (
            self.duty, self.intensity, self.frequency, self.minutes, self.area,
            self.era, self.bnr, self.before, self.after,
        )  # fmt: skip

    def _settings(self) -> UltrasoundSettings:
        return UltrasoundSettings(
            head=0,
            frequency_mhz=self.frequency.value,
            intensity_w_cm2=self.intensity.value,
            intensity_is_sata=bool(self.average.value),
            duty=self.duty_share,
            era_cm2=self.era.value,
            beam_nonuniformity_ratio=self.bnr.value,
        )

    def _on_ratio(self, duty: float | None) -> None:
        if duty is not None:
            self.duty.set_value(100 * duty)
        self._on_change()

    def _on_duty(self) -> None:
        self._follow_duty()
        self._on_change()

    def _follow_duty(self) -> None:
        """Show the ratio that the duty is, if it is one of them."""
        share = self.duty_share
        near = (r for r, _ in _RATIOS if share is not None and abs(r - share) < 0.004)
        self.ratio.set_value(next(near, None))

    def _on_change(self) -> None:
        self._mark()
        self.changed.emit()

    def _mark(self) -> None:
        for field, value in self._fields.items():
            is_changed = field in self._last and self._last[field] != value()
            field.set_mark(_CHANGED if is_changed else "")


def _whole(value: float | None) -> int | None:
    return None if value is None else round(value)
