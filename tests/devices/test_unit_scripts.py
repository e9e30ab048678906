from __future__ import annotations

import asyncio
import random
import sys
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from itertools import chain
from pathlib import Path

import pytest

from data.records import Treatment
from data.store import Store
from data.treatment_record import ContactLoss, Stretch
from devices.catalog import ELECTROTHERAPY_MODELS
from devices.modality import Modality, StimulationMode, StimulationSettings
from devices.treatment_log import TreatmentLog
from devices.types import LinkState
from firmware_sim.ott import OttFirmware
from firmware_sim.sessions import (
    Session,
    Step,
    nmes,
    tens_bursts,
    tens_interrupted,
    tens_two_channels,
)
from firmware_sim.therapy import Therapy
from protocols.checksum import with_crc16, without_crc16
from protocols.codec import Framing
from protocols.framing import Cobs, cobs
from protocols.gate import RequestClass
from protocols.ott import OttCodec
from tests.data import samples
from tests.devices.test_electrotherapy import Listening, listening
from tests.devices.test_treatment_log import ODD, ODD_UC, UC_PER_MA_S, Unit, session, turn
from tests.rigs import Bench, Way, requests_written, until

OTT = ELECTROTHERAPY_MODELS["ott"]
SERIAL = Way.TCP if sys.platform == "win32" else Way.PTY
serial_and_radio = pytest.mark.parametrize("way", [SERIAL, Way.RADIO])


def doses(treatment: Treatment) -> dict[str, float]:
    return {key: each.value for key, each in treatment.dose.items() if each.value is not None}


def later(played: Session, speed: float) -> Session:
    """Begun when the host has made itself at home, which takes it half a second."""
    steps = tuple(replace(step, at_s=step.at_s + 0.5 * speed) for step in played.steps)
    return replace(played, steps=steps)


def only_asked(heard: Listening, framing: Framing) -> None:
    """OTT knows four requests, and nothing else was written."""
    gate = OttCodec(framing)
    written = requests_written(heard.capture)
    assert written
    assert {gate.request_class(request) for request in written} == {RequestClass.QUERY}


@serial_and_radio
async def test_contractions_with_rests(way: Way, tmp_path: Path) -> None:
    bench = Bench(OTT, way)
    async with listening(bench, later(nmes(), 240.0), tmp_path, speed=240.0) as heard:
        await heard.is_over()
        record = heard.treatment()
    (settings,) = record.settings
    assert isinstance(settings, StimulationSettings)
    assert record.modality is Modality.NMES
    assert settings.mode is StimulationMode.NMES
    assert (settings.on_s, settings.off_s, settings.ramp_up_s, settings.ramp_down_s) == (
        10.0, 50.0, 2.0, 1.0
    )  # fmt: skip
    # 15 contractions of 10 s at 50 Hz; 400 µs of 60 mA in five of them, of 80 mA in ten
    counted = doses(record)
    assert counted["ch1_counted_pulses"] == 7500
    assert counted["ch1_counted_charge_uc"] == 500 * 5 * 24.0 + 500 * 10 * 32.0
    assert counted["ch1_settings_charge_uc"] == pytest.approx(220_000.0, rel=0.001)
    # the highest: 80 mA · √(2 · 400 µs · 50 Hz) over 50 cm²
    assert counted["ch1_rms_ma"] == pytest.approx(16.0)
    assert counted["ch1_density_ma_cm2"] == pytest.approx(0.32)
    assert [(c.at_s, c.old, c.new) for c in record.changes] == [(300.0, 60.0, 80.0)]
    assert (record.actual_s, record.planned_s) == (pytest.approx(900.0), 900.0)
    assert (record.gaps, record.flags) == ((), ())
    only_asked(heard, bench.framing)


@serial_and_radio
async def test_two_channels_are_kept_apart(way: Way, tmp_path: Path) -> None:
    bench = Bench(OTT, way)
    async with listening(bench, later(tens_two_channels(), 120.0), tmp_path, speed=120.0) as heard:
        await heard.is_over()
        record = heard.treatment()
    counted = doses(record)
    # 20 mA · 200 µs · 100 Hz for 300 s; 150 µs · 80 Hz of 30 mA for 100 s less the 10 s without
    # contact, of 36 mA for 200 s
    assert counted["ch1_counted_charge_uc"] == pytest.approx(4.0 * 100 * 300, abs=1)
    second = 0.15 * 80 * (30 * 90 + 36 * 200)
    assert counted["ch2_counted_charge_uc"] == pytest.approx(second, abs=1)
    assert counted["ch2_settings_charge_uc"] == pytest.approx(second, rel=1e-6)
    assert record.contact_losses == (ContactLoss(2, 60.0, 70.0),)
    assert [(c.channel, c.at_s, c.new) for c in record.changes] == [(2, 100.0, 36.0)]
    assert record.flags == ()
    only_asked(heard, bench.framing)


@pytest.mark.parametrize("way", [Way.TCP, Way.RADIO])
async def test_bursts_count_the_pulses_that_come(way: Way, tmp_path: Path) -> None:
    async with listening(
        Bench(OTT, way), later(tens_bursts(), 120.0), tmp_path, speed=120.0
    ) as heard:
        await heard.is_over()
        record = heard.treatment()
    counted = doses(record)
    # two bursts of nine a second for 300 s, 6 µC each; 30 mA · √(2 · 200 µs · 18 Hz) = 2.55 mA
    assert counted["ch1_counted_pulses"] == 18 * 300
    assert counted["ch1_counted_charge_uc"] == pytest.approx(6.0 * 18 * 300, abs=1)
    assert counted["ch1_settings_charge_uc"] == pytest.approx(6.0 * 18 * 300, rel=1e-6)
    assert counted["ch1_rms_ma"] == pytest.approx(2.55, abs=0.005)
    assert record.flags == ()


@serial_and_radio
async def test_contact_pause_and_emergency_stop_at_their_times(way: Way, tmp_path: Path) -> None:
    bench = Bench(OTT, way)
    async with listening(bench, later(tens_interrupted(), 40.0), tmp_path, speed=40.0) as heard:
        await heard.is_over()
        record = heard.treatment()
    # begun at 1 s: off 32 to 42 s, paused 62 to 82 s, stopped by the patient at 112 s
    assert record.contact_losses == (ContactLoss(1, 31.0, 41.0),)
    assert record.pauses == (Stretch(61.0, 81.0),)
    assert record.actual_s == pytest.approx((62 - 1) + (112 - 82))
    assert record.ended_at is not None
    assert (record.ended_at - record.started_at).total_seconds() == pytest.approx(111.0, abs=0.01)
    expected = UC_PER_MA_S * 15 * (30 + 20 + 30)
    assert doses(record)["ch1_counted_charge_uc"] == pytest.approx(expected, abs=1.0)
    only_asked(heard, bench.framing)


FAR = session(
    Step(1.0, Therapy.start),
    Step(2.0, turn(10.0)),
    Step(40.0, Therapy.pause),
    Step(50.0, Therapy.resume),
    Step(60.0, turn(20.0)),
    Step(180.0, Therapy.complete),
)


async def test_forty_seconds_out_of_range_are_a_gap_and_their_events_come_later(
    tmp_path: Path,
) -> None:
    async with listening(Bench(OTT, Way.RADIO), FAR, tmp_path, speed=40.0) as heard:
        device = heard.station.device
        await until(lambda: device.log.elapsed_s > 20.0)
        heard.wire.cut()
        await until(lambda: device.state is not LinkState.READY)
        await until(lambda: device.state is LinkState.READY, 20.0)
        await heard.is_over()
        record = heard.treatment()
    (gap,) = record.gaps
    assert gap.end_s - gap.start_s > 20.0
    if gap.start_s < 38.0 and gap.end_s > 62.0:
        assert record.pauses == (Stretch(39.0, 49.0),)
    assert [(c.at_s, c.new, c.by) for c in record.changes] == [
        (1.0, 10.0, "panel"), (59.0, 20.0, "panel")
    ]  # fmt: skip
    expected = UC_PER_MA_S * (10 * (38 + 10) + 20 * 120)
    assert doses(record)["ch1_counted_charge_uc"] == pytest.approx(expected, abs=1.0)
    only_asked(heard, Framing.PACKETS)


def test_a_pause_told_after_a_gap_of_forty_seconds_is_at_its_own_time() -> None:
    log = Unit(FAR).live(30.0).unheard(40.0).live(120.0).log
    assert [(p.start_s, p.end_s) for p in log.pauses] == [(39.0, 49.0)]
    assert log.on_s == pytest.approx(179.0 - 10.0, abs=1.0)


def test_a_pause_that_was_found_going_on_began_when_the_unit_says() -> None:
    log = Unit(FAR).live(30.0).unheard(15.0).live(140.0).log
    assert [(p.start_s, p.end_s) for p in log.pauses] == [(39.0, 49.0)]


def test_what_was_heard_is_stored_and_comes_back(tmp_path: Path) -> None:
    store = Store(tmp_path / "x.db")
    visit = samples.visit(store)

    async def record() -> Treatment:
        async with listening(Bench(OTT, Way.TCP), ODD, tmp_path, speed=20.0) as heard:
            await heard.is_over()
            return heard.station.treatment(visit.id, visit.person_id)

    kept = store.treatments.save(asyncio.run(record()))
    assert store.treatments.get(kept.id) == kept
    (pause,) = kept.pauses
    assert (pause.start_s, pause.end_s) == (pytest.approx(18.1), pytest.approx(24.3))
    store.close()


class Wire:
    """A unit on a serial line, its bytes as they go over it."""

    def __init__(self, played: Session) -> None:
        self.firmware = OttFirmware(played, Framing.STREAM)
        self.firmware.connected()
        codec = OttCodec(Framing.STREAM)
        self.frames = [*self.firmware.receive(codec.get_hello())]
        self.frames += self.firmware.receive(codec.get_snapshot())
        for _ in range(900):
            self.frames += self.firmware.advance(0.05)


def heard_through(frames: Iterable[bytes]) -> TreatmentLog:
    codec, log = OttCodec(Framing.STREAM), TreatmentLog()
    for frame in frames:
        for event in codec.receive(frame):
            log.take(event, 0.0)
    return log


Spoil = Callable[[list[bytes], random.Random], Iterator[bytes]]


def flipped(frames: list[bytes], source: random.Random) -> Iterator[bytes]:
    for frame in frames:
        if source.random() < 0.1 and len(frame) > 4:
            at = source.randrange(1, len(frame) - 1)
            frame = frame[:at] + bytes([frame[at] ^ 0x55 or 1]) + frame[at + 1 :]
        yield frame


def truncated(frames: list[bytes], source: random.Random) -> Iterator[bytes]:
    for frame in frames:
        yield frame[: len(frame) // 2] if source.random() < 0.1 else frame


def doubled(frames: list[bytes], source: random.Random) -> Iterator[bytes]:
    for frame in frames:
        yield frame * (2 if source.random() < 0.2 else 1)


def reordered(frames: list[bytes], source: random.Random) -> Iterator[bytes]:
    waiting = b""
    for frame in frames:
        if not waiting and source.random() < 0.1:
            waiting = frame
            continue
        yield frame + waiting
        waiting = b""
    yield waiting


def of_a_newer_version(frames: list[bytes], _source: random.Random) -> Iterator[bytes]:
    """Each message two bytes longer, and now and then one of a type that nobody knows."""
    line = Cobs()
    for number, frame in enumerate(frames):
        (stuffed,) = line.split(frame)
        assert isinstance(stuffed, bytes)
        message = without_crc16(stuffed)
        assert message is not None
        yield cobs(with_crc16(message + b"\x01\x02"))
        if number % 50 == 49:
            yield cobs(with_crc16(b"\x7e" + message[1:]))


def with_a_megabyte_of_noise(frames: list[bytes], source: random.Random) -> Iterator[bytes]:
    middle = len(frames) // 2
    yield from frames[:middle]
    yield source.randbytes(1_000_000) + b"\x00"
    yield from frames[middle:]


@pytest.mark.parametrize(
    "spoilt",
    [flipped, truncated, doubled, reordered, of_a_newer_version, with_a_megabyte_of_noise],
)
def test_a_bad_line_spoils_no_dose_and_invents_no_setting(spoilt: Spoil) -> None:
    frames = Wire(ODD).frames
    # what comes after the end is left alone: a unit says its last dose once
    log = heard_through(chain(spoilt(frames[:-20], random.Random(7)), frames[-20:]))
    (counter,) = log.counters
    # the counter's last word is the dose, whatever was lost on the way
    assert getattr(counter, "charge_uc") == pytest.approx(ODD_UC, abs=1.0)  # noqa: B009
    assert {change.new for change in log.changes} <= {10.0, 25.0}
    assert log.is_over
    assert not [flag for flag in log.flags if "idle" in flag]
    assert log.disagreements() == []
