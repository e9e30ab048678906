"""The balance under the head: where it is, and what it reads now."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QComboBox

from app.plain_text import plain
from app.theme import space
from app.units import NO_VALUE, quantity
from app.weighing import USUAL_LINE, BalanceNow, LineError, Port, read_line
from app.widgets.controls import Button, Card, row
from app.widgets.fields import Field, TextField
from app.widgets.text import Text


class BalanceCard(Card):
    """`connect_wanted` carries port and line, `taken` the steady grams and their readings."""

    connect_wanted = Signal(str, str)
    taken = Signal(float, int)

    def __init__(self) -> None:
        super().__init__("Balance")
        self._now: BalanceNow | None = None
        self._ports: tuple[Port, ...] = ()
        self.port = QComboBox()
        self.port.setEditable(True)
        self.port.setMinimumContentsLength(12)
        self.port.setSizeAdjustPolicy(
            QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon
        )
        self.line = TextField("Speed and format", most=20)
        self.line.set_value(USUAL_LINE)
        self.connect_button = Button("Connect", clicked=self._connect)
        self.weight = Text(NO_VALUE, "display")
        self.power = Text("", "heading", tone="muted")
        self.state = Text("", tone="muted", wrap=True)
        self.take = Button("Take", "primary", key="T", clicked=self.take_now)
        self.field_of_port = Field("Port", self.port)
        line_edit = self.port.lineEdit()
        if line_edit is not None:
            line_edit.setAccessibleName("Port")
        self._build()
        self.show_now(None, 0.0)

    @property
    def where(self) -> str:
        """What is chosen or typed."""
        text = plain(self.port.currentText()).strip()
        known = {_words(port): port.where for port in self._ports}
        return known.get(text, text)

    @property
    def is_virtual(self) -> bool:
        return any(port.where == self.where and port.is_virtual for port in self._ports)

    def set_ports(self, ports: Sequence[Port]) -> None:
        typed = self.port.currentText()
        self._ports = tuple(ports)
        self.port.clear()
        self.port.addItems([_words(port) for port in ports])
        if typed:
            self.port.setCurrentText(typed)
        line_edit = self.port.lineEdit()
        if line_edit is not None:
            line_edit.home(False)

    def show_now(self, now: BalanceNow | None, watts_per_gram: float) -> None:
        """Ten times a second; None while none is connected."""
        self._now = now
        grams = now.grams if now is not None else None
        self.weight.setText(quantity(grams, "g", 3))
        power = None if grams is None else grams * watts_per_gram
        self.power.setText(quantity(power, "W", 2) if power is not None else "")
        text, tone = _state(now)
        if self.state.text() != text:
            self.state.setText(text)
            self.state.set_tone(tone)
        self.take.setEnabled(now is not None and now.steady_g is not None)
        self.connect_button.setText("Connect" if now is None else "Connect again")

    def say(self, text: str) -> None:
        """Why it is not connected."""
        self.field_of_port.complain(text)

    def take_now(self) -> None:
        now = self._now
        if now is not None and now.steady_g is not None:
            self.taken.emit(now.steady_g, now.readings)

    def _build(self) -> None:
        self.column.setSpacing(space(3))
        self.column.addWidget(self.weight)
        self.column.addWidget(self.power)
        self.column.addWidget(self.state)
        self.column.addLayout(row(self.take, 1))
        self.column.addWidget(self.field_of_port)
        self.column.addWidget(self.line)
        self.column.addLayout(row(self.connect_button, 1))

    def _connect(self) -> None:
        self.field_of_port.complain("" if self.where else "The port that it is plugged into")
        try:
            read_line(self.line.value)
        except LineError as error:
            self.line.complain(str(error))
            return
        self.line.complain("")
        if self.where:
            self.connect_wanted.emit(self.where, self.line.value)


def _words(port: Port) -> str:
    virtual = " (VIRTUAL)" if port.is_virtual else ""
    return plain(f"{port.where} {port.name}".strip() + virtual)


def _state(now: BalanceNow | None) -> tuple[str, str]:
    """In one sentence, and its tone."""
    match now:
        case None:
            return "Connect a balance, or type the watts of a power meter.", "muted"
        case BalanceNow(is_heard=False):
            return "Not answering; reconnecting by itself.", "attention"
        case BalanceNow(is_overloaded=True):
            return "Overloaded: take weight off.", "attention"
        case BalanceNow(grams=None):
            return "No reading for 5 s. Let it print by itself; check speed and format.", "muted"
        case BalanceNow(is_stable=False):
            return "Moving: keep the head still.", "attention"
        case BalanceNow(steady_g=None):
            return "A moment: too few steady readings yet.", "muted"
        case _:
            return f"Steady: median of {now.readings} readings.", "good"
