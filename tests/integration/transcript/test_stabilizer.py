"""Partial text that does not jump: what was agreed on stays, whatever the hypotheses say afterwards."""

from random import Random

import pytest

from custom_components.azure_speech_live.transcript import stabilizer as module
from custom_components.azure_speech_live.transcript.stabilizer import Shown, Stabilizer
from custom_components.azure_speech_live.transcript.units import key_of, units_of

WORDS = "the cat sat on a mat and the dog ran to it while we were at home in bed".split()  # noqa: SIM905 - shorter


def shown(*hypotheses: str, translated: bool = False) -> list[str]:
    """Return what is shown of each, with a bar behind what stays."""
    stabilizer = Stabilizer(translated=translated)
    taken = map(stabilizer.take, hypotheses)
    return [f"{text.text[: text.stable]}|{text.text[text.stable :]}" for text in taken]


@pytest.mark.parametrize(
    ("hypotheses", "last"),
    [
        (["open"], "|open"),
        ([" open the ", " open the "], "open| the"),
        (["open", "open the"], "open| the"),
        (["open the gar", "open the garage"], "open the| garage"),
        (["open the garage", "open the garage"], "open the| garage"),
        # A word that comes and goes does not stay.
        (["open a", "open the", "open a", "open the garage"], "open| the garage"),
        # Capitals and marks that come later are no other word.
        (["open the door now", "Open the door, now please"], "open the door now| please"),
        # One with fewer words takes nothing back.
        (["a b c d", "a b", "a b c d"], "a b c| d"),
        (["a b c", "a b c d", ""], "a b c| d"),
        # Words that stay are another's now, are fewer, are more: it goes on behind them.
        (["turn of the light", "turn of the light in", "turn off the light in the"], "turn of the light in| the"),
        (["i want an ice", "i want an ice cream", "i want ice cream now"], "i want an ice cream| now"),
        (
            ["i want ice cream", "i want ice cream now", "i do want ice cream now please"],
            "i want ice cream now| please",
        ),
        (["every one knows", "every one knows it", "everyone knows it all"], "every one knows it| all"),
        (["a b c d", "a b c d e", "x y"], "a b c d| e"),
        (["a b c d", "a b c d e", "", "x y"], "a b c d| e"),
        # Behind a longer form of what stays, which is the same word; but not behind each word that is the same.
        (["open gar a", "open gar b", "garage door now"], "open gar| door now"),
        (["the", "the cat", "a cat sat on the mat"], "the cat| sat on the mat"),
        # Characters, where words have no blanks; a word of two may still be another.
        (["今日は", "今日は天気"], "今日は|天気"),
        (["今日は天気", "今日は天気が"], "今日は天|気が"),
        (["今日は天気が", "今日は天気が良", "本日は天気が良い"], "今日は天気が|良い"),
    ],
)
def test_what_stays(hypotheses: list[str], last: str) -> None:
    assert shown(*hypotheses)[-1] == last


def test_a_translation_stays_later() -> None:
    said = ["ich habe den", "ich habe den hund", "ich habe den hund gesehen", "ich habe den großen hund gesehen"]
    assert shown(*said) == [
        "|ich habe den",
        "ich habe den| hund",
        "ich habe den hund| gesehen",
        "ich habe den hund| gesehen",
    ]
    assert shown(*said, translated=True) == [
        "|ich habe den",
        "|ich habe den hund",
        "|ich habe den hund gesehen",
        "ich| habe den großen hund gesehen",
    ]


def test_a_verb_of_a_short_clause_is_at_its_place_in_a_translation() -> None:
    """It comes before the words that were translated so far."""
    hypotheses = ["ich den", "ich den hund", "ich den hund im", "ich den hund im garten", "ich habe den hund im garten"]
    assert shown(*hypotheses, translated=True)[-1].replace("|", "") == hypotheses[-1]
    assert shown(*hypotheses)[-1].replace("|", "") == hypotheses[-2], "until the final text"


def test_what_is_behind_stays_at_its_place_over_many_contradictions() -> None:
    stabilizer = Stabilizer()
    words = [f"w{at}" for at in range(60)]
    last = Shown("", 0)
    for end in range(1, 60):
        wrong = ["um", "um", *words[: end // 2 - 1], *words[end // 2 :]] if end > 30 else words
        text = " ".join(wrong[: end + 1])
        last = stabilizer.take(text)
    told = last.text.split()
    assert told == sorted(set(told), key=words.index), "no word twice, none at another's place"
    assert len(told) >= 58


def test_it_goes_on_behind_ever_more_words_than_stay() -> None:
    """As where numbers are written otherwise the longer they become."""
    stabilizer = Stabilizer()
    words = [f"w{at}" for at in range(60)]
    for end in range(1, 60):
        stabilizer.take(" ".join([*["um"] * max(end - 20, 0), *words[: end + 1]]))
    assert stabilizer.take(" ".join(words)).text.split() == words


def test_it_goes_on_at_once_behind_a_hypothesis_that_agrees_again() -> None:
    """How many words more an earlier one had is forgotten."""
    stabilizer = Stabilizer()
    words = [f"w{at}" for at in range(60)]
    for end in range(1, 50):
        stabilizer.take(" ".join([*["um"] * max(end - 20, 0), *words[: end + 1]]))
    stabilizer.take(" ".join(words[:55]))
    assert stabilizer.take(" ".join(["x", *words[1:60], *["y"] * 20])).text.split() == [*words, *["y"] * 20]


def test_it_goes_on_at_its_place_behind_a_hypothesis_of_few_words() -> None:
    words = [f"w{at}" for at in range(60)]
    for few in (words[:1], ["x"], ["x", *words[1:3]]):
        stabilizer = Stabilizer()
        told: list[str] = []
        for heard in (words[:40], words[:41], few, ["x", *words[1:]]):
            told = stabilizer.take(" ".join(heard)).text.split()
        assert told == words, few


def test_it_goes_on_at_its_place_where_a_dozen_words_are_left_out() -> None:
    stabilizer = Stabilizer()
    words = [f"w{at}" for at in range(60)]
    told: list[str] = []
    for heard in (words[:40], words[:41], [*words[:5], *words[17:]]):
        told = stabilizer.take(" ".join(heard)).text.split()
    assert told == words


@pytest.mark.parametrize("kind", ["words", "characters", "a translation"])
def test_what_stays_is_never_changed(kind: str) -> None:
    random = Random(kind)  # noqa: S311 - the same again each time
    for _ in range(200):
        assert_that_it_stays(random, unspaced=kind == "characters", translated=kind == "a translation")


def assert_that_it_stays(random: Random, *, unspaced: bool, translated: bool) -> None:
    """Have a phrase spoken with hypotheses that get words wrong, and look at what is shown of it."""
    stabilizer = Stabilizer(translated=translated)
    said: list[str] = []
    before = Shown("", 0)
    for _ in range(40):
        said += random.choices(list("今日は天気が良いです") if unspaced else WORDS, k=random.randrange(3))
        heard = list(said)
        for _ in range(random.choice([0, 0, 1, 3])):
            at = random.randrange(len(heard) + 1)
            heard[at : at + random.randrange(3)] = random.choices(WORDS, k=random.randrange(3))
        if random.random() < 0.1:
            heard = heard[: random.randrange(len(heard) + 1)]
        text = ("" if unspaced else " ").join(heard)
        now = stabilizer.take(text.capitalize() if random.random() < 0.2 else text)
        assert now.text.startswith(before.text[: before.stable])
        assert before.stable <= now.stable <= len(now.text)
        assert len(units_of(now.text)) <= len(units_of(before.text)) + len(heard) + 1
        before = now


def test_hypotheses_that_only_grow_are_shown_as_they_are() -> None:
    stabilizer = Stabilizer()
    for end in range(len(WORDS)):
        text = " ".join(WORDS[: end + 1])
        assert stabilizer.take(text) == Shown(text, max(len(text) - len(WORDS[end]) - 1, 0))


def test_fewer_shown_words_are_taken_back_than_the_hypotheses_do() -> None:
    """Random rewrites of the last words, as recognizers make them: less than a third of the changes are seen."""
    random = Random(18)  # noqa: S311 - the same again each time
    as_they_are = stabilized = 0
    for _ in range(100):
        stabilizer = Stabilizer()
        heard_before: list[str] = []
        shown_before: list[str] = []
        for end in range(1, 30):
            heard = [random.choice(WORDS)] if end == 1 else [*heard_before, random.choice(WORDS)]
            if random.random() < 0.3:
                heard[random.randrange(max(end - 5, 0), end)] = random.choice(WORDS)
            told = units_of(stabilizer.take(" ".join(heard)).text)
            as_they_are += taken_back(heard_before, heard)
            stabilized += taken_back(shown_before, told)
            heard_before, shown_before = heard, told
    assert stabilized < as_they_are / 3


def taken_back(before: list[str], now: list[str]) -> int:
    """Return how many of the shown words are no longer where they were."""
    same = 0
    while same < min(len(before), len(now)) and key_of(before[same]) == key_of(now[same]):
        same += 1
    return len(before) - same


def test_work_is_bounded_by_the_length_of_a_hypothesis(monkeypatch: pytest.MonkeyPatch) -> None:
    """However much stays, a contradiction is compared with its end alone."""
    compared = 0
    cost = module._cost  # noqa: SLF001 - what is counted

    def counted(word: str, other: str) -> int:
        nonlocal compared
        compared += 1
        return cost(word, other)

    monkeypatch.setattr(module, "_cost", counted)
    stabilizer = Stabilizer()
    words = [f"w{at}" for at in range(5000)]
    for heard in (words, words, ["x", *words, "y"], [*words[3:], "y", "z"]):
        stabilizer.take(" ".join(heard))
    assert 0 < compared <= 2 * 12 * 36
