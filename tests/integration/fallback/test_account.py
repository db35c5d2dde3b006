"""Who is asked where one of the two cannot speak: known beforehand, found out, or remembered."""

import asyncio
from collections.abc import AsyncGenerator

from homeassistant.components.tts import ATTR_VOICE
from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers import entity_registry as er
import pytest

from custom_components.azure_speech_live.const import CONF_MONTHLY_CHARACTERS
from custom_components.azure_speech_live.fallback.memories import async_get_memories
from custom_components.azure_speech_live.tts import ANNOUNCEMENT_PATIENCE
from tests.integration.second_voices import PIPER, Manner, come_back, last_engine, timed
from tests.integration.voices import SENTENCE, VOICE, WAV, asked_to_speak, sound_of, spoken
from tests.speech_service.faults import Behaviour, Fault, Opened, Refuse, Silence
from tests.speech_service.per_minute import PerMinute
from tests.speech_service.service import SpeechService
from tests.speech_service.synthesis.delivery import Delivery
from tests.speech_service.synthesis.refusals import THROTTLED

pytestmark = pytest.mark.usefixtures("piper")

OTHER = SENTENCE.upper()
FASTEST = 0.7
"""Seconds that the client tries again by itself, at most, where it is refused at once."""

AWAY = Behaviour(answer=Refuse(503))
SILENT = Behaviour(faults=(Fault(Opened(), Silence()),))


# --- who cannot


async def test_where_neither_speaks_it_is_the_services_error(
    hass: HomeAssistant, service: SpeechService, piper: Manner, caplog: pytest.LogCaptureFixture
) -> None:
    piper.error = TimeoutError()
    service.behaviours = lambda _: AWAY
    with pytest.raises(HomeAssistantError, match="trouble"):
        await timed(hass)
    await hass.async_block_till_done(wait_background_tasks=True)
    assert caplog.text.count(f"its second engine {PIPER} does not speak: TimeoutError") == 1
    assert "Traceback" not in caplog.text


async def test_where_only_the_service_speaks_it_is_waited_for(
    hass: HomeAssistant, service: SpeechService, piper: Manner
) -> None:
    piper.error = TimeoutError()
    service.synthesis.delivery = Delivery(first_audio=5)
    text, delay = await timed(hass)
    assert text == SENTENCE
    assert delay == pytest.approx(5, abs=0.2)


async def test_a_service_that_is_away_is_asked_where_nobody_else_speaks(
    hass: HomeAssistant, service: SpeechService, entry: ConfigEntry, piper: Manner
) -> None:
    memory = async_get_memories(hass, entry).speaking
    for _ in range(2):
        memory.failed(hass.loop.time())
    assert not memory.is_due(hass.loop.time())
    assert (await timed(hass, "One."))[0] == "ONE."
    assert spoken(service) == [], "it is not due"
    piper.error = TimeoutError()
    assert (await timed(hass, "Two."))[0] == "Two."


async def test_a_second_engine_that_is_slower_than_the_service_is_not_heard(
    hass: HomeAssistant, service: SpeechService, piper: Manner
) -> None:
    piper.delay = 1.0
    service.synthesis.delivery = Delivery(first_audio=1.5)
    text, delay = await timed(hass)
    assert text == SENTENCE
    assert delay == pytest.approx(1.5, abs=0.2)
    await hass.async_block_till_done(wait_background_tasks=True)
    assert piper.ended == len(piper.texts) == 1
    assert last_engine(hass) == VOICE


async def test_one_that_breaks_off_is_an_error(hass: HomeAssistant, service: SpeechService, piper: Manner) -> None:
    piper.breaks = True
    service.behaviours = lambda _: SILENT
    with pytest.raises(HomeAssistantError, match="in time"):
        await timed(hass)


async def test_it_is_asked_in_its_own_words_for_the_language(
    hass: HomeAssistant, service: SpeechService, piper: Manner
) -> None:
    service.behaviours = lambda _: AWAY
    options = {**WAV, ATTR_VOICE: "de-DE-KatjaNeural"}
    await sound_of(asked_to_speak(hass, "Das Licht ist an.", options, language="de-DE"))
    assert piper.languages == ["de"]
    assert piper.options == [{}], "a voice of ours is none of its"


async def test_one_that_is_not_there_is_passed_over(
    hass: HomeAssistant, service: SpeechService, entity_registry: er.EntityRegistry, piper: Manner
) -> None:
    entity_registry.async_update_entity(PIPER, disabled_by=er.RegistryEntryDisabler.USER)
    await hass.async_block_till_done()
    assert (await timed(hass))[0] == SENTENCE
    assert last_engine(hass) == VOICE
    service.behaviours = lambda _: AWAY
    service.synthesis.delivery = Delivery()
    assert piper.texts == []


async def test_an_agent_that_fails_tells_why(hass: HomeAssistant, service: SpeechService) -> None:
    async def tired() -> AsyncGenerator[str]:
        yield f"{SENTENCE} And"
        raise HomeAssistantError("The agent is tired")

    service.behaviours = lambda _: AWAY
    with pytest.raises(HomeAssistantError, match="tired"):
        await timed(hass, tired())


# --- what is known


async def test_the_households_own_limit(
    hass: HomeAssistant, service: SpeechService, entry: ConfigEntry, piper: Manner
) -> None:
    hass.config_entries.async_update_entry(entry, options={CONF_MONTHLY_CHARACTERS: 1})
    await hass.async_block_till_done()
    await timed(hass, "This uses it up.")
    asked = len(spoken(service))
    text, delay = await timed(hass)
    assert text == OTHER
    assert delay == pytest.approx(0, abs=0.1)
    assert len(spoken(service)) == asked
    piper.error = TimeoutError()
    with pytest.raises(HomeAssistantError, match="limit"):
        await timed(hass, "Again.")


async def test_an_announcement_waits_a_little_longer_but_not_for_a_minute(
    hass: HomeAssistant, service: SpeechService
) -> None:
    service.synthesis.per_minute = PerMinute(close=THROTTLED, requests=0)
    text, delay = await timed(hass, awaited=False)
    assert text == OTHER
    assert delay == pytest.approx(ANNOUNCEMENT_PATIENCE, abs=0.2)


async def test_the_service_is_back(
    hass: HomeAssistant, service: SpeechService, entry: ConfigEntry, caplog: pytest.LogCaptureFixture
) -> None:
    service.behaviours = lambda _: AWAY
    for text in ("One.", "Two.", "Three."):
        assert (await timed(hass, text))[0] == text.upper()
    await hass.async_block_till_done(wait_background_tasks=True)
    assert caplog.text.count(f"{PIPER} speaks while the Speech service does not") == 1
    await come_back(hass, entry, service)
    assert caplog.text.count("the Speech service speaks again") == 1
    text, delay = await timed(hass)
    assert text == SENTENCE
    assert delay == pytest.approx(0, abs=0.1)
    assert last_engine(hass) == VOICE


async def test_a_slow_service_is_waited_for_longer_from_then_on(
    hass: HomeAssistant, service: SpeechService, entry: ConfigEntry, piper: Manner
) -> None:
    service.synthesis.delivery = Delivery(first_audio=1.4)
    spoken_by_service = 0
    for number in range(8):
        await timed(hass, f"Text {number}.")
        await hass.async_block_till_done(wait_background_tasks=True)
        await asyncio.sleep(400)  # until it is tried again
        spoken_by_service = number + 1 - len(piper.texts)
    assert async_get_memories(hass, entry).speaking.patience > 1.4
    assert spoken_by_service > 0
