"""Records as small as they can be, and a recording like a real one."""

from __future__ import annotations

import sqlite3
from collections.abc import Generator, Sequence
from contextlib import closing, contextmanager
from datetime import UTC, date, datetime
from uuid import UUID

import numpy as np

from data.analysis.types import (
    Asymmetry,
    Metric,
    QualityNote,
    RepBounds,
    RepResult,
    Side,
    TrialAnalysis,
)
from data.episodes import Episode, StageChange
from data.ids import uuid7
from data.records import (
    DoseValue,
    Person,
    Session,
    Stage,
    TelemetryGap,
    Treatment,
    Trial,
    TrialChannel,
    TrialHeader,
    TrialState,
)
from data.store import Store
from devices.modality import (
    Modality,
    Origin,
    SettingChange,
    StimulationDose,
    StimulationMode,
    StimulationSettings,
    Waveform,
)
from devices.types import ChannelCalibration, DeviceInfo, ForceBlock, Gap, Position, Zero

BEGIN = datetime(2026, 3, 14, 9, 26, 53, 589793, tzinfo=UTC)
STEP_N = 0.0125  # 0.05 N/LSB and finer is what 24-bit converters behind a 2 kN cell give


def person(name: str = "Åsa Öberg", team: str = "Unter 19") -> Person:
    return Person(
        id=uuid7(),
        name=name,
        created_at=BEGIN,
        born=date(2007, 12, 31),
        body_mass_kg=61.5,
        dominant=Side.RIGHT,
        injured=Side.LEFT,
        injury="Hamstring, grade 2",
        injured_on=date(2026, 2, 1),
        stage=Stage.RETURN_TO_RUNNING,
        team=team,
        notes="=1+1 is no formula here",
    )


def visit(store: Store, name: str = "Åsa Öberg") -> Session:
    who = store.people.add(person(name))
    return store.sessions.open(who.id, BEGIN, 60, clinician="M. Lindqvist")


def episode(person_id: UUID) -> Episode:
    return Episode(
        id=uuid7(),
        at=BEGIN,
        person_id=person_id,
        by="A. Physio",
        note="sprinting",
        injured_on=date(2026, 3, 1),
        structure="biceps femoris, long head",
        sides=(Side.LEFT,),
        classification="BAMIC 2b",
        stages=(
            StageChange(Stage.ACUTE, date(2026, 3, 1)),
            StageChange(Stage.STRENGTHENING, date(2026, 3, 9), "A. Physio"),
        ),
    )


def channel(position: Position, side: Side | None) -> TrialChannel:
    return TrialChannel(
        position=position,
        side=side,
        capacity_n=2000.0,
        resolution_n=STEP_N,
        zero=Zero(-3.25, 0.11, 0.01, 1500, 1.5),
        calibration=ChannelCalibration(
            newtons_per_count=STEP_N,
            zero_counts=-1024.0,
            uncertainty_percent=0.5,
            calibrated_on="2026-01-05",
            cell_serial="C-17",
            record_hex="0100",
        ),
    )


def header(session: Session | None = None, test_id: str = "nordic.bil") -> TrialHeader:
    return TrialHeader(
        id=uuid7(),
        session_id=session.id if session else uuid7(),
        person_id=session.person_id if session else uuid7(),
        set_id=uuid7(),
        test_id=test_id,
        started_at=BEGIN,
        utc_offset_min=60,
        device_model="onb",
        device=DeviceInfo("ONB", "Open Nordic Board", "ONB-0042", "1.4.2"),
        link="serial:/dev/ttyACM0",
        is_virtual=True,
        nominal_rate_hz=1000.0,
        channels=(channel(Position.LEFT, Side.LEFT), channel(Position.RIGHT, Side.RIGHT)),
        posture="kneeling, ankles strapped",
        lever_m=0.41,
        body_mass_kg=61.5,
        gravity_n=None,
        injured=Side.LEFT,
        dominant=Side.RIGHT,
        program_version="0.1.0",
    )


def recording(
    seconds: float, rate_hz: int = 1000, noise_lsb: float = 4.0, seed: int = 1
) -> ForceBlock:
    """Two cells under three Nordic-like pulls, as a 24-bit converter with noise reads them."""
    n = round(seconds * rate_hz)
    t_us = np.arange(n, dtype=np.int64) * (1_000_000 // rate_hz)
    pull = 300.0 * np.clip(np.sin(2 * np.pi * t_us / 3.3e6), 0, None) ** 2
    noise = np.random.default_rng(seed).normal(0.0, noise_lsb, (n, 2))
    counts = np.rint(np.column_stack((pull, 0.9 * pull)) / STEP_N + noise)
    force = np.asarray(counts.astype(np.int64) * STEP_N, np.float64)
    return ForceBlock(t_us, force, 0)


def messages(block: ForceBlock, samples: int = 20) -> list[ForceBlock]:
    """The same samples in runs as they come from the wire."""
    return [
        ForceBlock(block.t_us[i : i + samples], block.force[i : i + samples], block.index + i)
        for i in range(0, len(block.t_us), samples)
    ]


def analysis() -> TrialAnalysis:
    refused = Metric(None, "N/s", "rfd.0-100/1", reason="sampled below 200 Hz")
    asymmetry = Asymmetry("pdiff", "peak_n", "best", 300.0, 270.0, -10.0, Side.LEFT)
    return TrialAnalysis(
        reps=tuple(
            RepResult(
                number=1,
                side=side,
                bounds=RepBounds(0.25, 1.5, "nordic/1"),
                onset_s=None if side is Side.RIGHT else 0.3,
                peak_s=0.825,
                metrics={"peak_n": Metric(peak, "N", "peak.raw/1"), "rfd_n_per_s": refused},
                codes=("SHORT",),
                rejected="=HYPERLINK(slipped)" if side is Side.RIGHT else None,
            )
            for side, peak in ((Side.LEFT, 300.0), (Side.RIGHT, 270.0))
        ),
        summary={Side.LEFT: {"best_n": Metric(300.0, "N", "best/1")}, None: {}},
        asymmetry=asymmetry,
        asymmetries=(asymmetry,),
        quality=(QualityNote("SPREAD", "Best two differ", 1, Side.LEFT),),
        methods={"peak.raw": "1"},
        rate_hz=1000.0,
        duration_s=9.999,
    )


def trial(of: TrialHeader, blocks: Sequence[ForceBlock], gaps: Sequence[Gap] = ()) -> Trial:
    return Trial(
        header=of,
        state=TrialState.COMPLETE,
        samples=sum(len(block.t_us) for block in blocks),
        lost=sum(gap.samples or 0 for gap in gaps),
        rate_hz=1000.0,
        duration_s=(int(blocks[-1].t_us[-1]) - int(blocks[0].t_us[0])) / 1e6,
        gaps=tuple(gaps),
        analysis=analysis(),
        note="felt good",
    )


def treatment(session: Session, treatment_id: UUID | None = None) -> Treatment:
    return Treatment(
        id=treatment_id or uuid7(),
        session_id=session.id,
        person_id=session.person_id,
        modality=Modality.TENS,
        source=Origin.READ,
        started_at=BEGIN,
        utc_offset_min=60,
        ended_at=BEGIN,
        site="M. biceps femoris",
        side=Side.LEFT,
        planned_s=1200.0,
        actual_s=1180.5,
        settings=(
            StimulationSettings(
                1,
                Waveform.SYMMETRIC,
                StimulationMode.CONVENTIONAL,
                amplitude_ma=18.5,
                pulse_rate_hz=100.0,
                phase_us=200.0,
            ),
        ),
        changes=(
            SettingChange(61.25, 1, "amplitude", 18.5, 20.0, "mA", "unit"),
            SettingChange(75.0, 1, "mode", "conventional", None, "", "unit"),
        ),
        counters=(StimulationDose(1, 20.0, 6.3, 118_050, 472_200.0, True),),
        dose={"charge_uc": DoseValue(472_200.0, "µC", "charge/1", Origin.MEASURED)},
        gaps=(TelemetryGap(10.0, 12.0, "link lost"),),
        device=DeviceInfo("OTT", "Open Treatment Unit", "T-1", "0.9"),
        link="ble:T-1",
        is_virtual=True,
        pain_before=4,
        pain_after=2,
        flags=("pacemaker asked",),
        note="-",
    )


@contextmanager
def altered(store: Store) -> Generator[sqlite3.Connection]:
    """The file as somebody else would change it."""
    store.close()
    with closing(sqlite3.connect(store.path)) as connection, connection:
        yield connection
