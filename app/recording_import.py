"""A stimulator's recording as a treatment: read first, told in words, stored only when asked."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from uuid import UUID, uuid5

from app.cli.errors import CommandError
from app.cli.recording_file import RecordingFile, recording_file
from app.recorded_treatment import Provenance, recorded_treatment
from app.visits import visit_on
from app.wording import MISSING, clock, duration
from data.errors import AlreadyStoredError, RecordNotFoundError
from data.records import Person, Treatment
from data.sides import Side
from data.store import Store
from devices import sciencemode2_recording, sciencemode4_recording
from devices.catalog import ELECTROTHERAPY_MODELS, RECORDED_MODELS
from devices.recorded_stream import Understood, recorded_events
from protocols.sciencemode2 import ScienceMode2Decoder
from protocols.sciencemode4 import ScienceMode4Codec

FORMATS = {"sciencemode4": "ScienceMode 4", "sciencemode2": "ScienceMode 2"}

_NOBODY = UUID(int=0)


@dataclass(frozen=True, slots=True)
class Recording:
    """What a file holds: the treatment of nobody yet, or why there is none."""

    path: Path
    fingerprint: str = ""
    understood: Understood | None = None
    treatment: Treatment | None = None
    problem: str = ""


def read_recording(path: Path, name: str, site: str, side: Side | None) -> Recording:
    """Never raises for what is in the file: an error names it, and a name may be a person's."""
    try:
        source = recording_file(path, None)
        understood, provenance = understood_recording(name, source)
    except CommandError as error:
        return Recording(path, problem=str(error))
    except OSError as error:
        reason = error.strerror or type(error).__name__
        return Recording(path, problem=f"The file cannot be read: {reason}.")
    if not understood.recording.has_begun:
        return Recording(path, problem="No order for output is in it. Is it of another stimulator?")
    made = recorded_treatment(
        understood, provenance, _NOBODY, _NOBODY, _NOBODY, site=site, side=side
    )
    return Recording(path, source.fingerprint, understood, made)


def understood_recording(name: str, source: RecordingFile) -> tuple[Understood, Provenance]:
    """What the bytes between a program and a stimulator mean, and where they come from."""
    if name == "sciencemode4":
        model = ELECTROTHERAPY_MODELS[name]
        events = recorded_events(ScienceMode4Codec, source.pieces())
        understood = sciencemode4_recording.understand(events)
    else:
        model = RECORDED_MODELS[name]
        events = recorded_events(ScienceMode2Decoder, source.pieces())
        understood = sciencemode2_recording.understand(events)
    flags = source.flags
    if understood.noise_bytes:
        flags += (f"{understood.noise_bytes} bytes of the recording were not understood.",)
    provenance = Provenance(
        model.id, model.name, source.began_at, source.has_times, source.is_virtual, flags
    )
    return understood, provenance


def store_recording(
    store: Store, person: Person, fingerprint: str, treatment: Treatment
) -> Treatment:
    """In this person's visit of that day, or in a visit of its own.

    Raises `AlreadyStoredError`, another `StoreError`.
    """
    treatment_id = uuid5(person.id, fingerprint)
    try:
        store.treatments.get(treatment_id)
    except RecordNotFoundError:
        pass
    else:
        raise AlreadyStoredError(
            f"This recording is already stored for this person, as {treatment_id}. "
            "Nothing was changed. Open it instead."
        )
    began = treatment.started_at
    ended = treatment.ended_at or began
    session = visit_on(store, person, began, treatment.utc_offset_min, ended)
    made = replace(treatment, id=treatment_id, session_id=session.id, person_id=person.id)
    return store.treatments.save(made)


def facts_of(recording: Recording) -> list[tuple[str, str]]:
    """What was understood, line by line."""
    treatment, understood = recording.treatment, recording.understood
    if treatment is None or understood is None:
        return []
    device = treatment.device
    has_times = treatment.actual_s is not None
    began = clock(treatment.started_at, treatment.utc_offset_min)
    kinds = ", ".join(f"{n} {name}" for name, n in sorted(understood.messages.items()))
    lines = [
        ("Unit", f"{device.name}, serial {device.serial or 'not told'}" if device else MISSING),
        ("Began", began if has_times else f"{began} (assumed)"),
        ("With current", duration(treatment.actual_s) if treatment.actual_s else MISSING),
        ("Read", f"{kinds}; {understood.noise_bytes} bytes not understood"),
    ]
    for each in understood.recording.settings:
        told = (
            each.waveform.value if each.waveform else "other waveform",
            f"{each.amplitude_ma:g} mA" if each.amplitude_ma is not None else "",
            f"{each.phase_us:g} µs" if each.phase_us is not None else "",
            f"{each.pulse_rate_hz:g} Hz" if each.pulse_rate_hz is not None else "",
        )
        lines.append((f"Channel {each.channel}", ", ".join(part for part in told if part)))
    lines.append(("Changes", str(len(treatment.changes)) if treatment.changes else "none"))
    return lines
