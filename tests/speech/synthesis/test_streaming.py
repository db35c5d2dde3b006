"""Text streaming over a real socket: sound while the text is written, and by sentences where that is not taken."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import replace
from typing import Final

import pytest

from custom_components.azure_speech_live.speech import Fragment, OutputFormat, Phoneme, Text
from custom_components.azure_speech_live.speech.synthesis.streamed_turn import FIRST_SOUND
from custom_components.azure_speech_live.speech.synthesis.untaken import FORGOTTEN_AFTER
from tests.speech_service import Behaviour, Delivery, Fault, ScriptedSpeaker, SpeechService, Synthesis
from tests.speech_service.faults import Action, AudioSent, Before, Close, Drop, Elapsed, Received, Refuse, Reset, Say
from tests.speech_service.synthesis.delivery import DELIVERIES, Listens

from ..caller import STORY, calling
from ..listener import TOLD, Heard, Texts, hear
from .streaming_faults import STREAMED

V2: Final = "/cognitiveservices/websocket/v2"
AZURE: Final = replace(DELIVERIES["azure"], trailing_silence=0.0)
NEVER: Final = Synthesis(delivery=Delivery(listens=Listens.NEVER))
WORDS: Final = "The light in the kitchen is on, and it is warm. The heating is off until six. Good night, all of you."


def fragments(text: str, size: int = 2) -> list[Text]:
    """Return a text so many words at a time, with the ends of its sentences."""
    given: list[Text] = []
    for sentence in text.split(". "):
        words = f"{sentence.removesuffix('.')}.".split()
        parts = [" ".join(words[at : at + size]) for at in range(0, len(words), size)]
        given += [Fragment((f"{part} ",)) for part in parts[:-1]]
        given.append(parts[-1])
    return given


def read(heard: Heard) -> str:
    """Return what was heard, with one blank between sentences however they came."""
    return heard.text.replace(". ", ".").replace(".", ". ").strip()


def turns(service: SpeechService) -> list[list[str]]:
    """Return what was asked for in each turn: the pieces, or that there was a document."""
    found = [turn for connection in service.syntheses for turn in connection.turns]
    return [turn.pieces or ["ssml"] for turn in sorted(found, key=lambda turn: turn.asked_at)]


def paths(service: SpeechService) -> list[str]:
    """Return where connections were opened."""
    return [attempt.path for attempt in service.attempts]


async def test_one_turn_for_all_of_it() -> None:
    async with SpeechService() as service, calling(service.url) as client:
        heard = await hear(client, Texts(pause=1.0), STREAMED)
        assert (heard.error, read(heard)) == (None, TOLD.replace(".", ". ").strip())
        (connection,) = service.syntheses
        said = [message.path for message in connection.messages]
        assert said == ["speech.config", "synthesis.context", *["text.piece"] * len(STORY), "text.end"]
        assert turns(service) == [[f"{sentence.strip()} " for sentence in STORY]]
        assert paths(service) == [V2]
        assert heard.timeline.requests == 1
        assert heard.timeline.characters == sum(len(sentence.strip()) + 1 for sentence in STORY)


@pytest.mark.parametrize("listens", [Listens.SENTENCE, Listens.PIECE])
async def test_it_is_heard_while_it_is_written(listens: Listens) -> None:
    """Word by word, if the service listens so."""
    synthesis = Synthesis(delivery=replace(AZURE, listens=listens))
    async with SpeechService(synthesis=synthesis) as service, calling(service.url) as client:
        heard = await hear(client, Texts(fragments(WORDS), pause=0.5), STREAMED)
        assert (heard.error, read(heard)) == (None, WORDS)
        assert heard.heard_from == pytest.approx(0.2 + (2.5 if listens is Listens.SENTENCE else 0.0), abs=0.05)


@pytest.mark.parametrize("pause", [FIRST_SOUND + 1, 30.0, 100.0])
async def test_who_writes_may_pause(pause: float) -> None:
    """Also amid a sentence: that is no failure of the service's."""
    async with SpeechService() as service, calling(service.url) as client:
        heard = await hear(client, Texts(fragments(WORDS, 6), pause=pause), STREAMED)
        assert (heard.error, read(heard)) == (None, WORDS)
        assert len(turns(service)) == 1
        assert heard.timeline.gap < 0.1


async def test_no_text_is_not_asked_for() -> None:
    async with SpeechService() as service, calling(service.url) as client:
        heard = await hear(client, Texts(["", "...", Fragment((" ",))]), STREAMED)
        assert (heard.error, heard.pcm) == (None, b"")
        assert turns(service) == []


async def test_markup_and_sounds_are_plain_text() -> None:
    texts: list[Text] = ["Jack & Jones < Temp;", ["I say ", Phoneme("Knäckebröd", "knɛkəbrøt"), " & AT&amp;T."]]
    async with SpeechService() as service, calling(service.url) as client:
        heard = await hear(client, Texts(texts), STREAMED)
        assert heard.text.strip() == "Jack & Jones < Temp; I say Knäckebröd & AT&amp;T."
        assert turns(service) == [["Jack & Jones < Temp; I say Knäckebröd & AT&amp;T. "]]


@pytest.mark.real_clock  # the stand-in has it made by a process
async def test_mp3() -> None:
    options = replace(STREAMED, output_format=OutputFormat.MP3_24KHZ)
    async with SpeechService() as service, calling(service.url) as client:
        heard = await hear(client, options=options)
        assert heard.error is None
        assert heard.stream == bytes(service.syntheses[0].turns[0].audio)


async def test_what_is_longer_than_a_turn_goes_on_by_sentences() -> None:
    text = " ".join(
        f"This is sentence number {number} of a long story, and it says nothing else." for number in range(99)
    )
    synthesis = Synthesis(speaker=ScriptedSpeaker(0.004))
    async with SpeechService(synthesis=synthesis) as service, calling(service.url) as client:
        heard = await hear(client, Texts(fragments(text, 99)), STREAMED)
        assert heard.error is None
        said = ScriptedSpeaker(0.004).heard(heard.pcm, 24_000)
        assert said.replace(" ", "") == text.replace(" ", "")
        first, *others = turns(service)
        assert len("".join(first)) > 4000
        assert others == [["ssml"]] * len(others) != []
        assert paths(service)[0] == V2
        assert V2 not in paths(service)[1:]


# --- what breaks


@pytest.mark.parametrize("pause", [0.0, 0.3])
@pytest.mark.parametrize(
    ("listens", "size"),
    [
        *((Listens.SENTENCE, size) for size in range(1, 96_000, 9_701)),
        # A letter that is written anew looks otherwise, where the text was cut elsewhere before it.
        *((Listens.PIECE, size) for size in range(960, 96_000, 9_600)),
    ],
)
async def test_lost_anywhere_nothing_is_lost_or_said_twice(listens: Listens, size: int, pause: float) -> None:
    """Also amid a sentence that is not written yet."""
    behaviours = [Behaviour(faults=(Fault(AudioSent(size), Reset()),))]
    synthesis = Synthesis(delivery=Delivery(listens=listens))
    async with SpeechService(behaviours=behaviours, synthesis=synthesis) as service, calling(service.url) as client:
        heard = await hear(client, Texts(fragments(WORDS), pause=pause), STREAMED)
        assert (heard.error, read(heard)) == (None, WORDS)
        assert len(heard.pcm) % 2 == 0
        assert len(paths(service)) == 2


@pytest.mark.parametrize("told", [True, False])
@pytest.mark.parametrize("size", [1_000_000, 2_000_000])
async def test_rest_that_takes_several_turns_is_not_said_twice(size: int, *, told: bool) -> None:
    text = f"{' '.join(f'and {number}' for number in range(300))}."
    untold = tuple(Fault(Before("audio.metadata", number + 1), Drop()) for number in range(700))
    behaviour = Behaviour(faults=(*(() if told else untold), Fault(AudioSent(size), Reset())))
    async with SpeechService(behaviours=[behaviour]) as service, calling(service.url) as client:
        heard = await hear(client, Texts([text, "Well."]), STREAMED)
        assert len(turns(service)) > 2
        assert (heard.error, heard.text.replace(" ", "")) == (None, f"{text}Well.".replace(" ", ""))


async def test_sentence_that_broke_is_the_first_that_is_asked_for_again() -> None:
    behaviours = [Behaviour(faults=(Fault(AudioSent(60_000), Reset()),))]
    async with SpeechService(behaviours=behaviours) as service, calling(service.url) as client:
        heard = await hear(client, Texts(fragments(WORDS, 99)), STREAMED)
        assert read(heard) == WORDS
        again = service.syntheses[1].turns[0].ssml
        assert "The light" not in again
        assert "The heating is off until six." in again


@pytest.mark.parametrize(("action", "again"), [(Say("turn.end", "{}"), 0), (Close(1000), 1), (Reset(), 1)])
async def test_turn_may_end_while_who_writes_pauses(action: Action, again: int) -> None:
    """The rest goes by sentences, and so does the last one if its turn was not ended by the service."""
    behaviours = [Behaviour(faults=(Fault(Elapsed(5.0), action),))]
    async with SpeechService(behaviours=behaviours) as service, calling(service.url) as client:
        heard = await hear(client, Texts(pause=10.0), STREAMED)
        assert (heard.error, read(heard)) == (None, TOLD.replace(".", ". ").strip())
        assert turns(service) == [[f"{STORY[0].strip()} "], *[["ssml"]] * (again + 2)]
        assert len(paths(service)) == 2


# --- what is learned


async def test_not_taken_is_remembered_for_a_while() -> None:
    async with SpeechService(synthesis=NEVER) as service, calling(service.url) as client:
        first, second = await hear(client, options=STREAMED), await hear(client, options=STREAMED)
        assert first.seconds == pytest.approx(FIRST_SOUND, abs=0.1)
        assert second.seconds < 0.1
        assert paths(service).count(V2) == 1
        await asyncio.sleep(FORGOTTEN_AFTER)
        await hear(client, options=STREAMED)
        assert paths(service).count(V2) == 2


async def test_it_is_remembered_of_one_voice() -> None:
    async with SpeechService(synthesis=NEVER) as service, calling(service.url) as client:
        await hear(client, options=STREAMED)
        await hear(client, options=replace(STREAMED, voice="de-DE-KatjaNeural", mixed=False))
        assert paths(service).count(V2) == 2


@pytest.mark.parametrize(
    ("behaviour", "learned"),
    [
        (Behaviour(answer=Refuse(404)), True),
        (Behaviour(answer=Refuse(403)), True),
        (Behaviour(faults=(Fault(Received("text.piece"), Close(1007, "no")),)), True),
        (Behaviour(answer=Refuse(503)), False),
        (Behaviour(answer=Reset()), False),
        (Behaviour(faults=(Fault(Received("text.piece"), Reset()),)), False),
        (Behaviour(faults=(Fault(AudioSent(10_000), Close(1007, "no")),)), False),
    ],
)
async def test_trouble_is_not_taken_for_that(behaviour: Behaviour, *, learned: bool) -> None:
    async with SpeechService(behaviours=[behaviour]) as service, calling(service.url) as client:
        for _ in range(2):
            assert (await hear(client, options=STREAMED)).error is None
        assert paths(service).count(V2) == (1 if learned else 2)


async def test_connection_is_opened_early_where_it_is_used() -> None:
    async with SpeechService(synthesis=NEVER) as service, calling(service.url) as client:
        await client.prepare(STREAMED)
        assert paths(service) == [V2]
        await hear(client, options=STREAMED)
        assert len(paths(service)) == 2
        await client.prepare(STREAMED)
        assert len(paths(service)) == 2


# --- stop


async def test_stop_is_stop() -> None:
    synthesis = Synthesis(delivery=replace(AZURE, listens=Listens.PIECE))
    async with SpeechService(synthesis=synthesis) as service, calling(service.url) as client:
        closed = asyncio.Event()

        async def writer() -> AsyncGenerator[Text]:
            try:
                for fragment in fragments(WORDS) * 9:
                    yield fragment
                    await asyncio.sleep(0.5)
            finally:
                closed.set()

        sound = client.speak(writer(), STREAMED)
        async with aclosing(sound):
            await anext(sound)
            await anext(sound)
        assert closed.is_set()
        (connection,) = service.syntheses
        await service.until(lambda: connection.closed)
        said = len(connection.messages)
        heard = await hear(client, options=STREAMED)
        assert read(heard) == TOLD.replace(".", ". ").strip()
        assert len(connection.messages) == said
