"""Whether a command can go on: each rule with a grammar of its own."""

from hassil.intents import Intents

from custom_components.azure_speech_live.home.grammar import Grammar, judge
from custom_components.azure_speech_live.home.verdict import Verdict


def test_of_what_nobody_can_say_here_nothing_is_told() -> None:
    nothing = Grammar(Intents(language="en", intents={}), {}, None, "en", None)
    assert judge("turn on the lamp", nothing, None, triggered=False) is Verdict.OTHER
