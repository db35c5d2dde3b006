"""The microphone of an app: its rate, its format, and how much of it may wait."""

from array import array
from functools import partial
from math import pi, sin

import pytest

from custom_components.azure_speech_live.captions import microphone as captions_microphone
from tests.speech_service.service import SpeechService

from ..action_calls import LIGHT
from ..dashboards import Dashboard, of
from ..recordings import SPOKEN

pytestmark = pytest.mark.usefixtures("entry")


@pytest.mark.parametrize("sample_rate", [8000, 44100, 48000])
async def test_a_browser_may_record_at_its_own_rate(
    dashboard: Dashboard, service: SpeechService, sample_rate: int
) -> None:
    await dashboard.begin("recognize", language="en-US", sample_rate=sample_rate)
    await dashboard.speak(bytes(2 * sample_rate + 1))
    assert of("phrase", await dashboard.events())[0]["text"] == LIGHT
    (turn,) = service.connections[-1].turns
    # The filter keeps a millisecond or two to itself.
    assert len(turn.audio) == pytest.approx(32000, abs=100)


@pytest.mark.parametrize(("frequency", "loudness"), [(1000, 10_000), (10_000, 0)])
async def test_what_16_khz_cannot_have_is_no_noise_in_it(
    dashboard: Dashboard, service: SpeechService, frequency: int, loudness: int
) -> None:
    tone = array("h", (round(10_000 * sin(2 * pi * frequency * at / 48_000)) for at in range(48_000)))
    await dashboard.begin("recognize", language="en-US", sample_rate=48_000)
    await dashboard.speak(tone.tobytes())
    await dashboard.events()
    (turn,) = service.connections[-1].turns
    heard = array("h", turn.audio)[1000:-1000]  # it has a beginning, which is no tone
    assert max(map(abs, heard)) == pytest.approx(loudness, abs=100)


async def test_audio_of_another_format_is_refused(dashboard: Dashboard) -> None:
    wav = SPOKEN.read_bytes()
    await dashboard.begin("recognize", language="en-US")
    await dashboard.speak(wav[:24] + (8000).to_bytes(4, "little") + wav[28:])
    error = (await dashboard.events())[-1]
    assert error["code"] == "audio_failed"
    assert "8000 Hz" in error["message"]


async def test_audio_that_comes_too_fast_is_refused(dashboard: Dashboard, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(captions_microphone, "MAX_BACKLOG", 1 << 20)
    await dashboard.begin("recognize", language="en-US")
    # The client takes 30 seconds ahead of what it sends.
    await dashboard.speak(bytes(3 << 20))
    assert (await dashboard.events())[-1]["code"] == "audio_too_fast"


async def test_what_was_sent_leaves_room_for_what_comes(
    dashboard: Dashboard, service: SpeechService, monkeypatch: pytest.MonkeyPatch
) -> None:
    def arrived(size: int) -> bool:
        return len(service.connections[-1].turns[0].audio) > size

    monkeypatch.setattr(captions_microphone, "MAX_BACKLOG", 32_000)
    await dashboard.begin("recognize", language="en-US")
    for sent in range(16_000, 112_000, 16_000):
        await dashboard.speak(bytes(16_000), end=False)
        await service.until(partial(arrived, sent - 8192))
    await dashboard.speak(b"")
    assert of("phrase", await dashboard.events())[0]["text"] == LIGHT


# --- the app
