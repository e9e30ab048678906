"""What a person sees and presses: texts on the screen, keys, and the records behind them."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QApplication, QLabel, QWidget

from app.main_window import MainWindow
from app.widgets.rows import RowList
from data.store import Store
from tests.ui.stage import settle, wait_until

T = TypeVar("T")


def texts(widget: QWidget) -> list[str]:
    """Every text that is on the screen inside `widget`, in no order."""
    labels = [a for a in widget.findChildren(QLabel) if a.isVisibleTo(widget)]
    buttons = [b for b in widget.findChildren(QAbstractButton) if b.isVisibleTo(widget)]
    lists = [a for a in widget.findChildren(RowList) if a.isVisibleTo(widget)]
    seen = [label.text() for label in labels]
    seen += [button.text().replace("&&", "&") for button in buttons]
    seen += [row.spoken for rows in lists for row in rows.rows]
    return [text for text in seen if text]


def says(widget: QWidget, text: str) -> bool:
    return any(text in seen for seen in texts(widget))


def press(window: MainWindow, key: Qt.Key, modifier: Qt.KeyboardModifier | None = None) -> None:
    """A key, sent where the focus is, and everything that follows from it."""
    target = QApplication.focusWidget() or window
    QTest.keyClick(target, key, modifier or Qt.KeyboardModifier.NoModifier)
    settle(window)


def write(window: MainWindow, text: str) -> None:
    """Type into the field that has the focus."""
    target = QApplication.focusWidget()
    assert target is not None
    QTest.keyClicks(target, text)
    settle(window)


def stored(window: MainWindow, question: Callable[[Store], T]) -> T:
    """Ask the store behind the window."""
    future = window.desk.store.submit(question)
    wait_until(future.done)
    return future.result()
