"""From force curves to numbers: numpy only, pure; every number carries its method."""

from data.analysis.comparison import LimbComparison
from data.analysis.recording import AnalysisError
from data.analysis.reps import RepDetector, RepEvent, RepPhase
from data.analysis.trial import analyse, combine_limbs

__all__ = [
    "AnalysisError",
    "LimbComparison",
    "RepDetector",
    "RepEvent",
    "RepPhase",
    "analyse",
    "combine_limbs",
]
