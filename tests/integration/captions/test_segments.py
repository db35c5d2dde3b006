"""Segments: one id for all that is told of what somebody said."""

from dataclasses import replace
from itertools import pairwise
from typing import Any

from custom_components.azure_speech_live.captions.segments import Segments
from custom_components.azure_speech_live.speech import (
    Hypothesis,
    Mode,
    Phrase,
    RecognitionOptions,
    RecognitionStatus,
    TranslationOptions,
    Word,
)


def phrase(text: str, offset: float = 0, **known: Any) -> Phrase:
    """Return a phrase of a second."""
    status = RecognitionStatus.SUCCESS if text else RecognitionStatus.NO_MATCH
    return Phrase(status=status, text=text, offset=offset, duration=1, **known)


def test_hypotheses_and_their_phrase_have_one_id() -> None:
    segments = Segments(RecognitionOptions())
    first = [segments.hear(Hypothesis("a", 0, 1))["id"], segments.hear(Hypothesis("a b", 0, 1))["id"]]
    (ended,) = segments.end(phrase("A b."))
    assert {*first, ended["id"]} == {first[0]}
    assert segments.hear(Hypothesis("c", 0, 1))["id"] != first[0]


def test_no_session_has_the_ids_of_another() -> None:
    one, other = Segments(RecognitionOptions()), Segments(RecognitionOptions())
    assert one.current != other.current


def test_silence_is_no_segment_and_noise_ends_one() -> None:
    segments = Segments(RecognitionOptions())
    assert segments.end(phrase("")) == []
    noise = segments.hear(Hypothesis("hm", 0, 1))["id"]
    assert segments.end(phrase("")) == [{"type": "nothing", "id": noise}]
    assert segments.drop() is None
    assert segments.current != noise


def test_silence_before_what_is_heard_does_not_end_it() -> None:
    segments = Segments(RecognitionOptions())
    heard = segments.hear(Hypothesis("turn on", 1, 2))["id"]
    assert segments.end(phrase("")) == []
    (ended,) = segments.end(phrase("Turn on.", 1))
    assert ended["id"] == heard


def test_silence_without_times_and_silence_up_to_the_end_of_what_is_heard_end_it() -> None:
    for silence in (Phrase(status=RecognitionStatus.NO_MATCH, text=""), replace(phrase(""), duration=0.3)):
        segments = Segments(RecognitionOptions())
        noise = segments.hear(Hypothesis("hm", 0.1, 0.2))  # which is a bit more than 0.3
        assert segments.end(silence) == [{"type": "nothing", "id": noise["id"]}]


def test_nobody_is_relabelled_unless_speakers_are_wanted() -> None:
    segments = Segments(RecognitionOptions())
    assert len(segments.end(phrase("Hello."))) == 1
    assert len(segments.end(phrase("Who is there?", speaker="Guest-1"))) == 1


def test_what_breaks_off_is_kept() -> None:
    segments = Segments(TranslationOptions(targets=("de",), session_offset=10))
    assert segments.break_off() == []
    said = segments.hear(Hypothesis("turn on", 1, 2, translations={"de": "Schalte"}, speaker="Guest-1"))
    (kept,) = segments.break_off()
    told = ("type", "id", "text", "offset", "duration", "speaker")
    assert [kept[key] for key in told] == ["phrase", said["id"], "turn on", 11, 2, "Guest-1"]
    assert kept["translations"] == {"de": "Schalte"}


def test_times_go_on_behind_an_earlier_session() -> None:
    segments = Segments(RecognitionOptions(session_offset=60.5, word_times=True))
    assert segments.hear(Hypothesis("a", 1.25, 1))["offset"] == 61.75
    (ended,) = segments.end(phrase("A.", 1.25, words=(Word("A.", 1.25, 0.5),)))
    assert ended["offset"] == 61.75
    assert ended["words"] == [{"text": "A.", "offset": 61.75, "duration": 0.5}]


def test_words_have_times_only_if_they_are_wanted() -> None:
    (ended,) = Segments(RecognitionOptions()).end(phrase("A.", words=(Word("A.", 0, 0.5),)))
    assert "words" not in ended


def test_translations_have_the_keys_that_were_asked_for() -> None:
    segments = Segments(TranslationOptions(language="de-DE", targets=("de", "fr")))
    heard = segments.hear(Hypothesis("Hallo", 0, 1, language="de-DE", translations={"fr": "Salut", "xx": "?"}))
    assert heard["translations"] == {"de": "Hallo", "fr": "Salut"}


def test_words_that_were_agreed_on_stay_as_they_were_shown() -> None:
    segments = Segments(TranslationOptions(targets=("de",)))
    told = [
        segments.hear(Hypothesis(text, 0, 1, translations={"de": text.upper()}))
        for text in ("turn on", "turn on the", "turn on the kitchen", "Turn on the kitchen light")
    ]
    stable = [str(event["text"])[: int(str(event["stable"]))] for event in told]
    assert not stable[0]
    assert stable[-1].startswith("turn on the")
    for before, after in pairwise(stable):
        assert after.startswith(before)
    assert told[-1]["translations"] == {"de": "TURN ON THE KITCHEN LIGHT"}
    (ended,) = segments.end(phrase("Turn on the kitchen light."))
    assert ended["text"] == "Turn on the kitchen light."
    assert segments.hear(Hypothesis("another", 0, 1))["text"] == "another"


def test_what_stays_is_measured_as_browsers_measure_it() -> None:
    segments = Segments(RecognitionOptions())
    segments.hear(Hypothesis("\N{GRINNING FACE} a b c", 0, 1))
    event = segments.hear(Hypothesis("\N{GRINNING FACE} a b c", 0, 1))
    assert event["stable"] == len("12 a b")


def test_an_earlier_segments_speaker_is_told_when_it_is_known() -> None:
    segments = Segments(RecognitionOptions(mode=Mode.CONVERSATION, speakers=True))
    (unknown,) = segments.end(phrase("Hello."))
    assert unknown["speaker"] is None
    known, relabelled = segments.end(phrase("Who is there?", speaker="Guest-1"))
    assert known["speaker"] == "Guest-1"
    assert relabelled == {"type": "speaker", "id": unknown["id"], "speaker": "Guest-1"}
