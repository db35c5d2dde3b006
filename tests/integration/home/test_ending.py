"""Commands that end when all was said: what comes of them, and when, by a clock that leaps.

The service is the stand-in; what the home's sentences say of a text, each test says.
"""

import asyncio
from collections.abc import AsyncGenerator, Mapping
from dataclasses import replace
from math import inf
from typing import Any, Final, override

from homeassistant.components.assist_pipeline import (
    PipelineEvent,
    PipelineEventType,
    PipelineStage,
    async_pipeline_from_audio_stream,
)
from homeassistant.components.homeassistant.exposed_entities import async_expose_entity
from homeassistant.components.stt import SpeechResult, SpeechResultState
from homeassistant.config_entries import ConfigEntry
from homeassistant.core import Context, HomeAssistant
from homeassistant.setup import async_setup_component
from homeassistant.util.ulid import ulid_now
import pytest

from custom_components.azure_speech_live import stt
from custom_components.azure_speech_live.diagnostics import async_get_config_entry_diagnostics
from custom_components.azure_speech_live.home.command import Verdict
from custom_components.azure_speech_live.home.joining import unmarked
from custom_components.azure_speech_live.home.sentences import Sentences
from custom_components.azure_speech_live.resource.resource import SpeechResource
from tests.speech_service.engines import Status
from tests.speech_service.engines.scripted import Scripted, Utterance
from tests.speech_service.faults import AudioEnded, AudioReceived, Behaviour, Fault, Reset, Silence
from tests.speech_service.service import SpeechService
from tests.speech_service.turn import Turn

from ..fallback.second_ear import SECOND, Commands, Microphone, add_second_ear
from ..forms import add_resource, only_recognizer
from ..speech import BYTES_PER_SECOND, RECOGNIZER, metadata_of, transcribe
from .homes import Home as House

LIGHT: Final = Utterance(text="Turn on the kitchen light.", start=0.2, end=1.5)
TURN_ON: Final = Utterance(text="Turn on the.", start=0.2, end=1.0)
REST: Final = Utterance(text="Kitchen light.", start=1.5, end=2.5)
STORY: Final = Utterance(text="Tell me a story.", start=0.2, end=1.5)


class Home(Sentences):
    """A home with a few sentences."""

    def __init__(self) -> None:
        """Begin with nothing asked."""
        self.asked: list[str] = []
        self.thinks = 0.0

    @override
    async def judge(self, text: str) -> Verdict:
        self.asked.append(text)
        await asyncio.sleep(self.thinks)
        return {"turn on the": Verdict.BEGUN, "turn on the kitchen light": Verdict.FINAL}.get(
            unmarked(text).lower(), Verdict.OTHER
        )

    @override
    async def understands(self, text: str, *, exactly: bool = False) -> bool:
        return unmarked(text).lower() == "turn on the kitchen light"


class Kitchen:
    """A recognizer in such a home, and who speaks to it."""

    def __init__(self, hass: HomeAssistant, entry: ConfigEntry, service: SpeechService, home: Home) -> None:
        """Take what there is."""
        self.hass = hass
        self.entry = entry
        self.service = service
        self.home = home
        self.microphone = Microphone(b"")

    async def set_up(self, **settings: Any) -> None:
        """Change the recognizer's settings."""
        subentry = only_recognizer(self.entry)
        self.hass.config_entries.async_update_subentry(self.entry, subentry, data={**subentry.data, **settings})
        await self.hass.async_block_till_done(wait_background_tasks=True)  # the connection is checked

    async def say(self, *said: Utterance, seconds: float = 5.0) -> tuple[str | None, float]:
        """Say something, as fast as one speaks, with silence around; return the text, and when it came."""
        self.service.engine = Scripted([*said, Utterance(status=Status.NO_MATCH)])
        begun = asyncio.get_running_loop().time()
        self.microphone = Microphone(bytes(int(seconds * BYTES_PER_SECOND)))
        _, result = await transcribe(self.hass, self.microphone())
        assert result.result is SpeechResultState.SUCCESS
        return result.text, asyncio.get_running_loop().time() - begun

    @property
    def turns(self) -> list[Turn]:
        """Return every turn that the service has had."""
        return [turn for connection in self.service.connections for turn in connection.turns]

    @property
    def shown(self) -> Mapping[str, Any]:
        """Return what the recognizer shows."""
        state = self.hass.states.get(RECOGNIZER)
        assert state is not None
        return state.attributes


@pytest.fixture(autouse=True)
def configure_event_loop() -> None:
    """Keep the test plugin from making the loop Home Assistant's: it would put the real clock back."""


@pytest.fixture
def sentences(monkeypatch: pytest.MonkeyPatch) -> Home:
    """Have a home with a few sentences, of which each command may be one."""
    home = Home()

    async def find(*_: object) -> Home:
        return home

    monkeypatch.setattr(stt, "async_find", find)
    return home


@pytest.fixture
async def kitchen(
    hass: HomeAssistant, service: SpeechService, sentences: Home, caplog: pytest.LogCaptureFixture
) -> AsyncGenerator[Kitchen]:
    """Add the resource, whose recognizer ends commands that are complete."""
    kitchen = Kitchen(hass, await add_resource(hass, service), service, sentences)
    await kitchen.set_up(by_command=True)
    caplog.clear()
    yield kitchen
    assert "Traceback" not in caplog.text
    assert not [record for record in caplog.records if record.levelname != "DEBUG" and "kitchen" in record.getMessage()]


async def test_a_complete_command_is_answered_at_once(kitchen: Kitchen) -> None:
    text, delay = await kitchen.say(LIGHT)
    assert text == "Turn on the kitchen light."
    assert delay == pytest.approx(1.5, abs=0.15)
    assert kitchen.home.asked == ["Turn on the kitchen light."]
    assert kitchen.microphone.closed == 1
    assert kitchen.shown["ended_sooner"] == 1
    # What the service says behind that is nobody's delay.
    assert kitchen.entry.runtime_data.sessions[-1].timeline.answered
    diagnostics = await async_get_config_entry_diagnostics(kitchen.hass, kitchen.entry)
    assert diagnostics["commands"] == {"alternatives_chosen": 0, "ended_sooner": 1, "waited_longer": 0}


async def test_what_the_service_still_says_is_waited_for_by_nobody_but_the_connection(kitchen: Kitchen) -> None:
    await kitchen.say(LIGHT)
    resource: SpeechResource = kitchen.entry.runtime_data
    assert resource.sessions[-1].ended is None
    await kitchen.hass.async_block_till_done(wait_background_tasks=True)
    assert resource.sessions[-1].ended is not None
    assert resource.sessions[-1].error is None
    assert kitchen.home.asked == ["Turn on the kitchen light."]
    await kitchen.say(LIGHT)
    await kitchen.hass.async_block_till_done(wait_background_tasks=True)
    first, second = list(resource.sessions)[-2:]
    assert second.timeline.reused
    assert (first.timeline.requests, second.timeline.requests) == (1, 1)
    assert [turn.ended for turn in kitchen.turns] == [True, True]
    assert max(len(turn.audio) for turn in kitchen.turns) < 1.8 * BYTES_PER_SECOND


async def test_a_pause_amid_a_command_does_not_end_it(kitchen: Kitchen) -> None:
    text, delay = await kitchen.say(TURN_ON, REST)
    assert text == "Turn on the kitchen light."
    assert delay == pytest.approx(2.5, abs=0.15)
    assert kitchen.shown["waited_longer"] == 1
    assert len(kitchen.turns) == 1


@pytest.mark.parametrize(
    ("said", "text", "moment"),
    [
        ([STORY], "Tell me a story.", 2.0),
        ([TURN_ON], "Turn on the.", 1.9),
        ([Utterance(text="Uh.", start=0.1, end=0.4), LIGHT], "Turn on the kitchen light.", 1.5),
        ([Utterance(text="Uh, turn on the kitchen light.", end=1.5)], "Turn on the kitchen light.", 1.5),
        ([Utterance(status=Status.NO_MATCH, end=0.4), LIGHT], "Turn on the kitchen light.", 1.5),
        ([Utterance(text="Uh.", start=0.1, end=0.4)], "Uh.", 5.0),
        ([], "", 5.0),
        ([Utterance(status=Status.INITIAL_SILENCE_TIMEOUT, end=3.0)], "", 3.0),
    ],
    ids=[
        "free speech",
        "not all",
        "filler",
        "with a filler",
        "false start",
        "filler alone",
        "silence",
        "nobody",
    ],
)
async def test_what_else_is_said(kitchen: Kitchen, said: list[Utterance], text: str, moment: float) -> None:
    heard, delay = await kitchen.say(*said)
    assert heard == text
    assert delay == pytest.approx(moment, abs=0.2)


@pytest.mark.parametrize("mode", [{"by_command": True}, {"by_command": False}, {"end_of_speech": "home_assistant"}])
@pytest.mark.parametrize("wanted", [True, False])
async def test_the_reading_that_makes_sense_here_is_taken_and_counted(
    kitchen: Kitchen, mode: dict[str, Any], *, wanted: bool
) -> None:
    # In this form others come also where nobody wants them.
    await kitchen.set_up(**mode, alternatives=wanted, text_form="itn")
    misheard = Utterance(text="Turn on the kitten light.", end=1.5, others=("Turn on the kitchen light.",))
    text, _ = await kitchen.say(misheard)
    assert text == ("turn on the kitchen light" if wanted else "turn on the kitten light")
    assert kitchen.shown.get("alternatives_chosen") == (1 if wanted else None)


async def test_of_another_language_nothing_is_known(kitchen: Kitchen) -> None:
    await kitchen.set_up(languages=["de-DE"])
    _, delay = await kitchen.say(replace(LIGHT, language="de-DE"))
    assert delay == pytest.approx(2.0, abs=0.15)
    assert not kitchen.home.asked


@pytest.mark.parametrize(("thinks", "moment"), [(0.3, 1.8), (inf, 2.5)])
async def test_a_verdict_that_takes_long_costs_no_more_than_that(
    kitchen: Kitchen, thinks: float, moment: float
) -> None:
    kitchen.home.thinks = thinks
    text, delay = await kitchen.say(LIGHT)
    assert text == "Turn on the kitchen light."
    assert delay == pytest.approx(moment, abs=0.15)


async def test_home_assistants_end_is_the_end(kitchen: Kitchen) -> None:
    text, delay = await kitchen.say(Utterance(text="Turn on the.", start=0.2), seconds=1.2)
    assert text == "Turn on the."
    assert delay == pytest.approx(1.2, abs=0.1)


async def test_a_file_at_once_is_heard_to_its_end(kitchen: Kitchen) -> None:
    kitchen.service.engine = Scripted([TURN_ON, REST])
    _, result = await transcribe(kitchen.hass, _at_once(bytes(3 * BYTES_PER_SECOND)))
    assert result == SpeechResult("Turn on the kitchen light.", SpeechResultState.SUCCESS)


async def test_a_stream_that_stalls_is_no_silence(kitchen: Kitchen) -> None:
    async def stalling() -> AsyncGenerator[bytes]:
        async for chunk in Microphone(bytes(int(1.2 * BYTES_PER_SECOND)))():
            yield chunk
        await asyncio.sleep(4)
        async for chunk in Microphone(bytes(3 * BYTES_PER_SECOND))():
            yield chunk

    kitchen.service.engine = Scripted([TURN_ON, REST])
    _, result = await transcribe(kitchen.hass, stalling())
    assert result == SpeechResult("Turn on the kitchen light.", SpeechResultState.SUCCESS)


async def test_a_connection_that_is_lost_amid_a_command_is_no_silence(kitchen: Kitchen) -> None:
    first = len(kitchen.service.attempts)
    broken = Behaviour(faults=(Fault(AudioReceived(int(1.1 * BYTES_PER_SECOND)), Reset()),))
    kitchen.service.behaviours = lambda attempt: broken if attempt == first else Behaviour(delay=1.5)
    kitchen.service.engine = Scripted([TURN_ON], [Utterance(text="Kitchen light.", start=0.5, end=1.5)])
    _, result = await transcribe(kitchen.hass, Microphone(bytes(5 * BYTES_PER_SECOND))())
    assert result == SpeechResult("Turn on the kitchen light.", SpeechResultState.SUCCESS)


async def test_who_goes_away_leaves_nothing(kitchen: Kitchen) -> None:
    kitchen.home.thinks = 0.1
    for step in range(20):
        kitchen.service.engine = Scripted([TURN_ON, REST])
        microphone = Microphone(bytes(5 * BYTES_PER_SECOND))
        speaking = asyncio.create_task(transcribe(kitchen.hass, microphone()))
        await asyncio.wait([speaking], timeout=0.05 + 0.15 * step)
        speaking.cancel()
        await asyncio.wait([speaking])
        assert microphone.closed == 1
        await kitchen.hass.async_block_till_done(wait_background_tasks=True)
        ours = ("Gate", "Command", "Judgement", "Speech audio", "Speech utterance")
        assert not [task.get_name() for task in asyncio.all_tasks() if task.get_name() in ours]


# --- with a second engine


@pytest.fixture
async def commands(kitchen: Kitchen) -> Commands:
    """Have the recognizer name a second engine."""
    commands = Commands(kitchen.hass, kitchen.entry, kitchen.service, await add_second_ear(kitchen.hass))
    await commands.set_up()
    return commands


async def test_a_second_engine_is_not_asked_where_the_service_has_said_enough(
    kitchen: Kitchen, commands: Commands
) -> None:
    for _ in range(2):
        text, delay = await kitchen.say(LIGHT)
        assert text == "Turn on the kitchen light."
        assert delay == pytest.approx(1.5, abs=0.15)
        await kitchen.hass.async_block_till_done(wait_background_tasks=True)
        assert kitchen.shown["last_engine"] == RECOGNIZER
    resource: SpeechResource = kitchen.entry.runtime_data
    assert resource.sessions[-1].timeline.reused
    assert resource.sessions[-1].ended is not None
    assert not commands.manner.heard


@pytest.mark.parametrize("fault", [Reset(), Silence()], ids=["reset", "silence"])
async def test_what_fails_behind_the_answer_is_nobodys_trouble(
    kitchen: Kitchen, commands: Commands, fault: Reset | Silence
) -> None:
    kitchen.service.behaviours = lambda _: Behaviour(faults=(Fault(AudioEnded(), fault),))
    text, _ = await kitchen.say(LIGHT)
    assert text == "Turn on the kitchen light."
    await kitchen.hass.async_block_till_done(wait_background_tasks=True)
    assert kitchen.shown["last_engine"] == RECOGNIZER
    assert not commands.manner.heard


async def test_what_the_second_engine_hears_is_not_judged(kitchen: Kitchen, commands: Commands) -> None:
    first = len(kitchen.service.attempts)
    broken = Behaviour(faults=(Fault(AudioReceived(int(1.1 * BYTES_PER_SECOND)), Reset()),))
    kitchen.service.behaviours = lambda attempt: broken if attempt == first else Behaviour(delay=inf)
    commands.manner.text = "kitchen light"
    text, delay = await kitchen.say(TURN_ON, seconds=3)
    assert text == "Turn on the kitchen light"
    assert delay == pytest.approx(3.3, abs=0.2)
    assert kitchen.shown["last_engine"] == SECOND


# --- in a home whose sentences are its own


async def test_a_home_knows_its_commands(hass: HomeAssistant, here: House, service: SpeechService) -> None:
    """What can be said begins with the first phrase, and is complete with the second; the third is another matter."""
    entry = await add_resource(hass, service)
    hass.config_entries.async_update_subentry(entry, only_recognizer(entry), data={"by_command": True})
    assert await async_setup_component(hass, "input_boolean", {"input_boolean": {"fan": {"name": "Kitchen fan"}}})
    async_expose_entity(hass, "conversation", "input_boolean.fan", should_expose=True)
    assistant = await here.add_assistant(stt_engine=RECOGNIZER)
    await hass.async_block_till_done(wait_background_tasks=True)
    said = [TURN_ON, Utterance(text="Kitchen fan.", start=1.5, end=2.5), Utterance(text="And a story.", start=3.5)]
    service.engine = Scripted(said)
    texts: list[tuple[str, float]] = []

    def note(event: PipelineEvent) -> None:
        if event.type is PipelineEventType.STT_END and event.data is not None:
            texts.append((event.data["stt_output"]["text"], hass.loop.time()))

    begun = hass.loop.time()
    await async_pipeline_from_audio_stream(
        hass,
        context=Context(),
        event_callback=note,
        stt_metadata=metadata_of(""),
        stt_stream=Microphone(bytes(6 * BYTES_PER_SECOND))(),
        pipeline_id=assistant.id,
        conversation_id=ulid_now(),
        end_stage=PipelineStage.INTENT,
    )
    ((text, at),) = texts
    assert text == "Turn on the kitchen fan."
    assert at - begun == pytest.approx(2.5, abs=0.15)
    state = hass.states.get("input_boolean.fan")
    assert state is not None
    assert state.state == "on"


async def _at_once(audio: bytes) -> AsyncGenerator[bytes]:
    yield audio
