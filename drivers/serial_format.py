"""How characters travel on a serial line, speed apart."""

from __future__ import annotations

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

    def __str__(self) -> str:
        flow = " RTS/CTS" if self.rts_cts else ""
        return f"{self.data_bits}{self.parity}{self.stop_bits}{flow}"


EIGHT_N_ONE = SerialFormat()
