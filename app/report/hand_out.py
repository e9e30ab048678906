"""The exercises of a prescription to take home: large, plain, with boxes to tick."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

from PySide6.QtGui import QFont

from app.plain_text import plain
from app.report.blocks import HAIR, Block, Paragraph, Rule
from app.report.layout import flowing
from app.report.sheet import PT, Sheet, TextStyle
from app.report.write import VIRTUAL_TAG, Document, write_document
from app.theme import LIGHT
from app.units import number
from app.wording import date_text, local_time, sentence
from data.clinical.exercises import Dosage
from data.records import Person, Session
from data.rehabilitation import PrescribedExercise, Prescription

WEEKS, MOST_WEEKS = 4, 8
_MOST_BOXES = 14

_NAME = TextStyle(24, LIGHT.text, QFont.Weight.DemiBold)
_EXERCISE = TextStyle(16, LIGHT.text, QFont.Weight.DemiBold)
_DOSAGE = TextStyle(14, LIGHT.text, QFont.Weight.DemiBold)
_TEXT = TextStyle(12, LIGHT.text)
_RULE = TextStyle(12, LIGHT.text, QFont.Weight.DemiBold)
_QUIET = TextStyle(11, LIGHT.muted)


@dataclass(eq=False)
class TickWeeks(Block):
    """A box for each time of each week; without a number of times, a line to write days on."""

    weeks: int
    times: int | None
    before: float = 6
    box_pt: float = 15
    space_pt: float = 5

    def height(self, sheet: Sheet, width: float) -> float:
        rows = -(-self.weeks // self._a_row(width))
        return rows * self._row_pt * PT

    def paint(self, sheet: Sheet, x: float, y: float, width: float) -> None:
        a_row = self._a_row(width)
        step = width / a_row
        for week in range(self.weeks):
            left = x + (week % a_row) * step
            top = y + (week // a_row) * self._row_pt * PT
            sheet.text(f"Week {week + 1}", _QUIET, left, top, step)
            self._paint_boxes(sheet, left, top + 16 * PT, step)

    def _paint_boxes(self, sheet: Sheet, x: float, y: float, room: float) -> None:
        if self.times is None:
            below = y + self.box_pt * PT
            sheet.line(x, below, x + room - 12 * PT, below, LIGHT.line_strong, HAIR)
            return
        for box in range(self.times):
            at = x + box * (self.box_pt + self.space_pt) * PT
            sheet.frame(at, y, self.box_pt * PT, self.box_pt * PT, LIGHT.text, 0.8 * PT)

    @property
    def _row_pt(self) -> float:
        return 16 + self.box_pt + 7

    def _a_row(self, width: float) -> int:
        """Weeks that stand side by side."""
        each = max((self.times or 4) * (self.box_pt + self.space_pt) + 12, 60) * PT
        return max(min(int(width // each), self.weeks), 1)


def write_hand_out(
    path: Path, person: Person, session: Session | None, prescription: Prescription
) -> Path:
    """Write the exercises of a prescription to `path`. Raises OSError if it cannot."""
    offset = session.utc_offset_min if session is not None else 0
    on = local_time(prescription.at, offset).date()
    clinician = plain(prescription.by or (session.clinician if session is not None else ""))
    return write_document(path, document_of(person, prescription, on, clinician))


def document_of(
    person: Person, prescription: Prescription, on: date, clinician: str = ""
) -> Document:
    """Nothing of an injury stands here, only the stage where one was set."""
    name = plain(person.name)
    foot = f"{date_text(on)}{f' · {clinician}' if clinician else ''}"
    blocks = tuple(_blocks(name, prescription, on, clinician))
    return Document(blocks, f"Exercises for {name}", foot, disclaimer="")


def dosage_lines(dosage: Dosage) -> str:
    """``3 sets of 6 repetitions. Rest 2 min between the sets. 3 times a week.``"""
    parts = (
        _amount(dosage),
        _effort(dosage),
        f"Tempo {plain(dosage.tempo)}" if dosage.tempo else "",
        f"Rest {_seconds(dosage.rest_s)} between the sets" if dosage.rest_s else "",
        _times(dosage.times_a_week),
    )
    return " ".join(f"{part}." for part in parts if part)


def weeks_of(prescription: Prescription, on: date) -> int:
    """From the day on to its end where that is known."""
    if prescription.until is None:
        return WEEKS
    days = (prescription.until - on + timedelta(days=1)).days
    return max(1, min(-(-days // 7), MOST_WEEKS))


def _blocks(name: str, prescription: Prescription, on: date, clinician: str) -> Iterable[Block]:
    yield Paragraph("Your exercises", _QUIET, before=0)
    yield Paragraph(name, _NAME, before=1)
    said = [date_text(on), *([f"from {clinician}"] if clinician else [])]
    if prescription.until is not None:
        said.append(f"until {date_text(prescription.until)}")
    if prescription.stage is not None:
        said.append(f"stage: {prescription.stage.value}")
    yield Paragraph(" · ".join(said), _TEXT, before=2)
    if prescription.is_virtual:
        yield Paragraph(VIRTUAL_TAG, _QUIET, before=2)
    if prescription.advice:
        yield from flowing(plain(prescription.advice), _TEXT, before=10)
    common = _common_rule(prescription.exercises)
    if common:
        yield from flowing(_about_pain(common), _RULE, before=10)
    weeks = weeks_of(prescription, on)
    for place, line in enumerate(prescription.exercises, 1):
        yield from _exercise(place, line, weeks, has_rule=not common)


def _common_rule(exercises: Sequence[PrescribedExercise]) -> str:
    """The rule for pain where all have the same: it is said once, at the top."""
    rules = {plain(line.pain_rule) for line in exercises}
    return rules.pop() if len(rules) == 1 else ""


def _exercise(
    place: int, line: PrescribedExercise, weeks: int, *, has_rule: bool
) -> Iterable[Block]:
    side = f", {line.side.value} side only" if line.side else ""
    yield Rule(before=12)
    yield Paragraph(f"{place}. {plain(line.name)}{side}", _EXERCISE, before=0, keeps_next=True)
    parts = [
        (dosage_lines(line.dosage), _DOSAGE),
        (plain(line.how), _TEXT),
        (plain(line.note), _TEXT),
        (_about_pain(plain(line.pain_rule)) if has_rule else "", _RULE),
        (f"Next step: {plain(line.progression)}" if line.progression else "", _TEXT),
    ]
    for text, style in parts:
        for block in flowing(text, style, before=4) if text else ():
            block.keeps_next = True
            yield block
    times = line.dosage.times_a_week
    yield TickWeeks(weeks, min(times, _MOST_BOXES) if times else None)


def _about_pain(rule: str) -> str:
    return rule if not rule or rule.lower().startswith("pain") else f"Pain: {rule}"


def _amount(dosage: Dosage) -> str:
    """How often and how long, whatever of it is given."""
    hold = f"hold {_seconds(dosage.hold_s)}" if dosage.hold_s is not None else ""
    way = f"{number(dosage.distance_m, 0)} m" if dosage.distance_m is not None else ""
    once = ""
    if dosage.repetitions is not None:
        once = f"{dosage.repetitions} repetition{'' if dosage.repetitions == 1 else 's'}"
    parts = [each for each in (once, hold, way) if each]
    if dosage.sets is None:
        return sentence(", ".join(parts))
    sets = f"{dosage.sets} set{'' if dosage.sets == 1 else 's'}"
    return ", ".join([f"{sets} of {once}", *parts[1:]] if once else [sets, *parts])


def _effort(dosage: Dosage) -> str:
    parts = (
        f"{number(dosage.effort_percent, 0)} % effort" if dosage.effort_percent else "",
        _load(dosage.load_kg),
        plain(dosage.load),
    )
    return sentence(", ".join(part for part in parts if part))


def _load(load_kg: float | None) -> str:
    if load_kg is None:
        return ""
    return f"{number(load_kg, 0 if load_kg == int(load_kg) else 1)} kg"


def _seconds(seconds: float | None) -> str:
    if seconds is None:
        return ""
    if seconds >= 60 and seconds % 60 == 0:
        return f"{number(seconds / 60, 0)} min"
    return f"{number(seconds, 0)} s"


def _times(times: int | None) -> str:
    if times is None:
        return ""
    words = {1: "Once", 2: "Twice"}
    return f"{words.get(times, f'{times} times')} a week"
