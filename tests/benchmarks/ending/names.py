"""Which names are heard, by which of them are in the phrase list: ``python -m tests.benchmarks.ending.names``.

A real recogniser hears real speech: pocketsphinx, which knows the commonest words of English, what is said in homes,
and the phrase list; and flite speaks. A third of what can be switched in a home has a rare word in its name, such as a
family's or a brand's; sensors are called as what they belong to. The home has five times as many names as there is room
for. It takes some minutes, and one home's figures are as good as its names: look at several.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Sequence
from itertools import product
from pathlib import Path
from random import Random
import re
import subprocess
import sys
from typing import Final

from pocketsphinx import Decoder, NGramModel, get_model_path  # type: ignore[import-untyped]  # it has no types

from custom_components.azure_speech_live.recognizer.phrase_list import of_most_help
from tests.speech_service.engines.pocketsphinx import make_decoder

ROOM: Final = 200
COMMON: Final = 500
"""Words that the recogniser knows in any case, the commonest."""
RARE: Final = range(15_000, 60_000)
"""Where rare words stand among all, by how common they are."""
RARE_NAMES: Final = 110
AREAS: Final = (
    "kitchen",
    "bathroom",
    "bedroom",
    "office",
    "garage",
    "garden",
    "hall",
    "attic",
    "cellar",
    "nursery",
    "library",
    "terrace",
    "study",
    "laundry",
)
DEVICES: Final = (
    "light",
    "lamp",
    "fan",
    "heater",
    "blind",
    "curtain",
    "speaker",
    "television",
    "plug",
    "switch",
    "lock",
)
MEASURES: Final = ("temperature", "humidity", "battery", "motion", "power", "energy", "signal")
KINDS: Final = ("left", "right", "big", "small", "front", "back", "reading", "ceiling")


class Home:
    """The names of a home, and what is said in it."""

    def __init__(self, chance: Random, rare: Sequence[str]) -> None:
        """Name it."""
        self.rare = set(chance.sample(rare, RARE_NAMES))
        named = [f"{area} {device}" for area, device in product(AREAS, DEVICES) if chance.random() < 0.6]
        named += [f"{area} {chance.choice(KINDS)} {device}" for area, device in product(AREAS, DEVICES[:4])]
        named += [f"{word} {chance.choice(DEVICES)}" for word in sorted(self.rare)]
        self.switched = chance.sample(named, len(named))
        self.sensors = [f"{name} {measure}" for name in self.switched for measure in chance.sample(MEASURES, 3)]
        self.names = [*AREAS, *self.switched, *chance.sample(self.sensors, len(self.sensors))]

    def said(self, chance: Random) -> tuple[str, str]:
        """Return a command, and the name in it."""
        name = chance.choice(self.switched if chance.random() < 0.7 else self.sensors)
        return (f"turn on the {name}" if name in self.switched else f"what is the {name}"), name


ORDERS: Final[dict[str, Callable[[Sequence[str]], list[str]]]] = {
    "none": lambda _: [],
    "the first": lambda names: list(names[:ROOM]),
    "of most help": lambda names: of_most_help(names, ())[:ROOM],
}


def words_by_use() -> list[str]:
    """Return the words of pocketsphinx's dictionary, the commonest first, as its general model of English has it."""
    general = Decoder(loglevel="FATAL")
    model = NGramModel(general.config, general.logmath, get_model_path("en-us/en-us.lm.bin"))
    dictionary = Path(get_model_path("en-us/cmudict-en-us.dict")).read_text()
    words = sorted(set(re.findall(r"^[a-z]{5,9}(?= )", dictionary, re.MULTILINE)))
    return sorted(words, key=lambda word: -float(model.prob([word])))


def speak(text: str) -> bytes:
    """Return speech as 16 kHz, 16-bit, mono PCM."""
    flite = ["flite", "-voice", "slt", "-t", text, "-o", "/dev/stdout"]
    wav = subprocess.run(flite, check=True, capture_output=True).stdout
    return wav[44:]


def heard(decoder: Decoder, audio: bytes) -> str:
    """Return what is heard."""
    decoder.start_utt()
    decoder.process_raw(audio, full_utt=True)
    decoder.end_utt()
    hypothesis = decoder.hyp()
    return hypothesis.hypstr if hypothesis else ""


def measure(seed: int, commands: int, words: Sequence[str]) -> None:
    """Print how many names are heard in one home."""
    chance = Random(seed)  # noqa: S311 - names of a home
    home = Home(chance, [words[at] for at in RARE])
    said = [home.said(chance) for _ in range(commands)]
    spoken = [speak(command) for command, _ in said]
    known = [*words[:COMMON], *AREAS, *DEVICES, *MEASURES, *KINDS, *_of_others()]
    _print(f"home {seed}: {len(home.names)} names")
    for order, chosen in ORDERS.items():
        decoder = make_decoder([*known, *chosen(home.names)])
        right = [name in heard(decoder, audio) for (_, name), audio in zip(said, spoken, strict=True)]
        is_rare = [not home.rare.isdisjoint(name.split()) for _, name in said]
        rare = sum(map(bool.__and__, right, is_rare, strict=True))
        _print(f"  {order:12}  rare {rare} of {sum(is_rare)}, others {sum(right) - rare} of {commands - sum(is_rare)}")


def _of_others() -> list[str]:
    """Return commands as they are said in other homes, without rare words."""
    chance = Random(0)  # noqa: S311 - what others say
    homes = [f"turn on the {chance.choice(AREAS)} {chance.choice(DEVICES)}" for _ in range(60)]
    return homes + [f"what is the {chance.choice(AREAS)} {chance.choice(MEASURES)}" for _ in range(30)]


def _print(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--homes", type=int, default=3)
    parser.add_argument("--commands", type=int, default=80)
    arguments = parser.parse_args()
    by_use = words_by_use()
    for number in range(1, arguments.homes + 1):
        measure(number, arguments.commands, by_use)
