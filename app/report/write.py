"""Sets a report on A4 pages and writes them as one PDF."""

from __future__ import annotations

import os
import textwrap
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from pathlib import Path

from PySide6.QtCore import QMarginsF
from PySide6.QtGui import QPageLayout, QPageSize, QPainter, QPdfWriter
from PySide6.QtWidgets import QApplication

from app.report.blocks import (
    BODY,
    RIGHT,
    SMALL,
    SMALL_STRONG,
    STRONG,
    TITLE,
    Banner,
    Block,
    Facts,
    Heading,
    Headlines,
    Paragraph,
    Rule,
    Signature,
    TableHead,
    TableRow,
)
from app.report.chart import ChartRow
from app.report.compose import Visit, compose
from app.report.content import Fact, Report, StrengthSection, TreatmentSection
from app.report.sheet import DPI, PT, Sheet, TextStyle
from app.report.trial import ReportTrial
from app.theme import LIGHT
from data.records import Person, Session, Treatment, Trial

MARGIN_MM = 14.0
FOOTER_PT = 28
HEAD_PT = 18
NAME_PT = 62
LONGEST_PIECE = 1200
DISCLAIMER = (
    "Research and record-keeping software, not a certified medical device. The numbers support, "
    "never replace, professional judgement."
)

VIRTUAL = "VIRTUAL DEVICE: what is marked so below comes from a simulator, not from a person."
VIRTUAL_TAG = "VIRTUAL DEVICE"


def write_report(
    path: Path,
    person: Person,
    session: Session,
    trials: Sequence[ReportTrial],
    treatments: Sequence[Treatment],
    *,
    last_time: Sequence[Trial] | None = None,
    left_out: int = 0,
) -> Path:
    """Write the PDF of one visit to `path`; needs no display. Raises OSError if it cannot.

    `last_time` are trials of an earlier visit; those of the same test, device model and lever
    are compared with. `left_out` tests are damaged, which the report says.
    """
    from data.clinical.catalogue import tests

    last = tuple(last_time or ())
    visit = Visit(person, session, tuple(trials), tuple(treatments), last, left_out)
    return render(path, compose(visit, tests(), datetime.now(UTC)))


def render(path: Path, report: Report) -> Path:
    """Set `report`; the file appears whole or not at all."""
    application()
    unfinished = path.with_name(path.name + ".unfinished")
    unfinished.touch()  # QPdfWriter is silent about a folder that is missing or not ours
    writer = QPdfWriter(str(unfinished))
    writer.setPageLayout(
        QPageLayout(
            QPageSize(QPageSize.PageSizeId.A4),
            QPageLayout.Orientation.Portrait,
            QMarginsF(MARGIN_MM, MARGIN_MM, MARGIN_MM, MARGIN_MM * 0.7),
            QPageLayout.Unit.Millimeter,
        )
    )
    writer.setResolution(DPI)
    # The title of the file is seen by every viewer and search index: no name in it.
    writer.setTitle("Myograph report")
    writer.setCreator("Myograph")
    painter = QPainter(writer)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    width, height = float(writer.width()), writer.height() - FOOTER_PT * PT
    sheet = Sheet(painter)
    pages = paginate(list(_blocks(report)), sheet, width, height)
    for number, page in enumerate(pages, 1):
        if number > 1:
            writer.newPage()
        y = _head(sheet, report, width) if number > 1 else 0.0
        for i, block in enumerate(page):
            y += block.before * PT if i else 0.0
            block.paint(sheet, 0.0, y, width)
            y += block.height(sheet, width)
        _foot(sheet, report, number, len(pages), width, float(writer.height()))
    painter.end()
    unfinished.replace(path)
    return path


def paginate(
    blocks: Sequence[Block], sheet: Sheet, width: float, height: float
) -> list[list[Block]]:
    """Blocks page by page. What keeps with its next stays with it; a table repeats its head."""
    pages: list[list[Block]] = [[]]
    used = 0.0
    for group in _kept_together(blocks):
        needed = sum(block.before * PT + block.height(sheet, width) for block in group)
        if pages[-1] and used + needed > height:
            first = group[0]
            head = [first.head] if isinstance(first, TableRow) else []
            pages.append([*head])
            # Nothing stands above the first block of a page but whose page it is.
            used = (HEAD_PT - (head or group)[0].before) * PT
            used += sum(block.before * PT + block.height(sheet, width) for block in head)
        pages[-1] += group
        used += needed
    return pages


def _kept_together(blocks: Sequence[Block]) -> Iterable[list[Block]]:
    group: list[Block] = []
    for block in blocks:
        group.append(block)
        if not block.keeps_next:
            yield group
            group = []
    if group:
        yield group


def _blocks(report: Report) -> Iterable[Block]:
    yield Paragraph("VISIT REPORT", SMALL_STRONG, before=0)
    yield Paragraph(report.name, TITLE, before=1)
    yield Paragraph(f"Visit of {report.visit}", BODY, before=1)
    if report.person:
        yield Facts(report.person, columns=2, before=6)
    if any(section.is_virtual for section in (*report.tests, *report.treatments)):
        yield Banner(VIRTUAL, is_virtual=True, before=6, keeps_next=False)
    for section in report.tests:
        yield from _strength_blocks(section)
    for treatment in report.treatments:
        yield from _treatment_blocks(treatment)
    if not report.tests and not report.treatments:
        yield Rule()
        yield Paragraph("Nothing was recorded at this visit.", BODY)
    if report.methods:
        yield Rule()
        yield Paragraph("Methods", SMALL_STRONG, before=0, keeps_next=True)
        # A signature never stands on a page by itself.
        yield Paragraph(" · ".join(report.methods), SMALL, before=1, keeps_next=True)
    yield Signature()


def _strength_blocks(section: StrengthSection) -> Iterable[Block]:
    yield Rule()
    yield Heading(section.title, VIRTUAL_TAG if section.is_virtual else "")
    yield Paragraph(section.subtitle, SMALL, before=1, keeps_next=True)
    if section.warnings:
        yield Banner("\n".join(section.warnings))
    if section.headlines:
        yield Headlines(section.headlines)
    if section.charts:
        yield ChartRow(section.charts)
    if section.table.rows:
        head = TableHead(section.table)
        yield head
        for row in section.table.rows:
            yield TableRow(section.table, row, head)
    for i, statement in enumerate(section.statements):
        yield from _text(statement, STRONG if i == 0 else BODY, before=6 if i == 0 else 2)
    refused = [Fact("Not computed", " ".join(section.refused))] if section.refused else []
    yield Facts((*refused, *section.provenance), name_pt=NAME_PT, style=SMALL, before=5)


def _treatment_blocks(section: TreatmentSection) -> Iterable[Block]:
    yield Rule()
    yield Heading(section.title, VIRTUAL_TAG if section.is_virtual else "")
    yield Paragraph(section.subtitle, SMALL, before=1, keeps_next=True)
    if section.warnings:
        yield Banner("\n".join(section.warnings))
    if section.settings:
        yield Facts(section.settings, before=6)
    if section.dose:
        yield Facts(section.dose, columns=2, name_pt=136, before=3)
    if section.notes:
        yield from _text(" ".join(section.notes), SMALL)


def _text(text: str, style: TextStyle, before: float = 2) -> Iterable[Block]:
    """A note of any length: in pieces that a page can hold."""
    pieces = textwrap.wrap(text, LONGEST_PIECE) if len(text) > LONGEST_PIECE else [text]
    for i, piece in enumerate(pieces):
        yield Paragraph(piece, style, before=0 if i else before)


def _head(sheet: Sheet, report: Report, width: float) -> float:
    """Whose page it is, on every page after the first; returns where the page begins."""
    born = next((f", born {fact.value}" for fact in report.person if fact.name == "Born"), "")
    sheet.line_of_text(f"{report.name}{born}", SMALL_STRONG, 0, 0, width)
    return HEAD_PT * PT


def _foot(sheet: Sheet, report: Report, page: int, pages: int, width: float, bottom: float) -> None:
    y = bottom - (FOOTER_PT - 10) * PT
    sheet.line(0, y, width, y, LIGHT.hairline, 0.5 * PT)
    sheet.text(DISCLAIMER, SMALL, 0, y + 3 * PT, width)
    sheet.text(f"Visit of {report.visit} · {report.made}", SMALL, 0, y + 12 * PT, width)
    sheet.text(f"Page {page} of {pages}", SMALL.to_the(RIGHT), 0, y + 12 * PT, width)


def application() -> None:
    """Fonts need an application; one without a display will do."""
    if QApplication.instance() is None:
        if not (os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")):
            os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
        _keep.append(QApplication(["myograph"]))


# An application that nobody holds is destroyed, and every font with it.
_keep: list[QApplication] = []
