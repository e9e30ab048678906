"""What analysis refuses as a whole."""

from __future__ import annotations


class AnalysisError(ValueError):
    """The curve cannot be analysed as it is; the recording itself stays as it was."""
