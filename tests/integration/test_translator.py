"""Translators as speech-to-text entities: their text is the translation."""

from homeassistant.components.stt import SpeechResult, SpeechResultState
from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant
import pytest

from tests.speech_service.engines import Status
from tests.speech_service.engines.scripted import Scripted, Utterance
from tests.speech_service.engines.scripted_translation import ScriptedTranslator
from tests.speech_service.engines.translation import TranslationFailedError
from tests.speech_service.faults import AudioReceived, Behaviour, Close, Fault
from tests.speech_service.service import SpeechService

from .speech import pcm
from .translators import TRANSLATOR, add_translator, hear


async def test_the_text_is_the_translation(hass: HomeAssistant, entry: ConfigEntry, service: SpeechService) -> None:
    await add_translator(hass, entry)
    service.engine = Scripted([Utterance(text="Licht an.")])
    partials, result = await hear(hass, pcm(1))
    assert partials[-1] == "[en] licht an"
    assert result == SpeechResult("[en] Licht an.", SpeechResultState.SUCCESS)
    (turn,) = service.connections[-1].turns
    assert turn.options.languages == ("de-DE",)
    assert turn.options.mode == "interactive"


async def test_who_speaks_the_agents_language_is_understood(
    hass: HomeAssistant, entry: ConfigEntry, service: SpeechService
) -> None:
    await add_translator(hass, entry, languages=["de-DE", "en-US"])
    service.engine = Scripted([Utterance(text="Light on.", language="en-US")])
    service.translator = ScriptedTranslator({"en": TranslationFailedError("same language")})
    assert (await hear(hass, pcm(1)))[1] == SpeechResult("Light on.", SpeechResultState.SUCCESS)
    (turn,) = service.connections[-1].turns
    assert turn.options.languages == ("de-DE", "en-US")


async def test_silence_is_success_without_text(hass: HomeAssistant, entry: ConfigEntry, service: SpeechService) -> None:
    await add_translator(hass, entry)
    service.engine = Scripted([Utterance(status=Status.NO_MATCH, end=0.5)])
    assert await hear(hass, pcm(1)) == ([], SpeechResult("", SpeechResultState.SUCCESS))


async def test_no_translation_is_an_error_of_one_line(
    hass: HomeAssistant, entry: ConfigEntry, service: SpeechService, caplog: pytest.LogCaptureFixture
) -> None:
    await add_translator(hass, entry)
    service.translator = ScriptedTranslator({"en": TranslationFailedError("Not available")})
    assert (await hear(hass, pcm(1)))[1] == SpeechResult(None, SpeechResultState.ERROR)
    assert f"{TRANSLATOR}: no translation: Not available" in caplog.messages


async def test_a_failure_is_an_error_and_the_next_command_works(
    hass: HomeAssistant, entry: ConfigEntry, service: SpeechService
) -> None:
    await add_translator(hass, entry)
    service.behaviours = lambda _: Behaviour(faults=(Fault(AudioReceived(16000), Close(1011, "internal error")),))
    assert (await hear(hass, pcm(1)))[1].result is SpeechResultState.ERROR
    service.behaviours = ()
    assert (await hear(hass, pcm(1)))[1].text == "[en] Turn on the kitchen light."
