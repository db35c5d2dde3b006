"""A home with lights, rooms and voice assistants, and a recognizer that asks it about its command while it listens."""

from collections.abc import AsyncIterable, Awaitable, Callable
from typing import Any, override

from homeassistant.components.assist_pipeline import (
    Pipeline,
    PipelineEvent,
    PipelineStage,
    async_pipeline_from_audio_stream,
)
from homeassistant.components.assist_pipeline.pipeline import KEY_ASSIST_PIPELINE
from homeassistant.components.conversation import ConversationEntityFeature
from homeassistant.components.homeassistant.exposed_entities import async_expose_entity
from homeassistant.components.stt import SpeechMetadata, SpeechResult, SpeechResultState
from homeassistant.core import Context, HomeAssistant
from homeassistant.helpers import area_registry as ar, entity_registry as er
from homeassistant.setup import async_setup_component
from homeassistant.util.ulid import ulid_now

from custom_components.azure_speech_live.home.sentences import Sentences, async_find

from ..engines import OtherEar
from ..microphones import Curious
from ..speech import metadata_of, pcm, stream

EARS = "stt.ears"
SMALL = "sw"
"""A language with few sentences, which are soon loaded."""
OWN = "conversation.home_assistant"
MODEL = "conversation.curious"


class Ears(OtherEar):
    """A recognizer that hears what a test says, and meanwhile asks this home."""

    def __init__(self, hass: HomeAssistant) -> None:
        """Hear nothing yet."""
        super().__init__("Ears", ("en", SMALL))
        self._home = hass
        self.text = ""
        self.language = "en-US"
        self.meanwhile: Callable[[Sentences], Awaitable[None]] | None = None
        """What is asked while the command is spoken."""
        self.found: Sentences | None = None

    @override
    async def async_process_audio_stream(self, metadata: SpeechMetadata, stream: AsyncIterable[bytes]) -> SpeechResult:
        self.found = await async_find(self._home, EARS, self.language)
        async for _ in stream:
            pass
        if self.meanwhile is not None:
            assert self.found is not None
            await self.meanwhile(self.found)
        return SpeechResult(self.text, SpeechResultState.SUCCESS)


class Home:
    """What a test has to do with."""

    def __init__(self, hass: HomeAssistant, ears: Ears, agent: Curious) -> None:
        """Use ``settle`` instead."""
        self.hass = hass
        self.ears = ears
        self.agent = agent
        self.assistant: Pipeline | None = None
        """The one that is spoken to: the last that was added."""
        self.events: list[PipelineEvent] = []
        """Those of the last command."""

    async def add_assistant(self, **settings: Any) -> Pipeline:
        """Add an assistant that uses the recognizer, and whose own agent is Home Assistant's."""
        absent = ("tts_engine", "tts_language", "tts_voice", "wake_word_entity", "wake_word_id")
        assistant = await self.hass.data[KEY_ASSIST_PIPELINE].pipeline_store.async_create_item(
            {
                "name": "Assistant",
                "language": "en",
                "conversation_engine": OWN,
                "conversation_language": "en",
                "stt_engine": EARS,
                "stt_language": "en",
                **dict.fromkeys(absent),
                **settings,
            }
        )
        self.assistant = assistant
        return assistant

    def model_with_control(self) -> None:
        """Let the agent that is not Home Assistant's own control the home."""
        self.agent._attr_supported_features = ConversationEntityFeature.CONTROL  # noqa: SLF001
        self.agent.async_write_ha_state()

    def add_light(self, name: str, area: str | None = None) -> str:
        """Add a light that is off and that Assist may use. Return its id."""
        registry = er.async_get(self.hass)
        entry = registry.async_get_or_create("light", "test", name, original_name=name)
        if area is not None:
            registry.async_update_entity(entry.entity_id, area_id=ar.async_get(self.hass).async_get_or_create(area).id)
        self.hass.states.async_set(entry.entity_id, "off", {"friendly_name": name})
        async_expose_entity(self.hass, "conversation", entry.entity_id, should_expose=True)
        return entry.entity_id

    async def say(
        self,
        text: str,
        *,
        conversation_id: str | None = None,
        satellite_id: str | None = None,
        end_stage: PipelineStage = PipelineStage.INTENT,
        meanwhile: Callable[[Sentences], Awaitable[None]] | None = None,
    ) -> Sentences | None:
        """Give a command to the assistant. Return what the recognizer found."""
        assert self.assistant is not None
        self.ears.text, self.ears.meanwhile, self.ears.found = text, meanwhile, None
        self.events = []
        await async_pipeline_from_audio_stream(
            self.hass,
            context=Context(),
            event_callback=self.events.append,
            stt_metadata=metadata_of(""),
            stt_stream=stream(pcm(0.1)),
            pipeline_id=self.assistant.id,
            conversation_id=conversation_id or ulid_now(),
            satellite_id=satellite_id,
            end_stage=end_stage,
        )
        return self.ears.found


async def settle(hass: HomeAssistant) -> Home:
    """Set up a home in which nothing has a name yet."""
    for component in ("stt", "conversation", "assist_pipeline", "intent", "light"):
        assert await async_setup_component(hass, component, {})
    ears, agent = Ears(hass), Curious()
    await hass.data["stt"].async_add_entities([ears])
    await hass.data["conversation"].async_add_entities([agent])
    return Home(hass, ears, agent)
