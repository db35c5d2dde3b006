"""What was measured of the judgement, in tables."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from tests.benchmarks.tables import MILLI, percentile, table

from .heard import Find, Heard
from .measured import LARGE, SMALL, Language, Measured
from .misheard import Outcome

SHOWN = 8
"""Finds of a kind that are shown, at most."""


def complete(measured: Measured) -> str:
    """Return what is known of when a sentence is complete."""
    heads = (
        "% of sentences",
        "sentences",
        "have a command within",
        "which means something else",
        "known to be complete at their end",
        "ended within: wrong",
        "ended before their delay",
        "commands whose going on is missed",
        "% of other beginnings that are missed",
    )
    written = [(language.name, language.written) for language in measured.languages]
    small = [(f"{language.name}, {SMALL} random names", language.random) for language in measured.languages]
    large = [(f"{language.name}, {LARGE} random names", language.large) for language in measured.languages]
    kinds = {"all": written, f"all, {SMALL} random names": small, f"all, {LARGE} random names": large}
    tables = [
        table(heads, [_row(name, [heard]) for name, heard in kind] + [_row(all_, [heard for _, heard in kind])])
        for all_, kind in kinds.items()
    ]
    finds = _finds("Ended wrongly", [heard for kind in (written, small, large) for _, heard in kind])
    return "\n".join(tables) + finds


def _row(name: str, heards: Sequence[Heard]) -> list[str]:
    sentences = sum(heard.sentences for heard in heards)
    counts = (
        sum(heard.complete for heard in heards),
        sum(heard.dangerous for heard in heards),
        sum(heard.final for heard in heards),
    )
    wrong = sum(len(heard.wrong) for heard in heards)
    delayed = sum(heard.delayed for heard in heards)
    missed = sum(len(heard.missed) for heard in heards)
    begun = sum(heard.beginnings for heard in heards)
    lost = sum(len(heard.lost) for heard in heards)
    return [
        name,
        str(sentences),
        *(share(count, sentences, 0) for count in counts),
        f"{share(wrong, sentences, 2)} ({wrong})",
        share(delayed, sentences, 1),
        str(missed),
        share(lost, begun, 1),
    ]


def share(count: int, of: int, digits: int) -> str:
    """Return a share in percent."""
    return f"{100 * count / of:.{digits}f}" if of else "none"


def _finds(title: str, heards: Iterable[Heard]) -> str:
    finds: list[Find] = [find for heard in heards for find in heard.wrong][:SHOWN]
    lines = [f"- {find.begun} | {find.sentence.removeprefix(find.begun).strip()}" for find in finds]
    return "\n" + "\n".join((f"{title}, some of them:", "", *lines)) + "\n" if lines else ""


def cost(measured: Measured) -> str:
    """Return what judging takes."""
    heads = (
        "ms of processor time: median / 95 % / most",
        f"match, {SMALL} names",
        f"judgement, {SMALL} names",
        f"match, {LARGE} names",
        f"judgement, {LARGE} names",
        f"the first of all / with other names: {SMALL} / {LARGE}",
    )
    return table(heads, map(_cost, measured.languages))


def _cost(language: Language) -> list[str]:
    small, large = language.random, language.large
    firsts = (language.first, language.renamed[SMALL], language.renamed[LARGE])
    first = " / ".join(f"{seconds * MILLI:.0f}" for seconds in firsts)
    times = (small.match, small.judge, large.match, large.judge)
    return [language.name, *(_times(values) for values in times), first]


def _times(values: Sequence[float]) -> str:
    figures = (percentile(values, 50), percentile(values, 95), max(values))
    return " / ".join(f"{value * MILLI:.1f}" for value in figures)


def misheard(measured: Measured) -> str:
    """Return which readings were taken."""
    heads = (
        "% of commands whose first reading is wrong",
        "commands",
        "means the same",
        "is another command",
        "repaired",
        "made wrong",
        "no reading is a command",
    )
    heard = measured.misheard
    rows = [
        _outcome("what was said is among the others", heard.among),
        _outcome("it is not", heard.missing),
        *(
            _outcome(f"it is of something that is not there, {names} names", outcome)
            for names, outcome in heard.lacking.items()
        ),
        _outcome("what was said is no command, and the first reading", heard.talk),
    ]
    return table(heads, rows)


def _outcome(name: str, outcome: Outcome) -> list[str]:
    counts = (outcome.right, outcome.wrong, outcome.repaired, outcome.made_wrong, outcome.left)
    return [name, str(outcome.heard), *(share(count, outcome.heard, 1) for count in counts)]
