from __future__ import annotations

from pathlib import Path

from data.clinical.modalities import CUSTOM, forms
from data.clinical.modalities_page import page

PAGE = Path(__file__).parent.parent / "docs" / "modalities.md"


def test_the_page_of_modalities_is_that_of_the_declarations():
    assert PAGE.read_text("utf-8") == page(), "run python -m data.clinical.modalities_page"


def test_the_page_names_every_field():
    text = PAGE.read_text("utf-8")
    for form in forms().values():
        assert f"## {form.name}\n" in text
        assert not [field.id for field in form.fields if f"`{field.id}`" not in text]


def test_no_range_from_memory_has_a_source_beside_it():
    for form in forms().values():
        for field in form.fields:
            for usual in field.usual:
                is_custom = usual.said_by == CUSTOM
                assert is_custom is (usual.source == "")
