from __future__ import annotations

import pytest

from data.clinical.catalogue import tests as strength_tests
from data.clinical.entries import CatalogueError, Entry
from data.clinical.reliability import measurement_error, measurement_errors, parse

ROW = """
version: 1
rows:
  study:
    test: grip
    device: a device
    population: people
    source: Somebody 2020
    icc: {icc}
"""


def test_the_nordic_error_comes_with_its_population_and_source() -> None:
    error = measurement_error("nordic.bil")
    assert error is not None
    # clinical_science 3.5, Opar 2013: CV 5.8-8.5 %, SEM 21.7-27.5 N, MDC95 60.1-76.2 N
    assert error.cv_percent == (5.8, 8.5)
    assert error.sem_n == (21.7, 27.5)
    assert error.mdc95_n == (60.1, 76.2)
    assert error.error_percent == 8.5
    assert error.people == 30
    assert "Opar 2013" in error.source
    for part in ("5.8 to 8.5 %", "30 recreationally active men", "Opar 2013"):
        assert part in error.sentence


def test_the_90_20_error_is_that_of_the_plate_test() -> None:
    error = measurement_error("ham.iso9020")
    assert error is not None
    # McCall 2015, abstract: 4.3 % dominant, 5.4 % other leg, knee 90°
    assert error.cv_percent == (4.3, 5.4)


def test_a_row_without_a_cv_gives_no_percentage() -> None:
    error = measurement_error("grip")
    assert error is not None
    assert error.error_percent is None
    assert error.mdc95_n == (61, 61)


def test_a_test_that_nobody_studied_has_no_error() -> None:
    assert measurement_error("hip.add.long") is None
    assert measurement_error("no.such.test") is None


def test_every_row_belongs_to_a_test_and_the_shown_one_is_first() -> None:
    for test_id in strength_tests():
        rows = measurement_errors(test_id)
        assert all(row.test_id == test_id and row.source and row.population for row in rows)
    assert measurement_errors("nordic.bil")[0] == measurement_error("nordic.bil")


@pytest.mark.parametrize("icc", ["[0.9, 1.2]", "[0.9]", "[0.9, 0.8]", "0.9", "[a, b]"])
def test_a_wrong_row_is_named(icc: str) -> None:
    with pytest.raises(CatalogueError, match="entry study"):
        parse(Entry.of_text("reliability.yaml", ROW.format(icc=icc)))
