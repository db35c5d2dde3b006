"""What is spoken of captions: an address for each phrase, and errors that end no other."""

import asyncio
from typing import Any

from homeassistant.core import HomeAssistant
import pytest
from pytest_homeassistant_custom_component.typing import ClientSessionGenerator

from custom_components.azure_speech_live.actions.interpreter import Voiced
from custom_components.azure_speech_live.captions.voices import MAX_UNSPOKEN, Voices
from custom_components.azure_speech_live.speech import Synthesis, SynthesisEnded
from tests.speech_service.wav import wav_file

pytestmark = pytest.mark.usefixtures("entry")

SOUND = Synthesis(wav_file(bytes(3200)))
END = SynthesisEnded()


async def test_an_error_of_one_is_none_of_the_next(hass: HomeAssistant) -> None:
    told: list[Any] = []
    voices = Voices(hass, told.append)
    for segment_id, sound in (("1", SynthesisEnded("hoarse")), ("2", SOUND), ("2", END)):
        voices.take(segment_id, Voiced(None, "de", sound))
    await voices.close()
    await voices.publish()
    assert [(event["id"], event["language"], event["error"]) for event in told] == [
        ("1", "de", "hoarse"),
        ("2", "de", None),
    ]
    assert told[1]["url"].startswith("/api/tts_proxy/")


async def test_no_more_wait_than_somebody_would_listen_to(hass: HomeAssistant) -> None:
    told: list[Any] = []
    voices = Voices(hass, told.append)
    for number in range(MAX_UNSPOKEN + 1):
        voices.take(str(number), Voiced(None, "de", SOUND))
        voices.take(str(number), Voiced(None, "de", SOUND))
        voices.take(str(number), Voiced(None, "de", END))
    assert told == [
        {
            "type": "synthesis",
            "id": str(MAX_UNSPOKEN),
            "language": "de",
            "error": "too many phrases wait to be encoded",
        }
    ]


async def test_what_breaks_off_can_be_played_to_its_end(
    hass: HomeAssistant, hass_client_no_auth: ClientSessionGenerator
) -> None:
    told: asyncio.Queue[Any] = asyncio.Queue()
    voices = Voices(hass, told.put_nowait)
    voices.take("1", Voiced(None, "de", SOUND))
    publishing = asyncio.create_task(voices.publish())
    async with asyncio.timeout(20):
        event = await told.get()
        voices.end()
        assert await (await (await hass_client_no_auth()).get(event["url"])).read()
    publishing.cancel()
