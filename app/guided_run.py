"""The state machine of a guided strength test: no Qt, no device, no clock of its own."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum

from app.workflow import Notice, RepRow, RunView, SetResult, Step, StepMark, Weight
from data.analysis.types import Side
from data.clinical.tests import Laterality, StrengthTest

COUNTDOWN_S = 3.0
ZERO_RETRY_S = 1.0
"""A refused zero is tried again by itself: the athlete may still be letting go."""
REJECTED_IN_TEST = "rejected during the test"
LIMB = {Side.LEFT: "Left", Side.RIGHT: "Right"}


class Action(StrEnum):
    """What the run asks of whoever drives it."""

    TAKE_ZERO = "take zero"
    BEGIN_TRIAL = "begin trial"
    END_TRIAL = "end trial"


@dataclass(frozen=True, slots=True)
class Bests:
    """Peaks to beat, in N: the best of earlier visits for each limb."""

    left_n: float | None = None
    right_n: float | None = None


class GuidedRun:
    """One run of a test: every limb, every repetition, until the result is accepted.

    Each input returns the actions it asks for. `now` is in seconds of one monotonic clock.
    Unilateral tests do the uninjured limb first where an injured one is known.
    """

    def __init__(
        self,
        test: StrengthTest,
        *,
        injured: Side | None = None,
        bests: Bests | None = None,
        target_n: float | None = None,
    ) -> None:
        self.test = test
        self.bests = bests or Bests()
        self.target_n = target_n
        self.step = Step.CONNECT
        self.limbs = _limb_order(test, injured)
        self.limb_index = 0
        self.reps: list[RepRow] = []
        self.reps_planned = test.reps
        self.notice: Notice | None = None
        self.result: SetResult | None = None
        self.why_no_result = ""
        self.is_recording = False
        self.is_saved = False
        self.is_connected = False
        self._done: set[Side | None] = set()
        self._rep_started_s: float | None = None
        self._deadline: float | None = None
        self._next_zero: float | None = None

    @property
    def limb(self) -> Side | None:
        """The limb whose turn it is; None where both pull at once."""
        return self.limbs[self.limb_index] if self.limbs else None

    def connected(self) -> list[Action]:
        self.is_connected = True
        self.notice = None
        if self.step is Step.CONNECT:
            self.step = Step.ZERO
            return [Action.TAKE_ZERO]
        return []

    def link_lost(self, cause: str) -> list[Action]:
        self.is_connected = False
        if self.is_recording:
            todo = "Keep the athlete in position; reconnecting. Press Space to finish instead."
            safe = "Everything so far is on disk; the gap will be marked."
        else:
            todo = "Reconnecting. Check the cable, the battery and the distance."
            safe = "Nothing is lost."
        self.notice = Notice(
            Weight.STOP, f"The device stopped answering ({cause.rstrip('.')}).", safe, todo
        )
        return []

    def link_back(self) -> list[Action]:
        self.is_connected = True
        if self.is_recording:
            self.notice = Notice(
                Weight.INFO, "The device is back.", "The gap is marked in the curve.", "Go on."
            )
        else:
            self.notice = None
        return []

    def trouble(self, notice: Notice) -> list[Action]:
        """Something worth a line: low battery, saturated cell, a trial that could not be saved."""
        self.notice = notice
        return []

    def zero_taken(self) -> list[Action]:
        self.notice = None
        self._next_zero = None
        if self.step is Step.ZERO:
            self.step = Step.READY
        return []

    def zero_refused(self, message: str, now: float) -> list[Action]:
        what, _, rest = message.partition(". ")
        safe, _, todo = rest.partition(". ")
        self.notice = Notice(Weight.ATTENTION, what + ".", safe + ".", todo)
        if self.step is Step.READY:
            self.step = Step.ZERO
        if self.step is Step.ZERO:
            self._next_zero = now + ZERO_RETRY_S
        return []

    def take_zero(self) -> list[Action]:
        if self.is_recording or not self.is_connected:
            return []
        if self.step in (Step.ZERO, Step.READY, Step.NEXT_LIMB):
            return [Action.TAKE_ZERO]
        return []

    def start_stop(self, now: float) -> list[Action]:
        """Space: begin where a beginning is next, else finish and keep what there is."""
        if self.is_recording:
            return self._end()
        if not self.is_connected:
            return []
        if self.step is Step.NEXT_LIMB:
            self.limb_index = self.limbs.index(self._missing()[0])
            self.reps = []
            self.reps_planned = self.test.reps
        elif self.step is not Step.READY:
            return []
        self.step = Step.COUNTDOWN
        self._deadline = now + COUNTDOWN_S
        self.is_recording = True
        self.is_saved = False
        self._rep_started_s = None
        self.notice = None
        return [Action.BEGIN_TRIAL]

    def tick(self, now: float) -> list[Action]:
        """Let time pass: count-downs end, a refused zero is tried again."""
        if self._next_zero is not None and now >= self._next_zero:
            self._next_zero = None
            return self.take_zero() if self.step is Step.ZERO else []
        if self._deadline is not None and now >= self._deadline:
            self._deadline = None
            if self.step in (Step.COUNTDOWN, Step.REST):
                self.step = Step.GO
        return []

    def rep_started(self, at_s: float = 0.0) -> list[Action]:
        """Force rose at `at_s` of the live trace: a rest or count-down still running is over."""
        if self.is_recording:
            self._rep_started_s = at_s
            self.step = Step.GO
            self._deadline = None
        return []

    def rep_done(self, row: RepRow, now: float) -> list[Action]:
        if not self.is_recording:
            return []
        self._rep_started_s = None
        self.reps.append(row)
        if len(self.valid_reps()) >= self.reps_planned:
            return self._end()
        if self.test.rest_s > 0:
            self.step = Step.REST
            self._deadline = now + self.test.rest_s
        return []

    def valid_reps(self) -> list[RepRow]:
        return [row for row in self.reps if row.rejected is None]

    def rep_dismissed(self) -> list[Action]:
        """What began was too short to be a repetition."""
        self._rep_started_s = None
        return []

    def reject_rep(self) -> list[Action]:
        """X: strike the last repetition through, or take that back."""
        if self.reps and self.step is not Step.SAVING:
            last = self.reps[-1]
            reason = None if last.rejected else REJECTED_IN_TEST
            self.reps[-1] = replace(last, rejected=reason)
        return []

    def trial_saved(self, result: SetResult | None, why_not: str = "") -> list[Action]:
        """The trial is in the database; `result` is set once all limbs have one."""
        self.is_saved = True
        self.result = result or self.result
        self.why_no_result = why_not
        self._after_trial()
        return []

    def result_changed(self, result: SetResult | None, why_not: str = "") -> list[Action]:
        """A repetition was struck through, or taken back, after it was stored."""
        self.result = result
        self.why_no_result = why_not
        return []

    def begin_failed(self, message: str) -> list[Action]:
        """The capture file could not be made: nothing is recorded, so nothing counts down."""
        self.notice = Notice(
            Weight.STOP,
            f"The recording could not begin: {message.rstrip('.')}.",
            "Everything recorded before is safe.",
            "Free disk space, then press Space again.",
        )
        self.is_recording = False
        self._deadline = None
        self.step = Step.READY
        return []

    def save_failed(self, message: str) -> list[Action]:
        self.notice = Notice(
            Weight.STOP,
            f"The trial could not be stored: {message.rstrip('.')}.",
            "The recording itself is safe on disk.",
            "It is offered again at the next start. Free disk space, then go on.",
        )
        self._after_trial()
        return []

    def repeat_rep(self) -> list[Action]:
        """R: one more repetition of the same limb, as a trial of its own in the same set."""
        if self.step not in (Step.RESULT, Step.NEXT_LIMB):
            return []
        self.reps = []
        self.reps_planned = 1
        self.result = None
        self.step = Step.READY
        return []

    def finish(self) -> list[Action]:
        """F: enough for now; a running trial is ended and kept, a missing limb stays missing."""
        if self.is_recording:
            return self._end()
        if self.step is Step.NEXT_LIMB:
            self.step = Step.RESULT
        return []

    def switch_limb(self, to: Side) -> list[Action]:
        """←/→: choose the limb, between trials only."""
        if self.is_recording or to not in self.limbs or self.step is Step.SAVING:
            return []
        self.limb_index = self.limbs.index(to)
        if self.step in (Step.NEXT_LIMB, Step.RESULT):
            self.step = Step.READY
            self.result = None
        self.reps = []
        self.reps_planned = self.test.reps
        return []

    def view(self, now: float) -> RunView:
        sentence, key = self._next_step()
        left = None if self._deadline is None else max(self._deadline - now, 0.0)
        rep = len(self.valid_reps()) + (self._rep_started_s is not None)
        return RunView(
            test=self.test,
            step=self.step,
            limb=self.limb,
            marks=self._marks(),
            sentence=sentence,
            key=key,
            seconds_left=left,
            rep=rep,
            reps_planned=self.reps_planned,
            reps=tuple(self.reps),
            best_left_n=self.bests.left_n,
            best_right_n=self.bests.right_n,
            target_n=self.target_n,
            is_recording=self.is_recording,
            is_saved=self.is_saved,
            notice=self.notice,
            result=self.result,
            rep_started_s=self._rep_started_s,
            why_no_result=self.why_no_result,
        )

    def _missing(self) -> list[Side]:
        return [limb for limb in self.limbs if limb not in self._done]

    def _after_trial(self) -> None:
        self._done.add(self.limb)
        self.step = Step.NEXT_LIMB if self._missing() else Step.RESULT

    def _end(self) -> list[Action]:
        self.is_recording = False
        self._rep_started_s = None
        self._deadline = None
        self.step = Step.SAVING
        return [Action.END_TRIAL]

    def _next_step(self) -> tuple[str, str]:
        side = f"{self.limb.value} limb" if self.limb else "both limbs"
        if not self.is_connected and self.is_recording:
            return "Hold still: reconnecting. Space finishes instead", "Space"
        match self.step:
            case Step.CONNECT:
                return "Looking for the device: switch it on", ""
            case Step.ZERO:
                return "Leave the device unloaded and quiet: the zero is taken by itself", "Z"
            case Step.READY:
                return f"Strap in, {side}, then press Space", "Space"
            case Step.COUNTDOWN:
                return "Relax, then pull when the count-down ends", ""
            case Step.GO:
                count = f"{len(self.valid_reps()) + 1} of {self.reps_planned}"
                return f"{self.test.cue.rstrip('.')} · repetition {count}", "Space"
            case Step.REST:
                return "Rest; the next repetition may begin at any time", "Space"
            case Step.SAVING:
                return "Storing the trial", ""
            case Step.NEXT_LIMB:
                to = self._missing()[0].value
                return f"Change to the {to} limb, then press Space", "Space"
            case Step.RESULT:
                return "Enter accepts, R repeats one repetition", "Enter"

    def _marks(self) -> tuple[StepMark, ...]:
        labels = ["Zero", "Ready"]
        labels += [LIMB[limb] for limb in self.limbs] or ["Both limbs"]
        labels.append("Result")
        match self.step:
            case Step.CONNECT | Step.ZERO:
                now = 0
            case Step.READY if not self._done:
                now = 1
            case Step.RESULT:
                now = len(labels) - 1
            case _:
                now = 2 + self.limb_index
        return tuple(
            StepMark(self._mark(label, i == now), i < now, i == now)
            for i, label in enumerate(labels)
        )

    def _mark(self, label: str, is_current: bool) -> str:
        if is_current and self.step is Step.GO:
            return f"{label} · rep {len(self.valid_reps()) + 1} of {self.reps_planned}"
        if is_current and self.step is Step.REST:
            return f"{label} · rest"
        return label


def _limb_order(test: StrengthTest, injured: Side | None) -> tuple[Side, ...]:
    if test.laterality is Laterality.BILATERAL:
        return ()
    first = injured.other if injured else Side.LEFT
    return (first, first.other)
