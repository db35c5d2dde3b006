"""The second engine of a voice: found wherever it is, or not, and in words why it does not speak."""

import logging

from homeassistant.core import HomeAssistant
from homeassistant.helpers.entity import Entity
import pytest

from custom_components.azure_speech_live.fallback.second_voice import SecondVoice
from tests.integration.engines import add_engines, stored
from tests.integration.second_voices import PIPER, Manner, Piper


@pytest.fixture
async def second(hass: HomeAssistant) -> SecondVoice:
    """Return the second engine of some entity."""
    await add_engines(hass, Piper(Manner()))
    entity = Entity()
    entity.hass, entity.entity_id = hass, "tts.ours"
    return SecondVoice(entity, stored(hass, PIPER))


async def test_it_is_found_with_its_own_word_for_the_language(second: SecondVoice) -> None:
    found = second.async_find("de-DE")
    assert found
    assert found.engine.entity_id == PIPER
    assert found.language == "de"


async def test_there_need_not_be_one(hass: HomeAssistant) -> None:
    entity = Entity()
    entity.hass, entity.entity_id = hass, "tts.ours"
    assert SecondVoice(entity, None).async_find("de-DE") is None
    assert SecondVoice(entity, "gone").async_find("de-DE") is None


async def test_why_it_does_not_speak_is_said_once_until_it_does(
    second: SecondVoice, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.WARNING)
    for _ in range(2):
        assert second.async_find("sv-SE") is None
    assert caplog.messages == [f"tts.ours: its second engine {PIPER} does not speak: it does not know sv-SE"]
    second.complain(PIPER, "TimeoutError")
    second.answers()
    second.complain(PIPER, "TimeoutError")
    assert len(caplog.messages) == 3
