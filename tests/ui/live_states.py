"""Every state of the live page as a picture: what each should look like, and how to render it."""

from __future__ import annotations

import sys
from collections.abc import Callable, Generator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from PySide6.QtCore import QCoreApplication, QEvent
from PySide6.QtWidgets import QApplication

from app.guided_run import Bests
from app.main_window import MainWindow
from app.navigation import Desk, PageId, Route
from app.pages.live_test import LivePage
from app.pages.stage import Stage as StageWindow
from app.settings import SettingsFile
from app.store_thread import StoreThread, open_store
from app.theme import Scheme, theme
from app.workflow import Notice, Weight
from data.analysis.types import Side
from data.clinical.catalogue import tests
from data.ids import uuid7
from data.records import Person, Stage
from devices.types import LinkState
from tests.ui.live_source import BOARD, Effort, ScriptedRun, hold, nordic, set_result
from tests.ui.stage import picture, run_events

NOW = datetime(2026, 11, 18, 9, 40, tzinfo=UTC)
ATHLETE = Person(
    uuid7(),
    "Alex Morgan",
    NOW,
    born=date(1998, 7, 2),
    body_mass_kg=78.0,
    injured=Side.RIGHT,
    injury="hamstring, biceps femoris",
    injured_on=date(2026, 10, 12),
    stage=Stage.FUNCTIONAL,
)
LONG = "Maximiliana Konstantinopolitanska-Wolfeschlegelsteinhausenberg"
SEARCHING = replace(BOARD, link_state=LinkState.CONNECTING, rate_hz=None, lost_percent=None)
LOST = replace(BOARD, link_state=LinkState.LOST, rate_hz=None, attention="Link lost")
NORDICS = (
    Effort(0.8, (331.0, 302.0), 3.0, nordic),
    Effort(6.2, (347.0, 311.0), 3.1, nordic),
    Effort(11.8, (339.0, 316.0), 2.9, nordic),
)
HOLDS = (Effort(0.8, (268.0,), 4.5, hold), Effort(7.4, (281.0,), 4.5, hold))
WEAKER = (Effort(0.8, (241.0,), 4.5, hold), Effort(7.4, (252.0,), 4.5, hold))
_BESTS = Bests(352.0, 318.0)


@dataclass(frozen=True, slots=True)
class LiveState:
    """`make` builds the run; `wait_s` of real time lets silence show; `person` is in the bar."""

    name: str
    make: Callable[[], ScriptedRun | None]
    wait_s: float = 0.0
    person: Person = ATHLETE


def _searching() -> ScriptedRun:
    run = ScriptedRun()
    run.statuses = (SEARCHING,)
    return run


def _nothing() -> None:
    return None


def _zero_refused() -> ScriptedRun:
    run = ScriptedRun()
    run.connect_device()
    run.guided.take_zero()
    run.play(4.0)
    run.guided.zero_refused(
        "The left cell reads 118 N. The old zero is kept. Unload both cells, then press Z again."
    )
    run.efforts = [Effort(1.2, (118.0, 64.0), 60.0, hold)]
    assert run.trace is not None
    run.trace.clear()
    run.now_s = 0.0
    run.play(9.0)
    run.tell()
    return run


def _ready() -> ScriptedRun:
    run = ScriptedRun(bests=_BESTS)
    run.connect_device()
    run.play(6.0)
    return run


def _countdown() -> ScriptedRun:
    run = _ready()
    run.begin(NORDICS)
    run.play(0.7)
    return run


def _nordic_until(seconds: float, **settings: object) -> ScriptedRun:
    run = ScriptedRun(bests=_BESTS, **settings)  # pyright: ignore[reportArgumentType]
    run.connect_device()
    run.begin(NORDICS)
    run.play(seconds)
    return run


def _mid_rep() -> ScriptedRun:
    return _nordic_until(8.9)


def _target() -> ScriptedRun:
    return _nordic_until(8.6, target_n=250.0)


def _unilateral() -> ScriptedRun:
    run = ScriptedRun("ham.iso9020", injured=Side.RIGHT)
    run.connect_device(limbs=1)
    run.begin([*HOLDS, Effort(14.0, (275.0,), 4.5, hold)])
    run.play(20.0)
    run.stored(None)
    run.begin(WEAKER)
    run.play(10.2)
    return run


def _lost() -> ScriptedRun:
    run = _nordic_until(8.7)
    run.statuses = (LOST,)
    run.guided.link_lost("the port is gone")
    run.tell()
    return run


def _back() -> ScriptedRun:
    run = _nordic_until(7.6)
    run.play(8.4, is_linked=False)
    run.guided.link_back()
    run.play(10.4)
    return run


def _rest() -> ScriptedRun:
    run = ScriptedRun(test=replace(tests()["nordic.bil"], rest_s=45.0), bests=_BESTS)
    run.connect_device()
    run.begin(NORDICS)
    run.play(11.3)
    return run


def _rejected() -> ScriptedRun:
    run = _nordic_until(10.6)
    run.reject_rep()
    return run


def _saving() -> ScriptedRun:
    return _nordic_until(15.5)


def _next_limb() -> ScriptedRun:
    run = ScriptedRun("ham.iso9020", injured=Side.RIGHT)
    run.connect_device(limbs=1)
    run.begin([*HOLDS, Effort(14.0, (275.0,), 4.5, hold)])
    run.play(20.0)
    run.stored(None)
    return run


def _result() -> ScriptedRun:
    run = _nordic_until(15.5)
    run.stored(set_result(347.0, 316.0, last_n=(301.0, 279.0), error_percent=6.0))
    return run


def _result_in_error() -> ScriptedRun:
    run = _nordic_until(15.5)
    run.stored(set_result(333.0, 316.0, last_n=(331.0, 279.0), error_percent=9.0))
    return run


def _not_saved() -> ScriptedRun:
    run = _nordic_until(15.5)
    run.stored(set_result(347.0, 316.0, error_percent=None, is_saved=False))
    run.guided.trouble(
        Notice(
            Weight.STOP,
            "The trial could not be stored: the disk is full.",
            "The recording itself is safe on disk.",
            "It is offered again at the next start. Free disk space, then go on.",
        )
    )
    run.tell()
    return run


def _refused() -> ScriptedRun:
    run = _nordic_until(15.5)
    run.stored(set_result(347.0, None))
    return run


def _long_names() -> ScriptedRun:
    name = "Hamstrings isometric, prone, knee 15°, long lever, with strap at the ankle"
    run = ScriptedRun(test=replace(tests()["nordic.bil"], name=name), bests=_BESTS)
    run.connect_device()
    run.statuses = (replace(BOARD, name=LONG),)
    run.begin(NORDICS)
    run.play(8.9)
    return run


LIVE_STATES = (
    LiveState("nothing", _nothing),
    LiveState("searching", _searching),
    LiveState("zero_refused", _zero_refused),
    LiveState("ready", _ready),
    LiveState("countdown", _countdown),
    LiveState("mid_rep", _mid_rep),
    LiveState("target", _target),
    LiveState("mid_rep_one_limb", _unilateral),
    LiveState("link_lost", _lost, wait_s=1.4),
    LiveState("link_back", _back),
    LiveState("rejected", _rejected),
    LiveState("rest", _rest),
    LiveState("saving", _saving),
    LiveState("next_limb", _next_limb),
    LiveState("result", _result),
    LiveState("result_within_error", _result_in_error),
    LiveState("result_not_saved", _not_saved),
    LiveState("result_refused", _refused),
    LiveState("long_names", _long_names, person=replace(ATHLETE, name=LONG, injury=LONG)),
)


@contextmanager
def live_window(
    state: LiveState,
    *,
    scheme: Scheme = Scheme.LIGHT,
    text_scale: float = 1.0,
    size: tuple[int, int] = (1280, 720),
) -> Generator[MainWindow]:
    """The whole window with the live page in `state`; no database is opened."""
    with TemporaryDirectory() as folder:
        settings = SettingsFile(Path(folder) / "settings.json")
        settings.change(scheme=scheme, text_scale=text_scale)
        theme().apply(scheme, text_scale)
        desk = Desk(
            StoreThread(lambda: open_store(Path(folder) / "none.db")), settings, lambda: NOW
        )
        window = MainWindow(desk)
        page = LivePage(desk)
        window.add_page(PageId.LIVE, lambda: page)
        desk.set_person(state.person)
        window.resize(*size)
        window.go(Route(PageId.LIVE))
        window.show()
        run_events(0.05)
        run = state.make()
        desk.set_devices(run.statuses if run else ())
        page.set_run(run)
        page.board.plot.draw_frame()
        run_events(0.05 + state.wait_s)
        page.refresh()
        run_events(0.02)
        try:
            yield window
        finally:
            page.set_run(None)
            window.close()
            window.deleteLater()
            QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)


def render_live(state: LiveState, path: Path, *, ratio: float = 1.0, **look: object) -> Path:
    """One state of the live page as PNG; `look` as for `live_window`."""
    with live_window(state, **look) as window:  # pyright: ignore[reportArgumentType]
        return picture(window, path, ratio)


def render_stage(
    state: LiveState,
    path: Path,
    *,
    scheme: Scheme = Scheme.DARK,
    size: tuple[int, int] = (1920, 1080),
    ratio: float = 1.0,
) -> Path:
    """One state of the athlete's view as PNG."""
    theme().apply(scheme)
    stage = StageWindow()
    stage.resize(*size)
    stage.show()
    run = state.make()
    stage.set_run(run)
    stage.board.plot.draw_frame()
    run_events(0.05 + state.wait_s)
    made = picture(stage, path, ratio)
    stage.set_run(None)
    stage.close()
    stage.deleteLater()
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    return made


def main(folder: Path, names: list[str]) -> None:
    """All states (or those in `names`) in light, dark and large, into `folder`."""
    _app = QApplication.instance() or QApplication([])
    for state in LIVE_STATES:
        if names and state.name not in names:
            continue
        render_live(state, folder / f"{state.name}_light.png")
        render_live(state, folder / f"{state.name}_dark.png", scheme=Scheme.DARK, size=(1920, 1080))


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2:])
