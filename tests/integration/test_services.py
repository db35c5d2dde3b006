"""The actions, as automations call them: real recordings through a real ffmpeg to a service that is none of ours."""

import asyncio
from pathlib import Path
from typing import Any

from homeassistant.auth.const import GROUP_ID_READ_ONLY, GROUP_ID_USER
from homeassistant.auth.models import User
from homeassistant.config_entries import ConfigEntry
from homeassistant.core import Context, HomeAssistant, ServiceCall, SupportsResponse
from homeassistant.exceptions import ServiceValidationError, Unauthorized, UnknownUser
from homeassistant.helpers.selector import validate_selector
from homeassistant.helpers.service import async_get_all_descriptions
from homeassistant.helpers.translation import async_get_translations
from homeassistant.setup import async_setup_component
import pytest
from pytest_homeassistant_custom_component.common import async_mock_service
from pytest_homeassistant_custom_component.typing import ClientSessionGenerator

from custom_components.azure_speech_live.const import DOMAIN
from custom_components.azure_speech_live.languages.names import (
    language_options,
    translation_language_options,
)
from custom_components.azure_speech_live.voice.voices import async_get_voices
from tests.speech_service.engines.scripted import Scripted, Utterance
from tests.speech_service.service import SpeechService
from tests.speech_service.synthesis.voices import Voice

from .action_calls import LIGHT, VOICE, call, play, refused
from .recordings import EndlessRadio, invent, spoken_pcm, web_server

pytestmark = pytest.mark.usefixtures("recordings_allowed")


# --- what is responded


async def test_a_recording_is_transcribed(hass: HomeAssistant, service: SpeechService, media: str) -> None:
    response = await call(hass, "transcribe", media=media, language="en-US")

    (segment,) = response.pop("segments")
    assert response == {"text": LIGHT, "language": "en-US"}
    assert segment.pop("duration") == pytest.approx(len(spoken_pcm()) / 32000, abs=0.2)
    assert segment == {"text": LIGHT, "language": "en-US", "offset": 0, "confidence": 0.95}
    (turn,) = service.connections[-1].turns
    assert turn.options.mode == "conversation"
    assert turn.options.longest_phrase == 30, "who talks without a pause is understood as well"
    assert len(turn.audio) == pytest.approx(len(spoken_pcm()), abs=6400)


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
        ({"voice": "de-DE-NobodyNeural"}, "no_such_voice"),
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
        ("en-US-AvaMultilingualNeural", ["hu", "fr", "de"], "fr"),
        ("de-DE-SeraphinaMultilingualNeural", ["fr", "de"], "de"),
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
    hass: HomeAssistant,
    entry: ConfigEntry,
    service: SpeechService,
    media: str,
    voice: str,
    targets: list[str],
    spoken: str,
) -> None:
    service.synthesis.voices.append(Voice(short_name=voice, locale_name=""))
    await async_get_voices(hass, entry).async_fetch()
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
