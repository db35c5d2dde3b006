"""What Home Assistant's own checker of integrations, hassfest, asks of the files beside the code.

hassfest is part of Home Assistant's repository and not of its package, so the checks are written anew here, from
script/hassfest/{manifest,dependencies,services,icons,translations}.py as of 2026. The workflow "Validate" runs the
original. These are stricter where that lets custom integrations be: all must be worded, in every language.
"""

import ast
from collections.abc import Callable
import json
from pathlib import Path
import re
import string
from typing import Any, Final
from urllib.parse import urlsplit

from awesomeversion import AwesomeVersion, AwesomeVersionStrategy
import hass_frontend
from homeassistant.const import CONF_SELECTOR, Platform
from homeassistant.helpers import config_validation as cv, selector
import pytest
import voluptuous as vol

from custom_components.azure_speech_live.const import DOMAIN

from .package import ICONS, MANIFEST, ROOT, SERVICES, TRANSLATIONS, WORDS, modules

# --- manifest.json ------------------------------------------------------------------------------------------------

MANIFEST_SCHEMA: Final = vol.Schema(
    {
        vol.Required("domain"): DOMAIN,
        vol.Required("name"): str,
        vol.Optional("after_dependencies"): [cv.slug],
        vol.Optional("categories"): [vol.Match(r"^[a-z_]+\.[a-z_]+$")],
        vol.Required("codeowners"): vol.All([vol.Match(r"^@[\w-]+(/[\w-]+)?$")], vol.Length(min=1)),
        vol.Required("config_flow"): True,
        vol.Optional("connectivity"): [vol.In(["cloud", "local"])],
        vol.Optional("dependencies"): [cv.slug],
        vol.Required("documentation"): vol.Url(),
        vol.Required("integration_type"): vol.In(["device", "hub", "service"]),
        vol.Required("iot_class"): vol.In(["cloud_polling", "cloud_push", "local_polling", "local_push"]),
        vol.Required("issue_tracker"): vol.Url(),
        vol.Optional("loggers"): [str],
        vol.Optional("quality_scale"): vol.In(["bronze", "silver", "gold", "platinum"]),
        vol.Required("requirements"): [str],
        vol.Required("version"): str,
    }
)

# May be used without being named in the manifest: platforms, and what every Home Assistant has set up.
ALWAYS_THERE: Final = {*Platform, "automation", "diagnostics", "frontend", "homeassistant", "system_health"}


def test_the_manifest_is_valid() -> None:
    MANIFEST_SCHEMA(MANIFEST)
    assert ROOT.name == MANIFEST["domain"]
    address = urlsplit(MANIFEST["documentation"])
    assert address.scheme == "https"
    assert address.hostname != "www.home-assistant.io"
    strategies = [AwesomeVersionStrategy.SEMVER]
    assert AwesomeVersion(MANIFEST["version"], ensure_strategy=strategies).valid


def test_the_manifest_is_in_order() -> None:
    keys = list(MANIFEST)
    assert keys == ["domain", "name", *sorted(keys[2:])]
    for dependencies in ("dependencies", "after_dependencies"):
        names = MANIFEST.get(dependencies, [])
        assert names == sorted(names)


def test_every_component_that_the_code_uses_is_in_the_manifest() -> None:
    used: set[str] = set()
    for module, tree in modules():
        own = module.__name__.rpartition(".")[2]  # diagnostics.py is asked for by "diagnostics" itself
        for node in ast.walk(tree):
            if isinstance(node, ast.ImportFrom) and node.module and node.module.startswith("homeassistant.components"):
                parts = node.module.split(".")
                names = {parts[2]} if parts[2:] else {alias.name for alias in node.names}
                used |= names - {own}
    named = {*MANIFEST.get("dependencies", []), *MANIFEST.get("after_dependencies", [])}
    assert used - named <= ALWAYS_THERE


# --- services.yaml ------------------------------------------------------------------------------------------------

FIELD: Final = vol.Schema(
    {
        vol.Optional("required"): bool,
        vol.Optional("default"): vol.NotIn([None]),
        vol.Optional("example"): vol.NotIn([None]),
        vol.Required(CONF_SELECTOR): selector.validate_selector,
    }
)
SECTION: Final = vol.Schema({vol.Optional("collapsed"): bool, vol.Required("fields"): {cv.slug: FIELD}})
SERVICES_SCHEMA: Final = vol.Schema(
    {
        cv.slug: {
            vol.Optional("target"): selector.TargetSelector.CONFIG_SCHEMA,
            vol.Optional("fields"): {cv.slug: vol.Any(SECTION, FIELD)},
        }
    }
)


def test_the_actions_are_valid() -> None:
    SERVICES_SCHEMA(SERVICES)


@pytest.mark.parametrize("action", list(SERVICES))
def test_an_action_is_worded_field_by_field(action: str) -> None:
    words = WORDS["services"][action]
    given = SERVICES[action].get("fields", {})
    sections = {name for name, field in given.items() if "fields" in field}
    fields = [name for name in given if name not in sections]
    fields += [name for section in sections for name in given[section]["fields"]]
    assert len(fields) == len(set(fields)), "a field stands in one section only"
    assert words.get("fields", {}).keys() == set(fields)
    assert words.get("sections", {}).keys() == sections


def test_the_actions_and_their_icons_are_the_ones_that_are_worded() -> None:
    assert SERVICES.keys() == WORDS["services"].keys() == ICONS["services"].keys()


def test_the_choices_of_selectors_are_worded() -> None:
    """Of those that have a key for it; others label their options themselves."""
    fields = [
        field
        for action in SERVICES.values()
        for given in action.get("fields", {}).values()
        for field in (given["fields"].values() if "fields" in given else [given])
    ]
    for field in fields:
        select = field[CONF_SELECTOR].get("select") or {}
        if key := select.get("translation_key"):
            assert WORDS["selector"][key]["options"].keys() == set(select["options"])


# --- icons.json ---------------------------------------------------------------------------------------------------

KEY: Final = vol.All(str, vol.Match(r"^(?!.*[-_]{2})[a-z0-9]([a-z0-9_-]*[a-z0-9])?$"))
ICON: Final = vol.All(str, vol.Match(r"^mdi:[a-z0-9-]+$"))
STATES: Final = {vol.Optional("default"): ICON, vol.Optional("state"): {KEY: ICON}, vol.Optional("range"): {str: ICON}}
ICONS_SCHEMA: Final = vol.Schema(
    {
        vol.Optional("entity"): {
            vol.In(list(Platform)): {KEY: {**STATES, vol.Optional("state_attributes"): {KEY: STATES}}},
        },
        vol.Optional("services"): {
            KEY: {vol.Required("service"): ICON, vol.Optional("sections"): {KEY: ICON}},
        },
    }
)


def test_the_icons_are_valid() -> None:
    ICONS_SCHEMA(ICONS)


def test_home_assistants_pages_have_every_icon() -> None:
    """Of one that they do not have, there is nothing but a gap."""
    parts = (Path(hass_frontend.where()) / "static" / "mdi").glob("[0-9a-f]*.json")
    there = {name for part in parts for name in json.loads(part.read_text())}
    assert {icon.removeprefix("mdi:") for icon in re.findall(r"mdi:[\w-]+", json.dumps(ICONS))} <= there


# --- translations/*.json ------------------------------------------------------------------------------------------


def in_good_form(value: Any) -> str:
    """Return a text that is in the form that translations may have. Raises vol.Invalid for others."""
    text = cv.string_with_no_html(value)
    if not text or text != text.strip():
        raise vol.Invalid("blank, or with blanks at an end")
    if "://" in text or "www." in text:
        raise vol.Invalid("an address, which belongs into a placeholder")
    if "[%" in text:
        raise vol.Invalid("a reference, which is not resolved in custom integrations")
    if re.search(r"'\{\w+\}'", text):
        raise vol.Invalid("a placeholder in single quotes, which would hide it")
    for _, placeholder, _, _ in string.Formatter().parse(text):
        if placeholder is not None and not placeholder.isidentifier():
            raise vol.Invalid(f"{placeholder} is no name of a placeholder")
    return text


def plain(value: Any) -> str:
    """Return a text in good form that has no placeholder."""
    if "{" in (text := in_good_form(value)):
        raise vol.Invalid("there is nothing that could fill a placeholder here")
    return text


def explains_only_what_is_there(form: dict[str, Any]) -> dict[str, Any]:
    """Return a form if each of its explanations is that of a field."""
    if extra := form.get("data_description", {}).keys() - form.get("data", {}).keys():
        raise vol.Invalid(f"explains what is not there: {', '.join(extra)}")
    return form


FORM: Final = {
    vol.Optional("description"): in_good_form,
    vol.Optional("data"): {KEY: in_good_form},
    vol.Optional("data_description"): {KEY: in_good_form},
}
STEP: Final = vol.All(
    {
        **FORM,
        vol.Optional("title"): in_good_form,
        vol.Optional("menu_options"): {KEY: in_good_form},
        vol.Optional("menu_option_descriptions"): {KEY: in_good_form},
        vol.Optional("submit"): in_good_form,
        vol.Optional("sections"): {
            KEY: vol.All({**FORM, vol.Required("name"): in_good_form}, explains_only_what_is_there)
        },
    },
    explains_only_what_is_there,
)
FLOW: Final = {
    vol.Optional("flow_title"): in_good_form,
    vol.Required("step"): {KEY: STEP},
    vol.Optional("error"): {KEY: in_good_form},
    vol.Optional("abort"): {KEY: in_good_form},
    vol.Optional("progress"): {KEY: in_good_form},
    vol.Optional("create_entry"): {KEY: in_good_form},
}
STATE_TEXTS: Final = {vol.Optional("name"): plain, vol.Optional("state"): {KEY: plain}}
TRANSLATION_SCHEMA: Final = vol.Schema(
    {
        vol.Required("config"): FLOW,
        vol.Required("config_subentries"): {
            cv.slug: {
                **FLOW,
                vol.Required("entry_type"): in_good_form,
                vol.Required("initiate_flow"): {
                    vol.Required("user"): in_good_form,
                    vol.Optional("reconfigure"): in_good_form,
                },
            }
        },
        vol.Optional("options"): FLOW,
        vol.Optional("device"): {KEY: {vol.Required("name"): in_good_form}},
        vol.Optional("entity"): {
            vol.In(list(Platform)): {
                KEY: {
                    **STATE_TEXTS,
                    vol.Optional("name"): in_good_form,
                    vol.Optional("state_attributes"): {KEY: STATE_TEXTS},
                    vol.Optional("unit_of_measurement"): plain,
                }
            }
        },
        vol.Required("exceptions"): {KEY: {vol.Required("message"): in_good_form}},
        vol.Optional("issues"): {
            KEY: vol.Any(
                {vol.Required("title"): in_good_form, vol.Required("description"): in_good_form},
                {vol.Required("title"): in_good_form, vol.Required("fix_flow"): FLOW},
            )
        },
        vol.Optional("selector"): {
            cv.slug: {
                vol.Optional("options"): {KEY: plain},
                vol.Optional("choices"): {KEY: plain},
                vol.Optional("unit_of_measurement"): {KEY: plain},
                vol.Optional("fields"): {KEY: {vol.Required("name"): plain, vol.Required("description"): in_good_form}},
            }
        },
        vol.Required("services"): {
            cv.slug: {
                vol.Required("name"): plain,
                vol.Required("description"): in_good_form,
                vol.Optional("fields"): {KEY: {vol.Required("name"): plain, vol.Required("description"): in_good_form}},
                vol.Optional("sections"): {
                    KEY: {vol.Required("name"): plain, vol.Optional("description"): in_good_form}
                },
            }
        },
        vol.Optional("system_health"): {vol.Required("info"): {KEY: plain}},
        vol.Optional("common"): {KEY: in_good_form},
    }
)


@pytest.mark.parametrize("language", sorted(TRANSLATIONS))
def test_a_translation_is_valid(language: str) -> None:
    TRANSLATION_SCHEMA(TRANSLATIONS[language])


@pytest.mark.parametrize(
    ("check", "text"),
    [
        (in_good_form, "A blank at the end "),
        (in_good_form, ""),
        (in_good_form, "See https://example.com/."),
        (in_good_form, "A <b>bold</b> word."),
        (in_good_form, "It is '{name}'."),
        (in_good_form, "There are {1} of them."),
        (in_good_form, "[%key:common::action::close%]"),
        (plain, "Sensor {number}"),
    ],
)
def test_a_bad_text_is_found(check: Callable[[Any], str], text: str) -> None:
    with pytest.raises(vol.Invalid):
        check(text)


def test_no_strings_file_pretends_to_be_read() -> None:
    assert not (ROOT / "strings.json").exists(), "custom integrations load translations/ only"
