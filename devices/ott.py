"""Units that speak Open Therapy Telemetry: TENS, NMES, interferential, ultrasound."""

from devices.declaration import ElectrotherapyModel
from devices.ott_device import OttDevice
from devices.types import Evidence, Transport
from drivers.ble import Gatt

OTT = ElectrotherapyModel(
    id="ott",
    name="OTT unit",
    maker="open specification OTT/1",
    device=OttDevice,
    transports=(Transport.SERIAL, Transport.BLE),
    evidence=Evidence.OWN,
    gatt=Gatt(
        service="a462d8a0-0c8c-403e-ad0a-5b4602083422",
        notify="a462d8a1-0c8c-403e-ad0a-5b4602083422",
        write="a462d8a2-0c8c-403e-ad0a-5b4602083422",
        write_with_response=True,
    ),
    name_prefixes=("OTT-",),
    baud_rate=115_200,
    notes=(
        "Recorded, never controlled: the format has no message that changes output.",
        "No unit exists yet: specification and simulator only.",
    ),
)
