"""HASOMED RehaStim2: it talks to nobody but the program that drives it."""

from devices.declaration import RecordedModel
from devices.types import Evidence

SCIENCEMODE2 = RecordedModel(
    id="sciencemode2",
    name="HASOMED RehaStim2",
    maker="HASOMED",
    evidence=Evidence.PRIMARY,
    notes=(
        "Read from recordings of the program that drives it: myograph import.",
        "Never connected to: every packet that it gets, questions too, sustains its output.",
    ),
)
