"""Text that was not asked for yet. What is asked for together, an answer's tests show as well."""

import sys

from hypothesis import given, strategies as st

from custom_components.azure_speech_live.speech.synthesis.texts import said
from custom_components.azure_speech_live.speech.synthesis.unasked import MAX_TEXT, TOGETHER, Unasked

from .speaking import OPTIONS


def taken(unasked: Unasked) -> list[str]:
    texts: list[str] = []
    while unasked:
        texts.append(said(unasked.take(first=not texts)[0]))
    return texts


def test_fragments_wait_until_their_sentence_is_whole() -> None:
    unasked = Unasked(OPTIONS)
    unasked.feed(("The light ",), 0, whole=False)
    unasked.feed(("is ",), 0, whole=False)
    assert not unasked
    unasked.feed(("on.",), 0)
    assert taken(unasked) == ["The light is on."]


def test_an_unfinished_sentence_ends_with_the_text() -> None:
    unasked = Unasked(OPTIONS)
    unasked.feed(("The light",), 0, whole=False)
    unasked.feed((), 0)
    assert taken(unasked) == ["The light"]


def test_what_comes_before() -> None:
    unasked = Unasked(OPTIONS)
    unasked.feed(("Three.",), 0)
    unasked.feed(("And ",), 0, whole=False)
    unasked.feed_before({0: ("One.",), 1: ("Two.",)}, whole=True)
    unasked.feed(("four.",), 0)
    assert taken(unasked) == ["One. Two. Three. And four."]


def test_what_comes_before_may_be_unfinished() -> None:
    unasked = Unasked(OPTIONS)
    unasked.feed_before({0: ("One.",), 1: ("And ",)}, whole=False)
    assert taken(unasked) == ["One."]
    unasked.feed(("two.",), 0)
    assert taken(unasked) == ["And two."]


def test_how_much_there_is() -> None:
    unasked = Unasked(OPTIONS)
    unasked.feed(("a" * (TOGETHER - 1),), 0)
    assert (unasked.ahead, unasked.is_much, unasked.is_full) == (TOGETHER - 1, False, False)
    unasked.feed(("a",), 0)
    assert (unasked.is_much, unasked.is_full) == (True, False)
    unasked.feed(("a" * MAX_TEXT,), 0)
    assert unasked.is_full
    first, _ = unasked.take(first=False)
    assert unasked.ahead == TOGETHER + MAX_TEXT - len(said(first))
    taken(unasked)
    assert unasked.ahead == 0


@given(st.lists(st.tuples(st.sampled_from(["One", "Two ", " three", "...", ""]), st.booleans())))
def test_nothing_is_lost(fed: list[tuple[str, bool]]) -> None:
    unasked = Unasked(OPTIONS)
    sentences = [""]
    for text, whole in fed:
        unasked.feed((text,), 0, whole=whole)
        sentences[-1] += text
        if whole:
            sentences.append("")
    unasked.feed((), 0)
    expected = [sentence for sentence in sentences if any(map(str.isalnum, sentence))]
    assert "".join("".join(taken(unasked)).split()) == "".join("".join(expected).split())


def test_as_many_texts_are_as_much_work_each() -> None:
    few, many = _calls(["a"] * 20), _calls(["a"] * 280)
    assert many < 20 * few


def _calls(texts: list[str]) -> int:
    """Return how many calls it takes to ask for texts, all together."""
    calls = 0

    def count(_frame: object, event: str, _argument: object) -> None:
        nonlocal calls
        calls += event.endswith("call")

    unasked, before = Unasked(OPTIONS), sys.getprofile()
    sys.setprofile(count)
    try:
        for text in texts:
            unasked.feed((text,), 0)
        asked, _ = unasked.take(first=False)
    finally:
        sys.setprofile(before)
    assert said(asked) == " ".join(texts)
    return calls
