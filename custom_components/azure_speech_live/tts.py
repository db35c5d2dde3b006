"""Voices as text-to-speech entities: an answer is spoken while it is still written.

What a voice's settings mean is in voice/settings.py, what becomes of the text in voice/script.py.
"""

from collections.abc import AsyncGenerator
from contextlib import aclosing
from functools import partial
import logging
from typing import Any, Final, override

from homeassistant.components.tts import (
    ATTR_VOICE,
    TextToSpeechEntity,
    TTSAudioRequest,
    TTSAudioResponse,
    Voice as OfferedVoice,
)
from homeassistant.config_entries import ConfigSubentry
from homeassistant.core import HomeAssistant, callback
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback
from homeassistant.util.language import matches

from .const import SUBENTRY_VOICE
from .entity import ATTR_LAST_ENGINE, AzureSpeechEntity
from .fallback.account import Account
from .fallback.decision import Then
from .fallback.other_voice import OtherVoice
from .fallback.second_voice import SecondVoice
from .fallback.speaking import Speaking
from .fallback.unkept import async_end_unkept
from .resource.errors import asked, worded
from .resource.issues import Issue, async_create_issue, async_delete_issue
from .resource.resource import AzureSpeechConfigEntry
from .speech import SPOKEN, OutputFormat, SpeechError, TextSourceError, Voice, silence
from .voice.expected import async_answer_language, async_expect, async_is_awaited
from .voice.formats import FORMAT_OPTIONS, extension, format_for
from .voice.names import name_among
from .voice.request import Request
from .voice.script import Script
from .voice.settings import VoiceSettings, fingerprint
from .voice.silence import bridged
from .voice.voices import Voices, async_get_voices

_LOGGER = logging.getLogger(__name__)

PARALLEL_UPDATES = 0

ATTR_SETTINGS: Final = "settings"
"""An option that nobody gives: with it Home Assistant tells apart what was spoken with other settings."""
ELSE_LANGUAGE: Final = "en-US"
"""What is spoken where nobody says which language, and no voice speaks Home Assistant's own, such as Luxembourgish."""
ANNOUNCEMENT_PATIENCE: Final = 5.0
"""Seconds for which the service is waited for where nobody stands and waits, before the second engine is asked as well:
the voice that one knows is worth a moment. In a minute, which it would take else, nobody needs an announcement."""
NOTHING_SAID: Final = 0.1
"""Seconds of silence where there is nothing to say: a sound without any is one that failed."""


async def async_setup_entry(
    hass: HomeAssistant,
    entry: AzureSpeechConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
) -> None:
    """Add an entity for every voice of the entry, and keep the list of what there is to choose from."""
    subentries = entry.get_subentries_of_type(SUBENTRY_VOICE)
    voices = async_get_voices(hass, entry)
    async_delete_issue(hass, entry, Issue.PRONUNCIATION_REFUSED)  # It may have been mended; else it is told again.
    if not subentries:
        voices.async_forget_losses()
        return
    await voices.async_start()
    entry.async_on_unload(voices.async_stop)
    for subentry in subentries:
        async_add_entities([VoiceEntity(hass, entry, subentry, voices)], config_subentry_id=subentry.subentry_id)


class VoiceEntity(AzureSpeechEntity, TextToSpeechEntity):
    """A voice. Any number of texts at once."""

    _attr_translation_key = SUBENTRY_VOICE
    _unrecorded_attributes = frozenset({ATTR_LAST_ENGINE})

    def __init__(
        self, hass: HomeAssistant, entry: AzureSpeechConfigEntry, subentry: ConfigSubentry, voices: Voices
    ) -> None:
        """Take the settings from the subentry.

        Its languages are those that are known beforehand: one that is not there any more would end a command before
        a word of it was heard.
        """
        super().__init__(entry, subentry)
        self._settings = VoiceSettings.from_stored(subentry.data, subentry.title)
        self._voices = voices
        self._attr_supported_languages = list(SPOKEN)
        home = matches(hass.config.language, SPOKEN, hass.config.country)
        self._attr_default_language = next(iter(home), ELSE_LANGUAGE)
        self._attr_supported_options = [ATTR_VOICE, *FORMAT_OPTIONS]
        self._subentry = subentry
        self._second_voice = SecondVoice(self, self._settings.second_engine)

    @property
    @override
    def available(self) -> bool:
        """Return that it can be asked, also while the service is away: what Home Assistant has kept it still plays.

        The action tts.speak passes over what is unavailable.
        """
        return True

    @property
    @override
    def default_options(self) -> dict[str, Any]:
        """Return what Home Assistant tells apart what it keeps by."""
        return {ATTR_SETTINGS: fingerprint(self._subentry.data, self._voices.returned)}

    @callback
    @override
    def async_get_supported_voices(self, language: str) -> list[OfferedVoice]:
        """Return the voices that speak a language, the chosen one first."""
        voices = self._voices.speaking(language)
        chosen = self._voices.chosen(self._settings.voice, language)
        if chosen is not None:
            voices = [chosen, *(voice for voice in voices if voice.short_name != chosen.short_name)]
        return [OfferedVoice(voice.short_name, name_among(voice, language)) for voice in voices]

    @callback
    @override
    def async_supports_streaming_input(self) -> bool:
        """Return that it speaks a text as it comes: a run is to end with it."""
        async_expect(self._get_ready)
        return True

    @callback
    def _get_ready(self) -> None:
        """Open a connection for what is to be spoken soon, in which language nobody knows yet."""
        language = self._attr_default_language
        if (voice := self._voices.chosen(self._settings.voice, language)) is not None:
            self._resource.async_prepare(self._settings.synthesis_options(voice, language, format_for({})))

    @override
    async def async_stream_tts_audio(self, request: TTSAudioRequest) -> TTSAudioResponse:
        """Speak a text as it comes.

        What is converted begins with its header as soon as the service can be asked: until there is something to say,
        ffmpeg has started. Not so an announcement, which may have to wait for a minute: what plays it would hang where
        nothing follows the header. Raises HomeAssistantError, and what is returned does so where the sound breaks: an
        end would be taken for that of the text, and kept.
        """
        sound_format = format_for(request.options, samples=self._settings.needs_samples)
        language = async_answer_language() or request.language
        sound = self._speak(request, language, sound_format, long=not async_is_awaited())
        begin = await anext(sound)
        return TTSAudioResponse(extension(sound_format), _resumed(begin, sound))

    async def _speak(
        self, request: TTSAudioRequest, language: str, sound_format: OutputFormat, *, long: bool
    ) -> AsyncGenerator[bytes]:
        """Yield the sound: a header, if there is one, and what is heard. Raises HomeAssistantError.

        What is spoken in another ``language`` than the one that was asked for is kept nowhere: it would be heard again
        where the same words are of the other.
        """
        script = Script(
            request.message_gen,
            language,
            self._settings.pronunciations,
            in_fragments=self._settings.text_streaming,
        )
        service = Request(
            self._entry,
            self._voices,
            self._settings,
            script,
            # in YAML, it may be a number
            voice=str(request.options.get(ATTR_VOICE) or "") or self._settings.voice,
            language=language,
            form=sound_format,
            long=long,
            asking=self.entity_id,
        )
        speaking = self._with_second_engine(service, script, language, sound_format, long=long)
        said, header = False, b""

        def is_awaited() -> bool:
            # Of MP3 nothing comes when the connection opens; before that, silence would hide that there is none.
            return said or (sound_format.is_raw and not script.is_written)

        try:
            async with aclosing(service.sound() if speaking is None else speaking.sound()) as sound:
                if sound_format.is_raw:
                    header = await anext(sound)
                    if not (long and script.is_written):
                        yield header
                        header = b""
                async with aclosing(bridged(sound, sound_format, is_awaited)) as whole:
                    async for piece in whole:
                        yield header + piece
                        said, header = True, b""
            if not said:
                yield header + silence(sound_format, NOTHING_SAID)
            self._tell_of_refused_sounds()
            by_second = speaking is not None and speaking.by_second
            if self._settings.second_engine is not None and not by_second:
                self.async_show(ATTR_LAST_ENGINE, self.entity_id)
            if by_second or language != request.language:
                async_end_unkept(self.hass, self.entity_id)
        except SpeechError as err:
            raise self._worded(err, service.voice) from None
        finally:
            await script.aclose()

    def _with_second_engine(
        self, service: Request, script: Script, language: str, sound_format: OutputFormat, *, long: bool
    ) -> Speaking | None:
        """Return who has a text spoken also where the service does not; None: there is nobody who could."""
        found = self._second_voice.async_find(language)
        if found is None:
            return None

        def second(begin: int) -> AsyncGenerator[bytes]:
            words = script.words(begin)
            return OtherVoice(self.hass, found, words, sound_format, asking=self.entity_id).sound()

        on_second = partial(self.async_show, ATTR_LAST_ENGINE)
        account = Account(self.hass, self._entry, self._second_voice, found.engine.entity_id, on_second)
        return Speaking(
            service,
            second,
            sound_format,
            account,
            Then.SECOND if service.voice is None else account.begins(),
            patience=ANNOUNCEMENT_PATIENCE if long else account.patience,
            lead_in=self._settings.lead_in,
        )

    def _tell_of_refused_sounds(self) -> None:
        """Tell of the pronunciations that the service does not take."""
        if refused := self._resource.unpronounced & self._settings.pronunciations.sounds:
            words = ", ".join(sorted(sound.text for sound in refused))
            async_create_issue(
                self.hass, self._entry, Issue.PRONUNCIATION_REFUSED, words=words, voice=self._subentry.title
            )

    def _worded(self, error: SpeechError, voice: Voice | None) -> HomeAssistantError:
        """Return a failure in words, or what the source of the text said."""
        if not isinstance(error, TextSourceError):
            return asked(error, self._resource.endpoint, voice.short_name if voice else None)
        cause = error.__cause__
        return cause if isinstance(cause, HomeAssistantError) else worded(HomeAssistantError, "text_failed")


async def _resumed(begin: bytes, sound: AsyncGenerator[bytes]) -> AsyncGenerator[bytes]:
    """Yield a sound whose beginning was taken."""
    async with aclosing(sound):
        yield begin
        async for piece in sound:
            yield piece
