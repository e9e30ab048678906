"""Published measurement error of strength tests, always with population and source."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from data.clinical.clinic_files import FileKind, with_clinic
from data.clinical.entries import Entry

__all__ = ["MeasurementError", "measurement_error", "measurement_errors", "parse"]

Range = tuple[float, float]


@dataclass(frozen=True, slots=True)
class MeasurementError:
    """What one study found; ranges run over its limbs or analyses, None where it gives none."""

    test_id: str
    device: str
    population: str
    people: int | None
    source: str
    icc: Range | None = None
    sem_n: Range | None = None
    mdc95_n: Range | None = None
    mdc90_n: Range | None = None
    sem_percent: Range | None = None
    mdc95_percent: Range | None = None
    cv_percent: Range | None = None

    @property
    def error_percent(self) -> float | None:
        """The typical error between two tests, % of the mean: the larger CV of the range."""
        return self.cv_percent[1] if self.cv_percent else None

    @property
    def sentence(self) -> str:
        """The error in words, with population and source."""
        parts: list[str] = []
        if self.cv_percent:
            parts.append(f"typical error {_span(self.cv_percent)} %")
        if self.sem_n:
            parts.append(f"SEM {_span(self.sem_n)} N")
        if self.mdc95_n:
            parts.append(f"smallest detectable change {_span(self.mdc95_n)} N")
        if self.mdc90_n:
            parts.append(f"smallest detectable change {_span(self.mdc90_n)} N (90 %)")
        if self.sem_percent:
            parts.append(f"SEM {_span(self.sem_percent)} %")
        if self.mdc95_percent:
            parts.append(f"smallest detectable change {_span(self.mdc95_percent)} %")
        if self.icc:
            parts.append(f"ICC {_span(self.icc)}")
        people = f"{self.people} " if self.people else ""
        who = f"{people}{self.population}, {self.device}"
        return f"{', '.join(parts)} ({who}; {self.source})"


def measurement_error(test_id: str) -> MeasurementError | None:
    """The study to show for a test; None where no read source has one."""
    found = measurement_errors(test_id)
    return found[0] if found else None


def measurement_errors(test_id: str) -> tuple[MeasurementError, ...]:
    """Every study on a test; what the clinic's ``reliability*.yaml`` name comes first."""
    rows = with_clinic(FileKind.RELIABILITY, _shipped(), _extended, None).values()
    return tuple(row for row in rows if row.test_id == test_id)


def parse(root: Entry) -> tuple[MeasurementError, ...]:
    """The rows of a reliability file; `CatalogueError` names the row that is wrong."""
    return tuple(_rows(root).values())


@cache
def _shipped() -> dict[str, MeasurementError]:
    return _rows(Entry.shipped("reliability.yaml"))


def _extended(known: dict[str, MeasurementError], root: Entry) -> dict[str, MeasurementError]:
    own = _rows(root)
    return own | {name: row for name, row in known.items() if name not in own}


def _rows(root: Entry) -> dict[str, MeasurementError]:
    root.whole("version")
    rows = {entry.name: _row(entry) for entry in root.children("rows")}
    root.done()
    return rows


def _row(entry: Entry) -> MeasurementError:
    row = MeasurementError(
        test_id=entry.text("test"),
        device=entry.text("device"),
        population=entry.text("population"),
        people=entry.whole("people") if "people" in entry else None,
        source=entry.text("source"),
        icc=entry.range("icc"),
        sem_n=entry.range("sem_n"),
        mdc95_n=entry.range("mdc95_n"),
        mdc90_n=entry.range("mdc90_n"),
        sem_percent=entry.range("sem_percent"),
        mdc95_percent=entry.range("mdc95_percent"),
        cv_percent=entry.range("cv_percent"),
    )
    entry.done()
    if row.icc and row.icc[1] > 1:
        raise entry.error("icc", "must not be over 1")
    return row


def _span(values: Range) -> str:
    low, high = values
    return f"{low:g}" if low == high else f"{low:g} to {high:g}"
