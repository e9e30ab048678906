from __future__ import annotations

from collections.abc import Generator

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from app.body_drawing import is_on_figure
from app.widgets.body_figure import Placing
from app.widgets.body_map import BodyMap, placement_words
from data.clinical.body_regions import BodyRegion, View, regions
from data.treatment_record import Polarity


@pytest.fixture
def body(qapp: QApplication) -> Generator[BodyMap]:
    shown = BodyMap()
    shown.resize(520, 560)
    shown.show()
    QApplication.processEvents()
    yield shown
    shown.close()


def click(body: BodyMap, view: View, x: float, y: float) -> None:
    square = body.figure.square(view)
    place = QPoint(round(square.x() + x * square.width()), round(square.y() + y * square.height()))
    QTest.mouseClick(body.figure, Qt.MouseButton.LeftButton, pos=place)


def press(body: BodyMap, *keys: Qt.Key) -> None:
    for key in keys:
        QTest.keyClick(body.figure, key)


@pytest.mark.parametrize("region", regions().values(), ids=lambda region: region.id)
def test_every_region_lies_on_the_drawn_figure(region: BodyRegion) -> None:
    assert is_on_figure(region.view, region.x, region.y)


def test_a_click_sets_an_electrode_where_it_was(body: BodyMap) -> None:
    body.set_pad_size(25.0)
    click(body, View.BACK, 0.428, 0.615)
    click(body, View.BACK, 0.432, 0.785)
    first, second = body.placement.points
    assert (first.view, first.region) == (View.BACK, "back.hamstring.lateral.middle.left")
    assert first.x == pytest.approx(0.428, abs=0.003)  # a pixel is 0.2 % of the figure
    assert first.y == pytest.approx(0.615, abs=0.003)
    assert second.region == "back.calf.lateral.left"
    assert (first.channel, second.channel, first.size_cm2) == (1, 1, 25.0)


def test_a_click_beside_the_body_sets_nothing(body: BodyMap) -> None:
    click(body, View.FRONT, 0.27, 0.9)
    assert body.placement.points == ()


def test_a_click_on_an_electrode_takes_it_away(body: BodyMap) -> None:
    click(body, View.FRONT, 0.555, 0.725)
    click(body, View.FRONT, 0.555, 0.725)
    assert body.placement.points == ()


def test_the_keyboard_places_electrodes_and_turns_their_polarity(body: BodyMap) -> None:
    body.figure.setFocus()
    press(body, Qt.Key.Key_Return, Qt.Key.Key_P)
    press(body, Qt.Key.Key_Down, Qt.Key.Key_Return, Qt.Key.Key_P, Qt.Key.Key_P)
    first, second = body.placement.points
    assert (first.region, first.polarity) == (
        "back.hamstring.medial.middle.left",
        Polarity.NEGATIVE,
    )
    assert (second.region, second.polarity) == (
        "back.hamstring.medial.lower.left",
        Polarity.POSITIVE,
    )
    press(body, Qt.Key.Key_Delete)
    assert body.placement.points == (first,)


def test_every_region_of_the_views_is_reached_by_arrow_keys(body: BodyMap) -> None:
    body.figure.setFocus()
    arrows = (Qt.Key.Key_Left, Qt.Key.Key_Right, Qt.Key.Key_Up, Qt.Key.Key_Down)
    start = body.figure.cursor_region
    assert start is not None
    reached, waiting = {start.id}, [start]
    while waiting:
        here = waiting.pop()
        for arrow in arrows:
            body.figure.cursor_region = here
            press(body, arrow)
            there = body.figure.cursor_region
            assert there is not None
            if there.id not in reached:
                reached.add(there.id)
                waiting.append(there)
    assert reached == {r.id for r in regions().values() if r.view in (View.FRONT, View.BACK)}


def test_a_dragged_area_is_the_ellipse_in_its_box(body: BodyMap) -> None:
    body.set_placing(Placing.AREA)
    square = body.figure.square(View.BACK)
    corners = [
        QPoint(round(square.x() + x * square.width()), round(square.y() + y * square.height()))
        for x, y in ((0.42, 0.56), (0.48, 0.66))
    ]
    QTest.mousePress(body.figure, Qt.MouseButton.LeftButton, pos=corners[0])
    QTest.mouseMove(body.figure, corners[1])
    QTest.mouseRelease(body.figure, Qt.MouseButton.LeftButton, pos=corners[1])
    (area,) = body.placement.areas
    assert [(c.x, c.y) for c in area.corners] == [
        pytest.approx((0.42, 0.56), abs=0.003),
        pytest.approx((0.48, 0.66), abs=0.003),
    ]
    assert area.region.startswith("back.hamstring")


def test_what_is_placed_is_said_in_words(body: BodyMap) -> None:
    body.set_pad_size(25.0)
    click(body, View.BACK, 0.428, 0.615)
    body.figure.turn_polarity(body.placement.points[0])
    assert placement_words(body.placement) == [
        "Electrode 1: left hamstrings, outer side, middle third (back), negative, 25 cm², channel 1"
    ]


def test_a_placement_on_the_side_shows_the_side_views(body: BodyMap) -> None:
    body.views.button(True).click()
    click(body, View.LEFT, 0.5, 0.6)
    placed = body.placement
    again = BodyMap()
    again.set_placement(placed)
    assert again.figure.views == (View.LEFT, View.RIGHT)
