"""Every simulated model, and how to make one from names as the command line has them."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable, Iterator, Mapping
from typing import TypeVar

import firmware_sim.added
from firmware_sim.balance import BalanceFirmware
from firmware_sim.chronojump import ChronojumpFirmware, ChronojumpPlatformFirmware
from firmware_sim.crimpdeq import CrimpdeqFirmware
from firmware_sim.cts500 import Cts500Firmware
from firmware_sim.faults import FaultPlan, plan_named
from firmware_sim.firmware import Firmware, Load
from firmware_sim.frez import FrezFirmware
from firmware_sim.godirect import GoDirectFirmware
from firmware_sim.hangman import HangmanFirmware
from firmware_sim.harp import HarpFirmware
from firmware_sim.imada import ImadaFirmware
from firmware_sim.imada_zta import ImadaZtaFirmware
from firmware_sim.loads import delayed, load_named
from firmware_sim.loadstar import LoadstarFirmware
from firmware_sim.mark10 import Mark10Firmware
from firmware_sim.mito import MitoFirmware
from firmware_sim.motherboard import MotherboardFirmware
from firmware_sim.nextech import NextechFirmware
from firmware_sim.onb import OnbFirmware
from firmware_sim.ott import OttFirmware
from firmware_sim.pitchsix import PitchSixFirmware
from firmware_sim.progressor import ProgressorFirmware
from firmware_sim.sciencemode2 import LEFT_RUNNING as LEFT_RUNNING_2
from firmware_sim.sciencemode2 import ScienceMode2Firmware
from firmware_sim.sciencemode4 import LEFT_RUNNING as LEFT_RUNNING_4
from firmware_sim.sciencemode4 import ScienceMode4Firmware
from firmware_sim.sessions import SESSIONS
from firmware_sim.wh_c06 import MEASURED_LOSS, WhC06Firmware
from protocols.codec import Framing


def _added() -> Iterator[type[Firmware]]:
    """What the modules in `firmware_sim.added` define."""
    for found in pkgutil.iter_modules(firmware_sim.added.__path__, "firmware_sim.added."):
        for value in vars(importlib.import_module(found.name)).values():
            is_own = isinstance(value, type) and value.__module__ == found.name
            if is_own and issubclass(value, Firmware):
                yield value


FIRMWARE: dict[str, Callable[..., Firmware]] = {
    "onb": OnbFirmware,
    "progressor": ProgressorFirmware,
    "crimpdeq": CrimpdeqFirmware,
    "hangman": HangmanFirmware,
    "mito": MitoFirmware,
    "harp": HarpFirmware,
    "godirect-hd": GoDirectFirmware,
    "ott": OttFirmware,
    "sciencemode4": ScienceMode4Firmware,
    "sciencemode2": ScienceMode2Firmware,
    "balance": BalanceFirmware,
    "chronojump": ChronojumpFirmware,
    "chronojump-platform": ChronojumpPlatformFirmware,
    "loadstar": LoadstarFirmware,
    "mark10": Mark10Firmware,
    "pitchsix": PitchSixFirmware,
    "imada": ImadaFirmware,
    "imada-zta": ImadaZtaFirmware,
    "frez": FrezFirmware,
    "wh-c06": WhC06Firmware,
    "cts500": Cts500Firmware,
    "motherboard": MotherboardFirmware,
    "nextech": NextechFirmware,
    **{firmware.model: firmware for firmware in _added()},
}

LOAD_DELAY_S = 3.0

_HOST_TIMEOUT_S = 3.0
_DEFAULT_LOADS = {
    "motherboard": "nordic",
    "onb": "nordic",
    "harp": "nordic",
    "chronojump-platform": "nordic",
    "ott": "tens_20min",
    "sciencemode4": "idle",
    "sciencemode2": "idle",
    "balance": "head",
}


Pulses = TypeVar("Pulses")


class UnknownSessionError(ValueError):
    """A therapy unit plays sessions, not loads; a stimulator is in a state."""


def build(
    model: str,
    framing: Framing,
    load: str | None = None,
    faults: str = "none",
    seed: int = 1,
    speed: float = 1.0,
    load_delay_s: float = LOAD_DELAY_S,
) -> Firmware:
    """A device by the names of its model, its load or session, and its faults.

    `speed` is that of the server: the device's rule about a silent host means the host's time.
    Raises `LoadFileError`, `FaultFileError`, `UnknownSessionError`, `OSError`.
    """
    name = load or _DEFAULT_LOADS.get(model, "isometric")
    plan = plan_named(faults, seed)
    return plan.wrap(_device(model, framing, name, plan, speed, load_delay_s))


def _device(
    model: str, framing: Framing, load: str, plan: FaultPlan, speed: float, load_delay_s: float
) -> Firmware:
    seed = plan.seed
    match model:
        case "ott":
            if load not in SESSIONS:
                raise UnknownSessionError(f"{load}: a session is one of {', '.join(SESSIONS)}")
            return OttFirmware(SESSIONS[load](), framing, seed=seed)
        case "balance":
            weighed = None if load == "head" else _pull(load, load_delay_s, plan)
            return BalanceFirmware(weighed, framing)
        case "sciencemode4":
            return ScienceMode4Firmware(_left_running(load, LEFT_RUNNING_4), framing, seed=seed)
        case "sciencemode2":
            return ScienceMode2Firmware(_left_running(load, LEFT_RUNNING_2), framing, seed=seed)
        case "onb":
            timeout_s = _HOST_TIMEOUT_S * max(speed, 1.0)
            load_then = _pull(load, load_delay_s, plan)
            return OnbFirmware(load_then, framing, seed=seed, host_timeout_s=timeout_s)
        case "wh-c06":
            load_then = _pull(load, load_delay_s, plan)
            return WhC06Firmware(load_then, framing, seed=seed, loss=MEASURED_LOSS)
        case _:
            return FIRMWARE[model](_pull(load, load_delay_s, plan), framing, seed=seed)


def _left_running(load: str, states: Mapping[str, Pulses]) -> Pulses:
    if load not in states:
        raise UnknownSessionError(f"{load}: a stimulator is one of {', '.join(states)}")
    return states[load]


def _pull(load: str, delay_s: float, plan: FaultPlan) -> Load:
    return plan.pulls(delayed(load_named(load), delay_s))
