"""The host's microphones as Assist satellites: they listen, and what is answered is heard on a media player."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing, asynccontextmanager
import logging
from typing import Final, override

from homeassistant.components import stt, tts
from homeassistant.components.assist_pipeline import (
    PipelineEvent,
    PipelineEventType,
    PipelineStage,
    async_get_pipeline,
)
from homeassistant.components.assist_satellite import (
    AssistSatelliteAnnouncement,
    AssistSatelliteConfiguration,
    AssistSatelliteEntity,
    AssistSatelliteEntityFeature,
)
from homeassistant.components.assist_satellite.entity import AssistSatelliteState
from homeassistant.config_entries import ConfigSubentry
from homeassistant.const import Platform
from homeassistant.core import CALLBACK_TYPE, Context, CoreState, HomeAssistant, callback
from homeassistant.exceptions import HomeAssistantError, ServiceValidationError
from homeassistant.helpers import entity_registry as er
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback
from homeassistant.helpers.event import async_call_later

from .const import DOMAIN
from .entity import MicrophoneEntity
from .resource.errors import unloaded, worded
from .resource.resource import AzureSpeechConfigEntry
from .satellite.assistant_voice import async_check_spoken, async_create_voice, async_has_voice
from .satellite.host_microphone import HostMicrophone, Listening, async_get_microphones
from .satellite.loudspeaker import Loudspeaker
from .satellite.pipeline_run import AssistantRun, Part, Problem
from .satellite.problems import ATTR_PROBLEM_MESSAGE, AssistantProblems, async_problem_in_words
from .speech import printable

_LOGGER = logging.getLogger(__name__)

PARALLEL_UPDATES = 0

PAUSE_SECONDS: Final = 10
"""Seconds until we wait for the wake word again after that failed: the pipeline may lack an engine.

And seconds of sound, after which an engine that takes it works.
"""


async def async_setup_entry(
    hass: HomeAssistant,
    entry: AzureSpeechConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
) -> None:
    """Add a satellite for every microphone of the entry."""
    for subentry_id, microphone in async_get_microphones(hass, entry).items():
        satellite = MicrophoneSatellite(entry, microphone, entry.subentries[subentry_id])
        async_add_entities([satellite], config_subentry_id=subentry_id)


class MicrophoneSatellite(MicrophoneEntity, AssistSatelliteEntity):
    """A microphone that people speak to.

    One task at a time listens, has the pipeline answer and plays the answer. After it, the satellite rests, or waits
    for the wake word, which is a task of the same kind.
    """

    _attr_name = None
    _attr_translation_key = "microphone"
    _unrecorded_attributes = frozenset({ATTR_PROBLEM_MESSAGE})  # an engine may say anything

    def __init__(self, entry: AzureSpeechConfigEntry, microphone: HostMicrophone, subentry: ConfigSubentry) -> None:
        """Take the settings from the subentry."""
        super().__init__(microphone, subentry)
        self._entry = entry
        self._attr_unique_id = subentry.subentry_id
        self._player = microphone.media_player
        self._waits_for_wake_word = microphone.waits_for_wake_word
        self._task: asyncio.Task[None] | None = None
        self._loudspeaker = Loudspeaker(self, entry, self._player or "")
        self._listening: Listening | None = None
        self._lent = False
        self._pause: CALLBACK_TYPE | None = None
        self._current = AssistantRun(PipelineStage.STT)
        self._problems = AssistantProblems(self)
        self._failed = self._failed_before = False
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

    @callback
    @override
    def _async_write_ha_state(self) -> None:
        """Write the state. After its removal, while all comes to an end, Home Assistant would take that for a fault."""
        if self._microphone.satellite is self:
            super()._async_write_ha_state()

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

    @property
    @override
    def extra_state_attributes(self) -> dict[str, str]:
        """Return what of the voice assistant does not work."""
        return self._problems.attributes

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

        While something is announced or asked, or an action is about to listen, there is nothing to begin. Raises
        ServiceValidationError if the voice assistant has no speech-to-text: who is at a screen would see nothing of it.
        """
        if self._listening is not None and self.state == AssistSatelliteState.LISTENING:
            self._listening.stop()
        elif not (self._lent or self._is_announcing):
            self._start(PipelineStage.STT, context)
            pipeline = async_get_pipeline(self.hass, self._resolve_pipeline())
            if not pipeline.stt_engine or stt.async_get_speech_to_text_engine(self.hass, pipeline.stt_engine) is None:
                raise worded(ServiceValidationError, "no_speech_to_text", assistant=pipeline.name)

    @asynccontextmanager
    async def async_lend(self, context: Context) -> AsyncIterator[Listening]:
        """Let an action listen. Raises HomeAssistantError, also if somebody is speaking to the satellite."""
        if self._lent or self._is_announcing or self.state != AssistSatelliteState.IDLE:
            raise worded(HomeAssistantError, "microphone_in_use", microphone=self._microphone.title)
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
            await self._loudspeaker.async_play(announcement.preannounce_media_id, announcement.media_id)
        finally:
            self.hass.loop.call_soon(self._async_rest)  # when Home Assistant has made it idle

    @override
    async def async_start_conversation(self, start_announcement: AssistSatelliteAnnouncement) -> None:
        """Play what somebody is asked, then listen."""
        if not self._player:
            raise worded(ServiceValidationError, "microphone_without_player", microphone=self._microphone.title)
        try:
            await self._stop()
            if self._ask_question_future is not None:
                # The end of what was under way, such as the wait for the wake word, was taken for an answer.
                self._ask_question_future = self.hass.loop.create_future()
            await self._loudspeaker.async_play(start_announcement.preannounce_media_id, start_announcement.media_id)
            if self._microphone.satellite is not self:  # it was removed meanwhile, and must listen to nobody
                raise unloaded(self._entry)
            self._start(PipelineStage.STT, self._context)
        finally:
            self.hass.loop.call_soon(self._async_rest)

    @callback
    @override
    def on_pipeline_event(self, event: PipelineEvent) -> None:
        """Take note of what the pipeline says, and listen no longer when it has heard enough."""
        self._current.note(event)
        if event.type is PipelineEventType.INTENT_PROGRESS and (answer := self._current.sound(self.hass)):
            self._answer(answer)
        if event.type in (PipelineEventType.STT_VAD_END, PipelineEventType.STT_END) and self._listening:
            self._listening.stop()
        elif event.type is PipelineEventType.STT_START and self._current.stage is PipelineStage.WAKE_WORD:
            self._problems.async_waits()

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
        self._failed_before, self._failed = self._failed, False
        try:
            await self._listen(stage, context)
            while self._current.asks_on:
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
        """Run the pipeline once, and play its answer: no longer than it is an answer."""
        self._current = run = AssistantRun(stage)
        try:
            await self._hear(run, context)
            if run.problem is None:
                await self._respond(run)
        finally:
            await self._loudspeaker.async_end_answer()
        if run.problem is not None:
            run.asks_on = False
            await self._tell(run.problem, waits=run.waits)
        elif run.is_understood:
            self._problems.async_works()

    async def _hear(self, run: AssistantRun, context: Context | None) -> None:
        self._loss = None
        try:
            # The pipeline leaves it to others to close what it has listened to.
            async with (
                self._microphone.async_open() as self._listening,
                aclosing(self._audio(self._listening)) as audio,
            ):
                await self._run_pipeline(run, audio, context)
        except asyncio.CancelledError:
            if self._loss is None or _is_cancelled():
                raise
        finally:
            self._listening = None
        if self._loss is not None:
            raise self._loss

    async def _run_pipeline(self, run: AssistantRun, audio: AsyncGenerator[bytes], context: Context | None) -> None:
        """Run the pipeline once. Whatever it raises is a problem of its own."""
        try:
            speaks = self._player and async_has_voice(self.hass, self._resolve_pipeline())
            await self.async_accept_pipeline_from_satellite(
                audio,
                start_stage=run.stage,
                end_stage=PipelineStage.TTS if speaks else PipelineStage.INTENT,
                context=context,
            )
        except Exception as err:  # noqa: BLE001 - it is told
            run.fail(err)

    async def _respond(self, run: AssistantRun) -> None:
        """Play the answer. A voice that gives none is a problem."""
        try:
            if run.token is None and run.answer and (voice := self._create_voice()):
                # There was none when the pipeline began to wait for the wake word, perhaps hours ago.
                voice.async_set_message(run.answer)
                run.token = voice.token
            if answer := self._current.sound(self.hass):
                await self._answer(answer)
                self.tts_response_finished()
                await async_check_spoken(answer)
        except Exception as err:  # noqa: BLE001 - it is told
            run.fail(err, Part.TEXT_TO_SPEECH)

    @callback
    def _answer(self, answer: tts.ResultStream) -> asyncio.Task[None]:
        self._set_state(AssistSatelliteState.RESPONDING)
        return self._loudspeaker.async_answer(answer)

    async def _tell(self, problem: Problem, *, waits: bool) -> None:
        """Tell the household of a problem, also aloud if there is a voice.

        Who is speaking is told each time. What keeps it from waiting for the wake word is told once, and only if it
        outlasts the pause and Home Assistant's start: engines begin later than a satellite does.
        """
        self._failed = waits
        lasts = self._failed_before and self.hass.state is CoreState.running
        if waits and not (lasts or problem.unforeseen):
            return
        is_new = self._problems.async_note(problem, waits=waits)
        if (is_new or not waits) and problem.part is not Part.TEXT_TO_SPEECH:
            await self._say(problem)

    async def _say(self, problem: Problem) -> None:
        try:
            if voice := self._create_voice():
                voice.async_set_message(await async_problem_in_words(self.hass, problem.part, voice.language or "en"))
                await self._speak(voice)
        except Exception as err:  # noqa: BLE001 - what cannot be said is logged and shown
            _LOGGER.debug("%s: cannot say what the problem is: %s", self.entity_id, printable(repr(err)))

    def _create_voice(self) -> tts.ResultStream | None:
        return async_create_voice(self.hass, self._resolve_pipeline()) if self._player else None

    async def _speak(self, voice: tts.ResultStream) -> None:
        self._set_state(AssistSatelliteState.RESPONDING)
        await self._loudspeaker.async_play(voice.media_source_id)
        self.tts_response_finished()

    async def _audio(self, listening: Listening) -> AsyncGenerator[bytes]:
        """Yield the sound. When that fails, the pipeline is cancelled.

        It would log the exception as an error of Home Assistant's, and do what was only half said if the sound ended.
        """
        try:
            async with aclosing(listening.audio()) as audio:
                async for sound in audio:
                    yield sound
                    if self._current.waits and listening.duration >= PAUSE_SECONDS:
                        self._problems.async_waits()
        except HomeAssistantError as err:
            self._loss = err
            if self._pipeline_task is not None:
                self._pipeline_task.cancel()

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
