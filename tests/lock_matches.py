"""Checks, without a network, that requirements.lock is in step with pyproject.toml."""

from __future__ import annotations

import re
import sys
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parent.parent
OURS = "myograph"
# What a lock file must never hold: where the packages came from.
ADDRESS = re.compile(r"://|^\s*(-i|-f|--index-url|--extra-index-url|--find-links|--trusted-host)\b")


@dataclass(frozen=True, slots=True)
class Pin:
    """One line of the lock: an exact version, its hashes, and who asked for it."""

    requirement: Requirement
    hashes: int
    wanted_by: frozenset[str]

    @property
    def name(self) -> str:
        return canonicalize_name(self.requirement.name)

    @property
    def version(self) -> str | None:
        specifiers = list(self.requirement.specifier)
        is_exact = len(specifiers) == 1 and specifiers[0].operator == "=="
        return specifiers[0].version if is_exact else None


def problems(pyproject: str, lock: str) -> list[str]:
    """What is wrong with the text of a lock file, each a sentence; none if it matches."""
    pins = read_lock(lock)
    wanted = list(direct_requirements(pyproject))
    return [*_addresses(lock), *_loose(pins), *_unmet(wanted, pins), *_left_over(wanted, pins)]


def direct_requirements(pyproject: str) -> Iterable[Requirement]:
    """Of the program and of every extra; an extra of ourselves stands for what it holds."""
    project = tomllib.loads(pyproject)["project"]
    groups = [project["dependencies"], *project.get("optional-dependencies", {}).values()]
    for group in groups:
        for text in group:
            requirement = Requirement(text)
            if canonicalize_name(requirement.name) != OURS:
                yield requirement


def read_lock(lock: str) -> list[Pin]:
    pins: list[Pin] = []
    for entry in re.split(r"\n(?=[^\s#])", lock):
        lines = [line.rstrip(" \\") for line in entry.splitlines()]
        heads = [line for line in lines if line and not line.startswith((" ", "#", "-"))]
        if heads:
            comments = [line.strip().lstrip("#").strip() for line in lines if "#" in line]
            wanted_by = {word.removeprefix("via").strip() for word in comments}
            hashes = sum(bool(re.search(r"--hash=sha256:[0-9a-f]{64}$", line)) for line in lines)
            pins.append(Pin(Requirement(heads[0]), hashes, frozenset(wanted_by)))
    return pins


def _addresses(lock: str) -> Iterable[str]:
    for number, line in enumerate(lock.splitlines(), 1):
        if ADDRESS.search(line):
            yield f"line {number} names where packages come from: {line.strip()}"


def _loose(pins: Iterable[Pin]) -> Iterable[str]:
    for pin in pins:
        if pin.version is None:
            yield f"{pin.name} is not pinned to one version"
        if not pin.hashes:
            yield f"{pin.name} has no hash"
        if pin.requirement.url is not None:
            yield f"{pin.name} is taken from an address"


def _unmet(wanted: Iterable[Requirement], pins: list[Pin]) -> Iterable[str]:
    for requirement in wanted:
        name = canonicalize_name(requirement.name)
        versions = [pin.version for pin in pins if pin.name == name and pin.version]
        if not versions:
            yield f"{name} is asked for and not locked"
        elif not any(requirement.specifier.contains(version) for version in versions):
            yield f"{name} is locked at {', '.join(versions)}, asked for {requirement.specifier}"


def _left_over(wanted: Iterable[Requirement], pins: Iterable[Pin]) -> Iterable[str]:
    names = {canonicalize_name(requirement.name) for requirement in wanted}
    for pin in pins:
        is_ours = any(word.startswith(OURS) for word in pin.wanted_by)
        if is_ours and pin.name not in names:
            yield f"{pin.name} is locked for us and not asked for any more"


def main() -> int:
    found = problems(
        (ROOT / "pyproject.toml").read_text("utf-8"),
        (ROOT / "requirements.lock").read_text("utf-8"),
    )
    for problem in found:
        sys.stderr.write(f"requirements.lock: {problem}\n")
    if found:
        sys.stderr.write("Run `make lock` and commit requirements.lock.\n")
        return 1
    sys.stdout.write("requirements.lock matches pyproject.toml\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
