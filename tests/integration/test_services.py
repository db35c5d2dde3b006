"""The actions, as automations call them: real recordings through a real ffmpeg to a service that is none of ours."""

import asyncio
from collections.abc import AsyncGenerator
import contextlib
import json
from pathlib import Path
import shutil
from typing import Any

from aiohttp import web
from homeassistant.auth.const import GROUP_ID_READ_ONLY, GROUP_ID_USER
from homeassistant.auth.models import User
from homeassistant.components import tts
from homeassistant.config_entries import SOURCE_REAUTH, ConfigEntry
from homeassistant.core import Context, HomeAssistant, ServiceCall, SupportsResponse, callback
from homeassistant.exceptions import HomeAssistantError, ServiceValidationError, Unauthorized, UnknownUser
from homeassistant.helpers.dispatcher import async_dispatcher_connect
from homeassistant.helpers.selector import validate_selector
from homeassistant.helpers.service import async_get_all_descriptions
from homeassistant.helpers.translation import async_get_translations
from homeassistant.setup import async_setup_component
import pytest
from pytest_homeassistant_custom_component.common import async_mock_service
from pytest_homeassistant_custom_component.typing import ClientSessionGenerator

from custom_components.azure_speech_live.actions import recording, transcript
from custom_components.azure_speech_live.actions.recording import SIGNAL_PROGRESS
from custom_components.azure_speech_live.audio import media as recordings
from custom_components.azure_speech_live.const import DOMAIN
from custom_components.azure_speech_live.languages.names import (
    language_options,
    translation_language_options,
)
from custom_components.azure_speech_live.speech.recognition import patience
from tests.speech_service.authorization import Authorization
from tests.speech_service.engines import Status
from tests.speech_service.engines.scripted import Scripted, Utterance
from tests.speech_service.engines.scripted_translation import ScriptedSynthesizer, ScriptedTranslator
from tests.speech_service.engines.translation import TranslationFailedError
from tests.speech_service.faults import AudioReceived, Before, Behaviour, Close, Drop, Fault, Refuse, Say, Wait
from tests.speech_service.real import REAL
from tests.speech_service.service import SpeechService
from tests.speech_service.wav import wav_file

from .forms import add_resource
from .recordings import EndlessRadio, convert, invent, spoken_pcm, web_server

VOICE = "de-DE-KatjaNeural"
LIGHT = "Turn on the kitchen light."


@pytest.fixture(autouse=True)
async def entry(hass: HomeAssistant, service: SpeechService, tmp_path: Path) -> AsyncGenerator[ConfigEntry]:
    """Add the stand-in as a resource, and allow a folder."""
    hass.config.allowlist_external_dirs = {str(tmp_path)}
    hass.config.allowlist_external_urls = {"http://127.0.0.1", "rtsp://127.0.0.1", "rtsps://127.0.0.1"}  # at any port
    yield await add_resource(hass, service)
    await hass.async_block_till_done(wait_background_tasks=True)  # speech that nobody played


@pytest.fixture(scope="module")
def mp3(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make an MP3 of the spoken command."""
    return convert(tmp_path_factory.mktemp("spoken") / "spoken.mp3")


@pytest.fixture
def media(mp3: Path, tmp_path: Path) -> str:
    """Put the MP3 into the folder that is allowed."""
    return str(shutil.copy(mp3, tmp_path))


async def call(hass: HomeAssistant, action: str, context: Context | None = None, **data: Any) -> dict[str, Any]:
    """Call an action, and return its response."""
    response = await hass.services.async_call(
        DOMAIN, action, data, blocking=True, return_response=True, context=context
    )
    assert isinstance(response, dict)
    return response


async def refused(hass: HomeAssistant, action: str = "translate", **data: Any) -> ServiceValidationError:
    """Call an action with what cannot be, and return the error that says so."""
    with pytest.raises(ServiceValidationError) as caught:
        await call(hass, action, **data)
    assert_worded(caught.value)
    return caught.value


def assert_worded(error: HomeAssistantError) -> None:
    """Check that an error has a text, with a value for each placeholder."""
    assert error.translation_key is not None
    assert error.translation_key != str(error)
    assert "{" not in str(error)


# --- transcribe


async def test_a_recording_is_transcribed(hass: HomeAssistant, service: SpeechService, media: str) -> None:
    response = await call(hass, "transcribe", media=media, language="en-US")

    (segment,) = response.pop("segments")
    assert response == {"text": LIGHT, "language": "en-US"}
    assert segment.pop("duration") == pytest.approx(len(spoken_pcm()) / 32000, abs=0.2)
    assert segment == {"text": LIGHT, "language": "en-US", "offset": 0, "confidence": 0.95}
    (turn,) = service.connections[-1].turns
    assert turn.options.mode == "conversation"
    assert len(turn.audio) == pytest.approx(len(spoken_pcm()), abs=6400)


async def test_phrases_are_put_together(hass: HomeAssistant, service: SpeechService, media: str) -> None:
    service.engine = Scripted(
        [
            Utterance(text="First.", end=0.5),
            Utterance(status=Status.NO_MATCH, end=0.7),
            Utterance(text="Second.", start=0.8, end=1.5),
        ]
    )
    response = await call(hass, "transcribe", media=media, language="en-US")
    assert response["text"] == "First. Second."
    assert [(segment["text"], segment["offset"], segment["duration"]) for segment in response["segments"]] == [
        ("First.", 0, 0.5),
        ("Second.", 0.8, 0.7),
    ]


async def test_the_language_is_detected(hass: HomeAssistant, service: SpeechService, media: str) -> None:
    service.engine = Scripted(
        [
            Utterance(text="Kurz.", end=0.3, language="de-DE"),
            Utterance(text="C'est plus long.", start=0.4, end=1.5, language="fr-FR"),
        ]
    )
    response = await call(hass, "transcribe", media=media, language=["de-de", "fr-FR"])
    assert response["language"] == "fr-FR"
    assert [segment["language"] for segment in response["segments"]] == ["de-DE", "fr-FR"]
    (turn,) = service.connections[-1].turns
    assert turn.options.languages == ("de-DE", "fr-FR")


@pytest.mark.parametrize(
    ("profanity", "text"),
    [({}, "****, stop."), ({"profanity": "raw"}, "Damn, stop."), ({"profanity": "removed"}, ", stop.")],
)
@pytest.mark.parametrize("action", ["transcribe", "translate"])
async def test_profanity_is_masked_unless_it_is_asked_for(  # noqa: PLR0917 - fixtures and parameters
    hass: HomeAssistant, service: SpeechService, media: str, action: str, profanity: dict[str, Any], text: str
) -> None:
    service.engine = Scripted([Utterance(text="Damn, stop.")])
    target: dict[str, Any] = {"target_language": "de"} if action == "translate" else {}
    response = await call(hass, action, media=media, language="en-US", **target, **profanity)
    assert response["text"] == text


async def test_the_languages_are_named_as_they_were_asked_for(
    hass: HomeAssistant, service: SpeechService, media: str
) -> None:
    """The service has named "de-DE" "de-de", and what it says is compared with what was asked."""
    service.engine = Scripted(
        [
            Utterance(text="Kurz.", end=0.3, language="de-de"),
            Utterance(text="第一。", start=0.4, end=0.8, language="zh-cn"),
            Utterance(text="第二。", start=0.8, end=1.3, language="zh_Hans-CN"),
            Utterance(text="Oui.", start=1.3, end=1.5, language="fr-ca"),
        ]
    )
    response = await call(hass, "translate", media=media, language=["de", "zh-CN"], target_language=["de-AT", "zh-CN"])
    assert response["language"] == "zh-CN"
    assert [segment["language"] for segment in response["segments"]] == ["de-DE", "zh-CN", "zh-CN", "fr-CA"]
    assert response["translations"].keys() == {"de", "zh-Hans"}
    (turn,) = service.connections[-1].turns
    assert turn.options.languages == ("de-DE", "zh-CN")
    assert turn.options.translation is not None
    assert turn.options.translation.targets == ("de", "zh-Hans")


async def test_languages_without_blanks_are_put_together_without(
    hass: HomeAssistant, service: SpeechService, media: str
) -> None:
    service.engine = Scripted([Utterance(text="一。", end=0.5), Utterance(text="二。", start=0.6, end=1.5)])
    assert (await call(hass, "transcribe", media=media, language="zh-CN"))["text"] == "一。二。"


async def test_silence_is_an_empty_result(hass: HomeAssistant, service: SpeechService, tmp_path: Path) -> None:
    service.engine = Scripted([Utterance(status=Status.NO_MATCH)])
    silence = str(invent(tmp_path / "silence.wav", "anullsrc=r=16000:cl=mono", "-t", "1"))
    assert await call(hass, "transcribe", media=silence, language="en-US") == {
        "text": "",
        "language": None,
        "segments": [],
    }
    assert await call(
        hass, "translate", media=silence, language="en-US", target_language=["de", "fr"], voice=VOICE
    ) == {
        "text": "",
        "language": None,
        "segments": [],
        "translations": {"de": "", "fr": ""},
        "failures": {},
        "media_content_id": None,
        "url": None,
    }


# --- translate


async def test_a_recording_is_translated_to_two_languages(
    hass: HomeAssistant, service: SpeechService, media: str
) -> None:
    service.engine = Scripted([Utterance(text="Hello.", end=0.5), Utterance(text="Goodbye.", start=0.6, end=1.5)])
    selected = {"media_content_id": media, "media_content_type": "audio/mpeg", "metadata": {"title": "Message"}}
    response = await call(hass, "translate", media=selected, language="en-US", target_language=["de", "zh-hans"])

    assert response["text"] == "Hello. Goodbye."
    assert response["language"] == "en-US"
    assert response["translations"] == {
        "de": "[de] Hello. [de] Goodbye.",
        "zh-Hans": "[zh-Hans] Hello.[zh-Hans] Goodbye.",
    }
    assert response["failures"] == {}
    assert "media_content_id" not in response
    assert response["segments"][1] == {
        "text": "Goodbye.",
        "language": "en-US",
        "offset": 0.6,
        "duration": 0.9,
        "translations": {"de": "[de] Goodbye.", "zh-Hans": "[zh-Hans] Goodbye."},
    }


async def test_who_speaks_the_target_language_needs_no_translation(
    hass: HomeAssistant, service: SpeechService, media: str
) -> None:
    service.engine = Scripted([Utterance(text="Hallo.", language="de-DE")])
    service.translator = ScriptedTranslator({"de": TranslationFailedError("same language")})
    response = await call(hass, "translate", media=media, language=["en-US", "de-DE"], target_language="de")
    assert response["translations"] == {"de": "Hallo."}
    assert response["failures"] == {}


async def test_what_could_be_translated_is_kept(hass: HomeAssistant, service: SpeechService, media: str) -> None:
    service.engine = Scripted([Utterance(text="Hello.", end=0.5), Utterance(text="Goodbye.", start=0.6, end=1.5)])
    service.translator = FailsOnce()
    response = await call(hass, "translate", media=media, language="en-US", target_language="de")
    assert response["text"] == "Hello. Goodbye."
    assert response["translations"] == {"de": "Auf Wiedersehen."}
    assert response["failures"] == {"de": "Not available"}
    assert [segment["translations"] for segment in response["segments"]] == [{}, {"de": "Auf Wiedersehen."}]


async def test_a_translation_of_words_that_are_not_told_is_kept(
    hass: HomeAssistant, service: SpeechService, media: str
) -> None:
    service.engine = Scripted(
        [Utterance(text="Hello.", end=0.5), Utterance(text="Goodbye.", start=0.6, end=1.5, hypotheses=())]
    )
    translation = {"TranslationStatus": "Success", "Translations": [{"Language": "de", "Text": "Ade."}]}
    body = {"RecognitionStatus": "Success", "Offset": 6000000, "Duration": 9000000, "Translation": translation}
    paths = ("translation.phrase", "translation.response")
    untold = Behaviour(
        faults=tuple(
            Fault(Before(path, nth=2), action) for path in paths for action in (Say(path, json.dumps(body)), Drop())
        )
    )
    service.behaviours = lambda _: untold
    response = await call(hass, "translate", media=media, language=["en-US", "de-DE"], target_language=["de", "fr"])
    assert response["text"] == "Hello."
    assert response["translations"] == {"de": "[de] Hello. Ade.", "fr": "[fr] Hello."}
    assert [segment["text"] for segment in response["segments"]] == ["Hello.", ""]
    assert response["segments"][1]["translations"] == {"de": "Ade."}
    assert list(response["failures"]) == ["fr"]


class FailsOnce(ScriptedTranslator):
    """Translates one phrase, and fails at the other."""

    async def translate(self, text: str, source: str, target: str) -> str:  # noqa: ARG002 - as the protocol has it
        if text != "Goodbye.":
            raise TranslationFailedError("Not available")
        return "Auf Wiedersehen."


@pytest.mark.parametrize("voice", [{}, {"voice": VOICE}], ids=["text", "voice"])
async def test_where_nothing_is_translated_there_is_what_was_said(
    hass: HomeAssistant, service: SpeechService, media: str, voice: dict[str, Any]
) -> None:
    failing = TranslationFailedError("Not available")
    service.translator = ScriptedTranslator({"de": failing, "fr": failing})
    response = await call(hass, "translate", media=media, language="en-US", target_language=["de", "fr"], **voice)
    assert response["text"] == LIGHT
    assert response["translations"] == {"de": "", "fr": ""}
    assert response["failures"] == {"de": "Not available", "fr": "Not available"}
    assert response.get("media_content_id") is None


# --- the spoken translation


async def play(client_for: ClientSessionGenerator, url: str, path: Path) -> bytes:
    """Fetch what a media player would, and return its samples."""
    response = await (await client_for()).get(url)
    assert response.status == 200
    assert response.content_type == "audio/mpeg"
    path.write_bytes(await response.read())
    return convert(path.with_suffix(".s16le"), "-f", "s16le", "-ar", "16000", "-ac", "1", source=path).read_bytes()


async def test_the_translation_is_spoken(
    hass: HomeAssistant,
    service: SpeechService,
    media: str,
    hass_client_no_auth: ClientSessionGenerator,
    tmp_path: Path,
) -> None:
    service.engine = Scripted([Utterance(text="Hello.", end=0.5), Utterance(text="Goodbye.", start=0.6, end=1.5)])
    service.synthesizer = Tone(seconds=2)
    response = await call(hass, "translate", media=media, language="en-US", target_language=["fr", "de"], voice=VOICE)
    assert response["translations"]["de"] == "[de] Hello. [de] Goodbye."
    assert response["failures"] == {}
    assert response["media_content_id"].startswith("media-source://tts/")

    pcm = await play(hass_client_no_auth, response["url"], tmp_path / "spoken-translation.mp3")
    assert len(pcm) / 32000 == pytest.approx(4, abs=0.3)
    (turn,) = service.connections[-1].turns
    assert turn.options.translation is not None
    assert turn.options.translation.targets == ("de", "fr"), "the service may speak the first only"


async def test_the_older_service_speaks_at_24_khz(
    hass: HomeAssistant,
    service: SpeechService,
    media: str,
    hass_client_no_auth: ClientSessionGenerator,
    tmp_path: Path,
) -> None:
    service.engine = Scripted([Utterance(text="Hello.", end=0.5), Utterance(text="Goodbye.", start=0.6, end=1.5)])
    service.synthesizer = Tone(seconds=2, rate=24000)
    (entry,) = hass.config_entries.async_entries(DOMAIN)
    hass.config_entries.async_update_entry(entry, data={**entry.data, "url": f"{service.url}/v1.0/speech/translate"})
    await hass.async_block_till_done()
    response = await call(hass, "translate", media=media, language="en-US", target_language="de", voice="de-DE-Katja")
    assert response["failures"] == {}
    assert service.translators[-1].results

    pcm = await play(hass_client_no_auth, response["url"], tmp_path / "spoken-translation.mp3")
    assert len(pcm) / 32000 == pytest.approx(4, abs=0.3)


@pytest.mark.parametrize(("rate", "channels"), [(8000, 1), (16000, 2), (48000, 2)])
async def test_speech_of_other_formats_is_played(  # noqa: PLR0917 - fixtures and parameters
    hass: HomeAssistant,
    service: SpeechService,
    media: str,
    hass_client_no_auth: ClientSessionGenerator,
    tmp_path: Path,
    rate: int,
    channels: int,
) -> None:
    service.synthesizer = Tone(seconds=2, rate=rate, channels=channels)
    response = await call(hass, "translate", media=media, language="en-US", target_language="de", voice=VOICE)
    assert response["failures"] == {}
    pcm = await play(hass_client_no_auth, response["url"], tmp_path / "spoken-translation.mp3")
    assert len(pcm) / 32000 == pytest.approx(2, abs=0.2)


async def test_what_is_spoken_can_be_heard_by_the_next_action(
    hass: HomeAssistant,
    service: SpeechService,
    media: str,
    hass_client_no_auth: ClientSessionGenerator,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Also while it is still being spoken: Home Assistant says no length then, but there is an end."""
    monkeypatch.setattr(recordings, "_AHEAD", 0)
    service.synthesizer = Tone(seconds=2)
    hass.config.internal_url = str((await hass_client_no_auth()).make_url("")).rstrip("/")
    response = await call(hass, "translate", media=media, language="en-US", target_language="de", voice=VOICE)
    absolute = hass.config.internal_url + response["url"]
    scheme = response["media_content_id"].replace("media-source", "MEDIA-SOURCE")
    for spoken in (response, response["media_content_id"], response["url"], absolute, scheme):
        await call(hass, "transcribe", media=spoken, language="de-DE")
        assert len(service.connections[-1].turns[-1].audio) / 32000 == pytest.approx(2, abs=0.2), spoken


async def test_a_voice_whose_rate_changes_is_told(hass: HomeAssistant, service: SpeechService, media: str) -> None:
    """Rather than played too fast."""

    class Changing:
        def __init__(self) -> None:
            self._tones = iter((Tone(seconds=1, rate=24000), Tone(seconds=1), Tone(seconds=1)))

        def synthesize(self, *said: str) -> AsyncGenerator[bytes]:
            return next(self._tones).synthesize(*said)

    said = [Utterance(text=f"{number}.", start=number * 0.4, end=number * 0.4 + 0.3) for number in range(3)]
    service.engine = Scripted([*said, Utterance(status=Status.NO_MATCH, start=1.2, end=1.5)])
    service.synthesizer = Changing()
    response = await call(hass, "translate", media=media, language="en-US", target_language="de", voice=VOICE)
    assert response["failures"] == {
        "voice": "speech of 16000 Hz and 1 channels behind speech of 24000 Hz and 1 channels"
    }
    assert response["url"]


class Tone:
    """Speaks whatever it is as a tone. With a gate, it holds its breath after the first half until the gate opens."""

    def __init__(
        self, seconds: float, gate: asyncio.Event | None = None, *, rate: int = 16000, channels: int = 1
    ) -> None:
        """Set the tone's length, and what its header says."""
        self._wav = wav_file(b"\x00\x10\x00\xf0" * int(seconds * rate / 2), rate, channels)
        self._gate = gate

    async def synthesize(self, *_said: str) -> AsyncGenerator[bytes]:
        """Yield the tone."""
        half = len(self._wav) // 2 // 3200 * 3200
        for start in range(0, len(self._wav), 3200):
            if start == half and self._gate:
                await self._gate.wait()
            yield self._wav[start : start + 3200]


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
    service.synthesizer = ScriptedSynthesizer(fail_after=0, reason="Voice not available")
    response = await call(hass, "translate", media=media, language="en-US", target_language="de", voice=VOICE)
    assert response["translations"] == {"de": "[de] Hello."}
    assert response["failures"] == {"voice": "Voice not available"}
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


async def test_an_automation_plays_the_translation(
    hass: HomeAssistant, media: str, hass_client_no_auth: ClientSessionGenerator, tmp_path: Path
) -> None:
    played = async_mock_service(hass, "media_player", "play_media")
    relay = {
        "alias": "Relay",
        "triggers": {"trigger": "event", "event_type": "message_recorded"},
        "actions": [
            {
                "action": f"{DOMAIN}.translate",
                "data": {
                    "media": "{{ trigger.event.data.path }}",
                    "language": "en-US",
                    "target_language": ["de", "fr"],
                    "voice": VOICE,
                },
                "response_variable": "relay",
            },
            {
                "action": "media_player.play_media",
                "target": {"entity_id": "media_player.kitchen"},
                "data": {
                    "media_content_id": "{{ relay.media_content_id }}",
                    "media_content_type": "music",
                    "extra": {"title": "{{ relay.translations.fr }}"},
                },
            },
        ],
    }
    assert await async_setup_component(hass, "automation", {"automation": relay})
    hass.bus.async_fire("message_recorded", {"path": media})
    await hass.async_block_till_done()

    (command,) = played
    assert isinstance(command, ServiceCall)
    assert command.data["extra"] == {"title": f"[fr] {LIGHT}"}
    token = command.data["media_content_id"].rpartition("/")[2]
    assert any(await play(hass_client_no_auth, f"/api/tts_proxy/{token}", tmp_path / "played.mp3"))


# --- bad input


@pytest.mark.parametrize(
    ("data", "key"),
    [
        ({"language": "tlh"}, "unknown_language"),
        ({"language": []}, "no_language"),
        ({"target_language": "xx"}, "unknown_target_language"),
        ({"target_language": []}, "no_target_language"),
        ({"target_language": "en"}, "same_language"),
        ({"language": "zh-TW", "target_language": ["de", "zh-Hant"]}, "same_language"),
        ({"language": ["zh-CN", "wuu-CN"], "target_language": "zh-Hans"}, "same_language"),
        ({"language": ["en-US", "en-GB"]}, "language_twice"),
        (
            {
                "language": (
                    "ar-EG cs-CZ da-DK el-GR fi-FI fr-FR he-IL hi-IN hu-HU it-IT ja-JP".split()  # noqa: SIM905
                )
            },
            "too_many_languages",
        ),
        (
            {"target_language": "ar cs da el fi fr he hi hu it ja".split()},  # noqa: SIM905
            "too_many_target_languages",
        ),
        ({"voice": "Katja"}, "unknown_voice"),
        ({"voice": "fr-FR-DeniseNeural"}, "voice_of_another_language"),
        ({"media": "/etc/passwd"}, "media_not_allowed"),
        ({"media": "spoken.mp3"}, "media_not_understood"),
        ({"media": "media-source://media_source/local/missing.mp3"}, "media_not_found"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
async def test_a_mistake_is_named(
    hass: HomeAssistant, service: SpeechService, media: str, data: dict[str, Any], key: str
) -> None:
    right: dict[str, Any] = {"media": media, "language": "en-US", "target_language": "de"}
    assert (await refused(hass, **(right | data))).translation_key == key
    assert not any(connection.turns for connection in service.connections), "nothing is paid for a mistake"


@pytest.mark.parametrize(
    ("voice", "targets", "spoken"),
    [
        ("de-DE-KatjaNeural", ["de"], "de"),
        ("de-AT-JonasNeural", ["fr", "de"], "de"),
        ("en-US-AvaMultilingualNeural", ["de", "fr"], "de"),
        ("de-DE-Seraphina:DragonHDLatestNeural", ["de"], "de"),
        ("zh-CN-XiaoxiaoNeural", ["zh-Hans"], "zh-Hans"),
        # Of two targets in one language, that of the voice's own locale.
        ("zh-TW-HsiaoChenNeural", ["zh-Hans", "zh-Hant"], "zh-Hant"),
        ("zh-CN-liaoning-XiaobeiNeural", ["zh-Hant", "zh-Hans"], "zh-Hans"),
        ("zh-HK-HiuMaanNeural", ["yue", "zh-Hans"], "yue"),
        ("zh-HK-HiuMaanNeural", ["zh-Hans", "yue"], "yue"),
        ("zh-HK-HiuMaanNeural", ["de", "zh-Hans"], "zh-Hans"),
        ("pt-PT-RaquelNeural", ["pt", "pt-pt"], "pt-pt"),
        ("pt-BR-FranciscaNeural", ["pt-pt", "pt"], "pt"),
        ("fr-CA-SylvieNeural", ["fr", "fr-ca"], "fr-ca"),
        ("fr-FR-DeniseNeural", ["fr-ca", "fr"], "fr"),
        ("sr-Latn-RS-NicholasNeural", ["sr-Cyrl", "sr-Latn"], "sr-Latn"),
    ],
)
async def test_a_voice_that_fits_is_taken(  # noqa: PLR0917 - fixtures and parameters
    hass: HomeAssistant, service: SpeechService, media: str, voice: str, targets: list[str], spoken: str
) -> None:
    response = await call(hass, "translate", media=media, language="en-US", target_language=targets, voice=voice)
    assert response["failures"] == {}
    assert response["media_content_id"]
    assert response["translations"].keys() == set(targets)
    (turn,) = service.connections[-1].turns
    assert turn.options.translation is not None
    assert turn.options.translation.targets[0] == spoken, "the service may speak the first only"
    assert turn.context["synthesis"] == {"defaultVoices": {spoken: voice}}


async def test_a_recording_is_shorter_where_its_translation_is_spoken(
    hass: HomeAssistant, service: SpeechService, tmp_path: Path
) -> None:
    long = str(invent(tmp_path / "long.wav", "anullsrc=r=8000:cl=mono", "-t", "601"))
    error = await refused(hass, media=long, language="en-US", target_language="de", voice=VOICE)
    assert error.translation_key == "media_too_long"

    written = asyncio.create_task(call(hass, "translate", media=long, language="en-US", target_language="de"))
    await service.until(lambda: any(turn.audio for connection in service.connections for turn in connection.turns))
    assert not written.done()
    written.cancel()  # at the service's pace it would take minutes
    with pytest.raises(asyncio.CancelledError):
        await written


async def test_a_stream_without_an_end_is_heard_for_a_duration(hass: HomeAssistant, service: SpeechService) -> None:
    radio = EndlessRadio()
    async with web_server(radio.answer) as address:
        data: dict[str, Any] = {"media": f"{address}/radio.wav", "language": "en-US"}
        assert (await refused(hass, "transcribe", **data)).translation_key == "media_endless"
        assert not any(connection.turns for connection in service.connections)
        await call(hass, "transcribe", **data, duration=2)
    (turn,) = service.connections[-1].turns
    assert len(turn.audio) == 64_000


async def test_what_is_spoken_is_not_listened_to_for_long(hass: HomeAssistant, media: str) -> None:
    data: dict[str, Any] = {"media": media, "language": "en-US", "target_language": "de", "duration": 601}
    assert (await refused(hass, **data, voice=VOICE)).translation_key == "media_too_long"
    assert (await call(hass, "translate", **data))["text"] == LIGHT


async def test_a_recording_without_sound_is_an_error_of_its_own(hass: HomeAssistant, tmp_path: Path) -> None:
    mute = str(invent(tmp_path / "mute.mp4", "color=s=64x64:d=1"))
    assert (await refused(hass, "transcribe", media=mute, language="en-US")).translation_key == "media_without_audio"


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


# --- permission


async def user(hass: HomeAssistant, group: str) -> User:
    """Return a new user of a group, who is not the first: that one may do everything."""
    await hass.auth.async_create_user("Owner")
    return await hass.auth.async_create_user("Somebody", group_ids=[group])


async def test_a_user_may_call_it(hass: HomeAssistant, media: str) -> None:
    context = Context(user_id=(await user(hass, GROUP_ID_USER)).id)
    assert (await call(hass, "transcribe", context, media=media, language="en-US"))["text"] == LIGHT


async def test_a_user_who_may_only_look_may_not(hass: HomeAssistant, service: SpeechService, media: str) -> None:
    context = Context(user_id=(await user(hass, GROUP_ID_READ_ONLY)).id)
    with pytest.raises(Unauthorized):
        await call(hass, "transcribe", context, media=media, language="en-US")
    assert not any(connection.turns for connection in service.connections)


async def test_a_user_who_is_gone_may_not(hass: HomeAssistant, media: str) -> None:
    with pytest.raises(UnknownUser):
        await call(hass, "transcribe", Context(user_id="gone"), media=media, language="en-US")


async def test_a_camera_is_heard_by_those_who_may_see_it(hass: HomeAssistant) -> None:
    listener = await user(hass, GROUP_ID_USER)
    listener.groups[0].policy = {"entities": {"domains": {"stt": True}}}
    listener.invalidate_cache()
    context = Context(user_id=listener.id)
    for camera in ("media-source://camera/camera.door", "Media-Source://camera/camera.door"):
        with pytest.raises(Unauthorized):
            await call(hass, "transcribe", context, media=camera, language="en-US")
    with pytest.raises(ServiceValidationError):
        await call(hass, "transcribe", context, media="media-source://media_source/local/x", language="en-US")


# --- when the service fails


@pytest.mark.parametrize("name", ["standard_voice", "audio_format"])
async def test_what_the_service_refuses_is_named(
    hass: HomeAssistant, service: SpeechService, media: str, name: str
) -> None:
    behaviour = REAL[name].behaviour()
    service.behaviours = lambda _: behaviour
    with pytest.raises(HomeAssistantError) as caught:
        await call(hass, "translate", media=media, language="en-US", target_language="de", voice=VOICE)
    assert_worded(caught.value)
    assert REAL[name].reason in str(caught.value)
    assert (VOICE in str(caught.value)) == (name == "standard_voice")


@pytest.mark.parametrize(
    ("behaviour", "key"),
    [
        (Behaviour(answer=Refuse(429)), "action_throttled"),
        (Behaviour(answer=Refuse(503)), "action_service_error"),
        (Behaviour(answer=Refuse(400, {}, "Invalid CID or language")), "action_language_refused"),
        (Behaviour(answer=Refuse(404)), "action_not_a_speech_endpoint"),
        (Behaviour(faults=(Fault(AudioReceived(16000), Close(1011, "internal error")),)), "action_service_error"),
        (Behaviour(faults=(Fault(AudioReceived(16000), Close(1000)),)), "action_cannot_connect"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
@pytest.mark.parametrize("action", ["transcribe", "translate"])
@pytest.mark.usefixtures("impatient")
async def test_a_failure_of_the_service_is_named(  # noqa: PLR0917 - fixtures and parameters
    hass: HomeAssistant, service: SpeechService, media: str, action: str, behaviour: Behaviour, key: str
) -> None:
    service.behaviours = lambda _: behaviour
    data: dict[str, Any] = {"media": media, "language": "en-US"} | (
        {"target_language": "de"} if action == "translate" else {}
    )
    with pytest.raises(HomeAssistantError) as caught:
        await call(hass, action, **data)
    assert not isinstance(caught.value, ServiceValidationError)
    assert caught.value.translation_key == key
    assert_worded(caught.value)

    service.behaviours = ()
    assert (await call(hass, action, **data))["text"] == LIGHT


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


@pytest.mark.parametrize("size", [10, 1000], ids=["before a phrase", "after some"])
async def test_more_text_than_anybody_can_say_is_cut_off(
    hass: HomeAssistant, service: SpeechService, media: str, monkeypatch: pytest.MonkeyPatch, size: int
) -> None:
    monkeypatch.setattr(transcript, "MAX_SIZE", size)
    service.engine = Scripted([Utterance(text=f"{at}.", start=at / 10, end=at / 10 + 0.1) for at in range(13)])
    response = await call(hass, "transcribe", media=media, language="en-US")
    assert len(response["segments"]) == size // 202 + 1
    assert "more text than anybody can say" in response["error"]


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


async def test_a_key_that_is_refused_asks_for_another(
    hass: HomeAssistant, service: SpeechService, entry: ConfigEntry, media: str
) -> None:
    service.authorization = Authorization(["another"])
    with pytest.raises(HomeAssistantError) as caught:
        await call(hass, "translate", media=media, language="en-US", target_language="de")
    assert caught.value.translation_key == "action_key_refused"
    await hass.async_block_till_done(wait_background_tasks=True)
    (flow,) = hass.config_entries.flow.async_progress()
    assert flow["context"]["source"] == SOURCE_REAUTH
    assert flow["context"]["entry_id"] == entry.entry_id


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


# --- how it is described


async def test_the_actions_are_described(hass: HomeAssistant) -> None:
    descriptions = (await async_get_all_descriptions(hass))[DOMAIN]
    words = await async_get_translations(hass, "en", "services", [DOMAIN])
    assert descriptions.keys() == {"transcribe", "translate"}
    for name, description in descriptions.items():
        assert hass.services.supports_response(DOMAIN, name) is SupportsResponse.ONLY
        texts = [f"{name}.name", f"{name}.description"]
        for field, described in description["fields"].items():
            validate_selector(described["selector"])
            texts += [f"{name}.fields.{field}.name", f"{name}.fields.{field}.description"]
        for text in texts:
            assert words.pop(f"component.{DOMAIN}.services.{text}")
    assert not words, "no text is left over"
    fields = descriptions["translate"]["fields"]
    assert descriptions["transcribe"]["fields"].items() <= fields.items()
    assert fields["language"]["selector"]["select"]["options"] == language_options()
    assert fields["target_language"]["selector"]["select"]["options"] == translation_language_options()
