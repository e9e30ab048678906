"""Every model that this program knows, by id."""

from devices.declaration import ElectrotherapyModel, ForceModel
from devices.onb import ONB
from devices.ott import OTT
from devices.progressor import PROGRESSOR

FORCE_MODELS: dict[str, ForceModel] = {model.id: model for model in (ONB, PROGRESSOR)}
ELECTROTHERAPY_MODELS: dict[str, ElectrotherapyModel] = {model.id: model for model in (OTT,)}
