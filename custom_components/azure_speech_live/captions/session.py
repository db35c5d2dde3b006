"""Live captions: one source's recognition or translation, as events of a subscription to the WebSocket API."""

import asyncio
from collections import deque
from collections.abc import AsyncGenerator
from contextlib import ExitStack, aclosing
import logging
from typing import Final

from homeassistant.components.websocket_api import ActiveConnection
from homeassistant.core import CALLBACK_TYPE, HomeAssistant, callback
from homeassistant.exceptions import HomeAssistantError
from homeassistant.util.json import JsonObjectType

from ..actions.interpreter import Voiced, async_interpret
from ..actions.limits import async_get_limits
from ..const import DOMAIN
from ..resource.errors import unloaded, worded
from ..speech import BYTES_PER_SECOND, AttemptFailed, Event, Hypothesis, Phrase, Timeline
from .conversation import Conversation, async_get_conversation
from .microphone import MAX_BACKLOG, Microphone
from .request import LIMIT, VERSION, Request
from .segments import Segments
from .source import ServerSource
from .state import State
from .subscriber import Subscriber, error_event
from .voices import Voices

_LOGGER = logging.getLogger(__name__)

MAX_SPOKEN: Final = 64
"""Phrases that are remembered until they are spoken: many more than may wait for that."""


class LiveSpeech:
    """One source's recognition or translation, told as events of a subscription."""

    def __init__(self, hass: HomeAssistant, subscriber: Subscriber, request: Request) -> None:
        """Prepare it."""
        self._hass = hass
        self._subscriber = subscriber
        self._request = request
        self._segments = Segments(request.options)
        self._timeline = Timeline()
        self._state = State()
        self._voices = Voices(hass, self._tell)
        self._phrases: deque[tuple[Phrase, str]] = deque(maxlen=MAX_SPOKEN)
        """The latest, with their ids, in case they are spoken."""
        self._conversation: Conversation | None = None
        self._began = 0.0
        """When, by the loop's clock."""
        self._reason: str | None = None
        """Why it is to end, if nobody else says so."""
        self._unsubscribed = False

    @callback
    def start(self) -> None:
        """Begin; it ends with the audio, the subscription, the connection or the entry.

        Raises HomeAssistantError if there are too many already.
        """
        request, connection, source = self._request, self._subscriber.connection, self._request.source
        handler_id, unregister = _registered(connection, source)
        try:
            with ExitStack() as entered:
                entered.callback(async_get_limits(self._hass).async_begin_captions(connection.user.id))
                if request.conversation is not None:
                    self._conversation = async_get_conversation(self._hass, request.conversation)
                    self._conversation.async_join(self._subscriber, request.session, request.entry)
                    entered.callback(self._conversation.async_leave, self._subscriber)
                left = entered.pop_all()
        except HomeAssistantError:
            unregister()
            raise

        @callback
        def unsubscribe() -> None:
            self._unsubscribed = True
            unregister()
            task.cancel()

        self._began = self._hass.loop.time()
        self._subscriber.begin(unsubscribe)
        self._tell(
            {
                "type": "start",
                "version": VERSION,
                "binary_handler_id": handler_id,
                "session": request.session,
                "backlog": MAX_BACKLOG,
            }
        )
        task = request.entry.async_create_background_task(self._hass, self._run(), f"{DOMAIN} live speech")
        task.add_done_callback(lambda _: left.close())

    async def _run(self) -> None:
        request, source = self._request, self._request.source
        speaking = asyncio.create_task(self._voices.publish(), name=f"{DOMAIN} live voice")
        if isinstance(source, Microphone):
            source.on_audio = self._see_backlog
        try:
            audio = self._audio()
            async with aclosing(
                async_interpret(self._hass, request.entry, audio, request.options, self._timeline, request.voices)
            ) as events:
                async for event in events:
                    self._take(event)
            if not speaking.done():
                await self._voices.close()
            await speaking
            self._end(self._reason or (source.reason if isinstance(source, Microphone) else "source"))
        except asyncio.CancelledError:
            if self._unsubscribed:
                self._end("stopped")
            else:
                self._fail(unloaded(request.entry))
            raise
        except HomeAssistantError as err:
            self._fail(err)
        except Exception:
            _LOGGER.exception("Unexpected error of live speech")
            self._fail(None)
        finally:
            if isinstance(source, Microphone):
                source.close()
            self._voices.end()
            speaking.cancel()
            await asyncio.gather(speaking, return_exceptions=True)

    async def _audio(self) -> AsyncGenerator[bytes]:
        """Yield what is listened to. A source of the server's hears nothing of the translations that devices play."""
        source, conversation = self._request.source, self._conversation
        async with aclosing(source.audio()) as audio:
            async for sound in audio:
                if self._subscriber.is_gone:  # it went before it could be told to
                    self._reason = "stopped"
                    return
                if self._hass.loop.time() >= self._began + LIMIT:
                    self._reason = "limit"
                    return
                deaf = conversation is not None and conversation.is_deaf and isinstance(source, ServerSource)
                yield bytes(len(sound)) if deaf else sound

    @callback
    def _see_backlog(self) -> None:
        """See whether audio is sent as it comes."""
        self._tell(self._state.wait(self._behind))

    @property
    def _behind(self) -> float:
        """Seconds of audio that wait. A source of the server's does not come before it is wanted."""
        source = self._request.source
        if not isinstance(source, Microphone):
            return 0.0
        return source.received - self._timeline.position / BYTES_PER_SECOND

    def _take(self, event: Event | Voiced) -> None:
        keeps_up = self._subscriber.keeps_up()
        if isinstance(event, AttemptFailed):
            self._tell(self._state.fail())
            return
        if not isinstance(event, Voiced):  # a voice may be the resource's own, and speak while the service is gone
            self._tell(self._state.answer(self._behind))
        match event:
            case Hypothesis():
                said = self._segments.hear(event)
                self._tell(said, to_subscriber=keeps_up)  # the next one replaces it
            case Phrase():
                self._phrases.append((event, self._segments.current))
                for told in self._segments.end(event):
                    self._tell(told)
            case Voiced():
                segment_id = next((known for phrase, known in self._phrases if phrase is event.phrase), None)
                self._voices.take(segment_id, event)

    def _tell(self, event: JsonObjectType | None, *, to_subscriber: bool = True) -> None:
        if event is None:
            return
        if to_subscriber and not self._unsubscribed:
            self._subscriber.tell(event)
        if self._conversation:
            self._conversation.async_tell(self._subscriber, event)

    def _end(self, reason: str) -> None:
        self._tell(self._segments.drop())
        self._tell({"type": "end", "reason": reason})

    def _fail(self, error: HomeAssistantError | None) -> None:
        """Tell what was heard so far, and why there is no more."""
        for told in self._segments.break_off():
            self._tell(told)
        self._tell(error_event(error))


def _registered(connection: ActiveConnection, source: Microphone | ServerSource) -> tuple[int | None, CALLBACK_TYPE]:
    """Have an app's audio come to its microphone; return the handler's number, and what ends that.

    Raises HomeAssistantError if the app has never ended any of its subscriptions, and there are no more numbers.
    """
    if not isinstance(source, Microphone):
        return None, lambda: None
    try:
        return connection.async_register_binary_handler(source.take)
    except RuntimeError:
        raise worded(HomeAssistantError, "too_many_captions", limit=str(len(connection.binary_handlers))) from None
