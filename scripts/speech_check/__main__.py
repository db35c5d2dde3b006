"""``scripts/speech``: says what the Speech service hears in a recording or at this machine's microphone.

Its exit status is 0 if something was recognised (or the devices could be listed), 1 if not, 2 if it was asked wrongly.
"""

import argparse
import asyncio
import math
import os
from pathlib import Path
import signal
import sys
from typing import Final

from custom_components.azure_speech_live.microphone import MicrophoneError, list_devices
from custom_components.azure_speech_live.speech import (
    LANGUAGES,
    TRANSLATION_LANGUAGES,
    Credentials,
    Endpoint,
    Mode,
    RecognitionOptions,
    SpeechError,
    TranslationOptions,
)
from custom_components.azure_speech_live.speech.pasted import read_endpoint, read_key, sort_out

from .recognition import Heard, recognize
from .screen import Screen, hush_libraries
from .sources import RecordingError, microphone, recording
from .words import explained

ENVIRONMENT: Final = """\
environment:
  AZURE_SPEECH_KEY       key 1 or key 2 of the Speech resource
  AZURE_SPEECH_REGION    its region, such as westeurope
  AZURE_SPEECH_ENDPOINT  in the region's place: its own endpoint, or a container's, such as ws://192.168.1.20:5000
"""


def seconds(text: str) -> float:
    """Return for how long to listen. Raises ArgumentTypeError."""
    try:
        value = float(text)
    except ValueError:
        value = 0.0
    if not 0 < value < math.inf:
        raise argparse.ArgumentTypeError(f"{text} is not a number above 0")
    return value


def parsed(arguments: list[str] | None = None) -> tuple[argparse.ArgumentParser, argparse.Namespace]:
    """Return what was asked for."""
    parser = argparse.ArgumentParser(
        prog="scripts/speech",
        description="Tries a Speech resource from this terminal, without Home Assistant.",
        epilog=ENVIRONMENT,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    commands.add_parser("devices", help="list the microphones of this machine")
    recognizing = commands.add_parser("recognize", help="write down what is said")
    translating = commands.add_parser("translate", help="write down what is said, in other languages")
    for command in (recognizing, translating):
        command.add_argument("--wav", metavar="FILE", type=Path, help="a recording: WAV, 16 bit, any rate")
        command.add_argument("--device", metavar="NAME", help="a microphone (default: the system's choice)")
        command.add_argument(
            "--language",
            metavar="LOCALE",
            action="append",
            choices=LANGUAGES,
            help="what is spoken, such as de-DE (default: en-US); given several times, it is found out",
        )
        command.add_argument(
            "--seconds", metavar="N", type=seconds, default=30.0, help="listen for so long at most (default: 30)"
        )
        command.add_argument(
            "--continuous", action="store_true", help="go on after the first phrase, to the end (or Ctrl-C)"
        )
        command.add_argument("--verbose", action="store_true", help="show what the sound libraries say, too")
    translating.add_argument(
        "--to",
        metavar="LANGUAGE",
        action="append",
        choices=TRANSLATION_LANGUAGES,
        required=True,
        help="a language such as es; may be given several times",
    )
    return parser, parser.parse_args(arguments)


def resource(parser: argparse.ArgumentParser) -> tuple[Endpoint, Credentials]:
    """Return the resource that the environment names."""
    key = os.environ.get("AZURE_SPEECH_KEY", "")
    place = os.environ.get("AZURE_SPEECH_ENDPOINT") or os.environ.get("AZURE_SPEECH_REGION", "")
    if not key or not place:
        parser.error("set AZURE_SPEECH_KEY, and AZURE_SPEECH_REGION or AZURE_SPEECH_ENDPOINT")
    place, key = sort_out(place, key)
    try:
        endpoint = read_endpoint(place)
    except ValueError:
        parser.error("what is set is neither a region nor an endpoint: copy it from the Azure portal")
    try:
        return endpoint, Credentials(key=read_key(key))
    except ValueError:
        parser.error("AZURE_SPEECH_KEY cannot be a key, which is made of letters and digits: copy it again")


def options(arguments: argparse.Namespace) -> RecognitionOptions:
    """Return how to recognise."""
    languages = list(dict.fromkeys(arguments.language or ["en-US"]))
    mode = Mode.CONVERSATION if arguments.continuous else Mode.INTERACTIVE
    candidates = tuple(languages) if len(languages) > 1 else ()
    if arguments.command == "translate":
        return TranslationOptions(
            language=languages[0], candidates=candidates, mode=mode, targets=tuple(dict.fromkeys(arguments.to))
        )
    return RecognitionOptions(language=languages[0], candidates=candidates, mode=mode)


async def show_devices(screen: Screen) -> bool:
    """List the microphones. Return whether there is one."""
    devices = await list_devices()
    for device in devices:
        screen.line(f"{'*' if device.default else ' '} {device.name}")
    screen.line("\n* the system's choice" if devices else "There is no microphone.")
    return bool(devices)


async def run(parser: argparse.ArgumentParser, arguments: argparse.Namespace, screen: Screen) -> bool:
    """Do what was asked for. Return whether it worked."""
    if arguments.command == "devices":
        return await show_devices(screen)
    if arguments.wav and not arguments.wav.is_file():
        parser.error(f"there is no file {arguments.wav}")
    endpoint, credentials = resource(parser)
    stop = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGINT, stop.set)
    opening = (
        recording(arguments.wav, arguments.seconds, stop)
        if arguments.wav
        else microphone(arguments.device, arguments.seconds, stop)
    )
    async with opening as source:
        screen.line(f"{source.name} -> {endpoint.unique_id}")
        heard: Heard = await recognize(screen, source, endpoint, credentials, options(arguments))
    for line in heard.timings():
        screen.line(line)
    if not heard.phrases:
        screen.line("Nothing was recognised: was there something to hear, in the language that was asked for?")
    return heard.phrases > 0


def main() -> int:
    """Return the exit status."""
    parser, arguments = parsed()
    screen = Screen()
    if not getattr(arguments, "verbose", False):
        hush_libraries()
    try:
        return 0 if asyncio.run(run(parser, arguments, screen)) else 1
    except (SpeechError, MicrophoneError, RecordingError) as err:
        screen.clear()
        print(explained(err), file=sys.stderr)
        return 1


if __name__ == "__main__":
    sys.exit(main())
