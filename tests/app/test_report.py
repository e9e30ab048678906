from __future__ import annotations

import re
import time
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtGui import QFont
from PySide6.QtWidgets import QApplication

from app.report import ReportTrial, write_report
from app.report.blocks import BODY
from app.report.charts import BUCKETS, charts_of, thin
from app.report.compose import Visit, compose
from app.report.content import Report, StrengthSection
from data.analysis.types import Asymmetry, MissingStretch, QualityNote, Side
from data.clinical.catalogue import tests as strength_tests
from data.clinical.gravity import GravityMethod
from data.clinical.tests import Stabilisation
from data.records import Person, Treatment, Trial, TrialState
from data.treatment_record import Value
from devices.modality import Modality
from devices.types import Gap, MassCheck
from tests import builders

pytestmark = pytest.mark.usefixtures("qapp")

LEFT, RIGHT = Side.LEFT, Side.RIGHT
PEAKS = [(310.0, 262.0), (322.0, 268.0), (305.0, 255.0)]


def nordic(**changes: object) -> ReportTrial:
    reps = [
        builders.rep(k + 1, side, peak, start_s=2 + 6 * k)
        for k, row in enumerate(PEAKS)
        for side, peak in zip((LEFT, RIGHT), row, strict=True)
    ]
    results = builders.analysis(reps, builders.asymmetry(322.0, 268.0))
    trial = builders.trial(builders.header(LEFT, RIGHT), results)
    return ReportTrial(replace(trial, **changes), builders.nordic_curve(PEAKS, (LEFT, RIGHT)))


def one_limb(side: Side, peak: float, number: int, rejected: str | None = None) -> ReportTrial:
    header = builders.header(side, number=number, set_number=21, test_id="ham.iso9020")
    reps = [builders.rep(1, side, peak, start_s=2), builders.rep(2, side, 5.0, rejected=rejected)]
    results = builders.analysis(reps, builders.asymmetry(None, None, "one limb"))
    return ReportTrial(builders.trial(header, results), builders.nordic_curve([(peak,)], (side,)))


def report(
    *trials: ReportTrial,
    person: Person | None = None,
    treatments: tuple[Treatment, ...] = (),
    last_time: tuple[Trial, ...] = (),
) -> Report:
    person = person or builders.person()
    visit = Visit(person, builders.session(), trials, treatments, last_time)
    return compose(visit, strength_tests(), builders.START)


def section(*trials: ReportTrial, last_time: tuple[Trial, ...] = ()) -> StrengthSection:
    (only,) = report(*trials, last_time=last_time).tests
    return only


def pages(path: Path) -> int:
    content = path.read_bytes()
    assert content.startswith(b"%PDF-")
    return len(re.findall(rb"/Type\s*/Page\b(?!s)", content))


def test_the_visit_is_dated_by_the_clock_on_the_wall():
    assert report().visit == "14 March 2026, 14:05 (UTC+01:00)"


def test_a_report_says_which_tests_are_not_in_it():
    visit = Visit(builders.person(), builders.session(), (), ())
    assert not _not_in(compose(visit, strength_tests(), builders.START))
    one = compose(replace(visit, left_out=1), strength_tests(), builders.START)
    assert _not_in(one) == ["one test: damaged, to be restored from a backup"]
    two = compose(replace(visit, left_out=2), strength_tests(), builders.START)
    assert _not_in(two) == ["2 tests: damaged, to be restored from a backup"]


def _not_in(made: Report) -> list[str]:
    return [fact.value for fact in made.person if fact.name == "Not in this report"]


def test_both_limbs_and_their_difference_are_the_headline():
    headlines = section(nordic()).headlines
    assert [(h.label, h.value, h.unit) for h in headlines] == [
        ("Left", "322", "N"),
        ("Right", "268", "N"),
        # 100 · (322 − 268) / 322.
        ("Difference", "16.8", "%"),
    ]


def test_the_difference_is_said_with_its_formula_and_aggregation():
    first, how, *_ = section(nordic()).statements
    assert first == "Left 322 N, right 268 N: right is 16.8 % lower."
    assert "(stronger − weaker) / stronger limb" in how
    assert "best of 3" in how


def test_the_measurement_error_stands_with_its_source():
    said = " ".join(section(nordic()).statements)
    assert "Opar 2013" in said
    # 54 N against 1.96 · √2 · 27.5 N = 76 N, which is 23.7 % of 322 N.
    assert "Within measurement error of about ±23.7\u00a0%" in said


def test_the_clinics_own_error_comes_before_a_published_one():
    # Ten people, five 10 N up and five 10 N down: SD of the changes 10.54 N, over √2 7.45 N.
    pairs = [(300.0 + k, 300.0 + k + (10.0 if k % 2 else -10.0)) for k in range(10)]
    visit = Visit(
        builders.person(),
        builders.session(),
        (nordic(),),
        (),
        (earlier(),),
        retests={("nordic.bil", "peak_n"): {"onb": pairs}},
    )
    (only,) = compose(visit, strength_tests(), builders.START).tests
    said = " ".join(only.statements)
    assert "This clinic’s own measurement error: SEM 7 N (10 people of this clinic" in said
    assert "Opar" not in said
    # Student's t for 9 degrees of freedom is 2.262: 2.262 · √2 · 7.45 N = 23.8 N.
    assert "right -2 N; within measurement error (smallest detectable change 24 N)" in said


def test_what_held_the_limb_and_its_weight_stand_below_the_title():
    trial = nordic()
    assert "not corrected for the limb's weight · stabilised by device" in section(trial).subtitle
    header = replace(
        trial.trial.header,
        gravity_n=28.0,
        gravity=GravityMethod.MEASURED,
        stabilisation=Stabilisation.BELT,
        target_n=200.0,
    )
    shown = section(ReportTrial(replace(trial.trial, header=header), trial.curve)).subtitle
    assert "limb weight 28 N, measured · stabilised by belt · target 200 N" in shown


def test_a_rejected_repetition_stays_struck_with_its_reason():
    pair = section(one_limb(LEFT, 300.0, 11), one_limb(RIGHT, 255.0, 12, "slipped"))
    second = pair.table.rows[1]
    assert [cell.is_struck for cell in second.cells] == [False, True] * 3
    assert second.remark == "right: rejected: slipped"


def test_the_limbs_of_one_set_are_one_section_left_first():
    pair = section(one_limb(RIGHT, 255.0, 12), one_limb(LEFT, 300.0, 11))
    assert [h.value for h in pair.headlines[:2]] == ["300", "255"]
    assert [chart.caption for chart in pair.charts] == ["Left", "Right"]
    assert len({chart.top_n for chart in pair.charts}) == 1


def test_what_was_not_computed_is_said_with_its_reason():
    reason = "sampling rate 80 Hz is too low for RFD 0-50 ms"
    trial = one_limb(LEFT, 300.0, 11)
    reps = [builders.rep(1, LEFT, 300.0, refused=reason)]
    results = builders.analysis(reps, builders.asymmetry(300.0, None, "no right limb"))
    refused = section(replace(trial, trial=replace(trial.trial, analysis=results))).refused
    assert refused == ("Sampling rate 80 Hz is too low for RFD 0-50 ms.",)


def test_a_cut_off_trial_is_marked():
    gap = Gap(9_400_000, 9_900_000, 499, "link lost")
    header = replace(nordic().trial.header, is_virtual=True)
    cut = nordic(state=TrialState.INTERRUPTED, gaps=(gap,), lost=499, header=header)
    marked = section(cut)
    assert marked.is_virtual
    said = " ".join(marked.warnings)
    assert "Interrupted" in said
    assert "No data for 0.50 s from 9.40 s on (link lost)" in said
    assert "499 of 20499 samples lost" in said


def test_many_gaps_are_summed_up():
    gaps = tuple(Gap(k * 1_000_000, k * 1_000_000 + 100_000, 99, "lost") for k in range(40))
    warnings = section(nordic(gaps=gaps)).warnings
    assert len(warnings) < 10
    # 40 · 0.1 s.
    assert "40 gaps, 4.00 s without data in all." in warnings


def test_a_note_of_any_length_stays_on_paper(tmp_path: Path):
    trial = nordic(note="He said that it pulled a little behind the knee. " * 1000)
    path = tmp_path / "report.pdf"
    # 49 000 characters at some 140 a line and 70 lines a page.
    assert pages(write_report(path, builders.person(), builders.session(), [trial], [])) >= 5


def test_a_recovered_trial_is_marked():
    assert "Recovered" in section(nordic(state=TrialState.RECOVERED)).warnings[0]


def test_device_calibration_and_zero_are_told():
    facts = {fact.name: fact.value for fact in section(nordic()).provenance}
    assert "serial ONB-0042, firmware 1.3.0" in facts["Device"]
    assert "none lost" in facts["Recording"]
    assert "zero 12.5 N" in facts["Cell, left"]
    assert "calibrated 2026-01-08, ±0.5 %" in facts["Cell, left"]


def test_a_check_with_a_known_mass_and_the_due_date_are_told():
    trial = nordic().trial
    check = MassCheck(0, 20.0, 196.133, 195.0, "2026-02-01", 1.0)  # 1.133 N of 196.133 are 0.58 %
    first, second = trial.header.channels
    left = replace(first.calibration, due_on="2027-02-01", check=check)
    header = replace(trial.header, channels=(replace(first, calibration=left), second))
    facts = {fact.name: fact.value for fact in section(nordic(header=header)).provenance}
    assert "checked 2026-02-01 with 20 kg: -0.6 %; due again 2027-02-01" in facts["Cell, left"]
    assert "checked" not in facts["Cell, right"]


def earlier(**changes: object) -> Trial:
    then = nordic().trial
    header = replace(then.header, started_at=then.header.started_at - timedelta(days=21), **changes)
    before = builders.asymmetry(300.0, 270.0)
    return replace(then, header=header, analysis=replace(then.analysis, asymmetry=before))


def test_a_change_inside_the_measurement_error_is_not_called_one():
    said = section(nordic(), last_time=(earlier(),)).statements
    change = next(line for line in said if line.startswith("Change"))
    # 322 − 300 and 268 − 270, against a smallest detectable change of 76.2 N.
    assert change.startswith("Change since 21 February 2026: left +22 N, right -2 N; within")
    assert "no confirmed change" in change


def test_another_device_or_lever_is_not_compared():
    for changes in ({"device_model": "progressor"}, {"lever_m": 0.40}):
        said = " ".join(section(nordic(), last_time=(earlier(**changes),)).statements)
        assert "not compared" in said
        assert "Change since" not in said


def test_an_injured_limb_is_named_and_no_verdict_is_given():
    trial = nordic()
    header = replace(trial.trial.header, injured=RIGHT)
    lsi = Asymmetry("lsi", "peak_n", "best of 3", 322.0, 268.0, 100 * 268 / 322, LEFT)
    results = replace(trial.trial.analysis, asymmetry=lsi)
    found = section(ReportTrial(replace(trial.trial, header=header, analysis=results), trial.curve))
    assert found.headlines[1].label == "Right (injured)"
    assert "the injured limb has 83.2 % of the other's force" in found.statements[0]


FORBIDDEN = "risk|cleared|safe to|diagnos|abnormal|normal|improved|fail|pass"


def test_nothing_is_promised_or_judged():
    whole = report(nordic(), treatments=(builders.ultrasound(),), last_time=(earlier(),))
    texts = [line for part in whole.tests for line in (*part.statements, *part.refused)]
    assert not re.search(FORBIDDEN, " ".join(texts), re.IGNORECASE)


def test_a_dose_is_shown_with_its_origin():
    (treatment,) = report(treatments=(builders.ultrasound(),)).treatments
    dose = {fact.name: (fact.value, fact.origin) for fact in treatment.dose}
    assert dose["Energy"] == ("300 J", "computed")
    assert dose["Highest intensity in the beam"][0].startswith("not computed: beam")
    assert treatment.settings[0].origin == "typed in"
    assert "intensity 1 W/cm² SATP" in treatment.settings[0].value


def test_a_modality_whose_settings_are_its_form_is_told_too():
    cold = replace(
        builders.ultrasound(),
        modality=Modality.COLD,
        settings=(),
        values={"agent": Value("ice"), "on_min": Value(15.0, "min")},
    )
    (section,) = report(treatments=(cold,)).treatments
    (settings,) = section.settings
    assert (settings.value, settings.origin) == ("Agent Ice, Time on 15 min", "typed in")


def test_versions_of_methods_and_of_the_program_are_told():
    whole = report(nordic(), treatments=(builders.ultrasound(),))
    assert {"peak.raw.v1", "impulse.rep.v1", "us.energy.v1"} <= set(whole.methods)
    assert re.match(r"Myograph \S+ · made ", whole.made)


def test_thinning_keeps_the_highest_and_the_lowest_sample():
    t = np.arange(100_000) / 1000
    force = np.sin(t)
    force[54_321], force[12_345] = 999.0, -999.0
    thinner, kept = thin(t, force)
    assert len(kept) <= 2 * BUCKETS
    assert (kept.max(), kept.min()) == (999.0, -999.0)
    assert np.all(np.diff(thinner) > 0)


def test_a_line_is_broken_where_samples_are_missing():
    whole = nordic()
    keep = (whole.curve.t < 9.4) | (whole.curve.t > 9.9)
    gap = MissingStretch(9.399, 9.901, "link lost")
    curve = replace(whole.curve, t=whole.curve.t[keep], force=whole.curve.force[keep], gaps=(gap,))
    (chart,) = charts_of([replace(whole, curve=curve)])
    for line in chart.lines:
        before, after = line.pieces
        assert before[0][-1] < 9.4
        assert after[0][0] > 9.9


HOSTILE = [
    "Maximiliane-Alexandrina Wolfeschlegelsteinhausenbergerdorff-M",
    "W" * 60,
    '<b>Bold</b> <img src="http://example.org/x.png"> &amp; <script>',
    "line\nbreak\ttab\x00\x1b[31m\u202eright to left",
    "محمد بن عبد الله  王小明  Søren",
    "",
]


@pytest.mark.parametrize("name", HOSTILE)
def test_any_name_is_set_as_plain_text(tmp_path: Path, name: str):
    person = builders.person(name, injured=RIGHT)
    path = write_report(tmp_path / "report.pdf", person, builders.session(), [nordic()], [])
    assert pages(path) == 1
    assert all(ord(c) >= 32 for c in report(person=person).name)
    assert b"http://example.org" not in path.read_bytes()


def test_a_whole_visit_is_two_pages_within_a_second(tmp_path: Path):
    trials = [nordic(), one_limb(LEFT, 300.0, 11), one_limb(RIGHT, 255.0, 12)]
    treatments = [builders.ultrasound(30), builders.ultrasound(31)]
    write = (tmp_path / "report.pdf", builders.person(), builders.session(), trials, treatments)
    write_report(*write)
    start = time.perf_counter()
    path = write_report(*write)
    assert time.perf_counter() - start < 1.0
    assert pages(path) == 2


def test_text_can_be_searched_even_where_the_window_has_tabular_figures():
    # Glyphs of such features have no character behind them in a PDF.
    before = QApplication.font()
    tabular = QFont(before)
    tabular.setFeature(QFont.Tag("tnum"), 1)
    QApplication.setFont(tabular)
    try:
        assert not BODY.font().isFeatureSet(QFont.Tag("tnum"))
        assert BODY.font().featureValue(QFont.Tag("calt")) == 0
    finally:
        QApplication.setFont(before)


def test_an_empty_visit_is_a_page(tmp_path: Path):
    person, session = builders.person(), builders.session()
    assert pages(write_report(tmp_path / "report.pdf", person, session, [], [])) == 1


def test_a_trial_without_a_sample_is_a_page(tmp_path: Path):
    empty = nordic()
    curve = replace(empty.curve, t=np.empty(0), force=np.empty((0, 2)))
    results = builders.analysis([], builders.asymmetry(None, None, "no repetition"))
    trial = ReportTrial(replace(empty.trial, analysis=results, samples=0, rate_hz=None), curve)
    assert section(trial).statements[0] == "No repetition was found in this recording."
    path = tmp_path / "report.pdf"
    assert pages(write_report(path, builders.person(), builders.session(), [trial], [])) == 1


def test_a_limb_that_is_not_known_is_a_line_without_a_label(tmp_path: Path):
    known = one_limb(LEFT, 300.0, 11)
    curve = replace(known.curve, sides=(None,))
    reps = [builders.rep(1, None, 300.0, start_s=2)]
    note = QualityNote("SIDES", "The limb is not known.")
    none = builders.asymmetry(None, None, "the limb is not known")
    results = builders.analysis(reps, none, quality=(note,))
    trial = ReportTrial(replace(known.trial, analysis=results), curve)
    assert [column.side for column in section(trial).table.columns] == [None] * 3
    path = tmp_path / "report.pdf"
    assert pages(write_report(path, builders.person(), builders.session(), [trial], [])) == 1


def test_a_table_over_several_pages_repeats_its_head(tmp_path: Path):
    many = nordic()
    reps = [builders.rep(k, s, 300.0, start_s=k) for k in range(1, 121) for s in (LEFT, RIGHT)]
    results = builders.analysis(reps, builders.asymmetry(300.0, 300.0))
    trial = replace(many, trial=replace(many.trial, analysis=results))
    path = tmp_path / "report.pdf"
    assert pages(write_report(path, builders.person(), builders.session(), [trial], [])) >= 3


def test_a_failed_report_leaves_the_old_one(tmp_path: Path):
    path = tmp_path / "report.pdf"
    path.write_bytes(b"the old one")
    (tmp_path / "report.pdf.unfinished").mkdir()
    with pytest.raises(OSError, match="unfinished"):
        write_report(path, builders.person(), builders.session(), [nordic()], [])
    assert path.read_bytes() == b"the old one"
