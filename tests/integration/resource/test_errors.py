"""What goes wrong with the service, by what causes it: told alike in every place where a person meets it."""

from dataclasses import dataclass
from pathlib import Path
from typing import Final

from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError
from homeassistant.setup import async_setup_component
import pytest
from pytest_homeassistant_custom_component.common import get_system_health_info
from pytest_homeassistant_custom_component.typing import WebSocketGenerator

from custom_components.azure_speech_live.const import DOMAIN
from custom_components.azure_speech_live.diagnostics import async_get_config_entry_diagnostics
from custom_components.azure_speech_live.resource.errors import FAILURE_KINDS
from tests.speech_service.faults import Answer, Behaviour, Refuse, Reset
from tests.speech_service.service import KEY, SpeechService

from ..availability import reload
from ..forms import add_resource, start_reconfigure_flow, start_user_flow, submit
from ..names import Names, certificate_for
from ..recordings import convert
from ..speech import pcm, stream, transcribe

PAGE: Final = Refuse(200, {}, "<html><title>Log in</title>")


@dataclass(frozen=True)
class Row:
    """What every connection and every request is answered with, and the key under which that is told."""

    key: str
    answer: Answer


ROWS: Final = (
    Row("key_refused", Refuse(401)),
    Row("not_a_speech_endpoint", Refuse(404)),
    Row("quota_used_up", Refuse(403, {}, "Out of call volume quota.")),
    Row("throttled", Refuse(429, {"Retry-After": "3600"})),
    Row("web_page", PAGE),
    Row("web_page", Refuse(511, {}, "<html>")),
    Row("cannot_connect", Reset()),
    Row("language_refused", Refuse(400, {}, "Invalid CID or language")),
    Row("voice_refused", Refuse(400, {}, "Unsupported voice.")),
    Row("request_refused", Refuse(400, {}, '{"error": {"message": "Out of range"}}')),
    Row("service_error", Refuse(503)),
)
ELSEWHERE: Final = {"audio_failed": "test_usage.py", "host_not_found": "test_config_flow.py"}


def test_no_kind_is_left_out() -> None:
    assert {row.key for row in ROWS} | ELSEWHERE.keys() == set(FAILURE_KINDS)


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row.key} {getattr(row.answer, 'status', '')}")
async def test_it_is_told_alike_in_every_place(  # noqa: PLR0917 - fixtures and a parameter
    hass: HomeAssistant,
    service: SpeechService,
    names: Names,
    hass_ws_client: WebSocketGenerator,
    tmp_path: Path,
    row: Row,
) -> None:
    hass.config.allowlist_external_dirs = {str(tmp_path)}
    entry = await add_resource(hass, service)
    assert await async_setup_component(hass, "system_health", {})
    media = str(convert(tmp_path / "spoken.mp3"))
    failures = "sensor.azure_speech_127_0_0_1_" + f"{service.port}_failures_this_month"
    everything = Behaviour(answer=row.answer)
    service.behaviours = service.rest_behaviours = service.list_behaviours = lambda _: everything

    # an action
    with pytest.raises(HomeAssistantError) as caught:
        await hass.services.async_call(
            DOMAIN, "transcribe", {"media": media, "language": "en-US"}, blocking=True, return_response=True
        )
    assert caught.value.translation_key == f"action_{row.key}"
    assert "{" not in str(caught.value)

    # live captions
    client = await hass_ws_client(hass)
    await client.send_json_auto_id({"type": f"{DOMAIN}/recognize", "language": "en-US"})
    assert (await client.receive_json())["success"]
    assert (await client.receive_json())["event"]["type"] == "start"
    while (event := (await client.receive_json())["event"])["type"] == "state":
        assert event["state"] == "reconnecting"
    assert event["code"] == f"action_{row.key}"

    # the system's health, while it is set up
    info = await get_system_health_info(hass, DOMAIN)
    assert (await info["can_reach_service"])["error"] == f"{row.key} (own endpoint)"

    # the sensor
    await transcribe(hass, stream(pcm(1)))
    await hass.async_block_till_done()
    state = hass.states.get(failures)
    assert state is not None
    assert {kind for kind in FAILURE_KINDS if state.attributes[kind]} == {row.key}

    # the forms
    form = await submit(hass, await start_reconfigure_flow(hass, entry), endpoint=service.url, api_key=KEY)
    assert form["errors"] == {"base": row.key}
    hass.config_entries.flow.async_abort(form["flow_id"])
    names.ports["another.example"] = service.port
    form = await submit(hass, await start_user_flow(hass), endpoint="ws://another.example", api_key=KEY)
    assert form["errors"] == {"base": row.key}

    # the diagnostics of an entry that was set up then; too many requests are nothing that is amiss
    await reload(hass, entry)
    reason = (await async_get_config_entry_diagnostics(hass, entry))["reason"]
    assert reason == (None if row.key == "throttled" else row.key)


@pytest.mark.parametrize(
    ("host", "typed", "error", "named"),
    [
        ("westeurope.stt.speech.microsoft.com", "westeurope", "no_speech_in_region", "westeurope"),
        ("kitchen.cognitiveservices.azure.com", "https://kitchen.openai.azure.com/", "no_speech_at_endpoint", ""),
    ],
)
async def test_where_azure_serves_no_speech_the_forms_say_what_to_give(  # noqa: PLR0917 - fixtures and parameters
    hass: HomeAssistant, names: Names, tmp_path: Path, host: str, typed: str, error: str, named: str
) -> None:
    missing = Behaviour(answer=Refuse(404, {}, '{"error": {"code": "404", "message": "Resource not found"}}'))
    async with SpeechService(ssl=certificate_for(host, tmp_path), behaviours=lambda _: missing) as azure:
        names.ports[host] = azure.port
        form = await submit(hass, await start_user_flow(hass), endpoint=typed, api_key=KEY)
        assert form["errors"] == {"base": error}
        assert (form["description_placeholders"] or {})["title"] == named
