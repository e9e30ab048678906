"""The words of a PDF and where they stand: as much of ISO 32000-1 as our writer's files need."""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

_OBJECT = re.compile(rb"(\d+) 0 obj(.*?)endobj", re.DOTALL)
_STREAM = re.compile(rb"stream\r?\n(.*)endstream", re.DOTALL)
_TOKEN = re.compile(rb"<[0-9A-Fa-f]*>|/[^\s/<>\[\]]+|[-+]?[\d.]+|[A-Za-z*']+")


@dataclass(frozen=True, slots=True)
class Glyph:
    """One character with its origin on the page, pt from the lower left.

    `run` counts the stretches of text that were drawn at once.
    """

    text: str
    x: float
    y: float
    run: int


@dataclass(frozen=True, slots=True)
class PdfPage:
    glyphs: tuple[Glyph, ...]

    @property
    def text(self) -> str:
        """In the order of drawing, without any space: how words are parted is layout."""
        return squeezed("".join(glyph.text for glyph in self.glyphs))

    @property
    def words(self) -> str:
        """The same with its spaces; a line that ends is a space too."""
        found = ""
        for before, glyph in zip((None, *self.glyphs), self.glyphs, strict=False):
            is_same_line = before is None or abs(before.y - glyph.y) < 0.1
            found += glyph.text if is_same_line else f" {glyph.text}"
        return re.sub(r"\s+", " ", found)

    def says(self, text: str) -> bool:
        return squeezed(text) in self.text


def pdf_pages(path: Path) -> list[PdfPage]:
    content = path.read_bytes()
    objects = {int(number): body for number, body in _OBJECT.findall(content)}
    pages = [body for body in objects.values() if re.search(rb"/Type\s*/Page\b(?!s)", body)]
    return [PdfPage(tuple(_glyphs(objects, body))) for body in pages]


def pdf_says(path: Path, text: str) -> bool:
    return any(page.says(text) for page in pdf_pages(path))


def squeezed(text: str) -> str:
    return re.sub(r"\s+", "", text)


def _glyphs(objects: dict[int, bytes], page: bytes) -> Iterator[Glyph]:
    resources = objects[_reference(page, b"Resources")]
    fonts = {
        name: _characters(objects, objects[int(number)])
        for name, number in re.findall(rb"/(F\d+) (\d+) 0 R", resources)
    }
    place, stack = np.eye(3), list[np.ndarray]()
    line, font, run, operands = np.eye(3), b"", 0, list[bytes]()
    for token in _TOKEN.findall(_data(objects[_reference(page, b"Contents")])):
        if not token[:1].isalpha():
            operands.append(token)
            continue
        match token:
            case b"q":
                stack.append(place)
            case b"Q":
                place = stack.pop()
            case b"BT":
                run += 1
            case b"cm":
                place = _matrix(operands[-6:]) @ place
            case b"Tf":
                font = operands[-2][1:]
            case b"Tm":
                line = _matrix(operands[-6:])
            case b"Td":
                line = _matrix([b"1", b"0", b"0", b"1", *operands[-2:]]) @ line
            case b"Tj":
                x, y, _ = np.array([0.0, 0.0, 1.0]) @ line @ place
                code = int(operands[-1][1:-1], 16)
                yield Glyph(fonts[font].get(code, ""), float(x), float(y), run)
            case _:
                pass
        operands = []


def _matrix(numbers: list[bytes]) -> np.ndarray:
    a, b, c, d, e, f = (float(number) for number in numbers)
    return np.array([[a, b, 0.0], [c, d, 0.0], [e, f, 1.0]])


def _characters(objects: dict[int, bytes], font: bytes) -> dict[int, str]:
    """Code to text by the font's ToUnicode map."""
    cmap = _data(objects[_reference(font, b"ToUnicode")])
    found: dict[int, str] = {}
    for block in re.findall(rb"beginbfrange(.*?)endbfrange", cmap, re.DOTALL):
        for first, last, to in re.findall(rb"<(\w+)>\s*<(\w+)>\s*(\[[^\]]*\]|<\w+>)", block):
            targets = re.findall(rb"<(\w+)>", to)
            for step, code in enumerate(range(int(first, 16), int(last, 16) + 1)):
                is_list = to.startswith(b"[")
                text = bytes.fromhex(targets[step if is_list else 0].decode()).decode("utf-16-be")
                found[code] = text if is_list else text[:-1] + chr(ord(text[-1]) + step)
    for block in re.findall(rb"beginbfchar(.*?)endbfchar", cmap, re.DOTALL):
        for code, to in re.findall(rb"<(\w+)>\s*<(\w+)>", block):
            found[int(code, 16)] = bytes.fromhex(to.decode()).decode("utf-16-be")
    return found


def _reference(body: bytes, name: bytes) -> int:
    found = re.search(rb"/" + name + rb" (\d+) 0 R", body)
    assert found is not None, name
    return int(found[1])


def _data(body: bytes) -> bytes:
    found = _STREAM.search(body)
    assert found is not None
    return zlib.decompress(found[1]) if b"/FlateDecode" in body[: found.start()] else found[1]
