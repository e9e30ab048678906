"""What one frame of the live plot costs: a full window of two cells at 1 kHz made into pixels."""

from __future__ import annotations

import time

from PySide6.QtWidgets import QApplication

from app.live import LiveTrace
from app.theme import Scheme, theme
from app.widgets.live_plot import WINDOW_S, LivePlot
from app.widgets.plot_marks import Level, RepSpan
from data.analysis.types import Side
from tests.bench.figure import Figure, percentile
from tests.ui.live_source import RATE_HZ, Effort, nordic, samples

FRAMES = 200
NEW_SAMPLES = 16  # at 60 frames a second


def figures() -> list[Figure]:
    found: list[Figure] = []
    for width, height in ((1280, 800), (1920, 1080)):
        spent = frame_times_ms((width, height))
        name = f"one frame of the live plot, {width} x {height}"
        found.append(Figure(f"{name}, p50", percentile(spent, 50), "ms"))
        found.append(Figure(f"{name}, p99", percentile(spent, 99), "ms", "<= 16"))
    return found


def frame_times_ms(size: tuple[int, int], frames: int = FRAMES) -> list[float]:
    """For each frame the time from looking at the ring to pixels, marks and labels included."""
    application = QApplication.instance() or QApplication([])
    theme().apply(Scheme.LIGHT, 1.0)
    efforts = [Effort(1.0 + 6.0 * i, (330.0, 305.0), 3.0, nordic) for i in range(4)]
    t, force = samples(efforts, 0.0, WINDOW_S + frames * NEW_SAMPLES / RATE_HZ, 2)
    trace = LiveTrace(2, int(12 * RATE_HZ))
    filled = int(WINDOW_S * RATE_HZ)
    trace.append(t[:filled], force[:filled])
    plot = LivePlot()
    plot.resize(*size)
    plot.follow(trace, (Side.LEFT, Side.RIGHT))
    plot.set_levels([Level(331.0, "L best", Side.LEFT), Level(306.0, "R best", Side.RIGHT)])
    plot.set_reps([RepSpan(i + 1, e.start_s, e.end_s) for i, e in enumerate(efforts[:2])])
    plot.show()
    application.processEvents()
    spent: list[float] = []
    for begin in range(filled, filled + frames * NEW_SAMPLES, NEW_SAMPLES):
        trace.append(t[begin : begin + NEW_SAMPLES], force[begin : begin + NEW_SAMPLES])
        began = time.perf_counter()
        plot.draw_frame()
        plot.repaint_now()
        spent.append(1000 * (time.perf_counter() - began))
    plot.close()
    plot.deleteLater()
    return spent
