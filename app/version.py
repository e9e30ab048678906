"""Which release this is, as stamped into records and reports."""

from __future__ import annotations


def program_version() -> str:
    """The version of the installed package; ``unknown`` where only the source tree is there."""
    # Imported on demand: it costs more than all of `myograph --help`.
    from importlib.metadata import PackageNotFoundError, version

    try:
        return version("myograph")
    except PackageNotFoundError:
        return "unknown"
