"""Commands while the Speech service is away, with real engines of the home's own in its place."""

import asyncio
from dataclasses import dataclass

from homeassistant.core import HomeAssistant
import pytest
from pytest_homeassistant_custom_component.typing import WebSocketGenerator

from custom_components.azure_speech_live.const import DOMAIN, SUBENTRY_RECOGNIZER
from tests.speech_service.engines.scripted import Scripted, Utterance
from tests.speech_service.faults import AudioReceived, Before, Behaviour, Fault, Freeze, Reset, Silence
from tests.speech_service.service import SpeechService

from .satellites import LIGHT, Satellite, add_satellite, names, recording
from .second_engines import SecondEngines, choose
from .speech import RECOGNIZER

AWAY = Behaviour(answer=Reset())
MID_SENTENCE = AudioReceived(24000)
"""Three quarters of a second."""
OTHER = "Turn off the bedroom light."
"""What the service would hear, so that it is plain who heard."""


@dataclass
class Home:
    """A home whose recognizer has a second engine."""

    hass: HomeAssistant
    service: SpeechService
    satellite: Satellite
    second: SecondEngines

    def last_engine(self, entity_id: str) -> str | None:
        """Return who answered last, as an entity of ours says it."""
        state = self.hass.states.get(entity_id)
        assert state is not None
        engine: str | None = state.attributes.get("last_engine")
        return engine

    @property
    def language(self) -> object:
        """Return what was spoken, as our recognizer says it."""
        state = self.hass.states.get(RECOGNIZER)
        assert state is not None
        return state.attributes.get("language")

    async def command(self, *, end: bool = True) -> tuple[str, float]:
        """Say a command, which turns the light on. Return what was heard, and how many seconds it took.

        It ends as if a button was let go, or else with silence.
        """
        begun = self.hass.loop.time()
        events = [event async for event in self.satellite.say(recording(0 if end else 3), end=end)]
        assert "error" not in names(events), events
        state = self.hass.states.get(LIGHT)
        assert state is not None
        assert state.state == "on"
        return dict(events)["stt-end"]["stt_output"]["text"], self.hass.loop.time() - begun


@pytest.fixture
async def furnished(
    hass: HomeAssistant, hass_ws_client: WebSocketGenerator, service: SpeechService, second_engines: SecondEngines
) -> Home:
    """Choose the home's own engine as the second one."""
    satellite = await add_satellite(hass, hass_ws_client, service)
    (entry,) = hass.config_entries.async_entries(DOMAIN)
    await choose(hass, entry, SUBENTRY_RECOGNIZER, second_engines.ear)
    service.engine = Scripted([Utterance(text=OTHER)])
    return Home(hass, service, satellite, second_engines)


@pytest.mark.parametrize(
    "first",
    [
        AWAY,
        Behaviour(faults=(Fault(MID_SENTENCE, Reset()),)),
        Behaviour(faults=(Fault(MID_SENTENCE, Freeze()),)),
        Behaviour(faults=(Fault(Before("speech.phrase"), Silence()),)),
    ],
    ids=["away from the start", "gone in mid-sentence", "frozen in mid-sentence", "silent after the end"],
)
@pytest.mark.parametrize("end", [True, False], ids=["button", "silence"])
async def test_a_command_is_carried_out(furnished: Home, first: Behaviour, *, end: bool) -> None:
    attempts = iter([first])
    furnished.service.behaviours = lambda _: next(attempts, AWAY)
    text, seconds = await furnished.command(end=end)
    assert text == "Turn on the kitchen light."
    assert seconds < 10  # as long as the service itself is waited for
    assert furnished.last_engine(RECOGNIZER) == furnished.second.ear.entity_id
    assert furnished.language == "en-GB"  # as the assistant has it; to the second engine, it is "en"


async def test_the_service_is_used_again(furnished: Home) -> None:
    furnished.service.behaviours = lambda _: AWAY
    await furnished.command()
    furnished.service.behaviours = ()
    furnished.service.engine = Scripted()
    async with asyncio.timeout(60):  # the second engine may be quicker, and a busy machine late
        while furnished.last_engine(RECOGNIZER) != RECOGNIZER:
            await furnished.command()
            await furnished.hass.async_block_till_done(wait_background_tasks=True)  # what it still answers is learned


async def test_both_are_away(furnished: Home) -> None:
    """It is said as any failure is."""
    furnished.service.behaviours = lambda _: AWAY
    assert await furnished.hass.config_entries.async_unload(furnished.second.entry.entry_id)
    events = [event async for event in furnished.satellite.say(recording(0))]
    assert dict(events)["error"]["code"] == "stt-stream-failed"
