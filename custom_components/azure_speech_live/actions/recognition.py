"""Recognition and translation for actions and commands: the client's events, its errors as Home Assistant's."""

from collections.abc import AsyncGenerator
from contextlib import aclosing

from homeassistant.exceptions import HomeAssistantError

from ..resource.errors import asked, worded
from ..resource.resource import AzureSpeechConfigEntry
from ..speech import (
    AudioSourceError,
    BadAudioError,
    Event,
    RecognitionOptions,
    SpeechError,
    Timeline,
    TranslationOptions,
)


async def async_recognize(
    entry: AzureSpeechConfigEntry,
    audio: AsyncGenerator[bytes],
    options: RecognitionOptions,
    timeline: Timeline | None = None,
) -> AsyncGenerator[Event]:
    """Recognise audio, or translate it if the options say so. Yield the client's events.

    What happens when is noted in ``timeline``. Raises HomeAssistantError, and what ``audio`` raises.
    """
    resource = entry.runtime_data
    try:
        async with aclosing(resource.recognize(audio, options, timeline, long=True)) as events:
            async for event in events:
                yield event
    except (AudioSourceError, BadAudioError) as err:
        if isinstance(err.__cause__, HomeAssistantError):
            raise err.__cause__ from None
        raise worded(HomeAssistantError, "audio_failed", reason=str(err)) from err
    except SpeechError as err:
        voice = options.voice if isinstance(options, TranslationOptions) else None
        raise asked(err, resource.endpoint, voice) from err
