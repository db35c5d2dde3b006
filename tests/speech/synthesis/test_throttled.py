"""What a resource does not let anybody say: too many requests in a minute, a quota that is used up, a voice gone."""

import asyncio
from typing import Final

import pytest

from custom_components.azure_speech_live.speech import QuotaError, ThrottledError, VoiceError
from custom_components.azure_speech_live.speech.synthesis.allowance import LISTENER
from tests.speech_service import ScriptedSpeaker, SpeechService, Synthesis
from tests.speech_service.faults import Close, Refuse
from tests.speech_service.per_minute import PerMinute
from tests.speech_service.synthesis.refusals import QUOTA, THROTTLED, TOO_MANY_AT_ONCE

from ..caller import calling
from ..listener import TOLD, VOICE, Texts, hear

FREE: Final = 20
"""Requests in a minute that the free tier takes."""


@pytest.mark.parametrize("close", [THROTTLED, TOO_MANY_AT_ONCE])
@pytest.mark.parametrize("upgrade", [None, Refuse(429), Refuse(429, {"Retry-After": "5"})])
async def test_announcements_wait_for_the_next_minute(close: Close, upgrade: Refuse | None) -> None:
    """25 within 40 seconds on a free key; nobody stands and waits."""
    synthesis = Synthesis(per_minute=PerMinute(close=close, upgrade=upgrade, requests=FREE))
    texts = [f"Announcement {number}." for number in range(25)]
    async with SpeechService(synthesis=synthesis) as service, calling(service.url) as client:

        async def announce(number: int) -> str:
            await asyncio.sleep(number * 1.6)
            heard = await hear(client, Texts([texts[number]]), long=True)
            assert heard.error is None
            return heard.text

        assert await asyncio.gather(*map(announce, range(25))) == texts
        assert synthesis.per_minute is not None
        assert synthesis.per_minute.refused > 0


async def test_announcements_at_once_are_all_spoken() -> None:
    """30 on a free key: ten of them wait for the next minute."""
    synthesis = Synthesis(per_minute=PerMinute(close=THROTTLED, requests=FREE))
    texts = [f"Announcement {number}." for number in range(30)]
    async with SpeechService(synthesis=synthesis) as service, calling(service.url) as client:
        heard = await asyncio.gather(*(hear(client, Texts([text]), long=True) for text in texts))
        assert [each.text for each in heard] == texts


async def test_a_conversation_does_not_wait_for_a_minute() -> None:
    """So that somebody else can speak; and afterwards all is well."""
    synthesis = Synthesis(per_minute=PerMinute(close=THROTTLED, requests=1))
    async with SpeechService(synthesis=synthesis) as service, calling(service.url) as client:
        await hear(client, Texts(["One."]))
        heard = await hear(client, Texts(["Two."]))
        assert isinstance(heard.error, ThrottledError)
        assert not isinstance(heard.error, QuotaError)
        assert heard.seconds <= LISTENER + 0.01
        await asyncio.sleep(60.0)
        assert (await hear(client, Texts(["Three."]))).text == "Three."


SHORT: Final = "It is on."
"""Less than a second of sound."""


async def test_slow_agent_with_short_sentences_does_not_use_up_the_free_tier() -> None:
    """They are gathered; and what is asked for first is not kept waiting for that."""
    synthesis = Synthesis(speaker=ScriptedSpeaker(1 / 15), per_minute=PerMinute(close=THROTTLED, requests=FREE))
    async with SpeechService(synthesis=synthesis) as service, calling(service.url) as client:
        for _ in range(2):
            heard = await hear(client, Texts([SHORT] * 40, pause=2.0))
            assert heard.error is None
            assert ScriptedSpeaker(1 / 15).heard(heard.pcm, 24_000).replace(" ", "") == (SHORT * 40).replace(" ", "")
            assert heard.heard_from is not None
            assert heard.heard_from < 0.1
            assert heard.timeline.gap < 6.0
        assert synthesis.per_minute is not None
        assert synthesis.per_minute.refused == 0


async def test_answer_that_was_heard_in_part_waits_in_silence() -> None:
    """Another program uses the key as well: the rest comes late, but it comes."""
    synthesis = Synthesis(per_minute=PerMinute(close=THROTTLED, requests=1, seconds=15.0))
    async with SpeechService(synthesis=synthesis) as service, calling(service.url) as client:
        heard = await hear(client, Texts([SHORT, SHORT], pause=1.0))
        assert (heard.error, heard.text) == (None, SHORT * 2)
        assert heard.timeline.gap > LISTENER


async def test_in_an_answer_what_is_ahead_is_time_to_wait() -> None:
    """The next sentence comes in time, while the one before is still heard."""
    synthesis = Synthesis(per_minute=PerMinute(close=THROTTLED, requests=1, seconds=5.0))
    async with SpeechService(synthesis=synthesis) as service, calling(service.url) as client:
        long = "This is a long sentence. " * 12
        heard = await hear(client, Texts([long, "This is the next."]))
        assert heard.error is None
        assert heard.text.endswith("This is the next.")
        assert heard.timeline.waited > 0


async def test_quota_that_is_used_up_is_not_waited_for() -> None:
    synthesis = Synthesis(per_minute=PerMinute(close=QUOTA, requests=0))
    async with SpeechService(synthesis=synthesis) as service, calling(service.url) as client:
        heard = await hear(client, long=True)
        assert isinstance(heard.error, QuotaError)
        assert heard.seconds <= 0.01


async def test_voice_that_is_gone_for_a_while() -> None:
    """It is not asked for again by itself, and the connection's key and address are not to blame."""
    async with SpeechService() as service, calling(service.url) as client:
        service.synthesis.withdrawn.add(VOICE)
        texts = Texts(pause=1.0)
        heard = await hear(client, texts)
        assert isinstance(heard.error, VoiceError)
        assert "Unsupported voice" in str(heard.error)
        assert len(service.syntheses[0].turns) == 1
        service.synthesis.withdrawn.clear()
        assert (await hear(client)).text.replace(". ", ".") == TOLD
