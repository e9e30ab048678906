from __future__ import annotations

import re

import pytest

from data.clinical.entries import Entry
from data.clinical.modalities import (
    CUSTOM,
    CatalogueError,
    FieldKind,
    Part,
    form,
    forms,
    key_of,
    parse,
)

COMMON = """
site side structure depth_cm indication tissue_stage days_since_injury position clinician
unit_make unit_model unit_serial unit_udi applicator applicator_serial calibration_due
skin_before skin_after sensation_test consent consent_warning consent_on pain_before pain_after
pain_during pain_movement functional_marker sensation planned_min actual_min adverse_event
adverse_action session_n sessions_planned last_response plan
"""

# electrotherapy 2.2, row by row: what each modality must be able to record.
OWN = {
    "tens": """mode waveform pulse_rate_hz phase_us amplitude_ma amplitude_v amplitude_dial dial_max
        burst_hz pulses_per_burst internal_rate_hz modulation_of modulation_low modulation_high
        modulation_cycle_s channels electrodes electrode_size_mm electrode_type placement_text
        planned_min""",
    "nmes": """pulse_rate_hz phase_us waveform carrier_hz burst_hz on_s off_s ramp_up_s ramp_down_s
        contractions amplitude_ma mvic_percent joint_angle_deg channel_timing voluntary""",
    "ifc": """carrier_hz beat_hz sweep_hz swing waveform vector amplitude_ma planned_min""",
    "ultrasound": """frequency_mhz output duty_percent pulse_repetition_hz intensity_w_cm2
        intensity_is era_cm2 beam_nonuniformity_ratio area_cm2 planned_min technique coupling
        head_speed""",
    "lipus": """frequency_mhz burst_us pulse_repetition_hz sata_mw_cm2 planned_min times_a_day""",
    "eswt": """shock_type efd_mj_mm2 pressure_bar impulses rate_hz applicator_mm coupling
        localisation anaesthetic pain_during session_n sessions_planned interval_d""",
    "laser": """wavelength_nm power_mw beam_area_cm2 output pulse_rate_hz duty_percent
        irradiance_w_cm2 point_s points point_energy_j fluence_j_cm2 technique locations session_n
        sessions_planned interval_d probe eyewear""",
    "swd": """frequency_mhz field applicator_kind distance_cm peak_w pulse_us rate_pps mean_w
        planned_min thermal_sensation output""",
    "heat": """agent barrier temperature_c on_min off_min planned_min compression""",
    "cold": """agent barrier temperature_c on_min off_min planned_min compression""",
}
# The starred ones of Jenkins & Carroll 2011, as the reference lists them.
STARRED = "wavelength_nm power_mw point_s beam_area_cm2 output locations session_n interval_d"


def test_there_is_a_form_for_every_modality_of_the_reference():
    assert set(forms()) == set(OWN)


@pytest.mark.parametrize("modality", OWN)
def test_a_form_has_every_field_of_the_reference(modality: str):
    known = {field.id for field in form(modality).fields}
    assert set(COMMON.split()) - known == set()
    assert set(OWN[modality].split()) - known == set()


def test_what_makes_a_laser_dose_repeatable_is_required():
    assert all(form("laser").field(name).is_required for name in STARRED.split())


# Stands at the end of a field's id, and is its unit.
ENDS = {
    "_ma": "mA", "_v": "V", "_hz": "Hz", "_mhz": "MHz", "_us": "µs", "_s": "s", "_min": "min",
    "_cm2": "cm²", "_cm": "cm", "_w_cm2": "W/cm²", "_mw_cm2": "mW/cm²", "_mj_mm2": "mJ/mm²",
    "_j_cm2": "J/cm²", "_percent": "%", "_mw": "mW", "_w": "W", "_nm": "nm", "_bar": "bar",
    "_pps": "1/s", "_deg": "°", "_c": "°C", "_d": "d", "_n": "N", "_mm": "mm", "_j": "J",
}  # fmt: skip
NO_UNIT = {"session_n"}


def test_the_unit_in_a_fields_name_is_its_unit():
    for each in forms().values():
        for field in each.fields:
            if field.kind is not FieldKind.NUMBER or field.id in NO_UNIT:
                continue
            longest = max((e for e in ENDS if field.id.endswith(e)), key=len, default=None)
            assert longest is None or field.unit == ENDS[longest], (each.id, field.id)


def test_defaults_follow_the_mode():
    rate = form("tens").field("pulse_rate_hz")
    assert rate.default_for({"mode": "conventional"}) == 100
    assert rate.default_for({"mode": "low-rate"}) == 4
    assert not rate.applies({"mode": "burst"})
    assert form("tens").field("burst_hz").is_needed({"mode": "burst"})


def test_a_range_without_a_source_is_called_a_custom():
    pressure = form("eswt").field("pressure_bar").usual[0]
    assert (pressure.source, pressure.said_by) == ("", CUSTOM)
    rate = form("tens").field("pulse_rate_hz").usual[0]
    assert "10.1186" in rate.said_by


def test_parts_come_in_the_order_of_a_visit():
    tens = form("tens")
    assert [field.id for field in tens.of_part(Part.BEFORE)][:2] == ["site", "side"]
    assert {"pain_after", "skin_after"} <= {field.id for field in tens.of_part(Part.AFTER)}


def test_a_channel_has_a_key_of_its_own():
    assert form("tens").field(key_of("amplitude_ma", 2)).id == "amplitude_ma"
    with pytest.raises(KeyError):
        form("tens").field("era_cm2")


def test_values_are_read_in_words():
    tens = form("tens")
    assert tens.field("amplitude_ma").words(24.0) == "24 mA"
    assert tens.field("mode").words("low-rate") == "Acupuncture-like"
    assert form("ifc").field("vector").words(value=False) == "no"


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        ("x: {label: X, kind: number}", "needs its limits"),
        ("x: {label: X, kind: choice}", "choices"),
        ("x: {label: X, kind: text, possible: [0, 1]}", "number only"),
        ("x: {label: X, kind: number, possible: [0, 1], usual: [{range: [0, 2]}]}", "within"),
        ("x: {label: X, kind: text, when: {y: [a]}}", "hangs on y"),
        ("x: {label: X, kind: text, colour: red}", "unknown fields: colour"),
    ],
)
def test_a_wrong_declaration_is_refused(line: str, problem: str):
    text = f"version: 1\ncommon: {{}}\nmodalities:\n  m:\n    name: M\n    fields:\n      {line}\n"
    with pytest.raises(CatalogueError, match=re.escape(problem)):
        parse(Entry.of_text("m.yaml", text))
