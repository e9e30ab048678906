from __future__ import annotations

import importlib
import pkgutil
from functools import partial

import pytest

import devices
import firmware_sim
from devices.catalog import (
    ELECTROTHERAPY_MODELS,
    FORCE_MODELS,
    INSTRUMENT_MODELS,
    RECORDED_MODELS,
)
from devices.declaration import (
    ElectrotherapyModel,
    ForceModel,
    InstrumentModel,
    RecordedModel,
)
from devices.match import AnyModel, all_models, hid_ids, match
from devices.types import Evidence, Transport
from firmware_sim.catalog import FIRMWARE
from firmware_sim.firmware import Firmware

every_model = pytest.mark.parametrize(
    "model", [pytest.param(model, id=model.id) for model in all_models().values()]
)


KINDS = {
    ForceModel: FORCE_MODELS,
    ElectrotherapyModel: ELECTROTHERAPY_MODELS,
    RecordedModel: RECORDED_MODELS,
    InstrumentModel: INSTRUMENT_MODELS,
}
EVERY_ID = [model for catalogue in KINDS.values() for model in catalogue]


def _declared() -> dict[type, set[str]]:
    """Ids of every model that a module under `devices` declares, by kind."""
    found: dict[type, set[str]] = {kind: set() for kind in KINDS}
    for module in pkgutil.walk_packages(devices.__path__, "devices."):
        for value in vars(importlib.import_module(module.name)).values():
            if type(value) in KINDS:
                found[type(value)].add(value.id)
    return found


def test_every_declared_model_is_in_a_catalogue() -> None:
    assert _declared() == {kind: set(catalogue) for kind, catalogue in KINDS.items()}
    assert len(EVERY_ID) == len(set(EVERY_ID))


def test_every_model_has_a_simulator_and_every_simulator_a_model() -> None:
    assert set(FIRMWARE) == set(EVERY_ID)
    assert {model: FIRMWARE[model]().model for model in FIRMWARE} == {m: m for m in FIRMWARE}


def test_no_simulator_is_left_out_of_the_catalogue() -> None:
    found: set[str] = set()
    for module in pkgutil.walk_packages(firmware_sim.__path__, "firmware_sim."):
        if module.name == "firmware_sim.__main__":
            continue
        for value in vars(importlib.import_module(module.name)).values():
            if isinstance(value, type) and issubclass(value, Firmware):
                model = vars(value).get("model")
                found |= {model} if isinstance(model, str) else set()
    assert found == set(FIRMWARE)


@every_model
def test_a_model_says_how_it_is_reached(model: AnyModel) -> None:
    assert model.transports
    broadcast = model.broadcast if isinstance(model, ForceModel) else None
    ways = [way for way in (model.gatt, broadcast) if way is not None]
    assert len(ways) == (Transport.BLE in model.transports)
    assert (model.baud_rate is not None) == (Transport.SERIAL in model.transports)
    hid = model.hid if isinstance(model, ForceModel) else None
    assert (hid is not None) == (Transport.USB in model.transports)


@every_model
def test_a_model_is_found_by_what_it_advertises(model: AnyModel) -> None:
    found = partial(match, experimental=True)
    if Transport.SERIAL in model.transports:
        assert model in found(Transport.SERIAL)
    if model.gatt is not None:
        by_service = found(Transport.BLE, services=(model.gatt.service.upper(),))
        is_variant = any(model in other.variants for other in FORCE_MODELS.values())
        assert (model in by_service) == (not model.gatt.is_common and not is_variant)
        assert model.name_prefixes or not model.gatt.is_common
    for name in model.names if isinstance(model, ForceModel) else ():
        assert model in found(Transport.BLE, name=name)
        assert model not in found(Transport.BLE, name=f"{name}0")
    if isinstance(model, ForceModel) and model.broadcast is not None:
        said = (model.broadcast.company, model.broadcast.begins + b"...")
        assert model in found(Transport.BLE, advertised=(said,))
    if isinstance(model, ForceModel) and model.hid is not None:
        vendor, product = model.hid.usb_id
        assert model.hid.usb_id in hid_ids()
        assert model in found(Transport.USB, usb_id=(vendor, product))
        assert model not in found(Transport.USB, usb_id=(vendor, product + 1))
        assert model not in found(Transport.USB)
    for prefix in model.name_prefixes:
        assert model in found(Transport.BLE, name=f"{prefix}7125")


@every_model
def test_an_experimental_model_is_found_only_when_it_is_switched_on(model: AnyModel) -> None:
    usable = model in match(Transport.SERIAL) or any(
        model in match(Transport.BLE, name=prefix) for prefix in model.name_prefixes
    )
    if model.evidence is Evidence.THIRD_PARTY:
        assert not usable


def test_a_name_alone_that_nobody_has_matches_nothing() -> None:
    assert match(Transport.BLE, name="Headphones", services=("0000180f-0000-1000-8000",)) == []
