"""The WebSocket commands: what they take, from whom, and what they tell of actions."""

from typing import Any

from homeassistant.auth.const import GROUP_ID_READ_ONLY
from homeassistant.config_entries import ConfigEntry
from homeassistant.core import Context, HomeAssistant
import pytest
from pytest_homeassistant_custom_component.common import MockUser

from custom_components.azure_speech_live.const import DOMAIN
from tests.speech_service.engines.scripted import Scripted, Utterance
from tests.speech_service.service import SpeechService

from .dashboards import Dashboard, errors, of
from .recordings import SPOKEN
from .speech import pcm

pytestmark = pytest.mark.usefixtures("recordings_allowed")


@pytest.mark.parametrize("command", ["recognize", "translate"])
async def test_profanity_is_as_it_was_asked_for(dashboard: Dashboard, service: SpeechService, command: str) -> None:
    service.engine = Scripted([Utterance(text="Damn.", end=1)])
    target: dict[str, Any] = {"target_language": "de"} if command == "translate" else {}
    for profanity, text in (("masked", "****."), ("raw", "Damn.")):
        await dashboard.begin(command, language="en-US", profanity=profanity, **target)
        await dashboard.speak(pcm(1))
        (phrase,) = of("phrase", await dashboard.events())
        assert phrase["text"] == text


@pytest.mark.parametrize(
    ("options", "key"),
    [
        ({"language": "tlh"}, "unknown_language"),
        ({"target_language": "en"}, "same_language"),
        ({"voices": {"de": "fr-FR-DeniseNeural"}}, "voice_of_another_language"),
        ({"voices": {"fr": "fr-FR-DeniseNeural"}}, "voice_of_another_language"),
        ({"voices": {"de": "de-DE-NobodyNeural"}}, "no_such_voice"),
        ({"config_entry_id": "x"}, "unknown_resource"),
    ],
)
async def test_a_mistake_is_named(
    dashboard: Dashboard, caplog: pytest.LogCaptureFixture, options: dict[str, Any], key: str
) -> None:
    right = {"language": "en-US", "target_language": "de"}
    error = await dashboard.refused("translate", **(right | options))
    assert error["code"] == error["translation_key"] == key
    assert error["translation_domain"] == DOMAIN
    assert "{" not in error["message"]
    assert errors(caplog) == []


@pytest.mark.parametrize(
    "options",
    [
        {"sample_rate": 0},
        {"sample_rate": 48_001},
        {"sample_rate": "fast"},
        {"target": "de"},
        {"version": 1},
        {"voice": "x"},
    ],
)
async def test_a_command_that_is_not_in_order_is_refused(dashboard: Dashboard, options: dict[str, Any]) -> None:
    result = await dashboard.ask(f"{DOMAIN}/recognize", language="en-US", **options)
    assert result["error"]["code"] == "invalid_format"


async def test_a_user_who_may_only_look_may_not(
    dashboard: Dashboard, hass_admin_user: MockUser, hass: HomeAssistant, caplog: pytest.LogCaptureFixture
) -> None:
    group = await hass.auth.async_get_group(GROUP_ID_READ_ONLY)
    assert group is not None
    hass_admin_user.groups = [group]
    error = await dashboard.refused("recognize", language="en-US")
    assert error["code"] == error["translation_key"] == "unauthorized"
    assert errors(caplog) == []


# --- what the actions are at


async def transcribe(hass: HomeAssistant, context: Context) -> None:
    """Call the action."""
    data = {"media": str(SPOKEN), "language": "en-US"}
    await hass.services.async_call(DOMAIN, "transcribe", data, blocking=True, return_response=True, context=context)


async def test_the_progress_of_an_action_is_told(
    hass: HomeAssistant, dashboard: Dashboard, service: SpeechService, entry: ConfigEntry
) -> None:
    service.engine = Scripted([Utterance(text="Hello.", end=0.5), Utterance(text="Goodbye.", start=0.6, end=1.5)])
    assert (await dashboard.ask(f"{DOMAIN}/subscribe_progress"))["success"]
    context = Context()
    await transcribe(hass, context)
    events = await dashboard.events()
    assert [event.get("text") for event in events] == ["Hello.", "Goodbye.", None]
    assert events[-1] == {
        "type": "end",
        "context_id": context.id,
        "entry_id": entry.entry_id,
        "media": str(SPOKEN),
    }


async def test_others_are_told_of_their_own_actions_only(
    hass: HomeAssistant, dashboard: Dashboard, hass_admin_user: MockUser
) -> None:
    hass_admin_user.groups = []
    hass_admin_user.is_owner = False
    assert (await dashboard.ask(f"{DOMAIN}/subscribe_progress"))["success"]
    await transcribe(hass, Context())
    own = Context(user_id=hass_admin_user.id)
    hass_admin_user.is_owner = True  # who else might call it
    await transcribe(hass, own)
    assert {event["context_id"] for event in await dashboard.events()} == {own.id}
