from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from app.device_pool import unit_station
from app.links import ChosenLink
from app.unit_station import UnitStation
from data.records import Treatment
from devices.catalog import ELECTROTHERAPY_MODELS
from devices.modality import (
    Modality,
    Origin,
    StimulationMode,
    StimulationSettings,
    UltrasoundSettings,
    Waveform,
)
from devices.types import LinkState
from drivers.capture import CaptureLink
from firmware_sim.ott import OttFirmware
from firmware_sim.sessions import Session, Step, tens_20min, ultrasound
from firmware_sim.therapy import Therapy
from protocols.gate import RequestClass
from protocols.ott import OttCodec
from tests.builders import identity
from tests.devices.test_treatment_log import ODD, ODD_UC, UC_PER_MA_S, session, turn
from tests.rigs import Bench, Way, Wire, benches, nothing_left, requests_written, until, wired

OTT = ELECTROTHERAPY_MODELS["ott"]
every_way = pytest.mark.parametrize("bench", benches([OTT]))


@dataclass
class Listening:
    """A unit that plays a session, listened to over a real link."""

    station: UnitStation
    firmware: OttFirmware
    wire: Wire
    capture: Path

    def treatment(self) -> Treatment:
        return self.station.treatment(identity(2), identity(1), site="posterior thigh")

    async def is_over(self) -> None:
        await until(lambda: self.station.device.log.is_over, 20.0)


@asynccontextmanager
async def listening(
    bench: Bench, played: Session, folder: Path, speed: float
) -> AsyncGenerator[Listening]:
    firmware = OttFirmware(played, bench.framing)
    capture = folder / "link.bytes"
    async with wired(bench, firmware, speed) as wire, nothing_left():
        link = CaptureLink(wire.link, capture)
        station = unit_station(ChosenLink(link, bench.framing, f"{bench}", True), OTT)
        await station.open()
        yield Listening(station, firmware, wire, capture)
        await station.close()


@every_way
async def test_a_treatment_fills_by_itself(bench: Bench, tmp_path: Path) -> None:
    async with listening(bench, ODD, tmp_path, speed=10.0) as heard:
        await heard.is_over()
        treatment = heard.treatment()
    assert (treatment.modality, treatment.source) == (Modality.TENS, Origin.READ)
    assert (treatment.link, treatment.is_virtual) == (f"{bench}", True)
    assert treatment.device is not None
    assert (treatment.device.name, treatment.device.serial) == ("SIM-COMBO", "OTT-0001")
    assert treatment.settings == (
        StimulationSettings(
            channel=1,
            waveform=Waveform.SYMMETRIC,
            mode=StimulationMode.CONVENTIONAL,
            amplitude_ma=0.0,
            pulse_rate_hz=100.0,
            phase_us=200.0,
            interphase_us=100.0,
            carrier_hz=0.0,
        ),
    )
    changes = [(c.at_s, c.parameter, c.old, c.new, c.unit, c.by) for c in treatment.changes]
    # turned 0.8 s and 6.4 s after the start
    assert changes == [
        (pytest.approx(0.8), "amplitude_ma", 0.0, 10.0, "mA", "panel"),
        (pytest.approx(6.4), "amplitude_ma", 10.0, 25.0, "mA", "panel"),
    ]
    dose = {key: each.value for key, each in treatment.dose.items()}
    assert dose["ch1_counted_charge_uc"] == pytest.approx(ODD_UC, abs=1.0)
    assert dose["ch1_settings_charge_uc"] == pytest.approx(ODD_UC, rel=1e-6)
    assert dose["ch1_reported_rms_ma"] == pytest.approx(25.0 * (2 * 200e-6 * 100) ** 0.5, abs=0.05)
    assert treatment.planned_s == 60.0
    assert treatment.actual_s == pytest.approx((20.4 - 2.3) + (40.2 - 26.6))
    assert treatment.ended_at is not None
    assert (treatment.ended_at - treatment.started_at).total_seconds() == pytest.approx(37.9)
    assert (treatment.gaps, treatment.flags) == ((), ())
    gate = OttCodec(bench.framing)
    written = requests_written(heard.capture)
    assert {gate.request_class(request) for request in written} == {RequestClass.QUERY}
    assert len(written) == 3  # who are you, what time it is, what is set


@pytest.mark.parametrize("way", [Way.TCP, Way.RADIO])
async def test_twenty_minutes_of_tens_give_the_dose_of_the_script(way: Way, tmp_path: Path) -> None:
    played = tens_20min()
    # At this speed half a minute passes while a host makes itself at home.
    later = tuple(replace(step, at_s=step.at_s + 60.0) for step in played.steps)
    played = replace(played, steps=later)
    async with listening(Bench(OTT, way), played, tmp_path, speed=240.0) as heard:
        await heard.is_over()
        treatment = heard.treatment()
    # not counting that: on from 2 s; mA: 8 from 4 s, 12 from 8 s, 16 from 15 s, 18 from 30 s,
    # 20 from 302 s, 22 from 602 s to 1202 s
    ma_s = 8 * 4 + 12 * 7 + 16 * 15 + 18 * 272 + 20 * 300 + 22 * 600
    dose = {key: each.value for key, each in treatment.dose.items()}
    assert dose["ch1_counted_charge_uc"] == pytest.approx(ma_s * UC_PER_MA_S, abs=1.0)
    assert dose["ch1_counted_pulses"] == (1202 - 4) * 100
    assert dose["ch1_settings_charge_uc"] == pytest.approx(ma_s * UC_PER_MA_S, rel=1e-6)
    assert [(round(c.at_s, 3), c.new) for c in treatment.changes] == [
        (2.0, 8.0),
        (6.0, 12.0),
        (13.0, 16.0),
        (28.0, 18.0),
        (300.0, 20.0),
        (600.0, 22.0),
    ]
    assert (treatment.actual_s, treatment.planned_s) == (pytest.approx(1200.0), 1200.0)
    assert (treatment.gaps, treatment.flags) == ((), ())


@pytest.mark.parametrize("way", [Way.TCP, Way.RADIO])
async def test_ultrasound_without_contact_is_time_and_no_dose(way: Way, tmp_path: Path) -> None:
    async with listening(Bench(OTT, way), ultrasound(), tmp_path, speed=20.0) as heard:
        await heard.is_over()
        treatment = heard.treatment()
    assert treatment.modality is Modality.ULTRASOUND
    (settings,) = treatment.settings
    assert isinstance(settings, UltrasoundSettings)
    assert (settings.frequency_mhz, settings.duty, settings.era_cm2) == (1.0, 0.2, 5.0)
    dose = {key: each.value for key, each in treatment.dose.items()}
    # 1 W/cm² · 20 % · 5 cm² = 1 W, for 300 s less the 20 s of a lifted head
    assert dose["head1_counted_energy_j"] == pytest.approx(280.0, abs=0.1)
    assert dose["head1_counted_coupled_s"] == pytest.approx(280.0, abs=0.1)
    assert dose["head1_settings_energy_j"] == pytest.approx(280.0, abs=0.1)
    assert dose["head1_reported_power_w"] == pytest.approx(1.0)
    assert treatment.actual_s == pytest.approx(300.0)


# A milliampere more each second, from the first second of output on.
STAIRS = session(
    Step(1.0, Therapy.start),
    *(Step(1.0 + k, turn(float(k))) for k in range(1, 40)),
    Step(41.0, Therapy.complete),
)


@pytest.mark.parametrize("way", [Way.TCP, Way.RADIO])
async def test_after_a_lost_link_the_gap_is_marked_and_nothing_is_missing(
    way: Way, tmp_path: Path
) -> None:
    async with listening(Bench(OTT, way), STAIRS, tmp_path, speed=8.0) as heard:
        device = heard.station.device
        await until(lambda: device.log.elapsed_s > 8.0)
        heard.wire.cut()
        await until(lambda: device.state is not LinkState.READY)
        await until(lambda: device.state is LinkState.READY)
        await heard.is_over()
        treatment = heard.treatment()
    (gap,) = treatment.gaps
    # It comes back half a second later at the earliest, 4 s of the unit's time.
    assert gap.start_s < 12.0
    assert 4.0 < gap.end_s - gap.start_s < 25.0
    assert [(round(c.at_s, 3), c.new, c.by) for c in treatment.changes] == [
        (float(k), float(k), "panel") for k in range(1, 40)
    ]
    charge = treatment.dose["ch1_counted_charge_uc"].value
    assert charge == pytest.approx(UC_PER_MA_S * sum(range(1, 40)), abs=1.0)
    assert treatment.actual_s == pytest.approx(40.0, abs=1.0)


@pytest.mark.parametrize("is_linked", [True, False])
async def test_a_unit_that_reboots_in_a_session_has_its_counters_added_up(
    is_linked: bool, tmp_path: Path
) -> None:
    played = session(Step(1.0, Therapy.start), Step(2.0, turn(20.0)), Step(14.0, Therapy.complete))
    async with listening(Bench(OTT, Way.RADIO), played, tmp_path, speed=8.0) as heard:
        device = heard.station.device
        await until(lambda: device.log.elapsed_s > 8.0)
        if not is_linked:
            heard.wire.cut()
            await until(lambda: device.state is not LinkState.READY)
        (before,) = device.log.counters
        heard.firmware.reboot()
        heard.firmware.begin_again()
        await until(lambda: bool(device.log.flags), 10.0)
        await heard.is_over()
        treatment = heard.treatment()
    (after,) = treatment.counters
    # The session of the second boot is heard to its end: 12 s of 20 mA.
    assert getattr(after, "charge_uc") == pytest.approx(  # noqa: B009
        getattr(before, "charge_uc") + UC_PER_MA_S * 20 * 12,  # noqa: B009
        abs=UC_PER_MA_S * 20 * 2,
    )
    (gap,) = treatment.gaps
    assert "restarted" in gap.cause or not is_linked
    assert treatment.flags[0].startswith("The unit restarted during the treatment")


async def test_the_next_treatment_knows_its_settings_at_once(tmp_path: Path) -> None:
    async with listening(Bench(OTT, Way.TCP), ODD, tmp_path, speed=20.0) as heard:
        await heard.is_over()
        finished = heard.treatment()
        heard.station.begin_log()
        log = heard.station.device.log
        assert not log.has_begun
        await until(lambda: bool(log.settings))
        assert log.planned_s == 60.0
        heard.firmware.begin_again()
        await until(lambda: log.has_begun)
        await heard.is_over()
        again = heard.treatment()
    # The counters of this unit go on from one session to the next while it is on, and so does its
    # knob: 0.8 s more of 25 mA.
    expected = (ODD_UC, ODD_UC + UC_PER_MA_S * 25 * 0.8)
    for treatment, charge_uc in zip((finished, again), expected, strict=True):
        counted = treatment.dose["ch1_counted_charge_uc"].value
        assert counted == pytest.approx(charge_uc, abs=2.0)
        assert treatment.flags == ()
