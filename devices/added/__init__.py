"""Models that are found by being here: `devices.catalog` looks, and no list names them."""
