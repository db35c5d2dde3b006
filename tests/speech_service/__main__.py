"""Runs the stand-in Speech service by itself: ``python -m tests.speech_service``.

It recognises, translates and speaks: over WebSocket as the Speech SDKs do it, and over REST. Prints one line on stdout
when it is ready, logs to stderr, and ends on SIGINT or SIGTERM.
"""

from __future__ import annotations

import argparse
import asyncio
from dataclasses import replace
import logging
from pathlib import Path
import signal

from . import manner
from .answers import Dialect
from .engines import Engine, conversation
from .engines.apertium import Apertium
from .engines.by_sound import BySound
from .engines.espeak_ng import EspeakNg
from .engines.scripted import Scripted, Utterance
from .engines.scripted_translation import ScriptedSynthesizer, ScriptedTranslator
from .engines.speech import ScriptedSpeaker
from .engines.translation import Translator
from .manner import MANNERS, combined
from .per_minute import PerMinute
from .real import REAL
from .service import KEY, SpeechService
from .synthesis import delivery
from .synthesis.delivery import DELIVERIES
from .synthesis.refusals import THROTTLED
from .synthesis.synthesis import Synthesis


def main() -> None:
    """Parse the command line and serve."""
    parser = argparse.ArgumentParser(prog="python -m tests.speech_service", description=__doc__)
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on (default: %(default)s)")
    parser.add_argument("--port", type=int, default=0, help="port to listen on (default: a free one)")
    parser.add_argument("--key", action="append", help=f"subscription key to accept; repeatable (default: {KEY})")
    parser.add_argument(
        "--engine",
        choices=["scripted", "pocketsphinx", "known"],
        default="scripted",
        help="what recognises: always the same sentence, a real recogniser, or what knows a conversation by its sound "
        "(default: %(default)s)",
    )
    parser.add_argument("--conversation", type=Path, metavar="FILE", help="known, dictionary: the lines, as JSON")
    parser.add_argument("--say", metavar="TEXT", help="scripted: the sentence that every turn is heard to say")
    parser.add_argument("--phrases", type=Path, metavar="FILE", help="pocketsphinx: what may be said, a phrase a line")
    parser.add_argument(
        "--translator",
        choices=["scripted", "apertium", "dictionary"],
        default="scripted",
        help='what translates: "[es] text", the language pairs of Apertium, or the conversation itself '
        "(default: %(default)s)",
    )
    parser.add_argument(
        "--voice",
        choices=["scripted", "espeak-ng"],
        default="scripted",
        help="what speaks, translations and text: noise that tests can read, or espeak-ng (default: %(default)s)",
    )
    parser.add_argument(
        "--delivery",
        choices=DELIVERIES,
        action="append",
        default=[],
        metavar="DELIVERY",
        help=f"how speech comes; repeatable ({', '.join(DELIVERIES)})",
    )
    parser.add_argument("--first-audio", type=float, metavar="SECONDS", help="time from a text to the first audio")
    parser.add_argument("--pace", type=float, help="seconds of speech that are made in a second (default: any number)")
    parser.add_argument(
        "--per-minute", type=int, metavar="N", help="speak so often in a minute, and refuse more; the free tier's is 20"
    )
    parser.add_argument(
        "--dialect",
        choices=list(Dialect),
        type=Dialect,
        default=Dialect.PHRASE,
        help="messages of a translation: translation.phrase, or translation.response (default: %(default)s)",
    )
    parser.add_argument(
        "--manner",
        choices=MANNERS,
        action="append",
        default=[],
        metavar="MANNER",
        help=f"how messages are written; repeatable ({', '.join(MANNERS)})",
    )
    parser.add_argument(
        "--real",
        choices=REAL,
        metavar="NAME",
        help=f"say to every attempt what Microsoft's service was seen to say ({', '.join(REAL)})",
    )
    parser.add_argument("--log-level", default="WARNING", choices=["DEBUG", "INFO", "WARNING", "ERROR"])
    arguments = parser.parse_args()
    if (arguments.engine == "known" or arguments.translator == "dictionary") and not arguments.conversation:
        parser.error("the engine and the dictionary know what is in --conversation FILE")
    logging.basicConfig(level=arguments.log_level)
    asyncio.run(_serve(arguments))


async def _serve(arguments: argparse.Namespace) -> None:
    ended = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, ended.set)
    service = SpeechService(
        await _make_engine(arguments),
        translator=_make_translator(arguments),
        synthesizer=EspeakNg() if arguments.voice == "espeak-ng" else ScriptedSynthesizer(),
        dialect=arguments.dialect,
        synthesis=_make_synthesis(arguments),
        manner=combined(arguments.manner, MANNERS, manner.USUAL),
        behaviours=(lambda _: REAL[arguments.real].behaviour()) if arguments.real else (),
        host=arguments.host,
        port=arguments.port,
        keys=arguments.key or (KEY,),
        remember=False,
    )
    async with service:
        print(f"Listening on {service.url}", flush=True)
        await ended.wait()


def _make_synthesis(arguments: argparse.Namespace) -> Synthesis:
    times = {name: getattr(arguments, name) for name in ("first_audio", "pace") if getattr(arguments, name) is not None}
    limit = arguments.per_minute
    return Synthesis(
        speaker=EspeakNg() if arguments.voice == "espeak-ng" else ScriptedSpeaker(),
        delivery=replace(combined(arguments.delivery, DELIVERIES, delivery.USUAL), **times),
        per_minute=PerMinute(close=THROTTLED, requests=limit) if limit is not None else None,
    )


def _make_translator(arguments: argparse.Namespace) -> Translator:
    match arguments.translator:
        case "apertium":
            return Apertium()
        case "dictionary":
            return conversation.Dictionary(conversation.read(arguments.conversation))
    return ScriptedTranslator()


async def _make_engine(arguments: argparse.Namespace) -> Engine:
    if arguments.engine == "known":
        return BySound(await conversation.recordings(conversation.read(arguments.conversation)))
    if arguments.engine == "pocketsphinx":
        # Only here: it costs half a second and 40 MB that the scripted engine does without.
        from .engines.pocketsphinx import Pocketsphinx  # noqa: PLC0415

        phrases = arguments.phrases.read_text().splitlines() if arguments.phrases else []
        return Pocketsphinx(phrases)
    return Scripted([Utterance(text=arguments.say)]) if arguments.say else Scripted()


if __name__ == "__main__":
    main()
