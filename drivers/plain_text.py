"""Text from outside (advertised names, USB strings), made harmless for one line of screen."""

from __future__ import annotations

import unicodedata

_LONGEST = 64
_MARKS_IN_A_ROW = 2


def plain_text(text: str, longest: int = _LONGEST) -> str:
    """One line without control, format, surrogate or unassigned characters, at most `longest` long.

    Markup stays as it is: whoever shows the text must show it as plain text.
    """
    kept: list[str] = []
    marks = 0
    for character in unicodedata.normalize("NFC", text):
        category = unicodedata.category(character)
        if category.startswith("Z") or character in "\t\n\r\v\f":
            kept.append(" ")
            continue
        if category.startswith("C"):
            continue
        marks = marks + 1 if category.startswith("M") else 0
        if marks <= _MARKS_IN_A_ROW:
            kept.append(character)
    return " ".join("".join(kept).split())[:longest].rstrip()
