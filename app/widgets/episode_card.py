"""The injury at the top of an athlete's page, and the keys for what happens between visits."""

from __future__ import annotations

from datetime import date

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QSizePolicy, QWidget

from app.athlete import Athlete
from app.episodes import sides_words
from app.theme import space
from app.units import day, days_ago
from app.widgets.controls import Button, Card, Deck, row
from app.widgets.episode_line import EpisodeLine
from app.widgets.event_strip import EventStrip
from app.widgets.text import Elided
from app.wording import local_time, sentence
from data.episodes import Episode, Event, EventKind
from data.records import Person

_HEAD, _STRIP = range(2)


class EpisodeCard(Card):
    """What is injured, how long ago, in which stage; the keys for pain, matches and training."""

    ladder_wanted = Signal()
    injury_wanted = Signal()

    def __init__(self) -> None:
        super().__init__(margin=4)
        self.injury = Elided(bold=True)
        self.detail = Elided("", "small", tone="muted")
        self.line = EpisodeLine()
        self.strip = EventStrip()
        self.open_injury = Button(
            "Record an injury", icon_name="injury", key="I", clicked=self.injury_wanted.emit
        )
        self.ladder = Button("Ladder", icon_name="ladder", key="L", clicked=self.ladder_wanted.emit)
        self.pain = Button("Pain", key="P")
        self.match = Button("Match", key="M")
        self.training = Button("Training", key="G")
        self._actions = QWidget()
        self._actions.setLayout(
            row(self.pain, self.match, self.training, self.ladder, self.open_injury, spacing=2)
        )
        self._head = QBoxLayout(QBoxLayout.Direction.LeftToRight)
        self._head.setSpacing(space(2))
        self._head.setContentsMargins(0, 0, 0, 0)
        self._head.addWidget(self.injury, 1)
        self._head.addWidget(self._actions)
        head = QWidget()
        head.setLayout(self._head)
        self._deck = Deck(head, self.strip)
        self._deck.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self.column.setSpacing(space(2))
        self.column.addWidget(self._deck)
        self.column.addWidget(self.detail)
        self.column.addWidget(self.line)
        self.strip.cancelled.connect(self.show_buttons)

    @property
    def is_asking(self) -> bool:
        """A kind was chosen and its number is waited for."""
        return self._deck.currentIndex() == _STRIP

    def ask(self, kind: EventKind, today: date) -> None:
        self._deck.setCurrentIndex(_STRIP)
        self.strip.ask(kind, today)

    def show_buttons(self) -> None:
        self._deck.setCurrentIndex(_HEAD)

    def show_athlete(self, athlete: Athlete, today: date) -> None:
        person, episode = athlete.history.person, athlete.injuries.open
        self.injury.setText(injury_line(person, episode, today))
        said = [_detail(episode), _latest(athlete.events, today)]
        self.detail.setText(" · ".join(part for part in said if part))
        self.detail.setVisible(bool(self.detail.text()))
        self.line.show_episode(episode, person.stage, today)
        has_injury = episode is not None or _has_injury(person)
        self.open_injury.setText("Injury" if has_injury else "Record an injury")
        self.ladder.setVisible(episode is not None)
        signed = len({each.criterion_id for each in athlete.signed})
        self.ladder.setText(f"Ladder, {signed} signed" if signed else "Ladder")
        self._fit()

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        """The keys stand beside the injury, or below one whose words need the whole line."""
        edges = self.column.contentsMargins()
        room = self.width() - edges.left() - edges.right()
        wanted = self.injury.sizeHint().width() + space(2) + self._actions.sizeHint().width()
        directions = QBoxLayout.Direction
        self._head.setDirection(
            directions.LeftToRight if wanted <= room else directions.TopToBottom
        )
        beside = Qt.AlignmentFlag.AlignRight if wanted <= room else Qt.AlignmentFlag.AlignLeft
        self._head.setAlignment(self._actions, beside)


def injury_line(person: Person, episode: Episode | None, today: date) -> str:
    """``Right: hamstring, day 37 (since 12 Oct 2026)``."""
    if episode is not None:
        side, what = sides_words(episode.sides), episode.structure or "injury"
        on = episode.injured_on
    elif _has_injury(person):
        side = person.injured.value if person.injured else ""
        what, on = person.injury or "injury", person.injured_on
    else:
        return "No injury recorded"
    line = f"{side.capitalize()}: {what}" if side else sentence(what)
    if on is not None:
        line += f", day {(today - on).days} (since {day(on)})"
    return line


def _has_injury(person: Person) -> bool:
    return person.injured is not None or bool(person.injury) or person.injured_on is not None


def _detail(episode: Episode | None) -> str:
    """What was typed in, and who decided the stage."""
    if episode is None:
        return ""
    parts = [episode.mechanism]
    if episode.classification:
        parts.append(f"{episode.classification} (typed in)")
    last = episode.stages[-1] if episode.stages else None
    if last is not None and last.by:
        parts.append(f"{last.stage.value} by {last.by}, {day(last.on)}")
    parts.append(episode.note)
    return " · ".join(part for part in parts if part)


def _latest(events: tuple[Event, ...], today: date) -> str:
    """The newest of each kind: ``Pain 3 today · match 4 days ago``."""
    newest = {event.kind: event for event in events}
    parts: list[str] = []
    for kind in (EventKind.PAIN, EventKind.MATCH, EventKind.TRAINING):
        event = newest.get(kind)
        if event is not None:
            size = f" {event.pain} of 10" if event.pain is not None else ""
            parts.append(f"{kind.value}{size} {days_ago(event_day(event), today)}")
    return sentence(" · ".join(parts))


def event_day(event: Event) -> date:
    """By this machine's clock on the wall."""
    offset = event.at.astimezone().utcoffset()
    return local_time(event.at, int(offset.total_seconds() // 60) if offset else 0).date()
