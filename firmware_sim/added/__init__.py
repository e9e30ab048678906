"""Simulators that are found by being here: `firmware_sim.catalog` looks, and no list names them."""
