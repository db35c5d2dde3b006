"""The client of one Speech resource: what a caller uses."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterable
from contextlib import aclosing, suppress

import aiohttp

from .errors import ConnectionFailedError, NotASpeechEndpointError, SpeechError, UpgradeRefusedError
from .events import Event
from .options import RecognitionOptions, TranslationOptions
from .recognition.flow import Flow as RecognitionFlow
from .recognition.short_audio import ShortAudio
from .recognition.translator_speech import DIALECTS
from .source import close_source
from .synthesis.allowance import Allowance
from .synthesis.flow import Flow as SynthesisFlow
from .synthesis.plain_request import PlainRequest
from .synthesis.ssml import Phoneme
from .synthesis.texts import Text
from .synthesis.untaken import Untaken
from .synthesis.voices import Voice, parse
from .synthesis_options import SynthesisOptions
from .timeline import SynthesisTimeline, Timeline
from .wire.connection import OPEN_LIMIT
from .wire.connector import Connector
from .wire.credentials import Credentials
from .wire.endpoints import Endpoint
from .wire.guarded_session import guarded
from .wire.limits import MAX_LIST_SIZE
from .wire.rest import Rest


class SpeechClient:
    """Recognises speech while it is spoken, and speaks texts while they are written; any number at a time.

    None waits for another as long as the service takes all of them; see wire/throttle.py.
    """

    def __init__(self, session: aiohttp.ClientSession, endpoint: Endpoint, credentials: Credentials) -> None:
        """Use a session that stays its owner's; nothing is connected before it is needed."""
        self._session = guarded(session, credentials, encrypted=endpoint.encrypted)
        self._connector = Connector(self._session, endpoint, DIALECTS)
        self._endpoint = endpoint
        self._rest = Rest(self._session)
        self._short_audio = ShortAudio(self._rest, endpoint)
        # Apart: the service counts requests to hear and to speak by themselves.
        self._speaking = Connector(self._session, endpoint, {})
        self._plain = PlainRequest(self._rest, endpoint)
        self._allowance = Allowance()
        self.unpronounced: set[Phoneme] = set()
        """Pronunciations with which a text was refused, and without which it was not: one of a text's, or several.
        From then on their words are read as they are written."""
        self._untaken = Untaken()
        self._flows: set[RecognitionFlow] = set()
        self._answers: set[SynthesisFlow] = set()
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
        last event, but for a false start (Phrase.is_false_start): then the service is asked for what comes behind it,
        and the same utterance goes on. A connection that breaks is carried over once, which AttemptFailed tells.
        Closing the generator ends everything at once. What happens when is noted in ``timeline``, if there is one. What
        may be ``long`` comes behind the others where the service does not take all of them at a time.

        Raises SpeechError; see errors.py.
        """
        if self._closed:
            await close_source(audio)
            raise ConnectionFailedError("the client was closed")
        flow = RecognitionFlow(
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
        standing: a voice that the service refuses ends with a SynthesisEnded, and nothing is spoken from there on. What
        is missing of the speech when a connection breaks is not asked for again.

        Raises SpeechError; see errors.py.
        """
        async with aclosing(self.recognize(audio, options, timeline, long=long)) as events:
            async for event in events:
                yield event

    async def speak(
        self,
        texts: AsyncIterable[Text],
        options: SynthesisOptions,
        timeline: SynthesisTimeline | None = None,
        *,
        long: bool = False,
    ) -> AsyncGenerator[bytes]:
        """Speak texts in their order: yield one stream, of a WAV header and PCM, or of MP3, as it comes.

        ``texts`` gives a sentence or a few at a time, or fragments of them, which are waiting for the rest unless the
        options have text streaming; they are pulled from the first ``anext`` on, and closed at the
        end. The header comes as soon as the service can be asked, before any text. Of texts that cannot be spoken there
        is nothing but that. A connection that breaks is carried over once, and what was given out is not said again.
        Closing the generator ends everything at once, and what is under way does not reach the next answer.
        What happens when is noted in ``timeline``, if there is one. What may be ``long`` waits for a minute where the
        service takes no more requests; the others for moments.

        Raises SpeechError; see errors.py. What came before is then not the whole.
        """
        if self._closed:
            await close_source(texts)
            raise ConnectionFailedError("the client was closed")
        flow = SynthesisFlow(
            self._speaking,
            self._plain,
            self._untaken,
            texts,
            options,
            timeline=timeline,
            allowance=self._allowance,
            unpronounced=self.unpronounced,
            long=long,
        )
        self._answers.add(flow)
        sound = flow.sound()
        try:
            async for piece in sound:
                yield piece
        finally:
            try:
                await sound.aclose()
            finally:
                self._answers.discard(flow)

    async def prepare(self, options: SynthesisOptions) -> None:
        """Open a connection for an answer that is to come within a minute, so that it need not. Raises SpeechError."""
        if not self._closed:
            await self._speaking.prepare(self._untaken.applied(options, asyncio.get_running_loop().time()))

    async def voices(self) -> tuple[Voice, ...]:
        """Return the voices that the service has now. Raises SpeechError. The caller limits the time."""
        answer = await self._rest.get(self._endpoint.voices_url(), MAX_LIST_SIZE)
        # In a thread: of some hundred voices, it takes a tenth of a second.
        return await asyncio.to_thread(parse, answer)

    async def check(self) -> bool:
        """Open a connection with the credentials and close it. Return whether the service hears.

        A container may do nothing but speak (Microsoft's "Install and run Speech containers": neural text to speech).
        Then it has a list of voices. Raises SpeechError.
        """
        try:
            await self._check_recognition()
        except NotASpeechEndpointError:
            if self._endpoint.is_azure:
                raise
            with suppress(SpeechError, TimeoutError):
                async with asyncio.timeout(OPEN_LIMIT):
                    if await self.voices():
                        return False
            raise
        return True

    async def _check_recognition(self) -> None:
        try:
            await self._connector.check()
        except UpgradeRefusedError:
            await self._short_audio.check()

    async def close(self) -> None:
        """End all recognitions and all answers, and close all connections; the client cannot be used any more."""
        self._closed = True
        for flow in list(self._flows):
            await flow.stop()
        for answer in list(self._answers):
            await answer.stop()
        await self._connector.close()
        await self._speaking.close()
        self._session.detach()
