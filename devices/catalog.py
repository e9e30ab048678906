"""Every model that this program knows, by id."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Iterator

import devices.added
from devices.balance import BALANCE
from devices.chronojump import CHRONOJUMP, CHRONOJUMP_PLATFORM
from devices.cts500 import CTS500
from devices.declaration import (
    ElectrotherapyModel,
    ForceModel,
    InstrumentModel,
    RecordedModel,
)
from devices.errors import ExperimentalModelError
from devices.frez import FREZ
from devices.godirect_hd import GODIRECT_HD
from devices.harp import HARP
from devices.imada import IMADA
from devices.imada_zta import IMADA_ZTA
from devices.loadstar import LOADSTAR
from devices.mark10 import MARK10
from devices.motherboard import MOTHERBOARD
from devices.nextech import NEXTECH
from devices.onb import ONB
from devices.ott import OTT
from devices.pitchsix import PITCHSIX
from devices.progressor import PROGRESSOR
from devices.progressor_compatible import CRIMPDEQ_MODEL, HANGMAN_MODEL, MITO_MODEL
from devices.sciencemode2 import SCIENCEMODE2
from devices.sciencemode4 import SCIENCEMODE4
from devices.types import Evidence
from devices.wh_c06 import WH_C06


def _added() -> Iterator[ForceModel]:
    """What the modules in `devices.added` declare."""
    for found in pkgutil.iter_modules(devices.added.__path__, "devices.added."):
        for value in vars(importlib.import_module(found.name)).values():
            if isinstance(value, ForceModel):
                yield value


ADDED_MODELS: dict[str, ForceModel] = {model.id: model for model in _added()}
FORCE_MODELS: dict[str, ForceModel] = {
    model.id: model
    for model in (
        ONB,
        PROGRESSOR,
        CRIMPDEQ_MODEL,
        HANGMAN_MODEL,
        MITO_MODEL,
        CHRONOJUMP,
        CHRONOJUMP_PLATFORM,
        LOADSTAR,
        MARK10,
        PITCHSIX,
        IMADA,
        IMADA_ZTA,
        FREZ,
        WH_C06,
        CTS500,
        MOTHERBOARD,
        NEXTECH,
        HARP,
        GODIRECT_HD,
        *ADDED_MODELS.values(),
    )
}
ELECTROTHERAPY_MODELS: dict[str, ElectrotherapyModel] = {
    model.id: model
    for model in (
        OTT,
        SCIENCEMODE4,
    )
}
RECORDED_MODELS: dict[str, RecordedModel] = {model.id: model for model in (SCIENCEMODE2,)}
INSTRUMENT_MODELS: dict[str, InstrumentModel] = {model.id: model for model in (BALANCE,)}


def enabled(*, experimental: bool) -> dict[str, ForceModel]:
    """Force models that may be used: experimental ones only when somebody switched them on."""
    return {
        model.id: model
        for model in FORCE_MODELS.values()
        if experimental or model.evidence is not Evidence.THIRD_PARTY
    }


def is_experimental(model_id: str) -> bool:
    """Whether its wire format is known only from other people's decoders."""
    return model_id in FORCE_MODELS and model_id not in enabled(experimental=False)


def refuse_experimental(model: ForceModel) -> None:
    """Raises `ExperimentalModelError` for a model that needs to be switched on."""
    if model.id not in enabled(experimental=False):
        raise ExperimentalModelError(model.name)
