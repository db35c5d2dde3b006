"""An answer is spoken whatever becomes of the service: from the beginning, or where it broke off."""

import asyncio
from collections.abc import AsyncGenerator, Iterable
from itertools import groupby
import math
from typing import Any

from homeassistant.components.tts import (
    TextToSpeechEntity,
    TTSAudioRequest,
    async_create_stream,
    get_engine_instance,
)
from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers import entity_registry as er
import numpy as np
import pytest

from custom_components.azure_speech_live.fallback.joint import PAUSE
from custom_components.azure_speech_live.fallback.memories import async_get_memories
from custom_components.azure_speech_live.fallback.memory import LEAST_PATIENCE
from custom_components.azure_speech_live.fallback.speaking import DRY
from custom_components.azure_speech_live.speech.synthesis.allowance import GATHERED
from custom_components.azure_speech_live.tts import ANNOUNCEMENT_PATIENCE
from custom_components.azure_speech_live.voice.voices import async_get_voices
from tests.integration.forms import add_resource
from tests.integration.second_voices import PIPER, Manner, change_voice, last_engine, name_second_voice, timed
from tests.integration.voices import HEADER, SENTENCE, VOICE, WAV, asked_to_speak, heard, sound_of, spoken
from tests.speech_service.authorization import Authorization
from tests.speech_service.engines.legible import CHARACTER
from tests.speech_service.faults import After, Behaviour, Close, Fault, Freeze, Opened, Received, Refuse, Reset, Silence
from tests.speech_service.per_minute import PerMinute
from tests.speech_service.service import SpeechService
from tests.speech_service.synthesis.delivery import Delivery
from tests.speech_service.synthesis.refusals import THROTTLED
from tests.speech_service.synthesis.voices import VOICES

pytestmark = pytest.mark.usefixtures("piper")

OTHER = SENTENCE.upper()
FASTEST = 0.7
"""Seconds that the client tries again by itself, at most, where it is refused at once."""

AT_ONCE = {
    "trouble of its own": Behaviour(answer=Refuse(503)),
    "too many requests": Behaviour(answer=Refuse(429)),
    "reset": Behaviour(answer=Reset()),
    "closed": Behaviour(faults=(Fault(Received("ssml"), Close(1011)),)),
    "reset in the request": Behaviour(faults=(Fault(Received("ssml"), Reset()),)),
}
NOTHING = {
    "never opens": Behaviour(delay=math.inf),
    "says nothing": Behaviour(faults=(Fault(Opened(), Silence()),)),
    "is frozen": Behaviour(faults=(Fault(Opened(), Freeze()),)),
}


async def test_where_all_is_well_the_service_speaks(hass: HomeAssistant, piper: Manner) -> None:
    text, delay = await timed(hass)
    assert text == SENTENCE
    assert delay == pytest.approx(0, abs=0.1)
    assert piper.texts == []
    assert last_engine(hass) == VOICE


@pytest.mark.parametrize("fault", AT_ONCE)
async def test_a_service_that_fails_is_waited_for_no_longer(
    hass: HomeAssistant, service: SpeechService, piper: Manner, fault: str
) -> None:
    service.behaviours = lambda _: AT_ONCE[fault]
    text, delay = await timed(hass)
    assert text == OTHER
    assert delay < LEAST_PATIENCE + 0.1
    assert last_engine(hass) == PIPER
    assert piper.texts == [f"{SENTENCE} "]


async def test_a_refused_key(hass: HomeAssistant, service: SpeechService) -> None:
    service.authorization = Authorization(["another"])
    text, delay = await timed(hass)
    assert text == OTHER
    assert delay == pytest.approx(0, abs=0.3)


@pytest.mark.parametrize("fault", NOTHING)
async def test_a_service_that_says_nothing_is_waited_for_a_second(
    hass: HomeAssistant, service: SpeechService, entry: ConfigEntry, fault: str
) -> None:
    service.behaviours = lambda _: NOTHING[fault]
    text, delay = await timed(hass)
    assert text == OTHER
    assert delay == pytest.approx(LEAST_PATIENCE, abs=0.15)
    await hass.async_block_till_done(wait_background_tasks=True)
    assert async_get_memories(hass, entry).speaking.away, "what the second engine hid is remembered"

    text, delay = await timed(hass, "Again.")
    assert text == "AGAIN."
    assert delay < 0.1, "the next one waits no more"


async def test_what_no_voice_of_the_service_speaks_the_second_engine_may(
    hass: HomeAssistant, service: SpeechService, entry: ConfigEntry
) -> None:
    """Such as a container's, which has one voice."""
    service.synthesis.voices = [voice for voice in VOICES if voice.locale == "en-US" and not voice.secondary_locales]
    assert await async_get_voices(hass, entry).async_fetch()
    assert heard(await sound_of(asked_to_speak(hass, SENTENCE, WAV, language="de-DE"))) == OTHER
    assert not spoken(service)


# --- amid an answer

THREE = ["The light in the kitchen is on.", "The fan in the hall is off.", "It is late."]


async def answer(pause: float = 0.0, pieces: Iterable[str] = tuple(THREE)) -> AsyncGenerator[str]:
    """Write an answer sentence by sentence, or in other pieces."""
    for piece in pieces:
        yield f"{piece} "
        await asyncio.sleep(pause)


@pytest.mark.parametrize(
    ("do", "slices"),
    [(Close(1011), 0), (Close(1011), 1), (Close(1011), 2), (Reset(), 1), (THROTTLED, 1), (Silence(), 1), (Freeze(), 1)],
)
async def test_what_breaks_off_is_said_from_that_sentence_on(
    hass: HomeAssistant, service: SpeechService, piper: Manner, do: Any, slices: int
) -> None:
    service.synthesis.delivery = Delivery(slice_size=len(THREE[1]) * 640 // 2)
    known = len(service.attempts)

    def behaviour(number: int) -> Behaviour:
        if number > known:
            return Behaviour(answer=Reset())
        first = len(THREE[0]) // (len(THREE[1]) // 2) + 1
        return Behaviour(faults=(Fault(After("audio", first + slices), do),))

    service.behaviours = behaviour
    text, _ = await timed(hass, answer())
    assert piper.texts, text
    said = text.replace(" ", "").replace("\N{REPLACEMENT CHARACTER}", "")
    sentences = [sentence.replace(" ", "") for sentence in THREE]
    rest = next(number for number in range(len(THREE)) if said.endswith("".join(sentences[number:]).upper()))
    assert said.startswith("".join(sentences[:rest])), "all that is whole"
    torn = said.removeprefix("".join(sentences[:rest])).removesuffix("".join(sentences[rest:]).upper())
    assert sentences[rest].startswith(torn), "a part of the sentence in which it broke off"
    assert last_engine(hass) == PIPER


async def test_a_listener_who_has_run_dry_hears_the_rest_by_the_second_engine(
    hass: HomeAssistant, service: SpeechService, piper: Manner
) -> None:
    """Such as where the service takes no more requests for a while, which takes it up to a minute."""
    service.synthesis.per_minute = PerMinute(close=THROTTLED, requests=1)
    begun = hass.loop.time()
    text, _ = await timed(hass, answer())
    assert text == f"{THREE[0]} {THREE[1]}{THREE[2].upper()}"
    assert piper.texts == [f"{THREE[2]} "]
    assert hass.loop.time() - begun == pytest.approx(len(f"{THREE[0]} {THREE[1]}") * CHARACTER + DRY, abs=0.3)


AT_ONCE_TOO = pytest.mark.parametrize("piper", [True], indirect=True)
"""With a second engine that speaks sentence by sentence, as soon as it is asked."""


@AT_ONCE_TOO
@pytest.mark.parametrize("streaming", [False, True])
async def test_a_pause_of_the_agents_is_nobodys_fault(
    hass: HomeAssistant, service: SpeechService, entry: ConfigEntry, piper: Manner, *, streaming: bool
) -> None:
    """Neither behind a sentence nor amid one: what was not written is not owed, and what is, not before it was."""
    await change_voice(hass, entry, text_streaming=streaming)
    service.synthesis.delivery = Delivery(first_audio=0.5)
    pieces = ["The light in the kitchen", "is on.", "The fan in the hall", "is off.", "It is late."]
    text, _ = await timed(hass, answer(pause=4 * DRY, pieces=pieces))
    assert "".join(text.split()) == "".join("".join(THREE).split())
    assert piper.texts == []


@AT_ONCE_TOO
async def test_what_is_gathered_is_not_owed_yet(hass: HomeAssistant, service: SpeechService, piper: Manner) -> None:
    """The free tier takes few requests in a minute; when many were made, the rest is spread over it."""
    for number in range(GATHERED):
        await timed(hass, f"Number {number}.")
    numbers = ["One.", "Two.", "Three.", "Four.", "Five."]
    before = len(spoken(service))
    text, _ = await timed(hass, answer(pause=DRY, pieces=numbers))
    assert text.replace(" ", "") == "".join(numbers)
    assert len(spoken(service)) - before < len(numbers), "some were asked for together"
    assert piper.texts == []


async def test_the_seam_is_a_pause(hass: HomeAssistant, service: SpeechService) -> None:
    """Neither a gap that one takes for the end, nor another header amid the sound."""
    known = len(service.attempts)
    breaks = Behaviour(faults=(Fault(After("audio", 2), Close(1011)),))
    service.behaviours = lambda number: breaks if number == known else Behaviour(answer=Reset())
    stream = async_create_stream(hass, VOICE, "en-US", WAV)
    stream.async_set_message_stream(answer())
    sound = await sound_of(stream)
    assert b"RIFF" not in sound[4:]
    samples = np.frombuffer(sound[HEADER:], np.int16)
    quiet = max((len(list(run)) for is_quiet, run in groupby(samples == 0) if is_quiet), default=0)
    assert quiet / 16000 == pytest.approx(PAUSE, abs=0.01)


# --- the end


async def test_two_that_name_each_other_come_to_an_end(
    hass: HomeAssistant, service: SpeechService, entry: ConfigEntry
) -> None:
    async with SpeechService() as another:
        other = await add_resource(hass, another)
        (theirs,) = (
            found.entity_id
            for found in er.async_entries_for_config_entry(er.async_get(hass), other.entry_id)
            if found.domain == "tts"
        )
        await name_second_voice(hass, entry, theirs)
        await name_second_voice(hass, other, VOICE)
        service.behaviours = another.behaviours = lambda _: Behaviour(answer=Refuse(503))
        with pytest.raises(HomeAssistantError, match="trouble"):
            await timed(hass)

        another.behaviours = ()
        assert (await timed(hass, "Again."))[0] == "Again."
        assert last_engine(hass) == theirs
        await hass.async_block_till_done(wait_background_tasks=True)
        await hass.config_entries.async_unload(other.entry_id)


async def test_a_reload_ends_what_is_spoken(
    hass: HomeAssistant, service: SpeechService, entry: ConfigEntry, piper: Manner
) -> None:
    service.synthesis.delivery = Delivery(pace=1)
    sound = asked_to_speak(hass, SENTENCE * 3, WAV).async_stream_result()
    await anext(sound)
    await service.until(lambda: bool(spoken(service)))
    await hass.config_entries.async_reload(entry.entry_id)
    with pytest.raises(HomeAssistantError, match="unloaded or reloaded meanwhile"):
        async for _ in sound:
            pass
    assert piper.texts == []


async def test_who_listens_no_more_ends_both(
    hass: HomeAssistant, service: SpeechService, piper: Manner, caplog: pytest.LogCaptureFixture
) -> None:
    piper.delay = 3600
    service.behaviours = lambda _: NOTHING["says nothing"]
    engine = get_engine_instance(hass, VOICE)
    assert isinstance(engine, TextToSpeechEntity)
    before = asyncio.all_tasks()
    request = TTSAudioRequest("en-US", dict(WAV), answer())
    response = await engine.internal_async_stream_tts_audio(request)

    async def listen() -> None:
        async for _ in response.data_gen:
            pass

    listening = asyncio.create_task(listen())
    await asyncio.sleep(ANNOUNCEMENT_PATIENCE + 1)
    assert piper.texts
    listening.cancel()
    await asyncio.wait({listening})
    await response.data_gen.aclose()
    await hass.async_block_till_done(wait_background_tasks=True)
    assert piper.ended == 1
    assert not [task for task in asyncio.all_tasks() - before if "Speech" in task.get_name()]
    assert "Traceback" not in caplog.text
