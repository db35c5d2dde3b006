"""A sound that Home Assistant plays, and does not keep.

What a voice says Home Assistant keeps under that voice's name: in memory while it is used, on its disk for ever. That
is to be so of what the service spoke, which is heard also while it is away. What another engine spoke in the place of
ours would be heard under our name long after that. There is no way to say so, but this: a sound is kept when it has
ended. One that ends as cancelled has been heard by everybody who listens, to its last byte, and nobody is told of an
error; but nothing is written. In memory it stays until it is forgotten, which is done here.

See homeassistant/components/tts: TTSCache.async_load_data, SpeechManager._load_data_into_cache.
"""

import asyncio
from typing import Never

from homeassistant.components.tts.const import DATA_TTS_MANAGER
from homeassistant.core import HomeAssistant, callback


@callback
def async_end_unkept(hass: HomeAssistant, engine: str) -> Never:
    """End a sound of an engine, given by its entity id, so that it is not kept: to be called by what yields it.

    Whatever else is in memory of that engine is forgotten as well. It is on the disk, if it is to be kept.
    """
    memory = hass.data[DATA_TTS_MANAGER].mem_cache
    for key in [key for key in memory if key.endswith(f"_{engine}")]:
        del memory[key]
    raise asyncio.CancelledError
