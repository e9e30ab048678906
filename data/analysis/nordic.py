"""Where the hamstrings give way: by the fall of force, and by the knee where its angle is known."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from data.analysis.impulse import RELEASE_WINDOW_S
from data.analysis.limb import LimbRep
from data.analysis.metrics import MetricTable
from data.analysis.trace import Trace

Array = NDArray[np.float64]

# The angle is differentiated over this width, because a camera or an inertial sensor is noisy.
SPEED_WINDOW_S = 0.1
# Published definitions of the break point differ in the speed of the knee.
BREAK_SPEEDS_DEG_S = {
    "10": "JSSM 20:216",
    "20": "10.1080/17461391.2021.2014984",
}


@dataclass(frozen=True, slots=True, eq=False)
class KneeAngle:
    """``t (n,) s`` and ``angle (n,) deg``, running either way."""

    trace: Trace

    @classmethod
    def of(cls, t: Array, angle_deg: Array) -> KneeAngle:
        return cls(Trace.of(t, angle_deg))

    def at(self, moment: float) -> float:
        return self.trace.at(moment)

    def break_point(self, start: float, end: float, speed_deg_s: float) -> float | None:
        """The angle from which the knee stays faster than this until `end`; None if it never is.

        Speed is the mean over 100 ms around each sample.
        """
        half = SPEED_WINDOW_S / 2
        span = self.trace.between(start + half, end - half)
        t = self.trace.t[span]
        if not len(t):
            return None
        ends = np.interp(np.stack([t - half, t + half]), self.trace.t, self.trace.f)
        fast = np.abs(ends[1] - ends[0]) / SPEED_WINDOW_S > speed_deg_s
        if not fast[-1]:
            return None
        slow = np.flatnonzero(~fast)
        return self.at(float(t[slow[-1] + 1 if len(slow) else 0]))


def add_break(table: MetricTable, limb: LimbRep, knee: KneeAngle | None) -> None:
    """When the force collapses after its peak, and the knee's angle there where one is known."""
    fall = steepest_fall(limb.net, limb.peak_s, limb.bounds.end_s)
    wait = fall - limb.peak_s if fall is not None else None
    table.put("break_time_s", wait, "break.time.v1(peak to the middle of the steepest 50 ms fall)")
    if knee is None:
        return
    at_peak = knee.at(limb.peak_s)
    table.put("break_torque_angle_deg", at_peak, "nordic.bta.v1(knee angle at the peak force)")
    start = limb.onset.at_s if limb.onset else limb.bounds.start_s
    end = fall if fall is not None else limb.bounds.end_s
    for speed, source in BREAK_SPEEDS_DEG_S.items():
        angle = knee.break_point(start, end, float(speed))
        never = f"the knee is never faster than {speed}°/s up to the fall of force"
        table.put(
            f"break_point_{speed}_deg",
            angle,
            f"nordic.break.v1(knee over {speed}°/s until force falls; {source})",
            never if angle is None else None,
        )


def steepest_fall(trace: Trace, peak_s: float, end: float) -> float | None:
    """The middle of the steepest 50 ms after the peak, s; None if that is too short."""
    half = RELEASE_WINDOW_S / 2
    if end - peak_s < RELEASE_WINDOW_S:
        return None
    inside = trace.t[trace.between(peak_s + half, end - half)]
    middles = np.concatenate([[peak_s + half], inside, [end - half]])
    ends = np.interp(np.stack([middles - half, middles + half]), trace.t, trace.f)
    return float(middles[int((ends[1] - ends[0]).argmin())])
