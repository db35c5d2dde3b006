"""What was said in one language of several."""

from homeassistant.core import HomeAssistant
import pytest

from tests.speech_service.engines.scripted import Scripted, Utterance
from tests.speech_service.engines.scripted_translation import ScriptedTranslator
from tests.speech_service.engines.translation import TranslationFailedError
from tests.speech_service.service import SpeechService

from ..action_calls import call

pytestmark = pytest.mark.usefixtures("recordings_allowed")


async def test_who_speaks_the_target_language_needs_no_translation(
    hass: HomeAssistant, service: SpeechService, media: str
) -> None:
    service.engine = Scripted([Utterance(text="Hallo.", language="de-DE")])
    service.translator = ScriptedTranslator({"de": TranslationFailedError("same language")})
    response = await call(hass, "translate", media=media, language=["en-US", "de-DE"], target_language="de")
    assert response["translations"] == {"de": "Hallo."}
    assert response["failures"] == {}


async def test_languages_without_blanks_are_put_together_without(
    hass: HomeAssistant, service: SpeechService, media: str
) -> None:
    service.engine = Scripted([Utterance(text="一。", end=0.5), Utterance(text="二。", start=0.6, end=1.5)])
    assert (await call(hass, "transcribe", media=media, language="zh-CN"))["text"] == "一。二。"
