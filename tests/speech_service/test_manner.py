"""Manners of saying the same in a translation, and whole files of real messages, as the stand-in's own switches."""

from __future__ import annotations

from dataclasses import replace

import pytest

from custom_components.azure_speech_live.speech import Mode, Synthesis, TranslationOptions
from tests.speech.caller import AUDIO, CONVERSATION, SAID, Source, calling, listen

from . import Dialect, Legible, Scripted, ScriptedSynthesizer, SpeechService, Utterance
from .engines import Status
from .engines.scripted_translation import spoken
from .manner import MANNERS, USUAL, combined
from .raw_client import bodies, connected
from .real import REAL

TARGETS = ("de", "zh-Hans")
OPTIONS = TranslationOptions(mode=Mode.CONVERSATION, targets=TARGETS)


@pytest.mark.parametrize("dialect", list(Dialect))
@pytest.mark.parametrize("name", MANNERS)
async def test_translation(name: str, dialect: Dialect) -> None:
    """Our client has the same of every one: it is one connection, all words, and all translations that there are."""
    async with (
        SpeechService(Legible(), manner=MANNERS[name], dialect=dialect) as service,
        calling(service.url) as client,
    ):
        heard = await listen(client, Source(AUDIO[Mode.CONVERSATION]), OPTIONS)
        assert (heard.error, heard.transcript) == (None, SAID[Mode.CONVERSATION])
        for phrase in (phrase for phrase in heard.phrases if phrase.text):
            expected = {} if dialect is Dialect.PLAIN else {target: f"[{target}] {phrase.text}" for target in TARGETS}
            assert phrase.translations == expected
            assert bool(phrase.translation_error) == (dialect is Dialect.PLAIN)
        assert len(service.attempts) == 1


async def test_silence_that_ends_turns_in_a_conversation() -> None:
    engine = Scripted(
        [Utterance(text="First.", end=1.0), Utterance(status=Status.NO_MATCH, start=1.0, end=2.0)],
        [Utterance(text="Second.")],
    )
    async with (
        SpeechService(engine, manner=MANNERS["untimed-silence"]) as service,
        calling(service.url) as client,
    ):
        heard = await listen(client, Source(bytes(4 * 32_000), pace=4.0), CONVERSATION)
        assert (heard.error, heard.transcript) == (None, "First. Second.")
        assert [len(connection.turns) for connection in service.connections] == [2]


@pytest.mark.parametrize("dialect", [Dialect.PHRASE, Dialect.RESPONSE])
async def test_every_target_is_spoken(dialect: Dialect) -> None:
    options = replace(OPTIONS, mode=Mode.INTERACTIVE, voice="de-DE-KatjaNeural")
    async with (
        SpeechService(Legible(), manner=MANNERS["every-target"], dialect=dialect) as service,
        calling(service.url) as client,
    ):
        heard = await listen(client, Source(AUDIO[Mode.INTERACTIVE]), options)
        audio = b"".join(event.audio for event in heard.events if isinstance(event, Synthesis))
        text = SAID[Mode.INTERACTIVE]
        assert audio.startswith(spoken(f"[de] {text}"))
        assert len(service.connections[0].turns) == 1


@pytest.mark.parametrize(("rate", "channels"), [(8000, 1), (16000, 2), (24000, 1)])
async def test_voices_of_other_formats(rate: int, channels: int) -> None:
    options = replace(OPTIONS, mode=Mode.INTERACTIVE, voice="de-DE-KatjaNeural")
    synthesizer = ScriptedSynthesizer(rate=rate, channels=channels)
    async with (
        SpeechService(Legible(), synthesizer=synthesizer) as service,
        calling(service.url) as client,
    ):
        heard = await listen(client, Source(AUDIO[Mode.INTERACTIVE]), options)
        audio = b"".join(event.audio for event in heard.events if isinstance(event, Synthesis))
        assert audio == spoken(f"[de] {SAID[Mode.INTERACTIVE]}", rate, channels)


def test_manners_can_be_combined() -> None:
    manner = combined(["lf", "no-ids", "pings"], MANNERS, USUAL)
    assert (manner.newline, manner.identified, manner.pings, manner.timed) == ("\n", False, 0.05, True)


async def test_a_manner_is_what_the_client_gets() -> None:
    manner = combined(["lower-case-headers", "lf", "numbers", "nulls"], MANNERS, USUAL)
    async with SpeechService(Legible(), manner=manner) as service, connected(service.url) as client:
        received = await client.recognize(AUDIO[Mode.INTERACTIVE])
        (phrase,) = bodies(received, "speech.phrase")
        assert (phrase["RecognitionStatus"], phrase["NBest"]) == (0, None)
        assert all("path:" in str(message) and "\r" not in str(message) for message in client.raw)


async def test_a_real_message_is_said() -> None:
    behaviour = REAL["forbidden_free_quota"].behaviour()
    async with SpeechService(Legible(), behaviours=lambda _: behaviour) as service, connected(service.url) as client:
        (phrase,) = bodies(await client.recognize(AUDIO[Mode.INTERACTIVE]), "speech.phrase")
        assert phrase["RecognitionStatus"] == "Forbidden"
