"""A treatment: begun as last time, from a preset or empty; asked, dosed, timed and saved."""

from __future__ import annotations

from dataclasses import replace
from uuid import UUID

from PySide6.QtWidgets import QWidget

from app.navigation import Desk, KeepTreatment, Route
from app.pages.page import Page
from app.pages.treatment_head import TreatmentHead
from app.store_thread import failed_work
from app.theme import theme
from app.treatment_entry import TreatmentEntry, save_entry
from app.treatment_stops import runs_elsewhere, stopped, unanswered
from app.treatment_visit import TreatmentVisit, read_treatment_visit
from app.widgets.controls import column
from app.widgets.draft_form import DraftForm
from app.widgets.open_questions import OpenQuestions
from app.widgets.screening_panel import ScreeningPanel
from app.widgets.timer_bar import TimerBar
from app.widgets.treatment_aside import TreatmentAside
from app.widgets.treatment_start import TreatmentStart
from app.widgets.unit_panel import UnitPanel
from app.widgets.worksheet import StartOrSheet, Worksheet
from app.workflow import Notice
from data.clinical.modalities import Part, Plain
from data.clinical.screening import screening_lists
from data.records import Treatment
from data.treatment_draft import Draft, as_last_time, new_draft
from data.treatment_record import ScreeningRecord
from data.treatment_timer import TreatmentTimer


class TreatmentPage(Page):
    title = "Treatment"

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self._id: UUID | None = None
        self._visit: TreatmentVisit | None = None
        self._entry: TreatmentEntry | None = None
        self._asked_again = False
        self._notice: Notice | None = None
        self.head = TreatmentHead()
        self.start = TreatmentStart()
        self.questions = OpenQuestions()
        self.form = DraftForm()
        self.screening = ScreeningPanel()
        self.aside = TreatmentAside(desk)
        self.timer = TimerBar(desk.running)
        self.unit = UnitPanel()
        self._build()
        self._connect()

    def enter(self, route: Route) -> None:
        if route.record != self._id:
            self._id, self._visit, self._entry = route.record, None, None
        session_id = self._id
        if session_id is None:
            return
        self._find_timer()
        self.aside.output.forget()
        self.desk.store.ask(
            self, lambda store: read_treatment_visit(store, session_id), self._on_read, slot="v"
        )
        self._show()

    def leave(self) -> None:
        self.desk.running.is_in_sight = False

    def escape(self) -> bool:
        if self.head.preset_name.isVisible():
            self.head.preset_name.leave()
            return True
        entry = self._entry
        if entry is not None and entry.timer is None and not entry.is_touched:
            self._begin_again()
            return True
        return False

    def _build(self) -> None:
        self.start.setMaximumWidth(theme().px(720))
        work = QWidget()
        work.setLayout(column(self.unit, self.screening, self.form, 1, spacing=4))
        self._sheet = Worksheet(self.questions, work, self.aside, self.timer)
        self._deck = StartOrSheet(self.start, self._sheet)
        self.body.addWidget(self.head)
        self.body.addWidget(self._deck, 1)

    def _connect(self) -> None:
        self.start.chosen.connect(self._take)
        self.head.other.clicked.connect(self._begin_again)
        self.head.save.clicked.connect(self._save)
        self.head.keep.clicked.connect(self._ask_preset)
        self.head.preset_name.told.connect(self.desk.notice)
        self.head.preset_name.left.connect(self.questions.take_focus)
        self.start.unit_chosen.connect(self._take_unit)
        self.questions.answered.connect(self._on_answer)
        self.questions.knobs.turned.connect(self._on_answer)
        self.questions.knobs.wanted.connect(self.form.go_to)
        self.form.entered.connect(self.questions.take_focus)
        self.form.edited.connect(self._on_edit)
        self.form.settled.connect(self._on_settled)
        self.form.meant.connect(self._on_meant)
        self.screening.changed.connect(self._on_screening)
        self.aside.body_map.changed.connect(self._on_placement)
        self.aside.evoked.taken.connect(self._on_evoked)
        self.timer.start_wanted.connect(self._start_timer)
        self.timer.toggled.connect(self._show)
        self.timer.ended.connect(self._on_end)
        self.timer.ticked.connect(self._on_tick)
        self.desk.treatment_changed.connect(self._on_unit)
        self.desk.treatment_kept.connect(self._on_kept)
        self.add_key("Ctrl+Return", "Save the treatment", self._save)
        self.add_key("Ctrl+Space", "Start the timer, pause, go on", self.timer.toggle)
        self.add_key("K", "The skin was looked at", self.timer.mark_check)
        self.screening.answered.connect(self.questions.take_focus)
        self.add_key("S", "Screening: ask; again: no to what is left", self.screening.ask)
        self.add_key("Q", "Go to what is still to be answered", self.questions.take_focus)
        self.add_key("B", "Go to the body map", self.aside.body_map.setFocus)
        self.add_key(
            "V", "Take the evoked force of the last contraction", self.aside.evoked.take_now
        )
        self.add_key("Z", "Zero the dynamometer, the limb at rest", self.aside.evoked.zero_now)

    def _on_read(self, visit: TreatmentVisit) -> None:
        self._visit = visit
        self.desk.set_person(visit.person)
        entry = self._entry
        if entry is None:
            self._offer()
        elif entry.last is None:
            self._entry = replace(entry, last=visit.last.get(entry.draft.modality))
        self._show()

    def _find_timer(self) -> None:
        """The timer of this visit: another athlete's may run meanwhile and is left alone."""
        running, entry = self.desk.running, self._entry
        timer = running.timer if running.session_id == self._id else None
        if timer is not None:
            entry = replace(entry or TreatmentEntry(timer.draft), draft=timer.draft)
        self._entry = replace(entry, timer=timer) if entry is not None else None
        running.is_in_sight = timer is not None

    def _offer(self) -> None:
        self.start.offer(self._visit.last if self._visit else {}, self.desk.treatment)

    def _begin_again(self) -> None:
        self._entry = None
        self._offer()
        self._show()

    def _take(self, draft: Draft, last: Treatment | None) -> None:
        if self._visit is not None:
            self._begin(TreatmentEntry(self._visit.begun(draft), last))

    def _take_unit(self) -> None:
        unit, visit = self.desk.treatment, self._visit
        if unit is None or visit is None:
            return
        last = visit.last.get(unit.modality)
        draft = as_last_time(last) if last else new_draft(unit.modality)
        self._begin(TreatmentEntry(visit.begun(draft), is_of_unit=True))
        self.desk.unit_visit.emit(visit.session)

    def _begin(self, entry: TreatmentEntry) -> None:
        self._entry, self._asked_again = entry, False
        self.questions.begin()
        self.aside.body_map.set_placement(entry.draft.placement)
        self._show()
        self.questions.take_focus()

    def _show(self) -> None:
        """Everything that hangs on the draft, the timer and the unit."""
        entry = self._entry
        is_of_unit = entry is not None and entry.is_of_unit
        self._deck.show_sheet(is_begun=entry is not None)
        self.head.show_entry(entry)
        self.timer.setVisible(entry is not None and not is_of_unit)
        self.unit.setVisible(is_of_unit)
        timer = entry.timer if entry is not None else None
        self.timer.show_timer(timer)
        self._sheet.keep_in_sight(is_running=timer is not None)
        if entry is None:
            return
        draft, shown, was = entry.draft, entry.shown, entry.changed_from
        self.form.set_parts(entry.parts)
        self.form.show_draft(shown, was)
        self._tell_overdue(draft)
        self.questions.knobs.show_draft(shown, was)
        if is_of_unit:  # it has knobs of its own
            self.questions.knobs.hide()
        self.screening.show_record(screening_lists(draft.modality), draft.screening)
        self.aside.show_entry(entry, self._visit.person.id if self._visit else None)
        self._show_questions()
        unit = self.desk.treatment
        if is_of_unit and unit is not None:
            self.unit.show_treatment(unit)

    def _tell_overdue(self, draft: Draft) -> None:
        """A unit past its day is told and stops nothing: the clinician decides."""
        due = draft.plain.get("calibration_due")
        if isinstance(due, str) and due < self.desk.today.isoformat():
            self.form.remark("calibration_due", "This day is over: the unit was to be checked.")

    def _show_questions(self) -> None:
        entry, visit = self._entry, self._visit
        if entry is not None:
            again = visit.answers_of_last_time(entry.draft.modality) if visit else {}
            self.questions.show_open(entry.asked_draft, entry.asked_parts, entry.next_step, again)

    def _on_tick(self) -> None:
        if self._entry is not None:
            self.aside.show_dose(self._entry)

    def _on_answer(self, key: str, value: Plain | None) -> None:
        if value is None:
            self._show_questions()
        else:
            self._on_edit(key, value)
            self._on_settled(key, value)

    def _on_edit(self, key: str, value: Plain | None) -> None:
        """A keystroke in the form; what runs is turned only when the typing is over."""
        entry = self._entry
        if entry is not None and not entry.is_turned(key):
            self._set(entry.edited(key, value))

    def _on_settled(self, key: str, value: Plain | None) -> None:
        entry = self._entry
        if entry is None or entry.timer is None or not entry.is_turned(key):
            return
        if value is not None and value != entry.timer.now(key):
            entry.timer.turn(key, value)
            self._entry = entry.asked_anew(key)
            self._show()

    def _on_meant(self, key: str) -> None:
        if self._entry is not None:
            self._set(self._entry.meant(key))

    def _on_screening(self, record: ScreeningRecord) -> None:
        if self._entry is not None:
            by = self._visit.session.clinician if self._visit else ""
            self._set(self._entry.screened(record, by))

    def _on_placement(self) -> None:
        entry, placement = self._entry, self.aside.body_map.placement
        if entry is not None and placement != entry.draft.placement:
            self._set(entry.placed(placement))

    def _on_evoked(self, peak_n: float, share: float | None, method: str) -> None:
        if self._entry is not None:
            self._set(self._entry.evoked(peak_n, share, method))

    def _set(self, entry: TreatmentEntry) -> None:
        self._entry = entry
        if entry.timer is not None and entry.is_running:
            entry.timer.fill(entry.draft)
        self._show()

    def _start_timer(self) -> None:
        entry, visit, running = self._entry, self._visit, self.desk.running
        if entry is None or visit is None:
            return
        if running.timer is not None:
            self.desk.notice.emit(runs_elsewhere(running.words))
        elif not self._refuses(entry, (Part.SETTINGS, Part.BEFORE)):
            running.start(visit.captures, entry.draft, visit.session, visit.person.name)
            self._find_timer()
        self._show()

    def _on_end(self) -> None:
        self._show()
        self.questions.take_focus()

    def _refuses(self, entry: TreatmentEntry, parts: tuple[Part, ...]) -> bool:
        """Say what stands against it."""
        self.form.go_to_problem()
        notice = stopped(entry, parts, self.form.problem)
        if notice is not None:
            self.desk.notice.emit(notice)
        return notice is not None

    def _asks_again(self, entry: TreatmentEntry) -> bool:
        """What is only missing is said once, and may stay open."""
        notice = unanswered(entry)
        if notice is None or self._asked_again:
            return False
        self._asked_again = True
        self.desk.notice.emit(notice)
        self.form.show_missing(entry.shown)
        self.questions.begin()
        self._show_questions()
        self.questions.take_focus()
        return True

    def _ask_preset(self) -> None:
        if self._entry is not None and not self._refuses(self._entry, (Part.SETTINGS,)):
            self.head.preset_name.ask()

    def _save(self) -> None:
        entry, visit = self._entry, self._visit
        if entry is None or visit is None or not self.head.save.isEnabled():
            return
        if self._refuses(entry, entry.parts) or self._asks_again(entry):
            return
        session, now = visit.session, self.desk.now()
        if entry.is_of_unit:
            self.desk.keep_treatment.emit(KeepTreatment(session, entry.draft))
            return
        if entry.timer is not None:
            self.desk.running.end()
        self.head.save.setEnabled(False)
        self.desk.store.ask(
            self,
            lambda store: save_entry(store, entry, session, now),
            lambda _kept: self._on_saved(session.id, entry.timer),
            failed=self._on_refused,
            touches=(session.id, session.person_id),
        )

    def _on_saved(self, session_id: UUID, timer: TreatmentTimer | None) -> None:
        self.head.save.setEnabled(True)
        if timer is not None and timer is self.desk.running.timer:
            self.desk.running.let_go()
        if session_id == self._id:
            self._finish()

    def _on_refused(self, error: Exception) -> None:
        self.head.save.setEnabled(True)
        self.desk.notice.emit(failed_work(error))

    def _on_kept(self) -> None:
        if self.isVisible() and self._entry is not None and self._entry.is_of_unit:
            self._finish()

    def _finish(self) -> None:
        self._entry, self._visit = None, None
        self.desk.notice.emit(None)
        self.desk.back.emit()

    def _on_unit(self) -> None:
        if not self.isVisible():
            return
        unit, entry = self.desk.treatment, self._entry
        if entry is None:
            self.start.show_unit(unit)
        elif entry.is_of_unit and unit is not None:
            self.unit.show_treatment(unit)
        notice = unit.notice if unit else None
        if notice != self._notice:
            self._notice = notice
            self.desk.notice.emit(notice)
