"""Every model that Myograph reads, as rows: what it is for, and how far it can be trusted."""

from __future__ import annotations

from app.units import number
from app.widgets.rows import Row
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
from devices.match import all_models
from devices.types import Evidence, Transport

_TRANSPORTS = {Transport.SERIAL: "serial", Transport.BLE: "Bluetooth", Transport.USB: "USB"}

MODEL_NAMES = {model.id: model.name for model in all_models().values()}


def model_rows(*, experimental: bool) -> list[Row]:
    """All models by kind; experimental ones say whether they are switched on."""
    return [
        Row("Force"),
        *(_force_row(model, experimental=experimental) for model in FORCE_MODELS.values()),
        Row("Electrotherapy and ultrasound"),
        *(_unit_row(model) for model in ELECTROTHERAPY_MODELS.values()),
        Row("Recordings of other programs"),
        *(_recorded_row(model) for model in RECORDED_MODELS.values()),
        Row("Instruments that check other devices"),
        *(_instrument_row(model) for model in INSTRUMENT_MODELS.values()),
    ]


def _force_row(model: ForceModel, *, experimental: bool) -> Row:
    detail = [model.maker, _ways(model.transports), _channels(model)]
    if model.evidence is Evidence.THIRD_PARTY:
        detail.append("experimental" if experimental else "experimental, off in Settings")
    return Row(
        model.name,
        model.id,
        detail=" · ".join(detail),
        trailing=f"{number(model.rate_hz)} Hz",
        trailing_detail=_tested(tested=model.tested_on_hardware),
    )


def _unit_row(model: ElectrotherapyModel) -> Row:
    return Row(
        model.name,
        model.id,
        detail=f"{model.maker} · {_ways(model.transports)} · listened to, never controlled",
        trailing_detail=_tested(tested=model.tested_on_hardware),
    )


def _recorded_row(model: RecordedModel) -> Row:
    return Row(
        model.name,
        model.id,
        detail=f"{model.maker} · never connected: what its program recorded is imported",
        trailing_detail=_tested(tested=model.tested_on_hardware),
    )


def _instrument_row(model: InstrumentModel) -> Row:
    return Row(
        model.name,
        model.id,
        detail=f"{model.maker} · {_ways(model.transports)} · weighs the output of an ultrasound "
        "head: myograph output-check",
        trailing_detail=_tested(tested=model.tested_on_hardware),
    )


def _ways(transports: tuple[Transport, ...]) -> str:
    return " and ".join(_TRANSPORTS[transport] for transport in transports)


def _channels(model: ForceModel) -> str:
    match len(model.channels):
        case 1:
            return "one limb at a time, or two sensors as left and right"
        case 2:
            return "left and right at once"
        case cells:
            return f"up to {cells} cells, after your calibration"


def _tested(*, tested: bool) -> str:
    return "tested on hardware" if tested else "tested on simulators only"
