"""What a voice is to say: out of the text as it comes, in sentences, however often it has to begin again."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator

from homeassistant.exceptions import HomeAssistantError
import pytest

from custom_components.azure_speech_live.speech import Fragment
from custom_components.azure_speech_live.speech.synthesis.texts import pieces_of, said as spoken
from custom_components.azure_speech_live.voice import script
from custom_components.azure_speech_live.voice.pronunciation import Pronunciations
from custom_components.azure_speech_live.voice.script import Script

NONE = Pronunciations()


async def written(*pieces: str) -> AsyncGenerator[str]:
    """Write a text."""
    for piece in pieces:
        yield piece


async def said(
    message: AsyncIterator[str], language: str = "en-US", pronunciations: Pronunciations = NONE
) -> list[str]:
    """Return the sentences of a text, their sounds in slashes."""
    text = Script(message, language, pronunciations)
    try:
        return [
            "".join(piece if isinstance(piece, str) else f"/{piece.ipa}/" for piece in pieces_of(sentence))
            async for sentence in text.texts()
        ]
    finally:
        await text.aclose()


async def test_a_text_is_its_sentences_as_people_hear_them() -> None:
    pieces = written("**The li", "ght** is on. It", " is 21.5 °C. \U0001f600")
    assert [sentence.strip() for sentence in await said(pieces)] == ["The light is on.", "It is 21.5 degrees Celsius."]


async def test_numbers_are_those_of_the_language() -> None:
    assert await said(written("Es sind -12.5 °C."), "de-DE") == ["Es sind minus 12,5 Grad Celsius."]


async def test_the_household_pronounces_its_words() -> None:
    own = Pronunciations.parse(["light => lite", "hall => /hol/"])
    assert await said(written("The light in the hall."), pronunciations=own) == ["The lite in the /hol/."]


async def test_it_is_read_from_its_beginning_again() -> None:
    text = Script(written("One. ", "Two. ", "Three."), "en-US", NONE)
    first = [sentence async for sentence in text.texts()]
    assert [sentence async for sentence in text.texts()] == first
    assert text.is_written
    await text.aclose()


async def test_a_sentence_is_there_before_the_next_one_is_written() -> None:
    more = asyncio.Event()

    async def message() -> AsyncGenerator[str]:
        yield "The light is on. And"
        await more.wait()
        yield " off."

    text = Script(message(), "en-US", NONE)
    sentences = text.texts()
    assert await anext(sentences) == ["The light is on."]
    assert not text.is_written
    more.set()
    assert await anext(sentences) == ["And off."]
    await text.aclose()


async def test_in_fragments_a_sentence_is_there_before_it_is_written() -> None:
    more = asyncio.Event()

    async def message() -> AsyncGenerator[str]:
        yield "The light in the hall is"
        await more.wait()
        yield " on. And off."

    text = Script(message(), "en-US", NONE, in_fragments=True)
    texts = text.texts()
    assert await anext(texts) == Fragment(("The light in ",))
    more.set()
    assert [text async for text in texts] == [["the hall is on."], ["And off."]]
    await text.aclose()


async def test_a_whole_sentence_is_not_kept_back_in_a_pause(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(script, "PAUSE", 0.05)
    more = asyncio.Event()

    async def message() -> AsyncGenerator[str]:
        yield "I look that up."
        await more.wait()

    text = Script(message(), "en-US", NONE)
    assert await anext(text.texts()) == ["I look that up."]
    more.set()
    await text.aclose()


async def test_who_writes_is_not_cut_off_when_nobody_reads_any_more_at_once() -> None:
    """A voice may have to begin again: what is written meanwhile is not lost."""
    more = asyncio.Event()

    async def message() -> AsyncGenerator[str]:
        yield "One. "
        await more.wait()
        yield "Two."

    text = Script(message(), "en-US", NONE)
    reader = text.texts()
    assert await anext(reader) == ["One."]
    waiting = asyncio.ensure_future(anext(reader))
    await asyncio.sleep(0)
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    more.set()
    assert [sentence async for sentence in text.texts()] == [["One."], ["Two."]]
    await text.aclose()


async def test_what_the_source_raises_is_raised_behind_what_it_gave() -> None:
    async def message() -> AsyncGenerator[str]:
        yield "One. Two"
        raise HomeAssistantError("tired")

    text = Script(message(), "en-US", NONE)
    sentences = text.texts()
    assert await anext(sentences) == ["One."]
    with pytest.raises(HomeAssistantError, match="tired"):
        await anext(sentences)
    await text.aclose()


async def test_a_text_has_a_limit() -> None:
    with pytest.raises(HomeAssistantError) as caught:
        await said(written("a" * script.MAX_TEXT, "b"))
    assert caught.value.translation_key == "text_too_long"
    assert "".join(await said(written("a" * script.MAX_TEXT))) == "a" * script.MAX_TEXT


async def test_a_text_that_goes_on_for_ever_in_silence_ends(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(script, "PAUSE", 0.01)
    monkeypatch.setattr(script, "TEXT_LIMIT", 0.01)
    closed = asyncio.Event()

    async def message() -> AsyncGenerator[str]:
        try:
            yield "One"
            await asyncio.Event().wait()
        finally:
            closed.set()

    assert await said(message()) == ["One"]
    assert closed.is_set()
    assert "No more text" in caplog.text
    assert "One" not in caplog.text


async def test_a_text_of_nothing_for_ever_ends(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(script, "TEXT_LIMIT", 0.01)
    monkeypatch.setattr(script, "PAUSE", 0.01)

    async def message() -> AsyncGenerator[str]:
        yield "One"
        while True:
            yield ""

    assert await said(message()) == ["One"]
    assert "No more text" in caplog.text


async def test_a_sentence_without_an_end_is_said_in_parts_until_it_is_too_long() -> None:
    async def message() -> AsyncGenerator[str]:
        while True:
            yield "word "

    text = Script(message(), "en-US", NONE)
    longest = size = 0

    async def read() -> None:
        nonlocal longest, size
        async for sentence in text.texts():
            longest = max(longest, len(spoken(pieces_of(sentence))))
            size += len(spoken(pieces_of(sentence)))

    with pytest.raises(HomeAssistantError) as caught:
        await read()
    await text.aclose()
    assert caught.value.translation_key == "text_too_long"
    assert longest <= script.MAX_SENTENCE
    assert script.MAX_TEXT - size < 2 * script.MAX_SENTENCE


async def test_a_long_piece_is_not_read_in_one_go() -> None:
    """Others have their turns meanwhile."""
    turns = 0

    async def others() -> None:
        nonlocal turns
        while True:
            turns += 1
            await asyncio.sleep(0)

    waiting = asyncio.create_task(others())
    await said(written("The light is on. " * 1000))
    waiting.cancel()
    assert turns >= 17_000 / script.AT_A_TIME


async def test_closing_ends_the_reading() -> None:
    closed = asyncio.Event()

    async def message() -> AsyncGenerator[str]:
        try:
            await asyncio.Event().wait()
            yield ""
        finally:
            closed.set()

    text = Script(message(), "en-US", NONE)
    await asyncio.sleep(0.01)
    await text.aclose()
    assert closed.is_set()
    assert text.is_written


async def test_another_engine_gets_the_words_from_any_sentence_on() -> None:
    """The same sentences, as they are written: it knows no sounds."""
    sounds = Pronunciations.parse(["light => /lait/"])
    text = Script(written("The **light** is on. ", "It is late. ", "Good night."), "en-US", sounds)
    assert [[words async for words in text.words(begin)] for begin in range(4)] == [
        ["The light is on. ", "It is late. ", "Good night. "],
        ["It is late. ", "Good night. "],
        ["Good night. "],
        [],
    ]
    await text.aclose()


async def test_fragments_are_a_sentence_when_it_has_ended() -> None:
    pieces = ["The light in the kitchen ", "is now on again and ", "stays so. ", "It is late and ", "dark outside now"]
    text = Script(written(*pieces), "en-US", NONE, in_fragments=True)
    texts = [text async for text in text.texts()]
    assert any(isinstance(text, Fragment) for text in texts)
    whole, rest, none = ["".join([words async for words in text.words(begin)]) for begin in range(3)]
    assert (
        " ".join(whole.split())
        == "The light in the kitchen is now on again and stays so. It is late and dark outside now"
    )
    assert " ".join(rest.split()) == "It is late and dark outside now"
    assert none == ""
    await text.aclose()
