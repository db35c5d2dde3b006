"""Names that several modules of the integration share."""

from typing import Final

DOMAIN: Final = "azure_speech_live"

# What the household types: a region, or an endpoint's address. Which of the two it was, Endpoint finds out.
CONF_ENDPOINT: Final = "endpoint"

SUBENTRY_RECOGNIZER: Final = "recognizer"
SUBENTRY_TRANSLATOR: Final = "translator"

# Of a translator: the languages that may be spoken, and the one that they become.
CONF_LANGUAGES: Final = "languages"
CONF_TARGET_LANGUAGE: Final = "target_language"
