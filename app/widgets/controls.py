"""Buttons, cards and other small parts that every page is made of."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Generic, TypeVar

from PySide6.QtCore import QEvent, QObject, QRect, QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QFocusEvent,
    QFont,
    QFontMetrics,
    QKeyEvent,
    QKeySequence,
    QPainter,
    QPaintEvent,
    QPen,
)
from PySide6.QtWidgets import (
    QAbstractButton,
    QButtonGroup,
    QFrame,
    QHBoxLayout,
    QLabel,
    QLayout,
    QPushButton,
    QScrollArea,
    QSizePolicy,
    QStackedWidget,
    QStyle,
    QStyleOptionButton,
    QStylePainter,
    QToolTip,
    QVBoxLayout,
    QWidget,
)

from app.theme import PAGE_MARGIN, Type, colours, font, icon, is_restyle, pixmap, space, theme
from app.widgets.text import Text, plain, tool_tip

_LEAST_SCROLLED = 96  # px at 100 %
K = TypeVar("K")


class Button(QPushButton):
    """A button with a word; `key` is drawn as a key cap, so that it is learnt in passing.

    The key itself belongs to the page: a button hidden behind another page must not react.
    """

    def __init__(
        self,
        text: str,
        kind: str = "normal",
        *,
        icon_name: str = "",
        key: str = "",
        clicked: Callable[[], None] | None = None,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.key = key
        self._icon_name = icon_name
        self._icon_colour = ""
        self.setProperty("kind", kind)
        self.setText(text)
        self.setAutoDefault(False)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        if clicked is not None:
            self.clicked.connect(clicked)

    def sizeHint(self) -> QSize:  # noqa: N802
        hint = super().sizeHint()
        return QSize(hint.width() + self._cap_room(), hint.height())

    def setText(self, text: str) -> None:  # noqa: N802
        super().setText(plain(text).replace("&", "&&"))
        self.setAccessibleName(plain(text))

    def set_key(self, key: str) -> None:
        """Draw another key cap, or none."""
        self.key = key
        self.updateGeometry()
        self.update()

    def minimumSizeHint(self) -> QSize:  # noqa: N802
        return self.sizeHint()

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802
        self._refresh_icon()
        if not self.key:
            super().paintEvent(event)
            return
        option = QStyleOptionButton()
        self.initStyleOption(option)
        styled = QStylePainter(self)
        styled.drawControl(QStyle.ControlElement.CE_PushButtonBevel, option)
        option.rect = option.rect.adjusted(0, 0, -self._cap_room(), 0)
        styled.drawControl(QStyle.ControlElement.CE_PushButtonLabel, option)
        styled.end()
        is_primary = self.property("kind") == "primary" and self.isEnabled()
        colour = QColor(colours().on_accent if is_primary else colours().muted)
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        width = self._cap_room() - space(1)
        height = theme().px(20)
        top = (self.height() - height) // 2
        right = self.width() - space(1 if self.property("kind") == "quiet" else 3)
        draw_key_cap(painter, QRect(right - width, top, width, height), self.key, colour)

    def _cap_room(self) -> int:
        return key_cap_width(self.key) + space(1) if self.key else 0

    def _refresh_icon(self) -> None:
        """Icons are drawn when first seen, in the colours of the moment."""
        role = "on_accent" if self.property("kind") == "primary" else "text"
        if self.property("kind") == "quiet":
            role = "accent"
        if not self.isEnabled():
            role = "muted"
        colour = getattr(colours(), role)
        if self._icon_name and colour != self._icon_colour:
            self._icon_colour = colour
            self.setIcon(icon(self._icon_name, role))
            self.setIconSize(QSize(theme().px(18), theme().px(18)))


def key_cap_width(key: str) -> int:
    return max(QFontMetrics(font(Type.SMALL)).horizontalAdvance(key) + space(3), theme().px(20))


def draw_key_cap(painter: QPainter, rect: QRect, key: str, colour: QColor) -> None:
    """A small outlined key."""
    edge = QColor(colour)
    edge.setAlphaF(0.55)
    painter.setPen(QPen(edge, 1))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.drawRoundedRect(rect.adjusted(0, 0, -1, -1), 4, 4)
    painter.setPen(colour)
    painter.setFont(font(Type.SMALL))
    painter.drawText(rect, Qt.AlignmentFlag.AlignCenter, key)


class Segments(QWidget, Generic[K]):
    """One of a few, all in sight: arrow keys move, the choice can be empty."""

    changed = Signal(object)

    def __init__(
        self,
        options: Sequence[tuple[K, str]],
        *,
        name: str,
        value: K | None = None,
        can_be_empty: bool = False,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._keys = [key for key, _ in options]
        self._group = QButtonGroup(self)
        self._group.setExclusive(not can_be_empty)
        self.setAccessibleName(name)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        for index, (_, label) in enumerate(options):
            button = QPushButton(label)
            button.setCheckable(True)
            button.setAutoDefault(False)
            button.setProperty("kind", "segment")
            button.setProperty("place", _place(index, len(options)))
            button.setAccessibleName(f"{name}: {label}")
            # Bold when checked: the width is reserved, so that no neighbour moves.
            bold = QFontMetrics(font(Type.BODY, QFont.Weight.DemiBold)).horizontalAdvance(label)
            button.setMinimumWidth(bold + space(8))
            self._group.addButton(button, index)
            row.addWidget(button)
        self._group.idClicked.connect(self._on_click)
        self.set_value(value)

    @property
    def value(self) -> K | None:
        checked = [i for i, button in enumerate(self._group.buttons()) if button.isChecked()]
        return self._keys[checked[0]] if checked else None

    def button(self, value: K) -> QAbstractButton:
        return self._group.buttons()[self._keys.index(value)]

    def set_value(self, value: K | None) -> None:
        for key, button in zip(self._keys, self._group.buttons(), strict=True):
            button.setChecked(key == value)

    def focusInEvent(self, event: QFocusEvent) -> None:  # noqa: N802
        """Who gives the focus to the choice gives it to what is chosen."""
        (self._group.checkedButton() or self._group.buttons()[0]).setFocus(event.reason())

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802
        """Qt's buttons move the focus by arrow keys only where one of them must be chosen."""
        step = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1}.get(Qt.Key(event.key()), 0)
        buttons = self._group.buttons()
        here = next((i for i, button in enumerate(buttons) if button.hasFocus()), None)
        if not step or here is None or not 0 <= here + step < len(buttons):
            super().keyPressEvent(event)
            return
        buttons[here + step].setFocus()

    def _on_click(self, index: int) -> None:
        for other, button in enumerate(self._group.buttons()):
            if other != index:
                button.setChecked(False)
        self.changed.emit(self.value)


class Card(QFrame):
    """A raised surface with a column of content. Rows bring their own inset: `holds_rows`."""

    def __init__(
        self,
        title: str = "",
        *,
        margin: int = 5,
        holds_rows: bool = False,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setProperty("surface", "card")
        self.column = QVBoxLayout(self)
        edge = space(2 if holds_rows else margin)
        self.column.setContentsMargins(edge, edge, edge, edge)
        self.column.setSpacing(space(2 if holds_rows else 3))
        if title:
            label = Text(title, "strong", bold=True)
            if holds_rows:
                label.setContentsMargins(space(3), space(2), space(3), 0)
            self.column.addWidget(label)


class Deck(QStackedWidget):
    """One of several, asking for no more room than the one that is shown."""

    def __init__(self, *cards: QWidget) -> None:
        super().__init__()
        for card in cards:
            self.addWidget(card)
        self.currentChanged.connect(self.updateGeometry)

    def sizeHint(self) -> QSize:  # noqa: N802
        card = self.currentWidget()
        return card.sizeHint() if card else super().sizeHint()

    def minimumSizeHint(self) -> QSize:  # noqa: N802
        card = self.currentWidget()
        return card.minimumSizeHint() if card else super().minimumSizeHint()

    def hasHeightForWidth(self) -> bool:  # noqa: N802
        card = self.currentWidget()
        return card.hasHeightForWidth() if card else False

    def heightForWidth(self, width: int) -> int:  # noqa: N802
        card = self.currentWidget()
        layout = card.layout() if card else None
        return layout.minimumHeightForWidth(width) if layout else super().heightForWidth(width)


class IconMark(QLabel):
    """An icon beside a text, in the colours of the moment."""

    def __init__(self, name: str = "", role: str = "text", size: int = 20) -> None:
        super().__init__()
        self._name, self._role, self._size = name, role, theme().px(size)
        self.setFixedSize(self._size, self._size)
        self._draw()

    def show_icon(self, name: str, role: str) -> None:
        self._name, self._role = name, role
        self._draw()

    def changeEvent(self, event: QEvent) -> None:  # noqa: N802
        super().changeEvent(event)
        if is_restyle(event):
            self._draw()

    def _draw(self) -> None:
        if self._name:
            self.setPixmap(pixmap(self._name, self._size, self._role))


class EmptyState(QWidget):
    """Nothing here yet: says so, and what to do first."""

    def __init__(self, title: str, text: str, actions: Sequence[QAbstractButton] = ()) -> None:
        super().__init__()
        column = QVBoxLayout(self)
        column.setContentsMargins(space(6), space(8), space(6), space(8))
        column.setSpacing(space(2))
        column.addWidget(Text(title, "strong", bold=True))
        column.addWidget(Text(text, tone="muted", wrap=True))
        if actions:
            row = QHBoxLayout()
            row.setContentsMargins(0, space(3), 0, 0)
            row.setSpacing(space(3))
            for button in actions:
                row.addWidget(button)
            row.addStretch()
            column.addLayout(row)
        column.addStretch()  # the words stay together where there is much room


class HowButton(Button):
    """The small "how?" beside a number: its method, on hover and on click."""

    def __init__(self, method: str, what: str) -> None:
        super().__init__("how?", "quiet", clicked=self._show)
        self.method = ""
        self.setAccessibleName(f"How {what} is computed")
        self.set_method(method)

    def set_method(self, method: str) -> None:
        self.method = method
        self.setAccessibleDescription(method)
        tool_tip(self, method)

    def _show(self) -> None:
        QToolTip.showText(self.mapToGlobal(self.rect().bottomLeft()), self.toolTip(), self)


def line(direction: str = "horizontal") -> QFrame:
    """A hairline."""
    frame = QFrame()
    frame.setProperty("line", direction)
    return frame


def row(*items: QWidget | QLayout | int, spacing: int = 3) -> QHBoxLayout:
    """Widgets beside each other; a number is a stretch."""
    layout = QHBoxLayout()
    layout.setContentsMargins(0, 0, 0, 0)
    layout.setSpacing(space(spacing))
    _fill(layout, items)
    return layout


def column(*items: QWidget | QLayout | int, spacing: int = 3) -> QVBoxLayout:
    """Widgets below each other; a number is a stretch."""
    layout = QVBoxLayout()
    layout.setContentsMargins(0, 0, 0, 0)
    layout.setSpacing(space(spacing))
    _fill(layout, items)
    return layout


def scrolling(content: QWidget, *, is_fitted: bool = False) -> QScrollArea:
    """`content` in a scroll area without a frame; one that `is_fitted` is no higher than it."""
    area = _FittedScrollArea() if is_fitted else _ScrollArea()
    area.setWidgetResizable(True)
    area.setFrameShape(QFrame.Shape.NoFrame)
    area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
    area.setWidget(content)
    return area


def page_margins(layout: QLayout) -> None:
    layout.setContentsMargins(PAGE_MARGIN, PAGE_MARGIN, PAGE_MARGIN, PAGE_MARGIN)


def clear(layout: QLayout) -> None:
    """Take all widgets out of a layout; they are gone from the screen at once."""
    while item := layout.takeAt(0):
        if (widget := item.widget()) is not None:
            widget.hide()
            widget.deleteLater()


def shortcut_text(sequence: str) -> str:
    """A key as this platform writes it: ``Ctrl+K`` or ``⌘K``; the large key is called Enter."""
    text = QKeySequence(sequence).toString(QKeySequence.SequenceFormat.NativeText)
    return text.replace("Return", "Enter")


class _ScrollArea(QScrollArea):
    """Its bar lies over the margin of what scrolls, so that nothing moves when it comes and goes.
    The arrows to left and right are left to the page: they choose a limb."""

    def __init__(self) -> None:
        super().__init__()
        self._is_laying = False
        bar = self.verticalScrollBar()
        bar.rangeChanged.connect(self._lay_over)
        holder = bar.parentWidget()
        assert holder is not None
        holder.raise_()

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802
        if event.key() in (Qt.Key.Key_Left, Qt.Key.Key_Right):
            event.ignore()
        else:
            super().keyPressEvent(event)

    def _lay_over(self, _least: int, most: int) -> None:
        """What fits only without the bar would call for it and not, for ever: it gets the bar's
        own room."""
        if self._is_laying:
            return
        self._is_laying = True
        bar = self.verticalScrollBar()
        self.setViewportMargins(0, 0, -bar.width() if most > 0 else 0, 0)
        if bar.maximum() == 0:
            self.setViewportMargins(0, 0, 0, 0)
        self._is_laying = False


class _FittedScrollArea(_ScrollArea):
    """As high as its content where there is room, scrolled where there is not."""

    def __init__(self) -> None:
        super().__init__()
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Maximum)

    def sizeHint(self) -> QSize:  # noqa: N802
        content = self.widget()
        return content.sizeHint() if content else super().sizeHint()

    def minimumSizeHint(self) -> QSize:  # noqa: N802
        content = self.widget()
        if content is None:
            return super().minimumSizeHint()
        least = content.minimumSizeHint()
        return QSize(least.width(), min(least.height(), theme().px(_LEAST_SCROLLED)))

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802
        if event.type() is QEvent.Type.LayoutRequest:
            self.updateGeometry()
        return super().eventFilter(watched, event)


def _fill(layout: QHBoxLayout | QVBoxLayout, items: tuple[QWidget | QLayout | int, ...]) -> None:
    for item in items:
        if isinstance(item, int):
            layout.addStretch(item)
        elif isinstance(item, QWidget):
            layout.addWidget(item)
        else:
            layout.addLayout(item)


def _place(index: int, count: int) -> str:
    if count == 1:
        return "only"
    if index == 0:
        return "first"
    return "last" if index == count - 1 else "middle"
