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
from app.workflow import Notice, SetResult, Weight
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
HOLDS = (
    Effort(0.8, (268.0,), 4.5, hold),
    Effort(7.4, (281.0,), 4.5, hold),
    Effort(14.0, (275.0,), 4.5, hold),
)
WEAKER = (Effort(0.8, (241.0,), 4.5, hold), Effort(7.4, (252.0,), 4.5, hold))
_BESTS = Bests(352.0, 318.0)


@dataclass(frozen=True, slots=True)
class LiveState:
    """`make` gives the run that the page is shown, `then` plays it up to the state.

    `wait_s` of real time lets silence show; `person` is in the bar.
    """

    name: str
    then: Callable[[ScriptedRun], None] | None
    make: Callable[[], ScriptedRun] = ScriptedRun
    wait_s: float = 0.0
    person: Person = ATHLETE


def _with_bests() -> ScriptedRun:
    return ScriptedRun(bests=_BESTS)


def _with_target() -> ScriptedRun:
    return ScriptedRun(bests=_BESTS, target_n=250.0)


def _one_limb() -> ScriptedRun:
    return ScriptedRun("ham.iso9020", injured=Side.RIGHT)


def _with_rest() -> ScriptedRun:
    return ScriptedRun(test=replace(tests()["nordic.bil"], rest_s=45.0), bests=_BESTS)


def _with_long_names() -> ScriptedRun:
    name = "Hamstrings isometric, prone, knee 15°, long lever, with strap at the ankle"
    return ScriptedRun(test=replace(tests()["nordic.bil"], name=name), bests=_BESTS)


def _searching(run: ScriptedRun) -> None:
    run.statuses = (SEARCHING,)
    run.tell()


def _zero_refused(run: ScriptedRun) -> None:
    run.connect_device()
    run.efforts = [Effort(1.2, (118.0, 64.0), 60.0, hold)]
    run.play(9.0)
    run.guided.zero_refused(
        "The left cell reads 118 N. The old zero is kept. Unload both cells.", run.now_s
    )
    run.tell()


def _ready(run: ScriptedRun) -> None:
    run.connect_device()
    run.play(6.0)
    run.tell()


def _countdown(run: ScriptedRun) -> None:
    _ready(run)
    run.begin(NORDICS)
    run.play(0.7)


def _nordics(until_s: float) -> Callable[[ScriptedRun], None]:
    def then(run: ScriptedRun) -> None:
        run.connect_device()
        run.begin(NORDICS)
        run.play(until_s)

    return then


def _next_limb(run: ScriptedRun) -> None:
    run.connect_device(limbs=1)
    run.begin(HOLDS)
    run.play(20.0)
    run.stored(None)


def _other_limb(run: ScriptedRun) -> None:
    _next_limb(run)
    run.begin(WEAKER)
    run.play(10.2)


def _lost(run: ScriptedRun) -> None:
    _nordics(8.7)(run)
    run.statuses = (LOST,)
    run.guided.link_lost("the port is gone")
    run.tell()


def _back(run: ScriptedRun) -> None:
    _nordics(7.6)(run)
    run.play(8.4, is_linked=False)
    run.guided.link_back()
    run.play(10.4)
    run.tell()


def _rejected(run: ScriptedRun) -> None:
    _nordics(10.6)(run)
    run.reject_rep()


def _after_nordics(result: SetResult) -> Callable[[ScriptedRun], None]:
    def then(run: ScriptedRun) -> None:
        _nordics(15.5)(run)
        run.stored(result)

    return then


def _not_saved(run: ScriptedRun) -> None:
    _nordics(15.5)(run)
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


def _long_names(run: ScriptedRun) -> None:
    _nordics(8.9)(run)
    run.statuses = (replace(BOARD, name=LONG),)
    run.tell()


LIVE_STATES = (
    LiveState("nothing", None),
    LiveState("searching", _searching),
    LiveState("zero_refused", _zero_refused),
    LiveState("ready", _ready, _with_bests),
    LiveState("countdown", _countdown, _with_bests),
    LiveState("mid_rep", _nordics(8.9), _with_bests),
    LiveState("target", _nordics(8.6), _with_target),
    LiveState("mid_rep_one_limb", _other_limb, _one_limb),
    LiveState("link_lost", _lost, _with_bests, wait_s=1.4),
    LiveState("link_back", _back, _with_bests),
    LiveState("rejected", _rejected, _with_bests),
    LiveState("rest", _nordics(11.3), _with_rest),
    LiveState("saving", _nordics(15.5), _with_bests),
    LiveState("next_limb", _next_limb, _one_limb),
    LiveState(
        "result", _after_nordics(set_result(347.0, 316.0, last_n=(301.0, 279.0), error_percent=6.0))
    ),
    LiveState(
        "result_within_error", _after_nordics(set_result(333.0, 316.0, last_n=(331.0, 279.0)))
    ),
    LiveState("result_not_saved", _not_saved),
    LiveState("result_refused", _after_nordics(set_result(347.0, None))),
    LiveState(
        "long_names",
        _long_names,
        _with_long_names,
        person=replace(ATHLETE, name=LONG, injury=LONG),
    ),
)


LARGE = ("mid_rep", "link_lost", "rest", "result", "long_names")
ON_STAGE = ("countdown", "mid_rep", "target", "mid_rep_one_limb", "rest", "result")


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
        if state.then is not None:
            run = state.make()
            page.set_run(run)
            state.then(run)
            desk.set_devices(run.statuses)
            page.board.plot.draw_frame()
        run_events(0.15 + state.wait_s)
        try:
            yield window
        finally:
            page.set_run(None)
            window.close()
            window.deleteLater()
            QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)


def render_live(
    state: LiveState,
    path: Path,
    *,
    scheme: Scheme = Scheme.LIGHT,
    text_scale: float = 1.0,
    size: tuple[int, int] = (1280, 720),
    ratio: float = 1.0,
) -> Path:
    """One state of the live page as PNG, `ratio` pixels to a point."""
    with live_window(state, scheme=scheme, text_scale=text_scale, size=size) as window:
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
    if state.then is not None:
        run = state.make()
        stage.set_run(run)
        state.then(run)
        stage.board.plot.draw_frame()
    run_events(0.15 + state.wait_s)
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
        if state.name in LARGE:
            path = folder / f"{state.name}_large_text.png"
            render_live(state, path, text_scale=2.0, size=(1920, 1080))
            render_live(state, folder / f"{state.name}_200.png", ratio=2.0)
            render_live(state, folder / f"{state.name}_small.png", size=(960, 600))
        if state.name in ON_STAGE:
            render_stage(state, folder / f"{state.name}_stage.png")


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2:])
