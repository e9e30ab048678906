"""No number on any paper without its unit, and no force without limb, device and method."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import pytest
from PySide6.QtGui import QPainter, QPdfWriter

from app.report.blocks import BODY
from app.report.progress import write_letter, write_progress
from app.report.progress_reading import read_progress
from app.report.squad import write_squad
from app.report.stored import find_paper, paper_of
from app.report.treatment_record import write_treatment
from app.squad import read_squad
from app.units import ForceUnit
from data.clinical.wording import banned_phrases
from data.store import Store
from tests import builders
from tests.app.paper_words import problems_on_paper
from tests.app.pdf_text import pdf_pages
from tests.app.test_papers import tens, with_everything
from tests.ui.clinic import NOW

pytestmark = pytest.mark.usefixtures("qapp")


@pytest.fixture(scope="module")
def papers(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """Each kind of paper once."""
    folder = tmp_path_factory.mktemp("papers")
    clinic = with_everything(folder)
    store = Store(clinic.path)
    progress = read_progress(store, clinic.athlete)
    letter = store.messages.get(builders.identity(61))
    squad = read_squad(store, "", "nordic.bil", NOW.date())
    made = datetime(2026, 11, 18, 12, tzinfo=NOW.tzinfo)
    found = [
        paper_of(store, store.sessions.get(clinic.visit), folder / "visit.pdf"),
        write_progress(folder / "progress.pdf", progress),
        write_letter(folder / "letter.pdf", letter, progress),
        paper_of(store, find_paper(store, builders.identity(60)), folder / "hand_out.pdf"),
        write_treatment(folder / "treatment.pdf", builders.person(), builders.session(), tens()),
        write_squad(folder / "squad.pdf", squad, squad.members, ForceUnit.NEWTON, made),
    ]
    store.close()
    return found


def test_no_number_on_any_paper_stands_without_unit_limb_device_and_method(papers: list[Path]):
    found = [problems_on_paper(path) for path in papers]
    assert [problem for problems, _ in found for problem in problems] == []
    forces = {path.stem: forces for path, (_, forces) in zip(papers, found, strict=True)}
    assert forces["visit"] >= 24
    assert forces["progress"] >= 8
    assert forces["squad"] >= 6


def test_no_paper_says_what_no_program_can_know(papers: list[Path]):
    for path in papers:
        words = " ".join(page.words for page in pdf_pages(path))
        assert banned_phrases(words) == [], path
        assert "nan" not in words.split(), path


def test_a_number_on_paper_without_unit_limb_device_or_method_would_be_seen(tmp_path: Path):
    def problems(*lines: str) -> list[str]:
        path = tmp_path / "one.pdf"
        writer = QPdfWriter(str(path))
        painter = QPainter(writer)
        painter.setFont(BODY.font())
        for place, line in enumerate(lines):
            painter.drawText(100, 1000 + 400 * place, line)
        painter.end()
        return [each.partition(", ")[2] for each in problems_on_paper(path)[0]]

    assert problems("Peak 318") == ["“Peak 318”: ['318'] without a unit"]
    assert problems("Peak 318 N") == ["“Peak 318 N”: no limb, device, method within reach"]
    assert problems("Left peak 318 N, Progressor_7125") == [
        "“Left peak 318 N, Progressor_7125”: no method within reach"
    ]
    assert problems("Left peak 318 N, Progressor_7125: peak.raw.v1") == []
    # What is said of one test is not said of another.
    other = "Nordic hamstring curl: Open Nordic Board, peak.raw.v1"
    assert problems("Hamstrings isometric 90:20, left 318 N", other) == [
        "“Hamstrings isometric 90:20, left 318 N”: no device, method within reach"
    ]
