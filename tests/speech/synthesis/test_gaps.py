"""Why one turn at a time is enough: what a listener waits for on slow lines, of a service as slow as Azure may be.

A second connection, or a second turn on the same one, would spare what is left here: less than a pause between
sentences, and only behind a word. It would take twice the requests, and nobody knows what Azure does with two turns.
"""

from collections.abc import Sequence
from typing import Final

import pytest

from custom_components.azure_speech_live.speech import END_SILENCE
from custom_components.azure_speech_live.speech.synthesis.sound import PAUSE
from tests.speech_service import Delivery, ScriptedSpeaker, SpeechService, Synthesis

from ..caller import calling
from ..listener import OPTIONS, Heard, Texts, hear

SENTENCES: Final = (
    "The kitchen light is on now.",
    "It was off for three hours and twenty minutes.",
    "Shall I close the blinds as well?",
    "The forecast says that it will rain in the evening.",
    "Good night!",
)
WORDS: Final = ("Yes.", "Done.", "The light is on.", "Okay?", "Bye.")


async def over(round_trip: float, first_audio: float, pace: float, texts: Sequence[str], pause: float) -> Heard:
    """Have texts spoken over a line; the connection was opened before.

    One turn at a time is answered a round trip later, which is all that the line does to it.
    """
    speaker = ScriptedSpeaker(1 / 15)
    delivery = Delivery(first_audio=round_trip + first_audio, pace=pace, slice_size=9600, trailing_silence=0.8)
    synthesis = Synthesis(speaker=speaker, delivery=delivery)
    async with SpeechService(synthesis=synthesis) as service, calling(service.url) as client:
        await client.prepare(OPTIONS)
        heard = await hear(client, Texts(texts, pause=pause))
        assert heard.error is None
        return heard


@pytest.mark.parametrize("round_trip", [0.02, 0.08, 0.2])
@pytest.mark.parametrize(("first_audio", "pace"), [(0.1, 20.0), (0.3, 5.0), (0.3, 2.0)])
@pytest.mark.parametrize("pause", [0.0, 0.5, 1.0])
async def test_sentences(round_trip: float, first_audio: float, pace: float, pause: float) -> None:
    """The first is heard after one round trip, and then nothing is waited for."""
    heard = await over(round_trip, first_audio, pace, SENTENCES, pause)
    assert heard.timeline.delay == pytest.approx(round_trip + first_audio, abs=0.02)
    assert heard.timeline.gap == 0.0
    assert heard.timeline.requests <= 4


@pytest.mark.parametrize("round_trip", [0.02, 0.08, 0.2])
@pytest.mark.parametrize(("first_audio", "pace"), [(0.1, 20.0), (0.3, 5.0)])
async def test_single_words_as_an_agent_writes_them(round_trip: float, first_audio: float, pace: float) -> None:
    """A gap behind one of them is shorter than what a pause between sentences has more than one amid them."""
    heard = await over(round_trip, first_audio, pace, WORDS, 0.1)
    assert heard.timeline.gap < PAUSE - END_SILENCE
    assert heard.timeline.requests <= 4
