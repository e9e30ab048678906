"""Devices: a codec bound to a link, typed samples and settings."""
