"""A command where the service fails: who answers it, how soon, and of what audio, by a clock that leaps."""

import asyncio
from math import inf
from pathlib import Path
from typing import Any, Final
import wave

from homeassistant.components.stt import SpeechResult, SpeechResultState
from homeassistant.config_entries import SOURCE_REAUTH
import pytest

from custom_components.azure_speech_live.const import CONF_MONTHLY_LIMIT
from custom_components.azure_speech_live.fallback.memories import async_get_memories
from tests.speech_service.engines import Status
from tests.speech_service.engines.scripted import Scripted, Utterance
from tests.speech_service.faults import (
    Accept,
    AudioEnded,
    AudioReceived,
    Before,
    Behaviour,
    Close,
    Fault,
    Freeze,
    Opened,
    Refuse,
    Reset,
    Send,
    Silence,
    Wait,
)
from tests.speech_service.turn import Turn

from ..speech import BYTES_PER_SECOND, RECOGNIZER, pcm
from .second_ear import SECOND, SECOND_TAKES, Commands, Thoughtful

AZURE = "Turn on the kitchen light."
OTHER = "lights on"

COMMAND: Final = Path(__file__).parents[2] / "data" / "turn_on_the_kitchen_light.wav"

AT_ONCE = {
    "401": Behaviour(answer=Refuse(401)),
    "403": Behaviour(answer=Refuse(403)),
    "404": Behaviour(answer=Refuse(404)),
    "429": Behaviour(answer=Refuse(429)),
    "503": Behaviour(answer=Refuse(503)),
    "reset": Behaviour(answer=Reset()),
    "1011 amid": Behaviour(faults=(Fault(AudioReceived(16000), Close(1011)),)),
    "4429 amid": Behaviour(faults=(Fault(AudioReceived(16000), Close(4429)),)),
    "quota amid": Behaviour(faults=(Fault(AudioReceived(16000), Close(1007, "Quota exceeded.")),)),
    "reset amid": Behaviour(faults=(Fault(AudioReceived(16000), Reset()),)),
    "1011 after": Behaviour(faults=(Fault(AudioEnded(), Close(1011)),)),
    "reset after": Behaviour(faults=(Fault(AudioEnded(), Reset()),)),
    "quota after": Behaviour(faults=(Fault(AudioEnded(), Close(1007, "Quota exceeded.")),)),
    "nonsense": Behaviour(faults=(Fault(Before("speech.phrase"), Send("nonsense")),)),
}
SILENT = {
    "never opens": Behaviour(delay=inf),
    "says nothing": Behaviour(faults=(Fault(Opened(), Silence()),)),
    "freezes": Behaviour(faults=(Fault(Opened(), Freeze()),)),
    "freezes amid": Behaviour(faults=(Fault(AudioReceived(16000), Freeze()),)),
    "silent amid": Behaviour(faults=(Fault(AudioReceived(16000), Silence()),)),
    "freezes after": Behaviour(faults=(Fault(AudioEnded(), Freeze()),)),
    "no phrase": Behaviour(faults=(Fault(Before("speech.phrase"), Silence()),)),
}


async def test_the_service_alone_is_asked_as_long_as_it_works(commands: Commands) -> None:
    answer = await commands.say()
    assert answer.text == AZURE
    assert answer.by == RECOGNIZER
    assert not commands.manner.heard


@pytest.mark.parametrize("behaviour", [*AT_ONCE.values()], ids=[*AT_ONCE])
async def test_a_failure_that_is_told_is_the_second_engines_at_once(commands: Commands, behaviour: Behaviour) -> None:
    commands.service.behaviours = lambda _: behaviour
    answer = await commands.say()
    assert (answer.text, answer.by) == (OTHER, SECOND)
    assert commands.manner.heard == [pcm(2)]
    assert answer.delay <= SECOND_TAKES + 0.1


@pytest.mark.parametrize("behaviour", [*SILENT.values()], ids=[*SILENT])
async def test_a_silence_costs_a_second_once(commands: Commands, behaviour: Behaviour) -> None:
    commands.service.behaviours = lambda _: behaviour
    answer = await commands.say()
    assert (answer.text, answer.by) == (OTHER, SECOND)
    assert answer.delay <= SECOND_TAKES + 1.2
    for _ in range(3):
        answer = await commands.say()
        assert (answer.text, answer.by) == (OTHER, SECOND)
        assert answer.delay <= SECOND_TAKES + 0.05
    assert commands.manner.heard == 4 * [pcm(2)]


def turns(commands: Commands) -> list[Turn]:
    """Return every turn that the service has had."""
    return [turn for connection in commands.service.connections for turn in connection.turns]


# --- the service is slow


@pytest.mark.parametrize(("late", "by"), [(0.6, RECOGNIZER), (1.2, RECOGNIZER), (2.0, SECOND)])
async def test_the_first_answer_counts(commands: Commands, late: float, by: str) -> None:
    commands.service.behaviours = lambda _: Behaviour(faults=(Fault(AudioEnded(), Wait(late)),))
    answer = await commands.say()
    assert answer.by == by
    assert answer.delay == pytest.approx(late if by == RECOGNIZER else 1 + SECOND_TAKES, abs=0.1)


async def test_who_is_always_slow_is_waited_for_in_the_end(commands: Commands) -> None:
    commands.service.engine = Thoughtful(1.6)
    answers = [await commands.say() for _ in range(2)]
    assert [answer.by for answer in answers] == [SECOND, SECOND]
    await commands.let_be(5)
    # What it said behind the second engine's answer shows what may be expected of it.
    answer = await commands.say()
    assert answer.by == RECOGNIZER
    assert answer.delay == pytest.approx(1.6, abs=0.1)


async def test_a_connection_that_opens_late_is_not_waited_for(commands: Commands) -> None:
    commands.service.behaviours = lambda _: Behaviour(delay=2.5)
    answer = await commands.say(seconds=2)
    assert (answer.text, answer.by) == (OTHER, SECOND)
    assert answer.delay <= SECOND_TAKES + 0.05  # it was asked while one spoke
    assert commands.manner.heard == [pcm(2)]


async def test_what_comes_faster_than_speech_takes_as_long_to_be_sent(commands: Commands) -> None:
    commands.manner.delay = 0
    answer = await commands.upload(5 * pcm(4))
    assert (answer.text, answer.by) == (AZURE, RECOGNIZER)
    assert not commands.manner.heard


# --- what the service understood before it was lost


async def test_what_was_understood_stays_and_the_rest_is_the_second_engines(commands: Commands) -> None:
    await commands.set_up(end_of_speech="home_assistant")
    first = len(commands.service.attempts)
    broken = Behaviour(faults=(Fault(AudioReceived(48000), Reset()),))
    commands.service.behaviours = lambda attempt: broken if attempt == first else Behaviour(answer=Refuse(503))
    commands.service.engine = Scripted([Utterance(text="Turn on the light.", end=1.0), Utterance(text="No.", start=1)])
    answer = await commands.say(seconds=3)
    assert (answer.text, answer.by) == ("Turn on the light. lights on", SECOND)
    assert commands.manner.heard == [pcm(3)[32000:]]
    assert answer.partials[-1].startswith("Turn on the light. ")


async def test_words_that_the_second_engine_hears_in_the_pause_behind_it_do_not_count(commands: Commands) -> None:
    await commands.set_up(end_of_speech="home_assistant")
    commands.manner.text = "Thank you."
    first, broken = len(commands.service.attempts), Behaviour(faults=(Fault(AudioEnded(), Reset()),))
    commands.service.behaviours = lambda attempt: broken if attempt == first else Behaviour(answer=Refuse(503))
    commands.service.engine = Scripted([Utterance(text="Turn on the light.", end=1.0)])
    answer = await commands.say(audio=pcm(1) + bytes(BYTES_PER_SECOND))
    assert answer.text == "Turn on the light."


async def test_a_connection_that_is_replaced_loses_nothing_and_asks_nobody(commands: Commands) -> None:
    first = len(commands.service.attempts)
    broken = Behaviour(faults=(Fault(AudioReceived(16000), Reset()),))
    commands.service.behaviours = lambda attempt: broken if attempt == first else Behaviour()
    answer = await commands.say()
    assert (answer.text, answer.by) == (AZURE, RECOGNIZER)
    assert not commands.manner.heard
    assert [len(turn.audio) for turn in turns(commands)] == [16000, len(pcm(2))]


# --- nobody but the service was to hear the end of speech


@pytest.mark.parametrize("behaviour", [Behaviour(answer=Refuse(401)), SILENT["says nothing"]], ids=["401", "silent"])
async def test_where_the_service_was_to_hear_the_end_somebody_does(commands: Commands, behaviour: Behaviour) -> None:
    await commands.set_up(end_of_speech="azure")
    commands.service.behaviours = lambda _: behaviour
    with wave.open(str(COMMAND)) as file:
        words = file.readframes(file.getnframes())
    begun = asyncio.get_running_loop().time()
    answer = await commands.say(audio=words + bytes(10 * BYTES_PER_SECOND))
    assert (answer.text, answer.by) == (OTHER, SECOND)
    behind = asyncio.get_running_loop().time() - begun - len(words) / BYTES_PER_SECOND
    assert behind <= 1.3 + SECOND_TAKES + (0 if behaviour.answer != Accept() else 1)
    (heard,) = commands.manner.heard
    assert heard.startswith(words)
    assert len(heard) < len(words) + 1.3 * BYTES_PER_SECOND


async def test_a_service_that_hears_the_end_itself_is_not_hurried(commands: Commands) -> None:
    await commands.set_up(end_of_speech="azure", segmentation_silence=3)
    commands.service.engine = Scripted([Utterance(text="Turn on the light.", end=6.0)])
    with wave.open(str(COMMAND)) as file:
        words = file.readframes(file.getnframes())
    answer = await commands.say(audio=words + bytes(10 * BYTES_PER_SECOND))
    assert (answer.text, answer.by) == ("Turn on the light.", RECOGNIZER)
    assert not commands.manner.heard


@pytest.mark.parametrize("lost", [3.5, 4.5, 5.5])
async def test_a_pause_amid_a_command_is_not_its_end_where_the_service_hears_more(
    commands: Commands, lost: float
) -> None:
    await commands.set_up(end_of_speech="azure")
    first, broken = len(commands.service.attempts), Fault(AudioReceived(int(lost * BYTES_PER_SECOND)), Reset())
    commands.service.behaviours = lambda attempt: (
        Behaviour(faults=(broken,)) if attempt == first else Behaviour(answer=Refuse(503))
    )
    commands.service.engine = Scripted([Utterance(text="Turn on the light and the lamp and the fan.", end=6.5)])
    with wave.open(str(COMMAND)) as file:
        words = file.readframes(file.getnframes())
    said = words + bytes(3 * BYTES_PER_SECOND // 2) + words
    answer = await commands.say(audio=said + bytes(5 * BYTES_PER_SECOND))
    assert (answer.text, answer.by) == (OTHER, SECOND)
    (heard,) = commands.manner.heard
    assert heard.startswith(said)
    assert len(heard) < len(said) + 1.3 * BYTES_PER_SECOND


# --- noise before the command

NOISE: Final = Utterance(status=Status.NO_MATCH, end=0.9)


@pytest.mark.parametrize("end_of_speech", ["first", "azure"])
async def test_the_command_behind_noise_is_heard(commands: Commands, end_of_speech: str) -> None:
    await commands.set_up(end_of_speech=end_of_speech, second_on_nothing=True)
    commands.service.engine = Scripted([NOISE], [Utterance(text="Turn on the light.", end=2.0)])
    answer = await commands.say(4.0)
    assert (answer.text, answer.by) == ("Turn on the light.", RECOGNIZER)
    assert not commands.manner.heard


async def test_who_hears_with_the_service_hears_the_command_behind_noise_too(commands: Commands) -> None:
    await commands.set_up(end_of_speech="first")
    async_get_memories(commands.hass, commands.entry).hearing.failed(asyncio.get_running_loop().time() - 60)
    commands.service.engine = Scripted([NOISE], [Utterance(text="Turn on the light.")])
    await commands.say(3.0)
    (heard,) = commands.manner.heard
    assert len(heard) == len(pcm(3.0))


async def test_noise_that_nothing_follows_is_no_silence_of_the_service(commands: Commands) -> None:
    """It listens for five seconds more: the end that somebody else hears is told to it, too."""
    await commands.set_up(end_of_speech="azure", second_on_nothing=True)
    with wave.open(str(COMMAND)) as file:
        words = file.readframes(file.getnframes())
    commands.service.engine = Scripted([Utterance(status=Status.NO_MATCH, end=len(words) / BYTES_PER_SECOND + 0.5)])
    begun = asyncio.get_running_loop().time()
    answer = await commands.say(audio=words + bytes(10 * BYTES_PER_SECOND))
    assert (answer.text, answer.by) == (OTHER, SECOND)
    assert asyncio.get_running_loop().time() - begun <= len(words) / BYTES_PER_SECOND + 1.5 + SECOND_TAKES
    assert not async_get_memories(commands.hass, commands.entry).hearing.away


# --- nothing was said, or understood


@pytest.mark.parametrize("status", [Status.NO_MATCH, Status.INITIAL_SILENCE_TIMEOUT, Status.BABBLE_TIMEOUT])
async def test_nothing_is_an_answer(commands: Commands, status: Status) -> None:
    commands.service.engine = Scripted([Utterance(status=status, end=0.5)])
    answer = await commands.say()
    assert (answer.text, answer.by) == ("", RECOGNIZER)
    assert not commands.manner.heard


@pytest.mark.parametrize(
    ("status", "text"),
    [(Status.NO_MATCH, OTHER), (Status.INITIAL_SILENCE_TIMEOUT, ""), (Status.BABBLE_TIMEOUT, "")],
)
async def test_where_it_is_wanted_speech_that_was_not_understood_is_heard_again(
    commands: Commands, status: Status, text: str
) -> None:
    await commands.set_up(second_on_nothing=True)
    commands.service.engine = Scripted([Utterance(status=status)])
    answer = await commands.say()
    assert (answer.text, answer.by) == (text, SECOND if text else RECOGNIZER)
    assert answer.delay <= SECOND_TAKES + 0.1


@pytest.mark.parametrize("text", ["", "  "])
async def test_what_the_second_engine_hears_nothing_in_is_silence(commands: Commands, text: str) -> None:
    commands.manner.text = text
    commands.service.behaviours = lambda _: Behaviour(answer=Refuse(401))
    answer = await commands.say()
    assert (answer.text, answer.by) == ("", SECOND)


# --- what may not be asked


async def test_beyond_the_households_limit_the_second_engine_is_alone(commands: Commands) -> None:
    commands.hass.config_entries.async_update_entry(commands.entry, options={CONF_MONTHLY_LIMIT: 0.001})
    await commands.hass.async_block_till_done()
    first = await commands.say(seconds=4)
    assert first.by == RECOGNIZER
    before = len(commands.service.attempts)
    answer = await commands.say()
    assert (answer.text, answer.by) == (OTHER, SECOND)
    assert answer.delay <= SECOND_TAKES + 0.05
    assert len(commands.service.attempts) == before


async def test_a_refused_key_is_asked_for_and_nobody_is_deaf_meanwhile(commands: Commands) -> None:
    commands.service.behaviours = lambda _: Behaviour(answer=Refuse(401))
    for _ in range(2):
        answer = await commands.say()
        assert (answer.text, answer.by) == (OTHER, SECOND)
        await commands.hass.async_block_till_done(wait_background_tasks=True)
    (flow,) = commands.hass.config_entries.flow.async_progress()
    assert flow["context"]["source"] == SOURCE_REAUTH


# --- the text


@pytest.mark.parametrize(
    ("settings", "text", "written"),
    [
        ({"substitutions": ["lights => lamps"]}, "lights on", "lamps on"),
        ({"text_form": "display_without_punctuation"}, "Lights, on!", "Lights on"),
        ({"text_form": "lexical"}, " lights on ", "lights on"),
    ],
    ids=["substitutions", "punctuation", "another form"],
)
async def test_the_text_is_written_as_the_household_wants_it(
    commands: Commands, settings: dict[str, Any], text: str, written: str
) -> None:
    await commands.set_up(**settings)
    commands.manner.text = text
    commands.service.behaviours = lambda _: Behaviour(answer=Refuse(401))
    assert (await commands.say()).text == written


async def test_more_than_anybody_says_is_an_error(commands: Commands) -> None:
    commands.manner.text = "go " * 2000
    commands.service.behaviours = lambda _: Behaviour(answer=Refuse(401))
    assert (await commands.say()).result == SpeechResult(None, SpeechResultState.ERROR)
