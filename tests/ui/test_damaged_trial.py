from __future__ import annotations

from app.main_window import MainWindow
from app.navigation import PageId, Route
from app.pages.visit import VisitPage
from data.store import Store
from tests.data import samples
from tests.ui.clinic import Clinic
from tests.ui.reading import says, stored
from tests.ui.stage import settle


def damage(window: MainWindow, clinic: Clinic) -> None:
    """Somebody else's change to the numbers of the Nordic trial."""
    (trial,) = stored(window, lambda s: s.trials.of_set(clinic.nordic))
    path = stored(window, lambda s: s.path)
    with samples.altered(Store(path)) as connection:
        connection.execute("UPDATE reps SET peak_s = 0 WHERE trial_id = ?", (trial.id.hex,))


def test_a_damaged_trial_is_named_and_hides_nothing_else_of_its_visit(
    window: MainWindow, clinic: Clinic
) -> None:
    damage(window, clinic)
    window.go(Route(PageId.VISIT, clinic.visit))
    settle(window)
    page = window.page
    assert isinstance(page, VisitPage)
    assert [row.title for row in page.timeline.rows] == [
        "Hamstrings isometric 90:20",
        "Ultrasound",
        "This trial is damaged",
    ]
    page.timeline.set_current(page.timeline.rows[-1].key)
    settle(window)
    assert says(page, "Restore this one from a backup")
    page.timeline.set_current(page.timeline.rows[0].key)
    settle(window)
    assert says(page, "Progressor_7125")
