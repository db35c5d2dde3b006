"""Whether a command can go on: each rule with a grammar of its own."""

from typing import Final

import pytest

from custom_components.azure_speech_live.home.command import Verdict
from custom_components.azure_speech_live.home.grammar import judge

from .grammars import COVER, KITCHEN, LIGHT, grammar, intents, lists_of, no_home, on, verdict  # noqa: F401 - a fixture

FINAL: Final = Verdict.FINAL
OPEN: Final = Verdict.OPEN
BEGUN: Final = Verdict.BEGUN
OTHER: Final = Verdict.OTHER

WILDCARD: Final = {"wildcard": True}
NUMBER: Final = {"range": {"from": 0, "to": 100}}

LIGHTS: Final = grammar(
    {
        "TurnOn": [
            on("turn on [the] {name} [please]"),
            on("turn on [the] {name} (in|on) [the] ({area}|{floor})"),
            on("turn on [the] lights", requires_context={"area": {"slot": True}}, slots={"domain": "light"}),
            on("turn on [the] lights in [the] {area}", slots={"domain": "light"}),
        ],
        "TurnOff": on("turn off [the] {name}"),
        "SetLight": [on("set [the] {name} to {brightness}[[ ](%|percent)]"), on("{name} {brightness}[[ ](%|percent)]")],
        "Blinds": on("open [the] {name}", requires_context={"domain": "cover"}),
        "Flaps": on("open [the] {name} slowly", requires_context={"domain": "flap"}),
        "Dim": [on("dim"), on("dim lights", requires_context={"area": {"slot": True}})],
        "Glow": [on("glow {name}", slots={"area": "Kitchen"}), on("glow {name} now")],
        "Shine": [on("shine {name}"), on("shine {name} in {area}", slots={"floor": "Upstairs"})],
    },
    slot_lists=lists_of(
        [("Lamp", LIGHT), ("Lamp left", LIGHT), ("Desk", LIGHT), ("Fan", {}), ("Fan", {}), ("Blind", COVER)],
        areas=["Kitchen", "Hall", "Hall way"],
    ),
    context=KITCHEN,
    lists={"brightness": NUMBER},
    skip_words=["can you", "please", "for me"],
)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("turn on the desk", FINAL),  # only the same words more, or where the one desk is
        ("Turn on the desk.", FINAL),
        ("turn off the desk", FINAL),
        ("turn on the desk in the kitchen", FINAL),
        ("can you turn on the desk please", FINAL),
        ("turn on the desk in the hall", OPEN),  # way: it was said where it is
        ("turn on the fan", OPEN),  # there are two: in the kitchen is another
        ("turn on the lamp", OPEN),  # the left one
        ("turn on the lights", OPEN),  # of another room
        ("turn on the lights in the kitchen", FINAL),
        ("set the desk to 50%", FINAL),
        ("set the desk to 50 percent", FINAL),
        ("set the desk to 5", OPEN),  # 50
        ("set the desk to 20", OPEN),  # twenty-five
        ("set the desk to twenty", OPEN),
        ("set the desk to 15", FINAL),
        ("set the desk to fifteen", FINAL),
        ("", BEGUN),
        ("turn", BEGUN),
        ("turn on", BEGUN),
        ("turn on the", BEGUN),
        ("open the", BEGUN),
        ("desk", BEGUN),
        ("desk twenty-", BEGUN),
        ("can", BEGUN),  # the beginning of what can be skipped
        ("can you", BEGUN),
        ("turn on the la", OTHER),  # no word goes on, only words do
        ("turn on the garage", OTHER),
        ("open the desk", OTHER),  # is no cover
        ("open the blind", FINAL),  # is no flap
        ("turn off the desk for", BEGUN),  # me
        ("dim", OPEN),  # all lights of this room
        ("glow desk", FINAL),  # without its place it is the same
        ("shine desk", FINAL),  # as with its place, wherever that is
        ("what a day", OTHER),
    ],
)
def test_a_command_goes_on_to_another_or_not(text: str, expected: Verdict) -> None:
    assert verdict(text, LIGHTS) is expected


FREE: Final = grammar(
    {
        "Play": [on("play {query}"), on("play {query} in [the] {area}")],
        "Broadcast": on("broadcast {message}"),
        "AddItem": on("add {item} to [the] {name} [list]"),
        "Need": on("we need {item} and {item} from [the] {anything}"),
        "Later": on("{command} in {minutes} minutes", "{command} in {minutes} minutes and {seconds} seconds"),
        "TurnOn": on("turn on [the] {name}"),
        "TurnAll": on("turn {anything} over"),
        "Read": on("read out {message}"),
    },
    lists={
        "minutes": NUMBER,
        "seconds": NUMBER,
        **dict.fromkeys(("query", "message", "item", "command", "anything"), WILDCARD),
    },
    slot_lists=lists_of([("Lamp", LIGHT), ("Shopping", {})]),
    skip_words=["please"],
)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("turn on the lamp", FINAL),  # what begins with free text is left aside, and what takes "on the lamp" for it
        ("play some jazz", OPEN),
        ("play some jazz in the kitchen", FINAL),  # the place is understood
        ("play", BEGUN),
        ("broadcast dinner is ready", OPEN),
        ("add milk", BEGUN),
        ("we need milk and rice from the shop", OPEN),  # both are free text of one slot
        ("add milk to the shopping", FINAL),
        ("read-out well-known lines", OPEN),  # hassil has "well known lines" read out
        ("read out please well-known please lines", OPEN),
        ("add milk to the shopping list", FINAL),
        ("turn on the lamp in 5", BEGUN),  # "turn on the lamp" is free text here: turn ... over
        ("dance in 5", OTHER),
        ("dance in 5 minutes", OPEN),  # it begins with free text itself
        ("dance in 5 minutes and 7 seconds", FINAL),
        ("dance", OTHER),
    ],
)
def test_free_text_goes_on_where_the_command_has_free_text(text: str, expected: Verdict) -> None:
    assert verdict(text, FREE) is expected


TIMERS: Final = grammar(
    {
        "StartTimer": [
            on("[set a] timer for {hours} hour[s] [[and] {minutes} minute[s]]"),
            on("[set a] timer for {minutes} minute[s] [[and] {seconds} second[s]]"),
        ],
        "Stop": [on("stop [it|that]", slots={"all": True}), on("stop [it] now", slots={"all": True})],
        "Halt": [on("halt", slots={"all": True}), on("halt slowly", slots={"all": False})],
        "Mute": [on("mute", slots={"all": True}), on("mute now")],
        "Pause": [on("pause", response="short"), on("pause playing", response="long")],
    },
    lists=dict.fromkeys(("hours", "minutes", "seconds"), NUMBER),
)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("timer for ten minutes", OPEN),  # and five seconds
        ("timer for 10 minutes and 5 seconds", FINAL),
        ("timer for one hour 10", BEGUN),
        ("timer for one hour 10 minutes", FINAL),
        ("stop", FINAL),  # it, now: the same intent and the same slots, which are fixed
        ("halt", OPEN),
        ("mute", OPEN),
        ("pause", OPEN),  # is answered otherwise
    ],
)
def test_only_the_same_slots_are_the_same(text: str, expected: Verdict) -> None:
    assert verdict(text, TIMERS) is expected


TRIGGERED: Final = grammar(
    {"TurnOn": on("good night {name}"), "Play": on("party time {query}")},
    lists={"query": WILDCARD},
    triggers=intents(
        {
            "1": on("good night"),
            "2": on("party [time]"),
            "3": on("[it is] late"),
            "4": on("late again"),
            "5": on("film {title} please"),
            "6": on("lamp time"),
        },
        lists={"title": WILDCARD},
    ),
)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("good night", OPEN),  # lamp
        ("party", OPEN),
        ("party time", OPEN),
        ("it is", BEGUN),
        ("it is late", FINAL),
        ("late", OPEN),
        ("film", BEGUN),
        ("film alien please", OPEN),
        ("film alien", BEGUN),
        ("good night lamp", FINAL),
        ("lamp", BEGUN),
    ],
)
def test_sentences_that_start_automations_count_as_well(text: str, expected: Verdict) -> None:
    assert verdict(text, TRIGGERED) is expected


def test_a_number_that_is_captured_is_a_slot_and_a_word_is_for_the_answer_only() -> None:
    captures = grammar(
        {"Count": on("count [to {number:@last}]"), "Say": on("say [{word:@last}]")},
        lists={"number": NUMBER, "word": {"values": ["please"]}},
    )
    assert verdict("count", captures) is OPEN
    assert verdict("say", captures) is FINAL


JAPANESE: Final = grammar(
    {"TurnOn": on("{name}をつけて[ください]"), "SetLight": on("{name}の明るさを{brightness}にして")},
    lists={"brightness": NUMBER},
    slot_lists=lists_of([("ライト", LIGHT), ("ライト左", LIGHT), ("扇風機", {})]),
    language="ja",
)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("ライ", BEGUN),
        ("扇風機", BEGUN),
        ("扇風機を", BEGUN),
        ("ライトの明るさを五", BEGUN),  # 五十
        ("扇風機をつけて", FINAL),
        ("扇風機を見て", OTHER),
    ],
)
def test_where_no_space_parts_words_a_sentence_goes_on_anywhere(text: str, expected: Verdict) -> None:
    assert verdict(text, JAPANESE) is expected


def test_free_text_goes_on_where_a_language_has_no_spaces() -> None:
    note = grammar(
        {"Note": on("{item}")}, lists={"item": WILDCARD}, language="zh-CN", settings={"ignore_whitespace": True}
    )
    assert verdict("牛奶 - 面包", note) is OPEN


def test_a_number_is_what_it_is_multiplied_to() -> None:
    step = {"range": {"from": 0, "to": 100, "multiplier": -1}}
    lower = grammar({"Lower": on("lower it by {step}[[ ]percent]")}, lists={"step": step})
    assert verdict("lower it by 15", lower) is FINAL


def test_an_intent_has_rules_of_its_own() -> None:
    ways = grammar(
        {
            "Go": on("go <where>", expansion_rules={"where": "left"}),
            "Walk": on("walk <where>", expansion_rules={"where": "right now"}),
        }
    )
    assert verdict("go left", ways) is FINAL
    assert verdict("walk right", ways) is BEGUN


def test_of_what_nobody_can_say_here_nothing_is_told() -> None:
    assert verdict("turn on the lamp", grammar({})) is OTHER


def test_a_home_whose_names_change_is_another() -> None:
    before = grammar({"TurnOn": on("turn on {name}")})
    assert verdict("turn on lamp", before) is FINAL
    after = type(before)(before.intents, lists_of([("Lamp", LIGHT), ("Lamp left", LIGHT)]), None, "en", None)
    assert verdict("turn on lamp", after) is OPEN


@pytest.mark.parametrize(
    "text", ["turn on " + "the lamp " * 400, "a " * 2000, "-" * 3000, "\u0130" * 50, "{name} <x> [y]"]
)
def test_no_text_is_too_much(text: str) -> None:
    assert judge(text, LIGHTS, None, triggered=False) in (BEGUN, OTHER)


NAMES: Final = lists_of([(f"lamp {number}", LIGHT) for number in range(500)])


MONSTERS: Final = {
    "free text in itself": " ".join(["[{x}] [(a|b|c) {name}] <nested>"] * 40),
    "any order": "(" + ";".join(f"[word {number}]" for number in range(20)) + ")",
    "deep": "[" * 200 + "word" + "]" * 200,
    "names": " ".join(["[{name}] [lamp] [{x}]"] * 60),
    "a rule in itself": "<nested> word",
}


@pytest.mark.parametrize("sentence", MONSTERS.values(), ids=MONSTERS)
def test_a_monster_of_a_grammar_is_not_judged(sentence: str) -> None:
    monster = grammar(
        {"Monster": on(sentence)},
        expansion_rules={"nested": "[<nested>] {x}"},
        lists={"x": WILDCARD},
        slot_lists=NAMES,
    )
    assert judge("lamp 1 lamp " * 40, monster, None, triggered=False) in (BEGUN, OTHER)
