"""The device side of every wire format, for tests, demos and training."""
