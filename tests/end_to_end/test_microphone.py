"""The host's microphone in a real Home Assistant: its button is pressed, and the light goes on."""

import asyncio
from typing import Any

import pytest

from .conftest import Household

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.timeout(180)]

KITCHEN = "light.kitchen_light"
SATELLITE = "assist_satellite.kitchen"


async def add_microphone(household: Household) -> None:
    """Fill in the form of "Add microphone"."""
    flows = "/api/config/config_entries/subentries/flow"
    form = await household.home.post(flows, json={"handler": [household.entry_id, "microphone"]})
    assert form["step_id"] == "device"
    answers = {"name": "Kitchen", "device": "kitchen", "start": "button", "media_player": "media_player.speaker"}
    step = await household.home.post(f"{flows}/{form['flow_id']}", json=answers)
    assert step["type"] == "create_entry"


async def follow(household: Household, states: asyncio.Queue[tuple[str, str]]) -> None:
    """Note the states of all entities as they change."""
    event: dict[str, Any]
    async for event in household.connection.subscribe("subscribe_events", event_type="state_changed"):
        if state := event["data"]["new_state"]:
            states.put_nowait((state["entity_id"], state["state"]))


async def test_the_button_is_pressed_and_the_light_goes_on(household: Household) -> None:
    await household.home.post("/api/services/light/turn_off", json={"entity_id": KITCHEN})
    states: asyncio.Queue[tuple[str, str]] = asyncio.Queue()
    following = asyncio.create_task(follow(household, states))

    async def until(entity_id: str, wanted: str) -> list[str]:
        """Return the states of an entity up to the one that is wanted."""
        seen: list[str] = []
        async with asyncio.timeout(60):
            while not seen or seen[-1] != wanted:
                changed, state = await states.get()
                if changed == entity_id and seen[-1:] != [state]:
                    seen.append(state)
        return seen

    try:
        await add_microphone(household)
        await until(SATELLITE, "idle")
        await household.home.post("/api/services/button/press", json={"entity_id": "button.kitchen_listen"})
        assert await until(SATELLITE, "idle") == ["listening", "processing", "responding", "idle"]
        assert await household.connection.state(KITCHEN) == "on"

        answer = await household.home.post(
            "/api/services/azure_speech_live/transcribe?return_response",
            json={"microphone": SATELLITE, "language": "en-US", "duration": 3},
        )
        assert answer["service_response"]["text"] == "Turn on the kitchen light."
    finally:
        following.cancel()
