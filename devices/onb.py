"""The Open Nordic Board: two cells at 1 kHz, our own open specification ONB/1."""

from devices.declaration import ForceModel
from devices.types import ChannelInfo, Evidence, Position, Transport
from drivers.ble import Gatt
from protocols.onb import OnbCodec

ONB = ForceModel(
    id="onb",
    name="Open Nordic Board",
    maker="open specification ONB/1",
    codec=OnbCodec,
    channels=(
        ChannelInfo(Position.LEFT, capacity_n=None, resolution_n=None),
        ChannelInfo(Position.RIGHT, capacity_n=None, resolution_n=None),
    ),
    rate_hz=1000.0,
    transports=(Transport.SERIAL, Transport.BLE),
    evidence=Evidence.OWN,
    has_device_time=True,
    loss_detectable=True,
    has_hardware_tare=False,
    gatt=Gatt(
        service="99f05528-8e7f-4978-be30-7946fd953d3f",
        notify="d3932cc3-cdc0-4ba2-b839-d88725ca38e3",
        write="cb529b3f-70dc-4856-81da-ccd8850588d6",
        write_with_response=True,
    ),
    name_prefixes=("ONB-",),
    baud_rate=921_600,
    notes=(
        "No board exists yet: specification and simulator only.",
        "Rated load and calibration are read from the board and kept with every trial.",
    ),
)
