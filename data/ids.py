"""Keys that sort by the moment they were made."""

from __future__ import annotations

import secrets
import threading
import time
from uuid import UUID

_lock = threading.Lock()
_last = 0


def uuid7() -> UUID:
    """A UUID of version 7 (RFC 9562), larger than every one made before in this process."""
    global _last
    ms, ns = divmod(time.time_ns(), 1_000_000)
    with _lock:
        # RFC 9562 6.2, method 3: the 12 bits after the milliseconds carry their fraction, and
        # serve as a counter when the clock stands still or is set back.
        _last = stamp = max(ms << 12 | ns * 4096 // 1_000_000, _last + 1)
    high = (stamp >> 12) << 16 | 0x7000 | stamp & 0xFFF
    return UUID(int=high << 64 | 0b10 << 62 | secrets.randbits(62))


def readable_id(key: object) -> str:
    """An id as the database has it, as people write it; what a damaged one has become, quoted."""
    try:
        return str(UUID(str(key)))
    except ValueError:
        return repr(key)
