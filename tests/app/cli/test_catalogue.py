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

PROMISED = {
    *("id", "name", "level", "transports", "rate_hz", "channels", "capabilities"),
    *("evidence", "tested_on_hardware"),
}


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
    known = [model for catalogue in catalogues for model in catalogue]
    assert sorted(each["id"] for each in listed) == sorted(known)
    assert all(set(each) >= PROMISED for each in listed)
    assert {each["tested_on_hardware"] for each in listed} == {False}
    for each in (each for each in listed if each["kind"] == "force"):
        assert each["rate_hz"] > 0
        assert len(each["channels"]) >= 1
    others = [each for each in listed if each["kind"] != "force"]
    assert {each["capabilities"]["controls_output"] for each in others} == {False}
    board = next(each for each in listed if each["id"] == "onb")
    assert board["rate_hz"] == 1000
    assert board["transports"] == ["serial", "ble"]
    assert len(board["channels"]) == 2
    assert set(board["capabilities"]) >= {"device_time", "loss_detectable", "rfd"}


def test_the_level_of_every_device_is_the_one_that_the_documents_give_it(
    capsys: pytest.CaptureFixture[str],
):
    main(["devices", "--json"])
    listed = only_json(capsys.readouterr().out)
    levels: dict[str, set[str]] = {}
    for each in listed:
        levels.setdefault(each["level"], set()).add(each["id"])
    assert levels["experimental"] == {
        *("wh-c06", "pitchsix", "frez", "imada", "imada-zta", "cts500", "motherboard", "nextech")
    }
    assert levels["read-only"] == {"ott", "sciencemode4", "sciencemode2"}
    assert levels["instrument"] == {"balance"}
    assert levels["supported"] >= {"onb", "progressor", "harp", "godirect-hd", "mark10"}
    assert set(levels) == {"supported", "experimental", "read-only", "instrument"}


@pytest.mark.parametrize("command", ["tests", "devices"])
def test_the_tables_are_for_people(command: str, capsys: pytest.CaptureFixture[str]):
    assert main([command]) == 0
    assert len(capsys.readouterr().out.splitlines()) > 2
