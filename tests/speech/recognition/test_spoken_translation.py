"""Spoken translations: how much of them there may be, and how much of it waits."""

import asyncio
import gc

import pytest

from custom_components.azure_speech_live.speech import Mode, Synthesis, TranslationOptions, UnusableMessageError
from custom_components.azure_speech_live.speech.wire.limits import LEAST_SPOKEN, SPOKEN_TIMES
from tests.speech_service import SpeechService
from tests.speech_service.engines.legible import silence
from tests.speech_service.engines.scripted import Scripted, Utterance
from tests.speech_service.engines.scripted_translation import ScriptedSynthesizer, spoken

from ..caller import Heard, Source, calling, listen


def spoken_to(mode: Mode) -> TranslationOptions:
    return TranslationOptions(mode=mode, targets=("de",), voice="de-DE-KatjaNeural")


def untaken(heard: Heard) -> int:
    """Return the bytes of synthesised audio in memory that the caller has not got."""
    taken = {id(event) for event in heard.events}
    return sum(len(one.audio) for one in gc.get_objects() if isinstance(one, Synthesis) and id(one) not in taken)


def speaking(characters: int, given: float) -> tuple[SpeechService, Source]:
    """Return a service that speaks for a fiftieth of a second for each character, and a source of so many seconds."""
    script = Scripted([Utterance(text="x" * characters, end=given)])
    return SpeechService(script, synthesizer=ScriptedSynthesizer(size=32_000)), Source(silence(given))


@pytest.mark.parametrize("mode", [Mode.INTERACTIVE, Mode.CONVERSATION])
async def test_speech_without_end_is_cut_off(mode: Mode) -> None:
    """An utterance has so much of it, however many connections; the phrase stays."""
    service, source = speaking(10_000, given=1.0)
    async with service, calling(service.url) as client:
        heard = await listen(client, source, spoken_to(mode))
    assert type(heard.error) in (type(None), UnusableMessageError)
    assert heard.transcript.replace(" ", "").strip("x") == ""
    assert heard.transcript
    assert 4_000_000 < len(heard.spoken) <= LEAST_SPOKEN + SPOKEN_TIMES * 32_000
    assert "more synthesised audio than an utterance can have" in str(heard.endings)


async def test_speech_that_is_not_taken_is_not_received() -> None:
    """A caller who sleeps for minutes holds up the service, and then gets all of it."""
    service, source = speaking(9_500, given=10.0)
    options = spoken_to(Mode.INTERACTIVE)
    heard = Heard()
    async with service, calling(service.url) as client:
        async for event in client.translate(source, options):
            heard.events.append(event)
            if isinstance(event, Synthesis) and len(heard.events) < 6:
                await asyncio.sleep(100)
                assert 0 < untaken(heard) < 3_000_000
    assert len(heard.spoken) > 6_000_000
    assert heard.spoken == spoken(f"[de] {'x' * 9_500}")
    assert heard.endings == [None]
