"""A hash over the rows of a trial: damage to a number is noticed as surely as damage to a curve."""

from __future__ import annotations

import hashlib
import json
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

Rows = Iterable[Sequence[Any]]
Query = Callable[[str, tuple[Any, ...]], Rows]

# The columns are named: a schema that adds one decides whether it belongs to the content, and
# then sets the hashes that it finds in order to NULL, so that they are made anew.
_OF_A_TRIAL = (
    "SELECT id, session_id, person_id, set_id, test_id, started_at, device_model, device_serial,"
    " is_virtual, state, samples, lost, rate_hz, duration_s, note, details, untrusted, analysis"
    " FROM trials WHERE id IN ({}) ORDER BY id",
    "SELECT trial_id, number, position, side, capacity_n, resolution_n, zero, calibration"
    " FROM trial_channels WHERE trial_id IN ({}) ORDER BY trial_id, number",
    "SELECT trial_id, place, number, side, start_s, end_s, rule, onset_s, peak_s, metrics, codes,"
    " rejected FROM reps WHERE trial_id IN ({}) ORDER BY trial_id, place",
    "SELECT trial_id, number, start_us, end_us, samples, cause"
    " FROM gaps WHERE trial_id IN ({}) ORDER BY trial_id, number",
)
_AT_ONCE = 500


def trial_hashes(query: Query, keys: Sequence[str]) -> dict[str, bytes]:
    """SHA-256 of what the rows of each trial hold, exactly as they stand in the file.

    `keys` are ids as the file has them; `query` runs SQL and gives rows. The curve is not part of
    it: every block has a hash of its own.
    """
    hashes = {key: hashlib.sha256() for key in keys}
    for some in _chunks(keys):
        for number, sql in enumerate(_OF_A_TRIAL):
            content: dict[str, list[Sequence[Any]]] = defaultdict(list)
            for key, *values in query(sql.format(",".join("?" * len(some))), some):
                content[key].append(values)
            for key, rows in content.items():
                if key in hashes:  # else the damage is in the id itself
                    hashes[key].update(json.dumps([number, rows], default=repr).encode())
    return {key: found.digest() for key, found in hashes.items()}


def hash_what_has_none(query: Query) -> None:
    """Give every trial without a hash its own, as after a change of the schema."""
    keys = [key for (key,) in query("SELECT id FROM trials WHERE sha256 IS NULL", ())]
    set_hashes(query, keys)


def set_hashes(query: Query, keys: Sequence[str]) -> None:
    """Call what the rows of these trials hold now their content."""
    for key, found in trial_hashes(query, keys).items():
        query("UPDATE trials SET sha256 = ? WHERE id = ?", (found, key))


def damaged_trials(query: Query) -> list[str]:
    """The ids, as the file has them, of trials whose rows are not what was stored."""
    keys = [key for (key,) in query("SELECT id FROM trials ORDER BY id", ())]
    return damaged_among(query, keys)


def damaged_among(query: Query, keys: Sequence[str]) -> list[str]:
    """Those of these trials, in their order, whose rows are not what was stored."""
    found = trial_hashes(query, keys)
    kept: dict[str, object] = {}
    for some in _chunks(keys):
        sql = f"SELECT id, sha256 FROM trials WHERE id IN ({','.join('?' * len(some))})"
        kept.update((key, value) for key, value in query(sql, some))
    return [key for key in keys if kept.get(key) != found[key]]


def _chunks(keys: Sequence[str]) -> Iterator[tuple[str, ...]]:
    for start in range(0, len(keys), _AT_ONCE):
        yield tuple(keys[start : start + _AT_ONCE])
