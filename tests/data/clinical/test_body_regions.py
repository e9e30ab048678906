from __future__ import annotations

import pytest

from data.clinical.body_regions import View, nearest_region, region_name, regions
from data.sides import Side


@pytest.mark.parametrize("view", View)
def test_a_region_lies_in_its_view_and_is_found_at_its_centre(view: View):
    here = [region for region in regions().values() if region.view is view]
    assert len(here) > 15
    for region in here:
        assert nearest_region(view, region.x, region.y) == region


def test_the_persons_left_is_on_the_viewers_right_in_front_and_left_behind():
    for region in regions().values():
        if region.side is not None and region.view in (View.FRONT, View.BACK):
            is_right_of_middle = region.x > 0.5
            assert is_right_of_middle is ((region.side is Side.LEFT) is (region.view is View.FRONT))


def test_both_sides_have_the_same_regions():
    for region in regions().values():
        if region.id.endswith(".left"):
            twin = regions()[region.id.removesuffix("left") + "right"]
            assert (twin.name, twin.y) == (region.name, region.y)
            assert twin.x == pytest.approx(1 - region.x)


def test_beside_the_body_there_is_no_region():
    assert nearest_region(View.FRONT, 0.05, 0.9) is None


def test_a_region_is_named_in_words():
    name = "left hamstrings, outer side, upper third (back)"
    assert region_name("back.hamstring.lateral.upper.left") == name
    assert region_name("back.tail") == "back.tail"
