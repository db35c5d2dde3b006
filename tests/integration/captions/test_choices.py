"""What there is to choose from, for a card's form."""

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant
import pytest
from pytest_homeassistant_custom_component.typing import WebSocketGenerator

from custom_components.azure_speech_live.const import DOMAIN
from custom_components.azure_speech_live.speech import LANGUAGES

from ..dashboards import Dashboard, errors, user_dashboard
from ..microphones import SATELLITE, House
from ..recognizers import KITCHEN, add_recognizer
from ..speech import RECOGNIZER


async def test_everything_that_a_form_needs_is_there(
    hass: HomeAssistant, entry: ConfigEntry, dashboard: Dashboard
) -> None:
    await add_recognizer(hass, entry)
    choices = (await dashboard.ask(f"{DOMAIN}/choices", voices_of=["de", "zh-Hant"]))["result"]
    assert choices["languages"] == list(LANGUAGES)
    assert {"de", "zh-Hans", "pt-pt"} <= set(choices["target_languages"])
    assert choices["resources"] == [{"id": entry.entry_id, "title": entry.title}]
    assert sorted(choices["engines"]) == sorted([KITCHEN, RECOGNIZER])
    assert choices["microphones"] == []
    assert choices["voices"].keys() == {"de", "zh-Hant"}
    assert {"name": "de-DE-KatjaNeural", "label": "Katja (de-DE)"} in choices["voices"]["de"]
    assert choices["voices"]["zh-Hant"]


async def test_microphones_are_there(house: House, dashboard: Dashboard) -> None:
    await house.add_microphone()
    assert (await dashboard.ask(f"{DOMAIN}/choices"))["result"]["microphones"] == [SATELLITE]


async def test_only_what_a_user_may_use_is_told(
    hass: HomeAssistant, entry: ConfigEntry, hass_ws_client: WebSocketGenerator, caplog: pytest.LogCaptureFixture
) -> None:
    await add_recognizer(hass, entry)
    guest = await user_dashboard(hass, hass_ws_client, {RECOGNIZER: True})
    assert (await guest.ask(f"{DOMAIN}/choices"))["result"]["engines"] == [RECOGNIZER]
    stranger = await user_dashboard(hass, hass_ws_client, {})
    assert (await stranger.refused("choices"))["code"] == "unauthorized"
    assert errors(caplog) == []


@pytest.mark.usefixtures("entry")
async def test_a_language_that_there_is_not_is_refused(dashboard: Dashboard) -> None:
    assert (await dashboard.refused("choices", voices_of=["xx"]))["code"] == "unknown_target_language"
    assert (await dashboard.refused("choices", voices_of=["de"] * 11))["code"] == "invalid_format"


async def test_without_a_resource_there_are_languages(
    hass: HomeAssistant, entry: ConfigEntry, dashboard: Dashboard
) -> None:
    await hass.config_entries.async_remove(entry.entry_id)
    choices = (await dashboard.ask(f"{DOMAIN}/choices", voices_of=["de"]))["result"]
    assert (choices["resources"], choices["voices"]) == ([], {"de": []})
