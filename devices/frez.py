"""The Frez Dyno: raw counts at 250 Hz over Bluetooth LE; experimental."""

from devices.declaration import ForceModel
from devices.types import ChannelInfo, Evidence, Position, Transport
from drivers.ble import Gatt
from protocols.frez import FrezCodec

FREZ = ForceModel(
    id="frez",
    name="Frez Dyno",
    maker="Frez",
    codec=FrezCodec,
    channels=(ChannelInfo(Position.SINGLE, capacity_n=None, resolution_n=None),),
    rate_hz=250.0,
    transports=(Transport.BLE,),
    evidence=Evidence.THIRD_PARTY,
    has_device_time=True,
    loss_detectable=True,
    has_hardware_tare=False,
    gatt=Gatt(
        service="da8a6c41-154b-4b9a-9b00-2f84dfcebfe9",
        notify="da8a6c42-154b-4b9a-9b00-2f84dfcebfe9",
        write="da8a6c43-154b-4b9a-9b00-2f84dfcebfe9",
        write_with_response=True,
    ),
    name_prefixes=("FrezDyno-",),
    needs_calibration=True,
    notes=(
        "It sends raw counts: it needs a calibration of your own, with a known mass. The maker's "
        "web service is never asked.",
        "The format changed between versions of the program that it was read in.",
        "The direction of plus is not known: pull and look.",
    ),
)
