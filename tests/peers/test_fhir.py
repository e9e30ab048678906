from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from data.export import json_text
from data.fhir import fhir_bundle
from data.fhir_codes import Codes, shipped_codes
from data.store import Store
from tests.data import samples
from tests.data.treatments import of_every_modality
from tests.peers.packages import independent

peer: Any = independent("fhir.resources.R4B.bundle")


@pytest.mark.parametrize("codes", [Codes(), shipped_codes()], ids=["texts", "codes"])
def test_the_models_of_fhir_resources_take_every_treatment(codes: Codes, tmp_path: Path):
    store = Store(tmp_path / "x.db")
    session = samples.visit(store)
    store.close()
    person, records = samples.person("Åsa Öberg"), of_every_modality(session)
    text = json_text(fhir_bundle([(person, records)], codes, datetime.now(UTC)))
    read = peer.Bundle.model_validate_json(text)
    ours = json.loads(text)["entry"]
    assert len(read.entry) == len(ours)
    kinds = [entry.resource.__class__.__name__ for entry in read.entry]
    assert kinds.count("Procedure") == len(records)
    # what it writes again holds all that we wrote: nothing was dropped as unknown
    again = json.loads(read.model_dump_json(exclude_none=True))["entry"]
    for mine, theirs in zip(ours, again, strict=True):
        assert set(mine["resource"]) <= set(theirs["resource"]) | {"resourceType"}
