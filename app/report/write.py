"""Sets blocks on A4 pages and writes them as one PDF."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QMarginsF
from PySide6.QtGui import QPageLayout, QPageSize, QPainter, QPdfWriter
from PySide6.QtWidgets import QApplication

from app.report.blocks import RIGHT, SMALL, SMALL_STRONG, Block, TableRow
from app.report.layout import GridRow, PageBreak
from app.report.sheet import DPI, PT, Sheet
from app.theme import LIGHT

MARGIN_MM = 14.0
FOOTER_PT = 28
HEAD_PT = 18
DISCLAIMER = (
    "Research and record-keeping software, not a certified medical device. The numbers support, "
    "never replace, professional judgement."
)

VIRTUAL = "VIRTUAL DEVICE: what is marked so below comes from a simulator, not from a person."
VIRTUAL_TAG = "VIRTUAL DEVICE"


@dataclass(frozen=True, slots=True, eq=False)
class Document:
    """What is to be set. `running_head` stands on every page after the first: whose page it is;
    `disclaimer` and `foot` stand at the bottom of each."""

    blocks: tuple[Block, ...]
    running_head: str
    foot: str
    disclaimer: str = DISCLAIMER


def write_document(path: Path, document: Document) -> Path:
    """Write it to `path`; the file appears whole or not at all. Needs no display; raises OSError
    if it cannot."""
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
    pages = paginate(document.blocks, sheet, width, height)
    for number, page in enumerate(pages, 1):
        if number > 1:
            writer.newPage()
        y = _head(sheet, document, width) if number > 1 else 0.0
        for i, block in enumerate(page):
            y += block.before * PT if i else 0.0
            block.paint(sheet, 0.0, y, width)
            y += block.height(sheet, width)
        _foot(sheet, document, number, len(pages), width, float(writer.height()))
    painter.end()
    unfinished.replace(path)
    return path


def paginate(
    blocks: Sequence[Block], sheet: Sheet, width: float, height: float
) -> list[list[Block]]:
    """Blocks page by page. What keeps with its next stays with it, unless the whole is longer
    than a page; a table repeats its head."""
    pages: list[list[Block]] = [[]]
    used = 0.0
    room = height - HEAD_PT * PT
    for group in _groups(blocks, sheet, width, room):
        if isinstance(group[0], PageBreak):
            if pages[-1]:
                pages.append([])
                used = HEAD_PT * PT
            continue
        needed = _height(group, sheet, width)
        if pages[-1] and used + needed > height:
            first = group[0]
            head = [first.head] if isinstance(first, TableRow | GridRow) else []
            pages.append([*head])
            # Nothing stands above the first block of a page but whose page it is.
            used = (HEAD_PT - (head or group)[0].before) * PT
            used += _height(head, sheet, width)
        elif not pages[-1]:
            used -= group[0].before * PT
        pages[-1] += group
        used += needed
    return pages


def _groups(
    blocks: Sequence[Block], sheet: Sheet, width: float, room: float
) -> Iterable[list[Block]]:
    for group in _kept_together(blocks):
        if _height(group, sheet, width) <= room:
            yield group
        else:
            yield from ([block] for block in group)


def _kept_together(blocks: Sequence[Block]) -> Iterable[list[Block]]:
    group: list[Block] = []
    for block in blocks:
        group.append(block)
        if not block.keeps_next:
            yield group
            group = []
    if group:
        yield group


def _height(blocks: Sequence[Block], sheet: Sheet, width: float) -> float:
    return sum(block.before * PT + block.height(sheet, width) for block in blocks)


def _head(sheet: Sheet, document: Document, width: float) -> float:
    """Whose page it is, on every page after the first; returns where the page begins."""
    sheet.line_of_text(document.running_head, SMALL_STRONG, 0, 0, width)
    return HEAD_PT * PT


def _foot(
    sheet: Sheet, document: Document, page: int, pages: int, width: float, bottom: float
) -> None:
    y = bottom - (FOOTER_PT - 10) * PT
    sheet.line(0, y, width, y, LIGHT.hairline, 0.5 * PT)
    sheet.text(document.disclaimer, SMALL, 0, y + 3 * PT, width)
    at = y + (12 if document.disclaimer else 3) * PT
    sheet.line_of_text(document.foot, SMALL, 0, at, width - 60 * PT)
    sheet.text(f"Page {page} of {pages}", SMALL.to_the(RIGHT), 0, at, width)


def application() -> None:
    """Fonts need an application; one without a display will do."""
    if QApplication.instance() is None:
        if not (os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")):
            os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
        _keep.append(QApplication(["myograph"]))


# An application that nobody holds is destroyed, and every font with it.
_keep: list[QApplication] = []
