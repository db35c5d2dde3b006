"""The speech-to-text entity: what it offers, what it yields, and what it says when the service fails."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing
from itertools import pairwise
import json
import logging

from homeassistant.components.stt import (
    PartialSpeechResult,
    SpeechAudioProcessing,
    SpeechResult,
    SpeechResultState,
)
from homeassistant.config_entries import SOURCE_REAUTH, ConfigEntry
from homeassistant.core import HomeAssistant
from homeassistant.util.language import matches
import pytest

from custom_components.azure_speech_live.hearing_entity import MAX_TEXT
from custom_components.azure_speech_live.speech.recognition import patience
from tests.speech_service.authorization import Authorization
from tests.speech_service.engines import Status
from tests.speech_service.engines.scripted import Scripted, Utterance
from tests.speech_service.faults import (
    AudioReceived,
    Before,
    Behaviour,
    Close,
    Fault,
    Opened,
    Refuse,
    Reset,
    Say,
    Send,
    Silence,
)
from tests.speech_service.service import SpeechService
from tests.speech_service.turn import Turn

from .forms import add_resource
from .speech import RECOGNIZER, metadata_of, pcm, recognizer, stream, transcribe

HEARD = SpeechResult("Turn on the kitchen light.", SpeechResultState.SUCCESS)
NOTHING = SpeechResult("", SpeechResultState.SUCCESS)
FAILED = SpeechResult(None, SpeechResultState.ERROR)


@pytest.fixture(autouse=True)
async def entry(hass: HomeAssistant, service: SpeechService, caplog: pytest.LogCaptureFixture) -> ConfigEntry:
    """Add the resource, and forget what was logged until then."""
    entry = await add_resource(hass, service)
    caplog.clear()
    return entry


def turns(service: SpeechService) -> list[Turn]:
    """Return every turn that the service has had."""
    return [turn for connection in service.connections for turn in connection.turns]


def complaints(caplog: pytest.LogCaptureFixture) -> list[str]:
    """Return what was logged as a warning or an error, and forget it."""
    lines = [
        record.getMessage()
        for record in caplog.records
        if record.levelno >= logging.WARNING and record.name != "asyncio"  # which warns of a slow machine
    ]
    caplog.clear()
    return lines


# --- what it offers


async def test_home_assistant_listens_for_the_end_of_speech_too(hass: HomeAssistant) -> None:
    assert recognizer(hass).audio_processing == SpeechAudioProcessing(
        requires_external_vad=True, prefers_auto_gain_enabled=False, prefers_noise_reduction_enabled=False
    )


@pytest.mark.parametrize(
    ("language", "country", "locale"),
    [
        ("en", None, "en-US"),
        ("en", "GB", "en-GB"),
        ("en", "DE", "en-US"),
        ("de", "AT", "de-AT"),
        ("de", "LI", "de-DE"),
        ("es", None, "es-ES"),
        ("es", "MX", "es-MX"),
        ("fr", "LU", "fr-FR"),
        ("nl", "BE", "nl-BE"),
        ("pt", "PT", "pt-PT"),
        ("pt", "BR", "pt-BR"),
        ("zh-Hans", "CN", "zh-CN"),
        ("nb", "NO", "nb-NO"),
        ("he", "IL", "he-IL"),
    ],
)
async def test_home_assistant_picks_the_expected_locale(
    hass: HomeAssistant, language: str, country: str | None, locale: str
) -> None:
    assert matches(language, recognizer(hass).supported_languages, country=country)[0] == locale


# --- what it yields


async def test_partial_transcripts_come_before_the_result(
    hass: HomeAssistant, caplog: pytest.LogCaptureFixture
) -> None:

    partials, result = await transcribe(hass, stream(pcm(3)))

    assert result == HEARD
    assert partials[-1] == "turn on the kitchen light"
    assert all(later.startswith(earlier) for earlier, later in pairwise(partials))
    assert f"partial: {partials[-1]}" in caplog.text
    assert not complaints(caplog)


async def test_a_partial_transcript_says_who_speaks_if_the_service_does(
    hass: HomeAssistant, service: SpeechService
) -> None:
    said = Say("speech.hypothesis", json.dumps({"Text": "turn", "SpeakerId": "Guest-1"}))
    service.behaviours = lambda _: Behaviour(faults=(Fault(Before("speech.phrase"), said),))
    spoken = recognizer(hass).internal_async_process_audio_stream_with_progress(metadata_of("en-US"), stream(pcm(3)))

    async with aclosing(spoken) as results:
        partials = [result async for result in results if isinstance(result, PartialSpeechResult)]

    # Of the others nothing is said: a recognizer does not ask.
    assert [(partial.text, partial.speaker_id) for partial in partials if partial.speaker_id] == [("turn", "Guest-1")]


async def test_a_partial_transcript_comes_while_the_person_still_speaks(hass: HomeAssistant) -> None:
    heard = asyncio.Event()

    async def command() -> AsyncGenerator[bytes]:
        yield pcm(1)
        await heard.wait()
        yield pcm(1)

    assert (await transcribe(hass, command(), on_partial=heard.set))[1] == HEARD


async def test_all_audio_arrives_in_order_in_the_language_of_the_pipeline(
    hass: HomeAssistant, service: SpeechService
) -> None:
    audio = pcm(2)

    await transcribe(hass, stream(audio), language="de-AT")

    (turn,) = turns(service)
    assert bytes(turn.audio) == audio
    assert turn.audio_ended
    assert turn.options.languages == ("de-AT",)


async def test_audio_is_pulled_while_the_connection_opens(hass: HomeAssistant, service: SpeechService) -> None:
    before = len(service.connections)
    service.behaviours = lambda _: Behaviour(delay=1)
    pulled = asyncio.Event()

    async def command() -> AsyncGenerator[bytes]:
        yield pcm(1)
        yield pcm(1)
        pulled.set()

    utterance = asyncio.create_task(transcribe(hass, command()))
    await pulled.wait()
    assert len(service.connections) == before
    assert (await utterance)[1] == HEARD
    assert len(turns(service)[-1].audio) == len(pcm(2))


async def test_the_service_may_hear_the_end_first(hass: HomeAssistant, service: SpeechService) -> None:
    service.engine = Scripted([Utterance(text="Stop.", end=1)])
    closed = asyncio.Event()

    async def television() -> AsyncGenerator[bytes]:
        try:
            yield pcm(1.5)
            await asyncio.Event().wait()
        finally:
            closed.set()

    assert (await transcribe(hass, television()))[1] == SpeechResult("Stop.", SpeechResultState.SUCCESS)
    await closed.wait()


@pytest.mark.parametrize(
    "status", [Status.NO_MATCH, Status.INITIAL_SILENCE_TIMEOUT, Status.BABBLE_TIMEOUT], ids=lambda status: status.value
)
async def test_silence_is_success_without_text(
    hass: HomeAssistant, service: SpeechService, caplog: pytest.LogCaptureFixture, status: Status
) -> None:
    service.engine = Scripted([Utterance(status=status, end=0.5)])
    assert await transcribe(hass, stream(pcm(1))) == ([], NOTHING)
    assert not complaints(caplog)


async def test_what_one_can_say_is_a_command(hass: HomeAssistant, service: SpeechService) -> None:
    most = ("go " * (MAX_TEXT // 3)).strip()
    service.engine = Scripted([Utterance(text=most, end=1)])
    assert (await transcribe(hass, stream(pcm(2))))[1] == SpeechResult(most, SpeechResultState.SUCCESS)


async def test_more_than_anybody_says_is_an_error(
    hass: HomeAssistant, service: SpeechService, caplog: pytest.LogCaptureFixture
) -> None:
    more = "go " * (MAX_TEXT // 2)
    service.engine = Scripted([Utterance(text=more, hypotheses=[(0.5, more)], end=1)])
    assert await transcribe(hass, stream(pcm(2))) == ([], SpeechResult(None, SpeechResultState.ERROR))
    assert complaints(caplog) == [f"{RECOGNIZER}: more was heard than anybody says in a command"]


@pytest.mark.parametrize("audio", [b"", b"\1"], ids=["nothing", "half a sample"])
async def test_no_audio_is_success_without_text(
    hass: HomeAssistant, caplog: pytest.LogCaptureFixture, audio: bytes
) -> None:
    assert await transcribe(hass, stream(audio)) == ([], NOTHING)
    assert not complaints(caplog)


async def test_satellites_do_not_wait_for_each_other(hass: HomeAssistant, service: SpeechService) -> None:
    finished = asyncio.Event()

    async def slow_speaker() -> AsyncGenerator[bytes]:
        yield pcm(0.5)
        await finished.wait()
        yield pcm(0.5)

    slow = [asyncio.create_task(transcribe(hass, slow_speaker())) for _ in range(2)]
    await service.until(lambda: sum(bool(turn.audio) for turn in turns(service)) == len(slow))

    assert (await transcribe(hass, stream(pcm(1))))[1] == HEARD
    assert not any(utterance.done() for utterance in slow)
    finished.set()
    assert [result for _, result in await asyncio.gather(*slow)] == [HEARD, HEARD]


async def test_a_cancelled_pipeline_leaves_no_turn(hass: HomeAssistant, service: SpeechService) -> None:

    async def endless() -> AsyncGenerator[bytes]:
        yield pcm(0.5)
        await asyncio.Event().wait()

    utterance = asyncio.create_task(transcribe(hass, endless()))
    await service.until(lambda: any(turn.audio for turn in turns(service)))
    utterance.cancel()
    with pytest.raises(asyncio.CancelledError):
        await utterance

    # The service would go on to listen, and to bill it.
    (connection,) = (connection for connection in service.connections if connection.turns)
    await service.until(lambda: connection.closed)
    assert [(turn.audio_ended, turn.ended) for turn in connection.turns] == [(False, False)]
    assert (await transcribe(hass, stream(pcm(1))))[1] == HEARD


# --- when the service fails


@pytest.mark.parametrize(
    "behaviour",
    [
        Behaviour(answer=Refuse(429)),
        Behaviour(answer=Refuse(503)),
        Behaviour(answer=Reset()),
        Behaviour(faults=(Fault(AudioReceived(16000), Reset()),)),
        Behaviour(faults=(Fault(AudioReceived(16000), Close(1011, "internal error")),)),
        Behaviour(faults=(Fault(AudioReceived(16000), Close(1000)),)),
        Behaviour(faults=(Fault(AudioReceived(16000), Close(4429, "too many requests")),)),
        Behaviour(faults=(Fault(Opened(), Silence()),)),
        Behaviour(faults=(Fault(Before("speech.phrase"), Silence()),)),
        Behaviour(faults=(Fault(Before("speech.phrase"), Send("nonsense")),)),
    ],
    ids=[
        "throttled",
        "unavailable",
        "reset at once",
        "reset in mid-utterance",
        "internal error in mid-utterance",
        "closed in mid-utterance",
        "throttled in mid-utterance",
        "silent for ever",
        "no phrase",
        "no protocol",
    ],
)
@pytest.mark.usefixtures("impatient")
async def test_a_failure_is_one_line_and_the_next_command_works(
    hass: HomeAssistant,
    service: SpeechService,
    entry: ConfigEntry,
    caplog: pytest.LogCaptureFixture,
    behaviour: Behaviour,
) -> None:
    service.behaviours = lambda _: behaviour

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(patience, "FINAL", 2.0)  # of a service that is silent; the client's own tests wait in full
        assert (await transcribe(hass, stream(pcm(1))))[1] == FAILED
    (line,) = complaints(caplog)
    assert line.startswith(f"{entry.title}: speech recognition failed: ")

    service.behaviours = ()
    assert (await transcribe(hass, stream(pcm(1))))[1] == HEARD
    assert f"{entry.title}: speech recognition works again" in caplog.messages
    assert not complaints(caplog)


@pytest.mark.usefixtures("impatient")
async def test_a_failure_that_lasts_is_logged_once_for_each_cause(
    hass: HomeAssistant, service: SpeechService, entry: ConfigEntry, caplog: pytest.LogCaptureFixture
) -> None:
    for status, lines in ((503, 1), (503, 0), (429, 1), (429, 0), (503, 0)):
        service.behaviours = lambda _, status=status: Behaviour(answer=Refuse(status))
        assert (await transcribe(hass, stream(pcm(1))))[1] == FAILED
        assert len(complaints(caplog)) == lines

    service.behaviours = ()
    # Without audio the service is not asked, so that nothing is known of it.
    for audio, result, lines in ((b"", NOTHING, 0), (pcm(1), HEARD, 1), (pcm(1), HEARD, 0)):
        assert (await transcribe(hass, stream(audio)))[1] == result
        assert caplog.messages.count(f"{entry.title}: speech recognition works again") == lines
        caplog.clear()


async def test_a_key_refused_at_run_time_asks_for_another(
    hass: HomeAssistant, service: SpeechService, entry: ConfigEntry, caplog: pytest.LogCaptureFixture
) -> None:
    service.authorization = Authorization(["another"])

    for _ in range(2):
        assert (await transcribe(hass, stream(pcm(1))))[1] == FAILED
        await hass.async_block_till_done()

    (line,) = complaints(caplog)
    assert line.startswith(f"{entry.title}: speech recognition failed: ")
    (flow,) = hass.config_entries.flow.async_progress()
    assert flow["context"]["source"] == SOURCE_REAUTH
    assert flow["context"]["entry_id"] == entry.entry_id


async def test_a_microphone_that_fails_is_one_line(hass: HomeAssistant, caplog: pytest.LogCaptureFixture) -> None:

    async def broken() -> AsyncGenerator[bytes]:
        yield pcm(0.5)
        raise TimeoutError("no audio")

    assert (await transcribe(hass, broken()))[1] == FAILED
    (line,) = complaints(caplog)
    assert line.startswith(f"{RECOGNIZER}: cannot use the audio: ")


async def test_a_language_that_nobody_asked_about_is_completed_or_refused(
    hass: HomeAssistant, service: SpeechService, caplog: pytest.LogCaptureFixture
) -> None:
    async def speak(language: str) -> SpeechResult:
        return await recognizer(hass).internal_async_process_audio_stream(metadata_of(language), stream(pcm(1)))

    for language, locale in (("de", "de-DE"), ("es-419", "es-MX"), ("zh-Hant", "zh-TW")):
        assert recognizer(hass).check_metadata(metadata_of(language))
        assert await speak(language) == HEARD
        assert turns(service)[-1].options.languages == (locale,)
    assert not recognizer(hass).check_metadata(metadata_of("tlh"))
    assert await speak("tlh") == FAILED
    assert len(turns(service)) == 3
    (line,) = complaints(caplog)
    assert line.startswith(f"{RECOGNIZER}: The Speech service does not recognise tlh.")


async def test_an_error_that_nobody_expects_is_a_result_with_a_traceback(
    hass: HomeAssistant, caplog: pytest.LogCaptureFixture
) -> None:
    # No language: a caller that did not ask check_metadata.
    metadata = metadata_of(None)  # type: ignore[arg-type]
    results = [
        result
        async for result in recognizer(hass).internal_async_process_audio_stream_with_progress(metadata, stream(pcm(1)))
    ]

    assert results == [FAILED]
    (record,) = (record for record in caplog.records if record.getMessage() == f"{RECOGNIZER}: unexpected error")
    assert record.exc_info is not None
    assert len(complaints(caplog)) == 1


async def test_transcripts_are_logged_for_debugging_only(
    hass: HomeAssistant, service: SpeechService, caplog: pytest.LogCaptureFixture
) -> None:
    service.engine = Scripted([Utterance(text="My secret is Rosebud.")])

    await transcribe(hass, stream(pcm(3)))

    records = [record for record in caplog.records if "rosebud" in record.getMessage().lower()]
    assert records
    assert all(record.levelno == logging.DEBUG for record in records)
