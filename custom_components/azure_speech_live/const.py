"""Names that several modules of the integration share."""

from enum import StrEnum
from typing import Final

DOMAIN: Final = "azure_speech_live"

ENTRY_VERSION: Final = 1
"""Of what an entry stores: its data, its options, and its subentries, which have no version of their own.

Home Assistant does not set up an entry of a higher one.
"""
ENTRY_MINOR_VERSION: Final = 2
"""What is new in it may be left out by those who do not know it: an entry of a higher one is set up.

The second one has voices, and a limit for the characters that are spoken. An entry that an older release has stored
keeps the first: there is nothing in it to change.
"""

# What the household types: a region, or an endpoint's address. Which of the two it was, Endpoint finds out.
CONF_ENDPOINT: Final = "endpoint"

SUBENTRY_RECOGNIZER: Final = "recognizer"
SUBENTRY_TRANSLATOR: Final = "translator"
SUBENTRY_VOICE: Final = "voice"
SUBENTRY_MICROPHONE: Final = "microphone"

# Of a translator: the languages that may be spoken, and the one that they become.
CONF_LANGUAGES: Final = "languages"
CONF_TARGET_LANGUAGE: Final = "target_language"
# Of a recognizer, translator or voice: the engine that answers where the service does not, by its id in the registry.
CONF_SECOND_ENGINE: Final = "second_engine"
# Of a recognizer: the conversation agent that is to answer in the language that was spoken; see home/agents.py.
CONF_AGENT: Final = "agent"

# Of a resource: the hours of audio that the household wants to use in a month at most.
CONF_MONTHLY_LIMIT: Final = "monthly_limit"
# The same of the characters that are spoken.
CONF_MONTHLY_CHARACTERS: Final = "monthly_characters"
# And its pricing tier in Azure, which only the household knows.
CONF_PRICING_TIER: Final = "pricing_tier"
TIER_UNKNOWN: Final = "unknown"
TIER_FREE: Final = "f0"
TIER_STANDARD: Final = "s0"

# And who may use its live captions.
CONF_CAPTIONS_FOR: Final = "captions_for"
CAPTIONS_FOR_EVERYBODY: Final = "everybody"
CAPTIONS_FOR_ADMINISTRATORS: Final = "administrators"

# Of a microphone: how listening starts, and where answers are heard. Its device is Home Assistant's CONF_DEVICE.
CONF_START: Final = "start"
CONF_MEDIA_PLAYER: Final = "media_player"
# The voice assistant that it uses first; later the select entity says which.
CONF_PIPELINE: Final = "pipeline"


class Start(StrEnum):
    """How listening starts."""

    BUTTON = "button"
    WAKE_WORD = "wake_word"
