"""Settings: how it looks, in which unit, who works here, and the care of the records."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING
from uuid import UUID

from PySide6.QtCore import QStandardPaths
from PySide6.QtWidgets import QHBoxLayout, QWidget

from app.navigation import Desk, Route
from app.pages.page import Header, Page
from app.store_thread import failed_work
from app.theme import Scheme, space, theme
from app.units import ForceUnit, day
from app.version import program_version
from app.widgets.controls import Button, Card, Segments, column, row, scrolling
from app.widgets.fields import Field, TextField
from app.widgets.known_masses import KnownMasses
from app.widgets.text import Text
from data.store import Store

if TYPE_CHECKING:
    from data.backup import VerifyReport

_SCHEMES = ((Scheme.SYSTEM, "As the system"), (Scheme.LIGHT, "Light"), (Scheme.DARK, "Dark"))
_SCALES = ((1.0, "100 %"), (1.25, "125 %"), (1.5, "150 %"), (2.0, "200 %"))
_UNITS = tuple((unit, unit.value) for unit in ForceUnit)


class SettingsPage(Page):
    title = "Settings"

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        settings = desk.settings
        self.scheme = Segments(_SCHEMES, name="Theme", value=settings.scheme)
        self.scale = Segments(_SCALES, name="Text size", value=settings.text_scale)
        self.unit = Segments(_UNITS, name="Unit of force", value=settings.force_unit)
        self.clinician = TextField("Your name, for new visits and reports", most=100)
        self.folder = TextField("Folder for backups", most=1000)
        self.experimental = Segments(
            ((False, "Off"), (True, "On")),
            name="Experimental devices",
            value=settings.experimental_devices,
        )
        self.masses = KnownMasses()
        self.back_up = Button("Back up now", icon_name="backup", clicked=self._back_up)
        self.verify = Button("Check all records", icon_name="check", clicked=self._verify)
        self.reopen = Button("Open again", clicked=desk.store.start)
        self.result = Text("", wrap=True)
        self._build()
        self.scheme.changed.connect(self._keep_scheme)
        self.scale.changed.connect(self._keep_scale)
        self.unit.changed.connect(self._keep_unit)
        self.experimental.changed.connect(self._keep_experimental)
        self.masses.changed.connect(self._keep_terms)
        self.clinician.edit.editingFinished.connect(self._keep_name)
        self.folder.edit.editingFinished.connect(self._keep_folder)
        desk.store.opened.connect(self._show_place)

    def enter(self, route: Route) -> None:
        settings = self.desk.settings
        self.clinician.set_value(settings.clinician)
        self.folder.set_value(settings.backup_folder or str(_usual_folder()))
        self.masses.show_settings(settings)
        self._show_last()
        self._show_place()
        if route.word == "backup":
            self.back_up.setFocus()
        else:
            self.scheme.setFocus()

    def records_changed(self, ids: frozenset[UUID]) -> None:
        self._show_last()

    def _build(self) -> None:
        self.body.addWidget(Header("Settings"))
        looks = Card("How it looks")
        looks.column.addWidget(Field("Theme", self.scheme))
        looks.column.addWidget(Field("Text size", self.scale))
        looks.column.addWidget(
            Field("Unit of force", self.unit, help_text="Shown only: records are kept in newtons.")
        )
        who = Card("Who works here")
        self.clinician.edit.setMaximumWidth(theme().px(420))
        who.column.addWidget(self.clinician)
        devices = Card("Devices")
        devices.column.addWidget(
            Field(
                "Experimental devices",
                self.experimental,
                help_text="Known only from other people’s decoders, tried on no device here. On: "
                "they are found and can be used, and every view and record says so.",
            )
        )
        care = Card("Records")
        self._place = Text("", tone="muted", wrap=True)
        self._last = Text("", tone="muted")
        self.folder.edit.setMaximumWidth(theme().px(560))
        care.column.addWidget(self._place)
        care.column.addLayout(row(self.reopen, 1))
        care.column.addWidget(self.folder)
        care.column.addLayout(row(self.back_up, self._last, 1))
        care.column.addLayout(row(self.verify, 1))
        care.column.addWidget(self.result)
        self.result.hide()
        about = Card("About")
        about.column.addWidget(Text(f"Myograph {program_version()}"))
        about.column.addWidget(
            Text(
                "Research and record-keeping software, not a certified medical device. Numbers "
                "support professional judgement and never replace it; each clinic is responsible "
                "for its local rules.",
                tone="muted",
                wrap=True,
            )
        )
        content = QWidget()
        columns = QHBoxLayout(content)
        columns.setContentsMargins(0, 0, 0, 0)
        columns.setSpacing(space(4))
        for cards in ((looks, who, devices), (care, self.masses, about)):
            side = column(*cards, spacing=4)
            side.addStretch()
            columns.addLayout(side, 1)
        self.body.addWidget(scrolling(content), 1)

    def _show_place(self) -> None:
        store = self.desk.store
        self.reopen.setVisible(not store.is_open)
        for button in (self.back_up, self.verify):
            button.setEnabled(store.is_open)
        if store.is_open:
            store.ask(self, lambda s: s.path, self._show_path, slot="path")
        else:
            self._place.setText("The records are not open.")

    def _show_path(self, path: Path) -> None:
        self._place.setText(f"Kept in {path}")

    def _show_last(self) -> None:
        last = self.desk.settings.last_backup
        self._last.setText(f"Last backup: {last}" if last else "No backup yet")

    def _keep_scheme(self, scheme: Scheme) -> None:
        self.desk.change_settings(scheme=scheme)

    def _keep_scale(self, scale: float) -> None:
        self.desk.change_settings(text_scale=scale)

    def _keep_unit(self, unit: ForceUnit) -> None:
        self.desk.change_settings(force_unit=unit)

    def _keep_experimental(self, is_on: bool) -> None:
        self.desk.change_settings(experimental_devices=is_on)

    def _keep_terms(self, name: str, value: float | None) -> None:
        if value != getattr(self.desk.settings, name):
            self.desk.change_settings(**{name: value})

    def _keep_name(self) -> None:
        if self.clinician.value != self.desk.settings.clinician:
            self.desk.change_settings(clinician=self.clinician.value)

    def _keep_folder(self) -> None:
        if self.folder.value and self.folder.value != self.desk.settings.backup_folder:
            self.desk.change_settings(backup_folder=self.folder.value)

    def _back_up(self) -> None:
        self._keep_folder()
        now = self.desk.now().astimezone()
        target = Path(self.folder.value) / f"myograph-{now:%Y-%m-%d-%H%M%S}.db"
        self._say("Copying and checking the copy …", "muted")
        self.desk.store.ask(
            self, lambda store: _copy(store, target), self._on_copied, failed=self._on_failed
        )

    def _on_copied(self, target: Path) -> None:
        self.desk.change_settings(last_backup=self.desk.today.isoformat())
        self._show_last()
        self._say(f"Backed up on {day(self.desk.today)} and checked: {target}", "good")

    def _verify(self) -> None:
        self._say("Reading every record …", "muted")
        self.desk.store.ask(
            self, lambda store: store.verify(), self._on_verified, failed=self._on_failed
        )

    def _on_verified(self, report: VerifyReport) -> None:
        if report.is_sound:
            counts = ", ".join(f"{count} {name}" for name, count in report.counts.items())
            self._say(f"Every record is sound: {counts}.".replace("_", " "), "good")
            return
        found = [*report.problems, *(f"damaged: {what}" for what in report.damaged)]
        self._say(
            f"Not everything is sound. {'; '.join(found)}. Everything else can be used. "
            "Restore what is damaged from a backup.",
            "stop",
        )

    def _on_failed(self, error: Exception) -> None:
        notice = failed_work(error)
        self._say(f"{notice.what} {notice.safe} {notice.todo}", "attention")
        self.desk.notice.emit(notice)

    def _say(self, text: str, tone: str) -> None:
        self.result.setText(text)
        self.result.set_tone(tone)
        self.result.show()


def _usual_folder() -> Path:
    place = QStandardPaths.StandardLocation.DocumentsLocation
    return Path(QStandardPaths.writableLocation(place)) / "Myograph backups"


def _copy(store: Store, target: Path) -> Path:
    target.parent.mkdir(parents=True, exist_ok=True)
    store.backup(target)
    return target
