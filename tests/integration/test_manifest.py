"""What manifest.json says of this integration in particular; that it is valid, test_hassfest.py shows."""

from homeassistant.core import HomeAssistant
from homeassistant.loader import async_get_integration

from custom_components.azure_speech_live.const import DOMAIN

from .package import MANIFEST, REPOSITORY, ROOT, load

ADDRESS = "https://github.com/azure-speech-live/azure-speech-live"


def test_the_manifest_says_what_the_integration_is() -> None:
    assert (
        MANIFEST
        | {
            "name": "Azure Speech Live",
            "categories": ["ai_voice.speech"],
            "codeowners": ["@azure-speech-live"],
            "connectivity": ["cloud"],
            "documentation": ADDRESS,
            "integration_type": "service",
            "iot_class": "cloud_push",
            "issue_tracker": f"{ADDRESS}/issues",
            "quality_scale": "platinum",
        }
        == MANIFEST
    )


def test_it_needs_nothing_that_home_assistant_does_not_ship() -> None:
    assert MANIFEST["requirements"] == []


def test_the_changelog_has_the_version() -> None:
    assert f"## [{MANIFEST['version']}]" in (REPOSITORY / "CHANGELOG.md").read_text("utf-8")


def test_the_marketplace_knows_what_to_install() -> None:
    """As the Marketplace reads hacs.json; an unknown key is an error to its validation."""
    assert load("../../hacs.json") == {"name": MANIFEST["name"], "homeassistant": "2026.11.0"}


async def test_home_assistant_loads_it(hass: HomeAssistant) -> None:
    integration = await async_get_integration(hass, DOMAIN)
    assert integration.file_path == ROOT
    assert not integration.is_built_in
    assert integration.has_branding
    assert await integration.resolve_dependencies() is not None
    assert {"config_flow", "stt"} <= set(integration.platforms_exists(["config_flow", "stt"]))
