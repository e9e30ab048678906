"""Open-source units that speak as the Tindeq Progressor does."""

from dataclasses import replace

from devices.declaration import ForceModel
from devices.types import ChannelInfo, Evidence, Position, Transport
from drivers.ble import Gatt
from protocols.progressor import (
    CONTROL_POINT,
    CRIMPDEQ,
    DATA_POINT,
    HANGMAN,
    NEWTONS_PER_KG,
    SERVICE,
    ProgressorCodec,
)
from protocols.progressor_compatible import HangmanCodec, MitoCodec

GATT = Gatt(service=SERVICE, notify=DATA_POINT, write=CONTROL_POINT, write_with_response=True)

CRIMPDEQ_MODEL = ForceModel(
    id=CRIMPDEQ,
    name="Crimpdeq",
    maker="open hardware",
    codec=ProgressorCodec,
    channels=(ChannelInfo(Position.SINGLE, capacity_n=1500.0, resolution_n=0.05 * NEWTONS_PER_KG),),
    rate_hz=80.0,
    transports=(Transport.BLE,),
    evidence=Evidence.PRIMARY,
    has_device_time=True,
    loss_detectable=True,
    has_hardware_tare=True,
    gatt=GATT,
    names=("Progressor_7125",),
    notes=(
        "Told from a Progressor only where its builder left the number of the open firmware.",
        "Its steps are 0.05 kg up to 99 kg, and 0.1 kg above.",
        "Its own tare ends the stream, and is not used.",
    ),
)

HANGMAN_MODEL = ForceModel(
    id=HANGMAN,
    name="Hangman",
    maker="open hardware",
    codec=HangmanCodec,
    # The cell that its maker names; another may be built in.
    channels=(ChannelInfo(Position.SINGLE, capacity_n=150.0 * NEWTONS_PER_KG, resolution_n=None),),
    rate_hz=80.0,
    transports=(Transport.BLE,),
    evidence=Evidence.PRIMARY,
    has_device_time=True,
    loss_detectable=True,
    has_hardware_tare=True,
    gatt=GATT,
    names=("Progressor_1234",),
    hardware_filter_ms=25.0,
    rfd_refused="it smooths with a running median of five samples, which flattens a fast rise",
    comeback="It switched itself off with the link: press its button, and it goes on.",
    notes=(
        "Told from a Progressor only where its builder left the number of the open firmware.",
        "It switches itself off at every disconnect; only its button brings it back.",
        "Its own tare is refused while it streams, and is not used.",
    ),
)

MITO_MODEL = ForceModel(
    id="mito",
    name="Mito",
    maker="open hardware",
    codec=MitoCodec,
    channels=(ChannelInfo(Position.SINGLE, capacity_n=None, resolution_n=0.1 * NEWTONS_PER_KG),),
    rate_hz=10.0,
    transports=(Transport.BLE,),
    evidence=Evidence.PRIMARY,
    has_device_time=True,
    loss_detectable=True,
    has_hardware_tare=False,
    gatt=replace(GATT, write=None),
    names=("Progressor",),
    hardware_filter_ms=230.0,
    rfd_refused="it sends ten smoothed samples a second in steps of 0.1 kg",
    comeback="If it fell asleep, press its button: it does so after a minute without a change.",
    notes=(
        "It takes no commands and does not say who it is.",
        "Whole steps of 0.1 kg, cut off below and never negative.",
        "It falls asleep after a minute without a change of load, even while connected.",
    ),
)
