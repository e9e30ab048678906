"""Virtual devices: the only part of the program that starts simulators."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import AsyncExitStack
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from app.links import ChosenLink, LinkSpecError, serial_link
from app.station import Station, TrialPlan
from app.status import Found
from app.weighing import Port
from app.window import DemoOptions
from data.analysis.types import Side
from data.clinical.tests import Laterality
from devices.catalog import ELECTROTHERAPY_MODELS, FORCE_MODELS
from devices.declaration import ElectrotherapyModel, ForceModel
from devices.match import AnyModel
from devices.types import HostCalibration, Position, Transport
from drivers.ble import BleLink
from drivers.broadcast import BroadcastLink
from drivers.link import Link
from firmware_sim.balance import BalanceFirmware
from firmware_sim.catalog import FIRMWARE
from firmware_sim.chronojump import ChronojumpFirmware
from firmware_sim.faults import FaultFileError, FaultPlan, plan_named
from firmware_sim.firmware import Firmware, Load, Scale
from firmware_sim.loads import isometric_hold, nordic_curl
from firmware_sim.onb import OnbFirmware
from firmware_sim.ott import OttFirmware
from firmware_sim.progressor import ProgressorFirmware
from firmware_sim.radio import VirtualRadio
from firmware_sim.serve import serve_tcp
from firmware_sim.sessions import tens_20min
from protocols.codec import Framing

REACTION_S = 3.2  # the athlete starts when the count-down ends
LEFT_N, RIGHT_N = 281.0, 246.0
_ADVERTISED = {"onb": "ONB-DEMO", "progressor": "Progressor_7125", "ott": "OTT-DEMO"}
_DRIFT = 300e-6
_SCALE = "IF_B7"  # of those that only advertise; a longer name would leave no room for the data


class Athlete:
    """The one who pulls: nothing until asked, then `load` once. A firmware's load.

    Times are those of the firmware: a request takes effect at the sample that is next.
    """

    def __init__(self, channels: int) -> None:
        self._channels = channels
        self._load: Load | None = None
        self._begins_s: float | None = None
        self._last_s = 0.0

    def __call__(self, t: NDArray[np.float64]) -> NDArray[np.float64]:
        if not len(t):
            return np.zeros((0, self._channels))
        self._last_s = float(t[-1])
        if self._load is None:
            return np.zeros((len(t), self._channels))
        if self._begins_s is None:
            self._begins_s = float(t[0])
        force = self._load(t - self._begins_s)
        force[t < self._begins_s] = 0.0
        return force

    def pull(self, load: Load, after_s: float = REACTION_S) -> None:
        """Begin `load` after `after_s` of the device's own time."""
        self._load, self._begins_s = load, self._last_s + after_s


def nordic(rng: np.random.Generator, rest_s: float = 6.0) -> Load:
    """Three Nordic curls of an athlete whose right limb is weaker since an injury."""
    left = 352.0 + rng.normal(0.0, 6.0, 3) - 9.0 * np.arange(3)
    right = 309.0 + rng.normal(0.0, 6.0, 3) - 9.0 * np.arange(3)
    return nordic_curl(tuple(left), tuple(right), rest_s=rest_s, start_s=0.0)


def hold(rng: np.random.Generator, peak_n: float, reps: int, rest_s: float = 5.0) -> Load:
    """Isometric holds of a few seconds."""
    peaks = peak_n + rng.normal(0.0, 5.0, reps)
    return isometric_hold(tuple(peaks), tuple([3.5] * reps), rest_s=rest_s, start_s=0.0, channels=1)


@dataclass
class VirtualClinic:
    """Virtual devices: a board on a port, a pull dynamometer and a TENS unit on the air; or, in
    place of the board, two sensors on ports of their own, set up for left and right.

    Lives in one asyncio loop. It is a `Finder` of the device pool.
    """

    options: DemoOptions = field(default_factory=DemoOptions)
    board: Athlete = field(default_factory=lambda: Athlete(2))
    puller: Athlete = field(default_factory=lambda: Athlete(1))
    _radio: VirtualRadio = field(default_factory=VirtualRadio)
    _port: str | None = None
    _balance: str | None = None
    _sensors: dict[str, tuple[Side, Athlete]] = field(
        default_factory=dict[str, tuple[Side, Athlete]]
    )
    _running: AsyncExitStack = field(default_factory=AsyncExitStack)
    _trials: int = 0

    async def start(self) -> None:
        """Switch the devices on."""
        options = self.options
        if options.sensors:
            for side in Side:
                await self._plug_in_sensor(side)
        else:
            board = OnbFirmware(
                self.board, Framing.STREAM, seed=options.seed, host_timeout_s=3.0 * options.speed
            )
            self._port = await self._plug_in(board, options.speed)
        await self._running.enter_async_context(self._radio)
        puller = ProgressorFirmware(self.puller, Framing.PACKETS, seed=options.seed)
        await self._put_on_air(self._faulty(puller), FORCE_MODELS["progressor"], options.speed)

    async def start_tens(self) -> None:
        """Switch the TENS unit on: its treatment begins when somebody connects."""
        unit = OttFirmware(tens_20min(), Framing.PACKETS, seed=self.options.seed)
        await self._put_on_air(unit, ELECTROTHERAPY_MODELS["ott"], self.options.tens_speed)

    async def balance(self) -> Port:
        """A balance with a head above it that gives about 5 W; switched on when first asked for."""
        if self._balance is None:
            self._balance = await self._plug_in(BalanceFirmware(), self.options.speed)
        return Port(self._balance, "balance", is_virtual=True)

    async def stop(self) -> None:
        """Switch everything off; nothing of it runs afterwards."""
        await self._running.aclose()

    async def find(self, seconds: float) -> list[Found]:
        """The virtual devices; there is nothing to wait for."""
        found: list[Found] = []
        if self._port is not None:
            found.append(
                Found(
                    f"serial:{self._port}",
                    "Open Nordic Board",
                    Transport.SERIAL,
                    ("onb",),
                    is_virtual=True,
                )
            )
        found += [
            Found(
                key, "Chronojump force sensor", Transport.SERIAL, ("chronojump",), is_virtual=True
            )
            for key in self._sensors
        ]
        for peripheral in self._radio.peripherals:
            model = peripheral.firmware.model
            key = f"ble:{peripheral.address}"
            found.append(Found(key, peripheral.name, Transport.BLE, (model,), is_virtual=True))
        return found

    def watch(self, stations: Iterable[Station]) -> None:
        """From now on the athlete pulls whenever a trial begins on one of them."""
        for station in stations:
            if station.is_virtual:
                station.on_begin = self._pull

    def side_of(self, key: str) -> Side | None:
        """The limb that a device is set up for; None where it has a cell for each."""
        side, _ = self._sensors.get(key, (None, None))
        return side

    def owns(self, found: Found) -> bool:
        return found.is_virtual

    def link(self, found: Found, model: AnyModel) -> ChosenLink:
        _, _, address = found.key.partition(":")
        if found.transport is Transport.SERIAL:
            return serial_link(address, model, is_virtual=True)
        return radio_link(self._radio, address, model)

    def _pull(self, station: Station, plan: TrialPlan) -> None:
        rng = np.random.default_rng([self.options.seed, self._trials])
        self._trials += 1
        after_s = REACTION_S * self.options.speed
        if station.link_name in self._sensors:
            side, athlete = self._sensors[station.link_name]
            athlete.pull(self._pull_on(side, plan, rng), after_s)
        elif len(station.device.channels) == 2:
            self.board.pull(nordic(rng, rest_s=self.options.rest_s), after_s)
        else:
            peak_n = RIGHT_N if plan.limb is Side.RIGHT else LEFT_N
            self.puller.pull(hold(rng, peak_n, plan.test.reps, rest_s=self.options.rest_s), after_s)

    def _faulty(self, firmware: Firmware) -> Firmware:
        return fault_plan(self.options.faults, self.options.seed).wrap(firmware)

    def _pull_on(self, side: Side, plan: TrialPlan, rng: np.random.Generator) -> Load:
        if plan.test.laterality is Laterality.UNILATERAL:
            peak_n = RIGHT_N if plan.limb is Side.RIGHT else LEFT_N
            return hold(rng, peak_n, plan.test.reps, rest_s=self.options.rest_s)
        both = nordic(rng, rest_s=self.options.rest_s)
        column = list(Side).index(side)
        return lambda t: both(t)[:, [column]]

    async def _plug_in_sensor(self, side: Side) -> None:
        athlete = Athlete(1)
        seed = 10 * self.options.seed + list(Side).index(side)
        sensor = ChronojumpFirmware(athlete, Framing.STREAM, seed=seed)
        # Their clocks differ by what those of real boards may.
        drift = _DRIFT if side is Side.LEFT else -_DRIFT
        port = await self._plug_in(sensor, self.options.speed * (1 + drift))
        self._sensors[f"serial:{port}"] = side, athlete

    async def _plug_in(self, firmware: Firmware, speed: float) -> str:
        serving = serve_tcp(self._faulty(firmware), 0, speed=speed)
        return await self._running.enter_async_context(serving)

    async def _put_on_air(self, firmware: Firmware, model: AnyModel, speed: float) -> None:
        if model.gatt is None:
            raise LinkSpecError(f"{model.name} has no Bluetooth services to advertise.")
        await self._radio.add(firmware, _ADVERTISED[model.id], model.gatt, speed=speed)


def fault_plan(name: str, seed: int = 1) -> FaultPlan:
    """What goes wrong: a plan by its name, or a JSON file. Raises `LinkSpecError`."""
    try:
        return plan_named(name, seed)
    except (FaultFileError, OSError) as error:
        raise LinkSpecError(f"'{name}' is no plan of faults: {error}") from error


def radio_link(radio: VirtualRadio, address: str, model: AnyModel) -> ChosenLink:
    """A real `BleakClient` on the virtual radio."""
    if model.gatt is None:
        raise LinkSpecError(f"{model.name} has no Bluetooth services to connect to.")
    link = BleLink(
        address,
        model.gatt,
        backend=radio.client_backend,
        scanner_backend=radio.scanner_backend,
    )
    return ChosenLink(link, Framing.PACKETS, f"ble:{address}", True)


class SimulatedLink(Link):
    """A link whose other end is switched on with it: ``sim:MODEL`` on the command line."""

    def __init__(self, firmware: Firmware, model: AnyModel) -> None:
        super().__init__(f"sim:{firmware.model}")
        self._firmware = firmware
        self._model = model
        self._running = AsyncExitStack()
        self._inner: Link | None = None

    async def open(self) -> None:
        inner = await self._switched_on()
        inner.on_data, inner.on_lost = self.on_data, self.on_lost
        await inner.open()

    async def close(self) -> None:
        if self._inner is not None:
            await self._inner.close()

    async def write(self, data: bytes) -> None:
        await (await self._switched_on()).write(data)

    async def switch_off(self) -> None:
        """End the simulator too."""
        await self.close()
        await self._running.aclose()

    async def _switched_on(self) -> Link:
        if self._inner is not None:
            return self._inner
        if Transport.SERIAL in self._model.transports:
            port = await self._running.enter_async_context(serve_tcp(self._firmware))
            self._inner = serial_link(port, self._model).link
        else:
            radio = await self._running.enter_async_context(VirtualRadio())
            self._inner = await self._on_air(radio)
        return self._inner

    async def _on_air(self, radio: VirtualRadio) -> Link:
        model = self._model
        broadcast = model.broadcast if isinstance(model, ForceModel) else None
        if broadcast is not None:
            sender = radio.add_broadcaster(self._firmware, _SCALE, broadcast)
            return BroadcastLink(sender.address, broadcast, scanner_backend=radio.scanner_backend)
        if model.gatt is None:
            raise LinkSpecError(f"{model.name} has no Bluetooth services to advertise.")
        name = _ADVERTISED.get(model.id, model.id)
        peripheral = await radio.add(self._firmware, name, model.gatt)
        return radio_link(radio, peripheral.address, model).link


def simulated_link(model_id: str, model: ForceModel | ElectrotherapyModel) -> ChosenLink:
    """``sim:MODEL``: a simulator of that model with an athlete who pulls after three seconds."""
    if model_id != model.id or model_id not in FIRMWARE:
        known = ", ".join(sorted(FIRMWARE))
        raise LinkSpecError(f"sim:{model_id} does not go with {model.id}; there are {known}.")
    is_serial = Transport.SERIAL in model.transports
    framing = Framing.STREAM if is_serial else Framing.PACKETS
    firmware = FIRMWARE[model_id](load=_load_for(model), framing=framing)
    link = SimulatedLink(firmware, model)
    known = tuple(_built_in(scale) for scale in firmware.scales)
    return ChosenLink(link, framing, f"sim:{model_id}", True, link.switch_off, known)


def _built_in(scale: Scale) -> HostCalibration:
    channel, newtons_per_count, zero_counts, position = scale
    return HostCalibration(
        channel, newtons_per_count, zero_counts, "", "the simulator", Position(position)
    )


def _load_for(model: AnyModel) -> Load | None:
    if not isinstance(model, ForceModel):
        return None
    cells = len(FIRMWARE[model.id]().scales or model.channels)
    athlete = Athlete(cells)
    rng = np.random.default_rng(1)
    athlete.pull(nordic(rng) if cells == 2 else hold(rng, 280.0, 3))
    return athlete
