"""Speech without a pause: a service that ends no phrase is made to, between two words; none is lost or said twice."""

from array import array
from dataclasses import replace
from itertools import pairwise
import random
from typing import Final

from hypothesis import given, strategies as st
import pytest

from custom_components.azure_speech_live.speech import (
    Hypothesis,
    Mode,
    RecognitionOptions,
    TranslationOptions,
    UnusableMessageError,
)
from custom_components.azure_speech_live.speech.recognition.audio import BYTES_PER_SECOND, AudioBuffer
from custom_components.azure_speech_live.speech.recognition.long_speech import (
    FRAME,
    GRACE,
    LAST_MOMENT,
    SOUGHT,
    LongSpeech,
    quietest,
)
from custom_components.azure_speech_live.speech.recognition.turn import MAX_UNACCOUNTED
from tests.speech_service import Behaviour, Dialect, Fault, Legible, Manner, SpeechService
from tests.speech_service.engines.legible import silence, speak
from tests.speech_service.faults import AudioReceived, Before, Close, Drop, Received
from tests.speech_service.manner import USUAL

from ..caller import Heard, Source, calling, listen
from .conversation import new_turn

LONGEST: Final = 20.0
OPTIONS: Final = RecognitionOptions(mode=Mode.CONVERSATION, longest_phrase=LONGEST)
ENDLESS: Final = Manner(endless=True)
WORDS: Final = [f"word{number}" for number in range(210)]
GAP: Final = 0.06
TALK: Final = silence(GAP).join(speak(word + " ") for word in WORDS) + silence(0.2)
"""45 s of words with pauses between them in which nobody takes breath."""
UNIVERSAL: Final = "/stt/speech/universal/v2"


NO_PHRASE: Final = tuple(Fault(Before("speech.phrase", number), Drop()) for number in range(1, 10))


def said(heard: Heard) -> list[str]:
    return [word.strip(".") for word in heard.transcript.lower().split()]


# --- against a service


@pytest.mark.parametrize(("pace", "chunk"), [(0.0, 64_000), (1.0, 1000)])
async def test_each_word_is_said_once(pace: float, chunk: int) -> None:
    async with SpeechService(Legible(), manner=ENDLESS) as service, calling(service.url) as client:
        heard = await listen(client, Source(TALK, pace, chunk), replace(OPTIONS, speakers=True, word_times=True))
        [connection] = service.connections
        offsets = [turn.options.audio_offset for turn in connection.turns]
        assert connection.violation is None
    assert heard.error is None
    assert said(heard) == WORDS
    assert len(offsets) == len(heard.phrases) == 2  # a request a break
    for phrase, begun in zip(heard.phrases, offsets, strict=True):
        assert 0 <= phrase.offset - begun <= GAP
        assert phrase.duration <= LONGEST + GRACE + SOUGHT
    for one, other in pairwise(heard.phrases):
        assert one.offset + one.duration <= other.offset
    times = [word.offset for phrase in heard.phrases for word in phrase.words]
    assert times == sorted(times)
    assert len(times) == len(WORDS)


@pytest.mark.parametrize("pace", [0.0, 1.0])
async def test_a_service_that_ends_its_phrases_sees_no_break(pace: float) -> None:
    async with SpeechService(Legible()) as service, calling(service.url) as client:
        heard = await listen(client, Source(TALK, pace), OPTIONS)
        [turn] = service.connections[0].turns
        assert turn.options.longest_phrase == LONGEST
        assert turn.audio == TALK
    assert said(heard) == WORDS
    assert len(heard.phrases) == 3


async def test_a_service_that_refuses_to_be_asked_is_made_to_all_the_same() -> None:
    refused = Behaviour(faults=(Fault(Received("speech.context"), Close(1007)),))
    service = SpeechService(Legible(), manner=ENDLESS, behaviours=[refused])
    async with service, calling(service.url) as client:
        heard = await listen(client, Source(TALK), replace(OPTIONS, speakers=True))
        [_, connection] = service.connections
        assert [turn.options.longest_phrase for turn in connection.turns] == [None, None]
        assert all(turn.options.audio_session for turn in connection.turns)
    assert (heard.error, said(heard)) == (None, WORDS)
    assert all(phrase.duration <= LONGEST + GRACE + SOUGHT for phrase in heard.phrases)


async def test_nothing_is_broken_where_nobody_asks_for_it() -> None:
    async with SpeechService(Legible(), manner=ENDLESS) as service, calling(service.url) as client:
        heard = await listen(client, Source(TALK), replace(OPTIONS, longest_phrase=None))
        assert len(service.connections[0].turns) == len(heard.phrases) == 1


async def test_pauses_break_speech_by_themselves() -> None:
    pcm = silence(0.7).join(speak("word " * 110) for _ in range(3))
    for manner in (USUAL, ENDLESS):
        async with SpeechService(Legible(), manner=manner) as service, calling(service.url) as client:
            heard = await listen(client, Source(pcm), OPTIONS)
            assert len(service.connections[0].turns) == 1
        assert len(heard.phrases) == 3


async def test_silence_is_not_broken() -> None:
    async with SpeechService(Legible(), manner=ENDLESS) as service, calling(service.url) as client:
        heard = await listen(client, Source(silence(70) + speak("Still here.")), OPTIONS)
        assert len(service.connections[0].turns) == 1
    assert heard.transcript == "Still here."


@pytest.mark.parametrize("at", [21.5, 23.5, 30])
async def test_a_connection_that_is_lost_meanwhile_loses_no_word(at: float) -> None:
    lost = Fault(AudioReceived(round(at * BYTES_PER_SECOND)), Close(1000))
    service = SpeechService(Legible(), manner=ENDLESS, behaviours=[Behaviour(faults=(lost,))])
    async with service, calling(service.url) as client:
        heard = await listen(client, Source(TALK, 1.0), OPTIONS)
        assert len(service.connections) == 2
    assert (heard.error, said(heard)) == (None, WORDS)


@pytest.mark.parametrize("dialect", [Dialect.PHRASE, Dialect.RESPONSE])
async def test_translations_are_broken_as_well(dialect: Dialect) -> None:
    options = TranslationOptions(targets=("de",), mode=Mode.CONVERSATION, longest_phrase=LONGEST)
    async with SpeechService(Legible(), manner=ENDLESS, dialect=dialect) as service:
        async with calling(service.url + UNIVERSAL) as client:
            heard = await listen(client, Source(TALK), options)
        assert len(service.connections[0].turns) == 2
    assert (heard.error, said(heard)) == (None, WORDS)


async def test_the_dialect_of_2018_is_asked_for_no_other_turn() -> None:
    """All its audio is one turn. Its phrases end when they do."""
    options = TranslationOptions(targets=("de",), mode=Mode.CONVERSATION, longest_phrase=LONGEST)
    async with SpeechService(Legible()) as service, calling(f"{service.url}/speech/translate") as client:
        heard = await listen(client, Source(TALK), options)
        assert len(service.translators) == 1
    assert heard.error is None


async def test_a_service_that_does_not_say_how_much_it_has_heard() -> None:
    service = SpeechService(Legible(), manner=replace(ENDLESS, timed=False))
    async with service, calling(service.url) as client:
        heard = await listen(client, Source(TALK + TALK), OPTIONS)
        sizes = [len(turn.audio) / BYTES_PER_SECOND for turn in service.connections[0].turns]
    assert (heard.error, said(heard)) == (None, WORDS + WORDS)
    assert LAST_MOMENT <= sizes[0] <= LAST_MOMENT + SOUGHT + 1


# --- when, and where


def heard_for(seconds: float, *, offset: float = 0.0) -> Hypothesis:
    return Hypothesis("and so on", offset, seconds)


def speech(seconds: float, longest: float | None = LONGEST) -> tuple[LongSpeech, AudioBuffer]:
    audio = AudioBuffer()
    audio.feed(b"\x01\x02" * round(16_000 * seconds))
    return LongSpeech(audio, longest), audio


@pytest.mark.parametrize(
    ("heard", "sent", "due"),
    [
        (heard_for(LONGEST + GRACE), 40.0, True),
        (heard_for(LONGEST + GRACE - 0.01), 40.0, False),
        (heard_for(LONGEST + GRACE, offset=15.0), 40.0, True),
        (heard_for(LONGEST + GRACE, offset=18.0), 40.0, False),  # so much was not sent
        (heard_for(3600.0), 22.9, False),
        (heard_for(0.0), LAST_MOMENT, True),
        (heard_for(0.0), LAST_MOMENT - 0.1, False),
        (Hypothesis("", 0.0, LONGEST + GRACE), 60.0, False),
    ],
)
def test_when(heard: Hypothesis, sent: float, due: bool) -> None:  # noqa: FBT001 - a column of the table
    long_speech, _ = speech(70.0)
    turn = new_turn(options=OPTIONS)
    turn.sent = round(sent * BYTES_PER_SECOND)
    long_speech.hear(turn, heard)
    assert not long_speech.waits()
    assert (long_speech.end is not None) == due
    if long_speech.end is not None:
        assert turn.sent < long_speech.end < turn.sent + SOUGHT * BYTES_PER_SECOND


def test_what_a_phrase_covers_is_not_heard_for_so_long() -> None:
    long_speech, audio = speech(70.0)
    turn = new_turn(options=OPTIONS)
    turn.sent = 40 * BYTES_PER_SECOND
    audio.discard(18 * BYTES_PER_SECOND)
    long_speech.hear(turn, heard_for(LONGEST + 20))
    assert long_speech.end is None
    assert not long_speech.waits()


def test_a_phrase_that_comes_after_all_ends_no_turn() -> None:
    long_speech, _ = speech(40.0)
    turn = new_turn(options=OPTIONS)
    turn.sent = 40 * BYTES_PER_SECOND
    long_speech.hear(turn, heard_for(LONGEST + GRACE))
    assert long_speech.waits()
    long_speech.over()
    assert not long_speech.waits()
    assert long_speech.end is None


def test_the_audio_in_which_to_end_is_waited_for_unless_it_ends_itself() -> None:
    long_speech, audio = speech(30.0)
    turn = new_turn(options=OPTIONS)
    turn.sent = audio.end
    long_speech.hear(turn, heard_for(LONGEST + GRACE))
    assert long_speech.waits()
    audio.feed(bytes(round(SOUGHT * BYTES_PER_SECOND) - 2))
    assert long_speech.waits()
    audio.close()
    assert not long_speech.waits()
    assert long_speech.end is None
    long_speech, audio = speech(30.0)
    long_speech.hear(turn, heard_for(LONGEST + GRACE))
    audio.feed(bytes(round(SOUGHT * BYTES_PER_SECOND)))
    assert not long_speech.waits()
    assert long_speech.end is not None


def noise(seconds: float, level: int, seed: int = 1) -> bytes:
    """Return noise of a level, as sounds and rooms have it."""
    samples = random.Random(seed)  # noqa: S311 - a sound, no secret
    return array("h", (samples.randint(-level, level) for _ in range(round(seconds * 16_000)))).tobytes()


@given(st.floats(0.15, 1.8), st.floats(0.03, 0.4))
def test_it_ends_in_the_only_pause(at: float, length: float) -> None:
    before, pause = noise(at, 8000), noise(length, 50)
    audio = (before + pause + noise(2.0, 8000, 2))[: round(SOUGHT * BYTES_PER_SECOND)]
    if len(audio) - len(before) - len(pause) < 0.15 * BYTES_PER_SECOND:
        return
    assert len(before) <= quietest(audio) <= len(before) + len(pause)


def test_a_pause_between_words_is_preferred_to_a_stop_within_one() -> None:
    stop, pause = noise(0.07, 10), noise(0.18, 100)
    loud = noise(0.4, 8000)
    audio = loud + stop + loud + pause + loud + stop + loud
    begun = len(loud + stop + loud)
    assert begun < quietest(audio) < begun + len(pause)


@given(st.lists(st.binary(max_size=4), min_size=1))
def test_any_audio_has_a_quietest_moment(pieces: list[bytes]) -> None:
    audio = (b"".join(pieces) + b"\x01\x80").ljust(FRAME * 30, b"\x80")
    place = quietest(audio[: len(audio) // 2 * 2])
    assert 0 < place < len(audio)
    assert place % 2 == 0


async def test_a_service_that_brings_no_phrase_even_then_has_failed() -> None:
    service = SpeechService(Legible(), manner=ENDLESS, behaviours=lambda _: Behaviour(faults=NO_PHRASE))
    async with service, calling(service.url) as client:
        heard = await listen(client, Source(TALK, 1.0), OPTIONS)
    assert type(heard.error) is UnusableMessageError
    assert heard.transcript == ""
    assert heard.seconds <= 2 * 70


def test_the_longest_phrase_that_can_be_asked_for_is_waited_for() -> None:
    longest = replace(OPTIONS, longest_phrase=50.0)
    with pytest.raises(ValueError, match="longest_phrase"):
        replace(longest, longest_phrase=50.1)
    long_speech, _ = speech(70.0, 50.0)
    turn = new_turn(options=longest)
    turn.sent = round((50.0 + GRACE - 0.1) * BYTES_PER_SECOND)
    long_speech.hear(turn, heard_for(50.0 + GRACE - 0.1))
    assert not long_speech.waits()
    assert long_speech.end is None
    assert 50.0 + GRACE + SOUGHT < MAX_UNACCOUNTED
