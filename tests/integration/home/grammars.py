"""Small grammars, and what Home Assistant makes of a text with them."""

from collections.abc import Iterable, Mapping
from typing import Any

from hassil.intents import Intents, SlotList, TextSlotList
from hassil.recognize import RecognizeResult, recognize_all, recognize_best
import pytest

from custom_components.azure_speech_live.home.command import Verdict
from custom_components.azure_speech_live.home.grammar import Grammar, judge

LIGHT = {"domain": "light"}
COVER = {"domain": "cover"}
KITCHEN = {"area": {"value": "Kitchen", "text": "Kitchen"}}

type Block = Mapping[str, Any]


@pytest.fixture(name="home", autouse=True)
def no_home() -> None:
    """Spare what knows nothing of Home Assistant one for every test."""


def on(*sentences: str, **more: Any) -> Block:
    """Return an intent's data: its sentences, and what else it has."""
    return {"sentences": list(sentences), **more}


def intents(blocks: Mapping[str, Block | Iterable[Block]], language: str = "en", **more: Any) -> Intents:
    """Return the sentences of a language, as YAML has them."""
    data = {name: [block] if isinstance(block, Mapping) else list(block) for name, block in blocks.items()}
    return Intents.from_dict({"language": language, "intents": {name: {"data": d} for name, d in data.items()}, **more})


def lists_of(
    names: Iterable[tuple[str, Mapping[str, Any]]] = (("Lamp", LIGHT),),
    areas: Iterable[str] = ("Kitchen", "Bedroom"),
    floors: Iterable[str] = ("Upstairs",),
) -> dict[str, SlotList]:
    """Return a home's lists as Home Assistant makes them."""
    values = [(name, name, dict(context)) for name, context in names]
    return {
        "name": TextSlotList.from_tuples(values, allow_template=False),
        "area": TextSlotList.from_strings(areas, allow_template=False),
        "floor": TextSlotList.from_strings(floors, allow_template=False),
    }


def grammar(
    blocks: Mapping[str, Block | Iterable[Block]],
    *,
    slot_lists: Mapping[str, SlotList] | None = None,
    context: Mapping[str, Any] | None = None,
    triggers: Intents | None = None,
    **more: Any,
) -> Grammar:
    """Return what can be said in a home."""
    sentences = intents(blocks, **more)
    return Grammar(sentences, lists_of() if slot_lists is None else slot_lists, context, sentences.language, triggers)


def matched(text: str, said_here: Grammar) -> RecognizeResult | None:
    """Return what Home Assistant understands, as its `_recognize_strict` does."""
    return recognize_best(
        text,
        said_here.intents,
        slot_lists=dict(said_here.slot_lists),
        intent_context=None if said_here.context is None else dict(said_here.context),
        language=said_here.language,
        best_slot_name="name",
    )


def verdict(text: str, said_here: Grammar) -> Verdict:
    """Return what is judged of a text, with what Home Assistant makes of it."""
    triggered = said_here.triggers is not None and any(recognize_all(text, said_here.triggers))
    return judge(text, said_here, matched(text, said_here), triggered=triggered)
