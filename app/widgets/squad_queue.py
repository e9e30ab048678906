"""A test morning: who is next, large; who is done, and who is missing what."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QProgressBar, QWidget

from app.squad import Member, Squad
from app.theme import space, theme
from app.units import ForceUnit, days_ago, force, time_of_day
from app.widgets.controls import Button, Card, Deck, EmptyState, HowButton, column, row
from app.widgets.fields import QuantityField, TextField
from app.widgets.rows import Row, RowList
from app.widgets.text import Elided, Text
from app.widgets.top_bar import facts_line
from data.analysis.types import Side
from data.clinical.tests import StrengthTest

_NEXT, _ALL_DONE, _NOBODY = range(3)


class SquadQueue(QWidget):
    """`start_wanted` carries the athlete whose test is to begin."""

    start_wanted = Signal(object)  # Member
    table_wanted = Signal()
    people_wanted = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._squad: Squad | None = None
        self._unit = ForceUnit.NEWTON
        self.list = RowList("Athletes in order")
        self.progress = Text("", bold=True)
        self.bar = QProgressBar()
        self.bar.setTextVisible(False)
        self.bar.setAccessibleName("Athletes done")
        self.name = Elided("", "display" if theme().text_scale <= 1.25 else "title")
        self.facts = Elided("", "strong", tone="muted")
        self.last = Elided("")
        self.how = HowButton("", "the last result")
        self.missing = Text("", wrap=True, tone="attention")
        self.lever = QuantityField(
            "Lever", "m", 0.05, 1.5, decimals=2, help_text="joint to pad; for torque"
        )
        self.posture = TextField("Set-up", hint="knee position, ankle, strap …", most=120)
        self.start = Button("Start the test", "primary", icon_name="test", key="Enter")
        self.skip = Button("Next athlete", key="N", clicked=self.step)
        self._build()
        self.list.moved.connect(self._show_current)
        self.list.chosen.connect(self._start)
        self.start.clicked.connect(self._start_current)
        self.lever.edit.returnPressed.connect(self._start_current)
        self.posture.edit.returnPressed.connect(self._start_current)

    @property
    def member(self) -> Member | None:
        """Who is chosen."""
        return self._squad.member(self.list.current_key) if self._squad is not None else None

    def show_squad(self, squad: Squad, unit: ForceUnit) -> None:
        before = self._squad
        is_other = before is None or (before.team, before.test.id) != (squad.team, squad.test.id)
        self._squad, self._unit = squad, unit
        rows = [_row(place, each) for place, each in enumerate(squad.members, 1)]
        self.list.set_rows(rows)
        done, count = squad.done, len(squad.members)
        missing = sum(bool(each.missing) for each in squad.members)
        half = f", {missing} missing a limb" if missing else ""
        self.progress.setText(f"{done} of {count} done{half}" if count else "Nobody in the queue")
        self.bar.setVisible(count > 0)
        self.bar.setRange(0, max(count, 1))
        self.bar.setValue(done)
        if self.member is None or is_other:
            self.choose(squad.next_after(None))
        self._show_current(self.list.current_key)

    def choose(self, member: Member | None) -> None:
        if member is not None:
            self.list.set_current(member.person.id)
            self.list.scrollTo(self.list.currentIndex())

    def go_to(self, number: int) -> None:
        """The athlete with this number in the list."""
        if self._squad is not None and 1 <= number <= len(self._squad.members):
            self.choose(self._squad.members[number - 1])

    def step(self) -> None:
        """The next who is not done."""
        if self._squad is not None:
            self.choose(self._squad.next_after(self.list.current_key))

    def _build(self) -> None:
        left = Card(holds_rows=True)
        left.setFixedWidth(theme().px(400 if theme().text_scale <= 1.25 else 200))
        head = row(self.progress, spacing=2)
        head.setContentsMargins(space(3), space(2), space(3), 0)
        bar = row(self.bar)
        bar.setContentsMargins(space(3), 0, space(3), space(1))
        left.column.addLayout(head)
        left.column.addLayout(bar)
        left.column.addWidget(self.list, 1)
        self._deck = Deck(self._build_next(), self._build_done(), self._build_nobody())
        columns = QHBoxLayout(self)
        columns.setContentsMargins(0, 0, 0, 0)
        columns.setSpacing(space(5))
        columns.addWidget(left)
        columns.addWidget(self._deck, 1)

    def _build_next(self) -> QWidget:
        card = Card(margin=6)
        self._when = Text("", "strong", tone="muted", bold=True)
        for part in (self._when, self.name, self.facts):
            card.column.addWidget(part)
        last = row(self.last, self.how, 1, spacing=2)
        card.column.addLayout(last)
        card.column.addWidget(self.missing)
        self._setup = QWidget()
        setup = row(spacing=4) if theme().text_scale <= 1.25 else column(spacing=2)
        setup.addWidget(self.lever, 0, Qt.AlignmentFlag.AlignTop)
        setup.addWidget(self.posture, 1, Qt.AlignmentFlag.AlignTop)
        self._setup.setLayout(setup)
        card.column.addWidget(self._setup)
        card.column.addSpacing(space(3))
        card.column.addLayout(row(self.start, self.skip, 1))
        card.column.addStretch()
        return card

    def _build_done(self) -> QWidget:
        card = Card(margin=2)
        table = Button("See the table", "primary", key="T", clicked=self.table_wanted.emit)
        text = "Choose an athlete in the list to test again, or see the results."
        card.column.addWidget(EmptyState("Everybody is done", text, [table]))
        card.column.addStretch()
        return card

    def _build_nobody(self) -> QWidget:
        card = Card(margin=2)
        people = Button("People", "primary", icon_name="people", clicked=self.people_wanted.emit)
        text = "Add athletes on the page People and give them a team; then choose it above."
        card.column.addWidget(EmptyState("Nobody to test yet", text, [people]))
        card.column.addStretch()
        return card

    def _show_current(self, key: object) -> None:
        squad = self._squad
        member = squad.member(key) if squad is not None else None
        if squad is None or member is None:
            self._deck.setCurrentIndex(_NOBODY)
            return
        is_over = squad.members and squad.done == len(squad.members)
        is_chosen = self.list.hasFocus() and not is_over
        self._deck.setCurrentIndex(_ALL_DONE if is_over and not is_chosen else _NEXT)
        following = squad.next_after(None)
        is_next = following is not None and following.person.id == member.person.id
        self._when.setText("Done today" if member.is_done else "Next" if is_next else "Chosen")
        self.name.setText(member.person.name)
        self.facts.setText(facts_line(member.person, squad.today))
        self.last.setText(_last(member, squad, self._unit))
        has_result = member.line.days_since is not None
        self.how.setVisible(has_result)
        self.how.set_method(member.method(squad.test) if has_result else "")
        missing = missing_words(member, squad.test)
        self.missing.setText(missing)
        self.missing.setVisible(bool(missing))
        has_torque = "torque_nm" in squad.test.metrics
        self.lever.setVisible(has_torque)
        self.lever.set_value(member.lever_m)
        self.posture.set_value(member.posture)
        self.start.setText("Test again" if member.is_done else "Start the test")

    def _start(self, _key: object) -> None:
        self._start_current()

    def _start_current(self) -> None:
        if self.member is not None:
            self.start_wanted.emit(self.member)


def missing_words(member: Member, test: StrengthTest) -> str:
    """What is not there yet, and what cannot be computed without it."""
    found: list[str] = []
    if member.missing:
        limbs = " and ".join(side.value for side in member.missing)
        found.append(f"The {limbs} limb is missing today.")
    if member.person.body_mass_kg is None:
        found.append("No body mass: no N/kg.")
    if "lever_m" in test.required_fields and member.lever_m is None:
        found.append("No lever length yet: no torque without it.")
    return " ".join(found)


def _row(place: int, member: Member) -> Row:
    state, icon, tone = "waiting", "dot", "text"
    if member.missing:
        limbs = " and ".join(side.value for side in member.missing)
        state, icon, tone = f"{limbs} limb missing", "attention", "attention"
    elif member.done_at is not None:
        state, icon, tone = f"done {time_of_day(member.done_at)}", "check", "good"
    return Row(
        f"{place}   {member.person.name}",
        member.person.id,
        trailing=state,
        icon=icon,
        tone=tone if tone != "good" else "text",
    )


def _last(member: Member, squad: Squad, unit: ForceUnit) -> str:
    if member.line.days_since is None:
        return "First time in this test"
    sides = [
        f"{side.value} {force(limb.latest.value, unit)}"
        for side in Side
        if (limb := member.limb(side)) is not None
    ]
    newest = max(limb.latest.on for limb in member.line.limbs.values())
    when = days_ago(newest, squad.today)
    return f"{when.capitalize()}: {', '.join(sides)}"
