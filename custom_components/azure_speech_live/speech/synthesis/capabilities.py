"""What a voice takes beside text, as far as its name tells.

The service's list says which styles and roles a voice has, and no more of what it can do. What is said here is from
Microsoft's documentation, each with its source.
"""

from dataclasses import dataclass
import re
from typing import Final

DEFAULT_LOCALE: Final = "en-US"
"""What both of Microsoft's SDKs say of a voice whose name tells no locale."""

_NAME: Final = re.compile(r"(?P<locale>[A-Za-z]{2,3}(?:-[A-Za-z]{4})?-[A-Za-z]{2}(?:-[a-z]{4,}(?=-))?)-.+")
"""A locale may have a script ("iu-Latn-CA") or a dialect ("zh-CN-sichuan") in it."""
_BASE_MODEL: Final = re.compile(r":\w+")
"""High-definition voices are named after their model: "en-US-Ava:DragonHDLatestNeural".

They take no <prosody>, <phoneme> and <break>, but <lang>. Source: "What are high definition voices?".
"""
_OPENAI: Final = re.compile(r"-(?:Alloy|Echo|Fable|Onyx|Nova|Shimmer)MultilingualNeural(?:HD)?$", re.IGNORECASE)
"""Those of OpenAI take neither as well. Those with "Turbo" in their name take all. Source: "OpenAI voices"."""
_SWITCHING: Final = re.compile(
    r"Multilingual|Dialects|^en-US-(?:Andrew|Ava|Brian|Emma)Neural$",
    re.IGNORECASE,
)
"""Voices that speak another language where the text looks like one.

For "en-US-AndrewNeural" it is reported (rany2/edge-tts#225, Azure/azure-sdk-for-net#43448). That the three voices
which came with it do so is a guess.
"""
_WITHOUT_PHONEMES: Final = frozenset(
    """
    af-za am-et as-in az-az bn-bd bn-in bs-ba cy-gb et-ee eu-es fa-ir fil-ph ga-ie gl-es hy-am is-is iu-cans-ca
    iu-latn-ca jv-id ka-ge kk-kz km-kh kn-in lo-la lt-lt lv-lv mk-mk ml-in mn-mn mt-mt my-mm ne-np or-in pa-in ps-af
    si-lk so-so sq-al sr-latn-rs sr-rs su-id sw-ke uz-uz wuu-cn yue-cn zh-cn-guangxi zh-cn-henan zh-cn-liaoning
    zh-cn-shaanxi zh-cn-shandong zh-cn-sichuan zu-za
    """.split()  # noqa: SIM905 - a block of words reads better than one word a line
)
"""Locales without <phoneme>, in lower case. Source: "Language and voice support", table "Text to speech", note 3."""


@dataclass(frozen=True, slots=True)
class Capabilities:
    """What a voice takes."""

    prosody: bool
    """Whether rate, pitch and volume."""
    phonemes: bool
    """Whether a pronunciation, in the language that was asked about."""
    switches: bool
    """Whether it speaks another language where the text looks like one, unless it is told not to."""


def capabilities(voice: str, language: str) -> Capabilities:
    """Return what the voice of this name takes where it speaks a language (a BCP-47 tag)."""
    plain = bool(_BASE_MODEL.search(voice) or _OPENAI.search(voice))
    return Capabilities(
        prosody=not plain,
        phonemes=not plain and language.lower() not in _WITHOUT_PHONEMES,
        switches=plain or bool(_SWITCHING.search(voice)),
    )


def locale_of(voice: str) -> str | None:
    """Return the locale in a voice's name: "de-DE" of "de-DE-KatjaNeural". None for a custom voice."""
    name = _NAME.fullmatch(voice)
    return name["locale"] if name else None
