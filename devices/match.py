"""From what was found on a port or in the air to the models that it may be."""

from __future__ import annotations

from devices.catalog import ELECTROTHERAPY_MODELS, FORCE_MODELS, enabled
from devices.declaration import ElectrotherapyModel, ForceModel
from devices.types import Transport

AnyModel = ForceModel | ElectrotherapyModel


def all_models() -> dict[str, AnyModel]:
    """Every model by id."""
    return {**FORCE_MODELS, **ELECTROTHERAPY_MODELS}


def hid_ids() -> tuple[tuple[int, int], ...]:
    """(vendor, product) of every model that is a USB HID device."""
    return tuple(sorted({m.hid.usb_id for m in FORCE_MODELS.values() if m.hid is not None}))


def match(
    transport: Transport,
    *,
    name: str | None = None,
    services: tuple[str, ...] = (),
    usb_id: tuple[int, int] | None = None,
    advertised: tuple[tuple[int, bytes], ...] = (),
    experimental: bool = False,
) -> list[AnyModel]:
    """Models that the name, a service, what the maker advertises or the USB identity speaks for;
    never the address alone.

    A serial port with a generic USB chip may be any serial model: then all are returned and a
    person chooses. Experimental models only where somebody switched them on.
    """
    usable: tuple[AnyModel, ...] = (
        *enabled(experimental=experimental).values(),
        *ELECTROTHERAPY_MODELS.values(),
    )
    models = [model for model in usable if transport in model.transports]
    if transport is Transport.BLE:
        known = {service.lower() for service in services}
        return [
            model
            for model in models
            if _is_named_by_name(model, name)
            or _is_named_by_service(model, known)
            or _is_named_by_maker(model, dict(advertised))
        ]
    if transport is Transport.USB:
        return [model for model in models if _is_named_by_hid(model, usb_id)]
    exact = [model for model in models if usb_id is not None and usb_id in model.usb_ids]
    return exact or models


def _is_named_by_hid(model: AnyModel, usb_id: tuple[int, int] | None) -> bool:
    return isinstance(model, ForceModel) and model.hid is not None and model.hid.usb_id == usb_id


def _is_named_by_name(model: AnyModel, name: str | None) -> bool:
    whole = model.names if isinstance(model, ForceModel) else ()
    return name is not None and (name in whole or name.startswith(model.name_prefixes))


def _is_named_by_service(model: AnyModel, services: set[str]) -> bool:
    """A variant's service is that of its model: it does not speak for the variant."""
    gatt = model.gatt
    is_its_own = not any(model in other.variants for other in FORCE_MODELS.values())
    return (
        is_its_own and gatt is not None and not gatt.is_common and gatt.service.lower() in services
    )


def _is_named_by_maker(model: AnyModel, advertised: dict[int, bytes]) -> bool:
    broadcast = model.broadcast if isinstance(model, ForceModel) else None
    return broadcast is not None and broadcast.find(advertised) is not None
