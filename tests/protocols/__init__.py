"""Wire formats against worked bytes, chance chunking and junk."""
