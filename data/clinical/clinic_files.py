"""The clinic's own YAML files, which stand beside those that ship."""

from __future__ import annotations

from pathlib import Path


def clinic_files(folder: Path, kind: str) -> list[Path]:
    """``kind*.yaml`` of the folder in order of name: tests.yaml, tests_rugby.yaml; none without
    the folder."""
    return sorted(path for path in folder.glob(f"{kind}*.yaml") if path.is_file())
