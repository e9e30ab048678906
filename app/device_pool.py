"""Devices in use, and devices that could be: what the window knows of hardware."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from typing import Protocol

from app.links import ChosenLink, ble_link, serial_link, usb_link
from app.live import LiveTrace
from app.pair import Pair
from app.station import FindCalibrations, Station, no_records
from app.status import DeviceStatus, Found
from app.unit_station import UnitStation
from data.analysis.types import Side
from data.clinical.tests import Laterality, StrengthTest
from devices.declaration import ElectrotherapyModel, ForceModel
from devices.force import ForceDevice
from devices.match import AnyModel, all_models, hid_ids, match
from devices.types import DeviceInfo, LinkState, Transport

# Cheap cables carry 0, 0001 or the like: a number that many share tells nobody apart.
_REAL_NUMBER = 5


class Finder(Protocol):
    """One way to find devices and to open a link to one of them."""

    async def find(self, seconds: float) -> list[Found]: ...

    def owns(self, found: Found) -> bool: ...

    def link(self, found: Found, model: AnyModel) -> ChosenLink: ...


class RealFinder:
    """Serial ports, USB devices of known kinds and Bluetooth advertisements of this computer.

    `problem` is plain sentences on what could not be asked: Bluetooth each time, USB once, for few
    need it. Experimental models are found only while `experimental` is set.
    """

    def __init__(self) -> None:
        self.problem: str | None = None
        self.experimental = False
        self._told_of_usb = False

    async def find(self, seconds: float) -> list[Found]:
        from drivers.scan import scan

        result = await scan(seconds, hid_ids=hid_ids())
        usb_problem = None if self._told_of_usb else result.usb_problem
        self._told_of_usb = self._told_of_usb or usb_problem is not None
        self.problem = " ".join(filter(None, (result.bluetooth_problem, usb_problem))) or None
        found: list[Found] = []
        for candidate in result.candidates:
            transport = Transport(candidate.transport)
            models = match(
                transport,
                name=candidate.name,
                services=candidate.services,
                usb_id=candidate.usb_id,
                advertised=candidate.advertised,
                experimental=self.experimental,
            )
            if models:
                key = f"{transport}:{candidate.address}"
                ids = tuple(model.id for model in models)
                name = candidate.name or candidate.address
                cable = candidate.serial_number or ""
                usb_serial = cable if len(cable) >= _REAL_NUMBER else None
                found.append(
                    Found(key, name, transport, ids, rssi=candidate.rssi, usb_serial=usb_serial)
                )
        return found

    def owns(self, found: Found) -> bool:
        return not found.is_virtual

    def link(self, found: Found, model: AnyModel) -> ChosenLink:
        _, _, address = found.key.partition(":")
        if found.transport is Transport.SERIAL:
            return serial_link(address, model)
        if found.transport is Transport.USB:
            return usb_link(address, model)
        return ble_link(address, model)


class DevicePool:
    """Coroutines run in the devices thread. `stations` and `units` are replaced as a whole, never
    changed, so that any thread may read them."""

    def __init__(
        self, finders: Sequence[Finder], find_calibrations: FindCalibrations = no_records
    ) -> None:
        self._finders = finders
        self._find_calibrations = find_calibrations
        self._opening = asyncio.Lock()
        self.stations: dict[str, Station] = {}
        self.units: dict[str, UnitStation] = {}
        self.found: tuple[Found, ...] = ()

    async def find(self, seconds: float) -> tuple[Found, ...]:
        """Everything that answers or advertises now, the ones in use left out."""
        lists = await asyncio.gather(*(finder.find(seconds) for finder in self._finders))
        used = {*self.stations, *self.units}
        self.found = tuple(f for found in lists for f in found if f.key not in used)
        return self.found

    async def use(self, found: Found, model_id: str, side: Side | None = None) -> None:
        """Connect and keep connected; `side` is the limb that a single cell is set up for.

        Raises `LinkError` or `DeviceError`.
        """
        async with self._opening:
            if found.key in self.stations or found.key in self.units:
                return
            model = all_models()[model_id]
            finder = next(finder for finder in self._finders if finder.owns(found))
            chosen = finder.link(found, model)
            if isinstance(model, ForceModel):
                station = force_station(chosen, model, self._find_calibrations)
                station.side = side
                await station.open(may_be_uncalibrated=True)
                self.stations = {**self.stations, found.key: station}
            else:
                unit = unit_station(chosen, model)
                await unit.open()
                self.units = {**self.units, found.key: unit}
            self.found = tuple(other for other in self.found if other.key != found.key)

    async def release(self, key: str) -> None:
        """Disconnect for good."""
        station, unit = self.stations.get(key), self.units.get(key)
        self.stations = {k: v for k, v in self.stations.items() if k != key}
        self.units = {k: v for k, v in self.units.items() if k != key}
        if station is not None:
            await station.close()
        if unit is not None:
            await unit.close()

    async def hand_back(self, found: Found) -> None:
        """Disconnect what turned out not to be the unit that was meant: a person decides."""
        await self.release(found.key)
        self.found = (*self.found, found)

    async def close(self) -> None:
        for key in [*self.stations, *self.units]:
            await self.release(key)

    def statuses(self) -> tuple[DeviceStatus, ...]:
        """From any thread: how each device is now."""
        used = {**self.stations, **self.units}
        return tuple(replace(device.status(), key=key) for key, device in used.items())

    def info_of(self, key: str) -> DeviceInfo | None:
        """What a device in use says of itself."""
        used = self.stations.get(key) or self.units.get(key)
        return used.device.info if used is not None else None

    def trace_of(self, key: str) -> LiveTrace | None:
        """From any thread: the live curve of a force device in use."""
        station = self.stations.get(key)
        return station.trace if station is not None else None

    def set_side(self, key: str, side: Side | None) -> None:
        """The limb that a device with one cell is set up for."""
        station = self.stations.get(key)
        if station is not None:
            station.side = side

    def recorded_unit(self) -> UnitStation | None:
        """The unit whose treatment is recorded: the first that tells settings. Some only answer
        who they are."""
        units = list(self.units.values())
        telling = (unit for unit in units if unit.device.log.settings_now)
        return next(telling, units[0] if units else None)

    def station_for(self, test: StrengthTest) -> Station | Pair | None:
        """What suits `test` best of what is connected. Both limbs at once take a device with two
        cells, else two with one cell each, one set up for the left limb and one for the right."""
        wanted = 2 if test.laterality is Laterality.BILATERAL else 1
        usable = [
            s
            for s in self.stations.values()
            if s.device.state is not LinkState.CLOSED
            and s.device.is_calibrated
            and not s.shows_counts
        ]
        if wanted == 2 and not any(len(s.device.channels) == wanted for s in usable):
            singles = {s.side: s for s in usable if len(s.device.channels) == 1}
            if Side.LEFT in singles and Side.RIGHT in singles:
                return Pair(singles[Side.LEFT], singles[Side.RIGHT])
        return min(usable, key=lambda s: abs(len(s.device.channels) - wanted), default=None)


def force_station(
    chosen: ChosenLink, model: ForceModel, find_calibrations: FindCalibrations = no_records
) -> Station:
    """A station on a chosen link, not yet open."""
    return Station(
        ForceDevice(model, chosen.link, chosen.framing),
        chosen.name,
        is_virtual=chosen.is_virtual,
        find_calibrations=find_calibrations,
        built_in=chosen.calibrations,
    )


def unit_station(chosen: ChosenLink, model: ElectrotherapyModel) -> UnitStation:
    """The same for an electrotherapy unit."""
    device = model.device(model, chosen.link, chosen.framing)
    return UnitStation(device, chosen.name, is_virtual=chosen.is_virtual)
