"""Writes docs/faults.md from the fault table, so that it says what the tests show.

``python -m tests.speech.faults.document``
"""

from pathlib import Path
from typing import Final

from custom_components.azure_speech_live.speech import SpeechError

from ..synthesis.faults import TABLE as SPEAKING
from ..synthesis.rows import Outcome as Spoken
from .table import ELSEWHERE, MACHINE, RECORDINGS, TABLE, Outcome, Row, Sdks

DOCUMENT: Final = Path(__file__).parents[3] / "docs" / "faults.md"

_HEAD: Final = """\
# What happens when something goes wrong

Every row below is caused by a test, on a real socket, against the stand-in Speech service
(`tests/speech/faults/`), and this page is made from the tests' own table. *Within* is seconds from the end of what was
spoken to the outcome, beyond what the service itself takes. *The complete transcript* means each word once, also where
the connection broke in the middle of it: what the service had not accounted for is sent again, on one new connection.
At most two connections are tried without a word of progress between them (aiohttp asks each of them a second time where
the line breaks before the answer); then there is one typed error (`speech/errors.py` has them all), one line in the
log, and the next command works. A service that has too many requests is asked again for longer.

What Microsoft's SDKs do beside it (native: the Python SDK 1.53; JavaScript: 1.52) was recorded from them: each row's
fault, caused by the stand-in, with audio that is pushed at once unless it says otherwise. A single recognition comes
first; *continuous* is said where that differs. *If once* is the row itself, where they would go on longer than we do;
what follows is what they do when it goes on. *Not measured* says that nobody looked. Neither has a limit for a service
that does not answer: a single recognition then hangs for more than 70 s in both.

| limit | seconds | `speech/` |
|---|---|---|
| opening a connection | 7 | `connection.OPEN_LIMIT` |
| the first answer | 5 | `turn.FIRST_ANSWER` |
| the same on a connection that was kept open | 2 | `turn.FIRST_ANSWER_REUSED` |
| the same if its link answers pings | 5 | `turn.FIRST_ANSWER` |
| any answer after the end of the audio | 5 | `turn.LAST_ANSWER` |
| this, and the first answer on a new connection, if the link answers pings | 10 | `turn.SLOW_ANSWER` |
| a sign of life amid the audio, from a link that has answered a ping | 8 | `turn.LINK` |
| the result after the end of the audio, all attempts together | 10 | `patience.FINAL` |
| the same if the link has answered pings since | 20 | `patience.FINAL` |
| a place, where the service has too many requests; for a recording | 25; 600 | `throttle.PATIENCE`, `LONG_PATIENCE` |
| a source that gives no more audio | 10 | `patience.SOURCE_STALL` |
"""


_MACHINE = """
## When the machine misbehaves

| the machine | what is lost |
|---|---|
"""

_SPEAKING = """
# What happens when something goes wrong while the client speaks

Three sentences are spoken, and *within* is seconds from the beginning to the outcome, beyond what the service takes.
*All of it, once* means that nothing is missing and nothing said twice, also where the connection broke amid a word: the
text that broke is asked for once more, and what was given out of it is cut off. At the seam a sound may be off, as no
voice speaks twice in exactly the same way. Where text is streamed, that is the sentence that broke; what is behind it
is asked for by sentences as well.

| limit | seconds | `speech/synthesis/` |
|---|---|---|
| the first answer | 5 | `turn.FIRST_ANSWER` |
| the same on a connection that was kept open, or opened early | 2 | `turn.FIRST_ANSWER_REUSED` |
| the first audio, from a link that has answered a ping | 5 | `turn.FIRST_AUDIO` |
| these if the link answers pings, or nothing is known of it | 10 | `turn.SLOW_ANSWER` |
| a sign of life amid the audio, from a link that has answered a ping | 8 | `turn.LINK` |
| more audio, amid it | 15 | `turn.GAP` |
| the end of a turn behind the end of its audio | 2 | `turn.LAST_ANSWER` |
| with text streaming, the first answer and the first audio | 3 | `streamed_turn.FIRST_SOUND` |
| a second attempt, from when more sound is wanted | 20 | `answer.FINAL` |
| a place, where the service takes no more requests | 3 | `allowance.LISTENER` |
| the same where nobody stands and waits | 90 | `allowance.PATIENT_LISTENER` |
"""

_RECORDINGS = """
## When a recording is made to do harm

No ffmpeg is left behind, and none takes more than some 300 MB meanwhile.

| the recording | what an action does |
|---|---|
"""


def document() -> str:
    """Return the document."""
    parts = [_HEAD]
    for group in TABLE:
        parts.append(_title(group.title))
        parts.extend(_row(row) for row in group.rows)
    parts.append(_title("What is not the service's doing alone"))
    parts.extend(_line(row.fault, row.outcome, row.within, row.sdks) for row in ELSEWHERE)
    parts.append(_MACHINE)
    parts.extend(f"| {row.fault} | {row.loss} |\n" for row in MACHINE)
    parts.append(_RECORDINGS)
    parts.extend(f"| {row.fault} | {row.loss} |\n" for row in RECORDINGS)
    parts.append(_SPEAKING)
    for title, rows in SPEAKING.items():
        parts.append(_title(title))
        parts.extend(_line(row.fault, _outcome(row.outcome), f"{row.within:g} s", row.sdks) for row in rows)
    return "".join(parts)


def _title(title: str) -> str:
    head = "| fault | this client | within | native SDK | JavaScript SDK |\n|---|---|---|---|---|\n"
    return f"\n## {title}\n\n{head}"


def _row(row: Row) -> str:
    modes = "" if len(row.modes) > 1 else f" ({row.modes[0]})"
    return _line(row.fault + modes, _outcome(row.outcome), f"{row.within:g} s", row.sdks)


def _line(fault: str, outcome: str, within: str, sdks: Sdks) -> str:
    cells = (fault, outcome, within, sdks.native, sdks.javascript)
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |\n"


def _outcome(outcome: Outcome | Spoken | type[SpeechError]) -> str:
    return outcome.value if isinstance(outcome, Outcome | Spoken) else f"`{outcome.__name__}`"


if __name__ == "__main__":
    DOCUMENT.write_text(document(), encoding="utf-8")
