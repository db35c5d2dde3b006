"""What fails with the service, as an action says it."""

from typing import Any

from homeassistant.config_entries import SOURCE_REAUTH, ConfigEntry
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError, ServiceValidationError
import pytest

from tests.speech_service.authorization import Authorization
from tests.speech_service.faults import AudioReceived, Behaviour, Close, Fault, Refuse
from tests.speech_service.real import REAL
from tests.speech_service.service import SpeechService

from ..action_calls import LIGHT, VOICE, assert_worded, call

pytestmark = pytest.mark.usefixtures("recordings_allowed")


@pytest.mark.parametrize("name", ["standard_voice", "audio_format"])
async def test_what_the_service_refuses_is_named(
    hass: HomeAssistant, service: SpeechService, media: str, name: str
) -> None:
    behaviour = REAL[name].behaviour()
    service.behaviours = lambda _: behaviour
    with pytest.raises(HomeAssistantError) as caught:
        await call(hass, "translate", media=media, language="en-US", target_language="de", voice=VOICE)
    assert_worded(caught.value)
    assert REAL[name].reason in str(caught.value)
    assert (VOICE in str(caught.value)) == (name == "standard_voice")


@pytest.mark.parametrize(
    ("behaviour", "key"),
    [
        (Behaviour(answer=Refuse(429)), "action_throttled"),
        (Behaviour(answer=Refuse(503)), "action_service_error"),
        (Behaviour(answer=Refuse(400, {}, "Invalid CID or language")), "action_language_refused"),
        (Behaviour(answer=Refuse(404)), "action_not_a_speech_endpoint"),
        (Behaviour(faults=(Fault(AudioReceived(16000), Close(1011, "internal error")),)), "action_service_error"),
        (Behaviour(faults=(Fault(AudioReceived(16000), Close(1000)),)), "action_cannot_connect"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
@pytest.mark.parametrize("action", ["transcribe", "translate"])
@pytest.mark.usefixtures("impatient")
async def test_a_failure_of_the_service_is_named(  # noqa: PLR0917 - fixtures and parameters
    hass: HomeAssistant, service: SpeechService, media: str, action: str, behaviour: Behaviour, key: str
) -> None:
    service.behaviours = lambda _: behaviour
    data: dict[str, Any] = {"media": media, "language": "en-US"} | (
        {"target_language": "de"} if action == "translate" else {}
    )
    with pytest.raises(HomeAssistantError) as caught:
        await call(hass, action, **data)
    assert not isinstance(caught.value, ServiceValidationError)
    assert caught.value.translation_key == key
    assert_worded(caught.value)

    service.behaviours = ()
    assert (await call(hass, action, **data))["text"] == LIGHT


async def test_a_key_that_is_refused_asks_for_another(
    hass: HomeAssistant, service: SpeechService, entry: ConfigEntry, media: str
) -> None:
    service.authorization = Authorization(["another"])
    with pytest.raises(HomeAssistantError) as caught:
        await call(hass, "translate", media=media, language="en-US", target_language="de")
    assert caught.value.translation_key == "action_key_refused"
    await hass.async_block_till_done(wait_background_tasks=True)
    (flow,) = hass.config_entries.flow.async_progress()
    assert flow["context"]["source"] == SOURCE_REAUTH
    assert flow["context"]["entry_id"] == entry.entry_id
