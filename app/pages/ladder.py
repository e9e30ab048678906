"""The ladder back to running: criteria by step, with the latest of each; people sign."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from uuid import UUID

from PySide6.QtWidgets import QComboBox, QHBoxLayout, QWidget

from app.episodes import keep_episode, sides_words
from app.ladder_reading import LadderView, read_ladder, value_words
from app.navigation import RECORD_INJURY, Desk, PageId, Route
from app.pages.page import Header, Page
from app.theme import space, theme
from app.units import day
from app.widgets.controls import Button, Card, Deck, EmptyState, Segments, row, scrolling
from app.widgets.ladder_detail import LadderDetail
from app.widgets.rows import Row, RowList
from app.widgets.text import Text
from app.wording import sentence
from app.workflow import Notice, Weight
from data.clinical.ladder_state import CriterionState
from data.episodes import SignedCriterion, TypedValue
from data.ids import uuid7
from data.sides import Side
from data.store import Store

_NO_INJURY, _EMPTY, _LADDER = range(3)
_WORDS = (
    "The latest result stands beside each criterion; the program compares none with its target. "
    "A person signs."
)


class LadderPage(Page):
    title = "Ladder"

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self._id: UUID | None = None
        self._view: LadderView | None = None
        self._asked_side: Side | None = None
        back = Button("Athlete", icon_name="back", clicked=self._to_athlete)
        self.header = Header("Return to running", back)
        self.ladder = QComboBox()
        self.ladder.setAccessibleName("Ladder")
        self.ladder.setSizeAdjustPolicy(
            QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon
        )
        self.ladder.setMinimumContentsLength(30)
        self.side = Segments([(side, side.value.capitalize()) for side in Side], name="Limb shown")
        self.list = RowList("Criteria by step")
        self.detail = LadderDetail()
        self._build()
        self.list.moved.connect(self._show_criterion)
        self.list.chosen.connect(self._on_chosen)
        self.ladder.activated.connect(self._choose_ladder)
        self.side.changed.connect(self._choose_side)
        self.detail.typed.connect(self._enter_values)
        self.detail.signed.connect(self._sign)
        self.add_key("I", "Record an injury, where none is open", self._injury)
        self.add_key("S", "Sign the chosen criterion", self._to_sign)
        self.add_key("T", "Type in a value", self._to_value)

    def enter(self, route: Route) -> None:
        if route.record != self._id:
            self._view, self._asked_side = None, None
            self.list.set_rows([])
            self._deck.hide()
        self._id = route.record
        self._reload()
        self.list.setFocus()

    def escape(self) -> bool:
        if not self.list.hasFocus() and self.list.rows:
            self.list.setFocus()
            return True
        return False

    def records_changed(self, ids: frozenset[UUID]) -> None:
        self._reload()

    def _build(self) -> None:
        self.body.addWidget(self.header)
        choice = row(self.ladder, self.side, Text(_WORDS, "small", tone="muted", wrap=True))
        choice.setStretch(2, 1)
        self.body.addLayout(choice)
        healthy = _empty(
            "No injury is open",
            "A ladder belongs to an injury: record it first, then choose its ladder.",
            Button(
                "Record an injury", "primary", icon_name="injury", key="I", clicked=self._injury
            ),
        )
        empty = _empty(
            "No ladder chosen",
            "Choose one above. It is a list of what to look at; a person decides and signs.",
        )
        left = Card(holds_rows=True)
        left.setFixedWidth(theme().px(460 if theme().text_scale <= 1.25 else 250))
        left.column.addWidget(self.list, 1)
        columns = QWidget()
        layout = QHBoxLayout(columns)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(space(5))
        layout.addWidget(left)
        layout.addWidget(scrolling(self.detail), 1)
        self._deck = Deck(healthy, empty, columns)
        self.body.addWidget(self._deck, 1)

    def _injury(self) -> None:
        """Nothing to climb without one: its form is on the athlete's page."""
        if self._id is not None and self._deck.currentIndex() == _NO_INJURY:
            self.desk.go.emit(Route(PageId.PERSON, self._id, word=RECORD_INJURY))

    def _reload(self) -> None:
        person_id, side = self._id, self._asked_side
        if person_id is not None:
            self.desk.store.ask(
                self, lambda store: read_ladder(store, person_id, side), self._show, slot="ladder"
            )

    def _show(self, view: LadderView) -> None:
        self._view = view
        self.desk.set_person(view.person)
        self._show_head(view)
        has_ladder = bool(view.steps)
        without = _EMPTY if view.episode is not None else _NO_INJURY
        self._deck.setCurrentIndex(_LADDER if has_ladder else without)
        self._deck.show()
        rows: list[Row] = []
        for step, states in view.steps:
            rows.append(Row(step.name))
            rows += [_row(view, state) for state in states]
        self.list.set_rows(rows)
        if has_ladder and self.list.current_key is None:
            self.list.step(1)
        self._show_criterion(self.list.current_key)
        if view.rules.problems:
            self.desk.notice.emit(_wrong_file(view.rules.problems[0]))

    def _show_head(self, view: LadderView) -> None:
        episode = view.episode
        if episode is None:
            self.header.set_detail("")
        else:
            side = sides_words(episode.sides)
            what = f"{side}: {episode.structure}" if side else episode.structure
            self.header.set_detail(f"{sentence(what)}, day {episode.day(self.desk.today)}")
        self.side.setVisible(episode is not None and len(episode.sides) != 1)
        self.side.set_value(view.side)
        self.ladder.setVisible(episode is not None)
        self.ladder.clear()
        self.ladder.addItem("No ladder", "")
        for ladder in view.rules.ladders.values():
            self.ladder.addItem(ladder.name, ladder.id)
        chosen = episode.ladder if episode is not None else ""
        self.ladder.setCurrentIndex(max(self.ladder.findData(chosen), 0))

    def _show_criterion(self, key: object) -> None:
        state = self._view.state(str(key)) if self._view is not None and key else None
        if self._view is not None and state is not None:
            self.detail.show_state(self._view, state, self.desk.settings.clinician)

    def _current(self) -> CriterionState | None:
        key = self.list.current_key
        return self._view.state(str(key)) if self._view is not None and key else None

    def _on_chosen(self, _key: object) -> None:
        self._to_sign()

    def _to_sign(self) -> None:
        if self._current() is not None:
            sign = self.detail.sign
            (sign.note if sign.name.value else sign.name).setFocus()

    def _to_value(self) -> None:
        fields = self.detail.entry.fields
        if self._current() is not None and fields:
            next(iter(fields.values())).setFocus()

    def _to_athlete(self) -> None:
        self.desk.go.emit(Route(PageId.PERSON, self._id))

    def _choose_ladder(self) -> None:
        view = self._view
        chosen = str(self.ladder.currentData() or "")
        if view is None or view.episode is None or chosen == view.episode.ladder:
            return
        before = view.episode
        changed = replace(before, ladder=chosen)
        self._do(
            lambda store: keep_episode(store, changed),
            "Another ladder",
            lambda store: keep_episode(store, before),
        )

    def _choose_side(self, side: Side) -> None:
        self._asked_side = side
        self._reload()

    def _enter_values(self, values: dict[Side | None, float]) -> None:
        view, state = self._view, self._current()
        measure = view.measure(state.criterion) if view is not None and state is not None else None
        if view is None or view.episode is None or measure is None:
            return
        now, by = self.desk.now(), self.desk.settings.clinician
        items = [
            TypedValue(
                id=uuid7(),
                at=now,
                person_id=view.person.id,
                episode_id=view.episode.id,
                by=by,
                measure_id=measure.id,
                value=value,
                unit=measure.unit,
                side=side,
            )
            for side, value in values.items()
        ]

        def keep(store: Store) -> None:
            for item in items:
                store.typed_values.save(item)

        def take_back(store: Store) -> None:
            for item in items:
                store.typed_values.withdraw(item.id, now)

        said = ", ".join(f"{value:g}" for value in values.values())
        self._do(keep, f"{measure.name}: {said} {measure.unit}", take_back)
        self.list.setFocus()

    def _sign(self, name: str, note: str) -> None:
        view, state = self._view, self._current()
        if view is None or view.episode is None or state is None:
            return
        now, criterion = self.desk.now(), state.criterion
        seen = value_words(state, view.measure(criterion)) or state.reason or ""
        if state.on is not None:
            seen += f", {day(state.on)}"
        item = SignedCriterion(
            id=uuid7(),
            at=now,
            person_id=view.person.id,
            episode_id=view.episode.id,
            by=name,
            note=note,
            criterion_id=criterion.id,
            seen=seen,
        )
        self._do(
            lambda store: store.signed_criteria.save(item),
            f"Signed by {name}: {criterion.text}",
            lambda store: store.signed_criteria.withdraw(item.id, now),
        )
        self.list.setFocus()

    def _do(
        self, work: Callable[[Store], object], said: str, take_back: Callable[[Store], object]
    ) -> None:
        """Change the records, say so, and remember how to take it back."""
        person_id, desk = self._id, self.desk
        if person_id is None:
            return

        def run(what: Callable[[Store], object]) -> None:
            desk.store.ask(desk, what, _ignore, touches=(person_id,))

        run(work)
        desk.did(said, lambda: run(take_back))


def _empty(title: str, text: str, *actions: Button) -> Card:
    card = Card(margin=2)
    card.column.addWidget(EmptyState(title, text, actions))
    card.column.addStretch()
    return card


def _row(view: LadderView, state: CriterionState) -> Row:
    """The criterion, its latest value with the day, and who signed it last."""
    signed = state.signed
    value = value_words(state, view.measure(state.criterion))
    parts = [f"{value}, {day(state.on)}" if value and state.on else (state.reason or "")]
    if signed is not None:
        parts.append(f"signed {day(signed.on)} by {signed.person}")
    return Row(
        state.criterion.text,
        state.criterion.id,
        detail=" · ".join(part for part in parts if part),
        icon="check" if signed is not None else "dot",
        badge="VIRTUAL" if view.is_virtual(state) else "",
    )


def _wrong_file(problem: str) -> Notice:
    return Notice(
        Weight.ATTENTION,
        f"One of the clinic’s own files cannot be used: {problem}",
        "What ships with the program is used, and nothing was changed.",
        "Correct the file in the folder “clinic” beside the records, then open this page again.",
    )


def _ignore(_value: object) -> None:
    return
