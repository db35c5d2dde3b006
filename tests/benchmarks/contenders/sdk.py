"""Microsoft's Python SDK (a native library), fed as an integration would: from the event loop, into a push stream.

Its results count from the moment that it calls back in a thread of its own; what an integration would need to get
from there to the event loop is not counted.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any, override

import azure.cognitiveservices.speech as sdk  # type: ignore[import-untyped]  # the SDK has no types

from tests.benchmarks.command import Command
from tests.speech_service import KEY

from .worker import Contender, Utterance, serve


@dataclass
class Recognizer:
    """A recognizer, and what it reads from."""

    stream: Any
    recognizer: Any
    connection: Any


class PythonSdk(Contender):
    """Recognises once with a recognizer for each utterance, which is all that one with a stream can do."""

    def __init__(self) -> None:
        """Begin with no recognizer."""
        self._ready: list[Recognizer] = []

    def _recognizer(self, port: int) -> Recognizer:
        config = sdk.SpeechConfig(subscription=KEY, host=f"ws://127.0.0.1:{port}")
        config.speech_recognition_language = "en-US"
        stream = sdk.audio.PushAudioInputStream(sdk.audio.AudioStreamFormat(16000, 16, 1))
        recognizer = sdk.SpeechRecognizer(config, sdk.audio.AudioConfig(stream=stream))
        return Recognizer(stream, recognizer, sdk.Connection.from_recognizer(recognizer))

    @override
    async def prepare(self, command: Command) -> None:
        self._ready = []
        if command.fresh:
            return
        loop = asyncio.get_running_loop()
        for _ in range(command.streams):
            ready = self._recognizer(command.port)
            connected = asyncio.Event()
            ready.connection.connected.connect(lambda _, connected=connected: loop.call_soon_threadsafe(connected.set))
            ready.connection.open(False)  # noqa: FBT003 - the SDK's: for one phrase, not for continuous recognition
            await connected.wait()
            self._ready.append(ready)

    @override
    async def speak(self, utterance: Utterance) -> None:
        loop = asyncio.get_running_loop()
        ready = self._ready.pop() if self._ready else self._recognizer(utterance.command.port)
        over = asyncio.Event()
        ready.recognizer.recognizing.connect(lambda event: utterance.hypothesis(event.result.text))

        def recognized(event: Any) -> None:
            utterance.phrase(event.result.text)
            loop.call_soon_threadsafe(over.set)

        def canceled(event: Any) -> None:
            failures.append(str(event.cancellation_details))
            loop.call_soon_threadsafe(over.set)

        failures: list[str] = []
        ready.recognizer.recognized.connect(recognized)
        ready.recognizer.canceled.connect(canceled)
        future = ready.recognizer.recognize_once_async()
        async for packet in utterance.microphone():
            ready.stream.write(packet)
        ready.stream.close()
        await over.wait()
        if failures:
            raise RuntimeError(failures[0])
        await asyncio.to_thread(future.get)


@asynccontextmanager
async def make() -> AsyncIterator[PythonSdk]:
    """Make it."""
    yield PythonSdk()


if __name__ == "__main__":
    serve(make)
