"""The client of one Speech resource: what a caller uses."""

from collections.abc import AsyncGenerator, AsyncIterable
from contextlib import aclosing

import aiohttp

from .errors import ConnectionFailedError, UpgradeRefusedError
from .events import Event
from .options import RecognitionOptions, TranslationOptions
from .recognition.flow import Flow, close_source
from .recognition.short_audio import ShortAudio
from .recognition.translator_speech import DIALECTS
from .timeline import Timeline
from .wire.connector import Connector
from .wire.credentials import Credentials
from .wire.endpoints import Endpoint
from .wire.guarded_session import guarded
from .wire.rest import Rest


class SpeechClient:
    """Recognises speech while it is spoken; any number of utterances at a time.

    None waits for another as long as the service takes all of them; see wire/throttle.py.
    """

    def __init__(self, session: aiohttp.ClientSession, endpoint: Endpoint, credentials: Credentials) -> None:
        """Use a session that stays its owner's; nothing is connected before it is needed."""
        self._session = guarded(session, credentials, encrypted=endpoint.encrypted)
        self._connector = Connector(self._session, endpoint, DIALECTS)
        self._short_audio = ShortAudio(Rest(self._session), endpoint)
        self._flows: set[Flow] = set()
        self._closed = False

    async def recognize(
        self,
        audio: AsyncIterable[bytes],
        options: RecognitionOptions,
        timeline: Timeline | None = None,
        *,
        long: bool = False,
    ) -> AsyncGenerator[Event]:
        """Recognise an utterance, or translate it if the options say so: yield hypotheses and phrases as they come.

        ``audio`` gives 16 kHz, 16-bit, mono, little-endian PCM in chunks of any size, with or without a WAV header;
        it is pulled from the first ``anext`` on, and closed at the end. In INTERACTIVE mode the first phrase is the
        last event. A connection that breaks is carried over once. Closing the generator ends everything at once.
        What happens when is noted in ``timeline``, if there is one. What may be ``long`` comes behind the others where
        the service does not take all of them at a time.

        Raises SpeechError; see errors.py.
        """
        if self._closed:
            await close_source(audio)
            raise ConnectionFailedError("the client was closed")
        flow = Flow(
            self._connector,
            self._short_audio,
            audio,
            options,
            timeline=timeline,
            together=self._flows,
            long=long,
        )
        self._flows.add(flow)
        events = flow.events()
        try:
            async for event in events:
                yield event
        finally:
            try:
                await events.aclose()
            finally:
                self._flows.discard(flow)

    async def translate(
        self,
        audio: AsyncIterable[bytes],
        options: TranslationOptions,
        timeline: Timeline | None = None,
        *,
        long: bool = False,
    ) -> AsyncGenerator[Event]:
        """Recognise and translate an utterance: as ``recognize``, with translations in hypotheses and phrases.

        With a voice, each phrase that was translated is followed by Synthesis events, as the audio arrives, and by one
        SynthesisEnded. What fails of the translation or the speech alone is said in these events and leaves the rest
        standing. What is missing of the speech when a connection breaks is not asked for again.

        Raises SpeechError; see errors.py.
        """
        async with aclosing(self.recognize(audio, options, timeline, long=long)) as events:
            async for event in events:
                yield event

    async def check(self) -> None:
        """Open a connection with the credentials and close it. Raises SpeechError."""
        try:
            await self._connector.check()
        except UpgradeRefusedError:
            await self._short_audio.check()

    async def close(self) -> None:
        """End all recognitions and close all connections; the client cannot be used any more."""
        self._closed = True
        for flow in list(self._flows):
            await flow.stop()
        await self._connector.close()
        self._session.detach()
