"""What a person gets of what Microsoft's service really says: a table, and the page of the documentation made of it.

The service's words are in ``tests/data/service_messages.jsonl``; ``test_service_messages`` has the stand-in say them,
and compares what comes of it with this table. ``python -m tests.integration.service_messages`` writes the page.
"""

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from tests.speech_service.real import REAL, Real

DOCUMENT: Final = Path(__file__).parents[2] / "docs" / "service_messages.md"

COMMAND: Final = "Turn on the kitchen light."
"""What the stand-in hears, where the service's words are not in place of it."""
TRANSLATED: Final = f"[de] {COMMAND}"


@dataclass(frozen=True, kw_only=True)
class Gets:
    """What a person gets of one message."""

    command: str | None = COMMAND
    """The text that a voice assistant gets; None: an error."""
    partial: str = ""
    """What is shown while somebody speaks."""
    text: str | None = None
    """The text of an action's response, where it is another than the command's."""
    not_translated: str = ""
    """Why there is no translation, as an action's response says it, and the log for a command."""
    failure: str = ""
    """The kind of failure that an action tells, and that the sensor of failures counts."""
    log: str = ""
    """The line in the log, without the connection's id."""
    repair: str = ""
    """The notice in Repairs, by its key."""
    asks_for_key: bool = False
    available: bool = True
    attempts: int = 1
    """How often the service is asked."""

    @property
    def response(self) -> str:
        """The text of an action's response."""
        return self.text if self.text is not None else self.command or ""


def _failed(log: str, kind: str = "service_error", **more: object) -> Gets:
    return replace(Gets(command=None, log=log, failure=kind), **more)  # type: ignore[arg-type]


def _status(name: str) -> str:
    return f"the service ended the phrase with status {name}"


def _closed(name: str) -> str:
    return f"the service closed the connection with code {REAL[name].code}: {REAL[name].reason.strip()}"


def _translated(text: str, translation: str, *, partial: str = "") -> Gets:
    return Gets(command=translation, text=text, partial=partial)


def _not_translated(text: str, reason: str) -> Gets:
    return Gets(command=None, text=text, not_translated=reason, log=f"no translation: {reason}")


_USUAL: Final = Gets()
_USUAL_TRANSLATION: Final = _translated(COMMAND, TRANSLATED)

EACH_TIME: Final[dict[str, Gets]] = {
    "simple_no_id": Gets(command="Close the blinds."),
    "detailed_without_displaytext": Gets(command="No."),
    "sentiment_extension": Gets(command="Is the heating on?"),
    "success_empty_best_others_filled": Gets(command="嗯"),
    "lid_lowercase_locale": Gets(command="Hallo."),
    "lid_low_confidence": Gets(command="Lamp."),
    "silence_with_nbest": Gets(command="no"),
    "silence_offset_is_end": Gets(command=""),
    "silence_offset_zero_short": Gets(command=""),
    "end_of_dictation_short_of_audio": Gets(command=""),
    "forbidden_free_quota": _failed(_status("Forbidden"), "quota_used_up", repair="quota_used_up"),
    "bad_request": _failed(_status("BadRequest"), "request_refused"),
    "hypothesis_id": Gets(partial="open the garage"),
    "enddetected_empty": _USUAL,
    "keyword": _USUAL,
    "turn_start_tag": _USUAL,
    "turn_end_empty": _USUAL,
    "v1_phrase": _translated("Tell me the news.", "Sag mir die Nachrichten."),
    "v1_hypothesis": replace(_USUAL_TRANSLATION, partial="Heizung"),
    "v1_failed": _not_translated(
        "Heating.", "Translation call failed: Response status code does not indicate success: 400 (Bad Request)."
    ),
    "v1_silence_is_success": _translated("", ""),
    "v2_hypothesis": _translated(COMMAND, f"[en] {COMMAND}", partial="I come"),
    "v2_phrase_no_status": _translated("hello", "hallo"),
    "v2_null_other_key": _translated("hello", "hallo"),
    "flat_phrase_doc": _translated("is the door shut?", "Ist die Tür zu?"),
    "empty_translation_entry": _not_translated("Hm.", "the service gave no translation"),
    "synth_end": _USUAL_TRANSLATION,
    "synth_end_synthesisend": _USUAL_TRANSLATION,
    "audio_start_v2": _USUAL_TRANSLATION,
    "audio_end_v2": _USUAL_TRANSLATION,
    "quota": _failed(_closed("quota"), "quota_used_up", repair="quota_used_up"),
    "idle_timeout": _failed(_closed("idle_timeout"), "cannot_connect", attempts=2),
    "idle": _failed(_closed("idle"), "cannot_connect", attempts=2),
    "locale": _failed(_closed("locale"), "language_refused"),
    "audio_format": _failed(_closed("audio_format"), "request_refused"),
    "context": _failed(_closed("context"), "request_refused"),
    "standard_voice": _failed(_closed("standard_voice"), "voice_refused"),
    "shutting_down": _failed(_closed("shutting_down"), attempts=2),
    "internal": _failed(_closed("internal"), attempts=2),
    "bad_key": _failed("the key is refused (HTTP 401)", "key_refused", asks_for_key=True, available=False),
    "forbidden": _failed("the key is refused (HTTP 403)", "key_refused", asks_for_key=True, available=False),
    "quota_403": _failed(
        "the quota is used up (HTTP 403): Out of call volume quota. Quota will be replenished in 2.12 days.",
        "quota_used_up",
        repair="quota_used_up",
    ),
    "not_found": _failed(
        "no Speech service at this address (HTTP 404)", "not_a_speech_endpoint", available=False, attempts=2
    ),
    "outage_page": _failed("the service is in trouble (HTTP 200)", available=False, attempts=2),
}
"""What comes of a message that is said to every attempt."""

ONCE: Final[dict[str, Gets]] = {
    **dict.fromkeys(
        (
            *("too_many_requests", "throttled_1007", "throttled_4429", "too_many"),
            *("idle_timeout", "idle", "lid_v1", "shutting_down", "internal", "outage_page"),
        ),
        replace(_USUAL, attempts=2),
    ),
    "bad_language_or_cid": _failed(
        "the service does not have the language en-US (HTTP 400): Invalid CID or language",
        "language_refused",
    ),
}
"""What comes of one that is said to the first attempt only."""

_HEAD: Final = """\
# What the service says, and what you get

Microsoft does not document any more what its Speech service says. These are messages, reasons for which it closed a
connection, and answers with which it refused one, from public logs and from Microsoft's own sources; words and ids are
replaced. Each is said by the stand-in service in a test (`tests/integration/test_service_messages.py`), to a real Home
Assistant over a real socket, and this page is made from that test's own table. The tests also try others of the same
kind: other numbers, names in place of numbers, other words.

A *command* is what is said to a voice assistant; an *action* is `azure_speech_live.transcribe` or `.translate`. Where
nothing is said of it, the entity stays available, and nothing is logged. The sensor *Failures this month* counts an
error under the same name that an action tells. *Once* is what comes of it if the service says
it to the first attempt only. [faults.md](faults.md) has what else can go wrong.

If the service says something else to you, please [report it](../CONTRIBUTING.md).
"""
_KINDS: Final = {"text": "Messages", "close": "Reasons to close the connection", "upgrade": "Refused connections"}
_FAILURES: Final = {
    "key_refused": "the key is refused",
    "not_a_speech_endpoint": "not a Speech endpoint",
    "quota_used_up": "the quota is used up",
    "throttled": "too many requests",
    "cannot_connect": "no connection",
    "service_error": "trouble of the service",
    "language_refused": "the language is refused",
    "voice_refused": "the voice is refused",
    "request_refused": "the request is refused",
}


def document() -> str:
    """Return the page."""
    parts = [_HEAD]
    for kind, title in _KINDS.items():
        parts.append(f"\n## {title}\n\n| the service says | a command gets | an action gets | and | known from |\n")
        parts.append("|---|---|---|---|---|\n")
        parts.extend(_line(real) for real in REAL.values() if real.kind == kind)
    return "".join(parts)


def _line(real: Real) -> str:
    told = [list(_told(real, gets)) for gets in (EACH_TIME.get(real.name), ONCE.get(real.name)) if gets]
    if real.name in EACH_TIME and len(told) > 1:
        told[1] = [f"once: {cell}" if cell else "" for cell in told[1]]
    together = ("; ".join(filter(None, cells)) for cells in zip(*told, strict=True))
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in (_said(real), *together, real.source)) + " |\n"


def _said(real: Real) -> str:
    match real.kind:
        case "text":
            said = f"`{real.path}` " + (f"`{real.body}`" if real.body else "without a body")
        case "close":
            said = f"close {real.code} `{real.reason}`"
        case _:
            said = f"HTTP {real.status}" + (f" `{real.body}`" if real.body else "")
    return said + (f" ({real.note})" if real.note else "")


def _told(real: Real, gets: Gets) -> tuple[str, str, str]:
    """Return what is told of one: to a command, to an action, and what else a person sees of it."""
    command = "an error" if gets.command is None else _quoted(gets.command)
    if gets.partial:
        command = f"{_quoted(gets.partial)}, then {command}"
    if gets.failure:
        action = f"the error: {_FAILURES[gets.failure]}"
    elif gets.not_translated:
        action = f"{_quoted(gets.response)}, and why it is not translated"
    else:
        action = _quoted(gets.response) + (
            f', translated "{gets.command}"' if real.translating and gets.command else ""
        )
    besides = [
        f"in the log: `{gets.log}`" if gets.log else "",
        f"in *Repairs*: {gets.repair.replace('_', ' ')}" if gets.repair else "",
        "Home Assistant asks for another key" if gets.asks_for_key else "",
        "unavailable until it works again" if not gets.available else "",
    ]
    return command, action, "; ".join(filter(None, besides))


def _quoted(text: str) -> str:
    return f'"{text}"' if text else "silence: an empty text"


if __name__ == "__main__":
    DOCUMENT.write_text(document(), encoding="utf-8")
