"""The spoken translation, as a media player plays it."""

from collections.abc import AsyncGenerator
from pathlib import Path

from homeassistant.core import HomeAssistant
import pytest
from pytest_homeassistant_custom_component.typing import ClientSessionGenerator

from custom_components.azure_speech_live.audio import media as recordings
from custom_components.azure_speech_live.const import DOMAIN
from tests.speech_service.engines import Status
from tests.speech_service.engines.scripted import Scripted, Utterance
from tests.speech_service.service import SpeechService

from ..action_calls import VOICE, Tone, call, play

pytestmark = pytest.mark.usefixtures("recordings_allowed")


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
    response = await call(hass, "translate", media=media, language="en-US", target_language="de", voice=VOICE)
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
