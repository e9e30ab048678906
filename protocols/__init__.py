"""Wire formats: bytes in, events in SI units out; no clock, loop, thread or port."""
