"""A text that goes to the service piece by piece: what is sent, and what is left of it where the sound breaks off."""

from collections.abc import Iterable
from dataclasses import replace
import json
from pathlib import Path
from typing import Any, Final

import pytest

from custom_components.azure_speech_live.speech import Phoneme, SynthesisOptions
from custom_components.azure_speech_live.speech.synthesis.metadata import entries
from custom_components.azure_speech_live.speech.synthesis.text_stream import TextStream
from custom_components.azure_speech_live.speech.wire.messages import Message, json_message

from .speaking import OPTIONS

RECORDINGS: Final = Path(__file__).parents[2] / "speech_service" / "synthesis" / "recordings"
STREAMED: Final = replace(OPTIONS, text_streaming=True)
SENTENCES: Final = ("One, two. ", "And three. ", "At last, four. ")


def stream_of(*sentences: str) -> TextStream:
    stream = TextStream(STREAMED)
    for number, sentence in enumerate(sentences):
        stream.feed((sentence,), number, whole=True)
    return stream


def note(stream: TextStream, metadata: Message) -> None:
    """Let a turn tell of it."""
    for kind, data in entries(metadata):
        stream.progress.note(kind, data)


def recorded(name: str) -> list[tuple[str, str, str]]:
    """Return what an SDK said in a turn: paths, types and bodies."""
    lines = [json.loads(line) for line in (RECORDINGS / f"{name}.jsonl").read_text().splitlines()]
    said = [(dict(line["headers"]), line["body"]) for line in lines if line["type"] == "text"]
    return [
        (headers["Path"], headers.get("Content-Type", ""), body)
        for headers, body in said
        if headers["Path"] not in ("speech.config", "telemetry")
    ]


def words(*told: tuple[str, float], kind: str = "WordBoundary") -> Message:
    """Return the message that tells of words, and of when each is said."""
    entries = [
        {"Type": kind, "Data": {"Offset": round(moment * 10_000_000), "text": {"Text": word}}} for word, moment in told
    ]
    return json_message("audio.metadata", {"Metadata": entries}, "f" * 32)


def leaves(value: object, name: str = "") -> Iterable[tuple[str, object]]:
    """Yield the values in a JSON document. The SDKs do not agree on whether booleans are texts."""
    if isinstance(value, dict):
        for key, item in value.items():
            yield from leaves(item, f"{name}.{key}")
    else:
        yield name, str(value).lower()


# --- what is sent


@pytest.mark.parametrize("sdk", ["native", "javascript"])
def test_messages_are_those_of_the_sdks(sdk: str) -> None:
    context, *pieces, end = recorded(f"textstream-props.{sdk}")
    stream = TextStream(
        SynthesisOptions(
            voice=OPTIONS.voice,
            language="en-US" if sdk == "javascript" else None,
            mixed=sdk == "native",
            style="cheerful",
            rate=1.2,
            pitch=1.1,
            output_format=OPTIONS.output_format,
            text_streaming=True,
        )
    )
    ours, theirs = dict(leaves(stream.context())), dict(leaves(json.loads(context[2])))
    different = {name for name, _ in ours.items() ^ theirs.items()}
    # Words tell how far the sound is; the others are in no setting of ours.
    own = {"audio.metadataOptions.wordBoundaryEnabled", "input.volume", "input.temperature"}
    own |= {"input.customLexiconUrl", "input.preferLocales"}
    assert different == {f".synthesis.{name}" for name in own}

    stream.feed(("Hi.",), len(stream.text), whole=False)
    sent = stream.messages("f" * 32)
    stream.feed((" You",), len(stream.text), whole=False)
    stream.end()
    sent += stream.messages("f" * 32)
    assert [(message.path, message.content_type, message.body) for message in sent] == [*pieces, end]
    assert {message.request_id for message in sent} == {"f" * 32}


@pytest.mark.parametrize(
    ("manner", "expected"),
    [
        ({"volume": 0.8}, {"volume": "-20%"}),
        ({"rate": 0.5, "pitch": 0.9}, {"rate": "0.5", "pitch": "-10%"}),
        ({"voice": "en-US-Ava:DragonHDLatestNeural", "rate": 0.5}, {"voiceName": "en-US-Ava:DragonHDLatestNeural"}),
        ({"mixed": False, "language": "de-DE"}, {"language": "de-DE"}),
        ({"mixed": False}, {"language": "en-US"}),
        ({"style": "sad", "degree": 2, "role": "Girl"}, {"style": "sad"}),
    ],
)
def test_manner_is_text_where_the_voice_has_it(manner: dict[str, Any], expected: dict[str, str]) -> None:
    plain = {"bidirectionalStreamingMode": True, "voiceName": OPTIONS.voice, "language": ""}
    assert TextStream(replace(STREAMED, **manner)).context()["synthesis"]["input"] == plain | expected


def test_text_is_plain_and_sentences_stay_apart() -> None:
    stream = TextStream(STREAMED)
    stream.feed(("Jack & <b>",), len(stream.text), whole=True)
    stream.feed(("I say ", Phoneme("Knäckebröd", "knɛkəbrøt")), len(stream.text), whole=False)
    stream.feed((".\0\ud800",), len(stream.text), whole=True)
    assert stream.text == "Jack & <b> I say Knäckebröd. "
    assert [message.body for message in stream.messages("f")] == ["Jack & <b> I say Knäckebröd. "]
    assert stream.messages("f") == []


def test_a_message_is_not_too_large() -> None:
    stream = stream_of("\N{GRINNING FACE}" * 50_000)
    bodies = [str(message.body) for message in stream.messages("f")]
    assert "".join(bodies) == stream.text
    assert max(len(body.encode()) for body in bodies) < 65_000


def test_what_was_not_taken_is_sent_again() -> None:
    stream = stream_of(*SENTENCES)
    stream.end()
    sent = stream.messages("f")
    stream.rewind()
    assert stream.messages("f") == sent
    assert [message.path for message in sent] == ["text.piece", "text.end"]


def test_a_turn_has_ten_minutes() -> None:
    """What is more comes behind its end."""
    stream = TextStream(STREAMED)
    while not stream.ended:
        stream.feed(
            ("some ten seconds of speech, or even a little more than that, as they are spoken.",),
            len(stream.text),
            whole=True,
        )
    assert 4800 < len(stream.text) < 5000


# --- what is left


def rest(stream: TextStream, heard: float) -> tuple[list[str], float]:
    sentences, begin = stream.rest(heard)
    return ["".join(map(str, sentence)) for sentence in sentences.values()], begin


def test_all_is_left_where_nothing_was_heard() -> None:
    assert rest(stream_of(*SENTENCES), 0.0) == (list(SENTENCES), 0.0)


@pytest.mark.parametrize(
    ("heard", "left", "begin"),
    [(0.5, SENTENCES, 0.1), (1.9, SENTENCES, 0.1), (2.0, SENTENCES[1:], 2.0), (99.0, SENTENCES[2:], 4.0)],
)
def test_the_sentence_that_was_heard_is_left(heard: float, left: tuple[str, ...], begin: float) -> None:
    stream = stream_of(*SENTENCES)
    note(stream, words(("One", 0.1), ("two", 0.5)))
    note(stream, words(("And", 2.0), ("three", 2.5), ("At", 4.0), ("last", 4.4)))
    assert rest(stream, heard) == (list(left), begin)


def test_without_words_all_is_left_as_one() -> None:
    assert rest(stream_of("One.", "Two."), 1.0) == (["One. Two."], 0.0)


def test_words_are_found_in_their_order() -> None:
    stream = stream_of("It is on.", "It is off.", "It is.")
    note(stream, words(("It", 0.0), ("is", 0.5), ("on", 1.0), ("It", 2.0), ("is", 2.5), ("off", 3.0), ("It", 4.0)))
    assert rest(stream, 3.5) == (["It is off.", "It is."], 2.0)


@pytest.mark.parametrize(
    "metadata",
    [
        Message("audio.metadata", "{"),
        words(("far", 1.0)),
        words(("", 1.0)),
        words(("Two", 1.0), kind="SentenceBoundary"),
        json_message("audio.metadata", {"Metadata": [{"Type": "WordBoundary", "Data": {"text": "Two"}}]}),
        json_message("audio.metadata", {"Metadata": {"Type": "WordBoundary"}}),
    ],
)
def test_what_tells_of_no_word_is_passed_over(metadata: Message) -> None:
    stream = stream_of("One. ", "Two. ", "and on " * 20, "far.")
    note(stream, words(("One", 0.1)))
    note(stream, metadata)
    assert rest(stream, 1.5)[1] == 0.1


def test_an_unfinished_sentence_is_left() -> None:
    stream = stream_of("One.")
    stream.feed(("And then ",), len(stream.text), whole=False)
    note(stream, words(("One", 0.0), ("And", 1.0)))
    assert rest(stream, 1.5) == (["And then "], 1.0)
    assert stream.is_amid_sentence


def test_whether_all_may_be_spoken() -> None:
    stream = stream_of("One.", "Two.")
    assert not stream.may_be_spoken
    note(stream, words(("One", 0.0), ("Two", 1.0)))
    assert stream.may_be_spoken
    stream.feed(("And ",), len(stream.text), whole=False)
    assert not stream.may_be_spoken
    stream.end()
    assert not stream.may_be_spoken
    note(stream, words(("And", 2.0)))
    assert stream.may_be_spoken
    silent = stream_of("One.")
    silent.end()
    assert silent.may_be_spoken
