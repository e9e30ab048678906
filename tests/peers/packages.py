"""Clients that others wrote, found where they are installed."""

from __future__ import annotations

import importlib
import os
import warnings
from typing import Any, NoReturn

import pytest


def independent(module: str) -> Any:
    """The module of a client. Without it the tests that use it are skipped, but they fail in the
    environment that was made for them."""
    with warnings.catch_warnings(action="ignore"):
        try:
            return importlib.import_module(module)
        except ModuleNotFoundError:
            missing(module)


def missing(what: str) -> NoReturn:
    text = f"{what} is not installed here: `make test-peers` has it"
    if os.environ.get("MYOGRAPH_PEERS") == "required":
        pytest.fail(text)
    pytest.skip(text, allow_module_level=True)
