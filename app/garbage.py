"""Cyclic garbage is collected in the Qt thread only.

Python collects in whichever thread happens to allocate. A widget that is part of a cycle would
then be destroyed in the store's or the devices' thread, and Qt does not survive that.
"""

from __future__ import annotations

import gc

from PySide6.QtCore import QObject, QTimer

_LOOK_MS = 1000
_SETTLED_MS = 10_000

_living: list[GarbageInQtThread] = []


class GarbageInQtThread(QObject):
    """Takes the automatic collection's place for as long as `parent` lives."""

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        gc.disable()
        _living.append(self)
        parent.destroyed.connect(lambda: _end(self))
        self._timer = QTimer(self)
        self._timer.setInterval(_LOOK_MS)
        self._timer.timeout.connect(self.collect_due)
        self._timer.start()
        QTimer.singleShot(_SETTLED_MS, self, self.settle)

    def collect_due(self) -> None:
        """Collect the generations that have grown past Python's own thresholds."""
        for generation in (2, 1, 0):
            if gc.get_count()[generation] > gc.get_threshold()[generation]:
                gc.collect(generation)
                return

    def settle(self) -> None:
        """What the program is made of is there by now: later collections need not look at it.

        Nothing is collected first: looking at everything once stops the screen for seven frames,
        and what little garbage the start left may stay.
        """
        gc.freeze()


def _end(ended: GarbageInQtThread) -> None:
    """Not at once: while the parent dies, Qt holds locks that a collection would wait for."""
    _living.remove(ended)
    QTimer.singleShot(0, _enable)


def _enable() -> None:
    if not _living:
        gc.enable()
