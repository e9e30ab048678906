"""What stands on a printed page, and what a reader of each number finds within reach there.

Within reach is, of a unit: the same line or the one it goes on in, the words over it in its column,
the part beside it. Of a limb: those, or the heading of the columns. Of device and method: what the
paper says of the same test, from its name to that of the next one.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from pathlib import Path

from data.clinical import catalogue
from tests.app.pdf_text import Glyph, PdfPage, pdf_pages
from tests.ui.test_every_number import (
    FORCE,
    LIMB,
    METHOD,
    NOT_OF_A_LIMB,
    NUMBER,
    bare,
    device_names,
)

_LINE_PT = 2.0
_NEXT_LINE_PT = 20.0
_BESIDE_PT = 40.0
_LETTER_PT = 5.0
FORCE_UNIT = re.compile(r"(?:^|[\s,])(?:N/kg|N·s|N/s|N|kgf|lbf)$")


@dataclass(frozen=True, slots=True)
class Run:
    """One stretch of text as it was drawn; `test` is the strength test that was named last."""

    text: str
    x: float
    y: float
    end: float
    page: int
    test: str
    page_runs: list[Run] = field(repr=False, compare=False)

    def over(self) -> list[str]:
        """The headings over it: of each line above the word that is nearest, three lines up."""
        lines: dict[float, Run] = {}
        for run in self.page_runs:
            is_words = re.match(r"[^\W\d]{2}|[^\W\d](?:$|\W)", run.text)
            if not is_words or run.y <= self.y + _LINE_PT or self._aside(run) > _BESIDE_PT:
                continue
            other = lines.get(run.y)
            if other is None or self._aside(run) < self._aside(other):
                lines[run.y] = run
        return [lines[y].text for y in sorted(lines)[:3]]

    def scale(self) -> str:
        """The number with its unit at the upper end of the axis that this number belongs to."""
        above = [run for run in self.page_runs if run.y > self.y and not self._aside(run)]
        ends = [run for run in above if re.fullmatch(rf"{NUMBER}[ \u00a0]\S+", run.text)]
        return min(ends, key=lambda run: run.y).text if ends else ""

    def _aside(self, other: Run) -> float:
        """How far apart the two are across the page, pt; 0 where one stands over the other."""
        return max(other.x - self.end, self.x - other.end, 0.0)

    def beside(self) -> list[str]:
        """What names it on its left, and what stands close behind it."""
        same = [run for run in self.page_runs if abs(run.y - self.y) < _LINE_PT]
        left = [run for run in same if run.x < self.x]
        right = [run.text for run in same if 0 < run.x - self.end < _BESIDE_PT]
        return [max(left, key=lambda run: run.x).text, *right] if left else right

    def line(self) -> str:
        runs = [run for run in self.page_runs if abs(run.y - self.y) < _LINE_PT]
        return " ".join(run.text for run in sorted(runs, key=lambda run: run.x))

    def goes_on(self) -> tuple[str, str]:
        """The lines before and behind it in the same paragraph or cell."""
        near = [run for run in self.page_runs if abs(run.x - self.x) < 1.0 and run is not self]
        before = [run for run in near if 0 < run.y - self.y < _NEXT_LINE_PT]
        after = [run for run in near if 0 < self.y - run.y < _NEXT_LINE_PT]
        return (
            min(before, key=lambda run: run.y).text if before else "",
            max(after, key=lambda run: run.y).text if after else "",
        )


def problems_on_paper(path: Path) -> tuple[list[str], int]:
    """What numbers of a PDF lack, and how many forces it holds."""
    runs = list(_runs(pdf_pages(path)))
    told = _told_of_tests(runs)
    found: list[str] = []
    forces = 0
    for run in runs:
        if missing := _without_unit(run):
            found.append(f"“{run.text}”: {missing} without a unit")
        if not _is_force(run):
            continue
        forces += 1
        if missing := _unexplained(run, told.get(run.test, "")):
            found.append(f"“{run.text}”: no {', '.join(missing)} within reach")
    return [f"{path.stem}, {each}" for each in dict.fromkeys(found)], forces


def _without_unit(run: Run) -> list[str]:
    """Numbers that have no unit alone, nor with the line before, the one behind or the heading."""
    before, after = run.goes_on()
    near = " , ".join([*run.over(), *run.beside()])
    if re.fullmatch(NUMBER, run.text) or _is_scale(run):
        near = f"{near} , {run.line()} , {run.scale()}"
    left = Counter(bare(run.text, near))
    heading = next(iter(run.over()), "")
    for whole in (f"{before} {run.text}", f"{run.text} {after}", f"{heading} {run.text}"):
        left &= Counter(bare(whole, near))
    return list(left)


def _is_scale(run: Run) -> bool:
    """The numbers along the axis of a chart, the last one with the unit of all."""
    return bool(re.fullmatch(rf"{NUMBER}[ \u00a0]\w+", run.text))


def _is_force(run: Run) -> bool:
    """A force in words, or a cell under a heading of one; not the scale of a chart."""
    if re.fullmatch(rf"{NUMBER}(?: ± \d+)?", run.text):
        return any(FORCE_UNIT.search(head) and len(head) > 3 for head in run.over())
    return bool(FORCE.search(run.text)) and not re.fullmatch(r"\d+\s*(?:N|kgf|lbf)", run.text)


def _unexplained(run: Run, told: str) -> list[str]:
    before, after = run.goes_on()
    here = " ".join([before, run.text, after, run.line(), *run.over()])
    if NOT_OF_A_LIMB.search(here):
        return []
    missing: list[str] = []
    if not LIMB.search(here):
        missing.append("limb")
    if not any(name in told for name in device_names()):
        missing.append("device")
    if not METHOD.search(told):
        missing.append("method")
    return missing


def _told_of_tests(runs: Sequence[Run]) -> dict[str, str]:
    """All that is said after each test's name, up to another one's."""
    told: dict[str, str] = {}
    for run in runs:
        told[run.test] = f"{told.get(run.test, '')} {run.text}"
    return told


def _runs(pages: Sequence[PdfPage]) -> Iterator[Run]:
    """In the order of drawing, which is that of reading."""
    names = sorted((test.name for test in catalogue.tests().values()), key=len, reverse=True)
    test = ""
    for number, page in enumerate(pages):
        of_page: list[Run] = []
        for _, drawn in groupby(page.glyphs, key=lambda glyph: glyph.run):
            glyphs = list(drawn)
            text = _text(glyphs)
            test = next((name for name in names if name in text), test)
            if text:
                first, last = glyphs[0], glyphs[-1]
                end = last.x + _LETTER_PT
                of_page.append(Run(text, first.x, first.y, end, number, test, of_page))
        yield from of_page


def _text(glyphs: Sequence[Glyph]) -> str:
    found = "".join(glyph.text for glyph in glyphs)
    return re.sub(r"[ \t\n]+", " ", found).strip()
