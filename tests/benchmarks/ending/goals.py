"""What the goals of an ending were, and what came of them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from tests.benchmarks.tables import MILLI, Goal, percentile

from .measured import LARGE, SMALL, Measured
from .tables import share

WRONG: Final = 2e-4
"""Of all sentences."""
JUDGED: Final = 0.05
"""Seconds of processor time."""
MADE_WRONG: Final = 5e-3
"""Of all commands that are misheard."""


def goals(measured: Measured) -> Iterable[Goal]:
    """Yield each goal, and what came of it."""
    written = [language.written for language in measured.languages]
    everything = [heard for one in measured.languages for heard in (one.written, one.random, one.large)]
    sentences, wrong = sum(heard.sentences for heard in written), sum(len(heard.wrong) for heard in written)
    reached = wrong <= WRONG * sentences
    yield "Sentences ended wrongly", f"at most {WRONG:.2%}", f"{share(wrong, sentences, 2)} % ({wrong})", reached
    missed = sum(len(heard.missed) for heard in everything)
    yield "Commands that go on, which is missed", "0", str(missed), missed == 0
    for language in measured.languages:
        for names, heard in ((SMALL, language.random), (LARGE, language.large)):
            late = percentile(heard.judge, 95)
            name = f"Judgement, 95 %: {language.name}, {names} names"
            yield name, f"{JUDGED * MILLI:.0f} ms of processor time", f"{late * MILLI:.0f} ms", late <= JUDGED
    among = measured.misheard.among
    made = f"{share(among.made_wrong, among.heard, 1)} %"
    yield (
        "Misheard commands made wrong",
        f"at most {MADE_WRONG:.1%}",
        made,
        among.made_wrong <= MADE_WRONG * among.heard,
    )
    talk = measured.misheard.talk.made_wrong
    yield "Sentences of no command that became one", "0", str(talk), talk == 0
