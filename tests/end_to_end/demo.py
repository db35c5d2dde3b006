"""The demo, ``scripts/demo``: a spoken command turns on a light and is answered, all of it real and on this machine.

It starts the stand-in Speech service with a recogniser and a voice in it, starts Home Assistant, adds the integration
as a person would, speaks, listens, and prints what happens while it happens. With ``--translate`` a spoken announcement
is translated instead, and played on a speaker; with ``--captions`` two people talk in front of a tablet. With
``--outage`` the service goes away in mid-sentence, with ``--pause`` the person stops amid the command. Its exit status
is 0 only if that worked.
"""

import argparse
import asyncio
from contextlib import AsyncExitStack
import json
from pathlib import Path
import secrets
import shutil
import signal
import sys
import tempfile
from typing import Any

from tests.machine import new_machine

from .answer import Answer
from .arguments import COMMAND, parse
from .connection import Connection, HomeAssistantError
from .home_assistant import PASSWORD, USERNAME, HomeAssistant
from .microphone import BYTES_PER_SECOND, SoundError, recorded, spoken
from .outage import Outage
from .pause import PARTS, PAUSE, compare, paused
from .process import ROOT, Process, ProcessError
from .screen import Screen
from .stand_in import CONVERSATION_ENGINES, RECOGNIZER, TRANSLATOR, stand_in
from .translation import ANNOUNCEMENT, SPEAKER_SOUND, translate

_LIGHT = "light.kitchen_light"
_LIGHT_THAT_IS_ON = "light.bedroom_light"  # so that there is something to turn off
_SWITCHED = ("light.", "switch.")
_CHANGE_SECONDS = 5  # Home Assistant answers before a slow device has done it
_ENGLISH = ROOT / "custom_components" / "azure_speech_live" / "translations" / "en.json"


async def speak(
    screen: Screen,
    home: HomeAssistant,
    connection: Connection,
    pipeline: str,
    answer: Answer,
    *,
    outage: Outage | None = None,
) -> bool:
    """Speak into the pipeline and print what comes of it. Return whether the house did as it was told.

    That is: something in it changed. What asks for no change, as a question, needs an answer only.
    """
    changed = asyncio.Event()
    partials = asyncio.create_task(outage.come(screen, home) if outage else _print_partials(screen, home))
    changes = asyncio.create_task(_print_changes(screen, connection, changed))
    done = False
    try:
        async for event in connection.run_pipeline(pipeline, answer.command(), end_stage="tts"):
            answer.take(event)
            if event["type"] == "stt-end":
                # The two ways of hearing about it are not equally quick: the partial transcripts come first.
                await asyncio.wait([partials], timeout=5)
            if news := _news(event):
                screen.line(*news)
            if event["type"] == "intent-end":
                done = await _is_done(screen, event["data"]["intent_output"]["response"], changed)
    finally:
        for task in (partials, changes):
            task.cancel()
        await asyncio.wait([partials, changes])
    return done


async def _print_partials(screen: Screen, home: HomeAssistant) -> None:
    async for text in home.partial_transcripts():
        screen.line("hears", f"{text} ...")


async def _print_changes(screen: Screen, connection: Connection, changed: asyncio.Event) -> None:
    async for event in connection.subscribe("subscribe_events", event_type="state_changed"):
        state = event["data"]["new_state"]
        if state and state["entity_id"].startswith(_SWITCHED):
            _print_state(screen, state)
            changed.set()


def _print_state(screen: Screen, state: dict[str, Any]) -> None:
    screen.line("house", f"{state['attributes']['friendly_name']}: {state['state']}")


async def _is_done(screen: Screen, response: dict[str, Any], changed: asyncio.Event) -> bool:
    """Return whether an intent's response is a success, and true: what was to change has changed."""
    if response["response_type"] == "error":
        return False
    if response["response_type"] == "query_answer" or not response["data"]["success"]:
        return True  # nothing in the house was to change
    try:
        await asyncio.wait_for(changed.wait(), _CHANGE_SECONDS)
    except TimeoutError:
        screen.line("house", "nothing has changed")
        return False
    return True


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


def _reason(step: dict[str, Any]) -> str:
    """Return what the form says when it does not accept what was filled in, as the household reads it."""
    if step["type"] == "abort":
        return str(step["reason"])
    words = json.loads(_ENGLISH.read_text())["config"]["error"]
    return " ".join(words[key].format(**step["description_placeholders"]) for key in step["errors"].values())


async def start(
    screen: Screen, stack: AsyncExitStack, config: Path, arguments: argparse.Namespace
) -> tuple[HomeAssistant, Connection, str, Process | None]:
    """Start the Speech service, and Home Assistant on the empty folder `config`, and add the integration.

    Return Home Assistant, a connection to it, the id of the integration's entry, and the stand-in, unless it is Azure
    itself. All of it ends with `stack`.
    """
    service = None
    screen.title("Starting")
    endpoint, key = arguments.region, arguments.key
    if key:
        screen.line("Speech service", f"Azure's own, in the region {endpoint}: the recording leaves this machine")
    else:
        key = secrets.token_hex(16)
        engines = CONVERSATION_ENGINES if arguments.captions else TRANSLATOR if arguments.translate else RECOGNIZER
        endpoint, service = await stack.enter_async_context(stand_in(key=key, engines=engines))
        if arguments.captions:
            screen.line("Speech service", f"a stand-in at {endpoint}, which knows a conversation by its sound")
        else:
            screen.line("Speech service", f"a stand-in at {endpoint}, in which PocketSphinx recognises")
        if not arguments.translate:
            screen.line("", "and espeak-ng speaks (like a robot)")
        else:
            screen.line("", "(only a few announcements), Apertium translates (word by word, by rules)")
            screen.line("", "and espeak-ng speaks (like a robot): they show the way, not how good Azure is")
    screen.line("Home Assistant", "starts, which takes a while")
    home = await stack.enter_async_context(HomeAssistant.run(config))
    connection = await stack.enter_async_context(home.connect())
    screen.line("Home Assistant", f"{(await connection.call('get_config'))['version']} at {home.url}")
    step = await home.add_integration(endpoint, key)
    if step["type"] != "create_entry":
        raise HomeAssistantError(f"The integration was not added. {_reason(step)}")
    screen.line("integration", f'"{step["title"]}" added through its form, which tried the key')
    return home, connection, step["result"]["entry_id"], service


async def demo(arguments: argparse.Namespace, folder: Path) -> bool:
    """Run the demo, with what it writes in `folder`. Return whether the command, or the translation, worked."""
    screen = Screen()
    text = arguments.say or (ANNOUNCEMENT if arguments.translate else COMMAND)
    if arguments.pause:
        title, sound = f'Saying "{" ... ".join(PARTS)}"', paused()
    elif arguments.wav:
        title, sound = f"Playing {arguments.wav}", recorded(arguments.wav)
    else:
        title, sound = f'Saying "{text}"', spoken(text)
    title += f" ({len(sound) / BYTES_PER_SECOND:.1f} s)"
    expected = "" if arguments.say or arguments.wav else text
    async with AsyncExitStack() as stack:
        (config := folder / "config").mkdir()
        home, connection, entry_id, service = await start(screen, stack, config, arguments)
        if arguments.translate:
            screen.title(f"{title}, into a recording, and translating that")
            done = await translate(screen, home, connection, config=config, sound=sound, expected=expected)
        elif arguments.pause:
            pipeline = await connection.create_pipeline(entry_id)
            screen.title(f"{title} at the pace of a microphone, with a pause of {PAUSE} s")
            done = await compare(screen, home, connection, pipeline, entry_id=entry_id, sound=sound)
        else:
            outage = None
            if arguments.outage and service:
                outage = await Outage.prepare(screen, stack, home, connection, entry_id=entry_id, azure=service)
            pipeline = await connection.create_pipeline(entry_id)
            await home.post("/api/services/light/turn_on", json={"entity_id": _LIGHT_THAT_IS_ON})
            await home.post("/api/services/switch/turn_off", json={"entity_id": "all"})  # they know no state until then
            ear, mouth = [await connection.entity(entry_id, domain) for domain in ("stt", "tts")]
            screen.line("pipeline", f'"Azure Speech Live" listens through {ear} and speaks through {mouth}')
            screen.title(f"{title} at the pace of a microphone")
            for state in await connection.call("get_states"):
                if state["entity_id"].startswith(_SWITCHED):
                    _print_state(screen, state)
            answer = Answer(screen, home, sound)
            done = await speak(screen, home, connection, pipeline, answer, outage=outage)
            done = await answer.save(arguments.save) and done
            done = (outage is None or await outage.is_told(screen, connection)) and done
            done = done and (not expected or await connection.state(_LIGHT) == "on")
        if arguments.translate and arguments.save and (config / SPEAKER_SOUND).exists():
            shutil.copy(config / SPEAKER_SOUND, arguments.save)
            screen.line("saved", f"what the speaker played: {arguments.save}")
        await _end(arguments, home, done=done)
    return done


async def demo_captions(arguments: argparse.Namespace, folder: Path) -> bool:
    """Run the demo of the card, with what it writes in `folder`. Return whether it showed all that was said."""
    # Only here: it needs a browser, which is not set up for the rest.
    from .captions_demo import caption  # noqa: PLC0415

    screen = Screen()
    async with AsyncExitStack() as stack:
        (config := folder / "config").mkdir()
        home, connection, _, _ = await start(screen, stack, config, arguments)
        screen.title("Two people talk in the kitchen, in English and in German")
        done = await caption(screen, home, connection, arguments.save)
        await _end(arguments, home, done=done)
    return done


async def _end(arguments: argparse.Namespace, home: HomeAssistant, *, done: bool) -> None:
    """Say whether it worked, and leave Home Assistant open unless that is not wanted."""
    print("\nIt worked." if done else "\nIt did not work.")

    if not arguments.once:
        print(f'\nHome Assistant stays open at {home.url}  (user "{USERNAME}", password "{PASSWORD}")')
        print("Ctrl-C ends it.", flush=True)
        arguments.open = True
        await asyncio.Event().wait()


async def _run(arguments: argparse.Namespace, folder: Path) -> bool:
    task = asyncio.current_task()
    assert task is not None
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        # Once only: a second Ctrl-C must not stop us from stopping what we started.
        asyncio.get_running_loop().add_signal_handler(number, lambda: task.cancelling() or task.cancel())
    return await (demo_captions if arguments.captions else demo)(arguments, folder)


def main() -> int:
    """Return the exit status."""
    arguments = parse()
    arguments.open = False
    if not (arguments.save or arguments.translate or arguments.pause):  # where it is still there when the demo is not
        kind = "png" if arguments.captions else "wav"
        arguments.save = Path(tempfile.gettempdir()) / f"azure-speech-live-{secrets.token_hex(4)}.{kind}"
    try:
        with tempfile.TemporaryDirectory(prefix="azure-speech-live-") as name, new_machine(folder := Path(name)):
            return 0 if asyncio.run(_run(arguments, folder)) else 1
    except asyncio.CancelledError:
        print("\nEnded." if arguments.open else "\nInterrupted.")
        return 0 if arguments.open else 128 + signal.SIGINT
    except (HomeAssistantError, ProcessError, SoundError) as err:
        print(f"\n{err}", file=sys.stderr)
        return 1


if __name__ == "__main__":
    sys.exit(main())
