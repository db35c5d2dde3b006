"""The demo's command line.

Run by itself, it says for which group of scripts/setup the arguments are. That is before there is any set-up: it asks
for no more than any Python 3, and for nothing of ours.
"""

import argparse
import os
from pathlib import Path

COMMAND = "Turn on the kitchen light"


def parse() -> argparse.Namespace:
    """Return the arguments, and with them the Azure resource to use, `key` and `region`, which are empty if none is.

    Ends us if they make no sense.
    """
    parser = argparse.ArgumentParser(
        prog="scripts/demo",
        description="A spoken command turns on a light, and is answered aloud.",
        epilog="The exit status is 0 only if it worked: something in the house changed, a question was answered, or "
        "a translation was heard; and what was said could be heard. With AZURE_SPEECH_KEY and AZURE_SPEECH_REGION set, "
        "Azure hears and speaks instead of the stand-in.",
        allow_abbrev=False,
    )
    parser.add_argument("--once", action="store_true", help="end when the command was carried out and answered")
    instead = parser.add_mutually_exclusive_group()
    instead.add_argument(
        "--outage",
        action="store_true",
        help="take the service away in mid-sentence: the home's own engines understand the command and answer it",
    )
    instead.add_argument(
        "--translate",
        action="store_true",
        help="translate a spoken announcement to Spanish and Catalan instead, and play the Spanish one on a speaker",
    )
    instead.add_argument(
        "--pause",
        action="store_true",
        help='stop for a moment after "turn on the ...", to a recognizer as it comes, and to one that ends a command '
        "when it is complete: what is heard then, side by side",
    )
    instead.add_argument(
        "--captions",
        action="store_true",
        help="have two people talk in front of a tablet instead: captions of both languages, and a translation",
    )
    parser.add_argument(
        "--save",
        metavar="FILE",
        type=Path,
        help="a WAV file for what is said: the answer (default: a new file in the folder for temporary ones), or with "
        "--translate what the speaker played (default: not kept); with --captions a PNG file of the card",
    )
    what = parser.add_mutually_exclusive_group()
    what.add_argument("--say", metavar="TEXT", help=f'what to say (default: "{COMMAND}", or an announcement)')
    what.add_argument("--wav", metavar="FILE", type=Path, help="a recording of it, in any format")
    arguments = parser.parse_args()
    arguments.key = os.environ.get("AZURE_SPEECH_KEY", "").strip()
    arguments.region = os.environ.get("AZURE_SPEECH_REGION", "").strip()
    if bool(arguments.key) != bool(arguments.region):
        parser.error("set both AZURE_SPEECH_KEY and AZURE_SPEECH_REGION, or neither")
    if arguments.outage and arguments.key:
        parser.error("--outage cannot take Azure itself away: unset AZURE_SPEECH_KEY and AZURE_SPEECH_REGION")
    if arguments.pause and (arguments.say or arguments.wav or arguments.save):
        parser.error("--pause has a sentence of its own, and no answer is heard")
    if arguments.captions and (arguments.say or arguments.wav or arguments.key):
        parser.error("--captions has a conversation of its own, which only the stand-in knows")
    if arguments.wav and not arguments.wav.is_file():
        parser.error(f"there is no file {arguments.wav}")
    if arguments.save and (arguments.save.is_dir() or not arguments.save.parent.is_dir()):
        parser.error(f"--save needs the name of a file, in a folder that exists: {arguments.save}")
    return arguments


if __name__ == "__main__":
    given = parse()
    print("test" if given.captions else "translate" if given.translate and not given.key else "demo")  # noqa: T201 - for scripts/demo; Azure needs no engines of ours
