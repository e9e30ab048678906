"""The PitchSix Force Board: one cell in whole pounds over Bluetooth LE; experimental."""

from devices.declaration import ForceModel
from devices.types import ChannelInfo, Evidence, Position, Transport
from drivers.ble import Gatt
from protocols.pitchsix import NEWTONS_PER_POUND, PitchSixCodec

PITCHSIX = ForceModel(
    id="pitchsix",
    name="PitchSix Force Board",
    maker="PitchSix",
    codec=PitchSixCodec,
    # 992 lb: the one model that the clients know of.
    channels=(
        ChannelInfo(
            Position.SINGLE,
            capacity_n=992 * NEWTONS_PER_POUND,
            resolution_n=NEWTONS_PER_POUND,
        ),
    ),
    rate_hz=80.0,
    transports=(Transport.BLE,),
    evidence=Evidence.THIRD_PARTY,
    has_device_time=False,
    loss_detectable=False,
    has_hardware_tare=True,
    gatt=Gatt(
        service="9a88d67f-8df2-4afe-9e0d-c2bbbe773dd0",
        notify="9a88d682-8df2-4afe-9e0d-c2bbbe773dd0",
        write="467a8517-6e39-11eb-9439-0242ac130002",
        write_with_response=None,
        write_service="467a8516-6e39-11eb-9439-0242ac130002",
    ),
    name_prefixes=("Force Board",),
    rfd_refused="steps of one pound (4.4 N) and no time stamps",
    notes=(
        "Reads whole pounds: small differences between the limbs are not measurable with it.",
        "Pulls only. A push arrives as a number that means nothing; such samples are left out "
        "and marked as a gap.",
        "Older firmware sends about 40 samples a second instead of 80: the measured rate counts.",
    ),
)
