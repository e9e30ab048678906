"""Output check of an ultrasound head: its panel against a balance or a power meter, and the log."""

from __future__ import annotations

from uuid import UUID

from PySide6.QtCore import QTimer
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QBoxLayout

from app.navigation import Desk, Route
from app.output_checks import head_words
from app.pages.page import Header, Page
from app.store_thread import failed_work
from app.theme import space, theme
from app.weighing import Port, Weigher
from app.widgets.balance_card import BalanceCard
from app.widgets.controls import Button, column
from app.widgets.output_check_form import OutputCheckForm
from app.widgets.output_check_log import OutputCheckLog
from data.output_checks import KnownHead, OutputCheck, known_heads, last_check, subject_of

_LOOK_MS = 100
_TWO_COLUMNS_PX = 900
_ASIDE_PX = 336
_ANY_WIDTH = (1 << 24) - 1


class OutputCheckPage(Page):
    """Without a `weigher` no balance can be read, and the watts are typed."""

    title = "Output check"

    def __init__(self, desk: Desk, weigher: Weigher | None = None) -> None:
        super().__init__(desk)
        self._weigher = weigher
        self.header = Header(
            "Output check", Button("Back", icon_name="back", clicked=desk.back.emit)
        )
        self.form = OutputCheckForm()
        self.balance = BalanceCard()
        self.log = OutputCheckLog()
        self._look = QTimer(self)
        self._look.setInterval(_LOOK_MS)
        self._look.timeout.connect(self._show_balance)
        self._build()
        self._connect()

    def enter(self, route: Route) -> None:
        self.form.begin(self.desk.settings.clinician)
        wanted, self.desk.head_to_check = self.desk.head_to_check, None
        if wanted is not None:
            unit, head = wanted
            self.desk.store.ask(
                self,
                lambda store: KnownHead(unit, head, last_check(store, unit, head)),
                self.form.choose,
            )
        self._ask_known()
        if self._weigher is not None:
            self._weigher.find(self._on_ports, self._on_not_connected)
            self._look.start()
        self.form.panel_w.edit.setFocus()

    def leave(self) -> None:
        self._look.stop()
        if self._weigher is not None:
            self._weigher.let_go()

    def records_changed(self, ids: frozenset[UUID]) -> None:
        self._ask_known()

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802
        """A narrow window, or large text, has one column."""
        super().resizeEvent(event)
        is_wide = self.width() >= theme().px(_TWO_COLUMNS_PX)
        directions = QBoxLayout.Direction
        self._columns.setDirection(directions.LeftToRight if is_wide else directions.TopToBottom)
        for card in (self.balance, self.log):
            card.setMinimumWidth(theme().px(_ASIDE_PX) if is_wide else 0)
            card.setMaximumWidth(theme().px(_ASIDE_PX) if is_wide else _ANY_WIDTH)

    def _build(self) -> None:
        self.header.set_detail(
            "Zero the balance with the output off. Switch it on, keep the head still, take the "
            "reading. Nothing is sent to the balance or the unit."
        )
        self.body.addWidget(self.header)
        self._columns = QBoxLayout(QBoxLayout.Direction.LeftToRight)
        self._columns.setSpacing(space(4))
        left = column(self.form)
        left.addStretch()
        right = column(self.balance, self.log, spacing=4)
        right.addStretch()
        self._columns.addLayout(left, 1)
        self._columns.addLayout(right)
        self.body.addLayout(self._columns, 1)
        self.balance.setVisible(self._weigher is not None)

    def _connect(self) -> None:
        self.form.head_changed.connect(self._ask_log)
        self.form.save_wanted.connect(self._save)
        self.balance.taken.connect(self._take)
        self.balance.connect_wanted.connect(self._connect_balance)
        self.add_key("T", "Take the reading of the balance", self.balance.take_now)
        self.add_key("Ctrl+Return", "Save the check", self._save)

    def _take(self, grams: float, readings: int) -> None:
        self.form.take(grams, readings, is_virtual=self.balance.is_virtual)

    def _connect_balance(self, where: str, line: str) -> None:
        if self._weigher is not None:
            self.balance.say("")
            self._weigher.connect(where, line, lambda _: None, self._on_not_connected)

    def _on_ports(self, ports: tuple[Port, ...]) -> None:
        self.balance.set_ports(ports)

    def _on_not_connected(self, error: BaseException) -> None:
        self.balance.say(str(error))

    def _show_balance(self) -> None:
        if self._weigher is not None:
            self.balance.show_now(self._weigher.now(), self.form.watts_per_gram)

    def _ask_known(self) -> None:
        self.desk.store.ask(self, known_heads, self._on_known, slot="known")

    def _on_known(self, known: tuple[KnownHead, ...]) -> None:
        self.form.set_known(known)
        self._ask_log()

    def _ask_log(self) -> None:
        subject = subject_of(self.form.unit, self.form.head)
        self.desk.store.ask(
            self,
            lambda store: store.output_checks.of_subject(subject),
            self.log.show_checks,
            slot="log",
        )

    def _save(self) -> None:
        check = self.form.check(self.desk.now())
        if check is None or not self.form.save.isEnabled():
            return
        self.form.save.setEnabled(False)
        self.desk.store.ask(
            self,
            lambda store: store.output_checks.save(check),
            self._on_saved,
            failed=self._on_refused,
            touches=(check.id,),
        )

    def _on_saved(self, kept: OutputCheck) -> None:
        self.form.save.setEnabled(True)
        self.form.begin(kept.by)
        self.desk.did(
            f"Output check of {head_words(kept.unit, kept.head)} saved",
            lambda: self._withdraw(kept),
        )

    def _on_refused(self, error: Exception) -> None:
        self.form.save.setEnabled(True)
        self.desk.notice.emit(failed_work(error))

    def _withdraw(self, kept: OutputCheck) -> None:
        at = self.desk.now()
        self.desk.store.ask(
            self,
            lambda store: store.output_checks.withdraw(kept.id, at),
            lambda _: None,
            touches=(kept.id,),
        )
