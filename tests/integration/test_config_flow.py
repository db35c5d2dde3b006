"""The form that adds a resource: what it accepts, what it refuses and why, and that it recovers."""

import asyncio
import math
from pathlib import Path
import socket

from homeassistant.config_entries import SOURCE_REAUTH, ConfigEntryState, ConfigFlowResult
from homeassistant.const import CONF_API_KEY, CONF_REGION, CONF_URL
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType
import pytest

from custom_components.azure_speech_live.const import (
    CONF_ENDPOINT,
    DOMAIN,
    ENTRY_MINOR_VERSION,
    ENTRY_VERSION,
    SUBENTRY_RECOGNIZER,
    SUBENTRY_TRANSLATOR,
)
from tests.speech_service.authorization import Authorization
from tests.speech_service.faults import Babble, Behaviour, Refuse, Reset
from tests.speech_service.service import KEY, SpeechService

from .availability import HEARD, reload
from .forms import (
    OTHER_KEY,
    OWN_HOST,
    REGION_HOST,
    add_resource,
    assert_abort,
    assert_form,
    only_recognizer,
    open_flow_in_progress,
    public,
    start_reconfigure_flow,
    start_user_flow,
    state_of,
    submit,
)
from .names import Names, certificate_for
from .speech import RECOGNIZER, pcm, stream, transcribe


async def test_an_endpoint_becomes_an_entry_with_a_recognizer(hass: HomeAssistant, service: SpeechService) -> None:
    form = await start_user_flow(hass)
    assert form["step_id"] == "user"
    assert not form["errors"]

    result = await submit(hass, form, endpoint=service.url, api_key=f" {KEY}\n")

    assert result["type"] is FlowResultType.CREATE_ENTRY
    assert result["title"] == f"Azure Speech (127.0.0.1:{service.port})"
    assert result["data"] == {CONF_URL: service.url, CONF_API_KEY: KEY}
    entry = result["result"]
    assert (entry.version, entry.minor_version) == (ENTRY_VERSION, ENTRY_MINOR_VERSION)
    assert entry.unique_id == f"127.0.0.1:{service.port}"
    assert state_of(entry) is ConfigEntryState.LOADED
    recognizer = only_recognizer(entry)
    assert recognizer.subentry_type == SUBENTRY_RECOGNIZER
    assert recognizer.title == "Azure Speech"
    assert recognizer.data == {}
    assert hass.states.get(RECOGNIZER) is not None


@pytest.mark.parametrize(
    "text",
    ["westeurope", "West Europe", " WestEurope ", "https://westeurope.api.cognitive.microsoft.com/", REGION_HOST],
)
async def test_a_region_is_understood_however_it_was_copied(
    hass: HomeAssistant, names: Names, tmp_path: Path, text: str
) -> None:
    async with SpeechService(ssl=certificate_for(REGION_HOST, tmp_path)) as service:
        names.ports[REGION_HOST] = service.port
        result = await submit(hass, await start_user_flow(hass), endpoint=text, api_key=KEY)

        assert result["type"] is FlowResultType.CREATE_ENTRY
        assert result["title"] == "Azure Speech (westeurope)"
        assert result["data"] == {CONF_REGION: "westeurope", CONF_API_KEY: KEY}
        assert result["result"].unique_id == "westeurope"
        assert result["result"].state is ConfigEntryState.LOADED
        assert service.attempts[0].headers["Host"] == REGION_HOST
        await hass.config_entries.async_unload(result["result"].entry_id)


S2S_HOST = "westeurope.s2s.speech.microsoft.com"


@pytest.mark.parametrize(
    "text",
    [
        f"wss://{S2S_HOST}",
        f"WSS://{S2S_HOST.upper()}:443/",
        f"wss://{S2S_HOST}/speech/translation/cognitiveservices/v1?from=de-DE&to=en",
        f"wss://{REGION_HOST}/v1.0/",
        f"wss://{REGION_HOST}:443/speech/recognition/interactive/cognitiveservices/v1",
        "https://westeurope.api.cognitive.microsoft.com/sts/v1.0/issueToken",
        "https://kitchen.services.ai.azure.com/api/projects/home",
        "https://kitchen.services.ai.azure.com/models",
        "https://kitchen.openai.azure.com/openai/v1/",
        "https://kitchen.cognitiveservices.azure.com/stt/speech/universal/v2",
    ],
)
async def test_an_address_of_azures_is_set_up_with_a_recognizer(
    hass: HomeAssistant, names: Names, tmp_path: Path, text: str
) -> None:
    """Whichever of a resource's services was copied, its region or its own host serves recognition."""
    host = OWN_HOST if "kitchen" in text else REGION_HOST
    async with public(host, names, tmp_path):
        result = await submit(hass, await start_user_flow(hass), endpoint=text, api_key=KEY)
        assert result["type"] is FlowResultType.CREATE_ENTRY
        assert result["result"].unique_id == (OWN_HOST if host is OWN_HOST else "westeurope")
        assert only_recognizer(result["result"]).subentry_type == SUBENTRY_RECOGNIZER
        assert (await transcribe(hass, stream(pcm(1))))[1] == HEARD
        await hass.config_entries.async_unload(result["result"].entry_id)


@pytest.mark.parametrize(
    "path", ["/v1.0", "/v1.0/", "/v1.0/speech/translate", "/speech/translate", "/V1.0/Speech/Translate"]
)
async def test_an_address_of_the_service_of_2018_is_set_up_with_a_translator(
    hass: HomeAssistant, names: Names, tmp_path: Path, path: str
) -> None:
    async with public(S2S_HOST, names, tmp_path):
        form = await submit(hass, await start_user_flow(hass), endpoint=f"wss://{S2S_HOST}{path}", api_key=KEY)
        assert (form["type"], form["step_id"]) == (FlowResultType.FORM, "translator")
        result = await submit(hass, form, languages=["de-DE"], target_language="en")
        assert result["type"] is FlowResultType.CREATE_ENTRY
        assert only_recognizer(result["result"]).subentry_type == SUBENTRY_TRANSLATOR
        await hass.config_entries.async_unload(result["result"].entry_id)


@pytest.mark.parametrize(
    ("behaviour", "error"),
    [
        (Behaviour(answer=Refuse(401)), "key_refused"),
        (Behaviour(answer=Refuse(403)), "key_refused"),
        (Behaviour(answer=Refuse(429, {"Retry-After": "1"})), "throttled"),
        (Behaviour(answer=Refuse(404)), "not_a_speech_endpoint"),
        (Behaviour(answer=Babble(b"220 mail.example.com ESMTP\r\n")), "not_a_speech_endpoint"),
        (Behaviour(answer=Refuse(500)), "service_error"),
        (Behaviour(answer=Refuse(503)), "service_error"),
        (Behaviour(answer=Reset()), "cannot_connect"),
        (Behaviour(delay=math.inf), "cannot_connect"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
async def test_each_failure_is_told_apart_and_the_form_recovers(
    hass: HomeAssistant, service: SpeechService, behaviour: Behaviour, error: str
) -> None:
    service.behaviours = service.list_behaviours = lambda _: behaviour
    result = await submit(hass, await start_user_flow(hass), endpoint=service.url, api_key=KEY)
    assert_form(result, {"base": error})
    assert not hass.config_entries.async_entries()

    service.behaviours = service.list_behaviours = ()
    result = await submit(hass, result, endpoint=service.url, api_key=KEY)
    assert result["type"] is FlowResultType.CREATE_ENTRY


async def test_a_wrong_key_is_told_apart_and_the_form_recovers(hass: HomeAssistant, service: SpeechService) -> None:
    result = await submit(hass, await start_user_flow(hass), endpoint=service.url, api_key=OTHER_KEY)
    assert_form(result, {"base": "key_refused"})

    result = await submit(hass, result, endpoint=service.url, api_key=KEY)
    assert result["type"] is FlowResultType.CREATE_ENTRY


@pytest.mark.parametrize("key", ["", "   ", "two words", "schlüssel", "“”", "line\nbreak"])
async def test_what_cannot_be_a_key_is_told_apart_and_the_form_recovers(
    hass: HomeAssistant, service: SpeechService, key: str
) -> None:
    result = await submit(hass, await start_user_flow(hass), endpoint=service.url, api_key=key)
    assert_form(result, {CONF_API_KEY: "invalid_key"})
    assert not service.attempts

    result = await submit(hass, result, endpoint=service.url, api_key=KEY)
    assert result["type"] is FlowResultType.CREATE_ENTRY


async def test_a_misspelt_region_is_told_apart_and_the_form_recovers(
    hass: HomeAssistant, service: SpeechService
) -> None:
    result = await submit(hass, await start_user_flow(hass), endpoint="westeurop", api_key=KEY)
    assert_form(result, {"base": "host_not_found"})

    result = await submit(hass, result, endpoint=service.url, api_key=KEY)
    assert result["type"] is FlowResultType.CREATE_ENTRY


async def test_a_closed_port_is_told_apart_and_the_form_recovers(hass: HomeAssistant, service: SpeechService) -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        url = f"ws://127.0.0.1:{unused.getsockname()[1]}"
        result = await submit(hass, await start_user_flow(hass), endpoint=url, api_key=KEY)
        assert_form(result, {"base": "cannot_connect"})

    result = await submit(hass, result, endpoint=service.url, api_key=KEY)
    assert result["type"] is FlowResultType.CREATE_ENTRY


@pytest.mark.parametrize(
    "text",
    [
        "",
        "???",
        "ftp://example.com",
        "https://me:secret@example.com",
        "https://",
        "https://[]@",
        "https://[",
        "a.b:99999",
    ],
)
async def test_what_is_no_endpoint_is_told_apart_and_the_form_recovers(
    hass: HomeAssistant, service: SpeechService, text: str
) -> None:
    result = await submit(hass, await start_user_flow(hass), endpoint=text, api_key=KEY)
    assert_form(result, {CONF_ENDPOINT: "invalid_endpoint"})

    result = await submit(hass, result, endpoint=service.url, api_key=KEY)
    assert result["type"] is FlowResultType.CREATE_ENTRY


@pytest.mark.parametrize(
    "text",
    ["https://portal.azure.com/#@x/resource/…/accounts/kitchen/cskeys", "https://speech.microsoft.com/portal"],
)
async def test_a_page_of_the_portal_is_told_apart_and_the_form_recovers(
    hass: HomeAssistant, service: SpeechService, text: str
) -> None:
    result = await submit(hass, await start_user_flow(hass), endpoint=text, api_key=KEY)
    assert_form(result, {CONF_ENDPOINT: "portal_page"})

    result = await submit(hass, result, endpoint=service.url, api_key=KEY)
    assert result["type"] is FlowResultType.CREATE_ENTRY
    entry = result["result"]

    result = await submit(hass, await start_reconfigure_flow(hass, entry), endpoint=text)
    assert_form(result, {CONF_ENDPOINT: "portal_page"})


@pytest.mark.parametrize(
    ("place", "secret", "error"),
    [
        (KEY, KEY, {CONF_ENDPOINT: "key_as_endpoint"}),
        ("westeurope", "West Europe", {CONF_API_KEY: "endpoint_as_key"}),
        ("westeurope", f"https://{OWN_HOST}/", {CONF_API_KEY: "endpoint_as_key"}),
    ],
)
async def test_the_same_in_both_fields_is_told_apart(
    hass: HomeAssistant, place: str, secret: str, error: dict[str, str]
) -> None:
    result = await submit(hass, await start_user_flow(hass), endpoint=place, api_key=secret)
    assert_form(result, error)


@pytest.mark.parametrize("swapped", [False, True])
async def test_key_and_endpoint_are_understood_in_their_wrapping(
    hass: HomeAssistant,
    service: SpeechService,
    swapped: bool,  # noqa: FBT001
) -> None:
    texts = [f"Endpoint: <{service.url}>", f"\ufeffKEY 1: “{KEY}”\u200b\n"]
    place, secret = reversed(texts) if swapped else texts
    result = await submit(hass, await start_user_flow(hass), endpoint=place, api_key=secret)
    assert result["type"] is FlowResultType.CREATE_ENTRY
    assert result["data"] == {CONF_URL: service.url, CONF_API_KEY: KEY}


def filled_in(result: ConfigFlowResult) -> dict[str, str]:
    """Return what stands in the fields of a form."""
    assert result["data_schema"] is not None
    return {
        str(field): field.description["suggested_value"]
        for field in result["data_schema"].schema
        if field.description is not None
    }


async def test_what_was_refused_stays_in_its_field(hass: HomeAssistant, service: SpeechService) -> None:
    typed = {CONF_ENDPOINT: "???", CONF_API_KEY: " KEY 1: x y "}
    assert filled_in(await submit(hass, await start_user_flow(hass), **typed)) == typed

    entry = await add_resource(hass, service)
    assert filled_in(await submit(hass, await start_reconfigure_flow(hass, entry), **typed)) == typed

    service.authorization = Authorization([OTHER_KEY])
    await reload(hass, entry)
    result = await open_flow_in_progress(hass, SOURCE_REAUTH)
    assert filled_in(result) == {CONF_ENDPOINT: service.url}
    assert filled_in(await submit(hass, result, **typed)) == typed


async def test_a_form_that_was_left_open_is_in_nobodys_way(hass: HomeAssistant, service: SpeechService) -> None:
    """A wrong key, a reload of the page, the same again, and then the right key."""
    left = [await submit(hass, await start_user_flow(hass), endpoint=service.url, api_key=OTHER_KEY) for _ in range(2)]
    for result in left:
        assert_form(result, {"base": "key_refused"})
    entry = await add_resource(hass, service)

    # Who comes back to what was left is told what became of it.
    for result in left:
        again = await submit(hass, result, endpoint=service.url, api_key=KEY)
        assert_form(again, {CONF_ENDPOINT: "already_configured"})
        assert (again["description_placeholders"] or {})["title"] == entry.title

    service.authorization = Authorization([OTHER_KEY])
    await reload(hass, entry)
    reauth = await open_flow_in_progress(hass, SOURCE_REAUTH)
    for _ in range(2):
        wrong = await submit(hass, await start_reconfigure_flow(hass, entry), endpoint=service.url, api_key=KEY)
        assert_form(wrong, {"base": "key_refused"})
        assert_form(await submit(hass, reauth, endpoint=service.url, api_key=KEY), {"base": "key_refused"})
    result = await submit(hass, reauth, endpoint=service.url, api_key=OTHER_KEY)
    assert_abort(result, "reauth_successful")
    assert state_of(entry) is ConfigEntryState.LOADED


async def test_two_forms_at_the_same_moment_add_one_resource(hass: HomeAssistant, service: SpeechService) -> None:
    forms = [await start_user_flow(hass) for _ in range(2)]
    results = await asyncio.gather(*(submit(hass, form, endpoint=service.url, api_key=KEY) for form in forms))
    assert {result["type"] for result in results} == {FlowResultType.CREATE_ENTRY, FlowResultType.FORM}
    (refused,) = (result for result in results if result["type"] is FlowResultType.FORM)
    assert_form(refused, {CONF_ENDPOINT: "already_configured"})
    assert len(hass.config_entries.async_entries(DOMAIN)) == 1


async def test_a_form_whose_resource_was_removed_says_so(hass: HomeAssistant, service: SpeechService) -> None:
    entry = await add_resource(hass, service)
    before, meanwhile = [await start_reconfigure_flow(hass, entry) for _ in range(2)]
    asked = asyncio.Event()

    def slow(_: int) -> Behaviour:
        asked.set()
        return Behaviour(delay=1)

    async def remove() -> None:
        await asked.wait()
        await hass.config_entries.async_remove(entry.entry_id)

    service.behaviours = slow
    result, _ = await asyncio.gather(submit(hass, meanwhile, endpoint=service.url), remove())
    assert_abort(result, "removed")
    assert_abort(await submit(hass, before, endpoint=service.url), "removed")


async def test_the_same_resource_twice_is_refused(hass: HomeAssistant, service: SpeechService) -> None:
    entry = await add_resource(hass, service)
    attempts = len(service.attempts)
    form = await start_user_flow(hass)
    for spelling in (service.url, f"{service.http_url}/", f" {service.url.upper()} "):
        form = await submit(hass, form, endpoint=spelling, api_key=OTHER_KEY)
        assert_form(form, {CONF_ENDPOINT: "already_configured"})
        assert (form["description_placeholders"] or {})["title"] == entry.title
    assert len(service.attempts) == attempts


async def test_a_resource_is_known_by_its_key_at_its_other_address(
    hass: HomeAssistant, names: Names, tmp_path: Path
) -> None:
    """Its region and its own endpoint are the same resource, which counts its audio once."""
    async with public(REGION_HOST, names, tmp_path), public(OWN_HOST, names, tmp_path) as own:
        first = await submit(hass, await start_user_flow(hass), endpoint="westeurope", api_key=KEY)
        assert first["type"] is FlowResultType.CREATE_ENTRY

        form = await submit(hass, await start_user_flow(hass), endpoint=OWN_HOST, api_key=f" {KEY}")
        assert_form(form, {CONF_API_KEY: "key_of_other"})
        assert (form["description_placeholders"] or {})["title"] == "Azure Speech (westeurope)"
        assert not own.attempts

        # Another resource of the region: it has keys of its own.
        second = await submit(hass, form, endpoint=OWN_HOST, api_key=OTHER_KEY)
        assert second["type"] is FlowResultType.CREATE_ENTRY
        assert only_recognizer(second["result"]).title == "Azure Speech (kitchen)"
        result = await submit(
            hass, await start_reconfigure_flow(hass, second["result"]), endpoint=OWN_HOST, api_key=KEY
        )
        assert_form(result, {CONF_API_KEY: "key_of_other"})
        assert second["result"].data[CONF_API_KEY] == OTHER_KEY

        # One may move from the one address to the other.
        await hass.async_block_till_done(wait_background_tasks=True)  # the list of voices
        await hass.config_entries.async_remove(second["result"].entry_id)
        result = await submit(hass, await start_reconfigure_flow(hass, first["result"]), endpoint=OWN_HOST)
        assert_abort(result, "reconfigure_successful")
        assert first["result"].unique_id == OWN_HOST
        await hass.config_entries.async_unload(first["result"].entry_id)


async def test_containers_may_share_a_key_with_each_other_and_with_a_resource(
    hass: HomeAssistant, service: SpeechService, names: Names, tmp_path: Path
) -> None:
    await add_resource(hass, service)
    async with SpeechService() as other, public(REGION_HOST, names, tmp_path):
        second = await add_resource(hass, other)
        resource = await submit(hass, await start_user_flow(hass), endpoint="westeurope", api_key=KEY)
        assert resource["type"] is FlowResultType.CREATE_ENTRY
        for entry in (second, resource["result"]):
            await hass.config_entries.async_unload(entry.entry_id)
