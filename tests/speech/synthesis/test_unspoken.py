"""What the voice does not say: letters that it does not know are left out, but an answer of nothing has failed."""

from typing import Final

import pytest

from custom_components.azure_speech_live.speech import ServiceError
from custom_components.azure_speech_live.speech.synthesis.texts import Text
from tests.speech_service import ScriptedSpeaker, SpeechService, Synthesis

from ..caller import STORY, calling
from ..listener import Texts, hear
from .speaking import Service

CHINESE: Final = "你好。"


def silent_turn(service: Service) -> None:
    """Let a text be asked for twice, and the service say nothing."""
    service.begin()
    with pytest.raises(ServiceError) as raised:
        service.says("turn.end")
    assert service.fail(raised.value) is not None
    service.begin()
    service.says("turn.end")


def test_it_is_asked_for_once_more_and_then_passed_over() -> None:
    service = Service(CHINESE, ended=False)
    silent_turn(service)
    service.answer.feed(STORY[0], service.now)
    service.turn()
    service.answer.feed(CHINESE, service.now)
    service.answer.end_text(service.now)
    silent_turn(service)
    assert (service.answer.complete, service.text) == (True, STORY[0])


def test_an_answer_of_which_nothing_is_spoken_has_failed() -> None:
    service = Service(CHINESE, ended=False)
    silent_turn(service)
    with pytest.raises(ServiceError):
        service.answer.end_text(service.now)
    assert not service.answer.complete


def test_nor_is_the_last_text_of_such_an_answer_passed_over() -> None:
    service = Service(CHINESE * 20, CHINESE)
    silent_turn(service)
    for left in (True, False):
        service.begin()
        with pytest.raises(ServiceError) as raised:
            service.says("turn.end")
        assert (service.fail(raised.value) is not None) is left
    assert not service.answer.complete


@pytest.mark.parametrize("text", ["你好 light.", "ab", "21"])
def test_letters_that_every_voice_knows_are_not_passed_over(text: str) -> None:
    service = Service(text, ended=False)
    for left in (True, False):
        service.begin()
        with pytest.raises(ServiceError) as raised:
            service.says("turn.end")
        assert (service.fail(raised.value) is not None) is left


class Latin(ScriptedSpeaker):
    """A voice that knows Latin letters alone."""

    async def speak(self, text: str, language: str, voice: str, rate: int) -> bytes:
        """Say nothing of the others."""
        return await super().speak(text.encode("ascii", "ignore").decode().strip(), language, voice, rate)


@pytest.mark.parametrize("pause", [0.0, 5.0])
async def test_the_rest_is_spoken(pause: float) -> None:
    async with SpeechService(synthesis=Synthesis(speaker=Latin())) as service, calling(service.url) as client:
        heard = await hear(client, Texts([STORY[0], CHINESE * 40, STORY[1], CHINESE], pause=pause))
        assert (heard.error, heard.text) == (None, STORY[0] + STORY[1])


@pytest.mark.parametrize("texts", [[CHINESE], [CHINESE, ""], [CHINESE, CHINESE]])
async def test_where_there_is_no_rest_it_is_an_error(texts: list[Text]) -> None:
    async with SpeechService(synthesis=Synthesis(speaker=Latin())) as service, calling(service.url) as client:
        heard = await hear(client, Texts(texts, pause=5.0))
        assert isinstance(heard.error, ServiceError)
        assert heard.pcm == b""
        assert (await hear(client)).error is None
