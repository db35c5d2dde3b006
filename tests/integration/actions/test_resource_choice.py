"""Which resource an action or a command uses where there are several, and what it says if that is not clear."""

from collections.abc import AsyncIterator
from typing import Any

from homeassistant.auth.models import User
from homeassistant.config_entries import ConfigEntry, ConfigEntryDisabler
from homeassistant.core import Context, HomeAssistant
from homeassistant.exceptions import ServiceValidationError, Unauthorized
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry, MockUser
from pytest_homeassistant_custom_component.typing import WebSocketGenerator

from custom_components.azure_speech_live.const import CONF_MONTHLY_LIMIT, DOMAIN
from tests.speech_service.service import KEY, SpeechService

from ..forms import start_user_flow, submit
from ..microphones import SATELLITE, House
from ..recordings import SPOKEN
from ..speech import RECOGNIZER

RECOGNITION_PATH = "/speech/recognition/conversation/cognitiveservices/v1"


@pytest.fixture(autouse=True)
def recordings(hass: HomeAssistant) -> None:
    """Allow the folder of the spoken command."""
    hass.config.allowlist_external_dirs = {str(SPOKEN.parent)}


@pytest.fixture
async def kitchen(hass: HomeAssistant, service: SpeechService) -> ConfigEntry:
    """Add the first resource."""
    return await add(hass, service, "Kitchen")


@pytest.fixture
async def another(hass: HomeAssistant) -> AsyncIterator[SpeechService]:
    """Run another service."""
    async with SpeechService() as running:
        yield running
        for entry in hass.config_entries.async_loaded_entries(DOMAIN):
            await hass.config_entries.async_unload(entry.entry_id)


@pytest.fixture
async def attic(hass: HomeAssistant, kitchen: ConfigEntry, another: SpeechService) -> ConfigEntry:  # noqa: ARG001 - the order
    """Add a second resource, which does the same."""
    return await add(hass, another, "Attic")


async def add(hass: HomeAssistant, service: SpeechService, title: str, path: str = "") -> ConfigEntry:
    """Add a service as a resource, and give it a name."""
    form = await start_user_flow(hass)
    entry = (await submit(hass, form, endpoint=f"{service.url}{path}", api_key=KEY))["result"]
    hass.config_entries.async_update_entry(entry, title=title)
    await hass.async_block_till_done()
    return entry


async def call(hass: HomeAssistant, action: str = "transcribe", user: User | None = None, **data: Any) -> None:
    """Call an action with the spoken command, or with a microphone."""
    source = {} if "microphone" in data else {"media": str(SPOKEN)}
    if action == "translate":
        data["target_language"] = "de"
    await hass.services.async_call(
        DOMAIN,
        action,
        {"language": "en-US", **source, **data},
        blocking=True,
        return_response=True,
        context=Context(user_id=user.id if user else None),
    )
    await hass.async_block_till_done(wait_background_tasks=True)


async def refused(hass: HomeAssistant, action: str = "transcribe", user: User | None = None, **data: Any) -> str:
    """Call an action that cannot know which resource to use. Return what it says, without its last full stop."""
    with pytest.raises(ServiceValidationError) as caught:
        await call(hass, action, user, **data)
    assert "{" not in str(caught.value)
    return str(caught.value)


def used(service: SpeechService) -> bool:
    """Return whether a service was used."""
    return any(connection.turns for connection in service.connections)


# --- one can


@pytest.mark.usefixtures("kitchen")
@pytest.mark.parametrize("named", [{}, {"config_entry_id": ""}, {"config_entry_id": None}])
async def test_the_only_one_is_taken(hass: HomeAssistant, service: SpeechService, named: dict[str, Any]) -> None:
    await call(hass, **named)
    assert used(service)


@pytest.mark.usefixtures("kitchen")
async def test_the_only_one_that_can_is_taken(
    hass: HomeAssistant, service: SpeechService, another: SpeechService
) -> None:
    """What is left to be chosen is said for the action: both transcribe, and only one translates."""
    await add(hass, another, "Container", RECOGNITION_PATH)
    await call(hass, "translate")
    assert used(service)
    assert not used(another)
    assert (await refused(hass)).startswith("Several Speech resources can do this: Kitchen, Container. Choose one")
    assert (await refused(hass, "translate", config_entry_id="Cellar")).endswith("Choose one of these: Kitchen")


async def test_one_that_is_not_set_up_is_not_taken(
    hass: HomeAssistant, another: SpeechService, kitchen: ConfigEntry, attic: ConfigEntry
) -> None:
    await hass.config_entries.async_unload(kitchen.entry_id)
    await call(hass)
    assert used(another)
    await hass.config_entries.async_set_disabled_by(kitchen.entry_id, ConfigEntryDisabler.USER)
    await call(hass)
    await hass.config_entries.async_unload(attic.entry_id)
    assert await refused(hass) == (
        "Not set up at the moment: Attic. Look under Devices and services for the reason, "
        "and try again when it is set up"
    )


@pytest.mark.usefixtures("attic")
async def test_a_limit_that_is_used_up_spends_no_money_elsewhere(hass: HomeAssistant, kitchen: ConfigEntry) -> None:
    await call(hass, config_entry_id="Kitchen")
    hass.config_entries.async_update_entry(kitchen, options={CONF_MONTHLY_LIMIT: 0.0001})
    await hass.async_block_till_done()
    assert kitchen.runtime_data.hearing_guard.used_up
    assert (await refused(hass)).startswith("Several Speech resources can do this: Kitchen, Attic.")


# --- several can


@pytest.mark.usefixtures("kitchen")
@pytest.mark.parametrize("by", ["entry_id", "title"])
async def test_one_is_named(
    hass: HomeAssistant, service: SpeechService, another: SpeechService, attic: ConfigEntry, by: str
) -> None:
    await call(hass, config_entry_id=getattr(attic, by))
    assert used(another)
    assert not used(service)


@pytest.mark.usefixtures("attic")
async def test_the_choice_is_told(hass: HomeAssistant, service: SpeechService, another: SpeechService) -> None:
    said = await refused(hass)
    assert said == (
        "Several Speech resources can do this: Kitchen, Attic. Choose one of them as Speech resource in the action's "
        "form, or write its name as config_entry_id"
    )
    await call(hass, config_entry_id="kitchen ")
    assert used(service)
    assert not used(another)


@pytest.mark.usefixtures("attic")
async def test_the_choice_is_told_of_live_captions(
    hass: HomeAssistant, kitchen: ConfigEntry, hass_ws_client: WebSocketGenerator
) -> None:
    socket = await hass_ws_client()
    await socket.send_json_auto_id({"type": f"{DOMAIN}/recognize", "language": "en-US"})
    error = (await socket.receive_json())["error"]
    assert error["translation_key"] == "several_resources"
    assert error["message"].endswith("write its name as config_entry_id")
    for name in (kitchen.entry_id, kitchen.title):
        await socket.send_json_auto_id({"type": f"{DOMAIN}/recognize", "language": "en-US", "config_entry_id": name})
        assert (await socket.receive_json())["success"]
        assert (await socket.receive_json())["event"]["type"] == "start"
    await hass.config_entries.async_unload(kitchen.entry_id)


async def test_equal_titles_are_told_apart(
    hass: HomeAssistant, another: SpeechService, kitchen: ConfigEntry, attic: ConfigEntry
) -> None:
    hass.config_entries.async_update_entry(attic, title="Kitchen")
    await hass.async_block_till_done()
    choices = f"Kitchen ({kitchen.entry_id}), Kitchen ({attic.entry_id})"
    assert choices in await refused(hass)
    assert choices in await refused(hass, config_entry_id="Kitchen")
    await call(hass, config_entry_id=attic.entry_id)
    assert used(another)


# --- what is named cannot


@pytest.mark.usefixtures("attic")
async def test_a_name_that_is_none(hass: HomeAssistant) -> None:
    assert await refused(hass, config_entry_id="Cellar") == (
        "Cellar is none of the Speech resources here. Choose one of these: Kitchen, Attic"
    )
    other = MockConfigEntry(domain="sun", title="Sun")
    other.add_to_hass(hass)
    assert "Choose one of these: Kitchen, Attic" in await refused(hass, config_entry_id=other.entry_id)


@pytest.mark.usefixtures("attic")
async def test_one_that_is_named_is_not_set_up(
    hass: HomeAssistant, another: SpeechService, kitchen: ConfigEntry
) -> None:
    hass.config_entries.async_update_entry(kitchen, data={**kitchen.data, "api_key": ""})
    await hass.async_block_till_done()
    said = await refused(hass, config_entry_id="Kitchen")
    assert said.startswith(
        "Not set up at the moment: Kitchen (The key, the region or the endpoint of Kitchen is missing"
    )
    assert said.endswith("Look under Devices and services for the reason, or choose another resource: Attic")
    assert not used(another)


async def test_one_that_is_named_does_not_do_this(
    hass: HomeAssistant, service: SpeechService, another: SpeechService
) -> None:
    await add(hass, another, "Container", RECOGNITION_PATH)
    cannot = "The endpoint of Container does not do this: it only transcribes, only translates, or detects no languages"
    assert await refused(hass, "translate") == f"{cannot}. Add a resource with another endpoint"
    await add(hass, service, "Kitchen")
    assert await refused(hass, "translate", config_entry_id="Container") == (
        f"{cannot}. Choose another resource: Kitchen"
    )
    assert not used(another)


async def test_there_is_none(hass: HomeAssistant, kitchen: ConfigEntry) -> None:
    nothing = "There is no Speech resource that is enabled. Add or enable one, under Devices and services"
    await hass.config_entries.async_set_disabled_by(kitchen.entry_id, ConfigEntryDisabler.USER)
    assert await refused(hass) == nothing
    assert "Not set up at the moment: Kitchen." in await refused(hass, config_entry_id="Kitchen")
    await hass.config_entries.async_remove(kitchen.entry_id)
    assert await refused(hass) == nothing
    assert await refused(hass, config_entry_id="Kitchen") == nothing


# --- permission


def resident(hass: HomeAssistant, *entity_ids: str) -> MockUser:
    """Return a user who may control some things only."""
    user = MockUser().add_to_hass(hass)
    user.mock_policy({"entities": {"entity_ids": dict.fromkeys(entity_ids, True)}})
    return user


@pytest.mark.usefixtures("attic")
async def test_the_only_one_that_a_user_may_use_is_taken(
    hass: HomeAssistant, service: SpeechService, another: SpeechService, kitchen: ConfigEntry
) -> None:
    user = resident(hass, RECOGNIZER)
    await call(hass, user=user)
    assert used(service)
    with pytest.raises(Unauthorized):
        await call(hass, user=user, config_entry_id="Attic")
    with pytest.raises(Unauthorized):
        await call(hass, user=resident(hass, "light.kitchen"))
    with pytest.raises(Unauthorized):
        await call(hass, user=resident(hass, "light.kitchen"), config_entry_id="Cellar")
    assert (await refused(hass, user=user, config_entry_id="Cellar")).endswith("Choose one of these: Kitchen")
    await hass.config_entries.async_unload(kitchen.entry_id)
    assert "Attic" not in await refused(hass, user=user)
    assert not used(another)


# --- microphones


@pytest.mark.usefixtures("house")
async def test_a_microphone_brings_its_own(
    hass: HomeAssistant, house: House, service: SpeechService, another: SpeechService
) -> None:
    await house.add_microphone()
    await add(hass, another, "Attic")
    await call(hass, microphone=SATELLITE, duration=1)
    assert used(service)
    assert not used(another)
    await call(hass, microphone=SATELLITE, duration=1, config_entry_id="Attic")
    assert used(another)


async def test_a_microphone_of_one_that_is_not_set_up(hass: HomeAssistant, house: House) -> None:
    await house.add_microphone()
    await hass.config_entries.async_unload(house.entry.entry_id)
    assert (await refused(hass, microphone=SATELLITE)).startswith("Not set up at the moment: ")
