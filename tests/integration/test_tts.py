"""The text-to-speech entity: what it offers, what is heard of it, and what it says when the service fails."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing
from http import HTTPStatus
from typing import Any

from homeassistant.components.tts import ATTR_VOICE, DOMAIN as TTS_DOMAIN, async_create_stream
from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant
from homeassistant.helpers import issue_registry as ir
from homeassistant.setup import async_setup_component
import pytest
from pytest_homeassistant_custom_component.typing import ClientSessionGenerator, WebSocketGenerator

from custom_components.azure_speech_live.const import DOMAIN
from custom_components.azure_speech_live.resource.issues import Issue
from custom_components.azure_speech_live.speech import OutputFormat, silence as no_sound
from custom_components.azure_speech_live.speech.synthesis import streamed_turn
from custom_components.azure_speech_live.voice import silence
from tests.speech_service.engines.legible import CHARACTER
from tests.speech_service.engines.speech import ScriptedSpeaker
from tests.speech_service.faults import After, AudioSent, Behaviour, Close, Fault, Silence
from tests.speech_service.service import SpeechService
from tests.speech_service.synthesis.delivery import Delivery, Listens

from .forms import add_resource
from .voices import HEADER, KITCHEN, SENTENCE, VOICE, WAV, add_voice, asked_to_speak, heard, sound_of, spoken, written

BYTES = round(2 * 16000 * CHARACTER * len(SENTENCE))
"""What the stand-in takes to say it, at 16 kHz."""


@pytest.fixture(autouse=True)
async def entry(hass: HomeAssistant, service: SpeechService, caplog: pytest.LogCaptureFixture) -> ConfigEntry:
    """Add the resource, and forget what was logged until then."""
    assert await async_setup_component(hass, TTS_DOMAIN, {})
    entry = await add_resource(hass, service)
    caplog.clear()
    return entry


@pytest.fixture
def converted(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """Return what Home Assistant starts ffmpeg for."""
    started: list[Any] = []
    start = asyncio.create_subprocess_exec

    async def noted(*command: Any, **options: Any) -> asyncio.subprocess.Process:
        if "-hide_banner" in command:  # the stand-in starts its own without
            started.append(command)
        return await start(*command, **options)

    monkeypatch.setattr(asyncio, "create_subprocess_exec", noted)
    return started


# --- what it offers


async def test_its_languages_are_there_before_the_service_was_asked(
    hass_ws_client: WebSocketGenerator,
) -> None:
    socket = await hass_ws_client()
    await socket.send_json_auto_id({"type": "tts/engine/list", "language": "de", "country": "AT"})
    providers = (await socket.receive_json())["result"]["providers"]
    assert providers == [{"engine_id": VOICE, "supported_languages": ["de-AT", "de-DE", "de-CH"]}]


async def test_a_home_whose_language_no_voice_speaks_has_a_voice_for_others(
    hass: HomeAssistant, entry: ConfigEntry
) -> None:
    hass.config.language = "lb"
    assert await hass.config_entries.async_reload(entry.entry_id)
    assert heard(await sound_of(asked_to_speak(hass, SENTENCE, WAV, language="de-DE"))) == SENTENCE
    stream = async_create_stream(hass, VOICE, options=WAV)
    stream.async_set_message("Good night.")
    assert heard(await sound_of(stream)) == "Good night."


async def test_the_voices_of_a_language_are_to_choose_from(
    hass: HomeAssistant, hass_ws_client: WebSocketGenerator
) -> None:
    await hass.async_block_till_done(wait_background_tasks=True)
    socket = await hass_ws_client()
    await socket.send_json_auto_id({"type": "tts/engine/voices", "engine_id": VOICE, "language": "de-DE"})
    voices = (await socket.receive_json())["result"]["voices"]
    assert voices[0] == {"voice_id": "de-DE-KatjaNeural", "name": "Katja"}
    assert {"voice_id": "de-AT-IngridNeural", "name": "Ingrid, German (Austria)"} in voices
    assert "fr-FR-DeniseNeural" not in [voice["voice_id"] for voice in voices]


async def test_other_settings_are_another_sound_to_home_assistants_cache(
    hass: HomeAssistant, entry: ConfigEntry
) -> None:
    await add_voice(hass, entry, {"voice": "de-DE-KatjaNeural"}, rate=120, pitch=100, volume=100)
    first, second = (asked_to_speak(hass, SENTENCE, engine=engine).options for engine in (VOICE, KITCHEN))
    assert first != second


# --- what is heard


async def test_a_text_is_spoken_by_the_voice_of_its_language(hass: HomeAssistant, service: SpeechService) -> None:
    assert (
        heard(await sound_of(asked_to_speak(hass, "Das Licht ist an.", WAV, language="de-DE"))) == "Das Licht ist an."
    )
    (turn,) = spoken(service)
    assert "<voice name='de-DE-KatjaNeural'>Das Licht ist an.</voice>" in turn.ssml


async def test_the_voice_that_an_assistant_has_chosen_speaks(hass: HomeAssistant, service: SpeechService) -> None:
    options = {**WAV, ATTR_VOICE: "en-GB-SoniaNeural"}
    assert heard(await sound_of(asked_to_speak(hass, SENTENCE, options, language="en-GB"))) == SENTENCE
    assert "en-GB-SoniaNeural" in spoken(service)[0].ssml


@pytest.mark.parametrize("name", [5, "en-US-Nobody", "<voice>"])
async def test_somebody_speaks_where_an_automation_names_nobodys_voice(hass: HomeAssistant, name: object) -> None:
    assert heard(await sound_of(asked_to_speak(hass, SENTENCE, {**WAV, ATTR_VOICE: name}))) == SENTENCE


async def test_a_voice_speaks_as_it_is_set(hass: HomeAssistant, entry: ConfigEntry, service: SpeechService) -> None:
    who = {"voice": "en-US-JennyNeural"}
    manner = {"style": "cheerful", "degree": 150, "rate": 120, "pitch": 90, "volume": 80}
    await hass.async_block_till_done(wait_background_tasks=True)
    await add_voice(hass, entry, who, **manner, pronunciations=["kitchen => kitshen", "light => /lait/"])
    await sound_of(asked_to_speak(hass, SENTENCE, WAV, engine=KITCHEN))
    (turn,) = spoken(service)
    assert (
        "<mstts:express-as style='cheerful' styledegree='1.5'><prosody rate='+20%' pitch='-10%' volume='-20%'>"
        in turn.ssml
    )
    assert "The <phoneme alphabet='ipa' ph='lait'>light</phoneme> in the kitshen is on." in turn.ssml


async def test_silence_is_as_long_as_it_is_set(
    hass: HomeAssistant, entry: ConfigEntry, service: SpeechService, converted: list[Any]
) -> None:
    service.synthesis.delivery = Delivery(trailing_silence=0.8)
    await add_voice(hass, entry, lead_in=0.5, end_silence=0.1)
    sound = (await sound_of(asked_to_speak(hass, SENTENCE, WAV, engine=KITCHEN)))[HEADER:]
    assert not any(sound[:16000])
    assert any(sound[16000:16010])
    assert len(sound) == BYTES + 0.6 * 2 * 16000
    assert converted == []

    assert await sound_of(asked_to_speak(hass, SENTENCE, engine=KITCHEN))
    assert spoken(service)[-1].context["synthesis"]["audio"]["outputFormat"] == "raw-24khz-16bit-mono-pcm"
    assert len(converted) == 1, "of MP3 it cannot be taken off"


async def test_an_answer_is_heard_while_it_is_written(
    hass: HomeAssistant, hass_client_no_auth: ClientSessionGenerator
) -> None:
    begun = asyncio.Event()

    async def answer() -> AsyncGenerator[str]:
        yield f"**{SENTENCE}** It is "
        await begun.wait()
        yield "warm."

    client = await hass_client_no_auth()
    response = await client.get(asked_to_speak(hass, answer(), WAV).url)
    assert response.status == HTTPStatus.OK
    sound = b""
    while len(sound) < HEADER + BYTES:
        sound += await response.content.readany()
    begun.set()
    sound += await response.read()
    assert heard(sound) == f"{SENTENCE}It is warm."


async def test_the_header_comes_before_there_is_anything_to_say(hass: HomeAssistant) -> None:
    begun = asyncio.Event()

    async def answer() -> AsyncGenerator[str]:
        await begun.wait()
        yield SENTENCE

    sound = asked_to_speak(hass, answer(), WAV).async_stream_result()
    header = await anext(sound)
    begun.set()
    assert heard(header + b"".join([chunk async for chunk in sound])) == SENTENCE


@pytest.mark.parametrize("text", ["", "*** \U0001f600", "...", "```\nlight.on()\n```"])
@pytest.mark.parametrize("options", [None, WAV])
async def test_where_there_is_nothing_to_say_there_is_a_moment_of_silence(
    hass: HomeAssistant, service: SpeechService, text: str, options: dict[str, Any] | None
) -> None:
    sound = await sound_of(asked_to_speak(hass, written(text, " "), options))
    assert sound
    assert not any(sound[HEADER:]) or options is None
    assert spoken(service) == []


async def test_a_pause_in_the_text_is_silence_in_real_time(
    hass: HomeAssistant, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(silence, "PAUSE", 0.3)
    waiting = asyncio.Event()

    async def answer() -> AsyncGenerator[str]:
        yield f"{SENTENCE} "
        await waiting.wait()
        yield "It is warm."

    sound = b""
    silent = 0
    async for chunk in asked_to_speak(hass, answer(), WAV).async_stream_result():
        sound += chunk
        silent = silent + 1 if not any(chunk) else 0
        if silent == 3:
            waiting.set()
    assert heard(sound) == f"{SENTENCE}It is warm."
    assert "No more text" not in caplog.text


async def test_a_pause_is_silence_in_mp3_too(
    hass: HomeAssistant, service: SpeechService, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Browsers and media players get it, and nothing before there is a sound: an outage is to show as one."""
    monkeypatch.setattr(silence, "PAUSE", 0.05)
    begins, goes_on = asyncio.Event(), asyncio.Event()
    frame = no_sound(OutputFormat.MP3_24KHZ, 0)

    async def answer() -> AsyncGenerator[str]:
        yield "The light "
        await begins.wait()
        yield "is on. "
        await goes_on.wait()
        yield "It is warm."

    stream = asked_to_speak(hass, answer()).async_stream_result()
    first = asyncio.ensure_future(anext(stream))
    assert not (await asyncio.wait({first}, timeout=0.3))[0]
    begins.set()
    sound = await first
    async for chunk in stream:
        sound += chunk
        if sound.count(frame) > 3:
            goes_on.set()
    assert len(spoken(service)) == 2


async def test_a_pause_of_the_service_amid_the_sound_is_silence_too(
    hass: HomeAssistant, service: SpeechService, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(silence, "PAUSE", 0.1)
    service.behaviours = lambda _: Behaviour(faults=(Fault(AudioSent(10_000), Silence()),))
    sound = asked_to_speak(hass, SENTENCE, WAV).async_stream_result()
    silent = 0
    async with aclosing(sound):
        while silent < 3:
            silent += not any(await anext(sound))


async def test_a_pronunciation_that_is_refused_is_told_and_the_text_is_spoken(
    hass: HomeAssistant, entry: ConfigEntry, service: SpeechService
) -> None:
    await add_voice(hass, entry, pronunciations=["light => /!/", "hall => hol"])
    known = len(service.attempts)
    refusing = Behaviour(faults=(Fault(After("turn.start"), Close(1007, "SSML is invalid")),))
    service.behaviours = lambda number: refusing if number == known else Behaviour()
    assert heard(await sound_of(asked_to_speak(hass, SENTENCE, WAV, engine=KITCHEN))) == SENTENCE
    await sound_of(asked_to_speak(hass, SENTENCE, WAV))  # by a voice that has no pronunciations
    issue = ir.async_get(hass).async_get_issue(DOMAIN, f"{Issue.PRONUNCIATION_REFUSED}_{entry.entry_id}")
    assert issue is not None
    assert issue.translation_placeholders == {"title": entry.title, "words": "light", "voice": "Kitchen"}

    await hass.config_entries.async_reload(entry.entry_id)
    assert not ir.async_get(hass).async_get_issue(DOMAIN, f"{Issue.PRONUNCIATION_REFUSED}_{entry.entry_id}")


# --- what Home Assistant converts


@pytest.mark.parametrize(
    ("options", "asked"),
    [
        ({}, "audio-24khz-96kbitrate-mono-mp3"),  # browsers, apps, tts.speak
        ({**WAV, "preferred_sample_channels": 1, "preferred_sample_bytes": 2}, "raw-16khz-16bit-mono-pcm"),  # VoIP
        ({"preferred_format": "wav", "preferred_sample_rate": "22050"}, "raw-22050hz-16bit-mono-pcm"),  # Wyoming
        ({"preferred_format": "mp3", "preferred_sample_rate": 48000}, "audio-48khz-192kbitrate-mono-mp3"),
    ],
)
async def test_most_of_what_is_asked_for_is_not_converted(
    hass: HomeAssistant, service: SpeechService, converted: list[Any], options: dict[str, Any], asked: str
) -> None:
    assert await sound_of(asked_to_speak(hass, SENTENCE, options))
    (turn,) = spoken(service)
    assert turn.context["synthesis"]["audio"]["outputFormat"] == asked
    assert converted == []


@pytest.mark.parametrize(
    ("options", "asked"),
    [
        ({"preferred_format": "wav", "preferred_sample_rate": 11025}, "audio-24khz-96kbitrate-mono-mp3"),
        ({"preferred_format": "mp3", "preferred_sample_rate": 22050}, "raw-24khz-16bit-mono-pcm"),
        ({"preferred_format": "flac", "preferred_sample_rate": 48000}, "raw-24khz-16bit-mono-pcm"),  # Voice PE
    ],
)
async def test_home_assistant_makes_the_rest(
    hass: HomeAssistant, service: SpeechService, converted: list[Any], options: dict[str, Any], asked: str
) -> None:
    assert await sound_of(asked_to_speak(hass, SENTENCE, options))
    (turn,) = spoken(service)
    assert turn.context["synthesis"]["audio"]["outputFormat"] == asked
    assert len(converted) == 1


async def test_what_is_spoken_counts(hass: HomeAssistant, entry: ConfigEntry) -> None:
    requests = entry.runtime_data.usage.month.requests
    await sound_of(asked_to_speak(hass, SENTENCE, WAV))
    assert entry.runtime_data.usage.month.requests == requests + 1
    (answer,) = entry.runtime_data.answers
    assert answer.ended is not None
    assert answer.error is None


# --- text streaming


async def test_a_voice_may_be_sent_words_while_they_are_written(
    hass: HomeAssistant, entry: ConfigEntry, service: SpeechService, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is heard is what it is by sentences, where the service takes that, and where it does not."""
    await hass.async_block_till_done(wait_background_tasks=True)
    await add_voice(
        hass, entry, {"voice": "en-US-JennyNeural"}, text_streaming=True, pronunciations=["kitchen => kitshen"]
    )
    begun = asyncio.Event()

    async def answer() -> AsyncGenerator[str]:
        yield "**The light in the kitchen is** on and"
        await begun.wait()
        yield " it is -12,5 °C. Good night."

    service.synthesis.delivery = Delivery(listens=Listens.PIECE)
    sound = asked_to_speak(hass, answer(), WAV, engine=KITCHEN).async_stream_result()
    stream = b""
    while "kitshen" not in ScriptedSpeaker().heard(stream[HEADER:], 16000):
        stream += await anext(sound)
    begun.set()
    stream += b"".join([chunk async for chunk in sound])
    said = "The light in the kitshen is on and it is minus 12.5 degrees Celsius. Good night."
    assert heard(stream).strip() == said
    (turn,) = spoken(service)
    assert "".join(turn.pieces).strip() == said
    assert turn.pieces[0] == "The light in the kitshen "

    monkeypatch.setattr(streamed_turn, "FIRST_SOUND", 0.2)
    service.synthesis.delivery = Delivery(listens=Listens.NEVER)
    stream = await sound_of(asked_to_speak(hass, answer(), WAV, engine=KITCHEN))
    assert heard(stream).replace(". ", ".") == said.replace(". ", ".")
