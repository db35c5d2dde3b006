"""What Home Assistant understands of a command."""

from homeassistant.core import HomeAssistant

from custom_components.azure_speech_live.home.sentences import async_find


async def test_who_has_no_assistants_has_no_sentences(hass: HomeAssistant) -> None:
    assert await async_find(hass, "stt.kitchen", "en-US") is None
