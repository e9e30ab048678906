"""What is kept, as plain values: the store takes and returns these, never its own rows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from data.analysis.types import MissingStretch, Side, TrialAnalysis
from data.clinical.gravity import GravityMethod
from data.clinical.tests import Stabilisation
from data.stages import Stage
from data.treatment_record import (
    ContactLoss,
    Placement,
    ScreeningRecord,
    Stretch,
    TreatmentMark,
    Value,
)
from devices.modality import (
    Modality,
    Origin,
    SettingChange,
    StimulationDose,
    StimulationSettings,
    UltrasoundDose,
    UltrasoundSettings,
)
from devices.types import ChannelCalibration, DeviceInfo, Gap, Position, Zero

_LOSS_NOT_TOLD = "nothing that this device sends tells whether samples are missing"


@dataclass(frozen=True, slots=True)
class Person:
    """An athlete. All texts are outside text: plain, never markup, never in a file name or log."""

    id: UUID
    name: str
    created_at: datetime
    born: date | None = None
    body_mass_kg: float | None = None
    dominant: Side | None = None
    injured: Side | None = None
    injury: str = ""
    injured_on: date | None = None
    stage: Stage | None = None
    team: str = ""
    notes: str = ""


@dataclass(frozen=True, slots=True)
class Session:
    """One visit to the clinic."""

    id: UUID
    person_id: UUID
    started_at: datetime
    utc_offset_min: int
    ended_at: datetime | None = None
    clinician: str = ""
    notes: str = ""


@dataclass(frozen=True, slots=True)
class TrialChannel:
    """One load cell of a trial: which limb pulled on it, its zero and its calibration."""

    position: Position
    side: Side | None
    capacity_n: float | None
    resolution_n: float | None
    zero: Zero | None
    calibration: ChannelCalibration


@dataclass(frozen=True, slots=True)
class Alignment:
    """Where a trial lies on the time axis that it shares with that of the other device: that of
    the left device's own trial.

    Shared time in s is `start_s` + `rate` · own time. An event of one trial may lie up to
    `error_s` from its place on the other's axis. No sample was moved.
    """

    start_s: float
    rate: float
    error_s: float

    def shared_s(self, own_s: float) -> float:
        return self.start_s + self.rate * own_s

    def own_s(self, shared_s: float) -> float:
        return (shared_s - self.start_s) / self.rate


@dataclass(frozen=True, slots=True)
class TrialHeader:
    """Everything about a trial that is known when its first sample comes.

    `set_id` is shared by the trials of one run of a test, e.g. left, then right limb.
    `stabilisation` is what held limb and sensor, `gravity` how `gravity_n` was had; None in records
    that do not say. `both_injured`: neither limb is a reference. `target_n` is that of a hold.
    `tells_loss`: the device's samples show whether some are missing; where not, `Trial.lost` is not
    a count of 0. `is_virtual` marks a simulated device; it shows in every view and record.
    `partner` is the trial that another device recorded of the other limb at the same time, and
    `alignment` how both lie in time; None where that is not known, as after a crash.
    `rfd_refused` and `timing_refused` say why this device forbids early force, and every time
    within an effort.
    """

    id: UUID
    session_id: UUID
    person_id: UUID
    set_id: UUID
    test_id: str
    started_at: datetime
    utc_offset_min: int
    device_model: str
    device: DeviceInfo
    link: str
    is_virtual: bool
    nominal_rate_hz: float
    channels: tuple[TrialChannel, ...]
    allows_rfd: bool = True
    rfd_refused: str | None = None
    timing_refused: str | None = None
    tells_loss: bool = True
    partner: UUID | None = None
    alignment: Alignment | None = None
    posture: str = ""
    lever_m: float | None = None
    body_mass_kg: float | None = None
    gravity_n: float | None = None
    gravity: GravityMethod | None = None
    stabilisation: Stabilisation | None = None
    target_n: float | None = None
    injured: Side | None = None
    both_injured: bool = False
    dominant: Side | None = None
    program_version: str = ""


class TrialState(StrEnum):
    COMPLETE = "complete"
    INTERRUPTED = "interrupted"  # the link was lost and the user finished it
    RECOVERED = "recovered"  # found as an open journal at a later start


@dataclass(frozen=True, slots=True)
class Trial:
    """A trial as stored: its header, what came of it, and its results.

    `untrusted` are the stretches whose samples the device itself did not trust, seconds since
    the trial's first sample; their cause says which cell and why: saturated, open …
    """

    header: TrialHeader
    state: TrialState
    samples: int
    lost: int
    rate_hz: float | None
    duration_s: float
    gaps: tuple[Gap, ...]
    analysis: TrialAnalysis
    note: str = ""
    untrusted: tuple[MissingStretch, ...] = ()

    @property
    def id(self) -> UUID:
        return self.header.id

    @property
    def lost_reason(self) -> str | None:
        """Why it is not known how many samples are missing; None where `lost` is their number."""
        return None if self.header.tells_loss or self.lost else _LOSS_NOT_TOLD


@dataclass(frozen=True, slots=True)
class DoseValue:
    """One dose number with unit, formula id and version, and where it comes from."""

    value: float | None
    unit: str
    method: str
    origin: Origin
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class TelemetryGap:
    """A stretch of a treatment in which the unit was not heard, seconds since it began."""

    start_s: float
    end_s: float
    cause: str


@dataclass(frozen=True, slots=True)
class Treatment:
    """One treatment: settings as they were, each change at its time, dose with its method.

    `values` is the whole form by key (`data.clinical.modalities`), each with unit and origin; what
    other attributes hold, like `site` or `pain_before`, stands there too where it was typed in.
    Records from before there were forms have none: `data.treatment_values.values_of` fills them
    from the attributes. `pauses` are stretches without output, `marks` what was seen and said.
    """

    id: UUID
    session_id: UUID
    person_id: UUID
    modality: Modality
    source: Origin
    started_at: datetime
    utc_offset_min: int
    ended_at: datetime | None
    site: str
    side: Side | None
    planned_s: float | None
    actual_s: float | None
    settings: tuple[StimulationSettings | UltrasoundSettings, ...]
    changes: tuple[SettingChange, ...] = ()
    counters: tuple[StimulationDose | UltrasoundDose, ...] = ()
    dose: Mapping[str, DoseValue] = field(default_factory=dict[str, DoseValue])
    gaps: tuple[TelemetryGap, ...] = ()
    device: DeviceInfo | None = None
    link: str = ""
    is_virtual: bool = False
    area_cm2: float | None = None
    pain_before: int | None = None
    pain_after: int | None = None
    flags: tuple[str, ...] = ()
    note: str = ""
    values: Mapping[str, Value] = field(default_factory=dict[str, Value])
    placement: Placement = field(default_factory=Placement)
    screening: ScreeningRecord = field(default_factory=ScreeningRecord)
    pauses: tuple[Stretch, ...] = ()
    contact_losses: tuple[ContactLoss, ...] = ()
    marks: tuple[TreatmentMark, ...] = ()
    stage: Stage | None = None
    episode_id: UUID | None = None
    clinician: str = ""
