"""The balance and the zero behind the window, on virtual devices over real links."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication

from app.navigation import PageId, Route
from app.pages.output_check import OutputCheckPage
from app.settings import SettingsFile
from app.window import DemoOptions, Window
from tests.ui.test_guided_session import ask, until


@pytest.mark.timeout(120)
def test_a_virtual_balance_is_weighed_and_a_dynamometer_is_zeroed(
    qapp: QApplication, tmp_path: Path
) -> None:
    options = DemoOptions(seed=3)
    window = Window(tmp_path / "myograph.db", SettingsFile(tmp_path / "settings.json"), options)
    window.frame.show()
    try:
        until(lambda: any(each.is_force and each.is_connected for each in window.desk.devices))
        (device, *_) = [each for each in window.desk.devices if each.is_force]
        assert not device.is_zeroed
        window.desk.zero_wanted.emit(device.key)
        until(lambda: any(d.key == device.key and d.is_zeroed for d in window.desk.devices))

        window.frame.go(Route(PageId.OUTPUT_CHECK))
        page = window.frame.page
        assert isinstance(page, OutputCheckPage)
        until(lambda: page.balance.port.count() == 1)
        assert "VIRTUAL" in page.balance.port.itemText(0)
        page.balance.connect_button.click()
        until(page.balance.take.isEnabled)
        page.balance.take.click()
        page.form.model.set_value("S-3")
        page.form.panel_w.set_value(5.0)
        page.form.save.click()
        until(lambda: bool(ask(window, lambda store: store.output_checks.all())))
        (kept,) = ask(window, lambda store: store.output_checks.all())
        # 0.34 g of the simulator · 14.65 W/g
        assert (kept.power_w, kept.is_virtual) == (pytest.approx(4.981), True)
        page.balance.port.setCurrentText("socket://127.0.0.1:1")
        page.balance.connect_button.click()
        until(lambda: "socket://127.0.0.1:1" in page.balance.field_of_port.message.text())
        page.balance.port.setCurrentIndex(0)
        page.balance.connect_button.click()
        until(lambda: window.workplace is not None and window.workplace.weigher.now() is not None)
    finally:
        window.frame.close()
        window.close()
    assert window.workplace is not None
    assert window.workplace.weigher.now() is None
