"""Diagnostics of a resource: how its last sessions went, and what was used. Made to be attached to a public issue.

No key, phrase or transcript is in it, and no host, name or address that identifies a household: a region is one of a
few dozen, a custom endpoint is left out.
"""

from collections.abc import Iterable, Mapping
from dataclasses import asdict
from typing import Any, Final

from homeassistant.components.diagnostics import REDACTED
from homeassistant.core import HomeAssistant
from yarl import URL

from .const import CONF_PRICING_TIER
from .resource.errors import failure_kind
from .resource.resource import AzureSpeechConfigEntry, SpeechResource, entry_region
from .resource.session import Session, SpokenSession
from .resource.usage import async_get_usage
from .satellite.host_microphone import HostMicrophone, async_get_microphones
from .speech import BYTES_PER_SECOND, SpeechError

# Settings whose words are a choice among a few. All other words may have been written by the household.
_SHOWN: Final = frozenset(
    {"end_of_speech", "languages", "profanity", "target_language", "text_form", CONF_PRICING_TIER}
)


async def async_get_config_entry_diagnostics(hass: HomeAssistant, entry: AzureSpeechConfigEntry) -> dict[str, Any]:
    """Return the diagnostics of an entry: what is stored and, if it is loaded, how it does."""
    usage = await async_get_usage(hass, entry)
    # Only one that is loaded has it; and one that cannot be set up needs diagnostics most.
    resource: SpeechResource | None = getattr(entry, "runtime_data", None)
    return {
        "version": f"{entry.version}.{entry.minor_version}",
        "state": entry.state.value,
        # By its key: Home Assistant's own reason may name the endpoint.
        "reason": entry.error_reason_translation_key or (resource and resource.health.reason),
        "disabled_by": entry.disabled_by,
        "region": entry_region(entry.data),
        "options": _settings(entry.options),
        "subentries": [
            {"type": subentry.subentry_type, "data": _settings(subentry.data)} for subentry in entry.subentries.values()
        ],
        "usage": {first: asdict(month) for first, month in usage.months.items()},
        **({} if resource is None else _use(resource, async_get_microphones(hass, entry).values())),
    }


def _use(resource: SpeechResource, microphones: Iterable[HostMicrophone]) -> dict[str, Any]:
    """Return how a resource does."""
    return {
        "available": resource.health.available,
        "microphones": [microphone.diagnostics() for microphone in microphones],
        "sessions": [_session(resource, session) for session in resource.sessions],
        "answers": [_answer(resource, answer) for answer in resource.answers],
        "commands": dict(resource.commands),
        "second_engines": [{**asdict(answer), "at": answer.at.isoformat()} for answer in resource.second_answers],
    }


def _settings(data: Mapping[str, Any]) -> dict[str, Any]:
    """Return a subentry's settings without what somebody has written; of lists their length, which has its limits."""
    settings: dict[str, Any] = {}
    for name, value in data.items():
        match value:
            case Mapping():
                settings[name] = _settings(value)
            case _ if name in _SHOWN:
                settings[name] = value
            case list() | tuple():
                settings[name] = f"{len(value)} in number"
            case bool() | int() | float() | None:
                settings[name] = value
            case _:
                settings[name] = REDACTED
    return settings


def _session(resource: SpeechResource, session: Session) -> dict[str, Any]:
    """Return one session, its moments in seconds from its start."""
    timeline, options, lag = session.timeline, session.options, session.timeline.lag

    def after_start(moment: float | None) -> float | None:
        return None if moment is None else round(moment - timeline.started, 3)

    return {
        "started": session.started.isoformat(),
        "kind": "translation" if session.translation else "recognition",
        "mode": str(options.mode),
        "language": options.language,
        "candidates": list(options.candidates),
        "connection_id": timeline.connection_id,
        "phrases": len(options.phrases),
        "custom_model": options.custom_model is not None,
        "connected": after_start(timeline.connected),
        "connection_was_open": timeline.reused,
        "first_hypothesis": after_start(timeline.first_hypothesis),
        "end_of_speech": after_start(timeline.speech_ended),
        "end_of_audio": after_start(timeline.audio_ended),
        "phrase": after_start(timeline.phrase),
        "words": after_start(timeline.words),
        "last_word": _rounded(timeline.last_word),
        "answered_before_the_end": timeline.answered,
        "final": _rounded(timeline.final),
        "hypotheses": lag.count,
        "hypotheses_behind": {
            "least": _rounded(lag.least if lag.count else None),
            "mean": _rounded(lag.mean),
            "most": _rounded(lag.most if lag.count else None),
        },
        "turn_end": after_start(timeline.turn_ended),
        "ended": after_start(session.ended),
        "requests": timeline.requests,
        "waited": round(timeline.waited, 3),
        "audio": timeline.audio / BYTES_PER_SECOND,
        "audio_sent": timeline.sent / BYTES_PER_SECOND,
        "error": None if session.error is None else _failure(resource, session.error, options.phrases),
    }


def _rounded(seconds: float | None) -> float | None:
    return None if seconds is None else round(seconds, 3)


def _answer(resource: SpeechResource, answer: SpokenSession) -> dict[str, Any]:
    """Return one answer that was spoken, its moments in seconds from its start."""
    timeline, options = answer.timeline, answer.options
    moments = {
        "connected": timeline.connected,
        "text": timeline.text,
        "text_ended": timeline.text_ended,
        "first_audio": timeline.first_audio,
        "last_audio": timeline.last_audio,
        "ended": answer.ended,
    }
    return {
        "started": answer.started.isoformat(),
        "language": options.language,
        "format": str(options.output_format),
        "custom_voice": options.deployment is not None,
        "connection_id": timeline.connection_id,
        "connection_was_open": timeline.reused,
        **{name: None if at is None else round(at - timeline.started, 3) for name, at in moments.items()},
        "longest_gap": round(timeline.gap, 3),
        "requests": timeline.requests,
        "characters": timeline.characters,
        "audio": round(timeline.audio / options.output_format.bytes_per_second, 3),
        "waited": round(timeline.waited, 3),
        "error": None if answer.error is None else _failure(resource, answer.error, (options.voice,)),
    }


def _failure(resource: SpeechResource, error: SpeechError, private: Iterable[str]) -> str:
    """Return a failure's kind and words, without what a peer may have repeated in them of ours."""
    text = f"{failure_kind(error)}: {error}"
    own = filter(None, (URL(resource.endpoint.url or "").host, *private))
    for secret in sorted(own, key=len, reverse=True):
        text = text.replace(secret, REDACTED)
    return text
