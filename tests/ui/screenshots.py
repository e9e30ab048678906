"""`make screenshots`: every page and state, light and dark, 100 % and 200 %; and those of the docs.

All pictures go to ``screenshots-out/``; those that README and docs show also to the folder named
on the command line.
"""

from __future__ import annotations

import gc
import os
import shutil
import sys
import tempfile
from dataclasses import replace
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from PySide6.QtWidgets import QApplication

from app.theme import Scheme, theme
from tests.ui.clinic import furnish
from tests.ui.gallery import NOTHING_YET, SCENES
from tests.ui.live_states import LIVE_STATES, ON_STAGE, render_live, render_stage
from tests.ui.stage import open_window, picture, settle

ALL = Path("screenshots-out")
SHOWN = (
    "live_mid_rep-light",
    "live_link_lost-light",
    "live_result-light",
    "stage_mid_rep-dark",
    "today-light",
    "person-light",
    "ladder-light",
    "squad_queue-light",
    "squad_table-dark",
    "visit-light",
    "review-light",
    "treatment-light",
    "treatment_running-dark",
    "devices_all-light",
    "calibration_step-light",
)
SIZE = (1280, 800)
RATIOS = {"": 1.0, "-200": 2.0}


def main() -> int:
    shown = Path(sys.argv[1]) if len(sys.argv) > 1 else Path("docs/screenshots")
    application = QApplication.instance() or QApplication([])
    gc.disable()  # the store's thread must not collect widgets; memory is no matter here
    shutil.rmtree(ALL, ignore_errors=True)
    ALL.mkdir()
    shown.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        clinic = furnish(Path(folder) / "furnished" / "myograph.db")
        for scheme in (Scheme.LIGHT, Scheme.DARK):
            for mark, ratio in RATIOS.items():
                print(f"{scheme.value}, {ratio:.0%} …", flush=True)
                _live(scheme, mark, ratio)
                _nothing_yet(Path(folder) / f"empty-{scheme.value}{mark}", scheme, mark, ratio)
                own = Path(folder) / f"{scheme.value}{mark}"
                shutil.copytree(clinic.path.parent, own)
                theme().apply(scheme, 1.0)
                with open_window(own / "myograph.db", scheme=scheme) as window:
                    window.resize(*SIZE)
                    for scene in SCENES:
                        scene.show(window, replace(clinic, path=own / "myograph.db"))
                        settle(window)
                        picture(window, ALL / f"{scene.name}-{scheme.value}{mark}.png", ratio)
    for old in shown.glob("*.png"):
        old.unlink()
    for name in SHOWN:
        shutil.copy(ALL / f"{name}.png", shown / f"{name}.png")
    application.processEvents()
    print(f"{len(list(ALL.glob('*.png')))} pictures in {ALL}, {len(SHOWN)} of them in {shown}")
    return 0


def _live(scheme: Scheme, mark: str, ratio: float) -> None:
    for state in LIVE_STATES:
        path = ALL / f"live_{state.name}-{scheme.value}{mark}.png"
        render_live(state, path, scheme=scheme, size=SIZE, ratio=ratio)
        if state.name in ON_STAGE:
            path = ALL / f"stage_{state.name}-{scheme.value}{mark}.png"
            render_stage(state, path, scheme=scheme, ratio=ratio)


def _nothing_yet(folder: Path, scheme: Scheme, mark: str, ratio: float) -> None:
    folder.mkdir()
    with open_window(folder / "myograph.db", scheme=scheme, size=SIZE) as window:
        for name, route in NOTHING_YET.items():
            window.go(route)
            settle(window)
            picture(window, ALL / f"{name}-{scheme.value}{mark}.png", ratio)


if __name__ == "__main__":
    sys.exit(main())
