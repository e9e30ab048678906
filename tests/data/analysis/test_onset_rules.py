from __future__ import annotations

import numpy as np
import pytest

from data.analysis.types import OnsetRule
from tests.bench.onset import CURVES, errors


# Bias of the onset, ms, and of RFD 0-100, %: clinical_science table 1.4, its noise not ours.
# Our rule walks back to 3 SD and lies between its rows of 1 SD and 3 SD.
@pytest.mark.parametrize(
    ("rule", "late_ms", "rfd_percent"),
    [
        (OnsetRule.REVERSE, (0.3, 15, 31, 13), (-0.4, 28, 58, 24)),
        (OnsetRule.FIVE_SD, (0.6, 19, 39, 17), (-0.6, 34, 70, 31)),
        (OnsetRule.FORCE, (5.1, 51, 53, 51), (-5.0, 87, 90, 86)),
        (OnsetRule.PERCENT, (5.2, 58, 59, 57), (-5.0, 95, 99, 95)),
    ],
)
def test_each_onset_rule_is_off_by_what_the_table_says(
    rule: OnsetRule, late_ms: tuple[float, ...], rfd_percent: tuple[float, ...]
) -> None:
    for noisy, late, rfd in zip(CURVES, late_ms, rfd_percent, strict=True):
        found_ms, found_percent = errors(noisy, rule, runs=40)
        assert np.mean(found_ms) == pytest.approx(late, abs=1.5), noisy.name
        assert np.mean(found_percent) == pytest.approx(rfd, abs=3), noisy.name
