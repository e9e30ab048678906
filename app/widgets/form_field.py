"""One field of a treatment's form, made from its declaration."""

from __future__ import annotations

from datetime import date

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QComboBox, QLineEdit, QSizePolicy, QVBoxLayout, QWidget

from app.plain_text import plain
from app.theme import space, theme
from app.widgets.controls import Button, Segments
from app.widgets.fields import DateField, Field, QuantityField, TextField
from data.clinical.field_check import Judgement, Verdict
from data.clinical.modalities import Field as Asked
from data.clinical.modalities import FieldKind, Plain, channel_of, number_of

_EARLIEST = date(1900, 1, 1)
_LATEST = date(2199, 12, 31)
_LETTERS_IN_SIGHT = 34


class FormField(QWidget):
    """`edited` with every keystroke, carrying key and value; `settled` when the typing is over or a
    choice was made; `meant` when a person says that an unusual value is meant; `entered` with the
    Enter key."""

    edited = Signal(str, object)
    settled = Signal(str, object)
    meant = Signal(str)
    entered = Signal()

    def __init__(self, asked: Asked, key: str) -> None:
        super().__init__()
        self.asked, self.key = asked, key
        channel = channel_of(key)
        label = asked.label if channel == 1 else f"{asked.label}, channel {channel}"
        self.field = _field(asked, label)
        self._meant = Button("It is meant", "quiet", clicked=lambda: self.meant.emit(self.key))
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(space(1))
        self.field.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Preferred)
        layout.addWidget(self.field)
        layout.addWidget(self._meant, 0, Qt.AlignmentFlag.AlignLeft)
        layout.addStretch(1)
        self.setFocusProxy(self.field)
        self._meant.hide()
        self._connect()

    @property
    def value(self) -> Plain | None:
        control = self.field.control
        match self.field:
            case QuantityField() as number:
                return number.value
            case TextField() as text:
                return text.value or None
            case DateField() as day:
                return None if day.value is None else day.value.isoformat()
            case _:
                return control.value if isinstance(control, _Choice | _LongChoice) else None

    @property
    def problem(self) -> str:
        """What is wrong with the text itself: it is no number, or outside what can be."""
        field = self.field
        return field.problem if isinstance(field, QuantityField | DateField) else ""

    def set_value(self, value: Plain | None) -> None:
        """Without `edited`."""
        match self.field:
            case QuantityField() as number:
                number.set_value(number_of(value))
            case TextField() as text:
                text.set_value("" if value is None else str(value))
            case DateField() as day:
                day.set_value(_day(value))
            case _:
                control = self.field.control
                if isinstance(control, _Choice | _LongChoice):
                    control.set_value(value)

    def select_all(self) -> None:
        """What is typed next takes the place of what stands there."""
        if isinstance(self.field.control, QLineEdit):
            self.field.control.selectAll()

    def judge(self, judgement: Judgement | None, *, shows_missing: bool) -> None:
        """Say what is wrong or unusual; a missing value only when it is time to say so."""
        verdict = judgement.verdict if judgement else Verdict.OK
        says = verdict in (Verdict.ASK, Verdict.REFUSE) or (
            verdict is Verdict.MISSING and shows_missing
        )
        reason = self.problem or (judgement.reason if judgement and says else "")
        self.field.complain(reason)
        self._meant.setVisible(verdict is Verdict.ASK)

    def _connect(self) -> None:
        if isinstance(self.field.control, QLineEdit):
            self.field.control.returnPressed.connect(self.entered)
        match self.field:
            case QuantityField() as number:
                number.changed.connect(self._on_edit)
                number.edit.editingFinished.connect(self._on_settled)
            case TextField() as text:
                text.changed.connect(self._on_edit)
                text.edit.editingFinished.connect(self._on_settled)
            case DateField() as day:
                day.changed.connect(self._on_edit)
                day.edit.editingFinished.connect(self._on_settled)
            case _:
                control = self.field.control
                if isinstance(control, _Choice | _LongChoice):
                    control.changed.connect(self._on_edit)
                    control.changed.connect(self._on_settled)

    def _on_settled(self) -> None:
        self.settled.emit(self.key, self.value)

    def _on_edit(self) -> None:
        self.edited.emit(self.key, self.value)


class _Choice(Segments[Plain]):
    def __init__(self, asked: Asked) -> None:
        super().__init__(_options(asked), name=asked.label, can_be_empty=True)


class _LongChoice(QComboBox):
    """A choice whose words do not fit beside each other."""

    changed = Signal(object)

    def __init__(self, asked: Asked) -> None:
        super().__init__()
        self._values: list[Plain | None] = [None]
        self.addItem("–")
        for value, words in _options(asked):
            self._values.append(value)
            self.addItem(plain(words))
        self.setAccessibleName(asked.label)
        self.activated.connect(self._on_chosen)

    @property
    def value(self) -> Plain | None:
        return self._values[self.currentIndex()]

    def set_value(self, value: Plain | None) -> None:
        self.setCurrentIndex(self._values.index(value) if value in self._values else 0)

    def _on_chosen(self) -> None:
        self.changed.emit(self.value)


def takes_room(asked: Asked) -> int:
    """How many of three places beside each other a field takes."""
    if asked.kind is FieldKind.CHOICE and _is_in_sight(asked):
        letters = sum(len(words) + 4 for words in (asked.choices or {}).values())
        return 1 if letters <= 20 else 2 if letters <= _LETTERS_IN_SIGHT + 8 else 3
    if asked.kind is FieldKind.TEXT:
        return 3 if asked.id in ("note", "adverse_text", "adverse_action", "plan") else 1
    return 1


def _field(asked: Asked, label: str) -> Field:
    match asked.kind:
        case FieldKind.NUMBER | FieldKind.WHOLE:
            low, high = asked.possible or (0.0, 0.0)
            decimals = 0 if asked.kind is FieldKind.WHOLE else 3
            return QuantityField(label, asked.unit, low, high, decimals=decimals, width=88)
        case FieldKind.TEXT:
            return TextField(f"{label}, {asked.unit}" if asked.unit else label, most=500)
        case FieldKind.DATE:
            return DateField(label, earliest=_EARLIEST, latest=lambda: _LATEST)
        case FieldKind.CHOICE | FieldKind.FLAG:
            fits = asked.kind is FieldKind.FLAG or _is_in_sight(asked)
            return Field(label, _Choice(asked) if fits else _LongChoice(asked))


def _options(asked: Asked) -> list[tuple[Plain, str]]:
    if asked.kind is FieldKind.FLAG:
        return [(True, "Yes"), (False, "No")]
    return list((asked.choices or {}).items())


def _is_in_sight(asked: Asked) -> bool:
    letters = sum(len(words) for words in (asked.choices or {}).values())
    return letters <= (_LETTERS_IN_SIGHT if theme().text_scale <= 1.25 else 14)


def _day(value: Plain | None) -> date | None:
    try:
        return date.fromisoformat(str(value)) if value else None
    except ValueError:
        return None
