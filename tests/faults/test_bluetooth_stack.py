"""What only operating systems do to a Bluetooth link, on every device that has one."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import pytest
from bleak.exc import (
    BleakBluetoothNotAvailableError,
    BleakBluetoothNotAvailableReason,
    BleakDBusError,
    BleakError,
)

from app.station import Station
from devices.catalog import FORCE_MODELS
from devices.declaration import ForceModel
from drivers.ble import Gatt
from protocols.codec import Framing
from tests.faults.bed import FAULT_S, Clinic, memory_bench, play
from tests.faults.cases import switch_on
from tests.faults.checks import check, never_invented
from tests.faults.moody_radio import MoodyRadio, moody
from tests.faults.virtual_time import in_virtual_time

MODELS = [model for model in FORCE_MODELS.values() if model.gatt is not None]
OTHER = Gatt("0000180a-0000-1000-8000-00805f9b34fb", "2a29", "2a24", write_with_response=True)
OFF = BleakBluetoothNotAvailableReason.POWERED_OFF

every_model = pytest.mark.parametrize("model", [pytest.param(m, id=m.id) for m in MODELS])


def in_progress() -> BleakDBusError:
    return BleakDBusError("org.bluez.Error.InProgress", ["Operation already in progress"])


def unreachable(n: int) -> list[BleakError]:
    return [BleakError("Could not get GATT services: Unreachable") for _ in range(n)]


def then(radio: MoodyRadio, **mood: Any) -> None:
    radio.mood.update(mood)
    radio.drop()


def goes_stale(radio: MoodyRadio, gatt: Gatt) -> None:
    """The first connection finds what the system remembers of an older firmware."""
    radio.offer(OTHER)
    radio.on_connected = lambda: radio.offer(gatt)
    radio.drop()


def haunts(radio: MoodyRadio) -> None:
    radio.phantoms = 2
    radio.drop()


# Each hanging step takes its deadline, and the waits between attempts double.
LONGER_S = {
    "connect hangs": 8.0,
    "subscribing hangs": 6.0,
    "unreachable": 9.0,
    "phantom": 25.0,
    "adapter off": 7.0,
}

MOODS: dict[str, tuple[str, Callable[[MoodyRadio, Gatt], None]]] = {
    "no callback": ("B02", lambda radio, _gatt: radio.forget()),
    "connect hangs": ("B03", lambda radio, _gatt: then(radio, connect=["hang", "cling"])),
    "subscribing hangs": ("B03", lambda radio, _gatt: then(radio, start_notify=["hang"])),
    "disconnect hangs": ("B03", lambda radio, _gatt: then(radio, disconnect=["hang", "cling"])),
    "unreachable": ("B04", lambda radio, _gatt: then(radio, connect=unreachable(5))),
    "stale services": ("B05", goes_stale),
    "in progress": ("B13", lambda radio, _gatt: then(radio, connect=[in_progress()] * 2)),
    "adapter off": (
        "B14",
        lambda radio, _gatt: then(
            radio, connect=[BleakBluetoothNotAvailableError("off", OFF) for _ in range(3)]
        ),
    ),
    "phantom": ("B16", lambda radio, _gatt: haunts(radio)),
}


@pytest.fixture(scope="module")
def clinic(tmp_path_factory: pytest.TempPathFactory) -> Any:
    found = Clinic(tmp_path_factory.mktemp("stack"))
    yield found
    found.store.close()


@every_model
@pytest.mark.parametrize("mood", list(MOODS))
def test_a_trial_outlives_what_the_system_does(
    clinic: Clinic, model: ForceModel, mood: str
) -> None:
    gatt = model.gatt
    assert gatt is not None
    bench = memory_bench(model.id, Framing.PACKETS)

    def interfere(radio: MoodyRadio, station: Station) -> None:
        MOODS[mood][1](radio, gatt)
        switch_on(radio, station)

    reached = partial(moody, gatt=gatt)
    longer_s = LONGER_S.get(mood, 3.0)
    outcome = in_virtual_time(
        play(clinic, bench, (), 1, longer_s=longer_s, interfere=interfere, reached=reached)
    )
    check(outcome, losses=1)
    never_invented(outcome)
    (gap,) = outcome.faulted.gaps
    assert gap.start_us > (FAULT_S - 2.5) * 1e6
