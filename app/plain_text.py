"""Outside text made harmless for one line of screen, terminal or paper."""

from __future__ import annotations

import unicodedata

# Zero-width joiners: format characters that names in Persian and Indic scripts need.
JOINERS = "\u200c\u200d"


def plain(text: str) -> str:
    """One line without control or direction characters: a name cannot steer what shows it."""
    one_line = " ".join(text.splitlines()).replace("\t", " ")
    return "".join(
        c for c in one_line if c in JOINERS or unicodedata.category(c) not in {"Cc", "Cf", "Cs"}
    )
