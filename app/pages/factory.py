"""Makes the pages; each is imported when it is first shown, so that the window comes first."""

from __future__ import annotations

from app.navigation import Desk, PageId
from app.pages.page import Page


def make_page(page: PageId, desk: Desk) -> Page:
    """Raises `LookupError` for the pages that whoever owns the devices adds."""
    match page:
        case PageId.TODAY:
            from app.pages.today import TodayPage

            return TodayPage(desk)
        case PageId.PEOPLE:
            from app.pages.people import PeoplePage

            return PeoplePage(desk)
        case PageId.SQUAD:
            from app.pages.squad import SquadPage

            return SquadPage(desk)
        case PageId.LADDER:
            from app.pages.ladder import LadderPage

            return LadderPage(desk)
        case PageId.PERSON:
            from app.pages.person import PersonPage

            return PersonPage(desk)
        case PageId.VISIT:
            from app.pages.visit import VisitPage

            return VisitPage(desk)
        case PageId.REVIEW:
            from app.pages.review import ReviewPage

            return ReviewPage(desk)
        case PageId.TREATMENT:
            from app.pages.treatment import TreatmentPage

            return TreatmentPage(desk)
        case PageId.EXERCISES:
            from app.pages.exercises import ExercisesPage

            return ExercisesPage(desk)
        case PageId.OUTPUT_CHECK:
            from app.pages.output_check import OutputCheckPage

            return OutputCheckPage(desk)
        case PageId.DEVICES:
            from app.pages.devices_page import DevicesPage

            return DevicesPage(desk)
        case PageId.LIBRARY:
            from app.pages.library import LibraryPage

            return LibraryPage(desk)
        case PageId.IMPORT:
            from app.pages.import_page import ImportPage

            return ImportPage(desk)
        case PageId.SETTINGS:
            from app.pages.settings_page import SettingsPage

            return SettingsPage(desk)
        case PageId.LIVE | PageId.CALIBRATION:
            raise LookupError(f"the {page} page is added by whoever owns the devices")
