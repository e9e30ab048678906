"""The settings that are numbers, one of them in hand: arrow keys turn it and take another."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QWidget

from app.theme import theme
from app.widgets.controls import Button, column, row
from app.widgets.text import Text
from data.clinical.field_check import Verdict
from data.clinical.modalities import Field, channel_of, field_id, number_of
from data.treatment_draft import Draft

_MANY = 10
_STEPS = {
    Qt.Key.Key_Up: 1,
    Qt.Key.Key_Down: -1,
    Qt.Key.Key_PageUp: _MANY,
    Qt.Key.Key_PageDown: -_MANY,
}


class SettingKnobs(QWidget):
    """`turned` carries a key and its new value, `wanted` the key of one that shall be typed.

    What sets the strength of the output comes first. A value stops at what is possible and says so.
    """

    turned = Signal(str, float)
    wanted = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self._keys: list[str] = []
        self._in_hand = ""
        self._is_chosen = False
        self._is_typing = False
        self._draft: Draft | None = None
        self._was: Mapping[str, str] = {}
        self._name = Text("", "strong", tone="muted")
        self.value = Text("", "heading")
        self.value.setMinimumWidth(theme().px(104))
        self.value.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._mark = Text("", "small", tone="accent")
        self._hint = Text("", "small", tone="muted")
        self.down = self._button("−", "↓", lambda: self._turn(-1))
        self.up = self._button("+", "↑", lambda: self._turn(1))
        self.next = self._button("Another", "→", lambda: self._take_next(1))
        knob = row(self._name, self.down, self.value, self.up, self.next, 1, spacing=2)
        under = row(self._hint, self._mark, 1, spacing=2)
        lines = column(knob, under, spacing=1)
        lines.setContentsMargins(0, 0, 0, 0)
        self.setLayout(lines)
        self.setAccessibleName("Setting in hand")

    def begin(self) -> None:
        """Another form: the strength of its output is in hand."""
        self._in_hand, self._is_chosen = "", False

    def set_typing(self, is_typing: bool) -> None:
        """Something else is being typed beside it: Enter belongs to that."""
        self._is_typing = is_typing
        self._show("")

    def show_draft(self, draft: Draft, was: Mapping[str, str]) -> None:
        """What can be turned, as it stands now; `was` says how a changed one was last time."""
        self._draft, self._was = draft, was
        self._keys = _turnable(draft)
        if self._in_hand not in self._keys or not self._is_chosen:
            self._in_hand = self._keys[0] if self._keys else ""
        self.setVisible(bool(self._keys))
        self.next.setVisible(len(self._keys) > 1)
        self._show("")

    def take_key(self, key: int) -> bool:
        """Whether the key was one of a knob's."""
        if not self._in_hand or self.isHidden():
            return False
        if key in _STEPS:
            self._turn(_STEPS[Qt.Key(key)])
        elif key in (Qt.Key.Key_Left, Qt.Key.Key_Right):
            self._take_next(1 if key == Qt.Key.Key_Right else -1)
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and not self._is_typing:
            self.wanted.emit(self._in_hand)
        else:
            return False
        return True

    def _turn(self, steps: int) -> None:
        asked, value = self._field, self._number
        if asked is None or value is None:
            return
        new = asked.turned(value, steps)
        if new == value:
            low, high = asked.possible or (0.0, 0.0)
            self._show(f"Only {low:g} to {high:g} {asked.unit} is possible".rstrip())
        else:
            self.turned.emit(self._in_hand, new)

    def _take_next(self, steps: int) -> None:
        if self._keys:
            place = self._keys.index(self._in_hand) + steps
            self._in_hand, self._is_chosen = self._keys[place % len(self._keys)], True
            self._show("")

    @property
    def _field(self) -> Field | None:
        if self._draft is None or not self._in_hand:
            return None
        return self._draft.form.field(self._in_hand)

    @property
    def _number(self) -> float | None:
        return number_of(self._draft.plain.get(self._in_hand)) if self._draft else None

    def _show(self, limit: str) -> None:
        asked = self._field
        if asked is None or self._draft is None:
            return
        channel = channel_of(self._in_hand)
        self._name.setText(asked.label if channel == 1 else f"{asked.label}, channel {channel}")
        self.value.setText(asked.words(self._draft.plain.get(self._in_hand)))
        before = self._was.get(self._in_hand, "")
        said = "" if self._is_typing else "Enter types it"
        unusual = self._draft.judgements[self._in_hand].verdict is Verdict.ASK
        self._mark.setText(f"was {before}" if before else "")
        self._hint.setText(limit or ("Unusual: see below" if unusual else said))
        self._hint.set_tone("attention" if limit or unusual else "muted")

    def _button(self, text: str, key: str, clicked: object) -> Button:
        button = Button(text, key=key)
        button.clicked.connect(clicked)
        button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        button.setAccessibleName({"−": "Less", "+": "More"}.get(text, "Another setting"))
        button.setMinimumHeight(theme().px(36))
        return button


def _turnable(draft: Draft) -> list[str]:
    """Keys of the numbers that are set and can be turned; the strength of the output first."""
    known = draft.form
    keys = [
        key
        for key in draft.judgements
        if known.field(key).step is not None and number_of(draft.plain.get(key)) is not None
    ]
    return sorted(keys, key=lambda key: not _is_strength(known.field(field_id(key))))


def _is_strength(asked: Field) -> bool:
    return bool(asked.group) or asked.id == "intensity_w_cm2"
