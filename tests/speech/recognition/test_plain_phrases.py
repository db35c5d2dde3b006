"""Plain phrases of a translation: each waits for the one with the translation, and is said once in any case."""

from dataclasses import replace
from typing import Final

import pytest

from custom_components.azure_speech_live.speech import Mode, Phrase, RecognitionStatus
from custom_components.azure_speech_live.speech.recognition.audio import BYTES_PER_SECOND
from custom_components.azure_speech_live.speech.recognition.plain_phrases import PlainPhrases
from custom_components.azure_speech_live.speech.recognition.turn import Turn
from tests.speech_service import Behaviour, Fault
from tests.speech_service.faults import Before, Close, Drop, Received, Refuse, Reset, Send

from .conversation import new_turn
from .translations import MODES, to, translate

END: Final = Phrase(status=RecognitionStatus.END_OF_DICTATION)


def turn(start: float = 0.0) -> Turn:
    """Return a turn whose audio begins after so many seconds."""
    return new_turn(int(start * BYTES_PER_SECOND))


def plain(text: str, offset: float, duration: float) -> Phrase:
    """Return a phrase by itself."""
    return Phrase(status=RecognitionStatus.SUCCESS, text=text, offset=offset, duration=duration)


class Taking:
    """The phrases of a turn."""

    def __init__(self, phrases: PlainPhrases, of: Turn) -> None:
        self.phrases, self.turn = phrases, of

    def take(self, said: Phrase, *, plain: bool) -> list[Phrase]:
        due = self.phrases.take(self.turn, said, plain=plain)
        assert all(of is self.turn for of, _ in due)
        return [phrase for _, phrase in due]

    def end(self) -> list[Phrase]:
        return [phrase for _, phrase in self.phrases.end()]


def test_a_plain_phrase_waits_for_its_translation() -> None:
    one, two = plain("One.", 0, 1), plain("Two.", 1, 1)
    phrases = Taking(PlainPhrases(interactive=False), turn())
    assert phrases.take(one, plain=True) == []
    assert phrases.take(translated := replace(one, text="one"), plain=False) == [translated]
    assert phrases.take(one, plain=True) == []
    assert phrases.take(two, plain=True) == []
    assert phrases.take(plain("Three.", 2, 1), plain=True) == [two]
    assert phrases.take(END, plain=True) == [plain("Three.", 2, 1), END]
    assert phrases.end() == []


def test_a_plain_phrase_counts_at_the_end_and_without_times() -> None:
    phrases = Taking(PlainPhrases(interactive=False), turn())
    assert phrases.take(untimed := plain("One.", 0, 0), plain=True) == []
    assert phrases.take(untimed, plain=True) == []
    assert phrases.take(other := plain("Two.", 0, 0), plain=False) == [untimed, other]
    assert phrases.take(untimed, plain=True) == []
    assert phrases.end() == [untimed]
    assert phrases.end() == []


def test_the_same_times_in_another_turn_are_other_words() -> None:
    phrases = PlainPhrases(interactive=False)
    Taking(phrases, turn()).take(plain("One.", 0, 1), plain=False)
    again = Taking(phrases, turn(1.0))
    assert again.take(plain("Two.", 0, 1), plain=True) == []
    assert again.end() == [plain("Two.", 0, 1)]


def cut_off(waiting: Phrase, *, interactive: bool = False) -> tuple[PlainPhrases, Turn]:
    """Return what is left of a turn, two seconds into the utterance, in which a phrase waits."""
    phrases, failed = PlainPhrases(interactive=interactive), turn(2.0)
    phrases.take(failed, waiting, plain=True)
    assert phrases.waiting
    return phrases, failed


@pytest.mark.parametrize(
    ("waiting", "said"),
    [
        (plain("One.", 0, 1), plain("One.", 0.1, 1)),
        (plain("One.", 0, 1), plain("One. Two.", 0.9, 3)),
        (plain("One.", 0, 0), plain("Two.", 5, 1)),  # nobody knows what it is about
    ],
)
def test_it_is_in_what_is_said_of_its_audio(waiting: Phrase, said: Phrase) -> None:
    phrases, _ = cut_off(waiting)
    new = turn(2.0)
    assert phrases.again(new, said) == []
    assert not phrases.waiting
    assert phrases.take(new, said, plain=False) == [(new, said)]


@pytest.mark.parametrize(
    ("said", "interactive"),
    [
        (plain("Two.", 1.0, 1), False),
        (plain("", 0.0, 1.0), False),
        (END, False),
        (plain("", 0.0, 0.5), True),
    ],
    ids=["behind it", "silence there", "silence to the end", "silence, and no other phrase"],
)
def test_it_is_due_when_it_is_not_said_again(said: Phrase, interactive: bool) -> None:  # noqa: FBT001 - parameters
    phrases, failed = cut_off(plain("One.", 0, 1), interactive=interactive)
    assert phrases.again(turn(2.0), said) == [(failed, plain("One.", 0, 1))]
    assert not phrases.waiting


def test_it_waits_behind_silence_before_it_over_several_turns() -> None:
    phrases, failed = cut_off(plain("One.", 1, 1))
    for start in (2.0, 2.5):
        new, silence = turn(start), Phrase(status=RecognitionStatus.NO_MATCH, duration=0.5)
        assert phrases.again(new, silence) == []
        assert phrases.take(new, silence, plain=False) == [(new, silence)]
    assert phrases.end() == [(failed, plain("One.", 1, 1))]


def test_positions_are_those_of_the_utterance() -> None:
    phrases, failed = cut_off(plain("One.", 0, 1))
    assert phrases.again(turn(3.0), plain("Two.", 0.0, 1)) == [(failed, plain("One.", 0, 1))]


def test_what_is_said_again_waits_itself() -> None:
    phrases, _ = cut_off(plain("One.", 0, 1))
    new = turn(2.0)
    assert phrases.again(new, plain("One.", 0, 1)) == []
    assert phrases.take(new, plain("One.", 0, 1), plain=True) == []
    assert phrases.again(new, plain("One.", 0, 1)) == []
    assert phrases.take(new, plain("Eins.", 0, 1), plain=False) == [(new, plain("Eins.", 0, 1))]
    assert phrases.end() == []


def test_behind_the_end_of_a_turn_each_is_said_once() -> None:
    """The service says nothing of what waited from a turn before, and ends the turn; a third one begins."""
    phrases, failed = cut_off(plain("One.", 0, 1))
    assert phrases.end() == [(failed, plain("One.", 0, 1))]
    new = turn(3.0)
    for is_plain, text, due in ((True, "Two.", 0), (False, "Zwei.", 1)):
        said = plain(text, 0, 1)
        assert phrases.again(new, said) == []
        assert len(phrases.take(new, said, plain=is_plain)) == due


# --- on a socket


@pytest.mark.parametrize(
    ("end", "then"),
    [
        (Close(1007, "Quota exceeded"), Behaviour()),
        (Reset(), Behaviour(answer=Refuse(407))),
        (Reset(), Behaviour(faults=(Fault(Received("speech.context"), Close(1007, "Quota exceeded")),))),
        (Reset(), Behaviour(faults=(Fault(Received("speech.context"), Reset()),))),
        (Reset(), Behaviour(answer=Refuse(429, {"Retry-After": "3600"}))),
    ],
    ids=["refused", "not reopened", "reopened and refused", "reopened and lost", "reopened and throttled"],
)
@pytest.mark.parametrize("mode", MODES)
async def test_what_waits_for_its_translation_is_known_when_the_service_fails(
    mode: Mode, end: Close | Reset, then: Behaviour
) -> None:
    at = Before("translation.phrase")
    said = '{"RecognitionStatus":"Success","DisplayText":"Hello.","Offset":0,"Duration":1000000}'
    plain_phrase = Send(f"X-RequestId:{{request_id}}\r\nPath:speech.phrase\r\n\r\n{said}")
    faults = (Fault(at, Drop()), Fault(at, plain_phrase), Fault(at, end))
    heard = await translate(to(mode=mode), behaviours=[Behaviour(faults=faults), then])
    assert [(phrase.text, phrase.translations) for phrase in heard.phrases] == [("Hello.", {})]
    assert heard.phrases[0].translation_error
    assert (heard.error is None) == (mode is Mode.INTERACTIVE)


@pytest.mark.parametrize("status", ["NoMatch", "EndOfDictation", "InitialSilenceTimeout"])
@pytest.mark.parametrize("mode", MODES)
async def test_what_waits_for_its_translation_is_known_when_it_is_silence_the_second_time(
    mode: Mode, status: str
) -> None:
    at = Before("translation.phrase")

    def say(path: str, body: str) -> Send:
        return Send(f"X-RequestId:{{request_id}}\r\nPath:{path}\r\n\r\n{body}")

    said = '{"RecognitionStatus":"Success","DisplayText":"Hello.","Offset":0,"Duration":1000000}'
    silence = f'{{"RecognitionStatus":"{status}","Offset":0,"Duration":1500000}}'
    first = Behaviour(faults=(Fault(at, Drop()), Fault(at, say("speech.phrase", said)), Fault(at, Reset())))
    then = Behaviour(faults=(Fault(at, Drop()), Fault(at, say("translation.phrase", silence))))
    heard = await translate(to(mode=mode), behaviours=[first, then])
    assert heard.error is None
    texts = [phrase.text for phrase in heard.phrases if phrase.text]
    assert (texts[0], texts.count("Hello.")) == ("Hello.", 1)
