"""What it takes to import an integration: ``python -m tests.benchmarks.contenders.imports MODULE...``.

Home Assistant and what every installation of it has loaded is imported before. It prints one line of JSON.
"""

from __future__ import annotations

from importlib import import_module
import sys
from typing import Final

from tests.benchmarks.clock import now, say
from tests.memory import memory

HOME_ASSISTANT: Final = (
    "homeassistant.bootstrap",
    "homeassistant.components.assist_pipeline",
    "homeassistant.components.ffmpeg",
    "homeassistant.components.http",
    "homeassistant.components.media_source",
    "homeassistant.components.stt",
    "homeassistant.components.websocket_api",
    "homeassistant.helpers.aiohttp_client",
)


def main() -> None:
    """Import and print what it took."""
    for module in HOME_ASSISTANT:
        import_module(module)
    before, begun = memory(), now()
    for module in sys.argv[1:]:
        import_module(module)
    seconds = (now() - begun) / 1e9
    say({"seconds": seconds, "memory": memory() - before})


if __name__ == "__main__":
    main()
