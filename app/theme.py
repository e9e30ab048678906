"""The look in one place: spacing, type, colours by role, icons, and how a limb is drawn."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, fields
from enum import IntEnum, StrEnum
from functools import cache
from importlib.resources import files
from string import Template
from typing import cast

from PySide6.QtCore import QEvent, QObject, QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QFont,
    QFontDatabase,
    QFontInfo,
    QGuiApplication,
    QIcon,
    QPalette,
    QPixmap,
)
from PySide6.QtWidgets import QApplication, QWidget

from data.sides import Side

SPACE = 4  # px; every distance is a multiple of it
PAGE_MARGIN = 24
ROW = 36
TARGET = 44
RADIUS = 8


class Type(IntEnum):
    """The type scale in px at a text size of 100 %."""

    SMALL = 12
    BODY = 14
    STRONG = 16
    HEADING = 20
    TITLE = 28
    DISPLAY = 48
    LIVE = 96


class Scheme(StrEnum):
    SYSTEM = "system"
    LIGHT = "light"
    DARK = "dark"


@dataclass(frozen=True, slots=True)
class Colours:
    """Colours by role, as ``#rrggbb``. Body text may use any `…text`, `muted`, `accent`,
    `attention`, `stop`, `good`; `left`, `right` and `line_strong` are for lines and large text."""

    surface: str  # the page
    raised: str  # cards, bars, fields
    sunken: str  # tracks, the rail
    hover: str
    selected: str
    hairline: str
    line_strong: str  # borders of fields
    text: str
    muted: str
    accent: str  # the next step, and only that
    on_accent: str
    accent_hover: str
    focus: str
    attention: str  # amber, always with an icon and a word
    attention_surface: str
    stop: str  # what stops work
    stop_surface: str
    good: str  # a state such as "Saved", never a verdict on a number
    left: str
    left_text: str
    right: str
    right_text: str
    error_band: str  # measurement error around zero, error of a trend
    grid: str
    virtual: str  # the VIRTUAL mark
    scrim: str  # over the window behind a panel
    is_dark: bool = False

    def colour(self, role: str, alpha: float = 1.0) -> QColor:
        """The role's colour, e.g. ``colours().colour("left", 0.2)``."""
        value = QColor(getattr(self, role))
        value.setAlphaF(alpha)
        return value


# Limb colours: Okabe & Ito, https://jfly.uni-koeln.de/color/; darker in light where they are text.
LIGHT = Colours(
    surface="#F4F6F8",
    raised="#FFFFFF",
    sunken="#E9EDF1",
    hover="#EEF2F5",
    selected="#DDEFEC",
    hairline="#DCE2E8",
    line_strong="#7B8694",
    text="#12181F",
    muted="#525D6B",
    accent="#006B60",
    on_accent="#FFFFFF",
    accent_hover="#00584F",
    focus="#12181F",
    attention="#825000",
    attention_surface="#FFF1CF",
    stop="#B00F3A",
    stop_surface="#FFE3E9",
    good="#2F6B4F",
    left="#0072B2",
    left_text="#00649C",
    right="#D55E00",
    right_text="#A34700",
    error_band="#D5DBE2",
    grid="#E6EAEF",
    virtual="#6A3FA0",
    scrim="#12181F",
)
DARK = Colours(
    surface="#11151A",
    raised="#1A2027",
    sunken="#0B0E12",
    hover="#242C35",
    selected="#12383A",
    hairline="#2C353F",
    line_strong="#75818F",
    text="#EEF2F6",
    muted="#A3AFBC",
    accent="#5AD3C1",
    on_accent="#06201D",
    accent_hover="#7FE0D2",
    focus="#EEF2F6",
    attention="#FFD257",
    attention_surface="#3A2F10",
    stop="#FF8FA3",
    stop_surface="#421722",
    good="#8CD3AE",
    left="#56B4E9",
    left_text="#6FC0EF",
    right="#E69F00",
    right_text="#F0AE2C",
    error_band="#38434E",
    grid="#252D36",
    virtual="#C6A5F2",
    scrim="#000000",
    is_dark=True,
)


@dataclass(frozen=True, slots=True)
class LimbStyle:
    """How one limb is drawn: never by colour alone. `pen` is for still curves and print; a live
    trace is solid, because a dashed line over noise is neither fast nor readable."""

    colour: str
    text_colour: str
    pen: Qt.PenStyle
    label: str
    letter: str


class Theme(QObject):
    """The look in force. `changed` is emitted after the application was restyled."""

    changed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.scheme = Scheme.SYSTEM
        self.text_scale = 1.0
        self.colours = LIGHT
        self._follows_system = False

    def apply(self, scheme: Scheme = Scheme.SYSTEM, text_scale: float = 1.0) -> None:
        """Restyle the whole application."""
        self.scheme, self.text_scale = scheme, text_scale
        app = _application()
        if not self._follows_system:
            self._follows_system = True
            app.setStyle("fusion")
            QGuiApplication.styleHints().colorSchemeChanged.connect(self._on_system_scheme)
        self.colours = DARK if self._wants_dark() else LIGHT
        app.setFont(font(Type.BODY))
        app.setPalette(_palette(self.colours))
        app.setStyleSheet(_stylesheet(self.colours, text_scale))
        self.changed.emit()

    def px(self, size: int) -> int:
        """A size in px that grows with the text size."""
        return round(size * self.text_scale)

    def _wants_dark(self) -> bool:
        if self.scheme is Scheme.SYSTEM:
            return QGuiApplication.styleHints().colorScheme() is Qt.ColorScheme.Dark
        return self.scheme is Scheme.DARK

    def _on_system_scheme(self) -> None:
        if self.scheme is Scheme.SYSTEM:
            self.apply(self.scheme, self.text_scale)


@cache
def theme() -> Theme:
    """The one theme of the process."""
    return Theme()


def colours() -> Colours:
    return theme().colours


def space(steps: int) -> int:
    """`steps` × 4 px."""
    return SPACE * steps


def font(size: Type | int = Type.BODY, weight: QFont.Weight = QFont.Weight.Normal) -> QFont:
    """The UI font with tabular figures, `size` px at 100 % text size."""
    value = QFont(_family())
    value.setPixelSize(theme().px(int(size)))
    value.setWeight(weight)
    value.setFeature(QFont.Tag("tnum"), 1)
    return value


def limb_style(side: Side) -> LimbStyle:
    look = colours()
    if side is Side.LEFT:
        return LimbStyle(look.left, look.left_text, Qt.PenStyle.SolidLine, "Left", "L")
    return LimbStyle(look.right, look.right_text, Qt.PenStyle.DashLine, "Right", "R")


# Phosphor icons by what they mean here. Each is shown with a word, or on a control with a name.
ICONS = {
    "today": "ph.calendar-blank",
    "people": "ph.users",
    "squad": "ph.users-three",
    "devices": "ph.gauge",
    "library": "ph.books",
    "settings": "ph.gear-six",
    "add": "ph.plus",
    "search": "ph.magnifying-glass",
    "test": "ph.activity",
    "treatment": "ph.heartbeat",
    "visit": "ph.clipboard-text",
    "edit": "ph.pencil-simple",
    "undo": "ph.arrow-counter-clockwise",
    "back": "ph.arrow-left",
    "check": "ph.check",
    "saved": "ph.check-circle",
    "attention": "ph.warning-fill",
    "stop": "ph.warning-octagon-fill",
    "info": "ph.info-fill",
    "link": "ph.link",
    "report": "ph.file-text",
    "import": "ph.download-simple",
    "recover": "ph.first-aid-kit",
    "backup": "ph.hard-drives",
    "keys": "ph.keyboard",
    "reject": "ph.prohibit",
    "clock": "ph.clock",
    "injury": "ph.bandaids",
    "ladder": "ph.list-numbers",
    "dot": "ph.circle",
    "zero": "ph.scales",
    "trend": "ph.chart-line",
    "remove": "ph.x",
    "stop_timer": "ph.stop-circle",
    "hands": "ph.hand-palm",
    "exercise": "ph.barbell",
    "running": "ph.person-simple-run",
    "measure": "ph.ruler",
    "letter": "ph.envelope-simple",
    "note": "ph.note-pencil",
}


def icon(name: str, role: str = "text") -> QIcon:
    """A sharp icon in a role's colour; `name` is a key of `ICONS`."""
    # 100 ms with its fonts, so not before the first window.
    import qtawesome  # pyright: ignore[reportMissingTypeStubs]

    draw = cast("Callable[..., QIcon]", qtawesome.icon)  # pyright: ignore[reportUnknownMemberType]
    return draw(ICONS[name], color=getattr(colours(), role))


def pixmap(name: str, size: int, role: str = "text", ratio: float = 2.0) -> QPixmap:
    """An icon as a picture for a label, `size` px."""
    return icon(name, role).pixmap(QSize(size, size), ratio)


def contrast(a: str, b: str) -> float:
    """Contrast ratio of two colours as in WCAG 2.2, 1 to 21."""
    dark, light = sorted((_luminance(a), _luminance(b)))
    return (light + 0.05) / (dark + 0.05)


def is_restyle(event: QEvent) -> bool:
    """True for the change events after which a self-drawn widget must draw itself again."""
    return event.type() in (QEvent.Type.StyleChange, QEvent.Type.PaletteChange)


def set_state(widget: QWidget, **properties: object) -> None:
    """Set the properties that the style sheet selects by, and restyle this widget."""
    for name, value in properties.items():
        widget.setProperty(name, value)
    widget.style().unpolish(widget)
    widget.style().polish(widget)


def _application() -> QApplication:
    app = QApplication.instance()
    assert isinstance(app, QApplication)
    return app


@cache
def _family() -> str:
    """The system's UI family; on a platform that only gives an alias, Inter where installed."""
    system = QFontDatabase.systemFont(QFontDatabase.SystemFont.GeneralFont)
    is_alias = QFontInfo(system).family() != system.family() or system.family() == "DejaVu Sans"
    if is_alias and "Inter" in QFontDatabase.families():
        return "Inter"
    return system.family()


def _palette(look: Colours) -> QPalette:
    roles = QPalette.ColorRole
    palette = QPalette()
    for role, name in (
        (roles.Window, "surface"),
        (roles.WindowText, "text"),
        (roles.Base, "raised"),
        (roles.AlternateBase, "surface"),
        (roles.Text, "text"),
        (roles.Button, "raised"),
        (roles.ButtonText, "text"),
        (roles.ToolTipBase, "text"),
        (roles.ToolTipText, "raised"),
        (roles.PlaceholderText, "muted"),
        (roles.Highlight, "accent"),
        (roles.HighlightedText, "on_accent"),
        (roles.Accent, "accent"),
        (roles.Link, "accent"),
        (roles.Mid, "hairline"),
        (roles.Dark, "line_strong"),
    ):
        palette.setColor(role, look.colour(name))
    for role in (roles.WindowText, roles.Text, roles.ButtonText):
        palette.setColor(QPalette.ColorGroup.Disabled, role, look.colour("muted"))
    return palette


def _stylesheet(look: Colours, scale: float) -> str:
    text = files("app").joinpath("assets/myograph.qss").read_text(encoding="utf-8")
    values = {f.name: str(getattr(look, f.name)) for f in fields(look)}
    values |= {f"type_{t.name.lower()}": f"{round(t * scale)}px" for t in Type}
    values["assets"] = str(files("app").joinpath("assets")).replace("\\", "/")
    values["scheme"] = "dark" if look.is_dark else "light"
    marks = (("tick", 18), ("arrow", 12), ("arrow_room", 28))
    values |= {name: f"{round(size * scale)}px" for name, size in marks}
    values["row"] = f"{max(ROW, round(ROW * scale))}px"
    values["target"] = f"{max(TARGET, round(TARGET * scale))}px"
    return Template(text).substitute(values)


def _luminance(colour: str) -> float:
    """Relative luminance of ``#rrggbb`` as in WCAG 2.2."""
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    r, g, b = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts)
    return 0.2126 * r + 0.7152 * g + 0.0722 * b
