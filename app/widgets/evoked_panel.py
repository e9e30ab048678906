"""Beside a treatment with NMES: the force that it evokes, and its share of the own maximum."""

from __future__ import annotations

from uuid import UUID

from PySide6.QtCore import QTimer, Signal
from PySide6.QtGui import QHideEvent, QShowEvent
from PySide6.QtWidgets import QCheckBox, QComboBox, QGridLayout

from app.evoked_force import (
    EvokedForce,
    column_of,
    dynamometer,
    evoking,
    maxima_of_day,
    maximum_words,
    method_words,
)
from app.navigation import Desk
from app.plain_text import plain
from app.status import DeviceStatus
from app.theme import space
from app.units import NO_VALUE, force, quantity
from app.widgets.controls import Button, Card, HowButton, row
from app.widgets.fields import Field
from app.widgets.mini_trace import MiniTrace
from app.widgets.text import Elided, Text
from data.clinical.evoked import METHOD, EvokedRefusedError, Maximum, mvic_percent
from data.sides import Side

_LOOK_MS = 100


class EvokedPanel(Card):
    """`taken` carries the peak of the last contraction in N, its share in per cent or None, and
    the method of the share."""

    taken = Signal(float, object, str)

    def __init__(self, desk: Desk) -> None:
        super().__init__("Evoked force", margin=4)
        self._desk = desk
        self._person_id: UUID | None = None
        self._side: Side | None = None
        self._maxima: tuple[Maximum, ...] = ()
        self._force: EvokedForce | None = None
        self.trace = MiniTrace()
        self.now = Text(NO_VALUE, "heading", bold=True)
        self.peak = Text(NO_VALUE, "heading", bold=True)
        self.share = Text(NO_VALUE, "heading", bold=True)
        self.how = HowButton(METHOD, "the share of the maximum")
        self.state = Text("", tone="muted", wrap=True)
        self.device = Elided("", "small", tone="muted")
        self.maximum = QComboBox()
        self.maximum.setSizeAdjustPolicy(
            QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon
        )
        self.is_same = QCheckBox("Limb, lever and strap as in that test")
        self.zero = Button("Zero", key="Z", clicked=self.zero_now)
        self.take = Button("Take", "primary", key="V", clicked=self.take_now)
        self._maximum_field = Field("Own maximum of today", self.maximum)
        self._build()
        self._looker = QTimer(self, interval=_LOOK_MS)
        self._looker.timeout.connect(self.look)
        self.maximum.activated.connect(self._on_maximum)
        self.is_same.toggled.connect(self.look)

    def show_for(self, person_id: UUID, side: Side | None) -> None:
        """Whom the treatment is given to, and on which limb."""
        if side is not self._side:
            self._side = side
            self._choose()
        if person_id != self._person_id:
            self._person_id = person_id
            self.ask_maxima()

    def ask_maxima(self) -> None:
        """Read the tests of today anew."""
        person_id, day = self._person_id, self._desk.today
        if person_id is not None:
            self._desk.store.ask(
                self,
                lambda store: maxima_of_day(store, person_id, day),
                self._on_maxima,
                slot="maxima",
            )

    def zero_now(self) -> None:
        device = self._device
        if self.isVisible() and device is not None:
            self._desk.zero_wanted.emit(device.key)
            self._force = None

    def take_now(self) -> None:
        """The peak of the last contraction, with its share where there is one."""
        seen = self._force.seen if self._force is not None else None
        if not self.isVisible() or seen is None or seen.peak_n is None:
            return
        try:
            share = round(self._share(seen.peak_n), 1)
        except EvokedRefusedError:
            share = None
        chosen = self._chosen
        method = method_words(chosen) if chosen is not None and share is not None else ""
        self.taken.emit(round(seen.peak_n, 1), share, method)

    def look(self) -> None:
        """Follow what the dynamometer sends, and say what is missing."""
        device = self._device
        self._follow(device)
        unit = self._desk.settings.force_unit
        seen = self._force.seen if self._force is not None else None
        if self._force is not None:
            self._force.look()
            seen = self._force.seen
        self.trace.follow(self._force.trace if self._force else None, unit)
        self.trace.look()
        self.now.setText(force(seen.now_n if seen else None, unit))
        self.peak.setText(force(seen.peak_n if seen else None, unit))
        limb = f"{self._side.value} limb · " if self._side is not None else ""
        self.device.setText(limb + _device_words(device))
        self.zero.setEnabled(device is not None)
        self.take.setEnabled(seen is not None and seen.peak_n is not None)
        share, refusal, is_wrong = self._judged(device, seen.peak_n if seen else None)
        self.share.setText(quantity(share, "%") if share is not None else NO_VALUE)
        self.how.setVisible(share is not None)
        if self.state.text() != refusal:
            self.state.setText(refusal)
        self.state.setVisible(bool(refusal))
        self.state.set_tone("attention" if is_wrong else "muted")

    def showEvent(self, event: QShowEvent) -> None:  # noqa: N802
        super().showEvent(event)
        self.ask_maxima()
        self._looker.start()

    def hideEvent(self, event: QHideEvent) -> None:  # noqa: N802
        super().hideEvent(event)
        self._looker.stop()
        self._force = None

    @property
    def _chosen(self) -> Maximum | None:
        place = self.maximum.currentIndex()
        return self._maxima[place] if 0 <= place < len(self._maxima) else None

    @property
    def _device(self) -> DeviceStatus | None:
        return dynamometer(self._desk.devices, self._chosen)

    def _build(self) -> None:
        grid = QGridLayout()
        grid.setHorizontalSpacing(space(4))
        grid.setVerticalSpacing(0)
        share = row(self.share, self.how, 1, spacing=1)
        for place, (words, value) in enumerate(
            (("Now", self.now), ("Last contraction", self.peak), ("Of own maximum", share))
        ):
            grid.addWidget(Text(words, "small", tone="muted"), 0, place)
            if isinstance(value, Text):
                grid.addWidget(value, 1, place)
            else:
                grid.addLayout(value, 1, place)
            grid.setColumnStretch(place, 1)
        self.column.addWidget(self.trace)
        self.column.addLayout(grid)
        self.column.addWidget(self.state)
        self.column.addLayout(row(self.take, self.zero, 1))
        self.column.addWidget(self._maximum_field)
        self.column.addWidget(self.is_same)
        self.column.addWidget(self.device)

    def _follow(self, device: DeviceStatus | None) -> None:
        side = self._chosen.key.side if self._chosen is not None else self._side
        column = column_of(device, side) if device is not None else None
        trace = self._desk.trace_of(device.key) if device is not None else None
        if trace is None or column is None or device is None or not device.is_zeroed:
            self._force = None
        elif self._force is None or (self._force.trace, self._force.column) != (trace, column):
            self._force = EvokedForce(trace, column)
            self.trace.set_sides((side,) if trace.channels == 1 else tuple(Side))

    def _judged(
        self, device: DeviceStatus | None, peak_n: float | None
    ) -> tuple[float | None, str, bool]:
        """The share, or why there is none, and whether that asks for something."""
        if device is None:
            return None, "Connect a dynamometer: the force that is evoked then stands here.", False
        if not device.is_zeroed:
            return None, "Zero it with the limb at rest in the strap, current off: Z.", True
        if self._force is None:
            return None, "Which cell this limb pulls on is not known: choose a maximum.", True
        try:
            return self._share(peak_n), "", False
        except EvokedRefusedError as error:
            return None, str(error), peak_n is not None or self._chosen is None

    def _share(self, peak_n: float | None) -> float:
        """Raises `EvokedRefusedError`."""
        chosen, device, day = self._chosen, self._device, self._desk.today
        if chosen is None or device is None:
            raise EvokedRefusedError(
                "No maximum of today: test this limb with this device first, as strong as it can."
            )
        now = evoking(chosen, device, self._side, day, is_in_position=self.is_same.isChecked())
        return mvic_percent(peak_n, chosen, now)

    def _on_maxima(self, maxima: tuple[Maximum, ...]) -> None:
        if maxima == self._maxima:
            return
        self._maxima = maxima
        unit = self._desk.settings.force_unit
        self.maximum.clear()
        words = [f"{force(each.peak_n, unit)} · {plain(maximum_words(each))}" for each in maxima]
        self.maximum.addItems(words)
        self._maximum_field.setVisible(bool(maxima))
        self.is_same.setVisible(bool(maxima))
        self._choose()

    def _choose(self) -> None:
        """The first of the treated limb, where there is one."""
        of_limb = [place for place, each in enumerate(self._maxima) if each.key.side is self._side]
        self.maximum.setCurrentIndex(of_limb[0] if of_limb else min(0, len(self._maxima) - 1))
        self._on_maximum()

    def _on_maximum(self) -> None:
        """Another test is another position: it has to be said anew."""
        self.is_same.setChecked(False)
        self._force = None
        self.look()


def _device_words(device: DeviceStatus | None) -> str:
    if device is None:
        return ""
    virtual = ", VIRTUAL" if device.is_virtual else ""
    return plain(f"Read from {device.name}{virtual}")
