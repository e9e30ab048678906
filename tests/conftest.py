"""Tests need no display, and no clinic but the one that they make."""

from __future__ import annotations

import os
from collections.abc import Generator

import pytest
from hypothesis import settings

from data.clinical.clinic_files import use_clinic_folder

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

# The same tests of the same change say the same; `make nightly` tries the properties by chance.
settings.register_profile("repeatable", derandomize=True)
settings.load_profile("repeatable")


@pytest.fixture(autouse=True)
def only_what_ships() -> Generator[None]:
    """The folder that a test made the clinic's is that of no other test."""
    yield
    use_clinic_folder(None)
