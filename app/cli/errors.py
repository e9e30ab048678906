"""What a command says when it cannot do what was asked."""

from __future__ import annotations


class CommandError(Exception):
    """It failed; the message says what happened, what is safe and what to do. Exit status 1."""


class UsageError(CommandError):
    """It was asked in a way that cannot be meant. Exit status 2."""
