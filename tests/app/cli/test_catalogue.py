from __future__ import annotations

import pytest

from app.__main__ import main
from data.clinical.catalogue import tests as strength_tests
from devices.catalog import (
    ELECTROTHERAPY_MODELS,
    FORCE_MODELS,
    INSTRUMENT_MODELS,
    RECORDED_MODELS,
)
from tests.app.cli.shell import only_json


def test_every_strength_test_is_listed(capsys: pytest.CaptureFixture[str]):
    assert main(["tests", "--json"]) == 0
    listed = only_json(capsys.readouterr().out)
    assert [each["id"] for each in listed] == list(strength_tests())
    nordic = next(each for each in listed if each["id"] == "nordic.bil")
    assert nordic["laterality"] == "bilateral"
    assert nordic["formula"] == "pdiff"


def test_every_device_is_listed_with_what_it_can(capsys: pytest.CaptureFixture[str]):
    assert main(["devices", "--json"]) == 0
    listed = only_json(capsys.readouterr().out)
    kinds = {each["kind"] for each in listed}
    assert kinds == {"force", "electrotherapy", "recording", "instrument"}
    catalogues = (FORCE_MODELS, ELECTROTHERAPY_MODELS, RECORDED_MODELS, INSTRUMENT_MODELS)
    assert [each["id"] for each in listed] == [model for known in catalogues for model in known]
    board = next(each for each in listed if each["id"] == "onb")
    assert board["rate_hz"] == 1000
    assert board["transports"] == ["serial", "ble"]
    assert len(board["channels"]) == 2
    assert board["tested_on_hardware"] is False
    assert set(board["capabilities"]) >= {"device_time", "loss_detectable", "rfd"}


@pytest.mark.parametrize("command", ["tests", "devices"])
def test_the_tables_are_for_people(command: str, capsys: pytest.CaptureFixture[str]):
    assert main([command]) == 0
    assert len(capsys.readouterr().out.splitlines()) > 2
