"""Many recordings and captions at once, and callers who go: satellites come first, and nothing is left behind."""

import asyncio
from collections.abc import AsyncGenerator, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import Any

from aiohttp import web
from homeassistant.config_entries import ConfigEntry
from homeassistant.core import Context, HomeAssistant, callback
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers import config_validation as cv
from homeassistant.helpers.script import Script, async_validate_actions_config
import pytest
from pytest_homeassistant_custom_component.typing import MockHAClientWebSocket, WebSocketGenerator

from custom_components.azure_speech_live.actions import limits
from custom_components.azure_speech_live.const import DOMAIN
from tests.speech_service.service import SpeechService

from ..forms import add_resource
from ..recordings import SPOKEN, EndlessRadio, processes, web_server
from ..speech import pcm, stream, transcribe

LIGHT = "Turn on the kitchen light."


@pytest.fixture(autouse=True)
async def entry(hass: HomeAssistant, service: SpeechService) -> ConfigEntry:
    """Add the stand-in as a resource."""
    hass.config.allowlist_external_dirs = {str(SPOKEN.parent)}
    hass.config.allowlist_external_urls = {"http://127.0.0.1"}
    return await add_resource(hass, service)


@pytest.fixture(autouse=True)
def no_process_is_left() -> Iterator[None]:
    """Fail a test that leaves an ffmpeg."""
    yield
    assert not processes()


@pytest.fixture
def one_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a single recording be listened to at a time, and a single one wait."""
    monkeypatch.setattr(limits, "MAX_RECORDINGS", 1)
    monkeypatch.setattr(limits, "MAX_WAITING", 1)


class Radio(EndlessRadio):
    """A radio that says how many listen to it, and that nothing is on as long as it is off the air."""

    def __init__(self) -> None:
        """Begin on the air, without a listener."""
        super().__init__()
        self.listeners: list[str] = []
        """The paths, in the order in which they came."""
        self.present = 0
        self.on_air = asyncio.Event()
        self.on_air.set()

    async def answer(self, request: web.Request) -> web.StreamResponse:
        """Send until the listener goes."""
        self.listeners.append(request.path)
        self.present += 1
        try:
            await self.on_air.wait()
            return await super().answer(request)
        finally:
            self.present -= 1


@asynccontextmanager
async def radio_station() -> AsyncGenerator[tuple[Radio, str]]:
    """Run a radio station, and return its address."""
    radio = Radio()
    async with web_server(radio.answer) as address:
        yield radio, address


def listening(hass: HomeAssistant, media: str) -> asyncio.Task[Any]:
    """Listen to a radio for a long time."""
    data = {"media": media, "language": "en-US", "duration": 600}
    call = hass.services.async_call(DOMAIN, "transcribe", data, blocking=True, return_response=True)
    return asyncio.create_task(call)


async def until(condition: Any) -> None:
    """Wait until something is so of which nobody tells."""
    async with asyncio.timeout(10):
        while not condition():  # noqa: ASYNC110 - there is no event
            await asyncio.sleep(0.01)


@contextmanager
def refused(key: str) -> Iterator[None]:
    """Expect an error, in words."""
    with pytest.raises(HomeAssistantError) as caught:
        yield
    assert caught.value.translation_key == key
    assert "{" not in str(caught.value)


@pytest.mark.usefixtures("one_at_a_time")
async def test_recordings_wait_for_their_turn(hass: HomeAssistant, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "MAX_WAITING", 3)
    async with radio_station() as (radio, address):
        calls = []
        for number in range(3):
            calls.append(listening(hass, f"{address}/{number}"))
            await asyncio.sleep(0.05)
        await until(lambda: radio.present)
        for number in range(3):
            await until(lambda number=number: len(radio.listeners) == number + 1 and radio.present == 1)
            await asyncio.sleep(0.05)
            assert radio.listeners == [f"/{before}" for before in range(number + 1)]
            calls[number].cancel()
        await asyncio.wait(calls)
        await until(lambda: not radio.present)


@pytest.mark.usefixtures("one_at_a_time")
async def test_too_many_recordings_are_refused(hass: HomeAssistant) -> None:
    async with radio_station() as (radio, address):
        first, second = listening(hass, f"{address}/0"), listening(hass, f"{address}/1")
        await until(lambda: radio.present)
        with refused("too_many_recordings"):
            await listening(hass, f"{address}/2")

        second.cancel()  # who goes while waiting leaves the place to another
        await asyncio.wait([second])
        third = listening(hass, f"{address}/3")
        await asyncio.sleep(0.1)
        assert not third.done()
        first.cancel()
        await until(lambda: radio.listeners == ["/0", "/3"])
        third.cancel()
        await asyncio.wait([first, third])
        await until(lambda: not radio.present)


@pytest.mark.usefixtures("one_at_a_time")
async def test_a_recording_does_not_wait_for_ever(hass: HomeAssistant, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "WAIT_LIMIT", 0.05)
    async with radio_station() as (radio, address):
        first = listening(hass, f"{address}/0")
        await until(lambda: radio.present)
        with refused("too_many_recordings"):
            await listening(hass, f"{address}/1")
        first.cancel()
        await asyncio.wait([first])
        await until(lambda: not radio.present)
        again = listening(hass, f"{address}/2")
        await until(lambda: "/2" in radio.listeners)
        again.cancel()
        await asyncio.wait([again])
        await until(lambda: not radio.present)


@pytest.mark.usefixtures("one_at_a_time")
async def test_a_recording_that_fails_leaves_its_place(hass: HomeAssistant) -> None:
    for media in ("media-source://nowhere/at-all", str(SPOKEN), str(SPOKEN)):
        data = {"media": media, "language": "en-US"}
        call = hass.services.async_call(DOMAIN, "transcribe", data, blocking=True, return_response=True)
        if media == str(SPOKEN):
            response = await call
            assert response is not None
            assert response["text"] == LIGHT
        else:
            with refused("media_not_found"):
                await call


@pytest.mark.usefixtures("one_at_a_time")
async def test_a_command_does_not_wait_for_recordings(hass: HomeAssistant) -> None:
    async with radio_station() as (radio, address):
        calls = [listening(hass, f"{address}/{number}") for number in range(2)]
        await until(lambda: radio.present)
        _, result = await transcribe(hass, stream(pcm(1)))
        assert result.text == LIGHT
        for call in calls:
            call.cancel()
        await asyncio.wait(calls)
        await until(lambda: not radio.present)


async def test_too_many_captions_are_refused(
    hass_ws_client: WebSocketGenerator, hass: HomeAssistant, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "MAX_CAPTIONS", 1)
    socket = await hass_ws_client(hass)
    first = await captions(socket)
    assert first["success"]
    assert (await socket.receive_json())["event"]["type"] == "start"
    second = await captions(socket)
    assert second["error"]["translation_key"] == "too_many_captions"
    assert "{" not in second["error"]["message"]

    await socket.send_json_auto_id({"type": "unsubscribe_events", "subscription": first["id"]})
    assert (await socket.receive_json())["success"]
    async with asyncio.timeout(10):
        while not (await captions(socket))["success"]:  # noqa: ASYNC110 - there is no event
            await asyncio.sleep(0.05)


async def captions(socket: MockHAClientWebSocket) -> dict[str, Any]:
    """Begin live captions, and return the result."""
    await socket.send_json_auto_id({"type": f"{DOMAIN}/recognize", "language": "en-US"})
    result: dict[str, Any] = await socket.receive_json()
    return result


# --- callers who go

TRANSCRIBE = {"type": "call_service", "domain": DOMAIN, "service": "transcribe", "return_response": True}


@pytest.mark.parametrize("at", ["waiting", "opening", "listening"])
@pytest.mark.usefixtures("one_at_a_time")
async def test_who_closes_the_connection_ends_the_action(
    hass: HomeAssistant, hass_ws_client: WebSocketGenerator, service: SpeechService, at: str
) -> None:
    socket = await hass_ws_client(hass)
    async with radio_station() as (radio, address):
        if at == "opening":
            radio.on_air.clear()
        before = listening(hass, f"{address}/before") if at == "waiting" else None
        data = {"media": f"{address}/radio", "language": "en-US", "duration": 600}
        await socket.send_json_auto_id({**TRANSCRIBE, "service_data": data})
        await until(lambda: radio.present)
        if at == "listening":
            await service.until(lambda: bool(service.connections[-1].turns[0].audio))
        await asyncio.sleep(0.1)
        await socket.close()
        if before:
            await asyncio.sleep(0.1)
            before.cancel()
            await asyncio.wait([before])
        await until(lambda: not radio.present)
        await until(lambda: not processes())
        assert radio.listeners == ["/before" if before else "/radio"]
    await service.until(lambda: service.connections[-1].closed)


async def test_a_script_goes_on_without_who_began_it(hass: HomeAssistant, hass_ws_client: WebSocketGenerator) -> None:
    """A phone whose display goes dark does not end what an automation does with the text."""
    async with radio_station() as (radio, address):
        radio.on_air.clear()
        data = {"media": f"{address}/radio", "language": "en-US", "duration": 1}
        listen = {"action": f"{DOMAIN}.transcribe", "data": data, "response_variable": "heard"}
        tell = {"event": "heard", "event_data": {"text": "{{ heard.text }}"}}
        heard: asyncio.Future[str] = hass.loop.create_future()
        hass.bus.async_listen_once("heard", callback(lambda event: heard.set_result(event.data["text"])))
        socket = await hass_ws_client(hass)
        await socket.send_json_auto_id({"type": "execute_script", "sequence": [listen, tell]})
        await until(lambda: radio.present)
        await socket.close()
        await asyncio.sleep(0.1)
        radio.on_air.set()
        async with asyncio.timeout(10):
            assert await heard == LIGHT
        await until(lambda: not radio.present)


async def test_an_automation_that_is_stopped_ends_what_it_does(hass: HomeAssistant) -> None:
    async with radio_station() as (radio, address):
        data = {"media": f"{address}/radio", "language": "en-US", "duration": 600}
        listen = {"action": f"{DOMAIN}.transcribe", "data": data, "response_variable": "heard"}
        script = Script(hass, await async_validate_actions_config(hass, cv.SCRIPT_SCHEMA([listen])), "Listen", "script")
        run = asyncio.create_task(script.async_run(context=Context()))
        await until(lambda: radio.present)
        await script.async_stop()
        await asyncio.wait([run])
        await until(lambda: not radio.present)
        await until(lambda: not processes())


@pytest.mark.parametrize("end", ["unload", "stop"])
async def test_what_waits_or_opens_ends_with_the_entry(
    hass: HomeAssistant, entry: ConfigEntry, monkeypatch: pytest.MonkeyPatch, end: str
) -> None:
    monkeypatch.setattr(limits, "MAX_RECORDINGS", 2)
    async with radio_station() as (radio, address):
        listens = listening(hass, f"{address}/listens")
        await until(lambda: radio.present)
        radio.on_air.clear()
        calls = [listens, listening(hass, f"{address}/opens")]
        await until(lambda: radio.present == 2)
        calls.append(listening(hass, f"{address}/waits"))
        await asyncio.sleep(0.05)
        if end == "unload":
            assert await hass.config_entries.async_unload(entry.entry_id)
        else:
            await hass.async_stop(force=True)
        await asyncio.wait(calls, timeout=10)
        for call in calls:
            with pytest.raises(HomeAssistantError) as caught:
                call.result()
            assert caught.value.translation_key in ("action_unloaded", "action_cannot_connect")
        await until(lambda: not radio.present)
        await until(lambda: not processes())
        assert radio.listeners == ["/listens", "/opens"]


def test_captions_are_counted_in_all_and_by_user() -> None:
    counted = limits.Limits()
    ends = [counted.async_begin_captions("tablet") for _ in range(limits.MAX_CAPTIONS_OF_USER)]
    with refused("too_many_captions_of_user"):
        counted.async_begin_captions("tablet")
    ends += [counted.async_begin_captions(f"user {number}") for number in range(limits.MAX_CAPTIONS - len(ends))]
    with refused("too_many_captions"):
        counted.async_begin_captions("another")
    ends.pop(0)()
    counted.async_begin_captions("tablet")
    for end in ends:
        end()
    assert [counted.async_begin_captions("tablet") for _ in range(limits.MAX_CAPTIONS_OF_USER - 1)]
