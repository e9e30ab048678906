"""A curve from a CSV file as a command takes it: what is wrong with it ends the command."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from app.cli.errors import CommandError
from data.analysis.types import Curve, Side
from data.curve_import import CurveImportError, UnclearColumnsError, Understood, understand
from data.curve_mapping import CurveMapping


class CurveFileError(CommandError):
    """The file is not a force curve; the message names the row and what to change."""


def read_curve(
    path: Path, columns: Mapping[str, Side] | None = None, side: Side | None = None
) -> Curve:
    """The curve in `path`: time in s in the first column, one or two columns of force in N."""
    return understood_curve(path, None, columns, side).curve


def understood_curve(
    path: Path,
    mapping: CurveMapping | None,
    columns: Mapping[str, Side] | None = None,
    side: Side | None = None,
) -> Understood:
    """As `data.curve_import.understand`. Raises `CurveFileError`, `OSError`."""
    try:
        return understand(path, mapping, columns=columns, side=side)
    except UnclearColumnsError as error:
        left, right = error.columns[:2]
        raise CurveFileError(f"{error}: --columns {left}=left,{right}=right") from error
    except CurveImportError as error:
        raise CurveFileError(str(error)) from error
