"""The report on an athlete's progress, and letters to colleagues with the same summary."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path

from app.plain_text import plain
from app.report.blocks import (
    BODY,
    SMALL,
    SMALL_STRONG,
    STRONG,
    TITLE,
    Block,
    Facts,
    Paragraph,
    Signature,
)
from app.report.content import Fact
from app.report.layout import PageBreak, fact_rows, flowing
from app.report.progress_reading import Progress
from app.report.sheet import TextStyle
from app.report.summary import person_facts, summary_blocks
from app.report.write import VIRTUAL_TAG, Document, write_document
from app.theme import LIGHT
from app.units import local_offset_min
from app.version import program_version
from app.wording import clock, date_text
from data.rehabilitation import Message

_LETTER = TextStyle(11, LIGHT.text)


def write_progress(path: Path, progress: Progress) -> Path:
    """Write the report on an athlete's progress to `path`. Raises OSError if it cannot."""
    return write_document(path, progress_document(progress, datetime.now(UTC)))


def write_letter(path: Path, message: Message, progress: Progress) -> Path:
    """Write a letter with the summary behind it. Raises OSError if it cannot."""
    return write_document(path, letter_document(message, progress, datetime.now(UTC)))


def progress_document(progress: Progress, made_at: datetime) -> Document:
    name = plain(progress.athlete.history.person.name)
    made = _made(made_at)
    blocks = (*_summary(progress, made_at), Signature(before=24))
    return Document(blocks, f"{name}: progress", made)


def letter_document(message: Message, progress: Progress, made_at: datetime) -> Document:
    name = plain(progress.athlete.history.person.name)
    on = date_text(message.at.astimezone().date())
    blocks = (*_letter(message, progress, on), PageBreak(), *_summary(progress, made_at))
    return Document(blocks, f"{message.kind.value.capitalize()}: {name}, {on}", _made(made_at))


def _letter(message: Message, progress: Progress, on: str) -> Iterable[Block]:
    person = progress.athlete.history.person
    born = f", born {date_text(person.born)}" if person.born is not None else ""
    to = ", ".join(plain(part) for part in (message.to, message.role) if part)
    mark = f" ({VIRTUAL_TAG})" if message.is_virtual else ""
    facts = [Fact("To", to or "not named")]
    facts += [Fact("From", plain(message.by))] if message.by else []
    facts += [Fact("Date", on), Fact("About", f"{plain(person.name)}{born}")]
    subject = plain(message.subject_line) or f"About {plain(person.name)}"
    yield Paragraph(f"{message.kind.value.upper()}{mark}", SMALL_STRONG, before=0)
    yield Paragraph(subject, TITLE, before=1)
    yield from fact_rows(facts, 1, 50, _LETTER, before=8)
    yield Paragraph("", _LETTER, before=4)
    for line in message.text.splitlines() or ["(no text was written)"]:
        yield from flowing(plain(line) or " ", _LETTER, before=4)
    yield Signature("Signed by", before=40, keeps_next=True)
    yield Paragraph("The summary of the records follows on the next page.", SMALL, before=14)


def _summary(progress: Progress, made_at: datetime) -> Iterable[Block]:
    person = progress.athlete.history.person
    yield Paragraph("PROGRESS", SMALL_STRONG, before=0)
    yield Paragraph(plain(person.name), TITLE, before=1)
    on = date_text(made_at.astimezone().date())
    day = ""
    if progress.episode is not None and progress.episode.closed_on is None:
        day = f", day {progress.episode.day(made_at.astimezone().date())} since the injury"
    yield Paragraph(f"As of {on}{day}", BODY, before=1)
    facts = person_facts(person, progress)
    if facts:
        yield Facts(facts, columns=2, before=6)
    found = list(summary_blocks(progress))
    yield from found
    if not found:
        yield Paragraph("Nothing was recorded yet.", STRONG, before=12)


def _made(made_at: datetime) -> str:
    return f"Myograph {program_version()} · made {clock(made_at, local_offset_min(made_at))}"
