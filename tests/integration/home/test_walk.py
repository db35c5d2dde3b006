"""The walk against hassil itself: what hassil understands begins with what the walk says can go on."""

from typing import Any, Final

from hassil.intents import Intents, SlotList
from hassil.recognize import recognize
from hassil.sample import sample_intents
from hypothesis import given, strategies as st
import pytest

from custom_components.azure_speech_live.home.patterns import Patterns
from custom_components.azure_speech_live.home.sense import MORE, Sense
from custom_components.azure_speech_live.home.values import Lists
from custom_components.azure_speech_live.home.walk import Beyond, Walk
from custom_components.azure_speech_live.home.wording import wordings

from .grammars import COVER, LIGHT, intents, lists_of, no_home, on  # noqa: F401 - one is a fixture

WILDCARD: Final = {"wildcard": True}
LISTS: Final = lists_of([("Lamp", LIGHT), ("Lamp left", LIGHT), ("Living-room TV", {}), ("Blind", COVER)])


class Said:
    """What can be said in a home."""

    def __init__(self, sentences: Intents, slot_lists: dict[str, SlotList] = LISTS) -> None:
        """Prepare it."""
        self.sentences = sentences
        self.lists = slot_lists
        self._patterns = Patterns(sentences)
        self._lists = Lists(self._patterns, slot_lists, sentences.language)
        self._beyond = Beyond(self._lists)

    def goes_on(self, text: str) -> bool:
        """Return whether a sentence begins with a text, and more words follow."""
        return any(
            bits & MORE
            for wording in wordings(text, self._patterns.skip_words, tight=self._patterns.tight)
            for scope, branch in self._patterns.branches.items()
            for _, bits in Walk(self._lists, self._beyond, wording, Sense()).continuations(scope, branch)
        )

    def has(self, sentence: str) -> bool:
        """Return whether hassil understands a sentence."""
        return recognize(sentence, self.sentences, self.lists, language=self.sentences.language) is not None


def beginnings(sentence: str) -> list[str]:
    """Return what is said before each word of a sentence."""
    words = sentence.split()
    return [" ".join(words[:count]) for count in range(1, len(words))]


EVERY_KIND: Final[dict[str, dict[str, Any]]] = {
    "optional": {"sentences": ["turn[ ]on [all] [the] light[s]"]},
    "alternatives": {"sentences": ["(set|change) (the|my|) heat[ing] (up|down)"]},
    "permutation": {"sentences": ["set (the light;to {level};[now]) please"]},
    "rules": {"sentences": ["<turn> on (<the_name>|<the_area>)"]},
    "own_rules": {"sentences": ["<turn> it"], "expansion_rules": {"turn": "flip [over]"}},
    "numbers": {"sentences": ["{level}[%| percent]", "dim by {fraction} points"]},
    "templates_as_values": {"sentences": ["make it {mood} [now]"]},
    "some_names": {"sentences": ["close {name} [halfway]"], "requires_context": {"domain": "cover"}},
    "not_all_names": {"sentences": ["start [the] {name} [again]"], "excludes_context": {"domain": "light"}},
    "joined": {"sentences": ["the tv-set is loud", "what's l'[heure] now", "living room {name}"]},
    "affixes": {"sentences": ["make {name}s glow", "un{mood} it all"]},
}
MORE_OF_IT: Final[dict[str, Any]] = {
    "expansion_rules": {"turn": "(turn|switch)", "the_name": "[the] {name}", "the_area": "[the] lights in {area}"},
    "lists": {
        "level": {"range": {"from": 0, "to": 100, "step": 25}},
        "fraction": {"range": {"from": 1, "to": 3, "fractions": "halves"}},
        "color": {"values": ["red", "light red"]},
        "mood": {"values": ["calm", "[very] bright", {"in": "party (time|mood)", "out": "party"}]},
    },
}


@pytest.mark.parametrize("kind", EVERY_KIND)
def test_whatever_can_be_said_can_go_on_before_each_of_its_words(kind: str) -> None:
    here = Said(intents({kind: on(**EVERY_KIND[kind])}, **MORE_OF_IT))
    sampled = {sentence for _, sentence in sample_intents(here.sentences, LISTS, language="en")}
    understood = {sentence for sentence in sampled if here.has(sentence)}
    assert understood
    for beginning in {beginning for sentence in understood for beginning in beginnings(sentence)}:
        assert here.goes_on(beginning), beginning


def test_what_only_one_intent_has() -> None:
    lists = {"color": {"values": ["blue", "dark blue"]}}
    here = Said(
        intents({"Paint": [on("paint it {color}", lists=lists), on("wait {1..30:seconds} second[s]")]}, **MORE_OF_IT)
    )
    assert here.goes_on("paint it")
    assert here.goes_on("paint it dark")
    assert not here.goes_on("paint it light")
    assert here.goes_on("wait 12")
    assert here.goes_on("wait twenty")
    assert not here.goes_on("wait 31")


CHINESE: Final = intents(
    {"TurnOn": on("打开[{area}][的](灯|所有 灯)"), "Set": on("{area}亮度[调]到{level}")},
    "zh-CN",
    settings={"ignore_whitespace": True},
    lists={"level": {"range": {"from": 0, "to": 30}}, "area": {"values": ["客厅", "主 卧"]}},
)


def test_in_a_language_without_spaces_before_each_of_its_letters() -> None:
    here = Said(CHINESE, {})
    for sentence in {sentence for _, sentence in sample_intents(CHINESE, language="zh-CN")}:
        for end in range(1, len(sentence)):
            assert here.goes_on(sentence[:end]), sentence[:end]
    assert not here.goes_on("打开所有灯")
    assert not here.goes_on("关")


FREE: Final = Said(
    intents(
        {
            "Play": on("play {query} [on [the] {name}]", "(put|have) {query} on {area} now"),
            "Add": on("add {item} to {list_name} [list]", "[please] note {item}", "add {amount} {item}"),
        },
        lists={
            **dict.fromkeys(("query", "item", "list_name"), WILDCARD),
            "amount": {"range": {"from": 1, "to": 9}},
        },
    )
)


@given(
    st.lists(
        st.sampled_from(
            [*["play", "put", "have", "on", "the", "lamp", "kitchen", "now", "add", "to", "list", "note", "two", "5"]]
        ),
        max_size=8,
    )
)
def test_what_hassil_understands_of_free_text_can_go_on_before(words: list[str]) -> None:
    sentence = " ".join(words)
    if FREE.has(sentence):
        for beginning in beginnings(sentence):
            assert FREE.goes_on(beginning), beginning


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("turn on the light", "turn on the lights"),  # a word grows no more
        ("turn on", "turn {name}"),
        ("close lamp", "close {cover_name} now"),
        ("stop", "stop"),
        ("say", "say <nothing>"),
        ("say", "say {nothing}"),
        ("go", "go {nobody}"),
        ("x", "[x [x [x]]] <itself>"),
    ],
)
def test_what_cannot_go_on_does_not(text: str, sentence: str) -> None:
    sentences = intents(
        {"It": on(sentence)},
        expansion_rules={"itself": "so <itself>"},
        lists={"nobody": {"values": []}, "cover_name": {"values": ["blind"]}},
    )
    assert not Said(sentences).goes_on(text)
