"""An answer over a real socket: as it comes and goes, in time, in order, and whole."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import Final

import pytest

from custom_components.azure_speech_live.speech import (
    ConnectionFailedError,
    OutputFormat,
    Phoneme,
    SynthesisOptions,
    TextSourceError,
)
from custom_components.azure_speech_live.speech.riff import header
from custom_components.azure_speech_live.speech.synthesis.answer import RESERVE
from custom_components.azure_speech_live.speech.synthesis.flow import FRESH
from custom_components.azure_speech_live.speech.synthesis.outlet import MAX_SOUND
from custom_components.azure_speech_live.speech.synthesis.texts import Text
from custom_components.azure_speech_live.speech.synthesis.turn import LINK
from custom_components.azure_speech_live.speech.synthesis.unasked import MAX_TEXT, TOGETHER
from custom_components.azure_speech_live.speech.wire.limits import MESSAGE_RESERVE
from custom_components.azure_speech_live.speech.wire.pool import AGE_LIMIT, IDLE_LIMIT
from tests.speech_service import Behaviour, Delivery, Fault, ScriptedSpeaker, SpeechService, Synthesis
from tests.speech_service.faults import AudioSent, Elapsed, Freeze, Reset, Wait
from tests.speech_service.synthesis.delivery import DELIVERIES

from ..caller import STORY, calling
from ..listener import OPTIONS, TOLD, VOICE, Texts, hear

AZURE: Final = Synthesis(speaker=ScriptedSpeaker(1 / 15), delivery=DELIVERIES["azure"])
"""As fast as a person speaks, 0.2 s late, and eight times as fast as that."""
SENTENCE: Final = "This is one sentence among many others."


def asked(service: SpeechService) -> list[str]:
    """Return the text of each turn, in the order in which they were asked for."""
    turns = sorted((turn for each in service.syntheses for turn in each.turns), key=lambda turn: turn.asked_at)
    return [turn.ssml.partition(f"'{VOICE}'>")[2].partition("</voice>")[0] for turn in turns]


async def test_answer() -> None:
    texts = Texts()
    async with SpeechService() as service, calling(service.url) as client:
        heard = await hear(client, texts)
        assert (heard.error, heard.text.replace(". ", ".")) == (None, TOLD)
        assert heard.stream.startswith(header(24_000, 0xFFFF_FFFF))
        assert texts.closed
        assert len(service.syntheses) == 1


async def test_messages_are_those_of_the_sdks() -> None:
    async with SpeechService() as service, calling(service.url) as client:
        await hear(client)
        (connection,) = service.syntheses
        paths = [message.path for message in connection.messages]
        assert paths == ["speech.config", *["synthesis.context", "ssml"] * len(connection.turns)]
        assert connection.config["context"].keys() == {"system", "os"}
        for turn in connection.turns:
            assert turn.asked.output_format == "raw-24khz-16bit-mono-pcm"
            assert not any((turn.asked.words, turn.asked.visemes, turn.asked.sentences, turn.asked.bookmarks))


@pytest.mark.parametrize("name", ["azure", "empty-first", "list-chunk", "odd-slices", "riff", "trailing-silence"])
async def test_however_the_sound_comes(name: str) -> None:
    """One header, no torn sample, and no silence at the end."""
    async with (
        SpeechService(synthesis=Synthesis(delivery=DELIVERIES[name])) as service,
        calling(service.url) as client,
    ):
        heard = await hear(client)
        assert (heard.error, heard.text.replace(". ", ".")) == (None, TOLD)
        assert heard.stream.count(b"RIFF") == 1
        assert b"LIST" not in heard.stream
        assert all(len(piece) % 2 == 0 for piece in heard.pieces)
        assert len(heard.pcm) - len(heard.pcm.rstrip(b"\0")) <= 2 * 24_000 * 0.3


@pytest.mark.parametrize("output_format", [each for each in OutputFormat if each.is_raw])
async def test_every_rate(output_format: OutputFormat) -> None:
    options = SynthesisOptions(voice=VOICE, output_format=output_format)
    async with SpeechService() as service, calling(service.url) as client:
        heard = await hear(client, options=options)
        assert (heard.error, heard.text.replace(". ", ".")) == (None, TOLD)


@pytest.mark.real_clock  # the stand-in has it made by a process
async def test_mp3() -> None:
    options = SynthesisOptions(voice=VOICE, output_format=OutputFormat.MP3_24KHZ)
    async with SpeechService() as service, calling(service.url) as client:
        heard = await hear(client, options=options)
        assert heard.error is None
        assert heard.stream == b"".join(bytes(turn.audio) for turn in service.syntheses[0].turns)


async def test_reserved_characters_and_pronunciations() -> None:
    texts: list[Text] = ["Jack & Jones < Temp;", ["I say ", Phoneme("Knäckebröd", "knɛkəbrøt"), " & AT&amp;T."]]
    async with SpeechService() as service, calling(service.url) as client:
        heard = await hear(client, Texts(texts))
        assert heard.text == "Jack & Jones < Temp; I say Knäckebröd & AT&amp;T."


async def test_too_long_in_every_way() -> None:
    """Split, one stream, nothing lost and nothing twice; none of it is what the service would refuse."""
    texts = ["word " * 2400, "&<" * 2500, "bc" * 3500]
    synthesis = Synthesis(speaker=ScriptedSpeaker(0.004))
    async with SpeechService(synthesis=synthesis) as service, calling(service.url) as client:
        heard = await hear(client, Texts(texts))
        assert heard.error is None
        assert ScriptedSpeaker(0.004).heard(heard.pcm, 24_000).replace(" ", "") == "".join(texts).replace(" ", "")
        assert all(turn.refusal is None for each in service.syntheses for turn in each.turns)


# --- in time


async def test_header_comes_when_the_service_can_be_asked() -> None:
    """Before there is any text, and not before the connection is open."""
    async with SpeechService(behaviours=[Behaviour(delay=0.5)]) as service, calling(service.url) as client:
        heard = await hear(client, Texts(["", *STORY], pause=3.0))
        assert len(heard.pieces[0]) == 44
        assert heard.times[0] == pytest.approx(0.5, abs=0.1)
        assert heard.times[1] == pytest.approx(3.0, abs=0.1)


async def test_first_sentence_is_heard_while_the_second_is_written() -> None:
    async with SpeechService(synthesis=AZURE) as service, calling(service.url) as client:
        heard = await hear(client, Texts(pause=5.0))
        assert heard.heard_from == pytest.approx(0.2, abs=0.05)
        assert asked(service) == list(STORY)


@pytest.mark.parametrize("pause", [0.0, 0.5, 1.5])
async def test_no_gap_between_sentences(pause: float) -> None:
    """Wherever the text is there in time."""
    async with SpeechService(synthesis=AZURE) as service, calling(service.url) as client:
        heard = await hear(client, Texts([SENTENCE] * 20, pause=pause))
        assert heard.error is None
        assert heard.timeline.gap == 0.0
        assert heard.timeline.requests == len(asked(service))


async def test_few_requests_where_sound_is_ahead() -> None:
    """One request for each sentence would be twice as many as the free tier takes in a minute."""
    async with SpeechService(synthesis=AZURE) as service, calling(service.url) as client:
        heard = await hear(client, Texts([SENTENCE] * 40, pause=1.5))
        minutes = heard.seconds / 60
        assert heard.timeline.requests < 20 * minutes
        assert heard.timeline.gap == 0.0


async def test_text_that_waits_for_sound_ahead_is_asked_for_in_time() -> None:
    async with SpeechService(synthesis=AZURE) as service, calling(service.url) as client:
        texts = Texts([SENTENCE * 3, "And this.", ""], pause=1.0)
        await hear(client, texts)
        first, second = service.syntheses[0].turns
        heard_until = first.asked_at + 0.2 + len(SENTENCE * 3) / 15
        assert second.asked_at <= heard_until - RESERVE + 0.5


# --- the connection


async def test_connection_is_kept_for_the_next_answer() -> None:
    async with SpeechService() as service, calling(service.url) as client:
        for _ in range(3):
            assert (await hear(client)).error is None
        assert len(service.attempts) == 1


async def test_connection_serves_any_voice_and_format() -> None:
    other = SynthesisOptions(voice="de-DE-KatjaNeural", output_format=OutputFormat.RAW_48KHZ)
    async with SpeechService() as service, calling(service.url) as client:
        assert (await hear(client)).error is None
        assert (await hear(client, options=other)).error is None
        assert len(service.attempts) == 1


async def test_connection_that_was_opened_early_is_used() -> None:
    async with SpeechService(behaviours=[Behaviour(delay=0.5)]) as service, calling(service.url) as client:
        await client.prepare(OPTIONS)
        await client.prepare(OPTIONS)
        (connection,) = service.syntheses
        await service.until(lambda: connection.config is not None)
        heard = await hear(client)
        assert heard.heard_from is not None
        assert heard.heard_from < 0.1
        assert len(service.attempts) == 1


async def test_recognition_and_speech_keep_a_connection_each() -> None:
    async with SpeechService() as service, calling(service.url) as client:
        await client.check()
        for _ in range(2):
            await hear(client)
        assert len(service.syntheses) == 1


async def test_connection_is_held_while_the_agent_thinks() -> None:
    async with SpeechService() as service, calling(service.url) as client:
        heard = await hear(client, Texts(pause=IDLE_LIMIT - 1))
        assert (heard.text, len(service.attempts)) == (TOLD, 1)


@pytest.mark.parametrize("pause", [IDLE_LIMIT * 1.5, AGE_LIMIT + 1])
async def test_connection_is_opened_anew_where_the_agent_thinks_for_long(pause: float) -> None:
    async with SpeechService() as service, calling(service.url) as client:
        heard = await hear(client, Texts(pause=pause))
        assert (heard.text, heard.error) == (TOLD, None)
        assert len(service.attempts) > 1


async def test_old_connection_gets_no_new_turn() -> None:
    async with SpeechService() as service, calling(service.url) as client:
        heard = await hear(client, Texts([SENTENCE] * 12, pause=IDLE_LIMIT - 5))
        assert heard.error is None
        assert len(service.attempts) == 2


@pytest.mark.parametrize("action", [Reset(), Freeze()])
async def test_connection_that_dies_while_the_agent_thinks_is_nobodys_trouble(action: Reset | Freeze) -> None:
    behaviours = [Behaviour(faults=(Fault(Elapsed(FRESH + 3), action),))]
    async with SpeechService(behaviours=behaviours) as service, calling(service.url) as client:
        heard = await hear(client, Texts(pause=10.0))
        assert (heard.text, heard.error) == (TOLD, None)
        assert len(service.attempts) == 2


async def test_link_that_died_amid_the_audio_is_given_up_sooner_than_a_service_that_pauses() -> None:
    """It has answered a ping before, and does so no more."""
    faults = (Fault(AudioSent(20_000), Wait(6.0)), Fault(AudioSent(40_000), Freeze()))
    async with SpeechService(behaviours=[Behaviour(faults=faults)]) as service, calling(service.url) as client:
        heard = await hear(client)
        assert (heard.error, heard.text.replace(". ", ".")) == (None, TOLD)
        assert heard.seconds == pytest.approx(6.0 + LINK, abs=0.1)
        assert len(service.attempts) == 2


# --- back pressure


async def test_text_is_pulled_while_it_is_spoken_and_not_without_an_end() -> None:
    taken = 0

    async def endless() -> AsyncGenerator[str]:
        nonlocal taken
        while True:
            taken += 1
            yield SENTENCE

    async with SpeechService(synthesis=AZURE) as service, calling(service.url) as client:
        await hear(client, endless(), leave_after=100_000)
        assert len(SENTENCE) * taken < MAX_TEXT + 3 * TOGETHER


@pytest.mark.parametrize("text", ["", "..."])
async def test_source_of_nothing_for_ever_does_not_keep_the_loop_to_itself(text: str) -> None:
    async def nothing() -> AsyncGenerator[str]:
        while True:
            yield text

    async with SpeechService() as service, calling(service.url) as client:
        speaking = asyncio.create_task(hear(client, nothing()))
        await service.until(lambda: len(service.syntheses) == 1)
        speaking.cancel()
        await asyncio.wait([speaking])


async def test_caller_who_is_too_slow_is_waited_for() -> None:
    synthesis = Synthesis(speaker=ScriptedSpeaker(0.5))
    async with SpeechService(synthesis=synthesis) as service, calling(service.url) as client:
        sound = client.speak(Texts(["many words " * 50] * 9), OPTIONS)
        async with aclosing(sound):
            read = len(await anext(sound))
            await asyncio.sleep(100.0)
            sent = sum(len(turn.audio) for turn in service.syntheses[0].turns)
            assert sent < 3 * MAX_SOUND
            async for piece in sound:
                read += len(piece)
        assert read > 9 * 550 * 0.5 * 48_000 * 0.9


# --- the source


async def test_source_that_fails() -> None:
    async def failing() -> AsyncGenerator[str]:
        yield STORY[0]
        await asyncio.sleep(1.0)
        raise ValueError("the agent is gone")

    async with SpeechService() as service, calling(service.url) as client:
        heard = await hear(client, failing())
        assert isinstance(heard.error, TextSourceError)
        assert isinstance(heard.error.__cause__, ValueError)
        assert "agent" not in str(heard.error)
        assert heard.text == STORY[0]


async def test_source_that_is_cancelled() -> None:
    async def cancelled() -> AsyncGenerator[str]:
        yield STORY[0]
        raise asyncio.CancelledError

    async with SpeechService() as service, calling(service.url) as client:
        assert isinstance((await hear(client, cancelled())).error, TextSourceError)


@pytest.mark.parametrize("texts", [[], [""], ["...", " "]])
async def test_nothing_to_say_is_no_error(texts: list[Text]) -> None:
    async with SpeechService() as service, calling(service.url) as client:
        heard = await hear(client, Texts(texts))
        assert (heard.error, heard.stream) == (None, header(24_000, 0xFFFF_FFFF))
        assert asked(service) == []


# --- its end


async def test_many_at_once_do_not_mix() -> None:
    texts = [f"This is what number {number} says." for number in range(30)]
    async with SpeechService(synthesis=AZURE) as service, calling(service.url) as client:
        answers = await asyncio.gather(*(hear(client, Texts([text, text], pause=1.0)) for text in texts))
        read = [ScriptedSpeaker(1 / 15).heard(heard.pcm, 24_000) for heard in answers]
        assert read == [text * 2 for text in texts]
        assert len(service.attempts) == len(texts)


async def test_client_that_is_closed_ends_its_answers() -> None:
    async with SpeechService(synthesis=AZURE) as service, calling(service.url) as client:
        texts = Texts(pause=1.0)
        answer = asyncio.create_task(hear(client, texts))
        await asyncio.sleep(0.5)
        await client.close()
        assert isinstance((await answer).error, ConnectionFailedError)
        assert texts.closed
        texts = Texts()
        assert isinstance((await hear(client, texts)).error, ConnectionFailedError)
        assert texts.closed
        await client.prepare(OPTIONS)
        assert len(service.attempts) == 1


async def test_service_that_is_as_fast_as_the_line_is_no_flood() -> None:
    synthesis = Synthesis(speaker=ScriptedSpeaker(1 / 15), delivery=Delivery(slice_size=8192))
    options = SynthesisOptions(voice=VOICE, output_format=OutputFormat.RAW_48KHZ)
    async with SpeechService(synthesis=synthesis) as service, calling(service.url) as client:
        heard = await hear(client, Texts([SENTENCE] * 100), options)
        assert heard.error is None
        assert len(heard.pcm) / 8192 * 2 > MESSAGE_RESERVE
