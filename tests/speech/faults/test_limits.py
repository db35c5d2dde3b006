"""The service's own limits, at their full length: ten minutes for a connection, three without a message."""

from collections.abc import Sequence
from typing import Final

import pytest

from tests.speech_service import Legible, Limits, SpeechService
from tests.speech_service.engines.legible import silence, speak

from ..caller import BYTES_PER_SECOND, CONVERSATION, Source, calling, listen

PERIOD: Final = 10
"""Seconds from the beginning of one sentence to that of the next."""


def sentences(seconds: int) -> tuple[list[str], bytes]:
    """Return what is said in so much time, sentence by sentence, and as audio."""
    said = [f"This is sentence number {number}." for number in range(seconds // PERIOD)]
    return said, b"".join(_padded(speak(sentence)) for sentence in said)


def _padded(pcm: bytes) -> bytes:
    return pcm + silence(PERIOD - len(pcm) / BYTES_PER_SECOND)


def words(texts: Sequence[str]) -> list[str]:
    """Return the words of texts."""
    return " ".join(texts).split()


async def test_ten_minutes() -> None:
    """A connection ends in mid-stream, twice; every sentence is there once."""
    said, pcm = sentences(1260)
    async with SpeechService(Legible()) as service, calling(service.url) as client:
        heard = await listen(client, Source(pcm, pace=1.0, chunk=64_000), CONVERSATION)
        assert heard.error is None
        assert heard.transcript.split() == words(said)
        assert heard.seconds_more <= 0.01
        assert len(service.connections) == 3


@pytest.mark.parametrize("age", [11.3, 13.37])
async def test_connections_that_end_in_mid_sentence(age: float) -> None:
    said, pcm = sentences(120)
    async with SpeechService(Legible(), limits=Limits(age=age)) as service, calling(service.url) as client:
        heard = await listen(client, Source(pcm, pace=1.0, chunk=16_000), CONVERSATION)
        assert (heard.error, heard.transcript.split()) == (None, words(said))


async def test_offsets_go_on_over_connections() -> None:
    said, pcm = sentences(60)
    async with SpeechService(Legible(), limits=Limits(age=17.0)) as service, calling(service.url) as client:
        heard = await listen(client, Source(pcm, pace=1.0, chunk=16_000), CONVERSATION)
        offsets = [phrase.offset for phrase in heard.phrases if phrase.text]
        assert offsets == [pytest.approx(PERIOD * number, abs=0.01) for number in range(len(said))]


async def test_source_without_words_keeps_the_connection_busy() -> None:
    """Silence is audio: the limit for idle connections does not apply, however long nobody speaks."""
    async with SpeechService(Legible()) as service, calling(service.url) as client:
        source = Source(silence(200) + speak("At last.") + silence(1), pace=1.0, chunk=32_000)
        heard = await listen(client, source, CONVERSATION)
        assert (heard.error, heard.transcript) == (None, "At last.")
        assert len(service.connections) == 1
