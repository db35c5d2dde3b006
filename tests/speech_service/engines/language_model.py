"""A trigram language model in ARPA form, from the phrases that may be said.

Witten-Bell smoothing: words also follow each other in ways that no phrase has, at a price, so that a sentence made
of known words in another order is heard as well.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
import math
from typing import Final

_ORDER: Final = 3
_START: Final = "<s>"
_END: Final = "</s>"
_NEVER: Final = -99.0
"""ARPA's log probability of what cannot happen."""

_Gram = tuple[str, ...]


def write_arpa(phrases: Iterable[Sequence[str]]) -> str:
    """Return the model of phrases, each a sequence of words, as the text of an ARPA file."""
    sentences = [(_START, *words, _END) for words in phrases]
    counts = [
        Counter(sentence[at : at + order] for sentence in sentences for at in range(len(sentence) - order + 1))
        for order in range(1, _ORDER + 1)
    ]
    probabilities, backoffs = _smooth(counts)
    lines = ["\\data\\", *(f"ngram {order}={len(grams)}" for order, grams in enumerate(counts, start=1))]
    for order, grams in enumerate(counts, start=1):
        lines += ["", f"\\{order}-grams:"]
        for gram in sorted(grams):
            probability = _NEVER if gram == (_START,) else math.log10(probabilities[gram])
            backoff = f"\t{math.log10(backoffs.get(gram, 1.0)):.4f}" if order < _ORDER else ""
            lines.append(f"{probability:.4f}\t{' '.join(gram)}{backoff}")
    return "\n".join([*lines, "", "\\end\\", ""])


def _smooth(counts: Sequence[Counter[_Gram]]) -> tuple[dict[_Gram, float], dict[_Gram, float]]:
    """Return the probability of every n-gram and the backoff weight of every context."""
    words = {gram: count for gram, count in counts[0].items() if gram != (_START,)}
    total = sum(words.values())
    probabilities: dict[_Gram, float] = {gram: count / total for gram, count in words.items()}
    backoffs: dict[_Gram, float] = {}
    for grams in counts[1:]:
        following: defaultdict[_Gram, dict[_Gram, int]] = defaultdict(dict)
        for gram, count in grams.items():
            following[gram[:-1]][gram] = count
        for context, seen in following.items():
            mass = sum(seen.values()) + len(seen)
            backoffs[context] = 1.0
            covered = 0.0
            for gram, count in seen.items():
                lower = probabilities[gram[1:]]
                probabilities[gram] = (count + len(seen) * lower) / mass
                covered += lower
            # What the seen n-grams leave over is shared out by the shorter context.
            left = 1.0 - sum(probabilities[gram] for gram in seen)
            if covered < 1.0 and left > 0.0:
                backoffs[context] = left / (1.0 - covered)
    return probabilities, backoffs
