"""What the home's own judgement makes of a whole command: whether it is complete, can go on, or is no command of it."""

from __future__ import annotations

from typing import Final

from hassil.intents import Intents, TextSlotList
from hassil.recognize import recognize_best
from home_assistant_intents import get_intents

from custom_components.azure_speech_live.home.command import Verdict
from custom_components.azure_speech_live.home.grammar import Grammar, judge

from .spoken import Spoken

LANGUAGE: Final = "en"
NAMES: Final = {
    "kitchen light": "light",
    "living room light": "light",
    "bedroom light": "light",
    "coffee machine": "switch",
}
"""Those of the house, and their domains."""


def verdicts(spoken: Spoken) -> list[Verdict]:
    """Return the verdict on each recording's words."""
    known = get_intents(LANGUAGE) or {}
    own = spoken.sentences
    intents = Intents.from_dict(
        known
        | {
            "intents": {**known["intents"], **own.get("intents", {})},
            "lists": {**known["lists"], **own.get("lists", {})},
        }
    )
    grammar = Grammar(
        intents=intents,
        slot_lists={
            "name": TextSlotList.from_tuples((name, name, {"domain": domain}) for name, domain in NAMES.items()),
            **{key: TextSlotList(key, []) for key in ("area", "floor")},
        },
        context=None,
        language=LANGUAGE,
        triggers=None,
    )

    def verdict(text: str) -> Verdict:
        match = recognize_best(
            text,
            intents,
            slot_lists=dict(grammar.slot_lists),
            language=LANGUAGE,
            best_metadata_key="hass_custom_sentence",
            best_slot_name="name",
        )
        return judge(text, grammar, match, triggered=False)

    return [verdict(" ".join(word.text for word in recording.words)) for recording in spoken.recordings]
