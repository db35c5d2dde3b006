"""Which audio phrases account for, whatever times they say."""

import math
from typing import Final

from hypothesis import example, given, strategies as st
import pytest

from custom_components.azure_speech_live.speech import Mode, Phrase, RecognitionOptions, RecognitionStatus
from custom_components.azure_speech_live.speech.recognition.answers import SILENCE_AT_THE_END
from custom_components.azure_speech_live.speech.recognition.audio import BYTES_PER_SECOND, FRAME_SIZE, AudioBuffer
from custom_components.azure_speech_live.speech.recognition.coverage import Coverage
from custom_components.azure_speech_live.speech.recognition.turn import Turn

from ..model import TICKS_PER_SAMPLE, Word, speak, ticks
from .conversation import ALL, BOTH_WORDS, FIRST_WORD, LIGHT, LOST, Service, asked, conversation, new_turn

hostile: st.SearchStrategy[object] = (
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.just([]) | st.just(10**400)
)


@given(st.dictionaries(st.sampled_from(["Offset", "Duration"]), hostile), st.sampled_from(["w1", ""]))
@example({"Offset": -(10**9), "Duration": 10**18}, "w1")
@example({"Offset": math.nan, "Duration": math.inf}, "w1")
def test_no_times_can_cover_what_was_not_sent(times: dict[str, object], text: str) -> None:
    service = conversation()
    service.speak(FIRST_WORD)
    request = service.begin()
    service.send()
    service.speak(ALL)
    body = {"RecognitionStatus": "Success", "DisplayText": text, **times}
    service.receive(request.says("speech.phrase", body))
    assert 0 <= service.utterance.audio.start <= FIRST_WORD
    assert service.utterance.audio.start % 2 == 0
    for path in ("speech.startDetected", "speech.endDetected", "speech.hypothesis"):
        service.receive(request.says(path, {"Text": text, **times}))
    delay = service.fail(LOST)
    if delay is None:  # it was about all that was sent, or so it seemed
        assert (text, service.utterance.audio.start, service.utterance.complete) == ("w1", FIRST_WORD, False)
        return
    assert delay == 0.0
    request = service.begin()
    service.send()
    start = service.utterance.audio.start
    assert request.audio == speak(LIGHT)[start : start + len(request.audio)]
    assert len(request.audio) > ALL - start - FRAME_SIZE


@given(st.integers(0, FRAME_SIZE // 2), st.integers(0, FRAME_SIZE // 2))
@example(1, 436)
def test_phrase_covers_whole_samples(offset: int, duration: int) -> None:
    """A position in ticks is exact, and must not become the sample before it."""
    service = conversation([Word(32_000, 1)])
    request = asked(service)
    times = {"Offset": offset * TICKS_PER_SAMPLE, "Duration": duration * TICKS_PER_SAMPLE}
    service.receive(request.says("speech.phrase", {"RecognitionStatus": "NoMatch", **times}))
    assert service.utterance.audio.start == 2 * (offset + duration)


NO_TIMES: list[dict[str, object]] = [{}, {"Offset": -1, "Duration": -1}, {"Offset": 10**15, "Duration": 0}]


@pytest.mark.parametrize("times", NO_TIMES)
def test_phrase_without_times_is_about_all_that_was_sent(times: dict[str, object]) -> None:
    service = conversation()
    request = asked(service)
    service.receive(request.says("speech.phrase", {"RecognitionStatus": "Success", "DisplayText": "w1 w2", **times}))
    assert service.utterance.audio.start == ALL


@pytest.mark.parametrize("times", [*NO_TIMES, {"Offset": 10**9, "Duration": 0}])
def test_what_a_phrase_without_times_has_left_out_is_not_lost_in_silence(times: dict[str, object]) -> None:
    service = conversation()
    request = asked(service)
    service.receive(request.says("speech.phrase", {"RecognitionStatus": "Success", "DisplayText": "w1", **times}))
    assert service.fail(LOST) is None
    assert not service.utterance.complete


def test_words_that_come_behind_their_phrase_are_not_said_again() -> None:
    service = conversation()
    request = asked(service)
    service.receive(request.phrase(FIRST_WORD))
    times = {"Offset": 0, "Duration": ticks(FIRST_WORD)}
    service.receive(request.says("speech.hypothesis", {"Text": "w1", **times}))
    service.receive(request.end_of_dictation())
    assert service.said == ["w1"]


# --- when a turn fails


@pytest.mark.parametrize(("end", "complete"), [(ALL, True), (BOTH_WORDS, False), (FIRST_WORD, False)])
def test_lost_connection_is_no_matter_when_all_is_accounted_for(end: int, complete: bool) -> None:  # noqa: FBT001
    service = conversation()
    request = asked(service, ended=True)
    service.receive(request.phrase(end))
    assert service.fail(LOST) == (None if complete else 0.0)
    assert service.utterance.complete == complete
    service.conclude()
    assert service.said == ["w1", "w2"]


@pytest.mark.parametrize(("end", "complete"), [(BOTH_WORDS, True), (FIRST_WORD, False)])
def test_nor_when_only_silence_is_left_and_cannot_be_sent_again(end: int, complete: bool) -> None:  # noqa: FBT001
    assert pytest.approx((ALL - BOTH_WORDS) / BYTES_PER_SECOND) == SILENCE_AT_THE_END
    service = conversation()
    request = asked(service, ended=True)
    service.receive(request.phrase(end))
    service.fail(LOST)
    assert service.fail(LOST) is None
    assert service.utterance.complete == complete


def test_what_was_being_said_at_the_end_is_no_silence() -> None:
    service = conversation()
    request = asked(service, ended=True)
    service.receive(request.phrase(BOTH_WORDS))
    service.receive(request.says("speech.hypothesis", {"Text": "w3"}))
    service.fail(LOST)
    assert service.fail(LOST) is None
    assert not service.utterance.complete


def test_only_as_much_is_silence_as_the_service_waits_for() -> None:
    service = Service(RecognitionOptions(mode=Mode.CONVERSATION, segmentation_silence=SILENCE_AT_THE_END / 2), LIGHT)
    request = asked(service, ended=True)
    service.receive(request.phrase(BOTH_WORDS))
    service.fail(LOST)
    assert service.fail(LOST) is None
    assert not service.utterance.complete


# --- by itself

SECOND: Final = BYTES_PER_SECOND


def covering(audio: AudioBuffer, said: Phrase, *, sent: int = 2 * SECOND) -> tuple[Coverage, Turn]:
    """Return what a phrase covers, in a turn that has sent so many bytes."""
    coverage, sending = Coverage(audio), new_turn()
    sending.audio_sent(sent, 0.0)
    coverage.phrase(sending, said)
    return coverage, sending


def fed(seconds: float, *, ended: bool = True) -> AudioBuffer:
    audio = AudioBuffer()
    audio.feed(bytes(int(seconds * SECOND)))
    if ended:
        audio.close()
    return audio


def words(duration: float, text: str = "w1") -> Phrase:
    return Phrase(status=RecognitionStatus.SUCCESS, text=text, duration=duration)


@pytest.mark.parametrize(("duration", "guessed"), [(2.0, False), (2.5, False), (2.6, True)])
def test_a_phrase_may_seem_to_end_a_little_behind_what_was_sent(duration: float, guessed: bool) -> None:  # noqa: FBT001
    audio = fed(3.0)
    coverage, _ = covering(audio, words(duration))
    assert audio.start == 2 * SECOND
    assert coverage.guessed is guessed


def test_without_a_phrase_nothing_is_known_to_be_silence() -> None:
    coverage, _ = covering(fed(0.4), words(0.0, text=""), sent=int(0.4 * SECOND))
    assert not coverage.whole(0.5)


@pytest.mark.parametrize(
    ("came", "ended", "whole"),
    [(2.5, True, True), (2.6, True, False), (2.5, False, False)],
    ids=["", "more", "goes on"],
)
def test_whole(came: float, ended: bool, whole: bool) -> None:  # noqa: FBT001 - parameters
    coverage, _ = covering(fed(came, ended=ended), words(2.0))
    assert coverage.whole(0.5) is whole


def test_a_turn_has_had_all_audio_only_to_its_end() -> None:
    """It may be ended before that, because the service has heard the speech end."""
    coverage, ended = covering(fed(3.0), words(2.0))
    assert not coverage.sent_by(ended)
    ended.end_sent(0.0)
    assert not coverage.sent_by(ended)
    coverage, ended = covering(fed(3.0), words(2.0), sent=3 * SECOND)
    assert not coverage.sent_by(ended)
    ended.end_sent(0.0)
    assert coverage.sent_by(ended)


@pytest.mark.parametrize(("duration", "ends"), [(0.0, True), (2.4, False), (2.5, True)])
def test_behind_a_phrase_a_turn_may_leave_out_a_pause_and_no_more(duration: float, ends: bool) -> None:  # noqa: FBT001
    """Without a phrase it has heard all of it, and there was nothing."""
    coverage, ended = covering(fed(3.0), words(duration, text="w1" if duration else ""), sent=3 * SECOND)
    ended.end_sent(0.0)
    assert coverage.ended_by(ended) is ends


@pytest.mark.parametrize(("text", "sent", "covered"), [("", SECOND, True), ("", 0, False), (None, SECOND, False)])
def test_silence_covers_what_was_sent(text: str | None, sent: int, covered: bool) -> None:  # noqa: FBT001 - parameters
    audio, sending = fed(2.0), new_turn()
    coverage = Coverage(audio)
    if sent:
        sending.audio_sent(sent, 0.0)
    if text is not None:
        coverage.phrase(sending, words(0.0, text=text))
    assert coverage.silence(sending) is covered
    assert audio.start == (sent if covered else 0)
