"""No number on any screen without its unit, and no force without limb, device and method."""

from __future__ import annotations

import re

from PySide6.QtWidgets import QApplication, QLineEdit, QTableView, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from app.pages.calibration import CalibrationPage
from app.pages.import_page import ImportPage
from app.pages.library import LibraryPage
from app.pages.live_test import LivePage
from app.pages.page import Page
from app.pages.review import ReviewPage
from app.pages.settings_page import SettingsPage
from app.pages.squad import SquadPage
from app.widgets.controls import HowButton
from app.widgets.text import Text, tool_tip
from app.wording import CODES, NAMES
from data.clinical import catalogue
from devices.catalog import ELECTROTHERAPY_MODELS, FORCE_MODELS, RECORDED_MODELS
from tests.ui.clinic import Clinic
from tests.ui.gallery import SCENES
from tests.ui.live_states import LIVE_STATES, LONG, live_window
from tests.ui.numbers import Said, around, everything, whole
from tests.ui.stage import open_window

UNIT = (
    r"(?:N·m/kg|N/kg\^0\.67|N/kg|N·m|N·s|N/s|N|kgf|lbf|kg|m/s²|km/h|km|cm²|cm|mm|m|ms|µs|s|min|h|"
    r"J/cm²|J|mJ/cm²|mJ|mW/cm²|W/cm²|W|mA/cm²|mA|µC|C|MHz|kHz|Hz|1/min|%|°|Ω|V|y|g|counts|dBm|px)"
)
SPACE = r"[ \u00a0\u2009]"
NUMBER = r"[+−±-]?\d+(?:[.,]\d+|[ \u00a0\u2009]\d{3}\b)*"
# What is counted, and what stands before a number that is a name or a place in a row.
COUNTED = (
    r"(?:repetitions?|reps?|valid|athletes?|people|persons?|men|women|adults|players|active|elite|"
    r"strength tests|tests?|questions?|more fields?|to answer|signed|changes?|cells?|days?|weeks?|"
    r"months?|lost|samples|times|done|heads|lines?|a week|stretch(?:es)?|recreationally|limbs?|"
    r"of|areas|× a week|NRS|VAS|points|steps|studies|articles|(?:professional )?footballers|"
    r"entries|with the|pole|years|sets)\b"
)
NUMBERED = (
    r"(?:rep|repetition|channel|electrode|cell|day|of|step|line|version|serial|level|table|k =|"
    r"pain|before|after|dose|ICC|to|and|grade|factor|type|head|week)"
)
KNOWN = (
    # Dates, times of day and lengths of time, methods, places in print, addresses, scales.
    r"\d{1,2}[ \u00a0](?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)[a-z]*[ \u00a0]\d{4}",
    r"\d{4}-\d{2}-\d{2}",
    r"\b\d{1,2}:\d{2}(?::\d{2})?\b",
    r"[a-z_]+(?:\.[a-z0-9_]+)*\.v\d+(?:\([^)]*\))?",
    r"100·\(\w+ − \w+\)/\w+",
    r"100\u00a0?% − ",
    r"10\.\d{4,}/\S+",
    r"PMC\d+",
    r"\b\d+:\d+\b",
    r"\b(?:19|20)\d\d\b",
    r"\b(?:serial|ble|socket):\S+|/dev/\S+|\bserial \S+(?: \d+)?|\b4 · body mass",
    r"\b\d+ (?:to \d+ )?(?:NRS|VAS) 0-100?\b|\bNRS 0-10\b|\b0 (?:none )?to 10\b|\b0-10\b",
    r"\b\d+ × \d+\b(?: mm)?",
    r"[Tt]empo \d(?:-\d)+",
    r"\bBAMIC \d[abc]?\b|\bNo \(\d+\):",  # a class of injury; how many questions were answered so
    r"\(0–10\): \d+ before, \d+ after|\d+ before, \d+ after \(0–10\)",
    r"\b[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}\b",
    r"\b\d:\d\b",
    r"\bMDC9[05]\b|\bk = 2\b|\b\d+\.\d+\.\d+\b|\b1/min\b|\(X is 10\)",
    r"(?:^|[;:] )\d+(?=: )",  # the first, the second repetition
    r"\b[A-Za-z]+[-/ ]\d+\w?\b(?= \(typed in\))|\b[A-Za-z]+[-/]\d+\b",  # ONB/1
    r"\b(?:add\.abd|er\.ir): [\d.]+(?: (?:±|to) [\d.]+)?",  # a share of one limb's two forces
    rf"in {UNIT}; begins .*|\bColumn \d+\b",  # what a file says of itself
    r"\bn \d+\b|\brelative risk [\d.]+|\binterval [\d.]+ to [\d.]+",  # of a study
    r"\b[a-z]+(?:\.\w+)+\b",  # our own ids: nordic.256
    r"[A-Za-z]+\d+\w*|\w*_\w*\d\w*|\d+[A-Za-z]\w+",  # PMC71, SATA2, Progressor_7125
)
FORCE = re.compile(rf"({NUMBER})[ \u00a0\u2009](N/kg|N·m|N·s|N/s|N|kgf|lbf)(?![\w/·])")
LIMB = re.compile(r"\b(?:left|right|L|R|limbs?|both|sum)\b", re.IGNORECASE)
ONE_LIMB = re.compile(r"\b(?:left|right) limb\b")
METHOD = re.compile(r"(?:best|mean) of (?:\d|its)|[a-z_]+(?:\.[a-z0-9_]+)*\.v\d+|peak\.raw|100·\(")
# A force that is not of a limb: an error, a line from print, a threshold, a suggestion of a rule.
NOT_OF_A_LIMB = re.compile(
    r"error|SEM|MDC|detectable|elite|footballers|players|of best so far|found in", re.IGNORECASE
)
# Pages on which forces are those of masses, rules and devices, or of a file of which nobody has
# said yet whose it is.
WITHOUT_LIMBS = (CalibrationPage, ImportPage, LibraryPage, SettingsPage)
# Pages about one run, or one row at a time: what is said anywhere on them is of that one.
OF_ONE = (ReviewPage, LivePage, SquadPage)


def bare(text: str, near: str) -> list[str]:
    """The numbers of `text` that have no unit and are no count, name, date or place."""
    left = text
    for name in names():
        left = left.replace(name, " ")
    for known in KNOWN:
        left = re.sub(known, " ", left)
    found: list[str] = []
    for match in re.finditer(NUMBER, left):
        before, after = left[: match.start()], left[match.end() :]
        is_said = (
            re.match(rf"{SPACE}?{UNIT}(?![\w²])", after)
            or re.match(rf"{SPACE}?(?:[−,→×±/]|to|or|and){SPACE}*{NUMBER}{SPACE}?{UNIT}", after)
            or re.match(rf"(?:{SPACE}(?:to|and) {NUMBER})?[ \u00a0-]{COUNTED}", after)
            or re.search(rf"\b{NUMBERED}[ \u00a0#]?$", before, re.IGNORECASE)
            or (re.match(r"^\W*$", before) and re.match(r"(?::| {3}|\. )", after))
        )
        if not is_said and not has_unit_near(near):
            found.append(match[0])
    return found


def has_unit_near(near: str) -> bool:
    """A unit, or what is counted, in the header of the column, the name of the field or the row."""
    return bool(
        re.search(rf"(?:^|[\s,(]|in ){UNIT}(?:$|[\s,)])", near)
        or re.search(r"NRS|of 10|0 none|\bcounts\b|×", near)
        or re.search(
            r"\b(?:days|months|contractions|target|get ready|channels?|cells?|sets|repetitions|"
            r"electrodes|firmware|calibrated|serial|pulses|areas|share|pain|masses|programs|size)\b",
            near,
            re.IGNORECASE,
        )
    )


def names() -> list[str]:
    """Names hold digits that measure nothing; the longest first."""
    own = [word for test in catalogue.tests().values() for word in (test.name, test.id)]
    for models in (FORCE_MODELS, ELECTROTHERAPY_MODELS, RECORDED_MODELS):
        own += [model.name for model in models.values()]
    own += [*CODES, *NAMES.values()]
    return sorted(own, key=len, reverse=True)


def is_force(said: Said) -> bool:
    """A force in the text itself, or a number under a heading or in a row of force."""
    if isinstance(said.widget, QTableView) and re.fullmatch(rf"{NUMBER}(?: ± \d+)?", said.text):
        return bool(re.search(r"(?:^|[\s,])(?:N/kg|N·s|N/s|N|kgf|lbf)$", said.near))
    return bool(FORCE.search(said.text))


def unexplained(said: Said, page: QWidget) -> list[str]:
    """What a force on a page lacks: its limb, its device, how it was made."""
    if isinstance(page, WITHOUT_LIMBS) or not is_force(said):
        return []
    if NOT_OF_A_LIMB.search(said.here) or METHOD.match(said.text):
        return []
    missing: list[str] = []
    reach = f"{said.here} {around(said, page)}"
    if not LIMB.search(said.here) and not ONE_LIMB.search(reach):
        missing.append("limb")
    if isinstance(page, OF_ONE):
        reach += whole(page.window())
    if not any(name in reach for name in device_names()):
        missing.append("device")
    if not METHOD.search(reach):
        missing.append("method")
    return missing


def device_names() -> set[str]:
    models = FORCE_MODELS.values()
    given = {"Progressor_7125", "Nordic Board", LONG}
    return given | {model.name for model in models} | {f"device {model.id}" for model in models}


def problems(page: QWidget) -> list[str]:
    found: list[str] = []
    for said in everything(page):
        is_words = isinstance(said.widget, QLineEdit) and not re.fullmatch(NUMBER, said.text)
        if not is_words and (lacking := bare(said.text, said.near)):
            found.append(f"“{said.text}”: {lacking} without a unit")
        if missing := unexplained(said, page):
            found.append(f"“{said.text}”: no {', '.join(missing)} within reach")
    return list(dict.fromkeys(found))


def test_no_number_on_any_page_stands_without_unit_limb_device_and_method(
    qapp: QApplication, clinic: Clinic
) -> None:
    found: list[str] = []
    forces = 0
    with open_window(clinic.path) as window:
        for scene in SCENES:
            scene.show(window, clinic)
            page = window.page
            assert isinstance(page, Page)
            forces += sum(is_force(said) for said in everything(page))
            found += [f"{scene.name}: {problem}" for problem in problems(page)]
    assert found == []
    assert forces > 150


def test_no_number_of_a_running_test_stands_without_unit_limb_device_and_method(
    qapp: QApplication,
) -> None:
    found: list[str] = []
    forces = 0
    for state in LIVE_STATES:
        with live_window(state) as window:
            page = window.page
            assert isinstance(page, Page)
            forces += sum(is_force(said) for said in everything(page))
            found += [f"{state.name}: {problem}" for problem in problems(page)]
    assert found == []
    assert forces > 50


def test_a_number_without_unit_limb_device_or_method_would_be_seen(qtbot: QtBot) -> None:
    page = QWidget()
    qtbot.addWidget(page)
    column = QVBoxLayout(page)
    label = Text("Peak 318")
    column.addWidget(label)
    page.show()
    assert problems(page) == ["“Peak 318”: ['318'] without a unit"]
    label.setText("Peak 318\u00a0N")
    assert problems(page) == ["“Peak 318\u00a0N”: no limb, device, method within reach"]
    label.setText("Left peak 318\u00a0N")
    tool_tip(label, "Progressor_7125")
    assert problems(page) == ["“Left peak 318\u00a0N”: no method within reach"]
    column.addWidget(HowButton("peak.raw.v1", "the peak"))
    assert len(problems(page)) == 1  # of another card, or of none: not within reach
    tool_tip(label, "Progressor_7125: peak.raw.v1")
    assert problems(page) == []
