"""What is printed, as PDF on A4: visits, treatments, exercises, letters, progress."""

from app.report.trial import ReportTrial
from app.report.visit import write_report

__all__ = ["ReportTrial", "write_report"]
