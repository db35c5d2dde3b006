"""What voices are called where people choose one."""

from homeassistant.core import HomeAssistant

from custom_components.azure_speech_live.speech import SHIPPED, SPOKEN, Voice
from custom_components.azure_speech_live.voice.names import locale_name, name_among, name_of, voice_options

KATJA = Voice("de-DE-KatjaNeural", "de-DE", "Katja", "Katja")
YUNXI = Voice("zh-CN-YunxiNeural", "zh-CN", "Yunxi", "云希")


def test_a_voice_has_its_name_in_both_scripts() -> None:
    assert name_of(KATJA) == "Katja"
    assert name_of(YUNXI) == "Yunxi (云希)"
    assert name_of(Voice.named("KitchenNeural")) == "KitchenNeural"


def test_a_voice_from_elsewhere_says_so() -> None:
    assert name_among(KATJA, "de-DE") == "Katja"
    assert name_among(KATJA, "de-AT") == "Katja, German (Germany)"


def test_every_language_that_is_spoken_has_a_name() -> None:
    names = [locale_name(locale) for locale in SPOKEN]
    assert len(set(names)) == len(names)
    assert locale_name("de-DE") == "German (Germany)"
    assert locale_name("zh-CN-henan") == "Chinese (zh-CN-henan)"
    assert locale_name("xx-XX") == "xx-XX"


async def test_the_homes_language_comes_first_and_each_voice_once(hass: HomeAssistant) -> None:
    hass.config.language, hass.config.country = "de", "AT"
    options = voice_options(hass.config, SHIPPED)
    assert options[0] == {"value": "de-AT-IngridNeural", "label": "German (Austria): Ingrid"}
    labels = [option["label"] for option in options]
    assert labels.index("German (Germany): Katja") < labels.index("Afrikaans (South Africa): Adri")
    assert len(set(labels)) == len(labels) == len(SHIPPED)
