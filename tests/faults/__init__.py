"""Every fault of the catalogue, played to every device that it can befall."""
