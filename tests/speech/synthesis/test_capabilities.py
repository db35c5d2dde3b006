"""What a voice takes, told by its name."""

from typing import Final

import pytest

from custom_components.azure_speech_live.speech.synthesis.capabilities import (
    Capabilities,
    capabilities,
    locale_of,
)

ALL: Final = Capabilities(prosody=True, phonemes=True, switches=False)
NO_PHONEMES: Final = Capabilities(prosody=True, phonemes=False, switches=False)
SWITCHES: Final = Capabilities(prosody=True, phonemes=True, switches=True)
PLAIN: Final = Capabilities(prosody=False, phonemes=False, switches=True)


@pytest.mark.parametrize(
    ("voice", "language", "taken"),
    [
        ("de-DE-KatjaNeural", "de-DE", ALL),
        ("en-US-JennyNeural", "en-US", ALL),
        ("sw-TZ-DaudiNeural", "sw-TZ", ALL),
        ("my-own-voice", "en-US", ALL),
        ("af-ZA-AdriNeural", "af-ZA", NO_PHONEMES),
        ("iu-Latn-CA-SiqiniqNeural", "iu-LATN-CA", NO_PHONEMES),
        ("zh-CN-henan-YundengNeural", "zh-CN-henan", NO_PHONEMES),
        ("en-US-AvaMultilingualNeural", "de-DE", SWITCHES),
        ("en-US-NovaTurboMultilingualNeural", "en-US", SWITCHES),
        ("zh-CN-XiaoxiaoDialectsNeural", "zh-TW", SWITCHES),
        ("en-US-AndrewNeural", "en-US", SWITCHES),
        ("en-US-Ava:DragonHDLatestNeural", "en-US", PLAIN),
        ("en-us-ava:DragonHDOmniLatestNeural", "en-US", PLAIN),
        ("en-US-NovaMultilingualNeural", "en-US", PLAIN),
        ("en-US-NovaMultilingualNeuralHD", "en-US", PLAIN),
    ],
)
def test_capabilities(voice: str, language: str, taken: Capabilities) -> None:
    assert capabilities(voice, language) == taken


def test_a_voice_of_many_languages_has_pronunciations_in_some() -> None:
    assert capabilities("en-US-AvaMultilingualNeural", "de-DE").phonemes
    assert not capabilities("en-US-AvaMultilingualNeural", "et-EE").phonemes


@pytest.mark.parametrize(
    ("voice", "locale"),
    [
        ("de-DE-KatjaNeural", "de-DE"),
        ("fil-PH-AngeloNeural", "fil-PH"),
        ("zh-CN-XiaoxiaoDialectsNeural", "zh-CN"),
        ("zh-CN-sichuan-YunxiNeural", "zh-CN-sichuan"),
        ("iu-Cans-CA-SiqiniqNeural", "iu-Cans-CA"),
        ("en-US-Ava:DragonHDLatestNeural", "en-US"),
        ("en-US-MultiTalker-Ava-Andrew:DragonHDLatestNeural", "en-US"),
        ("en-us-ava:DragonHDOmniLatestNeural", "en-us"),
        ("my-custom-voice", None),
        ("MyCustomNeural", None),
        ("PhoenixV2Neural", None),
        ("de-DE", None),
        ("", None),
    ],
)
def test_locale_of_a_voice(voice: str, locale: str | None) -> None:
    assert locale_of(voice) == locale
