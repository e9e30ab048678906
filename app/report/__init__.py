"""The visit on paper: one or two A4 pages as PDF."""

from app.report.compose import ReportTrial
from app.report.write import write_report

__all__ = ["ReportTrial", "write_report"]
