"""An electrotherapy unit in use: what it does now, and the record that fills by itself."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

from app.status import DeviceStatus, DoseRow, LiveTreatment, SettingRow, TreatmentState
from app.unit_journal import UnitJournal
from app.workflow import Notice, Weight
from data.analysis.types import Side
from data.ids import uuid7
from data.records import DoseValue, TelemetryGap, Treatment
from data.treatment_dose import moment_dose
from data.treatment_record import ContactLoss, Stretch
from data.treatment_values import unusual_reports
from devices.electrotherapy import ElectrotherapyDevice
from devices.modality import (
    Modality,
    Origin,
    StimulationDose,
    UltrasoundDose,
    UltrasoundSettings,
)
from devices.treatment_log import IDLE_DOSE, TreatmentLog
from devices.types import Evidence, LinkState
from protocols.events import Event
from protocols.ott import TherapyState, UnitFlag

_STATES = {
    TherapyState.RAMP_UP: TreatmentState.RUNNING,
    TherapyState.RUNNING: TreatmentState.RUNNING,
    TherapyState.RAMP_DOWN: TreatmentState.RUNNING,
    TherapyState.PAUSED: TreatmentState.PAUSED,
    TherapyState.COMPLETE: TreatmentState.COMPLETE,
    TherapyState.STOPPED: TreatmentState.STOPPED,
    TherapyState.EMERGENCY: TreatmentState.STOPPED,
    TherapyState.FAULT: TreatmentState.FAULT,
}
_TELLING_S = 30.0
_LABELS: Mapping[str, tuple[str, str, float]] = {
    # field: label, unit shown, factor from the field's own unit
    "mode": ("Mode", "", 1),
    "waveform": ("Waveform", "", 1),
    "amplitude_ma": ("Amplitude", "mA", 1),
    "amplitude_v": ("Amplitude", "V", 1),
    "amplitude_percent": ("Amplitude", "%", 1),
    "pulse_rate_hz": ("Pulse rate", "Hz", 1),
    "phase_us": ("Phase duration", "µs", 1),
    "electrode_cm2": ("Electrode", "cm²", 1),
    "frequency_mhz": ("Frequency", "MHz", 1),
    "intensity_w_cm2": ("Intensity", "W/cm²", 1),
    "duty": ("Duty", "%", 100),
    "pulse_repetition_hz": ("Pulse repetition", "Hz", 1),
    "era_cm2": ("Radiating area", "cm²", 1),
}


class UnitStation:
    """Lives in the devices thread; `status`, `live` and `treatment` may be read from any.

    `on_over` is told once when a treatment has ended.
    """

    def __init__(self, device: ElectrotherapyDevice, link_name: str, *, is_virtual: bool) -> None:
        self.device = device
        self.link_name = link_name
        self.is_virtual = is_virtual
        self.on_over: Callable[[], None] = _ignore
        self._began_at: datetime | None = None
        self._is_over_told = False
        self._treatment_id = uuid7()
        self._journal: UnitJournal | None = None
        self._visit: tuple[UUID, UUID] | None = None
        device.on_telemetry = self._telemetry

    async def open(self) -> None:
        """Connect and listen. Raises `LinkError` or `DeviceError`."""
        await self.device.connect()

    async def close(self) -> None:
        """Of a treatment that nobody kept the file stays for the next start."""
        if self._journal is not None:
            self._journal.close()
        await self.device.close()

    def journal_into(self, folder: Path, session_id: UUID, person_id: UUID) -> None:
        """From now on what the unit tells belongs to this visit, and is in a file in `folder`
        within a second, until `begin_log`."""
        if self._journal is None:
            self._journal = UnitJournal(folder)
        self._visit = (session_id, person_id)

    def begin_log(self) -> None:
        """The next treatment is a new one; the one before was stored, or is not wanted."""
        if self._journal is not None:
            self._journal.discard()
        self._journal, self._visit = None, None
        self._treatment_id = uuid7()
        self.device.begin_log()
        self._began_at = None
        self._is_over_told = False

    def status(self) -> DeviceStatus:
        device = self.device
        attention = None
        if device.state in (LinkState.LOST, LinkState.RECONNECTING):
            attention = "Not answering; the unit goes on by itself, the gap will be marked."
        elif UnitFlag.LOW_BATTERY in device.log.unit_flags:
            attention = "The unit's battery is low. Plug it in after this treatment."
        percent = device.log.battery_percent
        return DeviceStatus(
            name=device.info.name,
            model=device.model.name,
            link_state=device.state,
            battery_percent=float(percent) if percent is not None else None,
            is_virtual=self.is_virtual,
            attention=attention,
            link=self.link_name,
            serial=device.info.serial,
            firmware=device.info.firmware,
            maker=device.model.maker,
            is_experimental=device.model.evidence is Evidence.THIRD_PARTY,
        )

    def live(self) -> LiveTreatment | None:
        """What to show of the treatment now; None while the unit has told no settings."""
        log = self.device.log
        settings = log.settings_now
        if not settings:
            return None
        is_heard = self.device.state is LinkState.READY
        rests = TreatmentState.STOPPED if log.is_over else TreatmentState.READY
        state = _STATES.get(log.state, rests) if log.state else rests
        contact = _contact(log)
        return LiveTreatment(
            modality=_modality(log),
            state=state if is_heard else TreatmentState.NOT_HEARD,
            device=self.status(),
            elapsed_s=log.elapsed_s,
            planned_s=log.planned_s,
            settings=_setting_rows(log),
            changes=tuple(log.changes),
            doses=_dose_rows(log),
            contact=contact,
            contact_percent=_coupling(log),
            notice=_notice(log, contact),
            gaps=_gaps(log),
            flags=_flags(log),
        )

    def treatment(
        self, session_id: UUID, person_id: UUID, *, site: str = "", side: Side | None = None
    ) -> Treatment:
        """The record of what was heard so far; raises ValueError before output began."""
        log = self.device.log
        if not log.has_begun or self._began_at is None:
            raise ValueError("The unit has not begun a treatment yet.")
        offset = self._began_at.astimezone().utcoffset() or timedelta()
        record = Treatment(
            id=self._treatment_id,
            session_id=session_id,
            person_id=person_id,
            modality=_modality(log),
            source=Origin.READ,
            started_at=self._began_at,
            utc_offset_min=round(offset.total_seconds() / 60),
            ended_at=self._began_at + timedelta(seconds=log.elapsed_s),
            site=site,
            side=side,
            planned_s=log.planned_s,
            actual_s=log.on_s,
            settings=log.settings,
            changes=tuple(log.changes),
            counters=log.counters,
            dose=_dose(log),
            gaps=_gaps(log),
            device=self.device.info,
            link=self.link_name,
            is_virtual=self.is_virtual,
            flags=(*log.flags, *log.disagreements()),
            pauses=tuple(Stretch(each.start_s, each.end_s) for each in log.pauses),
            contact_losses=tuple(
                ContactLoss(each.channel, each.start_s, each.end_s) for each in log.contact_losses
            ),
        )
        return replace(
            record,
            dose={**record.dose, **moment_dose(record)},
            flags=(*record.flags, *unusual_reports(record)),
        )

    def _telemetry(self, _event: Event) -> None:
        log = self.device.log
        if log.has_begun and self._began_at is None:
            self._began_at = datetime.now(UTC) - timedelta(seconds=log.elapsed_s)
        if self._visit is not None and log.has_begun and not self._is_over_told:
            self._write_down(self._visit)
        if log.is_over and not self._is_over_told:
            self._is_over_told = True
            self.on_over()

    def _write_down(self, visit: tuple[UUID, UUID]) -> None:
        log = self.device.log
        if self._journal is not None and (self._journal.is_due or log.is_over):
            self._journal.hear(self.treatment(*visit), log.elapsed_s)
            if log.is_over:
                self._journal.over(log.elapsed_s)


def _modality(log: TreatmentLog) -> Modality:
    if log.modality is not None:
        return log.modality
    is_ultrasound = any(isinstance(each, UltrasoundSettings) for each in log.settings_now)
    return Modality.ULTRASOUND if is_ultrasound else Modality.TENS


def _dose(log: TreatmentLog) -> dict[str, DoseValue]:
    """What the unit counted, and what its settings give: each with its origin."""
    dose: dict[str, DoseValue] = {}
    for counter in log.counters:
        match counter:
            case StimulationDose():
                dose |= _counted(f"ch{counter.channel}", _stimulation_counts(counter))
            case UltrasoundDose():
                dose |= _counted(f"head{counter.head}", _ultrasound_counts(counter))
    for (name, key), (amount, unit) in log.integrals().items():
        dose[f"{name}_{key}"] = DoseValue(
            amount, unit, "settings integrated over the time heard", Origin.DERIVED
        )
    return dose


def _counted(name: str, counts: Mapping[str, tuple[float | None, str]]) -> dict[str, DoseValue]:
    method = "counter of the unit, restarts added up"
    return {
        f"{name}_{key}": DoseValue(
            value, unit, method, Origin.READ, None if value is not None else "not reported"
        )
        for key, (value, unit) in counts.items()
    }


def _stimulation_counts(counter: StimulationDose) -> dict[str, tuple[float | None, str]]:
    return {
        "counted_pulses": (float(counter.pulses), "pulses"),
        "counted_charge_uc": (counter.charge_uc, "µC"),
        "reported_rms_ma": (counter.rms_ma, "mA"),
    }


def _ultrasound_counts(counter: UltrasoundDose) -> dict[str, tuple[float | None, str]]:
    return {
        "counted_energy_j": (counter.energy_j, "J"),
        "counted_coupled_s": (counter.coupled_s, "s"),
        "reported_power_w": (counter.power_w, "W"),
    }


def _setting_rows(log: TreatmentLog) -> tuple[SettingRow, ...]:
    several = len(log.settings_now) > 1
    changed = {(change.channel, change.parameter) for change in log.changes}
    rows: list[SettingRow] = []
    for settings in log.settings_now:
        number = settings.head if isinstance(settings, UltrasoundSettings) else settings.channel
        for name, (label, unit, factor) in _LABELS.items():
            value = getattr(settings, name, None)
            if value is None:
                continue
            text = f"{value * factor:g}" if isinstance(value, (int, float)) else str(value)
            if name == "intensity_w_cm2" and isinstance(settings, UltrasoundSettings):
                label = f"{label} ({'SATA' if settings.intensity_is_sata else 'SATP'})"
            title = f"{label}, channel {number}" if several else label
            rows.append(SettingRow(title, text, unit, (number, name) in changed))
    return tuple(rows)


def _dose_rows(log: TreatmentLog) -> tuple[DoseRow, ...]:
    method = "counted by the unit"
    rows: list[DoseRow] = []
    for counter in log.counters:
        match counter:
            case StimulationDose():
                charge = f"{counter.charge_uc / 1000:.1f}"
                rows.append(DoseRow(f"Charge, channel {counter.channel}", charge, "mC", method))
                rows.append(DoseRow("Pulses", f"{counter.pulses:,}", "", method))
            case UltrasoundDose():
                rows.append(DoseRow("Energy", f"{counter.energy_j:.0f}", "J", method))
                rows.append(DoseRow("Coupled time", f"{counter.coupled_s:.0f}", "s", method))
    return tuple(rows)


def _contact(log: TreatmentLog) -> bool | None:
    bad = {UnitFlag.ELECTRODE_OFF, UnitFlag.LOW_COUPLING}
    return None if log.state is None else not (log.unit_flags & bad)


def _coupling(log: TreatmentLog) -> float | None:
    found = [c.coupling_percent for c in log.counters if isinstance(c, UltrasoundDose)]
    return next((percent for percent in found if percent is not None), None)


def _gaps(log: TreatmentLog) -> tuple[TelemetryGap, ...]:
    return tuple(TelemetryGap(gap.start_s, gap.end_s, gap.cause) for gap in log.gaps)


def _flags(log: TreatmentLog) -> tuple[str, ...]:
    """As the record keeps them. Counters come once a second: what they differ by from the settings
    says nothing before a while has passed."""
    is_telling = log.is_over or log.on_s >= _TELLING_S
    return (*log.flags, *(log.disagreements() if is_telling else ()))


def _notice(log: TreatmentLog, contact: bool | None) -> Notice | None:
    if IDLE_DOSE in log.flags:
        what, _, todo = IDLE_DOSE.partition(". ")
        return Notice(Weight.STOP, f"{what}.", "It stands in the record.", todo)
    if contact is False and log.state is TherapyState.RUNNING:
        what = "An electrode has no contact."
        if UnitFlag.LOW_COUPLING in log.unit_flags:
            what = "The applicator is poorly coupled."
        return Notice(
            Weight.ATTENTION,
            what,
            "Time without contact is not counted as dose.",
            "Add gel or press the electrode on; the unit goes on by itself.",
        )
    flags = _flags(log)
    if flags:
        return Notice(Weight.ATTENTION, flags[-1], "Everything heard is kept.", "")
    return None


def _ignore() -> None:
    return
