"""Regions of the body by name, and which one a place on the drawing belongs to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache

from data.clinical.entries import Entry
from data.sides import Side

__all__ = ["BodyRegion", "View", "nearest_region", "parse", "region_name", "regions"]


class View(StrEnum):
    """From where the standing figure is seen: `LEFT` shows the person's left side."""

    FRONT = "front"
    BACK = "back"
    LEFT = "left"
    RIGHT = "right"


@dataclass(frozen=True, slots=True)
class BodyRegion:
    """`x`, `y` is its centre in the view's box: 0 to 1 from the viewer's left, 0 to 1 from the
    crown. `side` is None on the midline. `reach` is in the same measure."""

    id: str
    name: str
    side: Side | None
    view: View
    x: float
    y: float
    reach: float

    @property
    def words(self) -> str:
        """``left hamstrings, outer side, upper third (back)``"""
        name = self.name[0].lower() + self.name[1:]
        return f"{self.side} {name} ({self.view})" if self.side else f"{name} ({self.view})"


@cache
def regions() -> Mapping[str, BodyRegion]:
    """Every region by its id, in the order of the file."""
    return parse(Entry.shipped("body_regions.yaml"))


def region_name(region_id: str) -> str:
    """In words; an id that this version does not know stays as it is."""
    found = regions().get(region_id)
    return found.words if found else region_id


def nearest_region(view: View, x: float, y: float) -> BodyRegion | None:
    """The region that a place on the drawing belongs to; None beside the body."""
    here = [each for each in regions().values() if each.view is view]
    distances = [((each.x - x) ** 2 + (each.y - y) ** 2, each) for each in here]
    best = min(distances, key=lambda pair: pair[0])
    return best[1] if best[0] <= (1.5 * best[1].reach) ** 2 else None


def parse(root: Entry) -> dict[str, BodyRegion]:
    """The regions of a file; `CatalogueError` names the entry that is wrong."""
    root.whole("version")
    found = {entry.name: _region(entry) for entry in root.children("regions")}
    root.done()
    return found


def _region(entry: Entry) -> BodyRegion:
    at = entry.numbers("at")
    if len(at) != 2 or not all(0 <= each <= 1 for each in at):
        raise entry.error("at", "must be a pair of numbers from 0 to 1")
    region = BodyRegion(
        id=entry.name,
        name=entry.text("name"),
        side=entry.choice("side", Side) if "side" in entry else None,
        view=entry.choice("view", View),
        x=at[0],
        y=at[1],
        reach=entry.number("reach"),
    )
    entry.done()
    return region
