"""Speakers: guests by number, in every dialect, for who asks for them; a session has its own, on any connection."""

from collections.abc import Sequence
from typing import Any, Final

import numpy as np
import pytest

from .answers import DIALECTS, Dialect
from .engines import Engine
from .engines.known import Known, Recording, Said
from .engines.legible import Legible, silence, speak
from .engines.scripted import Scripted, Utterance
from .manner import USUAL, Manner
from .raw_client import CONVERSATION, TRANSLATION, UNIVERSAL, bodies, connected
from .service import SpeechService
from .wav import SAMPLE_RATE

SESSION: Final = "0123456789ABCDEF0123456789abcdef"
TALK: Final = [
    Utterance(text="Good morning.", speaker="anna", end=1.0),
    Utterance(text="Who is there?", speaker="bert", start=1.5, end=2.5),
    Utterance(text="It is me.", speaker="anna", start=3.0, end=4.0),
    Utterance(text="Mumbling.", start=4.5, end=5.0),
]


def asking(session: str = SESSION, **more: Any) -> dict[str, Any]:
    """Return a context as an SDK has it."""
    diarization = {"mode": "Anonymous", "audioSessionId": session, "audioOffsetMs": 0, **more}
    detection = {"mode": "Conversation", "language": "en-US", "speakerDiarization": diarization}
    return {"phraseDetection": detection}


async def speakers(
    service: SpeechService, context: object, pcm: bytes = silence(5.0), *, path: str = "speech.phrase"
) -> list[str | None]:
    """Return who says what, in a turn on a connection of its own."""
    async with connected(service.url, UNIVERSAL) as client:
        received = bodies(await client.recognize(pcm, context), path)
    return [body.get("SpeakerId") for body in received if body.get("RecognitionStatus") != "EndOfDictation"]


@pytest.mark.parametrize("intermediates", [None, False, True, "True"])
async def test_guests_are_numbered_as_they_come(intermediates: object) -> None:
    context = asking(diarizeIntermediates=intermediates)
    async with SpeechService(Scripted(TALK)) as service:
        assert await speakers(service, context) == ["Guest-1", "Guest-2", "Guest-1", "Unknown"]
    async with SpeechService(Scripted(TALK)) as service:
        early = await speakers(service, context, path="speech.hypothesis")
    assert set(early) == ({"Guest-1", "Guest-2", "Unknown"} if intermediates in (True, "True") else {"Unknown"})


async def test_who_does_not_ask_is_not_told() -> None:
    context = {"phraseDetection": {"mode": "Conversation", "language": "en-US"}}
    async with SpeechService(Scripted(TALK)) as service:
        assert await speakers(service, context) == [None] * 4
        assert service.connections[0].turns[0].options.audio_session == ""


async def test_a_session_keeps_its_numbers_and_another_has_its_own() -> None:
    first, second = [TALK[0]], [TALK[1], TALK[0]]
    async with SpeechService(Scripted(first, second, second)) as service:
        assert await speakers(service, asking()) == ["Guest-1"]
        assert await speakers(service, asking(SESSION.swapcase())) == ["Guest-2", "Guest-1"]
        assert await speakers(service, asking("f" * 32)) == ["Guest-1", "Guest-2"]


async def test_where_the_turn_begins_in_the_session_is_known() -> None:
    async with SpeechService(Scripted(TALK)) as service:
        await speakers(service, asking() | {"x": 1})
        # The native SDK writes the key in another case.
        context = asking()
        del context["phraseDetection"]["speakerDiarization"]["audioOffsetMs"]
        context["phraseDetection"]["speakerDiarization"]["audioOffsetMS"] = 3200
        await speakers(service, context)
        assert [connection.turns[0].options.audio_offset for connection in service.connections] == [0, 3.2]


@pytest.mark.parametrize("changes", [{"mode": "Identity"}, {"audioSessionId": "me"}, {"audioSessionId": None}])
async def test_what_no_sdk_says_is_refused(changes: dict[str, Any]) -> None:
    async with SpeechService() as service, connected(service.url, UNIVERSAL) as client:
        await client.begin(asking(**changes))
        assert await client.closed() == (1007, "Invalid speech.context. Invalid speakerDiarization")


async def test_the_first_phrases_may_be_of_nobody_known() -> None:
    async with SpeechService(Scripted(TALK), manner=Manner(unknown_phrases=2)) as service:
        assert await speakers(service, asking()) == ["Unknown", "Unknown", "Guest-1", "Unknown"]
        assert await speakers(service, asking()) == ["Guest-1", "Guest-2", "Guest-1", "Unknown"]


@pytest.mark.parametrize("dialect", DIALECTS)
@pytest.mark.parametrize("target", [TRANSLATION, UNIVERSAL])
async def test_translations_have_speakers(target: str, dialect: Dialect) -> None:
    context = asking(diarizeIntermediates=True) | {"translation": {"targetLanguages": ["de"]}}
    context["phraseDetection"] |= {"onSuccess": {"action": "Translate"}}
    async with SpeechService(Scripted(TALK), dialect=dialect) as service, connected(service.url, target) as client:
        received = await client.recognize(silence(5.0), context)
    if dialect is Dialect.RESPONSE:
        every = bodies(received, "translation.response")
        said = [body.get("SpeechPhrase") or body["SpeechHypothesis"] for body in every]
    else:
        said = [*bodies(received, "translation.phrase"), *bodies(received, "translation.hypothesis")]
    assert {body.get("SpeakerId") for body in said} == {"Guest-1", "Guest-2", "Unknown", None}  # at the end, nobody


def legible(said: Sequence[tuple[str, int]]) -> bytes:
    return silence(0.6).join(speak(text, speaker=speaker) for text, speaker in said) + silence(0.6)


async def test_who_speaks_can_be_written_into_the_audio() -> None:
    said = [("Good morning.", 3), ("Who is there?", 7), ("It is me.", 3), ("Mumbling.", 0)]
    async with SpeechService(Legible()) as service:
        assert await speakers(service, asking(), legible(said)) == ["Guest-1", "Guest-2", "Guest-1", "Unknown"]
        assert [phrase.display for phrase in service.connections[0].turns[0].phrases] == [text for text, _ in said]


async def test_recordings_know_who_speaks() -> None:
    noise = np.random.default_rng(1)
    one, other = (
        Recording(noise.integers(-9000, 9000, SAMPLE_RATE, np.int16).tobytes(), (Said("hello", 0.1, 0.9, who),))
        for who in ("anna", "bert")
    )
    engine: Engine = Known([one, other])
    pcm = silence(1.0).join([one.pcm, other.pcm, one.pcm, b""])
    async with SpeechService(engine) as service:
        assert await speakers(service, asking(), pcm) == ["Guest-1", "Guest-2", "Guest-1"]


async def test_words_may_be_told_as_they_are_displayed() -> None:
    context = asking() | {"phraseOutput": {"format": "Detailed", "detailed": {"options": ["WordTimings"]}}}
    for manner in (USUAL, Manner(display_words=True)):
        async with SpeechService(Scripted(TALK), manner=manner) as service, connected(service.url, UNIVERSAL) as client:
            best = bodies(await client.recognize(silence(1.2), context), "speech.phrase")[0]["NBest"][0]
        assert [word["Word"] for word in best["Words"]] == ["good", "morning"]
        displayed = [word["DisplayText"] for word in best.get("DisplayWords", ())]
        assert displayed == (["Good", "morning."] if manner.display_words else [])


LONG: Final = silence(0.06).join([speak("word ")] * 250)
"""40 s of words with little pauses between them."""


@pytest.mark.parametrize(
    ("asked", "manner", "count"), [(20_000, USUAL, 3), (None, USUAL, 1), (20_000, Manner(endless=True), 1)]
)
async def test_a_phrase_ends_when_it_is_as_long_as_it_may_be(asked: int | None, manner: Manner, count: int) -> None:
    segmentation = {"mode": "Custom", "segmentationForcedTimeoutMs": asked}
    context = {"phraseDetection": {"conversation": {"segmentation": segmentation}}}
    async with SpeechService(Legible(), manner=manner) as service, connected(service.url, CONVERSATION) as client:
        received = bodies(await client.recognize(LONG, context if asked else None), "speech.phrase")
    texts = [body["DisplayText"] for body in received[:-1]]
    assert len(texts) == count
    assert " ".join(texts).split() == ["word"] * 250
    assert all(body["Duration"] <= 200_000_000 for body in received) or count == 1
