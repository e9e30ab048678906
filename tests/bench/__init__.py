"""Figures that the documentation quotes, measured by `make bench` in one run."""
