"""One recognition, shown while it happens."""

from collections.abc import Mapping
from contextlib import aclosing
from dataclasses import dataclass, field

import aiohttp

from custom_components.azure_speech_live.speech import (
    Credentials,
    Endpoint,
    Hypothesis,
    Phrase,
    RecognitionOptions,
    SpeechClient,
    Timeline,
    TranslationOptions,
)

from .screen import Screen
from .sources import Source

_BYTES_PER_SECOND = 32_000


@dataclass
class Heard:
    """What came of it."""

    timeline: Timeline = field(default_factory=Timeline)
    phrases: int = 0
    """Those with text in them."""

    def timings(self) -> list[str]:
        """Return when what happened, a line each."""
        seen = self.timeline
        moments = {
            "connected": seen.connected,
            "first words": seen.first_hypothesis,
            "end of speech": seen.end_of_speech,
            "last phrase": seen.phrase,
        }
        lines = [
            f"  {name:<14}{moment - seen.started:8.3f} s" for name, moment in moments.items() if moment is not None
        ]
        if seen.delay is not None:
            lines.append(f"  {'delay':<14}{seen.delay:8.3f} s from the end of speech to the last phrase")
        if seen.final is not None:
            lines.append(f"  {'final':<14}{seen.final:8.3f} s from the end of the audio to the last words")
        if seen.lag.mean is not None:
            lines.append(f"  {'hypotheses':<14}{seen.lag.mean:8.3f} s behind the audio ({seen.lag.count} of them)")
        lines.append(f"  {'audio sent':<14}{seen.sent / _BYTES_PER_SECOND:8.3f} s")
        return lines


async def recognize(
    screen: Screen, source: Source, endpoint: Endpoint, credentials: Credentials, options: RecognitionOptions
) -> Heard:
    """Recognise or translate, and show it. Raises SpeechError, and MicrophoneError where the source does."""
    heard = Heard()
    async with aiohttp.ClientSession() as session:
        client = SpeechClient(session, endpoint, credentials)
        try:
            events = (
                client.translate(source.audio, options, heard.timeline)
                if isinstance(options, TranslationOptions)
                else client.recognize(source.audio, options, heard.timeline)
            )
            async with aclosing(events):
                async for event in events:
                    match event:
                        case Hypothesis():
                            screen.change(_said(event.text, event.language, event.translations))
                        case Phrase() if event.text:
                            heard.phrases += 1
                            screen.line(_said(event.text, event.language, {}))
                            for language, text in event.translations.items():
                                screen.line(f"  {language}: {text}")
                            if event.translation_error:
                                screen.line(f"  not translated: {event.translation_error}")
        finally:
            await client.close()
    screen.clear()
    return heard


def _said(text: str, language: str | None, translations: Mapping[str, str]) -> str:
    said = f"[{language}] {text}" if language else text
    return " | ".join([said, *translations.values()])
