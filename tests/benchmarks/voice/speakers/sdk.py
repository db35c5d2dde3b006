"""Microsoft's Python SDK: ``python -m tests.benchmarks.voice.speakers.sdk speak_text|start_speaking|pieces``.

The whole text, of which the result has all sound at its end, or which is read as a stream; or the text piece by piece,
whose sound counts from the moment that the SDK calls back, in a thread of its own.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import aclosing, asynccontextmanager
from functools import partial
import sys
from typing import Any, Final, override

import azure.cognitiveservices.speech as sdk  # type: ignore[import-untyped]  # the SDK has no types

from tests.benchmarks.contenders.worker import serve
from tests.benchmarks.voice.request import Request
from tests.speech_service import KEY

from .speaker import Answer, Speaker

READ: Final = 3200
"""Bytes that are read of a stream at a time."""
THREADS: Final = 128
"""For what blocks: of each answer it is one call at a time."""


class PythonSdk(Speaker):
    """A synthesizer for each answer, which speaks one at a time."""

    def __init__(self, way: str) -> None:
        """Begin with no synthesizer."""
        self._way = way
        self._ready: list[Any] = []
        self._speaking: dict[int, Any] = {}
        """By the answer's identity."""

    def _synthesizer(self, request: Request) -> Any:
        config = sdk.SpeechConfig(subscription=KEY, host=request.url)
        config.speech_synthesis_voice_name = "en-US-JennyNeural"
        config.set_speech_synthesis_output_format(sdk.SpeechSynthesisOutputFormat.Raw16Khz16BitMonoPcm)
        return sdk.SpeechSynthesizer(config, None)

    @override
    async def prepare(self, request: Request) -> None:
        self._ready = []
        if request.fresh:
            return
        loop = asyncio.get_running_loop()
        for _ in range(request.answers):
            ready = self._synthesizer(request)
            connection = sdk.Connection.from_speech_synthesizer(ready)
            connected = asyncio.Event()
            connection.connected.connect(lambda _, connected=connected: loop.call_soon_threadsafe(connected.set))
            connection.open(True)  # noqa: FBT003 - the SDK's
            await connected.wait()
            self._ready.append(ready)

    @override
    async def speak(self, answer: Answer) -> None:
        synthesizer = self._ready.pop() if self._ready else self._synthesizer(answer.request)
        self._speaking[id(answer)] = synthesizer
        await {"speak_text": _speak_text, "start_speaking": _start_speaking, "pieces": _speak_pieces}[self._way](
            synthesizer, answer
        )

    @override
    async def stop(self, answer: Answer) -> None:
        await asyncio.to_thread(self._speaking[id(answer)].stop_speaking_async().get)


async def _speak_text(synthesizer: Any, answer: Answer) -> None:
    text = await answer.text()
    result = await asyncio.to_thread(synthesizer.speak_text_async(text).get)
    answer.hear(_checked(result).audio_data)


async def _start_speaking(synthesizer: Any, answer: Answer) -> None:
    text = await answer.text()
    started = await asyncio.to_thread(synthesizer.start_speaking_text_async(text).get)
    stream = sdk.AudioDataStream(_checked(started))

    def read() -> None:
        buffer = bytes(READ)
        while size := stream.read_data(buffer):
            answer.hear(buffer[:size])

    await asyncio.to_thread(read)


async def _speak_pieces(synthesizer: Any, answer: Answer) -> None:
    synthesizer.synthesizing.connect(lambda event: answer.hear(event.result.audio_data))
    request = sdk.SpeechSynthesisRequest(input_type=sdk.SpeechSynthesisRequestInputType.TextStream)
    spoken = synthesizer.speak_async(request)
    async with aclosing(answer.deltas()) as deltas:
        async for delta in deltas:
            request.input_stream.write(delta)
    request.input_stream.close()
    _checked(await asyncio.to_thread(spoken.get))


def _checked(result: Any) -> Any:
    if result.reason == sdk.ResultReason.Canceled:
        raise RuntimeError(str(result.cancellation_details))
    return result


@asynccontextmanager
async def make(way: str) -> AsyncIterator[PythonSdk]:
    """Make it."""
    with ThreadPoolExecutor(THREADS) as threads:
        asyncio.get_running_loop().set_default_executor(threads)
        yield PythonSdk(way)


if __name__ == "__main__":
    serve(partial(make, sys.argv[1]), Request)
