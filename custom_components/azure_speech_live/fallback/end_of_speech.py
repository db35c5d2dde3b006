"""When a command is over, by Home Assistant's own ear for speech: where the Speech service was to say it, and is away.

Of a recognizer whose end of speech is Azure's, Home Assistant does not listen for the end. Another engine would then
listen for as long as the microphone is open.
"""

from contextlib import suppress
from typing import Final

_CHUNK: Final = 320
"""Bytes that the voice activity detection takes: 10 ms of 16 kHz, 16-bit, mono PCM."""
_CHUNK_SECONDS: Final = 0.01


class EndOfSpeech:
    """The end of one command: what an assist pipeline would say of it with its default sensitivity.

    Without the integration assist_pipeline, whose detector it is, no end is heard: a home without it has no pipeline
    that leaves its microphone open, so that the audio ends by itself.
    """

    def __init__(self) -> None:
        """Begin before the first audio."""
        self._over = False
        self._rest = b""
        self._detector = None
        with suppress(ImportError):  # its requirements are there when it is
            from homeassistant.components.assist_pipeline.audio_enhancer import (  # noqa: PLC0415
                MicroVadSpeexEnhancer,
            )
            from homeassistant.components.assist_pipeline.vad import VoiceCommandSegmenter  # noqa: PLC0415

            # Nothing of the sound is changed: only the detection of speech is on.
            self._detector = (MicroVadSpeexEnhancer(0, 0, is_vad_enabled=True), VoiceCommandSegmenter())

    def feed(self, chunk: bytes) -> bool:
        """Take 16 kHz, 16-bit, mono PCM, chunks of any size; return whether the command is over.

        It is over after 0.7 s in which no speech is heard, which is some 1.2 s behind the last word; or after 15 s, be
        it speech, noise or silence. It takes some 20 ms of a slow processor for a second of audio.
        """
        if self._detector is None or self._over:
            return self._over
        enhancer, segmenter = self._detector
        audio = self._rest + chunk
        whole = len(audio) - len(audio) % _CHUNK
        self._rest = audio[whole:]
        for start in range(0, whole, _CHUNK):
            probability = enhancer.enhance_chunk(audio[start : start + _CHUNK], 0).speech_probability
            if not segmenter.process(_CHUNK_SECONDS, probability):
                self._over = True
                break
        return self._over

    def goes_on(self) -> None:
        """Hear on: more was said, and it is over with the next silence."""
        if self._over and self._detector is not None:
            self._over = False
            _, segmenter = self._detector
            segmenter.reset()
            segmenter.in_command = True  # who was heard to speak need not be heard to begin
