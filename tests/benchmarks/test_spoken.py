"""What a listener makes of an answer: the first sound, the pauses, the silence after a stop, what is missing."""

from __future__ import annotations

from .voice.request import BYTES_PER_SECOND, PIECES, TEXT, Request
from .voice.spoken import SPEECH, Spoken

SECOND = BYTES_PER_SECOND


def spoken(*sound: tuple[float, int], stopped: float = 0.0, over: float = 0.0) -> Spoken:
    return Spoken(Request(port=0), 10.0, sound, stopped, over)


def test_the_agent_writes_all_of_the_text_at_its_pace() -> None:
    request = Request(port=0)
    deltas = request.deltas()
    assert "".join(piece for _, piece in deltas) == TEXT
    assert [at for at, _ in deltas] == sorted(at for at, _ in deltas)
    assert deltas[0] == (0.0, PIECES[0])
    assert deltas[-1][0] == request.text_at
    known = [piece for at, piece in deltas if at <= request.sentence_at]
    assert "".join(known) == "It is getting cold outside. There"
    assert request.sentence_at < request.gate_at < request.text_at
    assert len("".join(piece for at, piece in deltas if at < request.gate_at)) <= 60


def test_the_first_sound_counts_from_the_sentence_or_from_the_gate() -> None:
    answer = spoken((11.0, SECOND))
    assert answer.first == 1.0
    assert answer.behind_sentence == 1.0 - answer.request.sentence_at
    assert answer.behind_gate == 1.0 - answer.request.gate_at


def test_a_pause_is_where_the_next_sound_comes_later_than_the_one_before_is_heard() -> None:
    assert spoken((11.0, 2 * SECOND), (12.0, SECOND), (14.0, SECOND)).gap == 0
    assert spoken((11.0, 2 * SECOND), (12.0, SECOND), (14.5, SECOND), (15.75, SECOND)).gap == 0.5


def test_silence_is_when_neither_sound_comes_nor_the_speaker_is_busy() -> None:
    assert spoken((11.0, SECOND), (12.5, SECOND), stopped=12.0, over=12.25).silence == 0.5
    assert spoken((11.0, SECOND), stopped=12.0, over=12.75).silence == 0.75
    assert spoken(stopped=12.0, over=12.25).silence == 0.25


def test_what_does_not_come_is_missing() -> None:
    whole = round(SPEECH * SECOND)
    assert spoken((11.0, whole), (12.0, whole)).missing == 0
    assert round(spoken((11.0, whole - SECOND)).missing, 3) == 1
