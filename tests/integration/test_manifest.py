"""What Home Assistant's hassfest and the Marketplace ask of manifest.json and the files beside it."""

import json
from pathlib import Path

from awesomeversion import AwesomeVersion, AwesomeVersionStrategy
from homeassistant.core import HomeAssistant
from homeassistant.loader import async_get_integration

import custom_components.azure_speech_live as package
from custom_components.azure_speech_live.const import DOMAIN

ROOT = Path(package.__file__).parent
MANIFEST = json.loads((ROOT / "manifest.json").read_text("utf-8"))
REPOSITORY = "https://github.com/azure-speech-live/azure-speech-live"


def test_keys_are_in_order() -> None:
    keys = list(MANIFEST)
    assert keys == ["domain", "name", *sorted(keys[2:])]


def test_the_manifest_says_what_the_integration_is() -> None:
    assert (
        MANIFEST
        | {
            "domain": DOMAIN,
            "name": "Azure Speech Live",
            "categories": ["ai_voice.speech"],
            "codeowners": ["@azure-speech-live"],
            "config_flow": True,
            "connectivity": ["cloud"],
            "documentation": REPOSITORY,
            "integration_type": "service",
            "iot_class": "cloud_push",
            "issue_tracker": f"{REPOSITORY}/issues",
        }
        == MANIFEST
    )
    assert ROOT.name == DOMAIN


def test_it_needs_nothing_that_home_assistant_does_not_ship() -> None:
    assert MANIFEST["requirements"] == []


def test_the_version_is_one_that_home_assistant_loads() -> None:
    version = AwesomeVersion(MANIFEST["version"], ensure_strategy=[AwesomeVersionStrategy.SEMVER])
    assert version.valid


def test_no_strings_file_pretends_to_be_read() -> None:
    assert not (ROOT / "strings.json").exists(), "custom integrations load translations/ only"


async def test_home_assistant_loads_it(hass: HomeAssistant) -> None:
    integration = await async_get_integration(hass, DOMAIN)
    assert integration.file_path == ROOT
    assert not integration.is_built_in
    assert await integration.resolve_dependencies() is not None
    assert {"config_flow", "stt"} <= set(integration.platforms_exists(["config_flow", "stt"]))
