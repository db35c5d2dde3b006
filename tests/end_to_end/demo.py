"""The demo, ``scripts/demo``: a spoken command turns on a light, with everything real and on this machine.

It starts the stand-in Speech service with a recogniser in it, starts Home Assistant, adds the integration as a
person would, speaks, and prints what happens while it happens. Its exit status is 0 only if the command worked.
"""

import argparse
import asyncio
from contextlib import AsyncExitStack
import os
from pathlib import Path
import secrets
import signal
import sys
import tempfile
import time
from typing import Any

from .connection import Connection, HomeAssistantError
from .home_assistant import PASSWORD, USERNAME, HomeAssistant
from .microphone import BYTES_PER_SECOND, SoundError, microphone, recorded, spoken
from .process import ProcessError
from .stand_in import stand_in

COMMAND = "Turn on the kitchen light"
_LIGHT = "light.kitchen_light"


class Screen:
    """What the demo prints: one short line for each thing that happens, with the seconds since the last title."""

    def __init__(self) -> None:
        self._start = time.monotonic()

    def title(self, text: str) -> None:
        """Print a title, and count the seconds from here."""
        self._start = time.monotonic()
        print(f"\n{text}", flush=True)

    def line(self, what: str, text: str) -> None:
        """Print what has happened just now."""
        print(f"{time.monotonic() - self._start:6.2f} s  {what:<14}  {text}", flush=True)


async def speak(screen: Screen, home: HomeAssistant, connection: Connection, pipeline: str, sound: bytes) -> bool:
    """Speak into the pipeline and print what comes of it. Return whether Home Assistant did as it was told."""
    partials = asyncio.create_task(_print_partials(screen, home))
    changes = asyncio.create_task(_print_changes(screen, connection))
    done = False
    try:
        async for event in connection.run_pipeline(pipeline, microphone(sound)):
            if event["type"] == "stt-end":
                # The two ways of hearing about it are not equally quick: the partial transcripts come first.
                await asyncio.wait([partials], timeout=5)
            if news := _news(event):
                screen.line(*news)
            if event["type"] == "intent-end":
                done = event["data"]["intent_output"]["response"]["response_type"] != "error"
    finally:
        for task in (partials, changes):
            task.cancel()
        await asyncio.wait([partials, changes])
    return done


async def _print_partials(screen: Screen, home: HomeAssistant) -> None:
    async for text in home.partial_transcripts():
        screen.line("hears", f"{text} ...")


async def _print_changes(screen: Screen, connection: Connection) -> None:
    async for event in connection.subscribe("subscribe_events", event_type="state_changed"):
        state = event["data"]["new_state"]
        if state and state["entity_id"].startswith(("light.", "switch.")):
            screen.line("house", f"{state['attributes']['friendly_name']}: {state['state']}")


def _news(event: dict[str, Any]) -> tuple[str, str] | None:
    """Return what a pipeline's event means to a person."""
    match event:
        case {"type": "stt-start"}:
            return "microphone", "speech begins"
        case {"type": "stt-vad-end"}:
            return "Home Assistant", "noticed the end of speech"
        case {"type": "stt-end", "data": {"stt_output": {"text": text}}}:
            return "heard", text
        case {"type": "intent-end", "data": {"intent_output": {"response": response}}}:
            return "answer", response["speech"]["plain"]["speech"]
        case {"type": "error", "data": {"message": message}}:
            return "error", message
    return None


async def demo(arguments: argparse.Namespace) -> bool:
    """Run the demo. Return whether the command worked."""
    screen = Screen()
    command = arguments.say or COMMAND
    if arguments.wav:
        title, sound = f"Playing {arguments.wav}", recorded(arguments.wav)
    else:
        title, sound = f'Saying "{command}"', spoken(command)
    async with AsyncExitStack() as stack:
        screen.title("Starting")
        if key := os.environ.get("AZURE_SPEECH_KEY"):
            endpoint = os.environ["AZURE_SPEECH_REGION"]
            screen.line("Speech service", f"Azure's own, in the region {endpoint}: the recording leaves this machine")
        else:
            key = secrets.token_hex(16)
            endpoint, _ = await stack.enter_async_context(stand_in(key=key))
            screen.line("Speech service", f"a stand-in at {endpoint}, in which PocketSphinx recognises")
        screen.line("Home Assistant", "starts, which takes a while")
        config = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="azure-speech-live-")))
        home = await stack.enter_async_context(HomeAssistant.run(config))
        connection = await stack.enter_async_context(home.connect())
        screen.line("Home Assistant", f"{(await connection.call('get_config'))['version']} at {home.url}")
        step = await home.add_integration(endpoint, key)
        if step["type"] != "create_entry":
            raise HomeAssistantError(f"The integration was not added: {step.get('errors') or step.get('reason')}")
        screen.line("integration", f'"{step["title"]}" added through its form, which tried the key')
        recognizer = await connection.recognizer(step["result"]["entry_id"])
        pipeline = await connection.create_pipeline(recognizer)
        screen.line("pipeline", f'"Azure Speech Live" listens through {recognizer}')

        screen.title(f"{title} ({len(sound) / BYTES_PER_SECOND:.1f} s) at the pace of a microphone")
        screen.line("house", f"Kitchen light: {await connection.state(_LIGHT)}")
        done = await speak(screen, home, connection, pipeline, sound)
        if not (arguments.say or arguments.wav):
            done = done and await connection.state(_LIGHT) == "on"
        print("\nIt worked." if done else "\nIt did not work.")

        if not arguments.once:
            print(f'\nHome Assistant stays open at {home.url}  (user "{USERNAME}", password "{PASSWORD}")')
            print("Ctrl-C ends it.", flush=True)
            arguments.open = True
            await asyncio.Event().wait()
    return done


async def _run(arguments: argparse.Namespace) -> bool:
    task = asyncio.current_task()
    assert task is not None
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        # Once only: a second Ctrl-C must not stop us from stopping what we started.
        asyncio.get_running_loop().add_signal_handler(number, lambda: task.cancelling() or task.cancel())
    return await demo(arguments)


def main() -> int:
    """Return the exit status."""
    parser = argparse.ArgumentParser(prog="scripts/demo", description="A spoken command turns on a light.")
    parser.add_argument("--once", action="store_true", help="end when the command was carried out")
    what = parser.add_mutually_exclusive_group()
    what.add_argument("--say", metavar="TEXT", help=f'the command to speak (default: "{COMMAND}")')
    what.add_argument("--wav", metavar="FILE", type=Path, help="a recording of a command, in any format")
    parser.epilog = "With AZURE_SPEECH_KEY and AZURE_SPEECH_REGION set, Azure recognises instead of the stand-in."
    arguments = parser.parse_args()
    arguments.open = False
    if ("AZURE_SPEECH_KEY" in os.environ) != ("AZURE_SPEECH_REGION" in os.environ):
        parser.error("set both AZURE_SPEECH_KEY and AZURE_SPEECH_REGION, or neither")
    try:
        return 0 if asyncio.run(_run(arguments)) else 1
    except asyncio.CancelledError:
        print("\nEnded." if arguments.open else "\nInterrupted.")
        return 0 if arguments.open else 128 + signal.SIGINT
    except (HomeAssistantError, ProcessError, SoundError) as err:
        print(f"\n{err}", file=sys.stderr)
        return 1


if __name__ == "__main__":
    sys.exit(main())
