"""Independent programs from PyPI against our simulators; skipped where they are not installed."""
