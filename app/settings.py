"""Preferences of this machine: a small JSON file in the platform's configuration folder."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any, cast

import platformdirs

from app.theme import Scheme
from app.units import ForceUnit

SMALLEST_TEXT, LARGEST_TEXT = 1.0, 2.0
TERMS = {
    "calibration_months": (1, 60),
    "gravity_m_s2": (9.7, 9.9),
    "masses_percent": (0.0001, 10.0),
    "check_limit_percent": (0.01, 20.0),
}
"""Ranges of what the clinic sets for known masses."""


@dataclass(frozen=True, slots=True)
class Settings:
    """What the user chose. No record of a person is kept here."""

    scheme: Scheme = Scheme.SYSTEM
    text_scale: float = 1.0
    force_unit: ForceUnit = ForceUnit.NEWTON
    clinician: str = ""
    backup_folder: str = ""
    last_backup: str = ""  # ISO day
    experimental_devices: bool = False
    reference_lines: bool = False
    calibration_months: int = 12
    gravity_m_s2: float | None = None  # None: standard gravity
    masses_percent: float | None = None  # how far off the clinic's masses may be
    check_limit_percent: float | None = None


class SettingsFile:
    """Reads and writes the settings. What cannot be read becomes the default, one by one."""

    def __init__(self, path: Path | None = None) -> None:
        self.path = path or platformdirs.user_config_path("myograph") / "settings.json"
        self.settings = _read(self.path)

    def change(self, **changes: object) -> Settings:
        """Set and write, atomically; the new settings."""
        self.settings = replace(self.settings, **cast("dict[str, Any]", changes))
        self.path.parent.mkdir(parents=True, exist_ok=True)
        beside = self.path.with_suffix(".new")
        beside.write_text(json.dumps(asdict(self.settings), indent=2) + "\n", encoding="utf-8")
        beside.replace(self.path)
        return self.settings


def _read(path: Path) -> Settings:
    try:
        loaded: object = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return Settings()
    if not isinstance(loaded, dict):
        return Settings()
    stored = cast("dict[str, object]", loaded)
    settings = Settings()
    scheme, unit = stored.get("scheme"), stored.get("force_unit")
    scale = stored.get("text_scale")
    if scheme in list(Scheme):
        settings = replace(settings, scheme=Scheme(str(scheme)))
    if unit in list(ForceUnit):
        settings = replace(settings, force_unit=ForceUnit(str(unit)))
    if isinstance(scale, int | float) and SMALLEST_TEXT <= scale <= LARGEST_TEXT:
        settings = replace(settings, text_scale=float(scale))
    for name in ("experimental_devices", "reference_lines"):
        settings = replace(settings, **cast("dict[str, Any]", {name: stored.get(name) is True}))
    settings = replace(settings, **_terms(stored))
    texts = ("clinician", "backup_folder", "last_backup")
    settings = replace(
        settings, **{key: value for key in texts if isinstance(value := stored.get(key), str)}
    )
    return settings


def _terms(stored: dict[str, object]) -> dict[str, Any]:
    """What was set for known masses, as far as it can be meant."""
    return {
        key: number
        for key, (low, high) in TERMS.items()
        if isinstance(number := stored.get(key), int | float) and low <= number <= high
    }
