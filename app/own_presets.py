"""What was set for a treatment, kept as a preset of the clinic's own."""

from __future__ import annotations

from pathlib import Path

from data.clinical.clinic_files import FileKind, own_entries, read_changed_files, write_own
from data.clinical.modalities import Part
from data.clinical.own_copies import own_path
from data.clinical.presets import Preset, presets, presets_text
from data.treatment_draft import Draft


def preset_of(draft: Draft, name: str) -> Preset:
    """The settings and the time, without anything of the person, under a free id.

    The id is a number and no part of the name: it becomes a file's, and somebody may have typed an
    athlete's name.
    """
    values = {
        key: value
        for key, value in draft.plain.items()
        if value is not None and draft.form.field(key).part is Part.SETTINGS
    }
    taken = {*presets(), *own_entries(FileKind.PRESETS)}
    modality, number = draft.modality.value, 1
    while f"{modality}.own{number}" in taken:
        number += 1
    return Preset(f"{modality}.own{number}", name, modality, values, is_clinics_own=True)


def keep_preset(preset: Preset) -> Path:
    """Write it beside the clinic's own files; it can be chosen at once.

    Raises `CatalogueError` or `OSError` where that cannot be.
    """
    path = own_path(FileKind.PRESETS, preset.id)
    write_own(path, presets_text([preset]))
    read_changed_files()
    return path
