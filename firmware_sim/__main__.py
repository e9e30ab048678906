"""`python -m firmware_sim MODEL (--tcp PORT | --pty)`: one simulated device until stdin closes."""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import json
import os
import signal
import sys
import threading
from collections.abc import Callable
from pathlib import Path

from firmware_sim.catalog import FIRMWARE, LOAD_DELAY_S, build
from firmware_sim.faults import PLANS
from firmware_sim.firmware import Firmware
from firmware_sim.loads import LOADS
from firmware_sim.serve import serve_pty, serve_tcp
from firmware_sim.sessions import SESSIONS


def main(arguments: list[str] | None = None) -> int:
    parser = _parser()
    options = parser.parse_args(arguments)
    if options.list:
        names = {
            "models": list(FIRMWARE),
            "loads": list(LOADS),
            "sessions": list(SESSIONS),
            "faults": list(PLANS),
        }
        print(json.dumps(names, indent=2))
        return 0
    if options.model is None or (options.tcp is None and not options.pty):
        parser.error("a MODEL and one of --tcp PORT, --pty are needed")
    if options.speed <= 0:
        parser.error("--speed must be above 0")
    # Without packet boundaries on a byte stream, a device that only knows packets sends them as
    # they are, one behind the other.
    framing = FIRMWARE[options.model]().framing
    try:
        firmware = build(
            options.model,
            framing,
            load=options.load,
            faults=options.faults,
            seed=options.seed,
            speed=options.speed,
            load_delay_s=options.load_delay,
        )
        asyncio.run(_serve(firmware, options.tcp, options.speed))
    except (OSError, ValueError) as error:
        print(f"{error}. Nothing was started. See --list for the names.", file=sys.stderr)
        return 1
    return 0


async def _serve(firmware: Firmware, tcp_port: int | None, speed: float) -> None:
    stop = asyncio.Event()
    _on_end_of_input(asyncio.get_running_loop(), stop.set)
    server = (
        serve_pty(firmware, speed) if tcp_port is None else serve_tcp(firmware, tcp_port, speed)
    )
    async with server as endpoint:
        first = {"model": firmware.model, "endpoint": endpoint, "serial": firmware.serial}
        print(json.dumps(first), flush=True)
        await stop.wait()


def _on_end_of_input(loop: asyncio.AbstractEventLoop, end: Callable[[], None]) -> None:
    """Call `end` when stdin closes or a signal asks. An input that never was open cannot close."""
    for number in (signal.SIGTERM, signal.SIGINT):
        with contextlib.suppress(NotImplementedError):  # Windows: Ctrl-C and kill end it as they do
            loop.add_signal_handler(number, end)
    if sys.stdin is None or _is_null(sys.stdin.fileno()):  # pyright: ignore[reportUnnecessaryComparison] None under pythonw
        return

    def wait() -> None:
        with contextlib.suppress(OSError, ValueError):
            while os.read(0, 4096):
                pass
        with contextlib.suppress(RuntimeError):  # the loop ended first
            loop.call_soon_threadsafe(end)

    threading.Thread(target=wait, daemon=True).start()


def _is_null(file_number: int) -> bool:
    with Path(os.devnull).open("rb") as null:
        return os.path.sameopenfile(file_number, null.fileno())


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m firmware_sim",
        description="A simulated device on a port of this computer.",
        epilog="example: python -m firmware_sim onb --tcp 0 --load nordic",
    )
    parser.add_argument("model", nargs="?", choices=list(FIRMWARE))
    where = parser.add_mutually_exclusive_group()
    where.add_argument("--tcp", type=int, metavar="PORT", help="TCP on 127.0.0.1; 0: a free port")
    where.add_argument("--pty", action="store_true", help="a pseudo-terminal")
    parser.add_argument("--load", metavar="NAME|FILE.csv", help="what pulls, or a session")
    parser.add_argument("--faults", default="none", metavar="NAME|FILE.json")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--speed", type=float, default=1.0, help="device seconds per second")
    parser.add_argument(
        "--load-delay", type=float, default=LOAD_DELAY_S, metavar="S", help="zero force before it"
    )
    parser.add_argument("--list", action="store_true", help="name models, loads and fault plans")
    return parser


if __name__ == "__main__":
    sys.exit(main())
