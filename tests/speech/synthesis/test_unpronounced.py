"""Pronunciations that the service refuses: the text is spoken without them, and that is remembered."""

from typing import Final

import pytest

from custom_components.azure_speech_live.speech import (
    Phoneme,
    RequestRefusedError,
    SpeechError,
    SynthesisOptions,
    VoiceError,
)
from custom_components.azure_speech_live.speech.synthesis.texts import Text
from tests.speech_service import SpeechService
from tests.speech_service.faults import After, Close, Fault
from tests.speech_service.service import Behaviours

from ..caller import calling
from ..faults.rows import always, once, refused
from ..listener import Texts, hear
from .speaking import Service

SIOBHAN: Final = Phoneme("Siobhan", "ʃəvɔn")
TEXT: Final[Text] = ["I say ", SIOBHAN, "."]
REFUSED: Final = Fault(After("turn.start"), Close(1007, "SSML is invalid"))


@pytest.mark.parametrize("error", [RequestRefusedError("SSML is invalid"), VoiceError("the phoneme is not supported")])
def test_the_text_is_asked_for_again_without_them(error: SpeechError) -> None:
    service = Service(TEXT)
    service.begin()
    assert "<phoneme" in service.answer.ssml
    assert service.fail(error) == 0.0
    assert "<phoneme" not in service.answer.ssml
    assert service.turn() == "I say Siobhan."
    assert service.answer.complete


def test_what_is_refused_without_them_as_well_has_another_fault() -> None:
    service = Service(TEXT)
    for expected in (0.0, None):
        service.begin()
        assert service.fail(RequestRefusedError("SSML is invalid")) == expected


def test_what_was_heard_in_part_was_not_refused_for_them() -> None:
    service = Service(TEXT)
    service.begin()
    service.speak(1000)
    assert service.fail(RequestRefusedError("too long")) is None


@pytest.mark.parametrize("rest", [False, True])
async def test_the_next_answer_goes_without_them(*, rest: bool) -> None:
    """Over a WebSocket, and by the REST API."""
    behaviours: Behaviours = always() if rest else once(REFUSED)
    service = SpeechService(
        behaviours=(lambda _: refused(200)) if rest else behaviours, rest_behaviours=[refused(400)] if rest else ()
    )
    async with service, calling(service.url) as client:
        for _ in range(2):
            heard = await hear(client, Texts([TEXT]))
            assert (heard.error, heard.text) == (None, "I say Siobhan.")
        assert client.unpronounced == {SIOBHAN}
        taken = [post.ssml for post in service.posts if post.ssml]  # of the refused one it is not read
        asked = [turn.ssml for each in service.syntheses for turn in each.turns]
        assert ["<phoneme" in ssml for ssml in taken or asked] == [*([] if rest else [True]), False, False]


async def test_they_are_not_to_blame_for_other_refusals() -> None:
    async with SpeechService(behaviours=always(REFUSED)) as service, calling(service.url) as client:
        heard = await hear(client, Texts([TEXT]))
        assert isinstance(heard.error, RequestRefusedError)
        assert len(service.attempts) == 2
        assert client.unpronounced == set()


@pytest.mark.parametrize("voice", ["en-US-AvaMultilingualNeural", "en-US-Ava:DragonHDLatestNeural"])
async def test_what_has_none_in_it_is_asked_for_once(voice: str) -> None:
    """A text, or a document by a voice that takes none."""
    text: Text = TEXT if "HD" in voice else "I say Siobhan."
    async with SpeechService(behaviours=always(REFUSED)) as service, calling(service.url) as client:
        heard = await hear(client, Texts([text]), SynthesisOptions(voice=voice))
        assert isinstance(heard.error, RequestRefusedError)
        assert len(service.attempts) == 1
