"""The squad's table on paper: landscape A4, in the order of the screen."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from PySide6.QtCore import QMarginsF, QRectF
from PySide6.QtGui import QFont, QPageLayout, QPageSize, QPainter, QPdfWriter

from app.plain_text import plain
from app.report.blocks import HAIR, RIGHT, SMALL, SMALL_STRONG, TITLE, limb_text
from app.report.sheet import DPI, PT, Sheet, TextStyle
from app.report.write import DISCLAIMER, MARGIN_MM, VIRTUAL_TAG, application
from app.squad import Member, Squad
from app.theme import LIGHT
from app.units import ForceUnit
from app.version import program_version
from app.widgets.sparkline import paint_sparkline
from app.widgets.squad_columns import COLUMNS, SPARKLINE, SquadColumn, is_beyond
from app.wording import date_text
from data.analysis.symmetry import FORMULAS

_HEAD_PT, _ROW_PT, _FOOT_PT = 40.0, 19.0, 62.0
_DEVICE = SquadColumn(
    "Device",
    "What measured the last results",
    170,
    lambda member, _unit: ", ".join(map(plain, member.devices)) or "–",
    lambda _member: None,
    is_number=False,
)
_PRINTED = (*COLUMNS, _DEVICE)  # a pointer finds the device on the screen; paper has no pointer


def write_squad(
    path: Path, squad: Squad, members: Sequence[Member], unit: ForceUnit, made: datetime
) -> Path:
    """Write the table of `members`; the file appears whole. Raises OSError if it cannot."""
    application()
    unfinished = path.with_name(path.name + ".unfinished")
    unfinished.touch()  # QPdfWriter is silent about a folder that is missing or not ours
    writer = QPdfWriter(str(unfinished))
    writer.setPageLayout(
        QPageLayout(
            QPageSize(QPageSize.PageSizeId.A4),
            QPageLayout.Orientation.Landscape,
            QMarginsF(MARGIN_MM, MARGIN_MM, MARGIN_MM, MARGIN_MM * 0.7),
            QPageLayout.Unit.Millimeter,
        )
    )
    writer.setResolution(DPI)
    writer.setTitle("Myograph squad")
    writer.setCreator("Myograph")
    painter = QPainter(writer)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    _Table(Sheet(painter), writer, squad, unit, made).paint(members)
    painter.end()
    unfinished.replace(path)
    return path


class _Table:
    def __init__(
        self, sheet: Sheet, writer: QPdfWriter, squad: Squad, unit: ForceUnit, made: datetime
    ) -> None:
        self.sheet, self.writer, self.squad, self.unit, self.made = sheet, writer, squad, unit, made
        self.width, self.height = float(writer.width()), float(writer.height())
        whole = sum(column.width for column in _PRINTED)
        self.widths = [self.width * column.width / whole for column in _PRINTED]

    def paint(self, members: Sequence[Member]) -> None:
        room = self.height - (_HEAD_PT + _FOOT_PT + _ROW_PT) * PT
        a_page = max(int(room // (_ROW_PT * PT)), 1)
        pages = [members[i : i + a_page] for i in range(0, len(members), a_page)] or [()]
        for number, page in enumerate(pages, 1):
            if number > 1:
                self.writer.newPage()
            y = self._head()
            for member in page:
                self._row(member, y)
                y += _ROW_PT * PT
            self._foot(number, len(pages))

    def _head(self) -> float:
        """Title, and what each column is, with its unit once."""
        squad = self.squad
        team = plain(squad.team) or "Everybody"
        self.sheet.line_of_text(f"{team}: {squad.test.name}", TITLE, 0, 0, self.width)
        how = squad.test.aggregation.replace("_", " ")
        said = f"Peak, {how} of valid repetitions; as of {date_text(squad.today)}"
        self.sheet.text(said, SMALL, 0, 24 * PT, self.width)
        y, x = _HEAD_PT * PT, 0.0
        for place, column in enumerate(_PRINTED):
            name = f"{column.name}, {self.unit}" if place in (1, 2) else column.name
            style = SMALL_STRONG.to_the(RIGHT) if column.is_number else SMALL_STRONG
            left = x + 8 * PT if place == SPARKLINE else x
            self.sheet.text(name, style, left, y, self.widths[place] - 6 * PT)
            x += self.widths[place]
        below = y + (_ROW_PT - 3) * PT
        self.sheet.line(0, below, self.width, below, LIGHT.line_strong, HAIR)
        return y + _ROW_PT * PT

    def _row(self, member: Member, y: float) -> None:
        x = 0.0
        for place, column in enumerate(_PRINTED):
            room = self.widths[place] - 6 * PT
            if place == SPARKLINE:
                box = QRectF(x + 8 * PT, y + PT, room - 8 * PT, (_ROW_PT - 6) * PT)
                self._sparkline(box, member)
            else:
                is_bold = place == 0 or is_beyond(member, place)
                weight = QFont.Weight.DemiBold if is_bold else QFont.Weight.Normal
                style = TextStyle(8.2, limb_text(column.side), weight)
                text = column.text(member, self.unit)
                if place == 0 and member.is_virtual:
                    text = f"{text} ({VIRTUAL_TAG})"
                if column.is_number:
                    self.sheet.text(text, style.to_the(RIGHT), x, y + 2 * PT, room)
                else:
                    self.sheet.line_of_text(text, style, x, y + 2 * PT, room)
            x += self.widths[place]
        below = y + (_ROW_PT - 3) * PT
        self.sheet.line(0, below, self.width, below, LIGHT.hairline, HAIR)

    def _sparkline(self, box: QRectF, member: Member) -> None:
        """Drawn in points, as on the screen: pens and dots are in its units."""
        painter = self.sheet.painter
        painter.save()
        painter.translate(box.topLeft())
        painter.scale(PT, PT)
        paint_sparkline(painter, QRectF(0, 0, box.width() / PT, box.height() / PT), member, LIGHT)
        painter.restore()

    def _foot(self, page: int, pages: int) -> None:
        """What the numbers mean and where the error comes from, on every page."""
        errors = {m.error.source for m in self.squad.members if m.error is not None}
        source = "; ".join(sorted(errors)) or "not known for this test"
        y = self.height - (_FOOT_PT - 8) * PT
        self.sheet.line(0, y, self.width, y, LIGHT.hairline, HAIR)
        how = self.squad.test.aggregation.replace("_", " ")
        said = (
            f"Peak: peak.raw.v1, net of rest, {how} of the valid repetitions of the last day; N/kg:"
            f" rel.mass.v1, by the body mass of that day. Difference: {FORMULAS['signed']}. Since "
            "first: against the first result of the same series ± MDC95, bold where it is beyond "
            f"that. Measurement error: {source}."
        )
        self.sheet.text(said, SMALL, 0, y + 3 * PT, self.width)
        self.sheet.text(DISCLAIMER, SMALL, 0, y + 30 * PT, self.width)
        made = f"Myograph {program_version()} · made {date_text(self.made)}"
        self.sheet.text(made, SMALL, 0, y + 39 * PT, self.width)
        self.sheet.text(f"Page {page} of {pages}", SMALL.to_the(RIGHT), 0, y + 39 * PT, self.width)
