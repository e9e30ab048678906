from __future__ import annotations

from pathlib import Path
from typing import cast

import pytest
import yaml
from PySide6.QtCore import Qt, QUrl

from app.library import library
from app.main_window import MainWindow
from app.navigation import PageId, Route
from app.pages.library import LibraryPage
from app.pages.person import PersonPage
from app.pages.treatment import TreatmentPage
from data.clinical.clinic_files import FileKind, use_clinic_folder
from data.clinical.presets import presets
from tests.ui.clinic import Clinic
from tests.ui.reading import press, says, write
from tests.ui.stage import settle


@pytest.fixture
def opened(monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    """What would have been opened by the system."""
    found: list[Path] = []

    def note(url: QUrl) -> bool:
        found.append(Path(url.toLocalFile()))
        return True

    monkeypatch.setattr("app.pages.library.QDesktopServices.openUrl", note)
    return found


def open_library(window: MainWindow, kind: FileKind, entry: str) -> LibraryPage:
    window.go(Route(PageId.LIBRARY))
    settle(window)
    page = window.page
    assert isinstance(page, LibraryPage)
    page.list.set_current((kind, entry))
    settle(window)
    return page


def test_every_kind_of_entry_has_a_source_and_none_is_empty() -> None:
    found = library()
    assert {entry.kind for entry in found} == set(FileKind) - {
        FileKind.CURVES,
        FileKind.RELIABILITY,
    }
    for entry in found:
        assert entry.place.endswith(entry.kind.shipped)
        assert all(title and text for title, text in entry.parts), entry.id
        if entry.kind is not FileKind.LADDERS:
            assert any("ource" in title for title, _ in entry.parts), entry.id


def test_a_copy_is_made_opened_and_read_again_when_the_page_is_entered(
    window: MainWindow, clinic: Clinic, opened: list[Path]
) -> None:
    page = open_library(window, FileKind.MEASURES, "hop.single")
    assert says(page, "shipped with Myograph, in measures.yaml")
    page.list.setFocus()
    press(window, Qt.Key.Key_C)
    path = clinic.path.parent / "clinic" / "measures_hop.single.yaml"
    assert opened == [path]
    assert says(page, "the clinic’s own, from measures_hop.single.yaml")
    assert not page.copy.isVisible()
    content = yaml.safe_load(path.read_text("utf-8"))
    content["measures"]["hop.single"]["name"] = "Hop as far as you can, our way"
    path.write_text(yaml.safe_dump(content), "utf-8")
    window.go(Route(PageId.TODAY))
    page = open_library(window, FileKind.MEASURES, "hop.single")
    assert says(page, "Hop as far as you can, our way")
    assert [row.trailing for row in page.list.rows if row.key == (FileKind.MEASURES, "hop.single")]
    press(window, Qt.Key.Key_O)
    assert opened == [path, path]


def test_the_copy_of_a_test_stands_beside_it(
    window: MainWindow, clinic: Clinic, opened: list[Path]
) -> None:
    page = open_library(window, FileKind.TESTS, "nordic.bil")
    page.copy.click()
    settle(window)
    assert page.list.current_key == (FileKind.TESTS, "nordic.bil.own")
    page.list.set_current((FileKind.TESTS, "nordic.bil"))
    page.copy.click()
    settle(window)
    assert "There is a copy of “Nordic hamstring curl” already." in window.foot.text
    assert len(opened) == 1


def test_a_wrong_file_is_named_on_the_page(window: MainWindow, clinic: Clinic) -> None:
    folder = clinic.path.parent / "clinic"
    folder.mkdir()
    (folder / "exercises.yaml").write_text("version: 1\nexercises: {squat: {name: Squat}}\n")
    (folder / "preset.yaml").write_text("version: 1\n")
    use_clinic_folder(folder)
    page = open_library(window, FileKind.TESTS, "nordic.bil")
    assert "exercises.yaml, entry squat: dosage, cannot be used" in page.troubles.text()
    assert "preset.yaml is read by nothing" in page.troubles.text()


def kinds(page: LibraryPage) -> set[object]:
    """Of the entries in the list."""
    keys = [row.key for row in page.list.rows if row.key is not None]
    return {cast("tuple[object, ...]", key)[0] for key in keys}


def test_words_are_found_in_everything_and_one_shelf_can_be_chosen(window: MainWindow) -> None:
    page = open_library(window, FileKind.TESTS, "nordic.bil")
    page.search.setFocus()
    write(window, "pacemaker")
    assert FileKind.SCREENING in kinds(page)
    press(window, Qt.Key.Key_Escape)
    page.shelf.setCurrentIndex(page.shelf.findText("Ladders"))
    page.shelf.activated.emit(page.shelf.currentIndex())
    assert kinds(page) == {FileKind.LADDERS}


def test_reference_lines_are_off_until_somebody_wants_them(
    window: MainWindow, clinic: Clinic
) -> None:
    window.go(Route(PageId.PERSON, clinic.athlete))
    settle(window)
    person = window.page
    assert isinstance(person, PersonPage)
    assert not person.trend.references.isChecked()
    page = open_library(window, FileKind.REFERENCES, "nordic.337")
    assert page.lines.value is False
    page.lines.button(value=True).click()
    assert window.desk.settings.reference_lines
    window.go(Route(PageId.PERSON, clinic.newcomer))
    window.go(Route(PageId.PERSON, clinic.athlete))
    settle(window)
    assert person.trend.references.isChecked()
    page.lines.button(value=False).click()


def test_settings_are_kept_as_a_preset_without_the_person(
    window: MainWindow, clinic: Clinic
) -> None:
    window.go(Route(PageId.VISIT, clinic.visit))
    settle(window)
    press(window, Qt.Key.Key_E)
    page = window.page
    assert isinstance(page, TreatmentPage)
    page.start.search.setFocus()
    write(window, "TENS, conventional")
    press(window, Qt.Key.Key_Return)
    page.form.edited.emit("pulse_rate_hz", 95.0)
    page.form.edited.emit("pain_before", 6)
    settle(window)
    page.head.keep.click()
    write(window, "Alex, strong")
    press(window, Qt.Key.Key_Return)
    assert "is kept as a preset" in window.foot.text
    (own,) = (each for each in presets().values() if each.is_clinics_own)
    assert own.name == "Alex, strong"
    assert own.values["pulse_rate_hz"] == 95.0
    assert "pain_before" not in own.values
    (path,) = (clinic.path.parent / "clinic").iterdir()
    assert path.name == "presets_tens.own1.yaml"  # never what somebody typed
    page.head.other.click()
    settle(window)
    assert says(page.start, "Alex, strong")


def test_escape_leaves_the_name_of_a_preset(window: MainWindow, clinic: Clinic) -> None:
    window.go(Route(PageId.TREATMENT, clinic.visit))
    settle(window)
    page = window.page
    assert isinstance(page, TreatmentPage)
    page.start.search.setFocus()
    write(window, "TENS, conventional")
    press(window, Qt.Key.Key_Return)
    page.head.keep.click()
    press(window, Qt.Key.Key_Return)
    assert says(page.head.preset_name, "A name to find it by")
    press(window, Qt.Key.Key_Escape)
    assert not page.head.preset_name.isVisible()
    assert window.route == Route(PageId.TREATMENT, clinic.visit)
