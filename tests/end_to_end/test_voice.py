"""Spoken commands through a real Home Assistant to the stand-in, and everything that can go wrong on the way."""

import asyncio
from typing import Any
from urllib.parse import urlsplit

import pytest

from .conftest import Household
from .home_assistant import HomeAssistant
from .microphone import microphone, spoken
from .stand_in import stand_in

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.timeout(180)]

KITCHEN = "light.kitchen_light"


async def speak(household: Household, text: str) -> list[dict[str, Any]]:
    """Speak, and return the pipeline's events. "" is silence."""
    sound = spoken(text) if text else b""
    return [event async for event in household.connection.run_pipeline(household.pipeline, microphone(sound))]


def heard(events: list[dict[str, Any]]) -> str | None:
    """Return the transcript."""
    return next((event["data"]["stt_output"]["text"] for event in events if event["type"] == "stt-end"), None)


def error(events: list[dict[str, Any]]) -> str | None:
    """Return the code of the pipeline's error."""
    return next((event["data"]["code"] for event in events if event["type"] == "error"), None)


async def test_a_spoken_command_turns_on_a_light(household: Household) -> None:
    await household.home.post("/api/services/light/turn_off", json={"entity_id": KITCHEN})
    partials: list[str] = []

    async def collect() -> None:
        partials.extend([text async for text in household.home.partial_transcripts()])

    async with asyncio.TaskGroup() as group:
        group.create_task(collect())
        events = await speak(household, "Turn on the kitchen light")

    assert heard(events) == "Turn on the kitchen light."
    assert error(events) is None
    assert await household.connection.state(KITCHEN) == "on"
    assert len(partials) >= 2
    assert all("turn on the kitchen light".startswith(text) for text in partials)


async def test_two_people_speak_at_once(household: Household) -> None:
    kitchen, bedroom = await asyncio.gather(
        speak(household, "Turn on the kitchen light"), speak(household, "Turn on the bedroom light")
    )
    assert heard(kitchen) == "Turn on the kitchen light."
    assert heard(bedroom) == "Turn on the bedroom light."


async def test_silence_is_no_failure(household: Household) -> None:
    events = await speak(household, "")
    assert error(events) == "stt-no-text-recognized"
    assert heard(await speak(household, "Turn on the kitchen light")) == "Turn on the kitchen light."


async def test_the_service_is_lost_while_someone_speaks(household: Household) -> None:
    household.expected_troubles = ["speech recognition failed"]

    async def lose() -> None:
        async for _ in household.home.partial_transcripts():
            household.service.kill()
            return

    async with asyncio.TaskGroup() as group:
        group.create_task(lose())
        events = await speak(household, "Turn on the kitchen light")
    assert error(events) == "stt-stream-failed"

    port = urlsplit(household.endpoint).port or 0
    async with stand_in(key=household.key, port=port):
        assert heard(await speak(household, "Turn on the kitchen light")) == "Turn on the kitchen light."


async def asked(household: Household) -> str:
    """Return why a form of ours is opened next that nobody opened."""
    changes: list[dict[str, Any]] | None  # at the start of the subscription it has its result, which is none
    async for changes in household.connection.subscribe("config_entries/flow/subscribe"):
        for change in changes or ():
            if change["type"] == "added" and change["flow"]["handler"] == "azure_speech_live":
                return str(change["flow"]["context"]["source"])
    raise AssertionError("The connection ended")


async def test_the_key_is_no_longer_right(household: Household) -> None:
    household.expected_troubles = ["speech recognition failed"]
    await household.service.stop()
    port = urlsplit(household.endpoint).port or 0
    async with stand_in(key="another", port=port):
        async with asyncio.TaskGroup() as group:
            asking = group.create_task(asked(household))
            events = await speak(household, "Turn on the kitchen light")
        assert error(events) == "stt-stream-failed"
        assert asking.result() == "reauth"


async def test_the_form_says_what_is_wrong(household: Household) -> None:
    home = household.home
    wrong_key = await home.add_integration(household.endpoint.replace("127.0.0.1", "localhost"), "0" * 32)
    assert wrong_key["errors"] == {"base": "key_refused"}
    not_speech = await home.add_integration(home.url, household.key)
    assert not_speech["errors"] == {"base": "not_a_speech_endpoint"}
    nonsense = await home.add_integration("!", household.key)
    assert nonsense["errors"] == {"endpoint": "invalid_endpoint"}
    again = await home.add_integration(household.endpoint, household.key)
    assert again["errors"] == {"endpoint": "already_configured"}


async def test_nobody_listens_there(home: HomeAssistant) -> None:
    async with stand_in(key="key") as (endpoint, _):
        pass
    step = await home.add_integration(endpoint, "key")
    assert step["errors"] == {"base": "cannot_connect"}
