"""The record of one treatment on a page, with a line to sign."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from app.report.blocks import (
    BODY,
    SMALL,
    SMALL_STRONG,
    TITLE,
    Banner,
    Block,
    Facts,
    Heading,
    Paragraph,
    Rule,
    Signature,
)
from app.report.body import BodyFigures
from app.report.content import Fact
from app.report.layout import Beside, fact_rows, flowing
from app.report.sheet import TextStyle
from app.report.treatment_sheet import Section, TreatmentSheet, treatment_sheet
from app.report.write import VIRTUAL, VIRTUAL_TAG, Document, write_document
from app.theme import LIGHT
from app.widgets.body_map import placement_words
from app.wording import clock
from data.records import Person, Session, Treatment

_VALUE = TextStyle(7.6, LIGHT.text)
_TITLE_PT = 78
_LONG = 300
_BESIDE, _WORDS_BESIDE = 24, 6
"""Settings and placed things that may stand beside the drawing; more go on below it."""


def write_treatment(
    path: Path, person: Person, session: Session, treatment: Treatment, output: str = ""
) -> Path:
    """Write the record of one treatment to `path`; `output` as in `treatment_sheet`. Raises OSError
    if it cannot."""
    made = clock(datetime.now(UTC), session.utc_offset_min)
    words = placement_words(treatment.placement)
    sheet = treatment_sheet(person, session, treatment, words, made, output)
    return write_document(path, document_of(sheet))


def document_of(sheet: TreatmentSheet) -> Document:
    return Document(tuple(_blocks(sheet)), f"{sheet.name}: {sheet.title}, {sheet.when}", sheet.foot)


def _blocks(sheet: TreatmentSheet) -> Iterable[Block]:
    yield Paragraph("TREATMENT RECORD", SMALL_STRONG, before=0)
    yield Paragraph(sheet.name, TITLE, before=1)
    yield Paragraph(sheet.when, BODY, before=1)
    if sheet.person:
        yield Facts(sheet.person, 2, _TITLE_PT, _VALUE, before=5)
    if sheet.is_virtual:
        yield Banner(VIRTUAL, is_virtual=True, before=5, keeps_next=False)
    yield Rule(before=7)
    yield Heading(sheet.title, VIRTUAL_TAG if sheet.is_virtual else "")
    for warning in sheet.warnings:
        yield Banner(warning, before=3, keeps_next=False)
    yield from _settings(sheet)
    blocks = [block for section in sheet.sections for block in _section(section)]
    blocks[-1].keeps_next = True  # a signature never stands on a page by itself
    yield from blocks
    yield Signature("Treated by", before=24)


def _settings(sheet: TreatmentSheet) -> Iterable[Block]:
    figures, settings = BodyFigures(sheet.placement), sheet.settings
    words = Section("Placement", (), texts=sheet.placement_words)
    if not figures.views:
        yield from _section(settings)
        return
    beside = replace(settings, facts=settings.facts[:_BESIDE])
    below = replace(settings, facts=settings.facts[_BESIDE:])
    is_short = len(words.texts) <= _WORDS_BESIDE
    left = [*_section(beside), *(_section(words) if is_short else ())]
    yield Beside(left, figures, figures.width_pt)
    yield from fact_rows(below.facts, 2, below.name_pt, _VALUE, before=1)
    if not is_short:
        yield from _section(words)


def _section(section: Section) -> Iterable[Block]:
    if section.is_running:
        yield from _running(section)
        return
    aside = f"  ({section.aside})" if section.aside else ""
    yield Paragraph(f"{section.title}{aside}", SMALL_STRONG, before=6, keeps_next=True)
    yield from fact_rows(section.facts, 2, section.name_pt, _VALUE, before=1)
    for text in section.texts:
        yield from flowing(text, SMALL if section.facts else _VALUE, before=1)


def _running(section: Section) -> Iterable[Block]:
    """The title at the left, and beside it its values one after the other."""
    long = [fact for fact in section.facts if len(fact.value) > _LONG]
    short = [_said(fact) for fact in section.facts if fact not in long]
    aside = f" ({section.aside})" if section.aside else ""
    texts = [f"{' · '.join(short)}{aside}"] if short else []
    for i, text in enumerate((*texts, *section.texts)):
        name = "" if i else section.title
        yield from fact_rows([Fact(name, text)], 1, _TITLE_PT, _VALUE, before=0 if i else 5)
    for fact in long:
        yield from flowing(_said(fact), _VALUE)


def _said(fact: Fact) -> str:
    origin = f" ({fact.origin})" if fact.origin else ""
    return f"{fact.name}: {fact.value}{origin}"
