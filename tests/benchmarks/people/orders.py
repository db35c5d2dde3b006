"""Orders of coffee that fifty people have spoken: Picovoice's Speech-to-Intent Benchmark (Apache License 2.0).

The set says what each order means, not its words; but how an order may be worded is known, so that pocketsphinx finds
both its words and where they are. Those in which it finds none are left aside.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import permutations
import json
from pathlib import Path
from typing import Any, Final
import wave

import numpy as np

from tests.benchmarks.ending.clone import CACHE, cloned
from tests.speech_service.engines.alignment import Aligner
from tests.speech_service.engines.known import FRAME, LOUD, Recording, Said, loudness
from tests.speech_service.wav import SAMPLE_RATE

from .spoken import Spoken

URL: Final = "https://github.com/Picovoice/speech-to-intent-benchmark"
COMMIT: Final = "47b1ca63afe4f08cb83e1f70fec16764879bd130"
BEFORE, AFTER = 0.5, 1.5
"""Seconds of a recording that are played before its first sound and after its last one; some are mostly quiet."""

ASKS: Final = "brew | can i get | can i have | i want | get me | give me | i'd like | make me | may i have"
KINDS: Final = ("size", "roast", "numberOfShots")
"""What may stand before the drink, in any order, as the set's labels call it."""
EXTRAS: Final = ("milkAmount", "sugarAmount")
"""What may stand behind it."""
LITTLE: Final = "[a little bit of | a bit of | some | a lot of | lots of]"
SIZES: Final = {"eight": 8, "twelve": 12, "sixteen": 16, "twenty": 20}
LISTS: Final[Mapping[str, tuple[str, ...]]] = {
    "size": ("small", "medium", "large", *(f"({word} | {number}) ounce" for word, number in SIZES.items())),
    "roast": ("light roast", "medium roast", "dark roast"),
    "shots": ("single shot", "double shot", "triple shot"),
    "drink": (
        *("americano", "cappuccino", "espresso", "iced mocha", "latte", "mocha", "coffee", "drip coffee"),
        *("house coffee", "iced coffee"),
    ),
    "milk": tuple(f"{LITTLE} {kind}" for kind in ("[skim | whole | soy | almond] milk", "cream")),
    "sugar": tuple(f"{LITTLE} {kind}" for kind in ("[brown] sugar", "sweetener")),
}
ORDER: Final = (
    f"({ASKS}) [a | an] ([{{size}}];[{{roast}}];[{{shots}}]) {{drink}} "
    "[with ({milk} [and {sugar}] | {sugar} [and {milk}])]"
)
"""All orders, as Home Assistant is told them."""


def orders(most: int | None = None) -> Spoken:
    """Return them all, or so many. Blocks; needs the network, and a minute or two, the first time."""
    folder = cloned(URL, COMMIT) / "data"
    kept = CACHE / f"orders-{COMMIT[:12]}.json"
    if not kept.exists():
        kept.write_text(json.dumps(dict(_aligned(folder))), encoding="utf-8")
    words: dict[str, list[Any]] = json.loads(kept.read_text(encoding="utf-8"))
    names = sorted(words)[:most]
    recordings = [Recording(_pcm(folder, name), tuple(Said(*word) for word in words[name])) for name in names]
    lists = {name: {"values": [{"in": value, "out": value} for value in values]} for name, values in LISTS.items()}
    sentences = {"language": "en", "intents": {"OrderDrink": {"data": [{"sentences": [ORDER]}]}}, "lists": lists}
    return Spoken(list(map(_trimmed, recordings)), sentences, {"OrderDrink": {"speech": {"text": "It is coming"}}})


def wording(meant: Mapping[str, str]) -> str:
    """Return how an order may be worded, as a grammar: see `Aligner`."""
    said = {name: value.strip().lower() for name, value in meant.items()}
    kinds = _in_any_order([said[kind] for kind in KINDS if kind in said], " ")
    extras = _in_any_order([said[extra] for extra in EXTRAS if extra in said], " and ")
    behind = f" with {extras}" if extras else ""
    return f"({ASKS}) [a | an] {kinds} {said['coffeeDrink']}{behind}"


def _in_any_order(parts: list[str], between: str) -> str:
    return f"({' | '.join(between.join(order) for order in permutations(parts))})" if parts else ""


def _aligned(folder: Path) -> Iterator[tuple[str, list[tuple[str, float, float]]]]:
    """Yield the names of the recordings, and their words."""
    labels = json.loads((folder / "label" / "label.json").read_text(encoding="utf-8"))
    aligner = Aligner()
    for file in sorted((folder / "speech" / "clean").glob("*.wav")):
        if file.name in labels and (
            recording := aligner.align(_pcm(folder, file.name), wording(labels[file.name]["slots"]))
        ):
            yield file.name, [(word.text, word.start, word.end) for word in recording.words]


def _pcm(folder: Path, name: str) -> bytes:
    with wave.open(str(folder / "speech" / "clean" / name)) as file:
        assert (file.getframerate(), file.getnchannels(), file.getsampwidth()) == (SAMPLE_RATE, 1, 2)
        return bytes(file.readframes(file.getnframes()))


def _trimmed(recording: Recording) -> Recording:
    """Return a recording without most of the quiet around what is said."""
    (loud,) = np.nonzero(loudness(np.frombuffer(recording.pcm, np.int16)) >= LOUD)
    first = min(recording.words[0].start, float(loud[0]) * FRAME)
    begin = max(0.0, first - BEFORE)
    end = recording.last_sound + AFTER
    words = tuple(Said(word.text, word.start - begin, word.end - begin) for word in recording.words)
    return Recording(recording.pcm[2 * round(begin * SAMPLE_RATE) : 2 * round(end * SAMPLE_RATE)], words)
