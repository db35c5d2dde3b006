"""The host's microphones as Assist satellites: they listen, and what is answered is heard on a media player."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing, asynccontextmanager
import logging
from typing import Any, Final, override

from homeassistant.components.assist_pipeline import PipelineEvent, PipelineEventType, PipelineStage
from homeassistant.components.assist_satellite import (
    AssistSatelliteAnnouncement,
    AssistSatelliteConfiguration,
    AssistSatelliteEntity,
    AssistSatelliteEntityFeature,
)
from homeassistant.components.assist_satellite.entity import AssistSatelliteState
from homeassistant.config_entries import ConfigSubentry
from homeassistant.const import Platform
from homeassistant.core import CALLBACK_TYPE, Context, HomeAssistant, callback
from homeassistant.exceptions import HomeAssistantError, ServiceValidationError
from homeassistant.helpers import entity_registry as er
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback
from homeassistant.helpers.event import async_call_later

from . import AzureSpeechConfigEntry
from .const import DOMAIN
from .host_microphone import HostMicrophone, Listening
from .microphone_entity import MicrophoneEntity
from .speaker import async_play

_LOGGER = logging.getLogger(__name__)

PARALLEL_UPDATES = 0

PAUSE_SECONDS: Final = 10
"""Seconds until we wait for the wake word again after that failed: the pipeline may lack an engine."""


async def async_setup_entry(
    hass: HomeAssistant,  # noqa: ARG001  # Home Assistant's signature
    entry: AzureSpeechConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
) -> None:
    """Add a satellite for every microphone of the entry."""
    for subentry_id, microphone in entry.runtime_data.microphones.items():
        satellite = MicrophoneSatellite(entry, microphone, entry.subentries[subentry_id])
        async_add_entities([satellite], config_subentry_id=subentry_id)


class MicrophoneSatellite(MicrophoneEntity, AssistSatelliteEntity):
    """A microphone that people speak to.

    One task at a time listens, has the pipeline answer and plays the answer. After it, the satellite rests, or waits
    for the wake word, which is a task of the same kind.
    """

    _attr_name = None
    _attr_translation_key = "microphone"

    def __init__(self, entry: AzureSpeechConfigEntry, microphone: HostMicrophone, subentry: ConfigSubentry) -> None:
        """Take the settings from the subentry."""
        super().__init__(microphone, subentry)
        self._entry = entry
        self._attr_unique_id = subentry.subentry_id
        self._player = microphone.media_player
        self._waits_for_wake_word = microphone.waits_for_wake_word
        self._task: asyncio.Task[None] | None = None
        self._listening: Listening | None = None
        self._lent = False
        self._pause: CALLBACK_TYPE | None = None
        self._answer: str | None = None
        self._is_asked = False
        self._is_spoken_to = False
        self._failed = False
        self._loss: HomeAssistantError | None = None
        if self._player:
            self._attr_supported_features = (
                AssistSatelliteEntityFeature.ANNOUNCE | AssistSatelliteEntityFeature.START_CONVERSATION
            )

    @override
    async def async_added_to_hass(self) -> None:
        """Begin to wait for the wake word, if that is how listening starts."""
        await super().async_added_to_hass()
        self._microphone.satellite = self
        self.async_on_remove(self._microphone.async_add_listener(self._async_rest))
        self._async_rest()

    @override
    async def async_will_remove_from_hass(self) -> None:
        """End what is under way."""
        await super().async_will_remove_from_hass()
        self._microphone.satellite = None
        self._waits_for_wake_word = False
        if self._pause is not None:
            self._pause()
        await self._stop()

    @property
    @override
    def pipeline_entity_id(self) -> str | None:
        """Return the select that says which pipeline to use."""
        return self._select("pipeline")

    @property
    @override
    def vad_sensitivity_entity_id(self) -> str | None:
        """Return the select that says when somebody has finished speaking."""
        return self._select("vad_sensitivity")

    @callback
    @override
    def async_get_configuration(self) -> AssistSatelliteConfiguration:
        """Return that it knows no wake words of its own: Home Assistant's engines do."""
        return AssistSatelliteConfiguration(available_wake_words=[], active_wake_words=[], max_active_wake_words=0)

    @override
    async def async_set_configuration(self, config: AssistSatelliteConfiguration) -> None:
        """Do nothing: there is nothing to choose from."""

    @callback
    def async_press(self, context: Context | None) -> None:
        """Listen to somebody; end listening if that is under way. An answer that is being played ends for it.

        While something is announced or asked, or an action is about to listen, there is nothing to begin.
        """
        if self._listening is not None and self.state == AssistSatelliteState.LISTENING:
            self._listening.stop()
        elif not (self._lent or self._is_announcing):
            self._start(PipelineStage.STT, context)

    @asynccontextmanager
    async def async_lend(self, context: Context) -> AsyncIterator[Listening]:
        """Let an action listen. Raises HomeAssistantError, also if somebody is speaking to the satellite."""
        if self._lent or self._is_announcing or self.state != AssistSatelliteState.IDLE:
            raise HomeAssistantError(
                translation_domain=DOMAIN,
                translation_key="microphone_in_use",
                translation_placeholders={"microphone": self._microphone.title},
            )
        self._lent = True
        try:
            await self._stop()
            async with self._microphone.async_open() as self._listening:
                self.async_set_context(context)
                self._set_state(AssistSatelliteState.LISTENING)
                yield self._listening
        finally:
            self._lent, self._listening = False, None
            if not self._is_announcing:
                self._set_state(AssistSatelliteState.IDLE)
            self._async_rest()

    @override
    async def async_announce(self, announcement: AssistSatelliteAnnouncement) -> None:
        """Play an announcement, to its end."""
        try:
            await self._stop()
            await self._play(announcement.preannounce_media_id, announcement.media_id)
        finally:
            self.hass.loop.call_soon(self._async_rest)  # when Home Assistant has made it idle

    @override
    async def async_start_conversation(self, start_announcement: AssistSatelliteAnnouncement) -> None:
        """Play what somebody is asked, then listen."""
        if not self._player:
            raise ServiceValidationError(
                translation_domain=DOMAIN,
                translation_key="microphone_without_player",
                translation_placeholders={"microphone": self._microphone.title},
            )
        try:
            await self._stop()
            if self._ask_question_future is not None:
                # The end of what was under way, such as the wait for the wake word, was taken for an answer.
                self._ask_question_future = self.hass.loop.create_future()
            await self._play(start_announcement.preannounce_media_id, start_announcement.media_id)
            self._start(PipelineStage.STT, self._context)
        finally:
            self.hass.loop.call_soon(self._async_rest)

    @callback
    @override
    def on_pipeline_event(self, event: PipelineEvent) -> None:
        """Take note of what the pipeline says: that enough was heard, what to answer, whether to go on."""
        data: dict[str, Any] = event.data or {}
        match event.type:
            case PipelineEventType.STT_VAD_END | PipelineEventType.STT_END if self._listening:
                self._listening.stop()
            case PipelineEventType.INTENT_END:
                self._is_asked = bool(data.get("intent_output", {}).get("continue_conversation"))
            case PipelineEventType.TTS_END:
                self._answer = data["tts_output"]["media_id"]
            case PipelineEventType.STT_START:
                self._is_spoken_to = True
            case PipelineEventType.WAKE_WORD_END if not data.get("wake_word_output"):
                self._failed = True  # an engine that has gone ends like this, and would do so again at once
            case PipelineEventType.ERROR:
                # Another satellite may have been quicker, which is no failure.
                self._failed = not self._is_spoken_to and data.get("code") != "duplicate_wake_up_detected"

    @callback
    def _async_rest(self) -> None:
        """Wait for the wake word, if nothing else is under way."""
        idle = self._task is None and self._pause is None and not (self._lent or self._is_announcing)
        if idle and self._waits_for_wake_word and self._microphone.available and not self.hass.is_stopping:
            self._start(PipelineStage.WAKE_WORD)

    @callback
    def _async_end_pause(self, _now: object) -> None:
        self._pause = None
        self._async_rest()

    @callback
    def _start(self, stage: PipelineStage, context: Context | None = None) -> None:
        """Begin to listen, in the place of what is under way."""
        before = self._task
        self._task = self._entry.async_create_background_task(
            self.hass, self._run(before, stage, context), f"{self.entity_id} listens"
        )

    async def _stop(self) -> None:
        """End what is under way; an action that listens has heard all then."""
        if self._lent and self._listening is not None:
            self._listening.stop()
        task, self._task = self._task, None
        await _ended(task)

    async def _run(self, before: asyncio.Task[None] | None, stage: PipelineStage, context: Context | None) -> None:
        """Listen and answer, for as long as the conversation goes on."""
        await _ended(before)
        self._failed = False
        try:
            await self._listen(stage, context)
            while self._is_asked:
                await self._listen(PipelineStage.STT, context)
        except HomeAssistantError as err:
            _LOGGER.debug("%s: %s", self.entity_id, err)  # the microphone has said it, where people see it
            self._failed = True
        except Exception:
            _LOGGER.exception("%s: listening ended", self.entity_id)
            self._failed = True
        finally:
            if self._ask_question_future is not None and not self._ask_question_future.done():
                self._ask_question_future.set_result(None)
            if self.state != AssistSatelliteState.IDLE and not self._is_announcing:
                self._set_state(AssistSatelliteState.IDLE)
            if self._task is asyncio.current_task():  # nobody has taken its place
                self._task = None
                if self._failed and self._waits_for_wake_word and self._pause is None:
                    self._pause = async_call_later(self.hass, PAUSE_SECONDS, self._async_end_pause)
                self._async_rest()

    async def _listen(self, stage: PipelineStage, context: Context | None) -> None:
        """Run the pipeline once, and play its answer."""
        self._answer, self._is_asked, self._is_spoken_to = None, False, False
        self._loss = None
        end = PipelineStage.TTS if self._player else PipelineStage.INTENT
        try:
            # The pipeline leaves it to others to close what it has listened to.
            async with (
                self._microphone.async_open() as self._listening,
                aclosing(self._audio(self._listening)) as audio,
            ):
                await self.async_accept_pipeline_from_satellite(
                    audio, start_stage=stage, end_stage=end, context=context
                )
        except asyncio.CancelledError:
            if self._loss is None or _is_cancelled():
                raise
        finally:
            self._listening = None
        if self._loss is not None:
            raise self._loss
        if self._answer is not None:
            await self._play(self._answer)
            self.tts_response_finished()

    async def _audio(self, listening: Listening) -> AsyncGenerator[bytes]:
        """Yield the sound. When that fails, the pipeline is cancelled.

        It would log the exception as an error of Home Assistant's, and do what was only half said if the sound ended.
        """
        try:
            async with aclosing(listening.audio()) as audio:
                async for sound in audio:
                    yield sound
        except HomeAssistantError as err:
            self._loss = err
            if self._pipeline_task is not None:
                self._pipeline_task.cancel()

    async def _play(self, *sounds: str | None) -> None:
        """Play sounds, one after the other. A media player that does not play is logged, and no reason to stop."""
        try:
            for sound in filter(None, sounds):
                await async_play(self.hass, self._player or "", sound, self._context)
        except HomeAssistantError as err:
            _LOGGER.warning("%s: %s does not play: %s", self.entity_id, self._player, err)

    def _select(self, key: str) -> str | None:
        """Return a select; None if it is disabled: it has no state then, and Home Assistant's default is used."""
        select = er.async_get(self.hass).async_get_entity_id(
            Platform.SELECT, DOMAIN, f"{self._microphone.subentry_id}-{key}"
        )
        return select if select is not None and self.hass.states.get(select) is not None else None


def _is_cancelled() -> bool:
    """Return whether this task is being cancelled, and not only what it waits for."""
    task = asyncio.current_task()
    return task is not None and task.cancelling() > 0


async def _ended(task: asyncio.Task[None] | None) -> None:
    """End a task, and wait until it has ended."""
    if task is not None and task is not asyncio.current_task():
        task.cancel()
        await asyncio.wait([task])
