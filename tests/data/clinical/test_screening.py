from __future__ import annotations

from pathlib import Path

import pytest

from data.clinical.entries import CatalogueError
from data.clinical.modalities import forms
from data.clinical.screening import (
    FROM_MEMORY,
    Answer,
    ItemKind,
    open_items,
    screening_lists,
)

OWN = """
version: 1
lists:
  cold:
    name: Cold, ours
    for: [cold]
    version: {version}
    date: 2026-10-01
    items:
      pressure: {{text: High blood pressure, kind: precaution}}
"""


@pytest.mark.parametrize("modality", forms())
def test_every_modality_has_something_to_ask(modality: str):
    lists = screening_lists(modality)
    assert lists
    assert all(each.items for each in lists)


def test_a_stimulator_is_asked_about_a_pacemaker_before_anything_else():
    for modality in ("tens", "nmes", "ifc"):
        first = screening_lists(modality)[0].items[0]
        assert "acemaker" in first.text
        assert first.kind is ItemKind.CONTRAINDICATION


def test_tens_asks_the_general_list_and_its_own():
    assert [each.id for each in screening_lists("tens")] == ["electrical.general", "tens.more"]


def test_a_list_without_a_source_says_so():
    (cold,) = screening_lists("cold")
    assert cold.said_by == FROM_MEMORY
    assert "IEC 60601-2-10" in screening_lists("nmes")[0].said_by


def test_a_yes_needs_a_reason_and_what_was_not_asked_does_not():
    lists = screening_lists("cold")
    answers = {"cold/raynaud": Answer.YES, "cold/nerve": Answer.NOT_ASKED}
    (sentence,) = open_items(lists, answers, {"cold/raynaud": "  "})
    assert "Raynaud" in sentence
    assert open_items(lists, answers, {"cold/raynaud": "mild, agreed with the physician"}) == []
    assert open_items(lists, {}, {}) == []


def test_the_clinics_list_takes_the_place_of_an_older_one(tmp_path: Path):
    (tmp_path / "screening_ours.yaml").write_text(OWN.format(version=2), "utf-8")
    (cold,) = screening_lists("cold", tmp_path)
    assert (cold.name, cold.is_clinics_own) == ("Cold, ours", True)
    assert cold.stamp == "cold v2 (2026-10-01)"
    (tmp_path / "screening_ours.yaml").write_text(OWN.format(version=1), "utf-8")
    with pytest.raises(CatalogueError, match="version above 1"):
        screening_lists("cold", tmp_path)
