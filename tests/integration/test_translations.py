"""Every word that the household reads: present in every language, explained, and asked for by the code.

That a text is in the form that Home Assistant allows, test_hassfest.py shows; and that every step, field, error and
abort of the forms has its words, forms.py checks in each flow that it walks.
"""

from dataclasses import is_dataclass
from importlib import import_module
import string
from typing import Final

from homeassistant.const import Platform
from homeassistant.helpers.entity import Entity
import pytest

import custom_components.azure_speech_live as integration
from custom_components.azure_speech_live.resource import errors
from custom_components.azure_speech_live.speech import SpeechError

from .package import ICONS, TRANSLATIONS, WORDS, texts, vocabulary
from .wording import error_classes, error_keys, keys, unworded_exceptions

LANGUAGES: Final = ("de", "en", "es", "fr", "it", "nl", "pl", "pt-BR", "zh-Hans")

PLATFORMS: Final = (*integration.PLATFORMS, *integration.MICROPHONE_PLATFORMS, Platform.CONVERSATION)

# Where Home Assistant's own code ends a flow, under keys of its own.
OF_HOME_ASSISTANT: Final = {"already_configured", "reauth_successful", "reconfigure_successful"}


def placeholders(text: str) -> set[str]:
    """Return the names of a text's placeholders."""
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


# --- Languages ----------------------------------------------------------------------------------------------------


def test_the_languages_are_there() -> None:
    assert TRANSLATIONS.keys() == set(LANGUAGES)


@pytest.mark.parametrize("language", sorted(TRANSLATIONS.keys() - {"en"}))
def test_a_language_is_complete(language: str) -> None:
    english = dict(texts(WORDS))
    translated = dict(texts(TRANSLATIONS[language]))
    assert translated.keys() == english.keys()
    assert {key: placeholders(text) for key, text in translated.items()} == {
        key: placeholders(text) for key, text in english.items()
    }


@pytest.mark.parametrize("language", sorted(TRANSLATIONS))
def test_a_language_has_no_stray_blanks(language: str) -> None:
    assert not [key for key, text in texts(TRANSLATIONS[language]) if "  " in text]


def test_a_button_that_shows_no_name_is_described() -> None:
    """Of the gear at a resource, its name is seen only where there is a mouse."""
    named = [text for _, text in texts(WORDS) if "Configure" in text]
    assert named
    assert all("Configure (the gear)" in text for text in named)


def test_labels_have_no_full_stop_and_sentences_do() -> None:
    """But the card's, of which some are either, as the state that it is in."""
    wrong: list[str] = []
    for key, text in texts({name: words for name, words in WORDS.items() if name != "common"}):
        last = key.rpartition(".")[2]
        is_label = ".data_description." not in key and (
            last in {"title", "name", "entry_type", "submit"}
            or any(
                f".{part}." in f".{key}"
                for part in ("data", "initiate_flow", "selector", "state", "menu_options", "info")
            )
        )
        if text.endswith(".") == is_label:
            wrong.append(key)
    assert not wrong


# --- What the code asks for ---------------------------------------------------------------------------------------


def test_every_exception_is_worded_and_no_words_are_left_over() -> None:
    assert not unworded_exceptions()
    # What only a form can meet, it words as its own error.
    of_forms = {key for form in WORDS["config_subentries"].values() for key in form.get("error", {})}
    assert set(WORDS["exceptions"]) <= keys("exceptions") <= {*WORDS["exceptions"], *of_forms}


@pytest.mark.parametrize("category", ["device", "issues", "selector"])
def test_what_is_asked_for_is_worded_and_no_words_are_left_over(category: str) -> None:
    assert keys(category) == set(WORDS.get(category, {}))


@pytest.mark.parametrize("error", list(error_classes()), ids=lambda error: error.__name__)
def test_every_error_is_worded_where_the_household_meets_it(error: type[SpeechError]) -> None:
    """In the form that adds a resource, in the sensor, and for who calls an action."""
    key = errors.translation_key(error.__new__(error))
    assert key in WORDS["config"]["error"]
    assert placeholders(WORDS["exceptions"][f"action_{key}"]["message"]) in (
        {"endpoint"},
        {"reason"},
        {"voice", "reason"},
    )
    counted = WORDS["entity"]["sensor"]["failures"]["state_attributes"]
    assert errors.failure_kind(error.__new__(error)) in errors.FAILURE_KINDS
    assert counted.keys() == set(errors.FAILURE_KINDS)


@pytest.mark.parametrize("category", ["config", "config_subentries", "options", "selector", "device", "system_health"])
def test_nothing_is_worded_that_the_code_does_not_have(category: str) -> None:
    known = vocabulary() | error_keys() | OF_HOME_ASSISTANT
    structure = {
        *("step", "error", "abort", "data", "data_description", "sections", "title", "description", "name", "info"),
        *(
            "create_entry",
            "default",
            "entry_type",
            "initiate_flow",
            "user",
            "reconfigure",
            "options",
            "menu_options",
            "submit",
            "fields",
        ),
    }
    parts = {part for key, _ in texts(WORDS.get(category, {})) for part in key.split(".")}
    assert parts - structure <= known


def test_every_entity_is_worded_and_has_an_icon() -> None:
    """Unless its name is the device's, or both come with its device class; no words and icons are left over."""
    kinds: set[tuple[str, str]] = set()
    for platform in PLATFORMS:
        for key, device_class, nameless in _entity_kinds(platform):
            kinds.add((platform, key))
            words = WORDS["entity"].get(platform, {}).get(key, {})
            assert ("name" in words) is not nameless or device_class, f"{platform} {key}: name"
            assert device_class or key in ICONS["entity"].get(platform, {}), f"{platform} {key}: icon"
    for named in (WORDS["entity"], ICONS["entity"]):
        assert {(platform, key) for platform, keys in named.items() for key in keys} <= kinds


def test_every_attribute_of_the_last_command_has_a_name() -> None:
    """Of one that has none, Home Assistant shows the key, and that in English."""
    for platform in PLATFORMS:
        for value in _entity_classes(platform):
            if key := getattr(value, "__attr_translation_key", None):
                named = WORDS["entity"][platform][key].get("state_attributes", {})
                assert getattr(value, "_unrecorded_attributes", frozenset()) <= named.keys(), f"{platform} {key}"


def _entity_classes(platform: str) -> list[type[Entity]]:
    """Return the entity classes of a platform's module, without Home Assistant's."""
    return [
        value
        for value in vars(import_module(f"{integration.__name__}.{platform}")).values()
        if isinstance(value, type) and issubclass(value, Entity) and value.__module__.startswith(integration.__name__)
    ]


def _entity_kinds(platform: str) -> list[tuple[str, object, bool]]:
    """Return what a platform's module has: translation keys, each with its device class, and whether it is nameless."""
    found: list[tuple[str, object, bool]] = []
    descriptions: list[object] = []
    for value in _entity_classes(platform):
        # Home Assistant keeps a class's _attr_ under names with one more underscore.
        if key := getattr(value, "__attr_translation_key", None):
            nameless = getattr(value, "__attr_name", "") is None
            found.append((key, getattr(value, "__attr_device_class", None), nameless))
        descriptions.append(getattr(value, "entity_description", None))
    for value in vars(import_module(f"{integration.__name__}.{platform}")).values():
        descriptions += value if isinstance(value, tuple | list) else [value]
    for description in descriptions:
        # Not all of Home Assistant's descriptions are instances of EntityDescription.
        key = getattr(description, "translation_key", None)
        if is_dataclass(description) and isinstance(key, str):
            found.append((key, getattr(description, "device_class", None), False))
    assert found, f"no entity is found in {platform}.py"
    return found
