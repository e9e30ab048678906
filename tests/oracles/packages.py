"""Packages that others wrote, found where they are installed."""

from __future__ import annotations

import importlib
import os
import warnings
from typing import Any

import pytest


def oracle(module: str) -> Any:
    """The module. Without it the test is skipped, but it fails in the environment made for it."""
    with warnings.catch_warnings(action="ignore"):
        try:
            return importlib.import_module(module)
        except ModuleNotFoundError:
            text = f"{module} is not installed here: `make test-oracles` has it"
            if os.environ.get("MYOGRAPH_ORACLES") == "required":
                pytest.fail(text)
            pytest.skip(text)
