"""A Speech resource tried from a terminal: the integration's client and microphone, without Home Assistant.

Importing a part of the integration imports the integration first, and so all of Home Assistant. A package of the same
name that is empty takes its place here, before any part of it is imported.
"""

from pathlib import Path
import sys
from types import ModuleType

_NAME = "custom_components.azure_speech_live"

if _NAME not in sys.modules:
    _package = ModuleType(_NAME)
    _package.__path__ = [str(Path(__file__).parents[2].joinpath(*_NAME.split(".")))]
    sys.modules[_NAME] = _package
