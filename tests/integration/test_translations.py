"""Every word that the household reads: present, explained, and in the form that Home Assistant's own checks ask for.

That every step, field, error and abort of the forms has its words, flows.py checks in each flow that it walks.
"""

from collections.abc import Generator
import json
from pathlib import Path
import re
import string
from typing import Any

from homeassistant.util.json import JsonObjectType
import pytest

import custom_components.azure_speech_live as integration
from custom_components.azure_speech_live import errors
from custom_components.azure_speech_live.const import SUBENTRY_RECOGNIZER
from custom_components.azure_speech_live.speech import SpeechError, errors as speech_errors

ROOT = Path(integration.__file__).parent
WORDS = json.loads((ROOT / "translations" / "en.json").read_text("utf-8"))
ICONS = json.loads((ROOT / "icons.json").read_text("utf-8"))


def texts(words: JsonObjectType, path: str = "") -> Generator[tuple[str, str]]:
    """Yield every text with its key."""
    for key, value in words.items():
        if isinstance(value, dict):
            yield from texts(value, f"{path}{key}.")
        else:
            assert isinstance(value, str)
            yield f"{path}{key}", value


@pytest.mark.parametrize(("key", "text"), list(texts(WORDS)))
def test_a_text_is_in_good_form(key: str, text: str) -> None:
    assert text
    assert text == text.strip()
    assert "  " not in text
    assert "://" not in text, "addresses come as placeholders"
    assert not re.search(r"<[a-z/]", text), "no HTML"
    assert not re.search(r"'\{|\}'", text), "quotes would hide a placeholder"
    for _, placeholder, _, _ in string.Formatter().parse(text):
        assert placeholder is None or placeholder.isidentifier()
    is_label = key.endswith((".title", ".name", ".entry_type")) or ".data." in key or ".initiate_flow." in key
    if is_label and ".data_description." not in key:
        assert not text.endswith(".")
    else:
        assert text.endswith(".")


def error_classes(error: type[SpeechError]) -> Generator[type[SpeechError]]:
    """Yield an error's class and all below it."""
    yield error
    for special in error.__subclasses__():
        yield from error_classes(special)


@pytest.mark.parametrize(
    "error", [error for error in error_classes(SpeechError) if error.__module__ == speech_errors.__name__]
)
def test_every_error_is_worded_in_forms_and_for_entries(error: type[SpeechError]) -> None:
    key = errors.translation_key(error("…"))
    assert key in WORDS["config"]["error"]
    message = WORDS["exceptions"][key]["message"]
    assert {name for _, name, _, _ in string.Formatter().parse(message) if name} == {"endpoint"}


def test_the_forms_have_no_text_left_over() -> None:
    words = WORDS["config"]
    keys = {errors.translation_key(error("…")) for error in error_classes(SpeechError)}
    assert words["error"].keys() == keys | {"invalid_endpoint", "invalid_key"}
    assert words["step"].keys() == {"user", "reconfigure", "reauth_confirm"}
    assert words["abort"].keys() == {"already_configured"}


def test_a_recognizer_is_worded_as_home_assistant_asks() -> None:
    recognizer: dict[str, Any] = WORDS["config_subentries"][SUBENTRY_RECOGNIZER]
    assert {"entry_type", "initiate_flow"} <= recognizer.keys()
    assert "user" in recognizer["initiate_flow"]


def test_a_recognizer_has_an_icon() -> None:
    assert ICONS["entity"]["stt"][SUBENTRY_RECOGNIZER]["default"].startswith("mdi:")


def test_no_error_is_left_over() -> None:
    code = "".join(path.read_text("utf-8") for path in ROOT.glob("*.py"))
    keys = {errors.translation_key(error("…")) for error in error_classes(SpeechError)}
    keys |= {f"action_{key}" for key in keys}
    assert {key for key in WORDS["exceptions"] if f'"{key}"' not in code} <= keys
    assert keys <= WORDS["exceptions"].keys()


@pytest.mark.parametrize("subentry_type", list(WORDS["config_subentries"]))
def test_a_subentry_has_its_words_and_an_icon(subentry_type: str) -> None:
    words = WORDS["config_subentries"][subentry_type]
    assert words["entry_type"]
    assert words["initiate_flow"]["user"]
    assert ICONS["entity"]["stt"][subentry_type]["default"].startswith("mdi:")


def test_every_action_has_an_icon() -> None:
    assert ICONS["services"].keys() == WORDS["services"].keys()
    assert all(icon["service"].startswith("mdi:") for icon in ICONS["services"].values())
