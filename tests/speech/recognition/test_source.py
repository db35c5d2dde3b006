"""The source of the audio: it is pulled at once, whatever it does, and ended once."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import suppress
from typing import Final

import pytest

from custom_components.azure_speech_live.speech import (
    AudioSourceError,
    BadAudioError,
    ConnectionFailedError,
    Mode,
    RecognitionOptions,
)
from custom_components.azure_speech_live.speech.recognition.audio import WAV_HEADER
from custom_components.azure_speech_live.speech.recognition.patience import SOURCE_STALL
from custom_components.azure_speech_live.speech.source import SOURCE_END_LIMIT
from tests.speech_service import Behaviour, Fault, Legible, SpeechService
from tests.speech_service.engines.legible import silence, speak
from tests.speech_service.faults import Before, Opened, Reset, Wait

from ..caller import AUDIO, COMMAND, CONVERSATION, INTERACTIVE, SAID, Source, calling, listen, recognize, tasks_left

BOTH: Final = [INTERACTIVE, CONVERSATION]


async def test_audio_is_pulled_while_the_connection_opens() -> None:
    async with SpeechService(Legible(), behaviours=[Behaviour(delay=3.0)]) as service, calling(service.url) as client:
        source = Source(AUDIO[Mode.INTERACTIVE], pace=1.0)
        heard = await listen(client, source)
        assert heard.transcript == COMMAND
        assert heard.seconds == pytest.approx(3.0, abs=0.01)
        assert source.ended is not None


@pytest.mark.parametrize("delay", [0.0, float("inf")])
@pytest.mark.parametrize("options", BOTH, ids=["interactive", "conversation"])
async def test_source_that_ends_at_once(options: RecognitionOptions, delay: float) -> None:
    """Nothing was said, and nobody need be asked, let alone waited for."""
    async with SpeechService(behaviours=lambda _: Behaviour(delay=delay)) as service, calling(service.url) as client:
        heard = await listen(client, Source(b""), options)
        assert (heard.error, heard.events, heard.seconds) == (None, [], 0.0)


async def test_source_that_ends_without_a_sound_while_no_connection_opens() -> None:
    async def source() -> AsyncGenerator[bytes]:
        await asyncio.sleep(1)
        for chunk in list[bytes]():
            yield chunk

    async with SpeechService(behaviours=lambda _: Behaviour(delay=float("inf"))) as service:
        async with calling(service.url) as client:
            heard = await listen(client, source())
        assert (heard.error, heard.events) == (None, [])
        assert heard.seconds == pytest.approx(1)


@pytest.mark.parametrize("chunks", [[b""], [b"x"], [WAV_HEADER], [WAV_HEADER[:20], WAV_HEADER[20:], b"x"]])
async def test_source_without_a_sample(chunks: list[bytes]) -> None:
    async def source() -> AsyncGenerator[bytes]:
        for chunk in chunks:
            yield chunk

    heard = await recognize(source())
    assert (heard.error, heard.events) == (None, [])


async def test_source_that_ends_at_once_after_the_connection_is_there() -> None:
    """The connection is not wasted: the next command finds it."""

    async def source() -> AsyncGenerator[bytes]:
        await service.until(lambda: bool(service.connections))
        for chunk in list[bytes]():
            yield chunk

    async with SpeechService(Legible()) as service, calling(service.url) as client:
        heard = await listen(client, source())
        assert (heard.error, heard.events) == (None, [])
        heard = await listen(client, Source(AUDIO[Mode.INTERACTIVE]))
        assert heard.transcript == COMMAND


async def test_source_that_never_begins() -> None:
    async def source() -> AsyncGenerator[bytes]:
        await asyncio.Event().wait()
        yield b""

    heard = await recognize(source())
    assert (heard.error, heard.events) == (None, [])
    assert heard.seconds == pytest.approx(SOURCE_STALL)


@pytest.mark.parametrize("options", BOTH, ids=["interactive", "conversation"])
async def test_source_that_stalls(options: RecognitionOptions) -> None:
    """What was said before is recognised."""

    async def source() -> AsyncGenerator[bytes]:
        yield AUDIO[options.mode]
        await asyncio.Event().wait()

    heard = await recognize(source(), options)
    assert (heard.error, heard.transcript) == (None, SAID[options.mode])
    assert heard.seconds == pytest.approx(SOURCE_STALL)


async def test_source_that_stalls_in_mid_word_and_goes_on() -> None:
    """Whoever is silent for so long has ended, whatever comes then."""

    async def source() -> AsyncGenerator[bytes]:
        yield speak("Turn on the")
        await asyncio.sleep(SOURCE_STALL + 0.1)
        yield speak(" radio")

    heard = await recognize(source(), CONVERSATION)
    assert (heard.error, heard.transcript) == (None, "Turn on the")


class Broken(Exception):  # noqa: N818 - it is what a source of somebody else's raises
    """Something that a source raises."""


@pytest.mark.parametrize(
    "error", [Broken("no microphone"), TimeoutError(), OSError(5, "Input/output error"), ValueError(), StopIteration()]
)
@pytest.mark.parametrize("after", [b"", AUDIO[Mode.CONVERSATION]], ids=["at once", "later"])
async def test_source_that_raises(error: Exception, after: bytes) -> None:
    class Source:
        def __init__(self) -> None:
            self._chunks = [after] if after else []

        def __aiter__(self) -> Source:
            return self

        async def __anext__(self) -> bytes:
            if self._chunks:
                return self._chunks.pop()
            raise error

    heard = await recognize(Source(), CONVERSATION)
    assert type(heard.error) is AudioSourceError
    # Python makes a RuntimeError of a StopIteration that leaves a coroutine.
    assert error in (heard.error.__cause__, getattr(heard.error.__cause__, "__cause__", None))


@pytest.mark.parametrize("error", [Broken("no microphone"), asyncio.CancelledError()], ids=["raises", "is cancelled"])
async def test_source_that_fails_behind_the_speech(error: BaseException) -> None:
    """The service has heard it end, and takes a moment for the phrase."""

    async def source() -> AsyncGenerator[bytes]:
        yield AUDIO[Mode.INTERACTIVE] + silence(1.0)
        await service.until(lambda: "speech.endDetected" in service.connections[0].sent)
        await asyncio.sleep(0.1)
        raise error

    slow = Fault(Before("speech.phrase"), Wait(1.0))
    async with (
        SpeechService(Legible(), behaviours=[Behaviour(faults=(slow,))]) as service,
        calling(service.url) as client,
    ):
        heard = await listen(client, source())
        assert (heard.error, heard.transcript) == (None, COMMAND)


async def test_source_that_is_cancelled_by_itself() -> None:
    """A CancelledError of the source's is not ours: nobody has cancelled the caller."""

    async def source() -> AsyncGenerator[bytes]:
        yield AUDIO[Mode.INTERACTIVE][:10_000]
        raise asyncio.CancelledError

    heard = await recognize(source())
    assert type(heard.error) is AudioSourceError


async def test_source_of_another_type() -> None:
    async def source() -> AsyncGenerator[str]:
        yield "text"

    heard = await recognize(source())  # type: ignore[arg-type]  # what this test is about
    assert type(heard.error) is AudioSourceError
    heard = await recognize([b"not", b"asynchronous"])  # type: ignore[arg-type]
    assert type(heard.error) is AudioSourceError


async def test_source_of_another_format() -> None:
    header = bytearray(WAV_HEADER)
    header[24:28] = (44_100).to_bytes(4, "little")
    heard = await recognize(aiter(Source(bytes(header) + bytes(10_000))))
    assert type(heard.error) is BadAudioError


@pytest.mark.parametrize("chunk", [1, 3, 319, 3200, 1_000_000])
async def test_chunks_of_any_size(chunk: int) -> None:
    heard = await recognize(aiter(Source(WAV_HEADER + AUDIO[Mode.INTERACTIVE], chunk=chunk)))
    assert (heard.error, heard.transcript) == (None, COMMAND)


async def test_source_that_fails_to_close() -> None:
    class Source:
        def __init__(self) -> None:
            self._chunks = [AUDIO[Mode.INTERACTIVE]]

        def __aiter__(self) -> Source:
            return self

        async def __anext__(self) -> bytes:
            if self._chunks:
                return self._chunks.pop()
            raise StopAsyncIteration

        async def aclose(self) -> None:
            raise Broken

    heard = await recognize(Source())
    assert (heard.error, heard.transcript) == (None, COMMAND)


async def test_source_that_does_not_end() -> None:
    """It ignores that it is cancelled, and closing it takes for ever: its own affair, and not the caller's."""
    over = asyncio.Event()

    class Source:
        def __init__(self) -> None:
            self._chunks = [AUDIO[Mode.INTERACTIVE], silence(1.0)]

        def __aiter__(self) -> Source:
            return self

        async def __anext__(self) -> bytes:
            while not over.is_set():
                if self._chunks:
                    return self._chunks.pop(0)
                with suppress(asyncio.CancelledError):
                    await over.wait()
            raise StopAsyncIteration

        async def aclose(self) -> None:
            await asyncio.Event().wait()

    service = SpeechService(Legible())
    async with service, calling(service.url) as client:
        heard = await listen(client, Source())
        assert tasks_left() != []
        over.set()
    assert (heard.error, heard.transcript) == (None, COMMAND)
    assert heard.seconds == pytest.approx(2 * SOURCE_END_LIMIT)


async def test_source_is_cancelled_once() -> None:
    """Whoever closes the client and whoever ends the recognition have both ended it; it takes its time to tidy up."""
    cancelled = 0

    async def source() -> AsyncGenerator[bytes]:
        nonlocal cancelled
        try:
            yield AUDIO[Mode.INTERACTIVE][:6400]
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            cancelled += 1
            try:
                await asyncio.sleep(0.5)
            except asyncio.CancelledError:
                cancelled += 1
                raise
            raise

    async with SpeechService(Legible()) as service, calling(service.url) as client:
        listening = asyncio.create_task(listen(client, source()))
        await service.until(lambda: service.connections[0].audio_size > 0)
        await client.close()
        assert type((await listening).error) is ConnectionFailedError
    assert cancelled == 1


async def test_source_is_closed_when_the_service_fails() -> None:
    service = SpeechService(behaviours=lambda _: Behaviour(faults=(Fault(Opened(), Reset()),)))
    async with service, calling(service.url) as client:
        source = Source(bytes(320_000), pace=1.0)
        heard = await listen(client, source)
        assert type(heard.error) is ConnectionFailedError
        assert source.closed
        assert source.ended is None
