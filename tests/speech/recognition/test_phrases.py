"""Phrases: whatever the service's JSON says of a recognition is read, in the best sense that it has, or refused."""

from collections.abc import Mapping
import json
import math
from typing import Any

from hypothesis import example, given, strategies as st
import pytest

from custom_components.azure_speech_live.speech import (
    Hypothesis,
    Phrase,
    QuotaError,
    RecognitionStatus,
    RequestRefusedError,
    ServiceError,
    SpeechError,
    ThrottledError,
    UnusableMessageError,
)
from custom_components.azure_speech_live.speech.recognition.phrases import MAX_ALTERNATIVES, hypothesis, phrase
from custom_components.azure_speech_live.speech.wire.limits import MAX_SPEAKER, MAX_TRANSCRIPT, MAX_WORDS
from custom_components.azure_speech_live.speech.wire.messages import Message, json_body, json_object

from ..wire.test_messages import TIMES, assert_bounded, json_values

ticks = st.integers() | st.floats() | st.booleans() | st.none() | st.text() | st.just([1])
times = {"Offset": ticks, "Duration": ticks}
known = st.sampled_from([*RecognitionStatus, "Error", "TooManyRequests", "BadRequest", "Forbidden", "Busy", "success"])
word = st.fixed_dictionaries({}, optional={"Word": st.text(), "DisplayText": json_values} | times)
candidate = st.fixed_dictionaries(
    {},
    optional={
        **dict.fromkeys(("Confidence", "Lexical", "ITN", "MaskedITN", "Display"), json_values),
        **dict.fromkeys(("Words", "DisplayWords"), st.lists(word | json_values, max_size=3) | json_values),
    },
)
bodies = st.fixed_dictionaries(
    {},
    optional={
        "RecognitionStatus": known | json_values,
        "DisplayText": st.text() | json_values,
        "Text": st.text() | json_values,
        **times,
        "SpeakerId": st.text() | json_values,
        "NBest": st.lists(candidate, max_size=3) | json_values,
        "PrimaryLanguage": st.fixed_dictionaries({"Language": json_values}) | json_values,
    },
)


def assert_sane(event: Hypothesis | Phrase) -> None:
    """Assert that an event is what a caller may rely on."""
    for seconds in (event.offset, event.duration):
        assert isinstance(seconds, float)
        assert math.isfinite(seconds)
        assert seconds >= 0
    assert len(event.text) <= MAX_TRANSCRIPT
    for text in texts(event):
        text.encode()  # a text that cannot be stored or sent on would break who gets it
    assert event.language is None or (event.language and event.language.isprintable())
    assert event.speaker is None or (event.speaker.isprintable() and 0 < len(event.speaker) <= MAX_SPEAKER)
    if isinstance(event, Phrase):
        assert event.confidence is None or 0 <= event.confidence <= 1
        assert len(event.words) <= MAX_WORDS
        assert [word.offset for word in event.words] == sorted(word.offset for word in event.words)
        assert all(word.text and math.isfinite(word.offset + word.duration) for word in event.words)
        assert len(event.alternatives) <= MAX_ALTERNATIVES
        for other in event.alternatives:
            assert other.text
            assert (other.status, other.alternatives) == (RecognitionStatus.SUCCESS, ())
            assert (other.offset, other.duration) == (event.offset, event.duration)
            assert_sane(other)


def texts(event: Hypothesis | Phrase) -> list[str]:
    every = [event.text, event.language]
    if isinstance(event, Phrase):
        every += [event.lexical, event.itn, event.masked_itn, *(word.text for word in event.words)]
        every += [text for other in event.alternatives for text in texts(other)]
    return [text for text in every if text is not None]


@given(bodies)
@example({"RecognitionStatus": "Success", "DisplayText": "\ud800", "NBest": [{"Lexical": "\udfff"}]})
def test_any_phrase_is_sane_or_refused(body: dict[str, Any]) -> None:
    wire = json_body(Message("speech.phrase", json.dumps(body)))  # with NaN, Infinity and lone surrogates as they come
    try:
        said = phrase(wire)
    except SpeechError as err:
        assert_bounded(str(err))
    else:
        assert_sane(said)
        assert phrase(json_object(json.dumps(body).encode(), "the answer")) == said  # as the REST API has it


@given(bodies)
@example({"Text": "\ud800 \udc00"})
def test_any_hypothesis_is_sane_or_refused(body: dict[str, Any]) -> None:
    wire = json_body(Message("speech.hypothesis", json.dumps(body)))
    try:
        said = hypothesis(wire)
    except UnusableMessageError as err:
        assert_bounded(str(err))
    else:
        assert_sane(said)


@pytest.mark.parametrize(("value", "seconds"), TIMES)
def test_times(value: object, seconds: float) -> None:
    assert hypothesis({"Text": "", "Offset": value, "Duration": value}) == Hypothesis("", seconds, seconds)
    said = phrase({"RecognitionStatus": "NoMatch", "Offset": value, "Duration": value})
    assert (said.offset, said.duration) == (seconds, seconds)


def test_simple_phrase() -> None:
    # As Microsoft's SDKs accept it (their recordings have one like it).
    body = {
        "Id": "1",
        "RecognitionStatus": "Success",
        "Offset": 1_000_000,
        "Duration": 36_720_000,
        "Channel": 0,
        "DisplayText": "What is the weather?",
        "PrimaryLanguage": {"Language": "en-US", "Confidence": "High"},
    }
    assert phrase(body) == Phrase(
        status=RecognitionStatus.SUCCESS,
        text="What is the weather?",
        offset=0.1,
        duration=3.672,
        language="en-US",
    )


def test_detailed_phrase() -> None:
    best = {"Confidence": 0.97, "Lexical": "it is two", "ITN": "it is 2", "MaskedITN": "it is 2", "Display": "It is 2."}
    body = {"RecognitionStatus": "Success", "NBest": [best, {"Display": "It is too.", "Confidence": 0.1}]}
    other = Phrase(status=RecognitionStatus.SUCCESS, text="It is too.", confidence=0.1)
    said = Phrase(
        status=RecognitionStatus.SUCCESS,
        text="It is 2.",
        alternatives=(other,),
        confidence=0.97,
        lexical="it is two",
        itn="it is 2",
        masked_itn="it is 2",
    )
    assert phrase(body) == said
    assert phrase({**body, "DisplayText": "It is 2."}) == said


NO = {"Confidence": 0.0505, "Lexical": "no", "ITN": "no", "MaskedITN": "no", "Display": "No."}
NOTHING = {"Confidence": 0, "Lexical": "", "ITN": "", "MaskedITN": "", "Display": ""}


@pytest.mark.parametrize("status", [status for status in RecognitionStatus if status != "Success"])
@pytest.mark.parametrize("words", [{}, {"DisplayText": ""}, {"DisplayText": None}, {"NBest": []}, {"NBest": [NOTHING]}])
def test_nothing_is_said_where_there_are_no_words(status: str, words: dict[str, object]) -> None:
    said = phrase({"RecognitionStatus": status, "Duration": 10_000_000, **words})
    assert (said.status, said.text, said.duration) == (status, "", 1.0)


@pytest.mark.parametrize("status", list(RecognitionStatus))
@pytest.mark.parametrize(
    "words",
    [
        {"DisplayText": "No."},
        {"DisplayText": "No.", "Text": None},
        {"DisplayText": "No.", "NBest": None},
        {"DisplayText": "", "Text": "No."},
        {"DisplayText": None, "NBest": [NO]},
        {"DisplayText": "", "NBest": [NOTHING, NO]},
        {"DisplayText": "", "NBest": [None, NOTHING, NO]},
        {"DisplayText": " ", "NBest": [{"Display": " "}, NO]},
        {"NBest": [{"Display": None, "DisplayText": "No."}]},
        {"NBest": [{"Display": "", "MaskedITN": "No."}]},
    ],
)
def test_words_are_found_wherever_they_are(status: str, words: dict[str, object]) -> None:
    said = phrase({"RecognitionStatus": status, **words})
    assert (said.status, said.text) == (status, "No.")


@pytest.mark.parametrize(
    ("best", "others"),
    [
        ([], []),
        (None, []),
        ("Knob.", []),
        ([NO], []),
        ([NO, None, NOTHING, {"Display": "Knob."}], ["Knob."]),
        ([NOTHING, NO, {"Display": "Knob."}], ["Knob."]),  # the one taken is no alternative
        ([NO, {"Display": "no"}, {"Display": "¡No!"}], []),  # nor is another way to write it
        ([NO, {"Display": "Knob."}, {"MaskedITN": "know"}, {"DisplayText": "knob"}], ["Knob.", "know"]),
        ([NO, {"Display": "-5"}, {"Display": "5"}], ["-5", "5"]),
        ([NO, {"Lexical": "know", "ITN": "know"}], []),  # it may be masked where it is written
        ([NO, {"Display": 7}, {"Display": ["Know."]}, {"Display": {}}, {"Display": "..."}], ["7"]),
        ([NO, *({"Display": str(number)} for number in range(20))], [str(number) for number in range(9)]),
    ],
)
@pytest.mark.parametrize("words", [{}, {"DisplayText": "No."}])
def test_what_else_may_have_been_said(best: object, others: list[str], words: dict[str, object]) -> None:
    said = phrase({"RecognitionStatus": "Success", "Offset": 10_000_000, "Duration": 5_000_000, "NBest": best, **words})
    assert [other.text for other in said.alternatives] == others
    assert_sane(said)


def test_numbers_are_texts_and_texts_are_numbers() -> None:
    body = {
        "RecognitionStatus": "0",
        "DisplayText": 20.0,
        "Offset": "10000000",
        "Duration": "20000000.0",
        "NBest": [{"Confidence": "0.5", "Lexical": 20.5, "ITN": True}],
    }
    said = phrase(body)
    assert (said.status, said.text, said.offset, said.duration) == (RecognitionStatus.SUCCESS, "20", 1.0, 2.0)
    assert (said.confidence, said.lexical, said.itn) == (0.5, "20.5", None)
    assert hypothesis({"Text": None, "DisplayText": 7, "Offset": "10000000"}) == Hypothesis("7", 1.0, 0.0)


@pytest.mark.parametrize("text", [True, [], {}, math.inf])
def test_what_is_no_text_is_refused(text: object) -> None:
    with pytest.raises(UnusableMessageError):
        phrase({"RecognitionStatus": "Success", "DisplayText": text})


@pytest.mark.parametrize(
    ("status", "error"),
    [
        ("Error", ServiceError),
        ("ServiceUnavailable", ServiceError),
        ("TooManyRequests", ThrottledError),
        ("BadRequest", RequestRefusedError),
        ("Forbidden", QuotaError),
        (8, QuotaError),
        ("8", QuotaError),
        ("forbidden", QuotaError),
        ("Confused", UnusableMessageError),
        (6, ThrottledError),
        (6.0, ThrottledError),
        (429, ThrottledError),
        ("Too Many Requests", ThrottledError),
        ("too_many_requests", ThrottledError),
        ("Throttled", ThrottledError),
        ("QuotaExceeded", QuotaError),
        ("7", RequestRefusedError),
        ("error", ServiceError),
        ("9", UnusableMessageError),
        (-1, UnusableMessageError),
        (True, UnusableMessageError),
        (200, UnusableMessageError),
        (None, UnusableMessageError),
        ([], UnusableMessageError),
    ],
)
def test_failed_phrase(status: object, error: type[SpeechError]) -> None:
    with pytest.raises(SpeechError) as failed:
        phrase({"RecognitionStatus": status})
    assert type(failed.value) is error


def test_text_is_bounded() -> None:
    long = "a" * (MAX_TRANSCRIPT + 1)
    best = [{"Lexical": long, "ITN": long}, {"Display": f"b{long}"}]
    said = phrase({"RecognitionStatus": "Success", "DisplayText": long, "NBest": best})
    assert [len(text) for text in texts(said)] == [MAX_TRANSCRIPT] * 4
    assert len(hypothesis({"Text": long}).text) == MAX_TRANSCRIPT


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("two\r\nlines", "two lines"),
        ("\u202enot turned\u2069", "not turned"),
        ("half\ud800", "half?"),
        ("क्\u200dष", "क्\u200dष"),
        ("a\u00a0b", "a\u00a0b"),
    ],
)
def test_text_keeps_all_that_is_part_of_words(text: str, kept: str) -> None:
    assert hypothesis({"Text": text}).text == kept


@pytest.mark.parametrize(("value", "confidence"), [(0, 0.0), (1, 1.0), (1.5, None), (-0.5, None), ("none", None)])
def test_confidence(value: object, confidence: float | None) -> None:
    body = {"RecognitionStatus": "Success", "NBest": [{"Display": "Yes.", "Confidence": value}]}
    assert phrase(body).confidence == confidence


# --- who said it


@pytest.mark.parametrize(
    ("value", "speaker"),
    [
        ("Guest-1", "Guest-1"),
        (" Guest-2\n", "Guest-2"),
        (7, "7"),
        ("Unknown", None),
        ("UNKNOWN", None),
        ("", None),
        (" ", None),
        (None, None),
        (True, None),
        (math.inf, None),
        (["Guest-1"], None),
        ({"Id": "Guest-1"}, None),
        ("\u202eGuest\x00-1", "Guest -1"),
        ("x" * 1000, "x" * (MAX_SPEAKER - 1) + "…"),
    ],
)
def test_speaker(value: object, speaker: str | None) -> None:
    assert hypothesis({"Text": "yes", "SpeakerId": value}).speaker == speaker
    assert phrase({"RecognitionStatus": "Success", "DisplayText": "Yes.", "SpeakerId": value}).speaker == speaker


def test_nobody_is_named_where_speakers_are_not_told_apart() -> None:
    assert hypothesis({"Text": "yes"}).speaker is None
    assert phrase({"RecognitionStatus": "Success", "DisplayText": "Yes."}).speaker is None


# --- when which word was said


def timed(text: object, offset: object = 10_000_000, duration: object = 5_000_000, *, name: str = "Word") -> object:
    return {name: text, "Offset": offset, "Duration": duration}


def words_of(best: Mapping[str, object], text: str = "Turn it on.") -> list[tuple[str, float, float]]:
    said = phrase({"RecognitionStatus": "Success", "DisplayText": text, "NBest": [{"Display": text, **best}]})
    return [(word.text, word.offset, word.duration) for word in said.words]


def test_words_are_those_that_are_displayed_or_else_those_that_were_spoken() -> None:
    spoken = [timed("turn"), timed("it", 15_000_000), timed("on", 20_000_000)]
    displayed = [timed("Turn", name="DisplayText"), timed("on.", 20_000_000, name="DisplayText")]
    assert words_of({"Words": spoken}) == [("turn", 1, 0.5), ("it", 1.5, 0.5), ("on", 2, 0.5)]
    assert words_of({"Words": spoken, "DisplayWords": displayed}) == [("Turn", 1, 0.5), ("on.", 2, 0.5)]
    assert words_of({}) == []


def test_words_that_were_spoken_are_not_told_where_one_of_them_is_masked() -> None:
    best = {"Words": [timed("blast"), timed("it", 15_000_000)], "ITN": "blast it", "MaskedITN": "***** it"}
    assert words_of(best, "***** it.") == []
    assert words_of(best | {"MaskedITN": "blast it"}) == [("blast", 1, 0.5), ("it", 1.5, 0.5)]
    assert words_of(best | {"DisplayWords": [timed("*****", name="DisplayText")]}) == [("*****", 1, 0.5)]


def test_words_of_which_something_is_wrong_are_left_out() -> None:
    bad = [
        timed("early", 9_999_999),
        timed(""),
        timed(None),
        timed(["word"]),
        timed("never", None),
        timed("never", -1),
        timed("never", math.nan),
        timed("never", 10**30),
        timed("endless", 10_000_000, math.inf),
        timed("endless", 10_000_000, "long"),
        {"Word": "untimed"},
        "word",
        None,
    ]
    assert words_of({"Words": [timed("first"), *bad, timed("last", "20000000")]}) == [
        ("first", 1, 0.5),
        ("last", 2, 0.5),
    ]
    for unusable in ("word", {"Word": "word"}, 1, None):
        assert words_of({"Words": unusable}) == []


def test_words_are_not_too_many() -> None:
    assert len(words_of({"Words": [timed("word")] * (MAX_WORDS + 1)})) == MAX_WORDS


def test_other_readings_have_no_words_of_the_best() -> None:
    nbest = [{"Display": "Turn it on.", "Words": [timed("turn")]}, {"Display": "Turn it off."}]
    said = phrase({"RecognitionStatus": "Success", "DisplayText": "Turn it on.", "NBest": nbest})
    assert said.words
    assert [other.words for other in said.alternatives] == [()]
