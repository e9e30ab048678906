"""Python's cycle collector, kept in the Qt thread.

Left to itself it runs in whichever thread happens to allocate. A Qt object that is destroyed in
another thread than Qt's own waits there for a lock that Qt's thread holds: the program stands
still for ever.
"""

from __future__ import annotations

import gc

from PySide6.QtCore import QObject, QTimer

_LOOK_MS = 250


class GarbageCollector(QObject):
    """From `start` to `stop` cycles are collected by a timer of this thread, and only by it."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._timer = QTimer(self)
        self._timer.setInterval(_LOOK_MS)
        self._timer.timeout.connect(self.collect_if_due)

    def start(self) -> None:
        gc.disable()
        self._timer.start()

    def stop(self) -> None:
        self._timer.stop()
        gc.enable()

    def collect_if_due(self) -> None:
        """The oldest generation whose own threshold is passed, as the collector itself would."""
        counts, thresholds = gc.get_count(), gc.get_threshold()
        for generation in (2, 1, 0):
            if thresholds[generation] and counts[generation] > thresholds[generation]:
                gc.collect(generation)
                return
