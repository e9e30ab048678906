"""A treatment: begun as last time, from a preset or empty; asked, dosed, timed and saved."""

from __future__ import annotations

from dataclasses import replace
from uuid import UUID

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QBoxLayout, QVBoxLayout, QWidget

from app.navigation import Desk, KeepTreatment, Route
from app.own_presets import keep_preset, preset_of
from app.pages.page import Header, Page
from app.plain_text import plain
from app.running_treatment import save_timed, save_typed
from app.store_thread import failed_work
from app.theme import space, theme
from app.treatment_visit import TreatmentVisit, read_treatment_visit
from app.units import local_offset_min
from app.widgets.body_figure import Placing
from app.widgets.body_map import BodyMap
from app.widgets.controls import Button, Card, Deck, row, scrolling
from app.widgets.dose_panel import DosePanel
from app.widgets.draft_form import DraftForm
from app.widgets.evoked_panel import EvokedPanel
from app.widgets.name_line import NameLine
from app.widgets.open_questions import OpenQuestions, questions
from app.widgets.output_check_line import OutputCheckLine
from app.widgets.screening_panel import ScreeningPanel
from app.widgets.timer_bar import TimerBar
from app.widgets.treatment_start import TreatmentStart
from app.widgets.unit_panel import UnitPanel
from app.wording import date_text, local_time
from app.workflow import Notice, Weight
from data.clinical.dose_suggestion import suggestion_of
from data.clinical.entries import CatalogueError
from data.clinical.field_check import Verdict
from data.clinical.modalities import Part, Plain, number_of
from data.clinical.screening import screening_lists
from data.output_checks import unit_and_head
from data.records import Treatment
from data.sides import Side
from data.treatment_course import Course
from data.treatment_dose import dose_numbers
from data.treatment_draft import (
    Difference,
    Draft,
    as_last_time,
    differences,
    new_draft,
)
from data.treatment_record import MarkKind, ScreeningRecord, Value
from data.treatment_timer import TreatmentTimer
from devices.modality import Modality, Origin

_START, _FORM = range(2)
_TICK_MS = 200
_ALL = (Part.SETTINGS, Part.BEFORE, Part.DURING, Part.AFTER)
_WHILE = (Part.SETTINGS, Part.BEFORE, Part.DURING)
_BESIDE_UNIT = (Part.BEFORE, Part.DURING, Part.AFTER)
_ELECTRICAL = (Modality.TENS, Modality.NMES, Modality.IFC)
_MEANT = "meant as it is"


class TreatmentPage(Page):
    title = "Treatment"

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self._id: UUID | None = None
        self._visit: TreatmentVisit | None = None
        self._draft: Draft | None = None
        self._last: Treatment | None = None
        self._is_unit = False
        self._asked_again = False
        self._notice: Notice | None = None
        self.other = Button("Other treatment", clicked=self._begin_again)
        self.save = Button("Save treatment", "primary", key="Ctrl+Enter", clicked=self._save)
        self.keep = Button("Keep as preset", clicked=self._ask_preset)
        self.preset_name = NameLine(
            "Name of the preset", "Keep", hint="what it is for, no athlete’s name"
        )
        beside = () if theme().text_scale > 1.25 else (self.keep, self.other)
        self.header = Header("Treatment", *beside, self.save)
        self.start = TreatmentStart()
        self.questions = OpenQuestions()
        self.form = DraftForm()
        self.screening = ScreeningPanel()
        self.body_map = BodyMap()
        self.dose = DosePanel()
        self.evoked = EvokedPanel(self.desk)
        self.output = OutputCheckLine(self.desk)
        self.timer = TimerBar()
        self.unit = UnitPanel()
        self._tick = QTimer(self)
        self._tick.setInterval(_TICK_MS)
        self._build()
        self._connect()

    def enter(self, route: Route) -> None:
        if route.record != self._id:
            self._id, self._visit = route.record, None
            self._draft, self._last, self._is_unit = None, None, False
        session_id = self._id
        if session_id is None:
            return
        if self._timer is not None:
            self._draft = self._timer.draft
        self.desk.running.is_in_sight = self._timer is not None
        self.output.forget()
        self.desk.store.ask(
            self, lambda store: read_treatment_visit(store, session_id), self._on_read, slot="v"
        )
        self._show()

    def leave(self) -> None:
        self._tick.stop()
        self.desk.running.is_in_sight = False

    def escape(self) -> bool:
        if self.preset_name.isVisible():
            self.preset_name.leave()
            return True
        if self._draft is not None and self.start.isHidden() is False:
            return False
        if self._draft is not None and self._timer is None and not self._is_touched():
            self._begin_again()
            return True
        return False

    def _build(self) -> None:
        self.body.addWidget(self.header)
        if theme().text_scale > 1.25:
            self.body.addLayout(row(self.other, self.keep, 1))
        self.body.addWidget(self.preset_name)
        self.start.setMaximumWidth(theme().px(720))
        form = QWidget()
        column = QVBoxLayout(form)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(space(4))
        column.addWidget(self.questions)
        left = QWidget()
        parts = QVBoxLayout(left)
        parts.setContentsMargins(0, 0, 0, 0)
        parts.setSpacing(space(4))
        for part in (self.unit, self.screening, self.form):
            parts.addWidget(part)
        parts.addStretch()
        where = Card("Where", margin=4)
        where.column.addWidget(self.body_map, 1)
        where.setMinimumHeight(theme().px(420))
        right = QWidget()
        sides = QVBoxLayout(right)
        sides.setContentsMargins(0, 0, 0, 0)
        sides.setSpacing(space(4))
        for part in (self.evoked, self.output, self.dose):
            sides.addWidget(part)
        sides.addWidget(where)
        sides.addStretch()
        is_wide = theme().text_scale <= 1.25
        beside, below = QBoxLayout.Direction.LeftToRight, QBoxLayout.Direction.TopToBottom
        columns = QBoxLayout(beside if is_wide else below)
        columns.setSpacing(space(4))
        if is_wide:
            aside = scrolling(right)
            aside.setFixedWidth(theme().px(384))
            columns.addWidget(scrolling(left), 1)
            columns.addWidget(aside)
        else:
            columns.addWidget(left)
            columns.addWidget(right)
        column.addLayout(columns, 1)
        column.addWidget(self.timer)
        self._column, self._is_wide = column, is_wide
        self._deck = _InSight(self.start, form) if is_wide else Deck(self.start, form)
        self.body.addWidget(self._deck, 1)

    def _connect(self) -> None:
        self.start.chosen.connect(self._take)
        self.preset_name.given.connect(self._keep_preset)
        self.preset_name.left.connect(self.questions.take_focus)
        self.start.unit_chosen.connect(self._take_unit)
        self.questions.answered.connect(self._on_answer)
        self.questions.knobs.turned.connect(self._on_knob)
        self.questions.knobs.wanted.connect(self.form.go_to)
        self.form.entered.connect(self.questions.take_focus)
        self.form.edited.connect(self._on_edit)
        self.form.settled.connect(self._on_settled)
        self.form.meant.connect(self._on_meant)
        self.screening.changed.connect(self._on_screening)
        self.body_map.changed.connect(self._on_placement)
        self.evoked.taken.connect(self._on_evoked)
        self.timer.toggled.connect(self._toggle_timer)
        self.timer.ended.connect(self._end_timer)
        self.timer.checked.connect(self._check)
        self._tick.timeout.connect(self._show_timer)
        self.desk.treatment_changed.connect(self._on_unit)
        self.desk.treatment_kept.connect(self._on_kept)
        self.add_key("Ctrl+Return", "Save the treatment", self._save)
        self.add_key("Ctrl+Space", "Start the timer, pause, go on", self._toggle_timer)
        self.add_key("K", "The skin was looked at", self._check)
        self.screening.answered.connect(self.questions.take_focus)
        self.add_key("S", "Screening: ask; again: no to what is left", self.screening.ask)
        self.add_key("Q", "Go to what is still to be answered", self.questions.take_focus)
        self.add_key("B", "Go to the body map", self.body_map.setFocus)
        self.add_key("V", "Take the evoked force of the last contraction", self.evoked.take_now)
        self.add_key("Z", "Zero the dynamometer, the limb at rest", self.evoked.zero_now)

    def _on_read(self, visit: TreatmentVisit) -> None:
        self._visit = visit
        self.desk.set_person(visit.person)
        if self._draft is None:
            self._offer()
        elif self._last is None:
            self._last = visit.last.get(self._draft.modality)
        self._show()

    def _offer(self) -> None:
        self.start.offer(self._visit.last if self._visit else {}, self._unit_name())

    def _unit_name(self) -> str:
        unit = self.desk.treatment
        return plain(unit.device.name) if unit else ""

    def _begin_again(self) -> None:
        self._draft, self._last, self._is_unit = None, None, False
        self._offer()
        self._show()

    def _take(self, draft: Draft, last: Treatment | None) -> None:
        if self._visit is None:
            return
        draft = self._visit.begun(draft)
        self._draft = draft
        self._last, self._is_unit, self._asked_again = last, False, False
        self.questions.begin()
        self.body_map.set_placement(draft.placement)
        self._show()
        self.questions.take_focus()

    def _take_unit(self) -> None:
        unit, visit = self.desk.treatment, self._visit
        if unit is None or visit is None:
            return
        last = visit.last.get(unit.modality)
        self._take(as_last_time(last) if last else new_draft(unit.modality), None)
        self._is_unit = True
        self.desk.unit_visit.emit(visit.session)
        self._show()
        self.questions.take_focus()

    @property
    def _timer(self) -> TreatmentTimer | None:
        """The timer of this visit: another athlete's may run meanwhile and is left alone."""
        running = self.desk.running
        return running.timer if running.session_id == self._id else None

    def _show(self) -> None:
        """Everything that hangs on the draft, the timer and the unit."""
        draft, timer = self._draft, self._timer
        self._deck.setCurrentIndex(_START if draft is None else _FORM)
        self.other.setVisible(draft is not None and timer is None)
        self.save.setVisible(draft is not None)
        self.keep.setVisible(draft is not None and not self._is_unit)
        if draft is None:
            self.preset_name.hide()
        self.timer.setVisible(draft is not None and not self._is_unit)
        self.unit.setVisible(self._is_unit)
        if draft is None:
            self.header.title.setText("Treatment")
            self.header.set_detail("")
            return
        shown = self._shown_draft(draft)
        self.header.title.setText(draft.form.name)
        changes = _changes(shown, self._last)
        self.header.set_detail(_detail(draft, self._last, [each.words for each in changes]))
        self.form.set_parts(_BESIDE_UNIT if self._is_unit else _ALL)
        was = {each.key: each.before or "nothing" for each in changes}
        self.form.show_draft(shown, was)
        self._tell_overdue(draft)
        self.questions.knobs.show_draft(shown, was)
        self.questions.knobs.setVisible(not self._is_unit and not self.questions.knobs.isHidden())
        self.screening.show_record(screening_lists(draft.modality), draft.screening)
        is_electrical = draft.modality in _ELECTRICAL
        self.body_map.set_placing(Placing.PADS if is_electrical else Placing.AREA)
        self.body_map.set_pad_size(number_of(draft.plain.get("electrode_cm2")))
        self._show_beside(draft)
        self._show_questions()
        self._show_dose()
        self._show_timer()
        unit = self.desk.treatment
        if self._is_unit and unit is not None:
            self.unit.show_treatment(unit)

    def _tell_overdue(self, draft: Draft) -> None:
        """A unit past its day is told and stops nothing: the clinician decides."""
        due = draft.plain.get("calibration_due")
        if isinstance(due, str) and due < self.desk.today.isoformat():
            self.form.remark("calibration_due", "This day is over: the unit was to be checked.")

    def _show_beside(self, draft: Draft) -> None:
        """What other instruments tell: the evoked force, the last output check of the head."""
        is_ultrasound = draft.modality is Modality.ULTRASOUND
        self.output.setVisible(is_ultrasound)
        if is_ultrasound:
            unit, head = unit_and_head(draft.values)
            told = self.desk.treatment if self._is_unit else None
            if told is not None:
                unit = replace(unit, model=told.device.name, serial=told.device.serial or "")
            self.output.show_head(unit, head)
        visit = self._visit
        self.evoked.setVisible(draft.modality is Modality.NMES and visit is not None)
        if draft.modality is Modality.NMES and visit is not None:
            side = draft.plain.get("side")
            treated = Side(side) if side in tuple(Side) else None
            self.evoked.show_for(visit.person.id, treated)

    def _on_evoked(self, peak_n: float, share: float | None, method: str) -> None:
        draft = self._draft
        if draft is None:
            return
        draft = draft.with_value("evoked_force_n", peak_n, Origin.MEASURED)
        origin = Origin.ENTERED if share is None else Origin.DERIVED
        draft = draft.with_value("mvic_percent", share, origin, method)
        self._set(draft if share is None else draft.confirmed("mvic_percent", "measured"))

    def _shown_draft(self, draft: Draft) -> Draft:
        """While a treatment runs, its settings as they were turned last."""
        timer = self._timer
        if timer is None:
            return draft
        values = dict(draft.values)
        for key, value in draft.values.items():
            if key in draft.form and draft.form.field(key).part is Part.SETTINGS:
                values[key] = replace(value, value=timer.now(key))
        return replace(draft, values=values)

    def _show_questions(self) -> None:
        if self._draft is not None:
            visit, modality = self._visit, self._draft.modality
            again = visit.answers_of_last_time(modality) if visit else {}
            self.questions.show_open(self._asking(), self._parts(), self._next_step(), again)

    def _asking(self) -> Draft:
        """The time taken is not asked where it is known: by the timer, the unit or the plan."""
        draft = self._draft
        assert draft is not None
        planned = draft.values.get("planned_min")
        is_known = self._is_unit or self._timer is not None or planned is not None
        if is_known and "actual_min" not in draft.values:
            minutes = planned or Value(0.0, "min")
            return replace(draft, values={**draft.values, "actual_min": minutes})
        return draft

    def _parts(self) -> tuple[Part, ...]:
        timer = self._timer
        if self._is_unit:
            return _BESIDE_UNIT
        return _WHILE if timer is not None and not timer.is_ended else _ALL

    def _next_step(self) -> str:
        timer = self._timer
        if timer is not None and not timer.is_ended:
            return "All is answered so far. End the timer when the treatment is over."
        if self._draft is not None and not self._draft.screening.answers:
            return "All but the screening is answered: S asks it. Ctrl+Enter saves."
        return "Everything is answered. Ctrl+Enter saves."

    def _show_dose(self) -> None:
        draft = self._draft
        if draft is None or self._is_unit:
            self.dose.hide()
            return
        self.dose.show()
        timer = self._timer
        minutes = number_of(draft.plain.get("actual_min"))
        if minutes is None:
            minutes = number_of(draft.plain.get("planned_min"))
        now = self.desk.now()
        course = Course.typed(now, local_offset_min(now), 60 * (minutes or 0.0))
        if timer is not None:
            course = timer.course
        is_ultrasound = draft.modality is Modality.ULTRASOUND
        suggested = suggestion_of(draft.plain) if is_ultrasound else ""
        self.dose.show_dose(dose_numbers(draft.modality, draft.plain, course), suggested)

    def _show_timer(self) -> None:
        timer = self._timer
        self.timer.show_timer(timer)
        if not self._is_wide:  # what scrolls must not scroll a running clock away
            place = self._column.count() - 1 if timer is None else 0
            if self._column.indexOf(self.timer) != place:
                self._column.insertWidget(place, self.timer)
        if timer is not None:
            self._show_dose()
        if timer is not None and not self._tick.isActive() and self.isVisible():
            self._tick.start()
        elif timer is None:
            self._tick.stop()

    def _on_answer(self, key: str, value: Plain | None) -> None:
        if value is None:
            self._show_questions()
        else:
            self._on_edit(key, value)
            self._on_settled(key, value)

    def _on_knob(self, key: str, value: float) -> None:
        self._on_edit(key, value)
        self._on_settled(key, value)

    def _on_edit(self, key: str, value: Plain | None) -> None:
        """A keystroke in the form; what runs is turned only when the typing is over."""
        draft = self._draft
        if draft is None or self._is_turned(key):
            return
        share = draft.values.get("mvic_percent")
        if key == "evoked_force_n" and share is not None and share.origin is Origin.DERIVED:
            draft = draft.with_value("mvic_percent", None)  # it was that of another force
        self._set(draft.with_value(key, value))

    def _on_settled(self, key: str, value: Plain | None) -> None:
        timer = self._timer
        if timer is None or self._draft is None or not self._is_turned(key):
            return
        if value is not None and value != timer.now(key):
            timer.turn(key, value)
            self._ask_anew(key)
            self._show()

    def _ask_anew(self, key: str) -> None:
        """What was said of the value before does not hold for the one it was turned to."""
        draft = self._draft
        if draft is not None and key in draft.values:
            values = {**draft.values, key: replace(draft.values[key], confirmed="")}
            self._draft = replace(draft, values=values)

    def _is_turned(self, key: str) -> bool:
        """A setting of a treatment that is running: a change has its time."""
        timer, draft = self._timer, self._draft
        if timer is None or timer.is_ended or draft is None:
            return False
        return draft.form.field(key).part is Part.SETTINGS

    def _on_meant(self, key: str) -> None:
        if self._draft is not None:
            self._set(self._draft.confirmed(key, _MEANT))

    def _on_screening(self, record: ScreeningRecord) -> None:
        if self._draft is not None:
            by = self._visit.session.clinician if self._visit else ""
            self._set(replace(self._draft, screening=replace(record, by=by)))

    def _on_placement(self) -> None:
        if self._draft is not None and self.body_map.placement != self._draft.placement:
            self._set(replace(self._draft, placement=self.body_map.placement))

    def _set(self, draft: Draft) -> None:
        self._draft = draft
        timer = self._timer
        if timer is not None and not timer.is_ended:
            timer.fill(draft)
        self._show()

    def _toggle_timer(self) -> None:
        draft, visit = self._draft, self._visit
        if draft is None or visit is None or self._is_unit:
            return
        running = self.desk.running
        if self._timer is not None:
            running.toggle()
        elif running.timer is not None:
            self._say(
                f"The timer of {running.words} is not over yet.",
                "It goes on.",
                "End and save it in that visit first, or save this one without a timer.",
            )
        elif not self._refuses(draft, (Part.SETTINGS, Part.BEFORE), is_strict=False):
            running.start(visit.captures, draft, visit.session, visit.person.name)
            running.is_in_sight = True
        self._show()

    def _end_timer(self) -> None:
        self.desk.running.end()
        self._show()
        self.questions.take_focus()

    def _check(self) -> None:
        timer = self._timer
        if timer is not None and timer.checks_due:
            timer.mark(MarkKind.CHECK, "skin and settings looked at")
            self._show_timer()

    def _refuses(self, draft: Draft, parts: tuple[Part, ...], *, is_strict: bool) -> bool:
        """Say what stands against it. What is only missing is said once, and may stay open."""
        draft = self._shown_draft(draft)
        wrong = [
            each.reason
            for key, each in draft.judgements.items()
            if each.verdict in (Verdict.REFUSE, Verdict.ASK) and draft.form.field(key).part in parts
        ]
        lists = screening_lists(draft.modality)
        screened = set(draft.open_points(lists, *parts)) - set(draft.open_points((), *parts))
        stops = [*wrong, *sorted(screened)]
        if self.form.problem:
            stops.insert(0, self.form.problem)
            self.form.go_to_problem()
        if stops:
            more = f" And {len(stops) - 1} more." if len(stops) > 1 else ""
            self._say(f"{stops[0]}{more}", "Nothing was lost.", "Correct it, or say it is meant.")
            return True
        missing = questions(self._asking(), parts)
        if missing and is_strict and not self._asked_again:
            self._asked_again = True
            names = ", ".join(each.text.lower() for each in missing[:4])
            rest = f" and {len(missing) - 4} more" if len(missing) > 4 else ""
            self._say(
                f"Not answered: {names}{rest}.",
                "Nothing was lost.",
                "Answer it, or press Ctrl+Enter again to save without.",
            )
            self.form.show_missing(self._shown_draft(draft))
            self.questions.begin()
            self._show_questions()
            self.questions.take_focus()
            return True
        return False

    def _ask_preset(self) -> None:
        draft = self._draft
        if draft is not None and not self._refuses(draft, (Part.SETTINGS,), is_strict=False):
            self.preset_name.ask()

    def _keep_preset(self, name: str) -> None:
        draft = self._draft
        if draft is None:
            return
        try:
            path = keep_preset(preset_of(self._shown_draft(draft), name))
        except (OSError, LookupError, CatalogueError) as error:
            self._say(f"The preset was not kept: {error}", "The treatment is as it was.", "")
            return
        self.preset_name.hide()
        self.questions.take_focus()
        self.desk.notice.emit(
            Notice(
                Weight.INFO,
                f"“{name}” is kept as a preset.",
                "Settings and time are in it, nothing of the person.",
                f"It is offered with the next treatment; its file is {path.name}.",
            )
        )

    def _say(self, what: str, safe: str, todo: str) -> None:
        self.desk.notice.emit(Notice(Weight.ATTENTION, what, safe, todo))

    def _save(self) -> None:
        draft, visit = self._draft, self._visit
        if draft is None or visit is None or not self.save.isEnabled():
            return
        if self._refuses(draft, _BESIDE_UNIT if self._is_unit else _ALL, is_strict=True):
            return
        session, now = visit.session, self.desk.now()
        if self._is_unit:
            self.desk.keep_treatment.emit(KeepTreatment(session, draft))
            return
        timer = self._timer
        if timer is not None:
            self.desk.running.end()
        self.save.setEnabled(False)
        self.desk.store.ask(
            self,
            lambda store: (
                save_typed(store, draft, session, now)
                if timer is None
                else save_timed(store, timer, draft, session)
            ),
            lambda _kept: self._on_saved(session.id, timer),
            failed=self._on_refused,
            touches=(session.id, session.person_id),
        )

    def _on_saved(self, session_id: UUID, timer: TreatmentTimer | None) -> None:
        self.save.setEnabled(True)
        if timer is not None and timer is self.desk.running.timer:
            self.desk.running.let_go()
        if session_id == self._id:
            self._finish()

    def _on_refused(self, error: Exception) -> None:
        self.save.setEnabled(True)
        self.desk.notice.emit(failed_work(error))

    def _on_kept(self) -> None:
        if self.isVisible() and self._is_unit:
            self._finish()

    def _finish(self) -> None:
        self._draft, self._last, self._is_unit, self._visit = None, None, False, None
        self.desk.notice.emit(None)
        self.desk.back.emit()

    def _on_unit(self) -> None:
        if not self.isVisible():
            return
        unit = self.desk.treatment
        if self._is_unit and unit is not None:
            self.unit.show_treatment(unit)
        elif self._draft is None:
            self.start.show_unit(self._unit_name())
        notice = unit.notice if unit else None
        if notice != self._notice:
            self._notice = notice
            self.desk.notice.emit(notice)

    def _is_touched(self) -> bool:
        """Something was typed that is worth more than a step back."""
        draft = self._draft
        return draft is not None and any(not value.is_default for value in draft.values.values())


class _InSight(Deck):
    """Takes the room that there is and scrolls inside, so that the timer stays in sight."""

    def hasHeightForWidth(self) -> bool:  # noqa: N802
        return False


def _changes(draft: Draft, last: Treatment | None) -> list[Difference]:
    """What somebody made different from last time; a new field's default is no change."""
    found = differences(draft, last) if last is not None else []
    untouched = {key for key, value in draft.values.items() if value.is_default}
    return [
        each
        for each in found
        if each.key != "clinician" and (each.before or each.key not in untouched)
    ]


def _detail(draft: Draft, last: Treatment | None, changes: list[str]) -> str:
    begun = draft.origin_words[:1].upper() + draft.origin_words[1:]
    if last is not None:
        begun = f"As on {date_text(local_time(last.started_at, last.utc_offset_min))}"
    parts = [begun] if begun else []
    parts += changes[:3]
    if len(changes) > 3:
        parts.append(f"{len(changes) - 3} more changes")
    return " · ".join(parts)
