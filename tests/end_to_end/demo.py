"""The demo, ``scripts/demo``: a spoken command turns on a light, with everything real and on this machine.

It starts the stand-in Speech service with a recogniser in it, starts Home Assistant, adds the integration as a
person would, speaks, and prints what happens while it happens. With ``--translate`` a spoken announcement is
translated instead, and played on a speaker. Its exit status is 0 only if that worked.
"""

import argparse
import asyncio
from contextlib import AsyncExitStack
import os
from pathlib import Path
import secrets
import shutil
import signal
import sys
import tempfile
from typing import Any

from .connection import Connection, HomeAssistantError
from .home_assistant import PASSWORD, USERNAME, HomeAssistant
from .microphone import BYTES_PER_SECOND, SoundError, microphone, recorded, spoken
from .process import ProcessError
from .screen import Screen
from .stand_in import RECOGNIZER, TRANSLATOR, stand_in
from .translation import ANNOUNCEMENT, SPEAKER_SOUND, translate

COMMAND = "Turn on the kitchen light"
_LIGHT = "light.kitchen_light"


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


async def start(
    screen: Screen, stack: AsyncExitStack, config: Path, *, translating: bool
) -> tuple[HomeAssistant, Connection, str]:
    """Start the Speech service, and Home Assistant on the empty folder `config`, and add the integration.

    Return Home Assistant, a connection to it, and the id of the integration's entry. All of it ends with `stack`.
    """
    screen.title("Starting")
    if key := os.environ.get("AZURE_SPEECH_KEY"):
        endpoint = os.environ["AZURE_SPEECH_REGION"]
        screen.line("Speech service", f"Azure's own, in the region {endpoint}: the recording leaves this machine")
    else:
        key = secrets.token_hex(16)
        engines = TRANSLATOR if translating else RECOGNIZER
        endpoint, _ = await stack.enter_async_context(stand_in(key=key, engines=engines))
        screen.line("Speech service", f"a stand-in at {endpoint}, in which PocketSphinx recognises")
        if translating:
            screen.line("", "(only a few announcements), Apertium translates (word by word, by rules)")
            screen.line("", "and espeak-ng speaks (like a robot): they show the way, not how good Azure is")
    screen.line("Home Assistant", "starts, which takes a while")
    home = await stack.enter_async_context(HomeAssistant.run(config))
    connection = await stack.enter_async_context(home.connect())
    screen.line("Home Assistant", f"{(await connection.call('get_config'))['version']} at {home.url}")
    step = await home.add_integration(endpoint, key)
    if step["type"] != "create_entry":
        raise HomeAssistantError(f"The integration was not added: {step.get('errors') or step.get('reason')}")
    screen.line("integration", f'"{step["title"]}" added through its form, which tried the key')
    return home, connection, step["result"]["entry_id"]


async def demo(arguments: argparse.Namespace) -> bool:
    """Run the demo. Return whether the command, or the translation, worked."""
    screen = Screen()
    text = arguments.say or (ANNOUNCEMENT if arguments.translate else COMMAND)
    if arguments.wav:
        title, sound = f"Playing {arguments.wav}", recorded(arguments.wav)
    else:
        title, sound = f'Saying "{text}"', spoken(text)
    title += f" ({len(sound) / BYTES_PER_SECOND:.1f} s)"
    expected = "" if arguments.say or arguments.wav else text
    async with AsyncExitStack() as stack:
        config = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="azure-speech-live-")))
        home, connection, entry_id = await start(screen, stack, config, translating=arguments.translate)
        if arguments.translate:
            screen.title(f"{title}, into a recording, and translating that")
            done = await translate(screen, home, connection, config=config, sound=sound, expected=expected)
        else:
            recognizer = await connection.recognizer(entry_id)
            pipeline = await connection.create_pipeline(recognizer)
            screen.line("pipeline", f'"Azure Speech Live" listens through {recognizer}')
            screen.title(f"{title} at the pace of a microphone")
            screen.line("house", f"Kitchen light: {await connection.state(_LIGHT)}")
            done = await speak(screen, home, connection, pipeline, sound)
            done = done and (not expected or await connection.state(_LIGHT) == "on")
        if arguments.save and (config / SPEAKER_SOUND).exists():
            shutil.copy(config / SPEAKER_SOUND, arguments.save)
            screen.line("saved", f"what the speaker played: {arguments.save}")
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
    # No abbreviations: scripts/demo looks for --translate as well.
    parser = argparse.ArgumentParser(
        prog="scripts/demo", description="A spoken command turns on a light.", allow_abbrev=False
    )
    parser.add_argument("--once", action="store_true", help="end when the command was carried out")
    parser.add_argument(
        "--translate",
        action="store_true",
        help="translate a spoken announcement to Spanish and Catalan instead, and play the Spanish one on a speaker",
    )
    parser.add_argument("--save", metavar="FILE", type=Path, help="--translate: keep what the speaker played, as WAV")
    what = parser.add_mutually_exclusive_group()
    what.add_argument("--say", metavar="TEXT", help=f'what to say (default: "{COMMAND}", or "{ANNOUNCEMENT}")')
    what.add_argument("--wav", metavar="FILE", type=Path, help="a recording of it, in any format")
    parser.epilog = "With AZURE_SPEECH_KEY and AZURE_SPEECH_REGION set, Azure recognises instead of the stand-in."
    arguments = parser.parse_args()
    arguments.open = False
    if ("AZURE_SPEECH_KEY" in os.environ) != ("AZURE_SPEECH_REGION" in os.environ):
        parser.error("set both AZURE_SPEECH_KEY and AZURE_SPEECH_REGION, or neither")
    if arguments.save and not (arguments.translate and arguments.save.parent.is_dir()):
        parser.error("--save needs --translate, and a folder that exists")
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
