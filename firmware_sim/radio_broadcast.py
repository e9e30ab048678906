"""A simulated device on the virtual radio that only advertises."""

from __future__ import annotations

import asyncio

from bumble import hci, ll
from bumble.core import AdvertisingData

from firmware_sim.firmware import Firmware
from firmware_sim.radio_air import Air, RadioController

_TICK_S = 0.01
_NOT_CONNECTABLE_LE_ONLY = 0x04
_LONGEST_BYTES = 31


class VirtualBroadcaster:
    """Puts each message of `firmware` into one advertisement, under the number of a company.

    While it `is_silent`, or the firmware is not reachable, nothing is sent. `sent` counts.
    """

    def __init__(
        self,
        air: Air,
        firmware: Firmware,
        name: str,
        address: str,
        company: int,
        speed: float = 1.0,
    ) -> None:
        self.firmware = firmware
        self.name = name
        self.address = address
        self.is_silent = False
        self.sent = 0
        self._air = air
        self._company = company
        self._speed = speed
        self._controller = RadioController(name, air)
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        self._task = asyncio.get_running_loop().create_task(self._run())

    async def stop(self) -> None:
        """Switched off."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.wait({self._task})
        self._air.remove_controller(self._controller)

    def leave_range(self) -> None:
        self._air.take_away(self._controller)

    def return_to_range(self) -> None:
        self._air.bring_back(self._controller)

    async def _run(self) -> None:
        clock = asyncio.get_running_loop().time
        last_s = clock()
        self.firmware.connected()
        while True:
            await asyncio.sleep(_TICK_S)
            now_s = clock()
            for message in self.firmware.advance((now_s - last_s) * self._speed):
                if not self.is_silent and self.firmware.is_reachable:
                    self._advertise(message)
            last_s = now_s

    def _advertise(self, message: bytes) -> None:
        kinds = AdvertisingData.Type
        data = bytes(
            AdvertisingData(
                [
                    (kinds.FLAGS, bytes([_NOT_CONNECTABLE_LE_ONLY])),
                    (kinds.COMPLETE_LOCAL_NAME, self.name.encode()),
                    (
                        kinds.MANUFACTURER_SPECIFIC_DATA,
                        self._company.to_bytes(2, "little") + message,
                    ),
                ]
            )
        )
        if len(data) > _LONGEST_BYTES:
            raise ValueError(f"{len(data)} bytes do not fit into one advertisement")
        packet = ll.AdvInd(hci.Address(self.address), data)
        self._air.send_advertising_pdu(self._controller, packet)
        self.sent += 1
