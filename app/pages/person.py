"""One athlete: the injury, strength of both limbs over time, ratios, and every visit."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from uuid import UUID

from PySide6.QtCore import QEvent, QObject
from PySide6.QtWidgets import QSizePolicy, QVBoxLayout, QWidget

from app.athlete import Athlete, read_athlete
from app.athlete_rows import injury_row, marks, visit_day, visit_row
from app.episodes import (
    change_stage,
    first_episode,
    keep_episode,
    put_back,
    withdraw_episode,
)
from app.navigation import RECORD_INJURY, Desk, PageId, Route
from app.pages.page import Header, Page
from app.reading import Visit
from app.theme import set_state, space
from app.trend import Trend, metrics_done, read_trend, tests_done
from app.units import day, local_offset_min
from app.widgets.controls import Button, Card, Deck, EmptyState, scrolling
from app.widgets.episode_card import EpisodeCard, event_day
from app.widgets.episode_form import EpisodeForm
from app.widgets.person_form import PersonForm
from app.widgets.ratio_card import RatioCard
from app.widgets.rows import RowList
from app.widgets.trend_card import TrendCard
from data.episodes import Episode, Event, EventKind
from data.ids import uuid7
from data.records import Person, Stage
from data.store import Store

_PAGE, _PERSON_FORM, _EPISODE_FORM = range(3)


class PersonPage(Page):
    title = "Athlete"

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self._id: UUID | None = None
        self._wants_injury = False
        self._athlete: Athlete | None = None
        self.start = Button(
            "Start a visit", "primary", icon_name="visit", key="V", clicked=self._visit
        )
        edit = Button("Edit", icon_name="edit", key="E", clicked=self._edit)
        report = Button("Report", icon_name="report", key="Ctrl+P", clicked=self._report)
        self.header = Header("", report, edit, self.start)
        self.episode = EpisodeCard()
        self.trend = TrendCard()
        self.ratios = RatioCard()
        self.visits = RowList("Visits")
        self.earlier = RowList("Earlier injuries")
        self.form = PersonForm("Save", lambda: desk.today, has_injury=False)
        self.episode_form = EpisodeForm(lambda: desk.today)
        self._build()
        self._connect()
        self._add_keys()

    def enter(self, route: Route) -> None:
        if route.record != self._id:
            self._athlete = None
            self._content.hide()
            self.header.title.setText("")
            self.trend.references.setChecked(self.desk.settings.reference_lines)
        self._id = route.record
        self._wants_injury = route.word == RECORD_INJURY
        self._stack.setCurrentIndex(_PAGE)
        self.episode.show_buttons()
        self._reload()
        self.visits.setFocus()

    def escape(self) -> bool:
        if self._stack.currentIndex() != _PAGE or self.episode.is_asking:
            self._leave_form()
            return True
        return False

    def records_changed(self, ids: frozenset[UUID]) -> None:
        self._reload()

    def _build(self) -> None:
        self.body.addWidget(self.header)
        self._empty = Card(margin=2)
        self._empty.column.addWidget(
            EmptyState(
                "Nothing measured yet",
                "Start a visit, then a test of both limbs: it is the baseline that every later "
                "visit is compared with.",
            )
        )
        self._empty.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Maximum)
        self._past = Card("Visits", holds_rows=True)
        self._past.column.addWidget(self.visits)
        self._injuries = Card("Earlier injuries", holds_rows=True)
        self._injuries.column.addWidget(self.earlier)
        self._content = QWidget()
        column = QVBoxLayout(self._content)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(space(4))
        for card in (
            self.episode, self.trend, self.ratios, self._empty, self._past, self._injuries,
        ):  # fmt: skip
            column.addWidget(card)
        column.addStretch()
        form, injury = Card("Edit the athlete"), Card("Injury")
        form.column.addWidget(self.form)
        form.column.addStretch()
        injury.column.addWidget(self.episode_form)
        injury.column.addStretch()
        self._scroll = scrolling(self._content)
        self._scroll.viewport().installEventFilter(self)
        self._stack = Deck(self._scroll, form, scrolling(injury))
        self._stack.currentChanged.connect(self._show_next_step)
        self.body.addWidget(self._stack, 1)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802
        if event.type() is QEvent.Type.Resize:
            self._fit_chart()
        return super().eventFilter(watched, event)

    def _show_next_step(self, shown: int) -> None:
        """A form has its own next step: one at a time."""
        set_state(self.start, kind="primary" if shown == _PAGE else "normal")

    def _fit_chart(self) -> None:
        """The chart fills what the line of the injury leaves of the window."""
        above = self.episode.sizeHint().height() + space(4)
        self.trend.set_room(self._scroll.viewport().height() - above)

    def _connect(self) -> None:
        card = self.episode
        card.line.changed.connect(self._set_stage)
        card.injury_wanted.connect(self._edit_injury)
        card.ladder_wanted.connect(self._open_ladder)
        card.strip.given.connect(self._add_event)
        card.pain.clicked.connect(lambda: self._ask(EventKind.PAIN))
        card.match.clicked.connect(lambda: self._ask(EventKind.MATCH))
        card.training.clicked.connect(lambda: self._ask(EventKind.TRAINING))
        self.trend.asked.connect(self._ask_trend)
        self.visits.chosen.connect(self._open_visit)
        self.earlier.chosen.connect(self._edit_earlier)
        self.form.saved.connect(self._save)
        self.form.cancelled.connect(self._leave_form)
        self.episode_form.saved.connect(self._save_episode)
        self.episode_form.cancelled.connect(self._leave_form)
        self.desk.settings_changed.connect(self._ask_trend)

    def _add_keys(self) -> None:
        self.add_key("V", "Start a visit, or go on with the open one", self._visit)
        self.add_key("E", "Edit the athlete", self._edit)
        self.add_key("I", "Record or edit the injury", self._edit_injury)
        self.add_key("L", "Ladder back to running", self._open_ladder)
        self.add_key("Ctrl+P", "Report on progress", self._report)
        for key, kind, does in (
            ("P", EventKind.PAIN, "Pain, then 0 to 10"),
            ("M", EventKind.MATCH, "Match, then how many days ago"),
            ("G", EventKind.TRAINING, "Training, then how many days ago"),
        ):
            self.add_key(key, does, lambda kind=kind: self._ask(kind))

    def _reload(self) -> None:
        person_id = self._id
        if person_id is not None:
            self.desk.store.ask(
                self, lambda store: read_athlete(store, person_id), self._show, slot="athlete"
            )

    def _show(self, athlete: Athlete) -> None:
        is_first, self._athlete = self._athlete is None, athlete
        history, today = athlete.history, self.desk.today
        self.desk.set_person(history.person)
        self.header.title.setText(history.person.name)
        self.start.setText("Go on with today’s visit" if self._open() else "Start a visit")
        self.episode.show_athlete(athlete, today)
        done = tests_done(history.runs)
        self._empty.setVisible(not history.runs)
        self.trend.setVisible(bool(done))
        self.trend.set_tests(done)
        self.ratios.show_lines(athlete.ratios)
        self._past.setVisible(bool(history.visits))
        unit = self.desk.settings.force_unit
        self.visits.set_rows([visit_row(visit, unit) for visit in history.visits])
        self.visits.show_all_rows()
        earlier = athlete.injuries.earlier
        self._injuries.setVisible(bool(earlier))
        self.earlier.set_rows([injury_row(each) for each in earlier])
        self.earlier.show_all_rows()
        self._ask_trend()
        self._content.show()
        if self._wants_injury:
            self._wants_injury = False
            self._edit_injury()
        if is_first:
            self._scroll.verticalScrollBar().setValue(0)

    def _ask_trend(self) -> None:
        """Read what the chosen test and number show; the numbers follow the test."""
        athlete, test_id = self._athlete, self.trend.test.currentData()
        if athlete is None or not test_id:
            return
        runs = athlete.history.runs
        self.trend.set_metrics(metrics_done(runs, test_id))
        chosen, episode = self.trend.chosen, athlete.injuries.open
        if chosen is None:
            return
        metric, lines = chosen[1], athlete.rules.references.values()
        self.desk.store.ask(
            self,
            lambda store: read_trend(store, runs, test_id, metric, episode, lines),
            self._show_trend,
            slot="trend",
        )

    def _show_trend(self, trend: Trend) -> None:
        athlete = self._athlete
        self.trend.setVisible(bool(trend.points))
        if athlete is not None and trend.points:
            injured = athlete.history.person.injured
            self.trend.show_trend(trend, marks(athlete), self.desk.settings.force_unit, injured)
            self._fit_chart()

    def _open(self) -> Visit | None:
        """Today's visit that has not ended."""
        if self._athlete is None:
            return None
        today = self.desk.today
        return next(
            (
                visit
                for visit in self._athlete.history.visits
                if visit.session.ended_at is None and visit_day(visit.session) == today
            ),
            None,
        )

    def _visit(self) -> None:
        if self._athlete is None or self._stack.currentIndex() != _PAGE:
            return
        visit = self._open()
        if visit is not None:
            self._open_visit(visit.session.id)
            return
        person_id, now = self._athlete.history.person.id, self.desk.now()
        offset, clinician = local_offset_min(now), self.desk.settings.clinician
        self.desk.store.ask(
            self,
            lambda store: store.sessions.open(person_id, now, offset, clinician),
            lambda session: self._open_visit(session.id),
            touches=(person_id,),
        )

    def _open_visit(self, session_id: object) -> None:
        if isinstance(session_id, UUID):
            self.desk.go.emit(Route(PageId.VISIT, session_id))

    def _report(self) -> None:
        if self._athlete is not None:
            self.desk.report_wanted.emit(self._athlete.history.person.id)

    def _open_ladder(self) -> None:
        if self._athlete is not None and self._athlete.injuries.open is not None:
            self.desk.go.emit(Route(PageId.LADDER, self._id))
        elif self._athlete is not None:
            self._edit_injury()  # a ladder belongs to an injury

    def _edit(self) -> None:
        if self._athlete is not None and self._stack.currentIndex() == _PAGE:
            self.form.set_person(self._athlete.history.person)
            self._stack.setCurrentIndex(_PERSON_FORM)
            self.form.name.setFocus()

    def _edit_injury(self) -> None:
        athlete = self._athlete
        if athlete is None or self._stack.currentIndex() != _PAGE:
            return
        now, by = self.desk.now(), self.desk.settings.clinician
        known = athlete.injuries.open
        self._show_form(known or first_episode(athlete.history.person, now, by), known is None)

    def _edit_earlier(self, key: object) -> None:
        if isinstance(key, Episode):
            self._show_form(key, is_new=False)

    def _show_form(self, episode: Episode, is_new: bool) -> None:
        assert self._athlete is not None
        ladders = list(self._athlete.rules.ladders.values())
        by = self.desk.settings.clinician
        self.episode_form.set_episode(episode, ladders, by, is_new=is_new)
        self._stack.setCurrentIndex(_EPISODE_FORM)
        self.episode_form.structure.setFocus()

    def _leave_form(self) -> None:
        self._stack.setCurrentIndex(_PAGE)
        self.episode.show_buttons()
        self.visits.setFocus()

    def _ask(self, kind: EventKind) -> None:
        if self._athlete is not None and self._stack.currentIndex() == _PAGE:
            self._scroll.verticalScrollBar().setValue(0)
            self.episode.ask(kind, self.desk.today)

    def _add_event(self, kind: EventKind, number: int) -> None:
        """Pain counts now; a match or a training was so many days ago."""
        self.episode.show_buttons()
        self.visits.setFocus()
        if self._athlete is None:
            return
        is_pain = kind is EventKind.PAIN
        now, episode = self.desk.now(), self._athlete.injuries.open
        event = Event(
            id=uuid7(),
            at=now if is_pain else now - timedelta(days=number),
            person_id=self._athlete.history.person.id,
            episode_id=episode.id if episode else None,
            by=self.desk.settings.clinician,
            kind=kind,
            pain=number if is_pain else None,
        )
        said = (
            f"Pain {number} of 10"
            if is_pain
            else f"{kind.value.capitalize()}, {day(event_day(event))}"
        )
        self._do(
            lambda store: store.events.save(event),
            f"{said} noted",
            lambda store: store.events.withdraw(event.id, now),
        )

    def _save(self, person: Person) -> None:
        self._leave_form()
        before = self._athlete.history.person if self._athlete else None
        if before is not None and person != before:
            self._do(
                lambda store: store.people.update(person),
                "The athlete was edited",
                lambda store: store.people.update(before),
            )

    def _set_stage(self, stage: Stage | None) -> None:
        if self._athlete is None:
            return
        person, episode = self._athlete.history.person, self._athlete.injuries.open
        today, by = self.desk.today, self.desk.settings.clinician
        self._do(
            lambda store: change_stage(store, person.id, stage, today, by),
            f"Stage: {stage.value if stage else 'not set'}",
            lambda store: put_back(store, person, episode),
        )

    def _save_episode(self, episode: Episode) -> None:
        self._leave_form()
        if self._athlete is None:
            return
        person, now = self._athlete.history.person, self.desk.now()
        before = next((e for e in self._athlete.injuries.episodes if e.id == episode.id), None)
        if episode == before:
            return

        def take_back(store: Store) -> None:
            if before is None:
                withdraw_episode(store, episode, now)
            put_back(store, person, before)

        said = "The injury was closed" if episode.closed_on else "The injury was saved"
        self._do(lambda store: keep_episode(store, episode), said, take_back)

    def _do(
        self,
        work: Callable[[Store], object],
        said: str,
        take_back: Callable[[Store], object],
    ) -> None:
        """Change the records, say so, and remember how to take it back."""
        person_id = self._id
        if person_id is None:
            return
        desk = self.desk

        def run(what: Callable[[Store], object]) -> None:
            desk.store.ask(desk, what, _ignore, touches=(person_id,))

        run(work)
        desk.did(said, lambda: run(take_back))


def _ignore(_value: object) -> None:
    return
