"""What must hold on every page in every state: nothing cut, everything named, nothing marked up."""

from __future__ import annotations

import re
import shutil
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QAbstractButton, QApplication, QLabel, QLineEdit, QWidget

from app.main_window import MainWindow
from app.navigation import PageId, Route
from app.theme import Scheme
from app.widgets.controls import EmptyState, HowButton
from app.widgets.rows import RowList
from app.widgets.text import Elided
from app.workflow import Notice, Weight
from data.clinical.wording import banned_phrases
from tests.ui.clinic import Clinic
from tests.ui.gallery import BOARD, NOTHING_YET, SCENES
from tests.ui.live_states import LIVE_STATES, ON_STAGE
from tests.ui.reading import stored, texts
from tests.ui.screenshots import SHOWN
from tests.ui.stage import open_window, run_events, settle

HOSTILE = '<img src="\\\\host\\share\\x.png"><b>\u202eevil\u202c</b>\nsecond line\x07 & more'


@pytest.mark.parametrize(
    ("scale", "size"), [(1.0, (1280, 720)), (1.5, (1280, 720)), (2.0, (2560, 1440))]
)
def test_no_text_is_cut_and_everything_has_a_name(
    qapp: QApplication, clinic: Clinic, scale: float, size: tuple[int, int]
) -> None:
    problems: list[str] = []
    with open_window(clinic.path, text_scale=scale, size=size) as window:
        for scene in SCENES:
            scene.show(window, clinic)
            run_events(0.02)
            problems += [f"{scene.name}: {problem}" for problem in _problems(window, scale)]
            problems += [f"{scene.name}: {problem}" for problem in _misspoken(window)]
    assert problems == []


def test_the_first_start_has_nothing_cut_and_says_what_to_do(
    qapp: QApplication, tmp_path: Path
) -> None:
    problems: list[str] = []
    with open_window(tmp_path / "myograph.db", text_scale=1.5, size=(1280, 720)) as window:
        for name, route in NOTHING_YET.items():
            window.go(route)
            settle(window)
            shown = [each for each in window.findChildren(EmptyState) if each.isVisible()]
            assert shown, name
            problems += [f"{name}: {problem}" for problem in _problems(window, 1.5)]
    assert problems == []


def test_every_picture_of_the_documents_is_one_that_is_made() -> None:
    root = Path(__file__).parents[2]
    pages = [root / "README.md", *(root / "docs").rglob("*.md")]
    named = {
        found
        for page in pages
        for found in re.findall(r"screenshots/([\w-]+)\.png", page.read_text("utf-8"))
    }
    assert named == set(SHOWN)
    made = {scene.name for scene in SCENES} | set(NOTHING_YET)
    made |= {f"live_{state.name}" for state in LIVE_STATES} | {f"stage_{each}" for each in ON_STAGE}
    assert {re.sub(r"-(?:light|dark)$", "", name) for name in SHOWN} <= made


def test_outside_text_is_shown_as_it_is_written_and_never_as_markup(
    qapp: QApplication, furnished: Clinic, tmp_path: Path
) -> None:
    folder = tmp_path / "clinic"
    shutil.copytree(furnished.path.parent, folder)
    clinic = replace(furnished, path=folder / "myograph.db")
    with open_window(clinic.path) as window:
        _make_hostile(window, clinic)
        for scene in SCENES:
            scene.show(window, clinic)
            window.desk.set_devices((replace(BOARD, name=HOSTILE, attention=HOSTILE),))
            window.desk.notice.emit(Notice(Weight.ATTENTION, HOSTILE, HOSTILE, HOSTILE))
            run_events(0.02)
            for label in window.findChildren(QLabel):
                assert label.textFormat() is Qt.TextFormat.PlainText or not label.text()
                assert "\u202e" not in label.text(), scene.name
                assert "\x07" not in label.text(), scene.name
            for widget in window.findChildren(QWidget):
                assert "<img" not in widget.toolTip(), scene.name
            for rows in window.findChildren(RowList):
                model = rows.rows_model
                for number in range(model.rowCount()):
                    shown = str(model.data(model.index(number)))
                    assert "\u202e" not in shown
                    assert "\n" not in shown
        window.go(Route(PageId.PERSON, clinic.athlete))
        settle(window)
        assert any("<img" in label.text() for label in window.findChildren(Elided))


def test_every_scene_can_be_drawn_in_the_dark(qapp: QApplication, clinic: Clinic) -> None:
    with open_window(clinic.path, scheme=Scheme.DARK) as window:
        for scene in SCENES:
            scene.show(window, clinic)
            image = window.grab().toImage()
            # The page's own surface, #11151A, in the corner that every page leaves free.
            corner = image.pixelColor(window.rail.width() + 6, window.bar.height() + 6)
            assert corner.name().upper() == "#11151A", scene.name


def _misspoken(window: MainWindow) -> list[str]:
    """What no screen says: a model's id for its name, no number at all, a banned word.

    The devices page alone shows ids, because commands go by them.
    """
    said = [*texts(window), *(each.method for each in window.findChildren(HowButton))]
    found = [f"says {phrase.words!r}" for text in said for phrase in banned_phrases(text)]
    found += [f"no number in {text!r}" for text in said if re.search(r"\b(?:nan|None)\b", text)]
    route = window.route
    if route is None or route.page not in (PageId.DEVICES, PageId.CALIBRATION):
        found += [
            f"device id in {text!r}" for text in said if re.search(r"device (?:onb|progr)", text)
        ]
    return found


def _problems(window: MainWindow, scale: float) -> list[str]:
    labels = [label for label in window.findChildren(QLabel) if label.isVisible()]
    buttons = [button for button in window.findChildren(QAbstractButton) if button.isVisible()]
    fields = [field for field in window.findChildren(QLineEdit) if field.isVisible()]
    found = [_label_problem(label) for label in labels if label.text()]
    found += [_button_problem(button, scale) for button in buttons]
    found += ["a field has no name" for field in fields if not field.accessibleName()]
    return [problem for problem in found if problem]


def _label_problem(label: QLabel) -> str:
    metrics = label.fontMetrics()
    if label.wordWrap():
        is_cut = label.heightForWidth(label.width()) > label.height() + 1
    elif isinstance(label, Elided):
        is_cut = metrics.height() > label.height() + 1
    else:
        width = metrics.horizontalAdvance(label.text())
        is_cut = width > label.width() + 1 or metrics.height() > label.height() + 1
    return f"“{label.text()}” does not fit" if is_cut else ""


def _button_problem(button: QAbstractButton, scale: float) -> str:
    if not button.accessibleName() and not button.text():
        return f"a {type(button).__name__} has no name"
    if button.height() < 36 * scale - 1:
        return f"“{button.text()}” is only {button.height()} px high"
    is_cut = button.width() < button.minimumSizeHint().width() - 1
    return f"“{button.text()}” is narrower than its text" if is_cut else ""


def _make_hostile(window: MainWindow, clinic: Clinic) -> None:
    person = stored(window, lambda s: s.people.get(clinic.athlete))
    spoilt = replace(person, name=HOSTILE, injury=HOSTILE, team=HOSTILE, notes=HOSTILE)
    stored(window, lambda s: s.people.update(spoilt))
    for treatment in stored(window, lambda s: s.treatments.of_session(clinic.visit)):
        hostile = replace(treatment, site=HOSTILE, note=HOSTILE)
        stored(window, lambda s, hostile=hostile: s.treatments.save(hostile))
