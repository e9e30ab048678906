"""Text on the screen: always plain, never markup, cut with an ellipsis where there is no room."""

from __future__ import annotations

import html

from PySide6.QtCore import QEvent, QPoint, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QLabel, QSizePolicy, QStyle, QStyleOption, QWidget

from app.plain_text import plain
from app.theme import pixmap, space, theme


def tool_tip(widget: QWidget, text: str) -> None:
    """Set a tooltip that shows `text` literally; Qt would read ``<`` as markup."""
    widget.setToolTip(f"<p>{html.escape(text)}</p>" if text else "")


class Text(QLabel):
    """A label of plain text without control and direction characters, lines apart; `size`, `tone`
    and `weight` are selected by the style sheet. Amber words have their sign before them."""

    def __init__(
        self,
        text: str = "",
        size: str = "body",
        *,
        tone: str = "",
        bold: bool = False,
        wrap: bool = False,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._is_marked = False
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setProperty("type", size)
        self.setProperty("tone", tone)
        self.setProperty("weight", "bold" if bold else "")
        self.setWordWrap(wrap)
        self.setText(text)
        self._make_room()

    def setText(self, text: str) -> None:  # noqa: N802
        super().setText("\n".join(plain(line) for line in text.split("\n")))

    def set_tone(self, tone: str) -> None:
        if self.property("tone") != tone:
            self.setProperty("tone", tone)
            self.style().unpolish(self)
            self.style().polish(self)
            self._make_room()

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802
        super().paintEvent(event)
        self._paint_mark()

    def _paint_mark(self) -> None:
        """The sign, as high as the first line."""
        if not self._is_marked or not self.text():
            return
        size, box, height = self._mark_px, self.contentsRect(), self.fontMetrics().height()
        whole = self.heightForWidth(self.width()) if self.wordWrap() else height
        top = box.top() + max(box.height() - whole, 0) // 2 + (height - size) // 2
        painter = QPainter(self)
        place = QPoint(box.left() - size - space(1), top)
        painter.drawPixmap(place, pixmap("attention", size, "attention"))

    @property
    def _mark_px(self) -> int:
        return theme().px(16)

    def _make_room(self) -> None:
        is_marked = self.property("tone") == "attention"
        if is_marked != self._is_marked:
            self._is_marked = is_marked
            room = self._mark_px + space(1)
            edges = self.contentsMargins()
            edges.setLeft(edges.left() + (room if is_marked else -room))
            self.setContentsMargins(edges)


class VirtualMark(Text):
    """The word beside whatever a virtual device made, framed alike in every view."""

    def __init__(self, size: str = "small") -> None:
        super().__init__("VIRTUAL", size, tone="virtual", bold=True)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)


class Elided(Text):
    """One line that takes what room there is; the whole text is its tooltip when it is cut."""

    def __init__(
        self,
        text: str = "",
        size: str = "body",
        *,
        tone: str = "",
        bold: bool = False,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__("", size, tone=tone, bold=bold, parent=parent)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self.setText(text)

    def setText(self, text: str) -> None:  # noqa: N802
        super().setText(plain(text))
        self.setAccessibleName(self.text())
        self._explain()

    def sizeHint(self) -> QSize:  # noqa: N802
        return QSize(self._full_width(), super().sizeHint().height())

    def minimumSizeHint(self) -> QSize:  # noqa: N802
        short = self.fontMetrics().horizontalAdvance("MMM…")
        return QSize(min(short, self._full_width()), super().minimumSizeHint().height())

    @property
    def is_cut(self) -> bool:
        return self._full_width() > self.width()

    def shown_text(self) -> str:
        """The text as it is drawn at the present width."""
        return self.fontMetrics().elidedText(
            self.text(), Qt.TextElideMode.ElideRight, self.contentsRect().width()
        )

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802
        painter = QPainter(self)
        option = QStyleOption()
        option.initFrom(self)
        self.style().drawPrimitive(QStyle.PrimitiveElement.PE_Widget, option, painter, self)
        painter.setPen(self.palette().color(self.foregroundRole()))
        painter.drawText(self.contentsRect(), self.alignment(), self.shown_text())
        painter.end()
        self._paint_mark()

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802
        super().resizeEvent(event)
        self._explain()

    def changeEvent(self, event: QEvent) -> None:  # noqa: N802
        super().changeEvent(event)
        if event.type() in (QEvent.Type.FontChange, QEvent.Type.StyleChange):
            self.updateGeometry()

    def _full_width(self) -> int:
        margins = self.contentsMargins()
        advance = self.fontMetrics().horizontalAdvance(self.text())
        return advance + margins.left() + margins.right() + 2

    def _explain(self) -> None:
        tool_tip(self, self.text() if self.is_cut else "")
