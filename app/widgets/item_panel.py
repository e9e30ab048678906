"""The form beside the time line: a new item of a visit, or one that is there already."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from app.plain_text import plain
from app.theme import space
from app.visit_items import ItemKind
from app.widgets.controls import Button, Card, Deck, column, row, scrolling
from app.widgets.item_form import ItemForm
from app.widgets.text import Elided, Text
from data.episodes import Item
from data.rehabilitation import Message


class ItemPanel(Card):
    """`saved` carries the kind, the answers and the item that they change, or None for a new one;
    `removed` the item; `print_wanted` a letter, after what was changed in it was saved. What was
    begun stays until it is saved or cancelled, whatever is looked at in between."""

    saved = Signal(object, object, object)
    removed = Signal(object)
    print_wanted = Signal(object)
    cancelled = Signal()

    def __init__(self) -> None:
        super().__init__(margin=5)
        self._kind: ItemKind | None = None
        self._item: Item | None = None
        self._forms: dict[tuple[str, bool], ItemForm] = {}
        self._begun: set[str] = set()
        self._title = Elided("", "heading")
        self._when = Text("", tone="muted")
        self.print = Button("Print", icon_name="report", key="Ctrl+P", clicked=self.print_item)
        head = row(self._title, self._when, self.print)
        head.setStretch(0, 1)
        self.column.addLayout(head)
        self._value = Text("", "heading")
        self._note = Text("", tone="muted", wrap=True)
        self._said = QWidget()
        self._said.setLayout(column(self._value, self._note, 1))
        self._deck = Deck(self._said)
        self._deck.setContentsMargins(0, 0, space(4), 0)  # room for the bar
        self.column.addWidget(scrolling(self._deck), 1)
        self.save = Button("Save", "primary", key="Ctrl+Enter", clicked=self._save)
        self.remove = Button("Remove", icon_name="remove", clicked=self._remove)
        self.cancel = Button("Cancel", key="Esc", clicked=self.give_up)
        self.column.addLayout(row(self.save, self.cancel, 1, self.remove))

    @property
    def is_new(self) -> bool:
        """Something that is not stored yet is shown."""
        return self._kind is not None and self._item is None and self._kind.name in self._begun

    @property
    def form(self) -> ItemForm | None:
        if self._kind is None:
            return None
        return self._forms.get((self._kind.name, self._item is None))

    @property
    def is_letter(self) -> bool:
        """A letter that is stored is shown."""
        return isinstance(self._item, Message)

    def begin(self, kind: ItemKind) -> None:
        """A form for a new item: empty, or as it was left."""
        form = self._show(kind, None, "")
        if kind.name not in self._begun:
            form.fill({})
            self._begun.add(kind.name)

    def show_item(self, kind: ItemKind, item: Item, when: str) -> None:
        """What was written, which may be changed."""
        form = self._show(kind, item, when)
        form.fill({q.name: getattr(item, q.name) for q in kind.questions})

    def show_value(self, item: Item, title: str, said: str, when: str) -> None:
        """A typed result: it is removed and typed again, not changed."""
        self._kind, self._item = None, item
        self._title.setText(title)
        self._when.setText(when)
        self._value.setText(said)
        self._note.setText(plain(item.note))
        self._deck.setCurrentWidget(self._said)
        self.save.hide()
        self.cancel.hide()
        self.print.hide()
        self.remove.show()

    def focus_first(self) -> None:
        if self.form is not None:
            self.form.setFocus()

    def print_item(self) -> None:
        """Ask for the letter on paper, as it stands in the form."""
        form, item = self.form, self._item
        answers = form.answers() if form else None
        if answers is None or item is None:
            return
        if any(getattr(item, name) != answer for name, answer in answers.items()):
            self.saved.emit(self._kind, answers, item)
        self.print_wanted.emit(item)

    def kept(self) -> None:
        """What was being written is stored."""
        if self._kind is not None and self._item is None:
            self._begun.discard(self._kind.name)
        self._kind = None

    def give_up(self) -> None:
        self.kept()
        self.cancelled.emit()

    def forget(self) -> None:
        """Another visit: nothing of this one stays."""
        self._begun.clear()
        self._kind = None

    def _show(self, kind: ItemKind, item: Item | None, when: str) -> ItemForm:
        key = (kind.name, item is None)
        if key not in self._forms:
            form = ItemForm(kind.lines)
            form.save_wanted.connect(self._save)
            self._forms[key] = form
            self._deck.addWidget(form)
        self._kind, self._item = kind, item
        self._title.setText(kind.name)
        self._when.setText(when)
        self._deck.setCurrentWidget(self._forms[key])
        self.save.show()
        self.remove.setVisible(item is not None)
        self.cancel.setVisible(item is None)
        self.print.setVisible(self.is_letter)
        return self._forms[key]

    def _save(self) -> None:
        form = self.form
        answers = form.answers() if form else None
        if answers is not None:
            self.saved.emit(self._kind, answers, self._item)

    def _remove(self) -> None:
        if self._item is not None:
            self.removed.emit(self._item)
