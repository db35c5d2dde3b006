"""The flow: audio is sent at the pace, its caller gets what is said, and nobody waits for ever."""

import asyncio
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing, suppress
from datetime import UTC, datetime, timedelta
import gc
import itertools
import logging

import pytest

from custom_components.azure_speech_live.speech import (
    ConnectionFailedError,
    Hypothesis,
    Mode,
    OpenTimeoutError,
    Phrase,
    RecognitionOptions,
    ServiceTimeoutError,
    SpeechEnded,
    SpeechStarted,
)
from custom_components.azure_speech_live.speech.recognition import flow
from custom_components.azure_speech_live.speech.recognition.audio import BYTES_PER_SECOND
from custom_components.azure_speech_live.speech.recognition.pace import FAST_LANE, PACE
from custom_components.azure_speech_live.speech.recognition.patience import FINAL
from custom_components.azure_speech_live.speech.recognition.utterance import MAX_UNSENT
from custom_components.azure_speech_live.speech.wire import connection, connector
from tests.speech_service import Behaviour, Fault, Legible, SpeechService
from tests.speech_service.engines.legible import silence, speak
from tests.speech_service.faults import AudioReceived, Before, Freeze, Refuse, Reset, Send, Silence, Storm

from ..caller import (
    AUDIO,
    COMMAND,
    CONVERSATION,
    INTERACTIVE,
    SAID,
    Heard,
    Source,
    calling,
    listen,
    recognize,
    tasks_left,
)


async def test_events_of_a_command() -> None:
    heard = await recognize(aiter(Source(AUDIO[Mode.INTERACTIVE], pace=1.0)))
    kinds = [type(event) for event in heard.events]
    assert kinds[0] is SpeechStarted
    assert set(kinds[1:-2]) == {Hypothesis}
    assert kinds[-2:] == [SpeechEnded, Phrase]
    texts = [hypothesis.text for hypothesis in heard.hypotheses]
    assert len(texts) >= 3
    assert all(later.startswith(earlier) for earlier, later in itertools.pairwise(texts))
    (phrase,) = heard.phrases
    assert (phrase.text, phrase.offset) == (COMMAND, 0.0)
    assert 1.0 < phrase.duration <= len(AUDIO[Mode.INTERACTIVE]) / BYTES_PER_SECOND


async def test_first_phrase_ends_a_command_while_the_source_goes_on() -> None:
    """The source is one that never ends: Home Assistant's microphone before its own end of speech."""

    async def endless() -> AsyncGenerator[bytes]:
        try:
            for start in range(0, len(AUDIO[Mode.INTERACTIVE]), 320):
                yield AUDIO[Mode.INTERACTIVE][start : start + 320]
            while True:
                await asyncio.sleep(0.01)
                yield silence(0.01)
        finally:
            closed.append(True)

    closed: list[bool] = []
    heard = await recognize(endless())
    assert (heard.error, heard.transcript) == (None, COMMAND)
    assert closed == [True]


@pytest.mark.parametrize("mode", [Mode.CONVERSATION, Mode.DICTATION])
async def test_phrases_come_until_the_audio_ends(mode: Mode) -> None:
    heard = await recognize(aiter(Source(AUDIO[mode], pace=1.0)), RecognitionOptions(mode=mode))
    assert heard.transcript == SAID[mode]
    offsets = [phrase.offset for phrase in heard.phrases]
    assert offsets == sorted(offsets)


async def test_offsets_are_those_of_the_utterance_after_a_drop() -> None:
    fault = Fault(AudioReceived(60_000), Reset())
    broken = await recognize(aiter(Source(AUDIO[Mode.CONVERSATION])), CONVERSATION, fault)
    whole = await recognize(aiter(Source(AUDIO[Mode.CONVERSATION])), CONVERSATION)
    assert [phrase.text for phrase in broken.phrases] == [phrase.text for phrase in whole.phrases]
    for mine, theirs in zip(broken.phrases, whole.phrases, strict=True):
        assert mine.offset == pytest.approx(theirs.offset, abs=0.001)
        assert mine.duration == pytest.approx(theirs.duration, abs=0.001)


async def test_caller_who_takes_his_time() -> None:
    """He finds the latest hypothesis, not all of them, and every phrase."""
    async with SpeechService(Legible()) as service, calling(service.url) as client:
        events = []
        async with aclosing(client.recognize(aiter(Source(AUDIO[Mode.CONVERSATION])), CONVERSATION)) as recognition:
            async for event in recognition:
                events.append(event)
                await asyncio.sleep(1)
        heard = Heard(events)
        assert heard.transcript == SAID[Mode.CONVERSATION]
        for earlier, later in itertools.pairwise(events):
            assert not (isinstance(earlier, Hypothesis) and isinstance(later, Hypothesis))


async def test_storm_of_hypotheses_takes_no_memory(log: pytest.LogCaptureFixture) -> None:
    """The caller is asleep, and finds the last one."""
    log.set_level(logging.INFO)  # or the log is the storm
    storm = Fault(Before("speech.phrase"), Storm(3000))
    async with (
        SpeechService(Legible(), behaviours=[Behaviour(faults=(storm,))]) as service,
        calling(service.url) as client,
    ):
        async with aclosing(client.recognize(aiter(Source(AUDIO[Mode.INTERACTIVE])), INTERACTIVE)) as events:
            await anext(events)
            await asyncio.sleep(1)  # the clock goes on when all has come
            assert sum(isinstance(thing, Hypothesis) for thing in gc.get_objects()) < 10
            rest = [event async for event in events]
        assert [event.text for event in rest if isinstance(event, Hypothesis)][-1] == "storm 2999"
        assert len(rest) < 10


async def test_pace() -> None:
    """Never faster than both of Microsoft's SDKs: five seconds at once, then twice real time."""
    loop = asyncio.get_running_loop()
    seconds = 25
    async with SpeechService(Legible()) as service, calling(service.url) as client:
        listening = asyncio.create_task(listen(client, Source(silence(seconds)), CONVERSATION))
        await service.until(lambda: bool(service.connections))
        began = loop.time()
        for size in range(BYTES_PER_SECOND, seconds * BYTES_PER_SECOND, BYTES_PER_SECOND):
            await service.until(lambda size=size: service.connections[0].audio_size >= size, timeout=60)  # type: ignore[misc]
            allowed = FAST_LANE + PACE * (loop.time() - began)
            assert service.connections[0].audio_size <= (allowed + 0.2) * BYTES_PER_SECOND
        heard = await listening
        assert heard.seconds == pytest.approx((seconds - FAST_LANE) / PACE, abs=0.1)


@pytest.mark.parametrize(("together", "least"), [(1, 640), (3, 1920), (5, 3200), (8, 3200)])
async def test_who_speaks_alone_is_heard_sooner(together: int, least: int) -> None:
    """Audio goes out as it comes, but of many at a time in fewer, larger messages."""
    async with SpeechService(Legible()) as service, calling(service.url) as client:
        await listen(client, Source(AUDIO[Mode.INTERACTIVE]))  # who has finished does not count
        sources = [Source(AUDIO[Mode.INTERACTIVE], pace=1.0, chunk=320) for _ in range(together)]
        everybody = await asyncio.gather(*(listen(client, source) for source in sources))
        assert {heard.transcript for heard in everybody} == {COMMAND}
        sizes = [connection.turns[-1].frame_sizes for connection in service.connections]
    # Once connected, until those end who began first; the header is the first message, the second what waited for it.
    assert {size for turn in sizes for size in turn[2 : len(turn) // 2]} == {least}


async def test_replay_is_paced_from_its_own_beginning() -> None:
    """Nine seconds of a phrase that nothing has covered are on the new connection after two."""
    text = "word " * 80
    fault = Fault(AudioReceived(7 * BYTES_PER_SECOND), Reset())
    heard = await recognize(aiter(Source(speak(text), pace=1.0)), CONVERSATION, fault)
    assert (heard.error, heard.transcript) == (None, text)
    assert heard.seconds == pytest.approx(8.0, abs=1.1)


async def test_source_that_is_faster_has_to_wait() -> None:
    pulled = 0

    async def endless() -> AsyncGenerator[bytes]:
        nonlocal pulled
        while True:
            pulled += 3200
            yield bytes(3200)

    async with (
        SpeechService(Legible()) as service,
        calling(service.url) as client,
        aclosing(client.recognize(endless(), CONVERSATION)) as events,
    ):
        first = asyncio.ensure_future(anext(events))
        await service.until(lambda: service.connections[0].audio_size >= 20 * BYTES_PER_SECOND, timeout=60)
        ahead = pulled / BYTES_PER_SECOND - 20
        assert MAX_UNSENT - 1 <= ahead <= MAX_UNSENT + 1
        await first


async def test_source_that_waits_for_us_does_not_stall() -> None:
    """A recording of a minute is pulled in pieces, with pauses much longer than SOURCE_STALL."""
    text = "It goes on and on. "
    audio = b"".join(speak(text) + silence(9.6) for _ in range(8))
    heard = await recognize(aiter(Source(audio, chunk=1_000_000)), CONVERSATION)
    assert heard.error is None
    assert heard.transcript.split() == text.split() * 8


async def test_service_that_talks_but_never_ends_a_phrase() -> None:
    """The audio that we keep is bounded, and so is the patience."""

    async def monologue() -> AsyncGenerator[bytes]:
        for _ in range(200):
            await asyncio.sleep(1)
            yield speak("word " * 10)

    heard = await recognize(monologue(), RecognitionOptions(mode=Mode.INTERACTIVE))
    # The stand-in ends a phrase after 55 s by itself.
    assert heard.error is None
    assert heard.phrases[0].duration == pytest.approx(55, abs=1)


@pytest.mark.parametrize(("mode", "seconds"), [(Mode.INTERACTIVE, 15.0), (Mode.CONVERSATION, 66.0)])
async def test_service_that_falls_silent_while_somebody_speaks(mode: Mode, seconds: float) -> None:
    """Speech goes on, so that the service may be thinking; but not for longer than this, twice."""
    fault = Fault(AudioReceived(2 * BYTES_PER_SECOND), Silence())
    service = SpeechService(Legible(), behaviours=lambda _: Behaviour(faults=(fault,)))
    async with service, calling(service.url) as client:
        source = Source(speak("word " * 2000), pace=1.0, chunk=32_000)
        heard = await listen(client, source, RecognitionOptions(mode=mode))
        assert type(heard.error) is ServiceTimeoutError
        assert heard.seconds <= 2 * (seconds + 2)
        assert len(service.attempts) == 2


async def test_limit_of_the_whole() -> None:
    options = RecognitionOptions(mode=Mode.CONVERSATION, limit=20.0)
    heard = await recognize(aiter(Source(silence(100), pace=1.0)), options)
    assert type(heard.error) is ServiceTimeoutError
    assert heard.seconds == pytest.approx(20.0)


@pytest.mark.parametrize("jump", [timedelta(hours=1), timedelta(days=-400)])
async def test_wall_clock_that_jumps(jump: timedelta, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is only shown to the service, and nothing depends on it; every reading of it jumps."""
    readings = itertools.count()

    def jumping() -> datetime:
        return datetime(2026, 10, 25, 1, 59, tzinfo=UTC) + (jump if next(readings) % 2 else timedelta())

    for module in (connection, connector, flow):
        monkeypatch.setattr(module, "now_utc", jumping)
    async with (
        SpeechService(Legible(), behaviours=[Behaviour(faults=(Fault(AudioReceived(60_000), Reset()),))]) as service,
        calling(service.url) as client,
    ):
        for _ in range(2):
            heard = await listen(client, Source(AUDIO[Mode.CONVERSATION], pace=1.0), CONVERSATION)
            assert (heard.error, heard.transcript) == (None, SAID[Mode.CONVERSATION])
            assert heard.seconds_more <= 0.01
            await service.until(lambda: bool(service.connections[-1].turns[-1].telemetry))


def _never(_: int) -> Behaviour:
    return Behaviour(delay=float("inf"))


@pytest.mark.parametrize("times", [',"Offset":0,"Duration":0', ',"Offset":null', ""])
@pytest.mark.parametrize(("status", "attempts"), [("NoMatch", 1), ("EndOfDictation", 1), ("Error", 2)])
async def test_silence_that_ends_the_turn_is_not_the_end_of_a_recording(status: str, attempts: int, times: str) -> None:
    """The service ends the turn in a long silence, and does not say how long that was."""
    phrase = f'{{"RecognitionStatus":"{status}"{times}}}'
    point = AudioReceived(2 * BYTES_PER_SECOND)
    faults = [
        Fault(point, Send(f"X-RequestId:{{request_id}}\r\nPath:{path}\r\n\r\n{body}"))
        for path, body in (("speech.phrase", phrase), ("turn.end", "{}"))
    ]
    behaviours = [Behaviour(faults=tuple(faults))] * attempts
    audio = silence(8) + AUDIO[Mode.CONVERSATION]
    async with SpeechService(Legible(), behaviours=behaviours) as service, calling(service.url) as client:
        heard = await listen(client, Source(audio), CONVERSATION)
        assert (heard.error, heard.transcript) == (None, SAID[Mode.CONVERSATION])
        assert len(service.attempts) == attempts


def _freezes(_: int) -> Behaviour:
    return Behaviour(faults=(Fault(AudioReceived(1), Freeze()),))


@pytest.mark.parametrize("behaviours", [(), _never, _freezes], ids=["in order", "opening", "frozen"])
async def test_closing_the_generator_ends_everything_at_once(behaviours: Callable[[int], Behaviour]) -> None:
    loop = asyncio.get_running_loop()
    async with SpeechService(Legible(), behaviours=behaviours) as service, calling(service.url) as client:
        source = Source(bytes(3_200_000), pace=1.0)
        recognition = client.recognize(source, CONVERSATION)
        with suppress(TimeoutError):
            async with asyncio.timeout(2):
                async for _ in recognition:
                    pass
        await recognition.aclose()
        assert source.closed
        began = loop.time()
        assert {name for name in tasks_left() if name != "Speech connection's end"} == set()
        await client.close()
        assert tasks_left() == []
        assert loop.time() == began


async def test_closing_the_client_ends_recognitions() -> None:
    async with SpeechService(Legible()) as service, calling(service.url) as client:
        source = Source(bytes(3_200_000), pace=1.0)
        listening = asyncio.create_task(listen(client, source))
        await service.until(lambda: service.connections[0].audio_size > 0)
        await client.close()
        heard = await listening
        assert type(heard.error) is ConnectionFailedError
        assert source.closed
        late = Source(b"")
        assert type((await listen(client, late)).error) is ConnectionFailedError
        assert late.closed


async def test_closing_the_client_behind_the_last_phrase_is_no_error() -> None:
    async with SpeechService(Legible()) as service, calling(service.url) as client:
        heard = Heard()
        async for event in client.recognize(Source(AUDIO[Mode.INTERACTIVE]), INTERACTIVE):
            heard.events.append(event)
            if isinstance(event, Phrase):
                await client.close()
        assert heard.transcript == COMMAND


async def test_end_of_the_audio_limits_an_attempt_that_is_under_way() -> None:
    """Each of two paths has its time, but both together not more than the utterance."""
    behaviours = [Behaviour(delay=6.5, answer=Refuse(404)), Behaviour(delay=6.5)]
    async with SpeechService(Legible(), behaviours=behaviours) as service, calling(service.url) as client:
        heard = await listen(client, Source(AUDIO[Mode.INTERACTIVE], pace=1.0))
        assert type(heard.error) is OpenTimeoutError
        assert heard.seconds_more == pytest.approx(FINAL, abs=0.01)


async def test_who_has_spoken_does_not_count_any_more() -> None:
    """One who speaks alone is sent in small messages, however many did before."""
    async with SpeechService(Legible()) as service, calling(service.url) as client:
        for _ in range(5):
            await listen(client, Source(AUDIO[Mode.INTERACTIVE]))
        await listen(client, Source(AUDIO[Mode.INTERACTIVE], pace=1.0, chunk=320))
        assert min(service.connections[-1].turns[-1].frame_sizes[2:-1]) == 640


async def test_caller_who_leaves_after_the_first_event() -> None:
    async with SpeechService(Legible()) as service, calling(service.url) as client:
        source = Source(AUDIO[Mode.CONVERSATION], pace=1.0)
        async with aclosing(client.recognize(source, CONVERSATION)) as events:
            async for _ in events:
                break
        assert source.closed
        await service.until(lambda: service.connections[0].closed)


async def test_caller_who_raises() -> None:
    async with SpeechService(Legible()) as service, calling(service.url) as client:
        source = Source(AUDIO[Mode.CONVERSATION], pace=1.0)
        with suppress(ZeroDivisionError):
            async with aclosing(client.recognize(source, CONVERSATION)) as events:
                async for _ in events:
                    raise ZeroDivisionError
        assert source.closed


async def test_recognition_that_never_begins() -> None:
    async with SpeechService() as service, calling(service.url) as client:
        recognition = client.recognize(Source(b""), INTERACTIVE)
        await recognition.aclose()
        assert not service.attempts
