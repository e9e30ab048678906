from __future__ import annotations

import json
from importlib.resources import files

import pytest
from PySide6.QtGui import QFont, QFontMetricsF
from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

from app.theme import (
    DARK,
    ICONS,
    LIGHT,
    Colours,
    Scheme,
    Type,
    contrast,
    font,
    icon,
    limb_style,
    theme,
)
from data.analysis.types import Side

BODY = (
    "text",
    "muted",
    "accent",
    "attention",
    "stop",
    "good",
    "left_text",
    "right_text",
    "virtual",
)
LARGE = ("left", "right", "line_strong", "focus")
SURFACES = ("surface", "raised", "sunken", "hover", "selected")


@pytest.mark.parametrize(
    ("a", "b", "ratio"),
    # WCAG 2.2, G17/G18 worked: black on white is 21; #767676 on white is the well-known 4.54.
    [("#000000", "#FFFFFF", 21.0), ("#FFFFFF", "#FFFFFF", 1.0), ("#767676", "#FFFFFF", 4.54)],
)
def test_contrast_is_the_wcag_ratio(a: str, b: str, ratio: float) -> None:
    assert contrast(a, b) == pytest.approx(ratio, abs=0.01)
    assert contrast(b, a) == pytest.approx(ratio, abs=0.01)


@pytest.mark.parametrize("look", [LIGHT, DARK], ids=["light", "dark"])
@pytest.mark.parametrize("surface", SURFACES)
def test_body_text_has_4_5_to_1_on_every_surface(look: Colours, surface: str) -> None:
    for role in BODY:
        assert contrast(getattr(look, role), getattr(look, surface)) >= 4.5, role


@pytest.mark.parametrize("look", [LIGHT, DARK], ids=["light", "dark"])
@pytest.mark.parametrize("surface", SURFACES)
def test_lines_and_large_text_have_3_to_1_on_every_surface(look: Colours, surface: str) -> None:
    for role in LARGE:
        assert contrast(getattr(look, role), getattr(look, surface)) >= 3.0, role


@pytest.mark.parametrize("look", [LIGHT, DARK], ids=["light", "dark"])
def test_text_on_coloured_surfaces_can_be_read(look: Colours) -> None:
    for text, surface in (
        ("on_accent", "accent"),
        ("on_accent", "accent_hover"),
        ("attention", "attention_surface"),
        ("text", "attention_surface"),
        ("stop", "stop_surface"),
        ("text", "stop_surface"),
    ):
        assert contrast(getattr(look, text), getattr(look, surface)) >= 4.5, (text, surface)


def test_limb_colours_are_okabe_and_ito() -> None:
    # Okabe & Ito 2008: blue 0,114,178; vermilion 213,94,0; sky blue 86,180,233; orange 230,159,0.
    assert (LIGHT.left, LIGHT.right) == ("#0072B2", "#D55E00")
    assert (DARK.left, DARK.right) == ("#56B4E9", "#E69F00")


def test_limbs_differ_in_label_and_line_as_well_as_colour(qtbot: QtBot) -> None:
    left, right = limb_style(Side.LEFT), limb_style(Side.RIGHT)
    assert left.colour != right.colour
    assert left.pen != right.pen
    assert (left.label, right.label) == ("Left", "Right")
    assert (left.letter, right.letter) == ("L", "R")


def test_a_scheme_can_be_forced_and_listeners_hear_of_it(qtbot: QtBot) -> None:
    with qtbot.waitSignal(theme().changed):
        theme().apply(Scheme.DARK)
    assert theme().colours is DARK
    theme().apply(Scheme.LIGHT)
    assert theme().colours is LIGHT


def test_text_size_scales_the_type_scale(qtbot: QtBot) -> None:
    theme().apply(Scheme.LIGHT, 1.5)
    assert font(Type.HEADING).pixelSize() == 30
    theme().apply(Scheme.LIGHT)
    assert font(Type.HEADING).pixelSize() == 20


def test_figures_keep_their_width_in_a_styled_label(qtbot: QtBot) -> None:
    theme().apply(Scheme.LIGHT)
    label = QLabel()
    label.setProperty("type", "display")
    qtbot.addWidget(label)
    label.show()
    assert label.font().pixelSize() == 48
    assert label.font().weight() == QFont.Weight.DemiBold
    metrics = QFontMetricsF(label.font())
    widths = [metrics.horizontalAdvance(str(digit)) for digit in range(10)]
    # Inter's proportional 1 is a third narrower than its 0; hinting moves a tabular one by 1/20 px.
    assert max(widths) - min(widths) < 0.1


def test_every_icon_is_in_its_font(qtbot: QtBot) -> None:
    charmap = next(
        p
        for p in files("qtawesome").joinpath("fonts").iterdir()
        if p.name.startswith("phosphor-char")
    )
    known = json.loads(charmap.read_text(encoding="utf-8"))
    assert {name.removeprefix("ph.") for name in ICONS.values()} <= set(known)
    assert not icon("today").isNull()
