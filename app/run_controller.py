"""What the live page and the stage need of whoever drives a run: look, and six things to ask."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol, cast

from PySide6.QtCore import SignalInstance

from app.live import LiveTrace
from app.status import DeviceStatus
from app.workflow import RunView
from data.analysis.types import Side


class RunController(Protocol):
    """`changed` is a Qt signal without arguments: look at the other four again. Samples need none.

    `sides` names the limb of each column of `trace`, None where it is not known.
    """

    @property
    def changed(self) -> object: ...

    @property
    def view(self) -> RunView: ...

    @property
    def trace(self) -> LiveTrace | None: ...

    @property
    def sides(self) -> tuple[Side | None, ...]: ...

    @property
    def statuses(self) -> tuple[DeviceStatus, ...]: ...

    def start_stop(self) -> None: ...

    def take_zero(self) -> None: ...

    def accept(self) -> None: ...

    def reject_rep(self) -> None: ...

    def repeat_rep(self) -> None: ...

    def switch_limb(self) -> None: ...

    def finish(self) -> None: ...

    def back(self) -> None: ...


def watch(run: RunController, look: Callable[[], None]) -> None:
    """Call `look` whenever `run` has changed."""
    _signal(run).connect(look)


def unwatch(run: RunController, look: Callable[[], None]) -> None:
    _signal(run).disconnect(look)


def _signal(run: RunController) -> SignalInstance:
    """The stubs know a class's signal and an object's as two types that no protocol unites."""
    return cast("SignalInstance", run.changed)
