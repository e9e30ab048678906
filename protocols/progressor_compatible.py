"""Units that speak as the Tindeq Progressor does, where a person said which one it is."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from protocols.progressor import HANGMAN_STALE_SAMPLES, ProgressorCodec


class HangmanCodec(ProgressorCodec):
    """Its first samples of a stream are dropped, whatever number its builder gave it."""

    stale_samples: ClassVar[int] = HANGMAN_STALE_SAMPLES


class MitoCodec(ProgressorCodec):
    """It takes no commands, and streams as soon as it is connected."""

    def identify(self) -> Iterator[bytes]:
        return iter(())

    def start(self) -> bytes:
        self.expect_stream()
        return b""

    def stop(self) -> bytes:
        return b""
