"""How characters travel on a serial line, speed apart."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum


class Parity(StrEnum):
    NONE = "N"
    EVEN = "E"
    ODD = "O"


@dataclass(frozen=True, slots=True)
class SerialFormat:
    """Written ``8N1``, as manuals do; `rts_cts` is the flow control by two more wires."""

    data_bits: int = 8
    parity: Parity = Parity.NONE
    stop_bits: int = 1
    rts_cts: bool = False

    @classmethod
    def from_text(cls, text: str) -> SerialFormat:
        """As manuals write it, ``7E1``; raises ValueError for anything else."""
        found = re.fullmatch(r"([78])([NEO])([12])", text.upper())
        if found is None:
            raise ValueError(f"{text} is no serial format like 8N1 or 7E1")
        return cls(int(found[1]), Parity(found[2]), int(found[3]))

    def __str__(self) -> str:
        flow = " RTS/CTS" if self.rts_cts else ""
        return f"{self.data_bits}{self.parity}{self.stop_bits}{flow}"


EIGHT_N_ONE = SerialFormat()
