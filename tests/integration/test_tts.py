"""The text-to-speech entity: what it offers, what is heard of it, and what it says when the service fails."""

import asyncio
from collections.abc import AsyncGenerator
from http import HTTPStatus
from pathlib import Path
from typing import Any

from homeassistant.components.tts import ATTR_VOICE, DOMAIN as TTS_DOMAIN
from homeassistant.config_entries import SOURCE_REAUTH, ConfigEntry
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers import issue_registry as ir
from homeassistant.setup import async_setup_component
import pytest
from pytest_homeassistant_custom_component.typing import ClientSessionGenerator, WebSocketGenerator

from custom_components.azure_speech_live.const import DOMAIN
from custom_components.azure_speech_live.resource.issues import Issue
from custom_components.azure_speech_live.tts import MAX_VOICES
from custom_components.azure_speech_live.voice import script, silence
from tests.speech_service.authorization import Authorization
from tests.speech_service.engines.legible import CHARACTER
from tests.speech_service.faults import After, Behaviour, Close, Fault, Refuse
from tests.speech_service.per_minute import PerMinute
from tests.speech_service.service import SpeechService
from tests.speech_service.synthesis.delivery import Delivery
from tests.speech_service.synthesis.refusals import QUOTA, THROTTLED

from .availability import available
from .forms import add_resource
from .voices import HEADER, KITCHEN, VOICE, WAV, add_voice, asked_to_speak, heard, sound_of, spoken

SENTENCE = "The light in the kitchen is on."
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


async def written(*pieces: str) -> AsyncGenerator[str]:
    """Write a text piece by piece."""
    for piece in pieces:
        yield piece
        await asyncio.sleep(0)


# --- what it offers


async def test_its_languages_are_there_before_the_service_was_asked(
    hass_ws_client: WebSocketGenerator,
) -> None:
    socket = await hass_ws_client()
    await socket.send_json_auto_id({"type": "tts/engine/list", "language": "de", "country": "AT"})
    providers = (await socket.receive_json())["result"]["providers"]
    assert providers == [{"engine_id": VOICE, "supported_languages": ["de-AT", "de-DE", "de-CH"]}]


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


# --- what goes wrong


async def test_the_service_is_away(
    hass: HomeAssistant,
    service: SpeechService,
    hass_client_no_auth: ClientSessionGenerator,
    caplog: pytest.LogCaptureFixture,
) -> None:
    client = await hass_client_no_auth()
    service.behaviours = lambda _: Behaviour(answer=Refuse(503))
    response = await client.get(asked_to_speak(hass, SENTENCE, WAV).url)
    assert response.status == HTTPStatus.INTERNAL_SERVER_ERROR
    await hass.async_block_till_done(wait_background_tasks=True)
    assert not available(hass, VOICE)
    assert caplog.text.count("speech synthesis failed") == 1
    assert SENTENCE not in [record.getMessage() for record in caplog.records if record.name.startswith("custom")]

    service.behaviours = ()
    assert heard(await sound_of(asked_to_speak(hass, f"Once more: {SENTENCE}", WAV))) == f"Once more: {SENTENCE}"


async def test_a_refused_key_is_asked_for_anew(hass: HomeAssistant, service: SpeechService, entry: ConfigEntry) -> None:
    service.authorization = Authorization(["another"])
    with pytest.raises(HomeAssistantError):
        await sound_of(asked_to_speak(hass, SENTENCE, WAV))
    await hass.async_block_till_done(wait_background_tasks=True)
    assert list(entry.async_get_active_flows(hass, {SOURCE_REAUTH}))


async def test_one_refusal_of_a_key_that_works_is_none(
    hass: HomeAssistant, service: SpeechService, entry: ConfigEntry
) -> None:
    known = len(service.attempts)
    service.behaviours = lambda number: Behaviour(answer=Refuse(401)) if number == known else Behaviour()
    with pytest.raises(HomeAssistantError):
        await sound_of(asked_to_speak(hass, SENTENCE, WAV))
    await hass.async_block_till_done(wait_background_tasks=True)
    assert not list(entry.async_get_active_flows(hass, {SOURCE_REAUTH}))
    assert available(hass, VOICE)


@pytest.mark.parametrize("close", [THROTTLED, QUOTA])
async def test_too_many_requests_are_no_trouble_of_the_resource(
    hass: HomeAssistant, service: SpeechService, close: Close, caplog: pytest.LogCaptureFixture
) -> None:
    service.synthesis.per_minute = PerMinute(close=close, requests=0)
    with pytest.raises(HomeAssistantError):
        await sound_of(asked_to_speak(hass, SENTENCE, WAV))
    await hass.async_block_till_done(wait_background_tasks=True)
    assert caplog.text.count("speech synthesis failed") == 1
    assert available(hass, VOICE)
    assert not ir.async_get(hass).issues

    service.synthesis.per_minute = None
    assert heard(await sound_of(asked_to_speak(hass, f"Now: {SENTENCE}", WAV))) == f"Now: {SENTENCE}"


async def test_a_voice_that_is_gone_is_spoken_for_by_a_similar_one(
    hass: HomeAssistant, service: SpeechService, entry: ConfigEntry
) -> None:
    await hass.async_block_till_done(wait_background_tasks=True)
    await add_voice(hass, entry, {"voice": "de-DE-ConradNeural"}, rate=100, pitch=100, volume=100, degree=100)
    service.synthesis.withdrawn.add("de-DE-ConradNeural")
    sound = await sound_of(
        asked_to_speak(hass, written("Guten Tag. ", "Es ist warm."), WAV, engine=KITCHEN, language="de-DE")
    )
    assert heard(sound) == "Guten Tag. Es ist warm."
    assert "de-DE-KatjaNeural" in spoken(service)[-1].ssml
    issue = ir.async_get(hass).async_get_issue(DOMAIN, f"{Issue.VOICE_GONE}_{entry.entry_id}")
    assert issue is not None
    assert issue.translation_placeholders is not None
    assert issue.translation_placeholders["voice"] == "de-DE-ConradNeural"
    assert available(hass, KITCHEN)

    turns = len(spoken(service))
    await sound_of(asked_to_speak(hass, "Noch etwas.", WAV, engine=KITCHEN, language="de-DE"))
    assert len(spoken(service)) == turns + 1, "it is not asked for again at once"

    service.synthesis.withdrawn.clear()
    await hass.config_entries.async_reload(entry.entry_id)
    assert not ir.async_get(hass).async_get_issue(DOMAIN, f"{Issue.VOICE_GONE}_{entry.entry_id}")


async def test_a_language_that_nobody_speaks_any_more_is_told(
    hass: HomeAssistant, hass_ws_client: WebSocketGenerator
) -> None:
    await hass.async_block_till_done(wait_background_tasks=True)  # the stand-in has a dozen voices
    with pytest.raises(HomeAssistantError, match="no voice that speaks sv-SE"):
        await sound_of(asked_to_speak(hass, "Hej.", WAV, language="sv-SE"))
    socket = await hass_ws_client()
    await socket.send_json_auto_id({"type": "tts/engine/voices", "engine_id": VOICE, "language": "sv-SE"})
    assert (await socket.receive_json())["result"] == {"voices": []}


async def test_only_so_many_voices_are_tried(hass: HomeAssistant, service: SpeechService) -> None:
    await hass.async_block_till_done(wait_background_tasks=True)
    service.synthesis.voices.clear()
    with pytest.raises(HomeAssistantError, match="does not take the voice"):
        await sound_of(asked_to_speak(hass, SENTENCE, WAV))
    assert len(spoken(service)) == MAX_VOICES


async def test_a_sound_that_broke_is_not_kept(hass: HomeAssistant, service: SpeechService) -> None:
    text = f"{SENTENCE} {SENTENCE}"
    service.behaviours = lambda _: Behaviour(faults=(Fault(After("audio", 2), Close(1011)),))
    stream = asked_to_speak(hass, text, WAV)
    with pytest.raises(HomeAssistantError):
        await sound_of(stream)
    await hass.async_block_till_done(wait_background_tasks=True)
    assert not [path for path in Path(hass.config.path("tts")).glob("*") if path.stat().st_size]
    service.behaviours = ()
    assert heard(await sound_of(asked_to_speak(hass, text, WAV))) == text


async def test_an_agent_that_fails_tells_why(hass: HomeAssistant) -> None:
    async def answer() -> AsyncGenerator[str]:
        yield f"{SENTENCE} And"
        raise HomeAssistantError("The agent is tired")

    with pytest.raises(HomeAssistantError, match="tired"):
        await sound_of(asked_to_speak(hass, answer(), WAV))


async def test_an_answer_that_breaks_off_is_told_as_such(hass: HomeAssistant) -> None:
    async def answer() -> AsyncGenerator[str]:
        yield SENTENCE
        raise ValueError("secret")

    with pytest.raises(HomeAssistantError, match="broke off") as caught:
        await sound_of(asked_to_speak(hass, answer(), WAV))
    assert "secret" not in str(caught.value)


async def test_a_text_without_an_end_ends(
    hass: HomeAssistant, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(script, "TEXT_LIMIT", 0.1)
    closed = asyncio.Event()

    async def answer() -> AsyncGenerator[str]:
        try:
            yield f"{SENTENCE} It is"
            await asyncio.Event().wait()
        finally:
            closed.set()

    assert heard(await sound_of(asked_to_speak(hass, answer(), WAV))) == f"{SENTENCE}It is"
    await closed.wait()
    assert "No more text has come" in caplog.text


async def test_a_text_that_is_too_long_is_refused(hass: HomeAssistant, service: SpeechService) -> None:
    with pytest.raises(HomeAssistantError, match="50000 characters"):
        await sound_of(asked_to_speak(hass, "a " * script.MAX_TEXT, WAV))
    assert spoken(service) == []


async def test_a_reload_ends_what_is_spoken(hass: HomeAssistant, service: SpeechService, entry: ConfigEntry) -> None:
    service.synthesis.delivery = Delivery(pace=1)
    sound = asked_to_speak(hass, SENTENCE * 3, WAV).async_stream_result()
    await anext(sound)
    await service.until(lambda: bool(spoken(service)))
    await hass.config_entries.async_reload(entry.entry_id)
    with pytest.raises(HomeAssistantError):
        async for _ in sound:
            pass


async def test_what_is_spoken_counts(hass: HomeAssistant, entry: ConfigEntry) -> None:
    requests = entry.runtime_data.usage.month.requests
    await sound_of(asked_to_speak(hass, SENTENCE, WAV))
    assert entry.runtime_data.usage.month.requests == requests + 1
    (answer,) = entry.runtime_data.answers
    assert answer.ended is not None
    assert answer.error is None
