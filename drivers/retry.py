"""When to try again after a lost link, and when to stop trying."""

from __future__ import annotations

from dataclasses import dataclass

from drivers.link import LinkDeniedError, LinkError

_BACKOFF_S = (0.5, 1.0, 2.0, 4.0, 8.0)


@dataclass(frozen=True, slots=True)
class RetryRule:
    """How long a program goes on reconnecting by itself."""

    give_up_after_s: float = 300.0

    def next_wait_s(self, attempt: int, tried_s: float, error: LinkError) -> float | None:
        """Seconds until the next attempt after `attempt` failed with `error`; None: give up.

        `attempt` counts from 0; `tried_s` is the time since the loss.
        """
        if isinstance(error, LinkDeniedError) or tried_s >= self.give_up_after_s:
            return None
        return min(backoff_s(attempt), self.give_up_after_s - tried_s)


def backoff_s(attempt: int) -> float:
    """Seconds to wait before attempt 0, 1, 2, …: 0.5, 1, 2, 4, 8, 8, …"""
    return _BACKOFF_S[min(attempt, len(_BACKOFF_S) - 1)]
