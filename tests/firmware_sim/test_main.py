from __future__ import annotations

import json
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from firmware_sim.__main__ import main
from firmware_sim.catalog import FIRMWARE, UnknownSessionError, build
from protocols.codec import Framing
from protocols.events import Identity
from protocols.onb import OnbCodec

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def simulators() -> Iterator[list[subprocess.Popen[str]]]:
    running: list[subprocess.Popen[str]] = []
    yield running
    for process in running:
        with process:
            process.kill()


def simulator(running: list[subprocess.Popen[str]], *arguments: str) -> subprocess.Popen[str]:
    process = subprocess.Popen(
        [sys.executable, "-m", "firmware_sim", *arguments],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    running.append(process)
    return process


def first_line(process: subprocess.Popen[str]) -> dict[str, str]:
    assert process.stdout is not None
    return json.loads(process.stdout.readline())


def test_it_says_where_it_is_serves_and_ends_when_stdin_closes(
    simulators: list[subprocess.Popen[str]],
) -> None:
    process = simulator(simulators, "onb", "--tcp", "0", "--seed", "3")
    first = first_line(process)
    assert set(first) == {"model", "endpoint", "serial"}
    assert first["model"] == "onb"
    host, port = first["endpoint"].removeprefix("socket://").split(":")
    assert host == "127.0.0.1"
    codec = OnbCodec()
    with socket.create_connection((host, int(port)), timeout=5) as connection:
        requests = codec.identify()
        connection.sendall(next(requests) + next(requests))
        events = codec.receive(connection.recv(4096))
        while not any(isinstance(event, Identity) for event in events):
            events += codec.receive(connection.recv(4096))
    assert [e.serial for e in events if isinstance(e, Identity)] == [first["serial"]]
    assert process.poll() is None
    assert process.stdin is not None
    process.stdin.close()
    assert process.wait(timeout=5) == 0


@pytest.mark.skipif(sys.platform == "win32", reason="no pseudo-terminals on Windows")
@pytest.mark.parametrize("model", list(FIRMWARE))
def test_sigterm_ends_it(simulators: list[subprocess.Popen[str]], model: str) -> None:
    process = simulator(simulators, model, "--pty")
    assert Path(first_line(process)["endpoint"]).exists()
    process.send_signal(signal.SIGTERM)
    assert process.wait(timeout=5) == 0


def test_list_names_models_loads_and_faults(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--list"]) == 0
    names = json.loads(capsys.readouterr().out)
    assert {"onb", "progressor", "ott"} <= set(names["models"])
    assert {"nordic", "isometric"} <= set(names["loads"])
    assert {"tens_20min", "ultrasound"} <= set(names["sessions"])
    assert {"none", "rainy"} <= set(names["faults"])


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["onb"],
        ["toaster", "--pty"],
        ["onb", "--tcp", "x"],
        ["onb", "--tcp", "0", "--pty"],
        ["onb", "--pty", "--speed", "0"],
    ],
)
def test_wrong_usage_is_status_2(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as exit_of:
        main(arguments)
    assert exit_of.value.code == 2
    assert capsys.readouterr().out == ""


@pytest.mark.parametrize(
    "arguments",
    [
        ["onb", "--tcp", "0", "--load", "nowhere.csv"],
        ["onb", "--tcp", "0", "--faults", "nowhere.json"],
        ["ott", "--tcp", "0", "--load", "nordic"],
    ],
)
def test_what_cannot_be_played_is_status_1_with_the_reason(
    arguments: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(arguments) == 1
    out, err = capsys.readouterr()
    assert out == ""
    assert len(err.splitlines()) == 1
    assert "Nothing was started" in err


def test_every_model_can_be_built_by_name() -> None:
    for model in FIRMWARE:
        framing = Framing.PACKETS
        firmware = build(model, framing, faults="rainy")
        assert (firmware.model, firmware.framing) == (model, framing)
        assert firmware.serial == FIRMWARE[model]().serial


def test_a_therapy_unit_plays_sessions_only() -> None:
    with pytest.raises(UnknownSessionError, match="tens_20min"):
        build("ott", Framing.STREAM, load="nordic")
