"""From the start of the interpreter to the first window, and to a window that can be used."""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

from tests.bench.figure import Figure

RUNS = 5
_PROBE = """
import time
import os, sys
from pathlib import Path
def since_start():
    with open("/proc/self/stat") as f:
        ticks = int(f.read().rsplit(")", 1)[1].split()[19])
    return time.clock_gettime(time.CLOCK_BOOTTIME) - ticks / os.sysconf("SC_CLK_TCK")
from PySide6.QtWidgets import QApplication
app = QApplication([])
from app.settings import SettingsFile
from app.theme import theme
from app.window import Window
folder = Path(sys.argv[1])
theme().apply(SettingsFile(folder / "s.json").settings.scheme, 1.0)
window = Window(folder / "myograph.db", SettingsFile(folder / "s.json"), None)
seen = {}
prepare = window.frame._after_first_paint
def painted():
    seen["first"] = since_start()
    prepare()
window.frame._after_first_paint = painted
def usable():
    seen["usable"] = since_start()
    app.quit()
window.store.opened.connect(usable)
window.frame.show()
app.exec()
print(seen["first"], seen["usable"])
window.close()
"""


def figures() -> list[Figure]:
    first: list[float] = []
    usable: list[float] = []
    environment = {**os.environ, "QT_QPA_PLATFORM": "offscreen"}
    environment.pop("PYTHONDONTWRITEBYTECODE", None)
    for run in range(RUNS + 1):
        with tempfile.TemporaryDirectory() as folder:
            done = subprocess.run(
                [sys.executable, "-c", _PROBE, folder],
                capture_output=True,
                text=True,
                check=True,
                env=environment,
                cwd=Path(__file__).parents[2],
            )
        if run:  # the first one only warms the caches
            one, other = map(float, done.stdout.split())
            first.append(one)
            usable.append(other)
    return [
        Figure("first window after start", statistics.median(first), "s", "<= 0.3"),
        Figure("usable after start", statistics.median(usable), "s", "<= 1.5"),
    ]
