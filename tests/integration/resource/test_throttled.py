"""A resource that takes one request at a time, as the free tier does: who waits is served, and nobody is troubled."""

import asyncio
from collections.abc import AsyncGenerator
import logging
from pathlib import Path

from homeassistant.components.stt import SpeechResult, SpeechResultState
from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant
import pytest

from custom_components.azure_speech_live.const import DOMAIN
from custom_components.azure_speech_live.resource.issues import Issue
from custom_components.azure_speech_live.speech.wire import throttle
from tests.speech.caller import audio_of
from tests.speech_service import AtOnce, Legible, SpeechService
from tests.speech_service.at_once import CLOSE, INVALID, PHRASE, UPGRADE, Phrase
from tests.speech_service.faults import Close, Refuse
from tests.speech_service.wav import wav_file

from ..availability import issue
from ..forms import add_resource
from ..speech import pcm, stream, transcribe

HEARD = SpeechResult("Turn on the kitchen light.", SpeechResultState.SUCCESS)


@pytest.fixture
async def entry(hass: HomeAssistant, service: SpeechService, tmp_path: Path) -> ConfigEntry:
    """Add a resource of the free tier, and allow a folder."""
    hass.config.allowlist_external_dirs = {str(tmp_path)}
    entry = await add_resource(hass, service)
    service.at_once = AtOnce()
    return entry


async def command(hass: HomeAssistant, seconds: float, after: float = 0.0) -> SpeechResult:
    """Say a command, as a satellite does."""

    async def spoken() -> AsyncGenerator[bytes]:
        for _ in range(round(seconds * 10)):
            await asyncio.sleep(0.1)
            yield pcm(0.1)

    await asyncio.sleep(after)
    return (await transcribe(hass, spoken()))[1]


def assert_untroubled(hass: HomeAssistant, entry: ConfigEntry, caplog: pytest.LogCaptureFixture) -> None:
    """Check that nothing is complained of."""
    ours = [record for record in caplog.records if record.name.startswith(f"custom_components.{DOMAIN}")]
    assert [record for record in ours if record.levelno >= logging.WARNING] == []
    assert issue(hass, entry, Issue.ONE_AT_A_TIME) is None
    assert entry.runtime_data.usage.month.failures == {}


@pytest.mark.parametrize("refusal", [UPGRADE, CLOSE, INVALID, PHRASE], ids=["429", "4429", "1007", "phrase"])
async def test_two_satellites_at_once(
    hass: HomeAssistant,
    service: SpeechService,
    entry: ConfigEntry,
    caplog: pytest.LogCaptureFixture,
    refusal: Refuse | Close | Phrase,
) -> None:
    service.at_once = AtOnce(refusal=refusal)
    caplog.clear()
    assert list(await asyncio.gather(command(hass, 1.0), command(hass, 1.0, 0.3))) == [HEARD, HEARD]
    assert service.at_once.refused
    assert_untroubled(hass, entry, caplog)


async def test_a_command_while_a_recording_is_transcribed(
    hass: HomeAssistant, service: SpeechService, entry: ConfigEntry, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    said = tuple(f"This is sentence number {number}." for number in range(8))
    service.engine = Legible()
    (tmp_path / "said.wav").write_bytes(wav_file(audio_of(said)))
    media = str(tmp_path / "said.wav")
    caplog.clear()
    recording = hass.async_create_task(
        hass.services.async_call(
            DOMAIN, "transcribe", {"media": media, "language": "en-US"}, blocking=True, return_response=True
        )
    )
    await service.until(lambda: bool(service.connections[-1].turns[-1].phrases))
    text = (await transcribe(hass, stream(audio_of(["Turn on the light."]))))[1].text
    assert text == "Turn on the light."
    assert not recording.done()
    response = await recording
    assert response is not None
    assert response["text"] == " ".join(said)
    assert_untroubled(hass, entry, caplog)


@pytest.mark.usefixtures("impatient")
async def test_a_command_that_is_lost_is_told_of(
    hass: HomeAssistant, entry: ConfigEntry, monkeypatch: pytest.MonkeyPatch
) -> None:
    results = await asyncio.gather(command(hass, 2.0), command(hass, 1.0, 0.3))
    assert list(results) == [HEARD, SpeechResult(None, SpeechResultState.ERROR)]
    assert issue(hass, entry, Issue.ONE_AT_A_TIME) is not None
    # That both are served behind each other does not mean that they would be at once.
    monkeypatch.setattr(throttle, "PATIENCE", 25.0)
    assert list(await asyncio.gather(command(hass, 1.0), command(hass, 1.0, 0.3))) == [HEARD, HEARD]
    assert issue(hass, entry, Issue.ONE_AT_A_TIME) is not None
