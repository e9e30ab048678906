"""Simulated devices: same bytes for any step, documented behaviour, faults and servers."""
