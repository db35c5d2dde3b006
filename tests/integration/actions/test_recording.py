"""One recording's way through the service: when the response is there, what goes on behind it, and what ends it."""

import asyncio
import contextlib
from typing import Any

from aiohttp import web
from homeassistant.components import tts
from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant, callback
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers.dispatcher import async_dispatcher_connect
import pytest
from pytest_homeassistant_custom_component.typing import ClientSessionGenerator

from custom_components.azure_speech_live.actions import recording
from custom_components.azure_speech_live.actions.recording import SIGNAL_PROGRESS
from custom_components.azure_speech_live.const import DOMAIN
from custom_components.azure_speech_live.speech.recognition import patience
from tests.speech_service.engines import Status
from tests.speech_service.engines.scripted import Scripted, Utterance
from tests.speech_service.engines.scripted_translation import ScriptedSynthesizer, ScriptedTranslator
from tests.speech_service.engines.translation import TranslationFailedError
from tests.speech_service.faults import Before, Behaviour, Close, Fault, Refuse, Wait
from tests.speech_service.service import SpeechService
from tests.speech_service.wav import wav_file

from ..action_calls import LIGHT, VOICE, Tone, call, refused
from ..recordings import EndlessRadio, spoken_pcm, web_server

pytestmark = pytest.mark.usefixtures("recordings_allowed")


# --- the response, and what is spoken


async def test_the_translation_plays_while_it_is_still_being_spoken(
    hass: HomeAssistant, service: SpeechService, media: str, hass_client_no_auth: ClientSessionGenerator
) -> None:
    gate = asyncio.Event()
    service.synthesizer = Tone(seconds=20, gate=gate)
    response = await call(hass, "translate", media=media, language="en-US", target_language="de", voice=VOICE)
    assert response["translations"] == {"de": f"[de] {LIGHT}"}
    assert response["failures"] == {}, "it was not waited for until the client gave up"

    played = await (await hass_client_no_auth()).get(response["url"])
    beginning = await played.content.readany()
    assert beginning
    assert not gate.is_set()
    gate.set()
    rest = await played.content.read()
    assert len(rest) > len(beginning)


async def test_a_phrase_before_a_pause_is_not_taken_for_the_last(
    hass: HomeAssistant, service: SpeechService, media: str
) -> None:
    service.engine = Scripted([Utterance(text="Hello.", end=0.3), Utterance(text="Goodbye.", start=0.9, end=1.4)])
    # All of the recording was read when the first phrase comes.
    service.behaviours = lambda _: Behaviour(faults=(Fault(Before("translation.phrase"), Wait(1)),))
    response = await call(hass, "translate", media=media, language="en-US", target_language="de", voice=VOICE)
    assert response["text"] == "Hello. Goodbye."


HELLO = Utterance(text="Hello.")
HELLO_AND_NOISE = (Utterance(text="Hello.", end=0.5), Utterance(status=Status.NO_MATCH, start=0.6))


@pytest.mark.parametrize("said", [[HELLO], HELLO_AND_NOISE], ids=["to the end", "with a pause"])
async def test_a_voice_that_fails_leaves_the_text(
    hass: HomeAssistant, service: SpeechService, media: str, said: list[Utterance]
) -> None:
    service.engine = Scripted(said)
    service.synthesizer = ScriptedSynthesizer(fail_after=0)
    service.synthesis.withdrawn.add(VOICE)  # nor does it speak by itself
    response = await call(hass, "translate", media=media, language="en-US", target_language="de", voice=VOICE)
    assert response["translations"] == {"de": "[de] Hello."}
    assert VOICE in response["failures"].pop("voice")
    assert response["failures"] == {}
    assert response["media_content_id"] is None
    assert response["url"] is None


@pytest.mark.parametrize("said", [[HELLO], HELLO_AND_NOISE], ids=["to the end", "with a pause"])
async def test_speech_of_another_format_is_a_failure_of_the_voice(
    hass: HomeAssistant, service: SpeechService, media: str, said: list[Utterance]
) -> None:
    service.engine = Scripted(said)
    service.synthesizer = Tone(seconds=1, channels=3)
    response = await call(hass, "translate", media=media, language="en-US", target_language="de", voice=VOICE)
    assert response["translations"] == {"de": "[de] Hello."}
    assert "3 channels" in response["failures"]["voice"]
    assert response["media_content_id"] is None


async def test_speech_that_nobody_plays_is_kept_within_bounds(
    hass: HomeAssistant, service: SpeechService, media: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The text is whole, and there is a beginning to be heard."""
    monkeypatch.setattr(recording, "MAX_UNPLAYED", 40_000)
    service.engine = Scripted(HELLO_AND_NOISE)
    service.synthesizer = Tone(seconds=20)
    response = await call(hass, "translate", media=media, language="en-US", target_language="de", voice=VOICE)
    assert response["translations"] == {"de": "[de] Hello."}
    assert response["failures"] == {"voice": "more speech than is kept for who does not play it"}
    assert response["url"]


async def test_what_is_not_translated_is_not_spoken(hass: HomeAssistant, service: SpeechService, media: str) -> None:
    service.translator = ScriptedTranslator({"de": TranslationFailedError("Not available")})
    response = await call(hass, "translate", media=media, language="en-US", target_language=["de", "fr"], voice=VOICE)
    assert response["translations"] == {"de": "", "fr": f"[fr] {LIGHT}"}
    assert response["failures"]["de"] == "Not available"
    assert response["media_content_id"] is None
    assert response["url"] is None


async def test_a_voice_that_fails_behind_the_response_is_a_line_in_the_log(
    hass: HomeAssistant, service: SpeechService, media: str, caplog: pytest.LogCaptureFixture
) -> None:
    service.synthesizer = ScriptedSynthesizer(fail_after=3, reason="The voice is not available")
    response = await call(hass, "translate", media=media, language="en-US", target_language="de", voice=VOICE)
    assert response["failures"] == {}
    assert response["media_content_id"]
    await hass.async_block_till_done(wait_background_tasks=True)
    assert f"The spoken translation of {media} is not whole: The voice is not available" in caplog.messages


async def test_a_voice_that_breaks_off_behind_the_response_is_a_line_in_the_log(  # noqa: PLR0917 - fixtures
    hass: HomeAssistant,
    service: SpeechService,
    media: str,
    hass_client_no_auth: ClientSessionGenerator,
    entry: ConfigEntry,
    caplog: pytest.LogCaptureFixture,
) -> None:
    service.synthesizer = Tone(seconds=20, gate=asyncio.Event())
    response = await call(hass, "translate", media=media, language="en-US", target_language="de", voice=VOICE)
    assert await hass.config_entries.async_unload(entry.entry_id)
    played = await (await hass_client_no_auth()).get(response["url"])
    await played.read()
    assert "is not whole" in caplog.text


# --- a recording that is not whole


async def test_a_recording_that_breaks_is_an_error_of_its_own(hass: HomeAssistant, service: SpeechService) -> None:
    async def answer(request: web.Request) -> web.StreamResponse:
        response = await half_of_a_recording(request)
        await service.until(lambda: bool(service.connections and service.connections[-1].turns))
        assert request.transport is not None
        request.transport.abort()
        return response

    async with web_server(answer) as address:
        error = await refused(hass, "transcribe", media=f"{address}/spoken.wav", language="en-US")
    assert error.translation_key == "media_unreadable"
    assert service.connections[-1].turns[0].audio, "it broke while it was recognised"


async def test_half_of_a_recording_does_not_pass_for_a_whole_one(
    hass: HomeAssistant, service: SpeechService, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Ffmpeg sees data and no end, and the service's client sees no more sound."""
    monkeypatch.setattr(patience, "SOURCE_STALL", 1)
    over = asyncio.Event()

    async def answer(request: web.Request) -> web.StreamResponse:
        response = await half_of_a_recording(request)
        while not over.is_set():
            await response.write(b"\0\0")
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(over.wait(), 0.2)
        return response

    async with web_server(answer) as address:
        try:
            error = await refused(hass, "transcribe", media=f"{address}/spoken.wav", language="en-US")
        finally:
            over.set()
    assert error.translation_key == "media_unreadable"
    assert service.connections[-1].turns[0].audio


async def half_of_a_recording(request: web.Request) -> web.StreamResponse:
    """Begin to answer with a recording of half a minute."""
    wav = wav_file(spoken_pcm() * 20)
    response = web.StreamResponse(headers={"Content-Type": "audio/wav", "Content-Length": str(len(wav))})
    await response.prepare(request)
    await response.write(wav[: len(wav) // 2])
    return response


# --- what is told


async def test_no_password_or_signature_is_told(hass: HomeAssistant, caplog: pytest.LogCaptureFixture) -> None:
    told: list[dict[str, Any]] = []
    async_dispatcher_connect(hass, SIGNAL_PROGRESS, callback(lambda _context, event: told.append(event)))
    error = await refused(
        hass, "transcribe", media="http://ann:SECRET@127.0.0.1:9/x.wav?authSig=SECRET#SECRET", language="en-US"
    )
    assert "http://127.0.0.1:9/x.wav" in str(error)
    assert "SECRET" not in str(error)
    assert [event["media"] for event in told] == ["http://127.0.0.1:9/x.wav"]
    assert "SECRET" not in str(told)
    assert not any("SECRET" in message for message in caplog.messages if DOMAIN in message)


async def test_a_failure_is_told_by_its_code(hass: HomeAssistant, media: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> None:
        raise RuntimeError("broken")

    told: list[dict[str, Any]] = []
    async_dispatcher_connect(hass, SIGNAL_PROGRESS, callback(lambda _, event: told.append(event)))
    await refused(hass, "transcribe", media="media-source://nowhere/at-all", language="en-US")
    monkeypatch.setattr(tts, "async_create_audio_stream", broken)
    with pytest.raises(RuntimeError):
        await call(hass, "translate", media=media, language="en-US", target_language="de", voice=VOICE)
    assert [event["code"] for event in told if event["type"] == "error"] == ["media_not_found", "unknown_error"]


@pytest.mark.parametrize(
    ("close", "key"),
    [(Close(1007, "Quota exceeded. Cid: "), "action_quota_used_up"), (Close(1000), "action_cannot_connect")],
    ids=["quota", "drop"],
)
async def test_what_was_heard_until_a_failure_is_kept(
    hass: HomeAssistant, service: SpeechService, media: str, close: Close, key: str
) -> None:
    service.engine = Scripted([Utterance(text="First.", end=0.5), Utterance(text="Second.", start=0.8, end=1.5)])
    first = len(service.attempts)
    service.behaviours = lambda attempt: (
        Behaviour(faults=(Fault(Before("translation.phrase", 2), close),))
        if attempt == first
        else Behaviour(answer=Refuse(407))
    )
    told: list[dict[str, Any]] = []
    async_dispatcher_connect(hass, SIGNAL_PROGRESS, callback(lambda _, event: told.append(event)))
    response = await call(hass, "translate", media=media, language="en-US", target_language="de")
    assert (response["text"], len(response["segments"])) == ("First. second", 2)  # which was not to its end
    assert response["translations"] == {"de": "[de] First. [de] second"}
    assert [event.get("code", event["type"]) for event in told] == ["phrase", "phrase", key]
    assert response["error"] == told[-1]["message"]


# --- what ends it


@pytest.mark.parametrize("end", ["cancel", "unload"])
async def test_what_is_ended_leaves_nothing(
    hass: HomeAssistant, service: SpeechService, entry: ConfigEntry, end: str
) -> None:
    radio = EndlessRadio()
    async with web_server(radio.answer) as address:
        listening = asyncio.create_task(
            call(hass, "transcribe", media=f"{address}/radio.wav", duration=600, language="en-US")
        )
        await service.until(lambda: bool(service.connections[-1].turns[0].audio))
        if end == "cancel":
            listening.cancel()
            with pytest.raises(asyncio.CancelledError):
                await listening
        else:
            assert await hass.config_entries.async_unload(entry.entry_id)
            with pytest.raises(HomeAssistantError) as caught:
                await listening
            assert caught.value.translation_key in ("action_unloaded", "action_cannot_connect")
        await radio.left.wait()
    await service.until(lambda: service.connections[-1].closed)
