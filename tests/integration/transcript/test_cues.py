"""Cues of subtitles: two lines, one to seven seconds, no two at a time, none across a silence, sentences whole."""

from random import Random
import unicodedata

import pytest

from custom_components.azure_speech_live.speech import Word
from custom_components.azure_speech_live.transcript.cues import LONGEST, SHORTEST, SILENCE, Cue, Line, cues, name_of

TALK = (
    "We are going to look at how a house hears what is said in it, and why that takes a moment. It begins with a "
    "microphone that listens for a single word, which it knows by heart. Everything that follows, up to the first "
    "silence, is what somebody wants. Dr. Smith, by the way, wants the light on. That is all."
)
LONG = "and so it goes on without any mark from one thing to the next as people do when they talk to themselves " * 4


def made(*lines: Line, named: bool = False) -> list[Cue]:
    """Return the cues of some lines."""
    return list(cues(lines, named=named))


def texts(*lines: Line, named: bool = False) -> list[list[str]]:
    """Return the lines of each cue."""
    return [cue.lines for cue in made(*lines, named=named)]


def assert_by_the_rules(found: list[Cue]) -> None:
    """Check what holds of all cues, whatever was said."""
    end = 0
    for cue in found:
        assert cue.start_ms >= end
        assert cue.start_ms < cue.end_ms <= cue.start_ms + LONGEST
        end = cue.end_ms
        assert 1 <= len(cue.lines) <= 2
        for line in cue.lines:
            assert line
            assert line == line.strip()
            wide = sum(unicodedata.east_asian_width(mark) in "WF" for mark in line)
            assert len(line) - wide + wide * 42 / 16 <= 42


def timed(text: str, *, offset: float = 0.0, each: float = 0.4) -> tuple[Word, ...]:
    """Return the words of a text, one behind the other."""
    return tuple(Word(word, offset + at * each, each) for at, word in enumerate(text.split()))


def test_nothing_said_is_no_cue() -> None:
    assert made() == []
    assert made(Line("", 0, 1), Line(" \n\u202e", 1, 1)) == []


def test_a_sentence_is_a_cue() -> None:
    assert made(Line("It is off. Open the doors.", 1, 4, "Guest-1")) == [
        Cue(1000, 2474, ["It is off."], "Guest-1"),
        Cue(2474, 5000, ["Open the doors."], "Guest-1"),
    ]


def test_short_sentences_are_together_until_they_can_be_read() -> None:
    assert texts(Line("Yes. No. Well. I think that it is on.", 0, 4)) == [
        ["Yes. No. Well."],
        ["I think that it is on."],
    ]
    assert made(Line("Yes.", 2, 0.3)) == [Cue(2000, 2000 + SHORTEST, ["Yes."], None)]


def test_a_talk_keeps_its_sentences() -> None:
    found = made(Line(TALK, 0, 24))
    assert_by_the_rules(found)
    said = " ".join(line for cue in found for line in cue.lines)
    assert said == TALK
    ends = [" ".join(cue.lines)[-1] for cue in found]
    assert all(end in ".," for end in ends), "parted at marks, where there are some"
    assert not any(" ".join(cue.lines).endswith("Dr.") for cue in found)


def test_a_long_sentence_without_marks_is_parted_evenly() -> None:
    found = made(Line(LONG, 0, 40))
    assert_by_the_rules(found)
    assert len(found) <= 9
    assert min(len(" ".join(cue.lines)) for cue in found) > 25
    assert " ".join(line for cue in found for line in cue.lines) == LONG.strip()


def test_an_abbreviation_does_not_end_a_sentence() -> None:
    assert texts(Line("We met at approx. ten in the morning.", 0, 4)) == [["We met at approx. ten in the morning."]]


def test_what_is_said_without_marks_ends_with_its_phrase() -> None:
    assert texts(Line("turn on the light", 0, 2), Line("and turn it off", 2.1, 2)) == [
        ["turn on the light"],
        ["and turn it off"],
    ]


def test_a_long_sentence_is_not_parted_at_its_first_word() -> None:
    """Though there is a mark, and somebody pauses."""
    words = (Word("Well,", 0, 0.4), *timed(LONG[:100], offset=1, each=0.2))
    found = texts(Line("Well, " + LONG[:100], 0, 6, None, words))
    assert len(found) > 1
    assert min(len(" ".join(lines)) for lines in found) > 20


@pytest.mark.parametrize("at", [8, 10, 12])
def test_a_long_sentence_is_parted_where_somebody_pauses(at: int) -> None:
    said = "they talk to themselves about what they have done and go on about what they would like to do one day"
    first, second = " ".join(said.split()[:at]), " ".join(said.split()[at:])
    words = (*timed(first, each=0.3), *timed(second, offset=at * 0.3 + 0.6, each=0.3))
    found = texts(Line(f"{first} {second}", 0, 7, None, words))
    assert [" ".join(lines) for lines in found] == [first, second]


def test_lines_and_cues_are_parted_at_clauses_and_blanks() -> None:
    assert texts(Line("Turn on the red light, and then close the big door", 0, 5)) == [
        ["Turn on the red light,", "and then close the big door"]
    ]
    assert texts(Line(f"{'あ' * 13} {'い' * 11}", 0, 5)) == [["あ" * 13, "い" * 11]]
    assert "".join(texts(Line(f"{'あ' * 21} {'い' * 19}", 0, 6))[0]) == "あ" * 21


def test_a_line_takes_as_many_characters_as_are_seen() -> None:
    """A blank between two lines is in neither, and an accent is above its letter."""
    line = f"{'a' * 20} {'b' * 21}"
    assert texts(Line(f"{line} {line}", 0, 5)) == [[line, line]]
    accented = line.replace("b", "b\N{COMBINING ACUTE ACCENT}")
    assert texts(Line(accented, 0, 5)) == [[accented]]


def test_more_at_a_time_than_can_be_shown_are_shown_for_a_moment_each() -> None:
    found = made(*(Line("Yes.", 0, 0.1, f"Guest-{at % 2}") for at in range(1500)))
    assert len(found) == 1500
    assert_by_the_rules(found)


def test_words_have_their_own_times() -> None:
    words = (*timed("It is on."), *timed("The door is shut.", offset=9))
    found = made(Line("It is on. The door is shut.", 0, 10.6, None, words))
    assert [(cue.start_ms, cue.end_ms) for cue in found] == [(0, 1200), (9000, 10600)]


def test_no_cue_goes_across_a_silence() -> None:
    words = (*timed("I think"), *timed("that it is on", offset=2.0))
    found = made(Line("I think that it is on", 0, 3.6, None, words))
    assert [(cue.start_ms, cue.end_ms, cue.lines) for cue in found] == [
        (0, 1000, ["I think"]),
        (2000, 3600, ["that it is on"]),
    ]
    assert found[1].start_ms - 800 >= SILENCE


def test_a_silence_of_a_second_is_one() -> None:
    words = (Word("Turn", 0, 1), Word("off.", 2, 1))
    assert texts(Line("Turn off.", 0, 3, None, words)) == [["Turn"], ["off."]]


def test_words_that_are_spelled_otherwise_still_tell_the_time() -> None:
    words = timed("set it to twenty two degrees and then go to bed please", each=0.5)
    found = made(Line("Set it to 22°. And then go to bed, please.", 0, 6, None, words))
    assert [cue.lines for cue in found] == [["Set it to 22°."], ["And then go to bed, please."]]
    assert found[0].end_ms == found[1].start_ms
    assert found[1].start_ms == pytest.approx(3000, abs=1000)


def test_a_word_that_is_said_for_longer_than_until_the_next_is_not() -> None:
    words = (Word("Twentytwo", 0, 30), Word("degrees.", 3, 1))
    assert [cue.start_ms for cue in made(Line("Twenty. Two degrees.", 0, 4, None, words))] == [0, 2000]


def test_words_with_times_that_lie_do_no_harm() -> None:
    words = (Word("b", 5, 1), Word("a", 1, 9), Word("", 0, 0), Word("c", 4, 0), Word("…", 3, 0))
    found = made(Line("B a c …", 1, 4, None, words), Line(LONG, 2, 0), Line("x", 2, 0))
    assert_by_the_rules(found)


def test_chinese_has_shorter_lines_and_none_begins_with_a_mark() -> None:
    text = "今天天气很好、我们一起去公园散步吧。公园里有很多花、都开得非常漂亮、孩子们在草地上玩耍、老人们在聊天。"
    found = made(Line(text, 0, 20))
    assert_by_the_rules(found)
    assert "".join(line for cue in found for line in cue.lines) == text
    assert not any(line[0] in "、。" for cue in found for line in cue.lines)


def test_a_word_longer_than_a_line_is_cut() -> None:
    found = made(Line("See " + "x" * 200, 0, 9))
    assert_by_the_rules(found)
    assert "".join("".join(cue.lines) for cue in found) == "See" + "x" * 200


def test_two_at_a_time_are_one_after_the_other() -> None:
    found = made(Line(TALK, 0, 20, "A"), Line("Yes.", 5, 0.3, "B"), Line("No.", 5, 0.3, "C"), Line("Oh.", 5, 0.3, "D"))
    assert_by_the_rules(found)
    assert {cue.speaker for cue in found} == set("ABCD")


def test_a_short_answer_can_be_read_though_somebody_goes_on() -> None:
    found = made(Line("Yes.", 1, 0.3, "A"), Line("I do not think so.", 1.4, 2, "B"))
    assert [(cue.start_ms, cue.end_ms) for cue in found] == [(1000, 1900), (1900, 3400)]


def test_a_change_of_speaker_is_told_in_the_text_if_wanted() -> None:
    lines = (
        Line("Is it on?", 0, 2, "Guest-1"),
        Line("I think so.", 2, 2, "Guest-1"),
        Line("No.", 5, 1, "Guest-2"),
        Line("Oh.", 8, 1),
        Line("But.", 10, 1, "Guest-2"),
    )
    assert texts(*lines) == [["Is it on?"], ["I think so."], ["No."], ["Oh."], ["But."]]
    assert texts(*lines, named=True) == [
        ["Guest-1: Is it on?"],
        ["I think so."],
        ["Guest-2: No."],
        ["Oh."],
        ["Guest-2: But."],
    ]


def test_a_name_is_not_told_again_behind_a_silence() -> None:
    assert texts(Line("Yes.", 0, 1, "Ada"), Line("No.", 5, 1, "Ada"), named=True) == [["Ada: Yes."], ["No."]]


def test_phrases_of_a_script_without_blanks_have_none_between_them() -> None:
    assert texts(Line("はい。", 0, 0.3), Line("そう。", 0.4, 0.3)) == [["はい。そう。"]]
    assert texts(Line("Yes.", 0, 0.3), Line("No.", 0.4, 0.3)) == [["Yes. No."]]


def test_a_chinese_character_takes_as_long_as_two_letters() -> None:
    assert [cue.start_ms for cue in made(Line("Abcd. 今日天気。", 0, 6))] == [0, 2000]


def test_names_are_short_and_in_one_line() -> None:
    assert name_of(None) is name_of("") is name_of(" \n\u202e ") is None
    assert name_of("A\nB\u202e -->\0 C") == "A B --> C"
    assert name_of("x" * 99) == "x" * 32
    assert_by_the_rules(made(Line(TALK, 0, 20, "字" * 99), named=True))


def test_anything_is_by_the_rules() -> None:
    random = Random(7)  # noqa: S311 - the same again each time
    words = [
        "a",
        "it.",
        "Dr.",
        "really?",
        "日本語、",
        "です。",
        "x" * 50,
        "-->",
        "<b>",
        "well,",
        "ครับ",
        "\ud800",
        "\n\n",
        "!",
    ]
    for _ in range(300):
        lines = []
        for _ in range(random.randrange(40)):
            text = random.choice(["", " "]).join(random.choices(words, k=random.randrange(30)))
            offset, duration = random.uniform(0, 60), random.choice([0, random.uniform(0, 9)])
            known = tuple(
                Word(random.choice(words), random.uniform(0, 60), random.uniform(0, 3))
                for _ in range(random.randrange(5))
            )
            lines.append(Line(text, offset, duration, random.choice([None, "A", "字" * 40]), known))
        for named in (False, True):
            assert_by_the_rules(made(*lines, named=named))
