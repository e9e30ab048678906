"""What a treatment page is told while a unit goes wrong; the units are played over real links."""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path

import pytest

from app.status import TreatmentState
from app.workflow import Weight
from devices.catalog import ELECTROTHERAPY_MODELS
from devices.treatment_log import IDLE_DOSE
from devices.types import LinkState
from firmware_sim.sessions import Session, Step, ultrasound
from firmware_sim.therapy import Therapy
from tests.devices.test_electrotherapy import STAIRS, listening
from tests.devices.test_treatment_log import session, turn
from tests.rigs import Bench, Way, until

OTT = ELECTROTHERAPY_MODELS["ott"]
SERIAL = Way.TCP if sys.platform == "win32" else Way.PTY
serial_and_radio = pytest.mark.parametrize("way", [SERIAL, Way.RADIO])

LEAKING = session(Step(1.0, Therapy.start), Step(2.0, turn(10.0)), Step(12.0, Therapy.leak))


def miscounting(share: float) -> Session:
    """Ultrasound whose counter runs too slowly."""
    played = ultrasound()
    steps = (
        Step(1.0, lambda therapy: therapy.miscount(share)),
        Step(10.0, Therapy.start),
        Step(110.0, Therapy.complete),
    )
    return replace(played, steps=steps)


@serial_and_radio
async def test_a_dose_that_rises_in_idle_is_an_alarm(way: Way, tmp_path: Path) -> None:
    async with listening(Bench(OTT, way), LEAKING, tmp_path, speed=8.0) as heard:
        await until(lambda: bool(heard.station.device.log.flags), 20.0)
        live = heard.station.live()
        record = heard.treatment()
    assert live is not None
    assert live.notice is not None
    assert live.notice.weight is Weight.STOP
    assert live.notice.what == "The dose rose while the unit said it was idle."
    assert live.notice.todo == "Switch it off and check it."
    assert IDLE_DOSE in live.flags
    assert IDLE_DOSE in record.flags


@serial_and_radio
@pytest.mark.parametrize(("share", "is_told"), [(0.7, True), (0.9, False)])
async def test_a_counter_a_fifth_off_its_settings_is_told(
    way: Way, share: float, is_told: bool, tmp_path: Path
) -> None:
    async with listening(Bench(OTT, way), miscounting(share), tmp_path, speed=20.0) as heard:
        await until(lambda: heard.station.device.log.on_s > 60.0, 20.0)
        under_way = heard.station.live()
        await heard.is_over()
        live, record = heard.station.live(), heard.treatment()
    assert live is not None
    assert under_way is not None
    # 1 W for 100 s: 100 J by the settings, 70 J or 90 J by the counter
    counted = record.dose["head1_counted_energy_j"].value
    assert counted == pytest.approx(100 * share, abs=0.1)
    assert record.dose["head1_settings_energy_j"].value == pytest.approx(100.0, abs=0.1)
    told = [flag for flag in record.flags if "more than 20 % apart" in flag]
    assert bool(told) is is_told
    assert [flag for flag in live.flags if "more than 20 % apart" in flag] == told
    assert any("more than 20 % apart" in flag for flag in under_way.flags) is is_told
    assert (live.notice is not None) is is_told


@pytest.mark.parametrize("way", [Way.TCP, Way.RADIO])  # a pseudo-terminal cannot be cut
async def test_a_gap_is_marked_and_never_filled(way: Way, tmp_path: Path) -> None:
    async with listening(Bench(OTT, way), STAIRS, tmp_path, speed=8.0) as heard:
        device, station = heard.station.device, heard.station
        await until(lambda: device.log.elapsed_s > 8.0)
        heard.wire.cut()
        await until(lambda: device.state is not LinkState.READY)
        lost = station.live()
        await until(lambda: device.state is LinkState.READY)
        await until(lambda: bool(device.log.gaps))
        back_s = device.log.gaps[0].end_s
        await until(lambda: device.log.elapsed_s > back_s + 4.0)  # its counter was told since
        live, record = station.live(), heard.treatment()
    assert lost is not None
    assert lost.state is TreatmentState.NOT_HEARD
    assert lost.device.attention is not None
    assert "the gap will be marked" in lost.device.attention
    assert live is not None
    (gap,) = live.gaps
    assert record.gaps == (gap,)
    assert gap.end_s - gap.start_s > 2.0
    # What the settings give is summed up over the time heard only: a milliampere more each second,
    # 20 µC a second each (200 µs, 100 Hz), so the gap is missing from it.
    settings_uc = record.dose["ch1_settings_charge_uc"].value
    counted_uc = record.dose["ch1_counted_charge_uc"].value
    assert settings_uc is not None
    assert counted_uc is not None
    assert settings_uc < counted_uc - 20.0 * gap.start_s * (gap.end_s - gap.start_s) / 2
