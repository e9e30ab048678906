from __future__ import annotations

import pytest

from data.clinical.field_check import Verdict, judge, judge_all, open_fields, reported_flags
from data.clinical.modalities import CUSTOM, Plain, forms

CONVENTIONAL: dict[str, Plain | None] = {"mode": "conventional", "pulse_rate_hz": 100.0}


# Ranges as the reference prints them: conventional 80 to 150 Hz, ultrasound at most 3 W/cm².
@pytest.mark.parametrize(
    ("modality", "key", "value", "verdict"),
    [
        ("tens", "pulse_rate_hz", 80, Verdict.OK),
        ("tens", "pulse_rate_hz", 79.9, Verdict.ASK),
        ("tens", "pulse_rate_hz", 151, Verdict.ASK),
        ("tens", "pulse_rate_hz", -1, Verdict.REFUSE),
        ("tens", "pulse_rate_hz", 1001, Verdict.REFUSE),
        ("tens", "pulse_rate_hz", float("nan"), Verdict.REFUSE),
        ("tens", "pulse_rate_hz", "100", Verdict.REFUSE),
        ("tens", "pulse_rate_hz", None, Verdict.MISSING),
        ("tens", "mode", "quick", Verdict.REFUSE),
        ("tens", "consent_on", "2026-02-30", Verdict.REFUSE),
        ("tens", "consent_on", "2026-02-28", Verdict.OK),
        ("tens", "pain_before", 11, Verdict.REFUSE),
        ("tens", "pain_before", 2.5, Verdict.REFUSE),
        ("ultrasound", "intensity_w_cm2", 3.0, Verdict.ASK),
        ("ultrasound", "intensity_w_cm2", 3.01, Verdict.REFUSE),
        ("heat", "compression", 1, Verdict.REFUSE),
    ],
)
def test_a_value_is_taken_asked_about_refused_or_missing(
    modality: str, key: str, value: Plain | None, verdict: Verdict
):
    assert judge(modality, key, {**CONVENTIONAL, key: value}).verdict is verdict


def test_a_refusal_names_the_limit():
    refused = judge("ultrasound", "intensity_w_cm2", {"intensity_w_cm2": 30.0})
    assert refused.limit == (0, 3)
    assert "30, but must be 0 to 3 W/cm²" in refused.reason


def test_a_question_says_where_the_range_comes_from():
    published = judge("tens", "pulse_rate_hz", {"mode": "conventional", "pulse_rate_hz": 10.0})
    assert "80 to 150 Hz" in published.reason
    assert "10.1186/s13643-017-0532-5" in published.source
    custom = judge("eswt", "pressure_bar", {"pressure_bar": 6.0})
    assert custom.source == CUSTOM
    assert CUSTOM in custom.reason


def test_the_range_follows_the_mode():
    assert judge("tens", "pulse_rate_hz", {"mode": "low-rate", "pulse_rate_hz": 4.0}).verdict is (
        Verdict.OK
    )


def test_burst_fields_are_needed_in_burst_mode_only():
    burst = [field.id for field in open_fields("tens", {"mode": "burst"})]
    assert {"burst_hz", "pulses_per_burst", "internal_rate_hz"} <= set(burst)
    assert "pulse_rate_hz" not in burst
    assert "burst_hz" not in judge_all("tens", CONVENTIONAL)


def test_one_of_a_group_is_enough():
    missing = judge("tens", "amplitude_ma", {})
    assert "Amplitude (peak) in mA or Amplitude (peak) in V" in missing.reason
    volts: dict[str, Plain | None] = {"amplitude_v": 40.0}
    assert judge("tens", "amplitude_ma", volts).verdict is Verdict.OK


def test_every_channel_is_judged():
    values: dict[str, Plain | None] = {**CONVENTIONAL, "channels": 2, "amplitude_ma": 20.0}
    assert judge_all("tens", values)["amplitude_ma@2"].verdict is Verdict.MISSING
    values["amplitude_ma@2"] = 500.0
    assert judge_all("tens", values)["amplitude_ma@2"].verdict is Verdict.REFUSE


def test_an_adverse_event_needs_its_words():
    assert "adverse_text" in [f.id for f in open_fields("cold", {"adverse_event": "burn"})]
    assert "adverse_text" not in [f.id for f in open_fields("cold", {"adverse_event": "none"})]


@pytest.mark.parametrize("modality", forms())
def test_defaults_stand_in_no_ones_way(modality: str):
    values = forms()[modality].defaults()
    verdicts = {judge(modality, key, values).verdict for key in values}
    assert verdicts <= {Verdict.OK}


def test_what_a_unit_reports_is_flagged_and_left_as_it_is():
    values: dict[str, Plain | None] = {**CONVENTIONAL, "pulse_rate_hz": 2000.0, "phase_us": 300.0}
    flags = reported_flags("tens", values)
    assert len(flags) == 2
    assert "Pulse rate: the unit reported 2000 Hz, outside what is possible" in flags[0]
    assert "Phase duration: the unit reported 300 µs, outside the usual range" in flags[1]
    assert all("kept as reported" in flag for flag in flags)
    assert values["pulse_rate_hz"] == 2000.0
    assert reported_flags("tens", CONVENTIONAL) == ()
