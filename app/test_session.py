"""Drives a guided run on a real station: the controller behind the live page and the stage."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from uuid import UUID

from PySide6.QtCore import QObject, QTimer, Signal

from app.device_pool import DevicePool
from app.device_thread import DeviceThread
from app.editing import reject_rep
from app.guided_run import REJECTED_IN_TEST, Action, Bests, GuidedRun
from app.live import LiveTrace
from app.mailbox import Mailbox
from app.pair import Pair
from app.results import limb_reps, set_result, why_no_result
from app.run_setup import RunSetup
from app.station import Finished, Station, TrialPlan
from app.status import DeviceStatus
from app.store_thread import StoreThread
from app.workflow import Notice, RepRow, RunView, SetResult, Step, Weight
from data.analysis.comparison import valid_values
from data.analysis.reps import RepEvent, RepPhase
from data.analysis.types import Side
from data.clinical.tests import StrengthTest
from data.ids import uuid7
from data.intake import save_capture
from data.pairing import reps_within
from data.records import Person, TrialState
from data.store import Store
from devices.errors import ZeroRefusedError
from devices.types import LinkState

_TICK_MS = 16
_SOON_MS = 2  # while somebody waits for the result
_LOOK_MS = 1000


@dataclass(frozen=True, slots=True)
class RunRequest:
    """Who does which test in which visit, and where its capture files go."""

    test: StrengthTest
    person: Person
    session_id: UUID
    captures: Path
    setup: RunSetup = field(default_factory=RunSetup)


class TestSession(QObject):
    """One run of a test in the Qt thread; devices and store are asked, never waited for.

    `changed`: look at `view` again. `ended`: the run is over and everything is stored.
    """

    __test__ = False  # the word is the field's, not pytest's

    changed = Signal()
    ended = Signal()

    def __init__(
        self,
        request: RunRequest,
        pool: DevicePool,
        devices: DeviceThread,
        store: StoreThread,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self.request = request
        self._pool, self._devices, self._store = pool, devices, store
        self._mail = Mailbox()
        self._set_id = uuid7()
        self._run = GuidedRun(
            request.test, injured=request.person.injured, target_n=request.setup.target_n
        )
        self._station: Station | Pair | None = None
        self._was_interrupted = False
        self._leaving = False
        self._stored: _Stored | None = None
        self._last_view: RunView | None = None
        self._timer = QTimer(self)
        self._timer.setInterval(_TICK_MS)
        self._timer.timeout.connect(self._tick)
        self._timer.start()
        self._looker = QTimer(self)
        self._looker.setInterval(_LOOK_MS)
        self._looker.timeout.connect(self._look_for_station)
        self._looker.start()
        self._look_for_station()
        store.ask(self, self._find_bests, self._take_bests)

    @property
    def view(self) -> RunView:
        return self._run.view(time.monotonic())

    @property
    def trace(self) -> LiveTrace | None:
        return self._station.trace if self._station is not None else None

    @property
    def sides(self) -> tuple[Side | None, ...]:
        if self._station is None:
            return ()
        return self._station.sides(self.request.test, self._run.limb)

    @property
    def statuses(self) -> tuple[DeviceStatus, ...]:
        return self._station.statuses() if self._station is not None else ()

    def start_stop(self) -> None:
        self._do(self._run.start_stop(time.monotonic()))

    def take_zero(self) -> None:
        self._do(self._run.take_zero())

    def accept(self) -> None:
        if self._run.step is Step.RESULT:
            self.close()

    def reject_rep(self) -> None:
        """Strike the last repetition through, or take it back; what is stored follows."""
        self._do(self._run.reject_rep())
        if self._run.reps and self._run.step in (Step.RESULT, Step.NEXT_LIMB):
            self._store_rejection(self._run.reps[-1])

    def repeat_rep(self) -> None:
        self._do(self._run.repeat_rep())

    def switch_limb(self) -> None:
        limb = self._run.limb
        if limb is not None:
            self._do(self._run.switch_limb(limb.other))

    def finish(self) -> None:
        """End a running trial and keep it; between limbs: enough for now."""
        self._do(self._run.finish())

    def back(self) -> None:
        """Leave; a running trial is ended and kept first."""
        if self._run.is_recording:
            self.finish()
        if self._run.step is Step.SAVING:
            self._leaving = True
        else:
            self.close()

    def close(self) -> None:
        """Let the station go; it stays connected for the next test."""
        self._timer.stop()
        self._looker.stop()
        if self._station is not None:
            self._devices.submit(_detach(self._station))
            self._station = None
        self.ended.emit()

    def _do(self, actions: list[Action]) -> None:
        for action in actions:
            match action:
                case Action.TAKE_ZERO:
                    self._ask_zero()
                case Action.BEGIN_TRIAL:
                    self._ask_begin()
                case Action.END_TRIAL:
                    self._ask_finish()
        self.changed.emit()

    def _tick(self) -> None:
        if self._mail.empty():
            self.changed.emit()
        self._do_quietly(self._run.tick(time.monotonic()))
        if self._run.view(0.0) != self._last_view:
            self._last_view = self._run.view(0.0)
            self.changed.emit()

    def _do_quietly(self, actions: list[Action]) -> None:
        if actions:
            self._do(actions)

    def _look_for_station(self) -> None:
        if self._station is not None:
            return
        station = self._pool.station_for(self.request.test)
        if station is None or station.state is not LinkState.STREAMING:
            return
        self._station = station
        self._devices.submit(self._attach(station))
        self._do(self._run.connected())

    async def _attach(self, station: Station | Pair) -> None:
        station.watch(
            lambda event: self._post(lambda: self._on_rep(event)),
            lambda state, cause: self._post(lambda: self._on_state(state, cause)),
            lambda message: self._post(lambda: self._on_full(message)),
        )

    def _post(self, call: Callable[[], None]) -> None:
        self._mail.post(call)

    def _ask_zero(self) -> None:
        station = self._station
        if station is None:
            return

        async def zero() -> None:
            try:
                await station.take_zero()
            except ZeroRefusedError as refusal:
                message = str(refusal)
                self._post(lambda: self._do(self._run.zero_refused(message, time.monotonic())))
            else:
                self._post(lambda: self._do(self._run.zero_taken()))

        self._devices.submit(zero())

    def _ask_begin(self) -> None:
        station = self._station
        if station is None:
            return
        plan = self._plan(self.request.setup)
        self._was_interrupted = False

        async def begin() -> None:
            try:
                station.begin(self.request.captures, plan)
            except Exception as error:  # the screen must hear of it whatever it was
                message = str(error)
                self._post(lambda: self._do(self._run.begin_failed(message)))

        self._devices.submit(begin())

    def _plan(self, setup: RunSetup) -> TrialPlan:
        limb = self._run.limb
        weight_n = setup.weight_n(limb)
        return TrialPlan(
            test=self.request.test,
            person=self.request.person,
            session_id=self.request.session_id,
            set_id=self._set_id,
            limb=limb,
            posture=setup.posture,
            lever_m=setup.lever_m(limb),
            gravity_n=weight_n,
            gravity=None if weight_n is None else setup.gravity,
            stabilisation=setup.stabilisation,
            target_n=setup.target_n,
            both_injured=setup.both_injured,
        )

    def _ask_finish(self) -> None:
        station = self._station
        if station is None:
            return
        self._timer.setInterval(_SOON_MS)
        state = TrialState.INTERRUPTED if self._was_interrupted else TrialState.COMPLETE
        rejected = [row for row in self._run.reps if row.rejected]

        async def finish() -> None:
            try:
                finished = await station.finish_all(state)
            except Exception as error:  # as above: the capture file is there in any case
                message = str(error)
                self._post(lambda: self._failed(message))
            else:
                self._post(lambda: self._save(finished, rejected))

        self._devices.submit(finish())

    def _save(self, finished: Finished, rejected: list[RepRow]) -> None:
        set_id = self._set_id

        def work(store: Store) -> tuple[_Stored, _Outcome]:
            numbers = {row.number for row in rejected} if len(finished.paths) == 1 else set[int]()
            reasons = dict.fromkeys(numbers, REJECTED_IN_TEST)
            trials = [save_capture(store, path, reasons) for path in finished.paths]
            stored = _Stored(tuple(trial.id for trial in trials), finished.began_s)
            for row in rejected if len(trials) > 1 else ():
                stored.reject(store, row)
            return stored, _outcome(store, set_id)

        self._store.ask(
            self,
            work,
            self._saved,
            failed=lambda error: self._failed(str(error)),
            touches=(self.request.session_id, self.request.person.id),
        )

    def _store_rejection(self, row: RepRow) -> None:
        stored, set_id = self._stored, self._set_id
        if stored is None:
            return

        def work(store: Store) -> _Outcome:
            stored.reject(store, row)
            return _outcome(store, set_id)

        self._store.ask(
            self,
            work,
            lambda outcome: self._do(self._run.result_changed(*outcome)),
            slot="rejection",
            touches=(self.request.session_id, self.request.person.id),
        )

    def _saved(self, stored: tuple[_Stored, _Outcome]) -> None:
        self._timer.setInterval(_TICK_MS)
        self._stored, outcome = stored
        self._do(self._run.trial_saved(*outcome))
        if self._leaving:
            self.close()

    def _failed(self, message: str) -> None:
        self._timer.setInterval(_TICK_MS)
        self._do(self._run.save_failed(message))
        self._leaving = False  # what went wrong must be read

    def _on_rep(self, event: RepEvent) -> None:
        station = self._station
        shift = (station.base_s if station else None) or 0.0
        match event.phase:
            case RepPhase.STARTED:
                self._do(self._run.rep_started(event.start_s + shift))
            case RepPhase.DISMISSED:
                self._do(self._run.rep_dismissed())
            case RepPhase.COMPLETED:
                row = _row(event, self.sides, shift)
                self._do(self._run.rep_done(row, time.monotonic()))

    def _on_state(self, state: LinkState, cause: str) -> None:
        match state:
            case LinkState.LOST:
                self._was_interrupted = self._was_interrupted or self._run.is_recording
                self._do(self._run.link_lost(cause))
            case LinkState.STREAMING:
                self._do(self._run.link_back())
            case LinkState.CLOSED:
                self._do(self._run.trouble(_closed(cause)))
            case _:
                pass

    def _on_full(self, message: str) -> None:
        what, _, rest = message.partition(". ")
        safe, _, todo = rest.partition(". ")
        self._do(self._run.trouble(Notice(Weight.STOP, what + ".", safe + ".", todo)))
        self.finish()

    def _find_bests(self, store: Store) -> Bests:
        trials = store.trials.of_person(self.request.person.id, self.request.test.id)
        left = valid_values(limb_reps(trials, Side.LEFT), "peak_n")
        right = valid_values(limb_reps(trials, Side.RIGHT), "peak_n")
        # The result needs the clinic's own error, for which everybody is read once: not then.
        store.results.retests(self.request.test, "peak_n")
        return Bests(max(left, default=None), max(right, default=None))

    def _take_bests(self, bests: Bests) -> None:
        self._run.bests = bests
        self.changed.emit()


_Outcome = tuple[SetResult | None, str]
"""The result, or why there is none."""


def _outcome(store: Store, set_id: UUID) -> _Outcome:
    result = set_result(store, set_id)
    return result, "" if result else why_no_result(store.trials.of_set(set_id))


@dataclass(frozen=True, slots=True)
class _Stored:
    """The trials of one recording, and where they began on the axis of the live trace."""

    trial_ids: tuple[UUID, ...]
    began_s: float | None

    def reject(self, store: Store, row: RepRow) -> None:
        """Strike this repetition through in each trial, or take it back. Two devices count their
        repetitions apart: theirs are those at the same time."""
        if len(self.trial_ids) == 1:
            reject_rep(store, self.trial_ids[0], row.number, row.rejected)
            return
        if row.start_s is None or row.end_s is None or self.began_s is None:
            return
        span_s = row.start_s - self.began_s, row.end_s - self.began_s
        for trial in map(store.trials.get, self.trial_ids):
            for number in reps_within(trial, *span_s):
                reject_rep(store, trial.id, number, row.rejected)


async def _detach(station: Station | Pair) -> None:
    """Nobody looks any more; a recorder that still runs goes on to its end."""
    station.unwatch()


def _row(event: RepEvent, sides: tuple[Side | None, ...], shift_s: float) -> RepRow:
    by_side = dict(zip(sides, event.peaks, strict=False))
    left, right = by_side.get(Side.LEFT), by_side.get(Side.RIGHT)
    difference = None
    if left is not None and right is not None and max(left, right) > 0:
        difference = 100.0 * abs(left - right) / max(left, right)
    return RepRow(
        number=event.number,
        left_n=left,
        right_n=right,
        difference_percent=difference,
        start_s=event.start_s + shift_s,
        end_s=event.end_s + shift_s,
    )


def _closed(cause: str) -> Notice:
    return Notice(
        Weight.STOP,
        cause or "The device was disconnected.",
        "Everything so far is on disk.",
        "Press Space to finish, then connect the device again.",
    )
