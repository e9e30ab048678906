"""The kinds of `myograph dose`: which numbers each takes, and what it computes of them."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from app.cli.errors import UsageError
from app.cli.parser import fraction, not_negative, positive

if TYPE_CHECKING:
    from data.clinical.dose import DoseNumber

Compute = Callable[[argparse.Namespace], "Mapping[str, DoseNumber]"]
WAVEFORMS = ("monophasic", "symmetric", "asymmetric")


@dataclass(frozen=True, slots=True)
class Option:
    """One ``--name``; what it is `of`, and its help. Without a type it is one of `choices`."""

    name: str
    of: Callable[[str], float] | None
    help: str
    is_required: bool = True
    choices: tuple[str, ...] = ()

    def add_to(self, parser: argparse.ArgumentParser) -> None:
        words: dict[str, Any] = {"required": self.is_required, "help": self.help}
        if self.of is None:
            words |= {"choices": self.choices}
        else:
            words |= {"type": self.of, "metavar": "X"}
        parser.add_argument(f"--{self.name}", **words)


@dataclass(frozen=True, slots=True)
class DoseKind:
    name: str
    summary: str
    example: str
    options: tuple[Option, ...]
    compute: Compute


_AMPLITUDE = Option("amplitude-ma", not_negative, "peak of the current")
_WIDTH = Option("width-us", positive, "width of one phase")
_RATE = Option("rate-hz", positive, "pulses a second")
_SHAPE = Option("waveform", None, "shape of a pulse", choices=WAVEFORMS)
_ELECTRODE = Option("electrode-cm2", positive, "area of the smallest electrode", is_required=False)
_TIME = Option("seconds", not_negative, "time with output", is_required=False)


def _burst(a: argparse.Namespace) -> Mapping[str, DoseNumber]:
    from data.clinical.dose_current import burst_dose

    return burst_dose(
        a.amplitude_ma, a.width_us, a.burst_hz, a.pulses_per_burst, a.waveform, a.electrode_cm2,
        a.seconds,
    )  # fmt: skip


def _nmes(a: argparse.Namespace) -> Mapping[str, DoseNumber]:
    from data.clinical.dose_current import nmes_dose

    return nmes_dose(
        a.amplitude_ma, a.width_us, a.rate_hz, a.waveform, a.on_s, a.off_s, a.contractions,
        a.electrode_cm2,
    )  # fmt: skip


def _ac_burst(a: argparse.Namespace) -> Mapping[str, DoseNumber]:
    from data.clinical.dose import ac_burst_rms, per_electrode

    rms = ac_burst_rms(a.amplitude_ma, a.duty)
    return {"rms_ma": rms, **per_electrode(rms.value or 0.0, a.electrode_cm2)}


def _ifc(a: argparse.Namespace) -> Mapping[str, DoseNumber]:
    from data.clinical.dose_current import ifc_dose

    return ifc_dose(a.amplitude_ma, a.electrode_cm2, a.seconds)


def _eswt(a: argparse.Namespace) -> Mapping[str, DoseNumber]:
    from data.clinical.dose_physical import shockwave_dose

    return shockwave_dose(a.impulses, a.efd_mj_mm2, a.pressure_bar, a.rate_hz)


def _laser(a: argparse.Namespace) -> Mapping[str, DoseNumber]:
    from data.clinical.dose_physical import laser_dose

    points = 1 if a.points is None else a.points
    duty = 1.0 if a.duty is None else a.duty
    return laser_dose(a.power_mw, a.beam_cm2, a.seconds, points, duty)


def _swd(a: argparse.Namespace) -> Mapping[str, DoseNumber]:
    from data.clinical.dose_physical import shortwave_dose

    return shortwave_dose(a.peak_w, a.pulse_us, a.rate_pps, a.seconds)


def _lipus(a: argparse.Namespace) -> Mapping[str, DoseNumber]:
    from data.clinical.dose_physical import lipus_dose

    return lipus_dose(a.sata_mw_cm2, a.burst_us, a.repetition_hz, a.seconds, a.era_cm2)


def _suggest(a: argparse.Namespace) -> Mapping[str, DoseNumber]:
    from data.clinical import dose_suggestion as say

    found: dict[str, DoseNumber] = {}
    megahertz: float = a.frequency_mhz or 0.0
    if a.depth_cm is not None:
        found["frequency_mhz"] = say.suggested_frequency(a.depth_cm)
        megahertz = megahertz or found["frequency_mhz"].value or 0.0
        found |= _at_the_skin(a, a.depth_cm, megahertz)
    elif (a.target_w_cm2, a.tissue_stage) != (None, None):
        raise UsageError("an intensity needs --depth-cm, the depth of the target")
    if _all_or_none(a, "area-cm2", "era-cm2", "duty"):
        found["suggested_min"] = say.suggested_minutes(a.area_cm2, a.era_cm2, a.duty)
    if _all_or_none(a, "rise-c", "sata-w-cm2"):
        if not megahertz:
            raise UsageError("a time to heat needs --frequency-mhz, or --depth-cm for one")
        found["heating_min"] = say.heating_minutes(a.rise_c, a.sata_w_cm2, megahertz)
    if not found:
        raise UsageError("say what to suggest: --depth-cm, or --area-cm2, --era-cm2 and --duty")
    return found


def _at_the_skin(
    a: argparse.Namespace, depth_cm: float, megahertz: float
) -> Mapping[str, DoseNumber]:
    from data.clinical import dose_suggestion as say

    found: dict[str, DoseNumber] = {}
    if a.target_w_cm2 is not None:
        found["surface_w_cm2"] = say.surface_intensity(a.target_w_cm2, depth_cm, megahertz)
    if a.tissue_stage is not None:
        span = say.suggested_intensity(a.tissue_stage, depth_cm, megahertz)
        if span is None:
            raise UsageError(f"no half-value depth is known for {megahertz:g} MHz")
        found["surface_low_w_cm2"], found["surface_high_w_cm2"] = span
    return found


def _all_or_none(a: argparse.Namespace, *names: str) -> bool:
    given = [name for name in names if getattr(a, name.replace("-", "_")) is not None]
    if given and len(given) < len(names):
        missing = ", ".join(f"--{name}" for name in names if name not in given)
        raise UsageError(f"--{given[0]} needs {missing} too")
    return bool(given)


KINDS: tuple[DoseKind, ...] = (
    DoseKind(
        "burst",
        "dose of pulses in bursts",
        "myograph dose burst --amplitude-ma 30 --width-us 200 --burst-hz 2 --pulses-per-burst 9 "
        "--waveform symmetric",
        (
            _AMPLITUDE,
            _WIDTH,
            Option("burst-hz", positive, "bursts a second"),
            Option("pulses-per-burst", positive, "pulses in a burst"),
            _SHAPE,
            _ELECTRODE,
            _TIME,
        ),
        _burst,
    ),
    DoseKind(
        "nmes",
        "dose of contractions with rests between them",
        "myograph dose nmes --amplitude-ma 80 --width-us 400 --rate-hz 50 --waveform symmetric "
        "--on-s 10 --off-s 50 --contractions 15 --electrode-cm2 50",
        (
            _AMPLITUDE,
            _WIDTH,
            _RATE,
            _SHAPE,
            Option("on-s", positive, "time of a contraction"),
            Option("off-s", not_negative, "rest after it"),
            Option("contractions", not_negative, "how many", is_required=False),
            _ELECTRODE,
        ),
        _nmes,
    ),
    DoseKind(
        "ac-burst",
        "effective current of alternating current in bursts",
        "myograph dose ac-burst --amplitude-ma 60 --duty 0.5",
        (_AMPLITUDE, Option("duty", fraction, "on / (on + off) of the bursts"), _ELECTRODE),
        _ac_burst,
    ),
    DoseKind(
        "ifc",
        "dose of one circuit of an interferential current",
        "myograph dose ifc --amplitude-ma 30 --electrode-cm2 25 --seconds 900",
        (_AMPLITUDE, _ELECTRODE, _TIME),
        _ifc,
    ),
    DoseKind(
        "eswt",
        "energy of shock waves",
        "myograph dose eswt --impulses 2000 --efd-mj-mm2 0.15 --rate-hz 10",
        (
            Option("impulses", positive, "how many"),
            Option("efd-mj-mm2", not_negative, "energy flux density", is_required=False),
            Option("pressure-bar", not_negative, "as set; gives no energy", is_required=False),
            Option("rate-hz", positive, "impulses a second", is_required=False),
        ),
        _eswt,
    ),
    DoseKind(
        "laser",
        "dose of a laser",
        "myograph dose laser --power-mw 100 --beam-cm2 0.5 --seconds 60 --points 8",
        (
            Option("power-mw", not_negative, "mean power; with --duty that of a pulse"),
            Option("beam-cm2", positive, "area of the beam at the skin"),
            Option("seconds", not_negative, "time on each point"),
            Option("points", positive, "how many (default: 1)", is_required=False),
            Option("duty", fraction, "on / (on + off) of the pulses", is_required=False),
        ),
        _laser,
    ),
    DoseKind(
        "swd",
        "dose of a pulsed shortwave",
        "myograph dose swd --peak-w 200 --pulse-us 400 --rate-pps 400 --seconds 900",
        (
            Option("peak-w", not_negative, "power during a pulse"),
            Option("pulse-us", positive, "width of a pulse"),
            Option("rate-pps", positive, "pulses a second"),
            _TIME,
        ),
        _swd,
    ),
    DoseKind(
        "lipus",
        "dose of low-intensity pulsed ultrasound",
        "myograph dose lipus --sata-mw-cm2 30 --burst-us 200 --repetition-hz 1000 --seconds 1200",
        (
            Option("sata-mw-cm2", not_negative, "intensity over the pulse cycle"),
            Option("burst-us", positive, "width of a burst"),
            Option("repetition-hz", positive, "bursts a second"),
            Option("seconds", not_negative, "time with contact"),
            Option("era-cm2", positive, "effective radiating area", is_required=False),
        ),
        _lipus,
    ),
    DoseKind(
        "suggest",
        "what a school of ultrasound therapy suggests, with its source",
        "myograph dose suggest --depth-cm 4 --frequency-mhz 1 --target-w-cm2 0.5",
        (
            Option("depth-cm", not_negative, "depth of the target", is_required=False),
            Option(
                "tissue-stage",
                None,
                "which intensity is wanted at the target",
                is_required=False,
                choices=("acute", "subacute", "chronic"),
            ),
            Option("frequency-mhz", positive, "if not the suggested", is_required=False),
            Option("target-w-cm2", not_negative, "wanted at the target", is_required=False),
            Option("area-cm2", positive, "treated area", is_required=False),
            Option("era-cm2", positive, "effective radiating area", is_required=False),
            Option("duty", fraction, "on / (on + off)", is_required=False),
            Option("rise-c", not_negative, "wanted rise of temperature", is_required=False),
            Option("sata-w-cm2", positive, "intensity that heats", is_required=False),
        ),
        _suggest,
    ),
)
