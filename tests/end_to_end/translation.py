"""The demo of translation, ``scripts/demo --translate``: the action, and what comes out of a speaker."""

from pathlib import Path
from typing import Any, Final

from .connection import Connection
from .home_assistant import HomeAssistant
from .microphone import BYTES_PER_SECOND, end_of_speech, record, recorded
from .screen import Screen

ANNOUNCEMENT: Final = "Dinner is ready in the kitchen"
SPEAKER: Final = "media_player.speaker"
SPEAKER_SOUND: Final = "speaker.wav"
"""Where the speaker of house/ plays to, in Home Assistant's folder."""

_LANGUAGES: Final = {"es": "Spanish", "ca": "Catalan"}
_VOICE: Final = "es-ES-ElviraNeural"


def record_announcement(config: Path, sound: bytes) -> Path:
    """Write `sound` to a WAV file that Home Assistant may read, and return it."""
    recording = config / "www" / "announcement.wav"  # a folder that is on the allow-list by itself
    recording.parent.mkdir(exist_ok=True)
    record(sound, recording)
    return recording


def played(config: Path) -> bytes:
    """Return what the speaker played last: 16 kHz 16-bit mono PCM, or nothing if that is silence."""
    sound = recorded(config / SPEAKER_SOUND)
    return sound if end_of_speech(sound) else b""


async def translate(
    screen: Screen, home: HomeAssistant, connection: Connection, *, config: Path, sound: bytes, expected: str
) -> bool:
    """Have a recording translated, play the translation, and print what comes of it.

    Return whether all of it worked, and whether `expected` was heard, if anything is expected.
    """
    screen.line("action", f"azure_speech_live.translate to {', '.join(_LANGUAGES)} with the voice {_VOICE}")
    answer = await connection.call(
        "call_service",
        domain="azure_speech_live",
        service="translate",
        service_data={
            "media": str(record_announcement(config, sound)),
            "language": "en-US",
            "target_language": list(_LANGUAGES),
            "voice": _VOICE,
        },
        return_response=True,
    )
    response: dict[str, Any] = answer["response"]
    screen.line("heard", response["text"] or "nothing")
    for language, text in response["translations"].items():
        screen.line(_LANGUAGES[language], text)
    for what, reason in response["failures"].items():
        screen.line("failed", f"{what}: {reason}")
    if response["url"] is None:
        return False
    screen.line("voice", f"{home.url}{response['url']}")
    await connection.call(
        "call_service",
        domain="media_player",
        service="play_media",
        service_data={"media_content_id": response["media_content_id"], "media_content_type": "music"},
        target={"entity_id": SPEAKER},
    )
    audible = played(config)
    screen.line("speaker", f"has played it: {len(audible) / BYTES_PER_SECOND:.1f} s" if audible else "is silent")
    heard = response["text"].rstrip(".").lower()
    return bool(audible and not response["failures"] and (not expected or heard == expected.lower()))
