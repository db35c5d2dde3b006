"""The blueprints: as Home Assistant checks them, and at work with the stand-in as the Speech service."""

from collections.abc import AsyncGenerator
from pathlib import Path
import shutil
from typing import Any

from homeassistant.components.blueprint.models import Blueprint
from homeassistant.components.blueprint.schemas import BLUEPRINT_SCHEMA
from homeassistant.core import HomeAssistant
from homeassistant.setup import async_setup_component
from homeassistant.util.yaml import load_yaml_dict
import pytest
from pytest_homeassistant_custom_component.common import async_mock_service

from custom_components.azure_speech_live.const import DOMAIN
from tests.speech_service.service import SpeechService

from .flows import add_resource
from .recordings import SPOKEN

BLUEPRINTS = Path(__file__).parents[2] / "blueprints"
FILES = sorted(BLUEPRINTS.glob("*/*/*.yaml"))


@pytest.fixture
async def house(hass: HomeAssistant, service: SpeechService, tmp_path: Path) -> AsyncGenerator[HomeAssistant]:
    """Install the blueprints in a house with a resource."""
    hass.config.config_dir = str(tmp_path)
    hass.config.allowlist_external_dirs = {str(SPOKEN.parent)}
    shutil.copytree(BLUEPRINTS, tmp_path / "blueprints")
    await add_resource(hass, service)
    yield hass
    await hass.async_block_till_done(wait_background_tasks=True)


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_a_blueprint_is_valid(file: Path) -> None:
    domain = file.relative_to(BLUEPRINTS).parts[0]
    blueprint = Blueprint(load_yaml_dict(file), expected_domain=domain, schema=BLUEPRINT_SCHEMA)
    assert blueprint.validate() is None
    source = blueprint.metadata["source_url"]
    assert source.endswith(f"blob/main/blueprints/{file.relative_to(BLUEPRINTS).as_posix()}")


async def test_an_announcement_is_relayed_to_the_speakers_of_each_language(house: HomeAssistant) -> None:
    played = async_mock_service(house, "media_player", "play_media")
    translations = [
        {"language": "de", "voice": "de-DE-KatjaNeural", "speakers": ["media_player.oma", "media_player.opa"]},
        {"language": "fr", "voice": "fr-FR-DeniseNeural", "speakers": ["media_player.chambre"]},
    ]
    relay = {"use_blueprint": {"path": f"{DOMAIN}/relay_announcement.yaml", "input": {"translations": translations}}}
    assert await async_setup_component(house, "script", {"script": {"relay": relay}})

    await house.services.async_call("script", "relay", {"recording": str(SPOKEN)}, blocking=True)

    assert [command.data["entity_id"] for command in played] == [
        ["media_player.oma", "media_player.opa"],
        ["media_player.chambre"],
    ]
    assert len({command.data["media_content_id"] for command in played}) == 2
    assert all(command.data["media_content_id"].startswith("media-source://tts/") for command in played)


async def test_a_visitor_is_asked_and_answered(house: HomeAssistant) -> None:
    asked = async_mock_service(house, "assist_satellite", "ask_question", response=_heard("The parcel is here."))
    announced = async_mock_service(house, "assist_satellite", "announce")
    told = async_mock_service(house, "persistent_notification", "create")
    inputs = {
        "doorbell": "input_button.door",
        "satellite": "assist_satellite.door",
        "visitor_language": "pl",
        "voice": "pl-PL-AgnieszkaNeural",
        "question": str(SPOKEN),
        "answer": str(SPOKEN),
    }
    door = {"alias": "Door", "use_blueprint": {"path": f"{DOMAIN}/ask_at_the_door.yaml", "input": inputs}}
    house.states.async_set("input_button.door", "2026-11-01T10:00:00+00:00")
    assert await async_setup_component(house, "automation", {"automation": door})

    house.states.async_set("input_button.door", "2026-11-01T11:00:00+00:00")
    await house.async_block_till_done()

    assert asked[0].data["question_media_id"].startswith("media-source://tts/")
    assert told[0].data["message"] == "The parcel is here."
    assert announced[0].data["entity_id"] == ["assist_satellite.door"]
    assert announced[0].data["media_id"].startswith("media-source://tts/")
    assert announced[0].data["media_id"] != asked[0].data["question_media_id"]


def _heard(sentence: str) -> dict[str, Any]:
    """Return what the action of the satellite responds."""
    return {"id": None, "sentence": sentence, "slots": {}}
