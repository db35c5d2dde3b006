"""Which sound the service is asked for, so that Home Assistant has to convert as little as possible.

Home Assistant converts with ffmpeg whatever does not come in the format that is asked for; to start that takes it some
0.4 s. What it does not ask for is MP3. From PCM that it knows to be a stream it converts without looking far ahead.
"""

from collections.abc import Mapping
from typing import Any, Final

from homeassistant.components.tts import ATTR_PREFERRED_FORMAT, ATTR_PREFERRED_SAMPLE_RATE

from ..speech import OutputFormat, output_format

FORMAT_OPTIONS: Final = (ATTR_PREFERRED_FORMAT, ATTR_PREFERRED_SAMPLE_RATE)
"""What of a format is obeyed. The rest is left to Home Assistant."""

_MP3: Final = "mp3"
_WAV: Final = "wav"


def format_for(options: Mapping[str, Any], *, samples: bool = False) -> OutputFormat:
    """Return the format that fits what is asked for: numbers may be texts.

    A rate that is obeyed is not converted to: one that the service does not have, Home Assistant makes of the other
    kind. ``samples``: PCM, whatever is asked for.
    """
    asked, rate = options.get(ATTR_PREFERRED_FORMAT, _MP3), options.get(ATTR_PREFERRED_SAMPLE_RATE)
    if asked not in (_MP3, _WAV) or (samples and asked == _MP3):
        return output_format(_WAV)
    if rate is None:
        return output_format(asked)
    fitting = output_format(asked, int(rate))
    return fitting if fitting.rate == int(rate) else output_format(_WAV if asked == _MP3 else _MP3)


def extension(sound: OutputFormat) -> str:
    """Return what Home Assistant calls a format."""
    return _WAV if sound.is_raw else _MP3
