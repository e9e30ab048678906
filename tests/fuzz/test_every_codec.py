from __future__ import annotations

import importlib
import inspect
import pkgutil

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

import protocols
from protocols.codec import Decoder
from tests.fuzz.play import recovers, survives
from tests.fuzz.pull import Pull, pulls
from tests.fuzz.subjects import Subject, subjects

thoroughly = settings(max_examples=2000, deadline=None)
spellings = st.binary(max_size=64)

# Found by campaigns: after them, what was sound was taken for repeats or for late.
A_NUMBER_FAR_AHEAD = bytes.fromhex("00000b00330000010e")  # of a Motherboard
A_SOUND_PACKET_FAR_AHEAD = bytes.fromhex("000000fd20112a310602000200cdcce0420000cf42")  # Go Direct

every_force = pytest.mark.parametrize("pull", pulls(), ids=str)
every = pytest.mark.parametrize("subject", subjects(), ids=str)


def test_no_decoder_of_the_program_is_left_out() -> None:
    modules = pkgutil.iter_modules(protocols.__path__, "protocols.")
    found = {
        member
        for module in modules
        for _, member in inspect.getmembers(importlib.import_module(module.name), inspect.isclass)
        if issubclass(member, Decoder) and not inspect.isabstract(member)
    }
    assert found <= {subject.decoder for subject in subjects()}


@every
@thoroughly
@given(spelling=spellings)
def test_nothing_that_comes_raises_or_is_kept_or_depends_on_how_it_was_cut(
    subject: Subject, spelling: bytes
) -> None:
    survives(subject, spelling)


@every
@thoroughly
@given(spelling=spellings)
@example(spelling=A_NUMBER_FAR_AHEAD)
@example(spelling=A_SOUND_PACKET_FAR_AHEAD)
def test_a_sound_stream_is_read_again_after_any_disturbance(
    subject: Subject, spelling: bytes
) -> None:
    recovers(subject, spelling)


@every_force
@thoroughly
@given(share=st.floats(0.0, 1.0))
def test_whatever_is_pulled_is_read(pull: Pull, share: float) -> None:
    pulled, read = pull.pull(share)
    assert read == pytest.approx(pulled, abs=pull.error_n)
