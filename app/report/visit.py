"""The report on one visit: its tests, treatments and everything else that was done."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from pathlib import Path

from app.report.blocks import (
    BODY,
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
from app.report.compose import Retests, Visit, compose
from app.report.content import Fact, ItemLine, Report, StrengthSection, TreatmentSection
from app.report.layout import fact_rows, flowing
from app.report.trial import ReportTrial
from app.report.write import VIRTUAL, VIRTUAL_TAG, Document, write_document
from data.episodes import Item
from data.records import Person, Session, Treatment, Trial

NAME_PT = 62


def write_report(
    path: Path,
    person: Person,
    session: Session,
    trials: Sequence[ReportTrial],
    treatments: Sequence[Treatment],
    *,
    items: Sequence[Item] = (),
    last_time: Sequence[Trial] | None = None,
    left_out: int = 0,
    retests: Retests | None = None,
) -> Path:
    """Write the PDF of one visit to `path`; needs no display. Raises OSError if it cannot.

    `last_time` are trials of an earlier visit; those of the same test, device model and lever
    are compared with. `left_out` tests are damaged, which the report says. `retests` is what the
    clinic's own measurement error is made of.
    """
    from data.clinical.catalogue import tests

    visit = Visit(
        person,
        session,
        tuple(trials),
        tuple(treatments),
        tuple(last_time or ()),
        left_out,
        tuple(items),
        retests or {},
    )
    report = compose(visit, tests(), datetime.now(UTC))
    return write_document(path, document_of(report))


def document_of(report: Report) -> Document:
    born = next((f", born {fact.value}" for fact in report.person if fact.name == "Born"), "")
    return Document(
        blocks=tuple(_blocks(report)),
        running_head=f"{report.name}{born}",
        foot=f"Visit of {report.visit} · {report.made}",
    )


def _blocks(report: Report) -> Iterable[Block]:
    yield Paragraph("VISIT REPORT", SMALL_STRONG, before=0)
    yield Paragraph(report.name, TITLE, before=1)
    yield Paragraph(f"Visit of {report.visit}", BODY, before=1)
    if report.person:
        yield Facts(report.person, columns=2, before=6)
    if any(each.is_virtual for each in (*report.tests, *report.treatments, *report.items)):
        yield Banner(VIRTUAL, is_virtual=True, before=6, keeps_next=False)
    for section in report.tests:
        yield from _strength_blocks(section)
    for treatment in report.treatments:
        yield from _treatment_blocks(treatment)
    yield from _item_blocks(report.items)
    if not report.tests and not report.treatments and not report.items:
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
        yield from flowing(statement, STRONG if i == 0 else BODY, before=6 if i == 0 else 2)
    refused = [Fact("Not computed", " ".join(section.refused))] if section.refused else []
    yield from fact_rows((*refused, *section.provenance), name_pt=NAME_PT, style=SMALL, before=5)


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
        yield from flowing(" ".join(section.notes), SMALL)


def _item_blocks(items: Sequence[ItemLine]) -> Iterable[Block]:
    """What else was done: the time and what it is, and what there is to say of it below."""
    if items:
        yield Rule()
        yield Heading("Also in this visit")
    for item in items:
        tag = f" ({VIRTUAL_TAG})" if item.is_virtual else ""
        yield Paragraph(f"{item.time}  {item.title}{tag}", STRONG, before=5, keeps_next=True)
        for i, text in enumerate(item.texts):
            yield from flowing(text, BODY, before=1 if i else 2)
