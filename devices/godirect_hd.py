"""The Vernier Go Direct Hand Dynamometer: grip force at up to 50 Hz, by Bluetooth LE or USB."""

from devices.declaration import ForceModel
from devices.types import ChannelInfo, Evidence, Position, Transport
from drivers.ble import Gatt
from drivers.hid import Hid
from protocols.godirect import (
    COMMAND_POINT,
    ORDER_CODE,
    PERIOD_US,
    RESPONSE_POINT,
    SERVICE,
    GoDirectCodec,
)
from protocols.godirect_packets import LONGEST_PIECE
from protocols.hid_reports import REPORT_BYTES, carried, reports

GODIRECT_HD = ForceModel(
    id="godirect-hd",
    name="Vernier Go Direct Hand Dynamometer",
    maker="Vernier",
    codec=GoDirectCodec,
    # Its range is read from the device; the step of its readings is not published.
    channels=(ChannelInfo(Position.SINGLE, capacity_n=None, resolution_n=None),),
    rate_hz=1e6 / PERIOD_US,
    transports=(Transport.BLE, Transport.USB),
    evidence=Evidence.PRIMARY,
    has_device_time=False,
    loss_detectable=True,
    has_hardware_tare=False,
    gatt=Gatt(
        service=SERVICE,
        notify=RESPONSE_POINT,
        write=COMMAND_POINT,
        write_with_response=False,
        longest_write=LONGEST_PIECE,
    ),
    # All Go Direct devices have these two numbers: which one it is, it says when it is asked.
    hid=Hid(
        vendor_id=0x08F7,
        product_id=0x0010,
        report_bytes=REPORT_BYTES,
        wrap=reports,
        unwrap=carried,
    ),
    name_prefixes=(ORDER_CODE,),
    rfd_refused=(
        "its readings carry no time stamps and come at 50 Hz at most: too slow for early force"
    ),
    notes=(
        "The maker sells it for teaching, not for the diagnosis of patients.",
        "A reading's time is its number times the period that the device keeps.",
        "USB was tried on a virtual HID device only; on Linux it needs a udev rule.",
    ),
)
