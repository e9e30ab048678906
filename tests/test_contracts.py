from __future__ import annotations

import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
CONFIG = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["importlinter"]
NAMES = [contract["name"] for contract in CONFIG["contracts"]]

# For each contract a module, and an import that it forbids there.
VIOLATIONS = {
    "One way: app, data, devices, protocols beside drivers": ("devices", "data.records"),
    "Codecs know no clock, thread, loop, port or screen": ("protocols", "time"),
    "Analysis and clinical rules are pure": ("data/analysis", "sqlalchemy"),
    "Qt stays in the app": ("drivers", "PySide6.QtCore"),
    "Simulators are the device's side only": ("firmware_sim", "devices.types"),
    "Records know what was measured, not how it travelled": ("data", "drivers.link"),
    "Only the demo starts simulators": ("app/pages", "firmware_sim.firmware"),
}


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    for package in CONFIG["root_packages"]:
        shutil.copytree(
            ROOT / package, tmp_path / package, ignore=shutil.ignore_patterns("__pycache__")
        )
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    return tmp_path


def lint(tree: Path) -> subprocess.CompletedProcess[str]:
    program = (
        "import sys; sys.path.insert(0, '.');"
        "from importlinter.cli import lint_imports_command; lint_imports_command()"
    )
    return subprocess.run(
        # -P: not this folder's packages, and no cache from another tree.
        [sys.executable, "-P", "-c", program, "--no-cache"],
        cwd=tree,
        capture_output=True,
        text=True,
        check=False,
    )


def test_every_contract_has_its_violation():
    assert sorted(VIOLATIONS) == sorted(NAMES)


def test_the_tree_keeps_every_contract(tree: Path):
    result = lint(tree)
    assert result.returncode == 0, result.stdout
    assert f"Contracts: {len(NAMES)} kept, 0 broken" in result.stdout


@pytest.mark.parametrize("name", NAMES)
def test_a_contract_catches_its_violation(tree: Path, name: str):
    package, module = VIOLATIONS[name]
    (tree / package / "planted.py").write_text(f'"""Planted."""\n\nimport {module}\n', "utf-8")
    result = lint(tree)
    assert result.returncode == 1, result.stdout
    broken = re.findall(r"^(.*) BROKEN", result.stdout, re.MULTILINE)
    assert name in broken
    assert f"{package.replace('/', '.')}.planted" in result.stdout
