"""Who is told of captions: what a refusal and an error look like to an app."""

from homeassistant.exceptions import HomeAssistantError
import pytest

from custom_components.azure_speech_live.captions.subscriber import error_event
from custom_components.azure_speech_live.resource.errors import worded

from ..dashboards import Dashboard, errors

pytestmark = pytest.mark.usefixtures("entry")


def test_an_error_has_the_key_of_its_words_and_what_is_put_in_them() -> None:
    event = error_event(worded(HomeAssistantError, "too_many_captions", limit="8"))
    assert (event["type"], event["code"], event["placeholders"]) == ("error", "too_many_captions", {"limit": "8"})
    assert error_event(HomeAssistantError("?")) == {
        "type": "error",
        "code": "unknown_error",
        "message": "?",
        "placeholders": {},
    }


async def test_a_refusal_is_no_error_of_home_assistants(dashboard: Dashboard, caplog: pytest.LogCaptureFixture) -> None:
    error = await dashboard.refused("recognize", language="tlh")
    assert error["code"] == error["translation_key"] == "unknown_language"
    assert error["translation_placeholders"]["language"] == "tlh"
    assert errors(caplog) == []
