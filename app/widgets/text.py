"""Text on the screen: always plain, never markup, cut with an ellipsis where there is no room."""

from __future__ import annotations

import html

from PySide6.QtCore import QEvent, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QLabel, QSizePolicy, QStyle, QStyleOption, QWidget

from app.plain_text import plain


def tool_tip(widget: QWidget, text: str) -> None:
    """Set a tooltip that shows `text` literally; Qt would read ``<`` as markup."""
    widget.setToolTip(f"<p>{html.escape(text)}</p>" if text else "")


class Text(QLabel):
    """A label of plain text without control and direction characters, lines apart; `size`, `tone`
    and `weight` are selected by the style sheet."""

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
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setProperty("type", size)
        self.setProperty("tone", tone)
        self.setProperty("weight", "bold" if bold else "")
        self.setWordWrap(wrap)
        self.setText(text)

    def setText(self, text: str) -> None:  # noqa: N802
        super().setText("\n".join(plain(line) for line in text.split("\n")))

    def set_tone(self, tone: str) -> None:
        if self.property("tone") != tone:
            self.setProperty("tone", tone)
            self.style().unpolish(self)
            self.style().polish(self)


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

    def paintEvent(self, _event: QPaintEvent) -> None:  # noqa: N802
        painter = QPainter(self)
        option = QStyleOption()
        option.initFrom(self)
        self.style().drawPrimitive(QStyle.PrimitiveElement.PE_Widget, option, painter, self)
        painter.setPen(self.palette().color(self.foregroundRole()))
        painter.drawText(self.contentsRect(), self.alignment(), self.shown_text())

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
