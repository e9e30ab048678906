"""Tests: same tree as the code, plus rigs, contract, ui and bench."""
