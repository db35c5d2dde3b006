"""The languages that people choose from, by their names."""

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant
import pytest

from custom_components.azure_speech_live.speech import LANGUAGES, TRANSLATION_LANGUAGES

from ..subentries import open_form


@pytest.mark.parametrize(
    ("tag", "spoken", "translated"),
    [
        ("de-AT", ["de-AT", "de-DE", "de-CH", "af-ZA"], ["de", "af"]),
        ("en-GB", ["en-GB", "en-US"], ["en", "af"]),
        ("pt-BR", ["pt-BR", "pt-PT", "af-ZA"], ["pt", "pt-pt", "af"]),
        ("eo", ["af-ZA"], ["af"]),
    ],
)
async def test_the_homes_language_is_offered_first(
    hass: HomeAssistant, entry: ConfigEntry, tag: str, spoken: list[str], translated: list[str]
) -> None:
    hass.config.language, _, country = tag.partition("-")
    hass.config.country = country or None
    form = await open_form(hass, entry, "translator")
    assert form["data_schema"] is not None
    fields = {str(key): field for key, field in form["data_schema"].schema.items()}
    for name, first, every in (
        ("languages", spoken, LANGUAGES),
        ("target_language", translated, TRANSLATION_LANGUAGES),
    ):
        options = [option["value"] for option in fields[name].config["options"]]
        assert options[: len(first)] == first
        assert sorted(options) == sorted(every)
