"""The one thread that touches the store, and how its answers come back to the screen."""

from __future__ import annotations

import logging
import threading
import weakref
from collections.abc import Callable, Iterable
from concurrent.futures import Future
from pathlib import Path
from queue import SimpleQueue
from typing import TYPE_CHECKING, Any, TypeVar
from uuid import UUID

import shiboken6
from PySide6.QtCore import QObject, QTimer, Signal

from app.mailbox import Mailbox
from app.workflow import Notice, Weight

if TYPE_CHECKING:
    from data.store import Store

T = TypeVar("T")
_FETCH_MS = 10
_SOON_MS = 2  # while somebody waits for an answer
_log = logging.getLogger(__name__)


class StoreThread(QObject):
    """Opens the store in its own thread and runs work there, one piece after the other.

    Signals are emitted in the Qt thread only: news crosses in a mailbox that a timer empties.
    """

    opened = Signal()
    failed = Signal(object)  # Notice: the store could not be opened
    trouble = Signal(object)  # Notice: a piece of work failed and nobody else shows it
    changed = Signal(object)  # frozenset[UUID]: records written

    def __init__(self, open_store: Callable[[], Store], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.is_open = False
        self._open_store = open_store
        self._work: SimpleQueue[Callable[[Store], None] | None] = SimpleQueue()
        self._news = Mailbox()
        self._newest: dict[tuple[int, str], int] = {}
        self._asked = 0
        self._questions: dict[int, Callable[[Future[Any]], None]] = {}
        self._thread: threading.Thread | None = None
        self._timer = QTimer(self)
        self._timer.setInterval(_FETCH_MS)
        self._timer.timeout.connect(self._fetch)

    def start(self) -> None:
        """Begin opening; work may be submitted before and waits. Again after a failure: retry."""
        if self._thread is None or not self._thread.is_alive():
            self._thread = threading.Thread(target=self._run, name="store", daemon=True)
            self._thread.start()
            self._timer.start()

    def submit(self, work: Callable[[Store], T], touches: Iterable[UUID] = ()) -> Future[T]:
        """Run `work` in the store thread, from any thread. `touches`: records to call changed."""
        future: Future[T] = Future()
        ids = frozenset(touches)

        def job(store: Store) -> None:
            if not future.set_running_or_notify_cancel():
                return
            try:
                result = work(store)
            except Exception as error:
                _log.exception("work in the store failed")
                future.set_exception(error)
            else:
                future.set_result(result)
                if ids:
                    self._news.post(lambda: self.changed.emit(ids))

        self._work.put(job)
        return future

    def ask(
        self,
        owner: QObject,
        work: Callable[[Store], T],
        then: Callable[[T], None],
        *,
        failed: Callable[[Exception], None] | None = None,
        slot: str | None = None,
        touches: Iterable[UUID] = (),
    ) -> None:
        """Run `work`, then call `then` in the Qt thread, unless `owner` is gone by then.

        Of the questions that one owner asks with one `slot`, only the newest is answered.
        Without `failed`, an error becomes a notice.
        """
        self._asked += 1
        asked, key = self._asked, (id(owner), slot or "")
        if slot is not None:
            self._newest[key] = asked
        alive = weakref.ref(owner)

        def deliver(future: Future[Any]) -> None:
            asker = alive()
            if asker is None or not shiboken6.isValid(asker) or future.cancelled():
                return
            if slot is not None and self._newest.get(key) != asked:
                return
            error = future.exception()
            if error is None:
                then(future.result())
            elif failed is not None and isinstance(error, Exception):
                failed(error)
            else:
                self.trouble.emit(failed_work(error))

        # Only this thread holds what knows widgets: the last reference must not fall in the other.
        self._questions[asked] = deliver
        self._fetch_every(_SOON_MS)
        future = self.submit(work, touches)
        future.add_done_callback(lambda done: self._news.post(lambda: self._answer(asked, done)))

    def stop(self, timeout_s: float = 10.0) -> None:
        """Finish the work that waits, close the store, end the thread."""
        if self._thread is not None and self._thread.is_alive():
            self._work.put(None)
            self._thread.join(timeout_s)
        self._timer.stop()
        self.is_open = False

    def _run(self) -> None:
        try:
            store = self._open_store()
        except Exception as error:
            _log.exception("the store could not be opened")
            notice = _failed_opening(error)
            self._news.post(lambda: self.failed.emit(notice))
            return
        self._news.post(self._on_opened)
        try:
            while (job := self._work.get()) is not None:
                job(store)
                del job  # nothing of it may live on here until the next one comes
        finally:
            store.close()

    def _answer(self, asked: int, done: Future[Any]) -> None:
        self._questions.pop(asked)(done)

    def _on_opened(self) -> None:
        self.is_open = True
        self.opened.emit()

    def _fetch(self) -> None:
        self._news.empty()
        if not self._questions:
            self._fetch_every(_FETCH_MS)

    def _fetch_every(self, interval_ms: int) -> None:
        if self._timer.interval() != interval_ms:
            self._timer.setInterval(interval_ms)


def open_store(path: Path | None = None) -> Store:
    """The store at `path`, or at the platform's place. Raises `StoreError`."""
    from data.store import Store, default_path

    store = Store(path or default_path())
    store.open()
    return store


def _failed_opening(error: Exception) -> Notice:
    return _notice(
        Weight.STOP,
        "The records could not be opened",
        error,
        "Nothing was changed or deleted.",
        "Close other programs that use them, then choose Settings, Open again.",
    )


def failed_work(error: BaseException) -> Notice:
    """What to say when a piece of work in the store failed."""
    return _notice(
        Weight.ATTENTION,
        "That did not work",
        error,
        "What was stored before is unchanged.",
        "Try again; if it fails again, make a backup and restart Myograph.",
    )


def _notice(weight: Weight, what: str, error: BaseException, safe: str, todo: str) -> Notice:
    """The store's own errors already say what happened, what is safe and what to do."""
    sentences = str(error).strip().split(". ", 2)
    if len(sentences) == 3:
        return Notice(weight, f"{sentences[0]}.", f"{sentences[1]}.", sentences[2])
    reason = str(error).strip().rstrip(".") or type(error).__name__
    return Notice(weight, f"{what}: {reason}.", safe, todo)
