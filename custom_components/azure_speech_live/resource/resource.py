"""The Speech resource that a config entry stands for: what is stored of it, and its use by all that the household has.

Every recognition, translation and answer goes through SpeechResource, which notes how it went.
"""

from collections import Counter, deque
from collections.abc import AsyncGenerator, AsyncIterable, Mapping, Set as AbstractSet
from contextlib import aclosing, suppress
from typing import Any, Final

from homeassistant.config_entries import ConfigEntry, ConfigSubentry
from homeassistant.const import CONF_API_KEY, CONF_REGION, CONF_URL
from homeassistant.core import CALLBACK_TYPE, HomeAssistant, callback
from homeassistant.helpers import entity_registry as er
from homeassistant.helpers.aiohttp_client import async_get_clientsession
from homeassistant.util import dt as dt_util

from ..const import DOMAIN
from ..speech import (
    AudioSourceError,
    ConnectionFailedError,
    Credentials,
    Endpoint,
    Event,
    NotASpeechEndpointError,
    Phoneme,
    RecognitionOptions,
    SpeechClient,
    SpeechError,
    SynthesisOptions,
    SynthesisTimeline,
    Text,
    TextSourceError,
    Timeline,
)
from .cost_guard import UsageLimitError, cost_guards
from .health import async_get_health, is_to_hear
from .session import SecondAnswer, Session, SpokenSession
from .usage import Usage

type AzureSpeechConfigEntry = ConfigEntry[SpeechResource]

MAX_SESSIONS: Final = 20
"""Sessions that are remembered for diagnostics, and as many answers."""
FINISHED: Final = 5000
"""Characters of an answer that are spoken also if the household's limit is reached meanwhile: some five minutes."""


class SpeechResource:
    """A Speech resource in use: its client, what has become of its sessions, and what follows from that."""

    def __init__(self, hass: HomeAssistant, entry: AzureSpeechConfigEntry, usage: Usage) -> None:
        """Prepare it; nothing is connected before it is needed. Raises ValueError for what cannot be its data."""
        endpoint = entry_endpoint(entry.data)
        if endpoint is None:
            raise ValueError("no endpoint")
        self._hass = hass
        self._entry = entry
        self.closed = False
        """Whether it was unloaded, which ends all that is under way."""
        self._stop_tracking: CALLBACK_TYPE | None = None
        self.endpoint = endpoint
        self._credentials = Credentials(key=entry_key(entry.data))
        self._client: SpeechClient | None = None
        self.sessions: deque[Session] = deque(maxlen=MAX_SESSIONS)
        """The latest, of which some may still be under way."""
        self.answers: deque[SpokenSession] = deque(maxlen=MAX_SESSIONS)
        """The same of what was spoken."""
        self.second_answers: deque[SecondAnswer] = deque(maxlen=MAX_SESSIONS)
        """The latest that came from second engines."""
        self.commands: Counter[str] = Counter()
        """How many commands were ended sooner, say: by the name of the recognizers' attribute."""
        self.usage = usage
        self.hearing_guard, self.speaking_guard = cost_guards(hass, entry, usage)
        self.health = async_get_health(hass, entry)

    @property
    def client(self) -> SpeechClient:
        """Return the client, which is made when it is first needed. Raises what create_client does.

        A machine may have no network yet when Home Assistant starts.
        """
        if self._client is None:
            if self.closed:
                raise ConnectionFailedError("the client was closed")
            self._client = create_client(self._hass, self.endpoint, self._credentials)
        return self._client

    @property
    def unpronounced(self) -> AbstractSet[Phoneme]:
        """Return the pronunciations that the service was seen not to take."""
        return frozenset() if self._client is None else self._client.unpronounced

    @callback
    def async_start(self) -> None:
        """Look whether the service is there, and keep an eye on the month and its limits, until it is closed."""
        self.health.async_start(self.async_check, self.endpoint.unique_id, self.sessions)
        self.async_update_guards()
        stop_months = self.usage.async_track_months()
        stop_guards = self.usage.async_add_listener(self.async_update_guards)
        stop_health = self.usage.async_add_listener(self.health.async_update_month)

        @callback
        def stop() -> None:
            stop_health()
            stop_guards()
            stop_months()

        self._stop_tracking = stop

    @callback
    def async_update_guards(self) -> None:
        """Tell which limits are used up, and which are so no longer."""
        self.hearing_guard.async_update()
        self.speaking_guard.async_update()

    async def async_close(self) -> None:
        """End all that is under way."""
        self.closed = True
        self.health.async_stop()
        if self._stop_tracking is not None:
            self._stop_tracking()
        if self._client is not None:
            await self._client.close()

    async def async_check(self) -> None:
        """Open a connection for what the entry is used for, and close it. Raises SpeechError."""
        if not await self.client.check() and is_to_hear(self._entry):
            raise NotASpeechEndpointError("what is there only speaks")

    async def recognize(
        self,
        audio: AsyncIterable[bytes],
        options: RecognitionOptions,
        timeline: Timeline | None = None,
        *,
        long: bool = False,
    ) -> AsyncGenerator[Event]:
        """Recognise audio, or translate it if the options say so. Yield the client's events.

        What happens when is noted in ``timeline``, which is the caller's to look into.

        Raises SpeechError, and UsageLimitError if the household's limit is used up: of a command when it begins, of
        what may be long also later. Failures have been logged and counted when they arrive at the caller, and the
        household has been asked for a new key if that is what it takes.
        """
        self.hearing_guard.check()
        session = Session(options, dt_util.utcnow(), timeline or Timeline())
        self.sessions.append(session)
        self.usage.async_begin(session)
        if long:
            audio = self._watched(audio)
        try:
            events = self.client.recognize(audio, options, session.timeline, long=long)
            async with aclosing(events):
                async for event in events:
                    yield event
        except SpeechError as err:
            if isinstance(err, AudioSourceError) and isinstance(err.__cause__, UsageLimitError):
                raise err.__cause__ from None  # which is no failure
            if not self.closed:
                session.error = err
            raise
        finally:
            session.ended = self._hass.loop.time()
            self.usage.async_end(session)
            self.health.async_note(session)

    async def speak(
        self,
        texts: AsyncIterable[Text],
        options: SynthesisOptions,
        timeline: SynthesisTimeline | None = None,
        *,
        long: bool = False,
    ) -> AsyncGenerator[bytes]:
        """Speak texts, sentences or fragments of them. Yield the client's stream. ``long``: nobody stands and waits.

        What happens when is noted in ``timeline``, which is the caller's to look into.

        Raises SpeechError, and UsageLimitError if the household's limit is used up: when it begins, and amid a long
        text. Failures have been logged and counted when they arrive at the caller, and the household has been
        asked for a new key if that is what it takes.
        """
        self.speaking_guard.check()
        answer = SpokenSession(options, dt_util.utcnow(), timeline or SynthesisTimeline())
        self.answers.append(answer)
        self.usage.async_begin(answer)
        try:
            sound = self.client.speak(texts, options, answer.timeline, long=long)
            async with aclosing(sound):
                async for piece in sound:
                    if answer.timeline.characters > FINISHED:
                        self.speaking_guard.check()
                    yield piece
        except SpeechError as err:
            if not (self.closed or isinstance(err, TextSourceError)):
                answer.error = err
            raise
        finally:
            answer.ended = self._hass.loop.time()
            self.usage.async_end(answer)
            self.health.async_note_answer(answer)

    @callback
    def async_second_answered(self, engine: str, *, heard: int = 0, spoken: int = 0) -> None:
        """Take note of commands that a second engine, an entity id, has heard, or of texts that it has spoken."""
        registered = er.async_get(self._hass).async_get(engine)
        integration = None if registered is None else registered.platform
        self.second_answers.append(SecondAnswer(dt_util.utcnow(), integration, heard, spoken))
        self.usage.async_count_second(heard=heard, spoken=spoken)

    @callback
    def async_prepare(self, options: SynthesisOptions) -> None:
        """Have a connection ready for what is to be spoken soon, as ``speak`` is asked to with these options.

        It costs nothing that could be missed: nobody is told where there is none, and where it would not be of use
        nobody asks for one.
        """
        if self.health.works and not self.speaking_guard.used_up:
            self._entry.async_create_background_task(self._hass, self._prepare(options), "Azure Speech Live connection")

    async def _prepare(self, options: SynthesisOptions) -> None:
        with suppress(SpeechError):  # which the client has logged
            await self.client.prepare(options)

    async def _watched(self, audio: AsyncIterable[bytes]) -> AsyncGenerator[bytes]:
        """Pass audio on. Raises UsageLimitError when the limit is used up."""
        try:
            async for chunk in audio:
                self.hearing_guard.check()
                yield chunk
        finally:
            if isinstance(audio, AsyncGenerator):
                await audio.aclose()


def entry_data(endpoint: Endpoint, key: str) -> dict[str, str]:
    """Return what an entry stores."""
    if endpoint.region is not None:
        return {CONF_REGION: endpoint.region, CONF_API_KEY: key}
    return {CONF_URL: endpoint.url or "", CONF_API_KEY: key}


def entry_endpoint(data: Mapping[str, Any]) -> Endpoint | None:
    """Return the endpoint that an entry stores; None if it cannot be read."""
    try:
        if CONF_REGION in data:
            return Endpoint.from_region(data[CONF_REGION])
        return Endpoint.from_url(data[CONF_URL])
    except KeyError, TypeError, ValueError, AttributeError:
        return None


def entry_key(data: Mapping[str, Any]) -> str:
    """Return the key that an entry stores; an empty one if it cannot be read."""
    key = data.get(CONF_API_KEY)
    return key if isinstance(key, str) else ""


def entry_region(data: Mapping[str, Any]) -> str:
    """Return the region that an entry stores, for what is shown in public: no endpoint of a household's is in it."""
    endpoint = entry_endpoint(data)
    return "unknown endpoint" if endpoint is None else endpoint.region or "own endpoint"


@callback
def own_subentry(hass: HomeAssistant, registered: er.RegistryEntry | None) -> ConfigSubentry | None:
    """Return the subentry that an entity of ours is of; None if it is another integration's."""
    if registered is None or registered.platform != DOMAIN or registered.config_entry_id is None:
        return None
    entry = hass.config_entries.async_get_entry(registered.config_entry_id)
    return entry.subentries.get(registered.config_subentry_id or "") if entry else None


def create_client(hass: HomeAssistant, endpoint: Endpoint, credentials: Credentials) -> SpeechClient:
    """Return a client, to be closed by the caller. Raises ConnectionFailedError where there is no network."""
    try:
        session = async_get_clientsession(hass)
    except (OSError, RuntimeError) as err:
        # Whoever asks first has the resolver made, and Zeroconf for it: which raises these, if there is no route for
        # multicast or no interface.
        raise ConnectionFailedError(f"cannot connect: {err}") from err
    return SpeechClient(session, endpoint, credentials)
