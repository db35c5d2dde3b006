"""Runs the engines by themselves: ``python -m tests.wyoming_engines``.

Prints one line on stdout when they can be talked to, and ends on SIGINT or SIGTERM.
"""

from __future__ import annotations

import argparse
import asyncio
from pathlib import Path
import signal

from tests.speech_service.engines.pocketsphinx import Pocketsphinx

from .engines import Engines

_PHRASES = Path(__file__).parents[1] / "data" / "home_commands.txt"


def main() -> None:
    """Parse the command line and serve."""
    parser = argparse.ArgumentParser(prog="python -m tests.wyoming_engines", description=__doc__)
    parser.add_argument("--port", type=int, default=0, help="port of 127.0.0.1 to listen on (default: a free one)")
    parser.add_argument(
        "--delay", type=float, default=0.0, metavar="SECONDS", help="time that a transcript and a sentence take longer"
    )
    parser.add_argument("--failing", action="store_true", help="answer everything that is asked with an error")
    arguments = parser.parse_args()
    asyncio.run(_serve(arguments))


async def _serve(arguments: argparse.Namespace) -> None:
    ended = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, ended.set)
    ear = Pocketsphinx(_PHRASES.read_text().splitlines())
    engines = Engines(ear=ear, delay=arguments.delay, failing=arguments.failing)
    async with await asyncio.start_server(engines.serve, "127.0.0.1", arguments.port) as server:
        host, port = server.sockets[0].getsockname()[:2]
        print(f"Listening on tcp://{host}:{port}", flush=True)
        await ended.wait()
        server.abort_clients()
    ear.close()


if __name__ == "__main__":
    main()
