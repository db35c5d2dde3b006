"""What a turn's answer is made of, by its mode and by what it asks for."""

from __future__ import annotations

from typing import Any

import pytest

from . import Scripted, SpeechService, Utterance
from .connection import NOT_CONTINUOUS
from .engines import Status
from .engines.legible import Legible, silence, speak
from .faults import Behaviour
from .raw_client import CONVERSATION, DICTATION, INTERACTIVE, UNIVERSAL, RawClient, bodies, connected, paths

_TWO = [Utterance(text="Hello there.", end=0.7), Utterance(text="Goodbye.", start=1.0, end=1.5)]


def phrases(received: list[tuple[dict[str, str], Any]]) -> list[tuple[str, str | None]]:
    """Return status and text of the phrases."""
    return [(body["RecognitionStatus"], body.get("DisplayText")) for body in bodies(received, "speech.phrase")]


async def recognize(utterances: list[Utterance], target: str, seconds: float, context: object = None) -> list[Any]:
    """Run a turn of so many seconds of audio against a script."""
    async with SpeechService(Scripted(utterances)) as service, connected(service.url, target) as client:
        return await client.recognize(silence(seconds), context)


async def test_interactive_ends_after_the_first_phrase() -> None:
    received = await recognize(_TWO, INTERACTIVE, 2.0)
    assert paths(received) == [
        "turn.start",
        "speech.startDetected",
        "speech.hypothesis",
        "speech.hypothesis",
        "speech.endDetected",
        "speech.phrase",
        "turn.end",
    ]
    assert [body["Text"] for body in bodies(received, "speech.hypothesis")] == ["hello", "hello there"]
    assert bodies(received, "speech.endDetected") == [{"Offset": 7_000_000}]
    assert phrases(received) == [("Success", "Hello there.")]


async def test_interactive_accounts_for_the_pause_after_the_phrase() -> None:
    """Or the native SDK would send it again in the next turn, and end that there."""
    async with SpeechService(Legible()) as service, connected(service.url) as client:
        await client.begin()
        await client.speak(speak("Hello.") + silence(1.0))
        received = await client.answer()
    assert bodies(received, "speech.endDetected") == [{"Offset": 1_200_000}]
    [phrase] = bodies(received, "speech.phrase")
    assert (phrase["Offset"], phrase["Duration"]) == (0, 7_000_000)  # 0.12 s and 0.5 s, in messages of 0.1 s


async def test_interactive_does_not_wait_for_the_end_of_the_audio() -> None:
    async with SpeechService(Scripted(_TWO)) as service, connected(service.url) as client:
        await client.begin()
        await client.speak(silence(0.7))
        assert paths(await client.answer())[-1] == "turn.end"


@pytest.mark.parametrize("target", [CONVERSATION, DICTATION])
async def test_continuous_modes_end_with_the_audio(target: str) -> None:
    received = await recognize(_TWO, target, 2.0)
    assert phrases(received) == [("Success", "Hello there."), ("Success", "Goodbye."), ("EndOfDictation", None)]
    assert paths(received)[-3:] == ["speech.endDetected", "speech.phrase", "turn.end"]
    assert paths(received).count("speech.endDetected") == 1


async def test_end_of_dictation_accounts_for_all_audio_in_full_milliseconds() -> None:
    """Or the native SDK would send the rest of it again, as a new turn."""
    async with SpeechService(Scripted(_TWO)) as service, connected(service.url, CONVERSATION) as client:
        received = await client.recognize(silence(2.0) + bytes(2))
    assert bodies(received, "speech.phrase")[-1]["Offset"] == 20_010_000


@pytest.mark.parametrize(("target", "status"), [(INTERACTIVE, "NoMatch"), (CONVERSATION, "EndOfDictation")])
@pytest.mark.parametrize("size", [0, 2, 12])
async def test_tiny_turn_has_no_text(target: str, status: str, size: int) -> None:
    async with SpeechService(Legible()) as service, connected(service.url, target) as client:
        assert phrases(await client.recognize(bytes(size))) == [(status, None)]


async def test_phrase_at_least_every_minute() -> None:
    """The native SDK gives up when 66 s of audio are not accounted for."""
    async with (
        SpeechService(Scripted([Utterance(text="Late.", start=200.0)])) as service,
        connected(service.url, CONVERSATION) as client,
    ):
        await client.begin()
        await client.speak(silence(130.0), 8192)
        await client.end_audio()
        received = bodies(await client.answer(), "speech.phrase")
    ends = [body["Offset"] + body["Duration"] for body in received]
    assert [body["RecognitionStatus"] for body in received] == ["NoMatch", "NoMatch", "EndOfDictation"]
    assert all(end - start < 600_000_000 for start, end in zip([0, *ends], ends, strict=False))


async def test_long_speech_is_cut_into_phrases() -> None:
    async with SpeechService(Legible()) as service, connected(service.url, CONVERSATION) as client:
        await client.begin()
        await client.speak(speak("x" * 3000), 8192)
        await client.end_audio()
        received = phrases(await client.answer())
    assert [status for status, _ in received] == ["Success", "Success", "EndOfDictation"]
    assert sum(len(text or "") for _, text in received) in (3000, 3001)  # the cut may go through a character


@pytest.mark.parametrize("status", [status for status in Status if status is not Status.SUCCESS])
async def test_other_outcomes(status: Status) -> None:
    received = await recognize([Utterance(status=status, end=1.0)], INTERACTIVE, 1.0)
    assert phrases(received) == [(status.value, None)]


async def test_initial_silence() -> None:
    context = {"phraseDetection": {"initialSilenceTimeout": 500}}
    async with SpeechService(Legible()) as service, connected(service.url) as client:
        assert phrases(await client.recognize(silence(0.6), context)) == [("InitialSilenceTimeout", None)]


@pytest.mark.parametrize("mode", ["INTERACTIVE", "Interactive", "CONVERSATION", "Dictation"])
async def test_mode_in_the_context(mode: str) -> None:
    context = {"phraseDetection": {"mode": mode, "language": "en-US"}}
    received = await recognize(_TWO, UNIVERSAL, 2.0, context)
    assert len(phrases(received)) == (1 if mode.lower() == "interactive" else 3)


@pytest.mark.parametrize(
    ("query", "context"),
    [("&format=detailed", {}), ("", {"phraseOutput": {"format": "Detailed"}})],
)
async def test_detailed(query: str, context: object) -> None:
    received = await recognize(_TWO, INTERACTIVE + query, 1.0, context)
    assert bodies(received, "speech.phrase")[0]["NBest"] == [
        {
            "Confidence": 0.95,
            "Lexical": "hello there",
            "ITN": "hello there",
            "MaskedITN": "hello there",
            "Display": "Hello there.",
        },
    ]


@pytest.mark.parametrize(
    ("query", "context"),
    [
        ("&format=detailed&wordLevelTimestamps=true", {}),
        ("", {"phraseOutput": {"format": "Detailed", "detailed": {"options": ["WordTimings", "WordConfidence"]}}}),
    ],
)
async def test_word_timings(query: str, context: object) -> None:
    received = await recognize(_TWO, INTERACTIVE + query, 1.0, context)
    assert bodies(received, "speech.phrase")[0]["NBest"][0]["Words"] == [
        {"Word": "hello", "Offset": 0, "Duration": 3_500_000},
        {"Word": "there", "Offset": 3_500_000, "Duration": 3_500_000},
    ]


async def test_detailed_has_what_else_it_may_be() -> None:
    script = [Utterance(text="No.", end=0.5, others=("Knob.", "Damn."))]
    best = bodies(await recognize(script, INTERACTIVE + "&format=detailed", 1.0), "speech.phrase")[0]["NBest"]
    assert [(other["Display"], other["Lexical"]) for other in best] == [
        ("No.", "no"),
        ("Knob.", "knob"),
        ("****.", "damn"),
    ]
    confidences = [other["Confidence"] for other in best]
    assert confidences == sorted(confidences, reverse=True)


async def test_simple_has_no_alternatives() -> None:
    assert "NBest" not in bodies(await recognize(_TWO, INTERACTIVE, 1.0), "speech.phrase")[0]


@pytest.mark.parametrize(
    ("query", "profanity", "text"),
    [
        ("", None, "Turn on the **** light."),
        ("&profanity=raw", None, "Turn on the damn light."),
        ("&profanity=removed", None, "Turn on the light."),
        ("", "Raw", "Turn on the damn light."),
        ("", "removed", "Turn on the light."),
        ("", "masked", "Turn on the **** light."),
    ],
)
async def test_profanity(query: str, profanity: str | None, text: str) -> None:
    context = {"phraseDetection": {"enrichment": {"profanity": profanity} if profanity else {}}}
    received = await recognize([Utterance(text="Turn on the damn light.")], INTERACTIVE + query, 2.0, context)
    assert phrases(received) == [("Success", text)]
    assert ("damn" in bodies(received, "speech.hypothesis")[-1]["Text"]) == ("damn" in text)


async def _identify(client: RawClient, pcm: bytes) -> list[Any]:
    context = {"languageId": {"languages": ["en-US", "de-DE"], "mode": "DetectContinuous"}}
    return await client.recognize(pcm, context)


async def test_language_identification() -> None:
    async with SpeechService(Legible()) as service, connected(service.url, CONVERSATION) as client:
        pcm = speak("Hello.", language="en-US") + silence(1.0) + speak("Guten Tag zusammen.", language="de-DE")
        received = await _identify(client, pcm)
    found = [body["PrimaryLanguage"]["Language"] for body in bodies(received, "speech.phrase")[:2]]
    assert found == ["en-US", "de-DE"]
    assert bodies(received, "speech.hypothesis")[-1]["PrimaryLanguage"]["Language"] == "de-DE"
    assert "PrimaryLanguage" not in bodies(received, "speech.phrase")[2]


@pytest.mark.parametrize("target", [CONVERSATION, INTERACTIVE])
async def test_v1_may_identify_the_language_at_the_start_only(target: str) -> None:
    async with SpeechService(behaviours=lambda _: Behaviour(continuous=False)) as service:
        async with connected(service.url, target) as client:
            await client.begin({"languageId": {"languages": ["en-US", "de-DE"], "mode": "DetectContinuous"}})
            assert await client.closed() == (1007, NOT_CONTINUOUS)
        for path, mode in ((target, "DetectAtAudioStart"), (UNIVERSAL, "DetectContinuous")):
            context = {
                "phraseDetection": {"mode": "Conversation"},
                "languageId": {"languages": ["en-US", "de-DE"], "mode": mode},
            }
            async with connected(service.url, path) as client:
                assert "turn.end" in paths(await client.recognize(silence(1.0), context))


async def test_no_language_where_none_was_asked_for() -> None:
    received = await recognize(_TWO, INTERACTIVE, 1.0)
    assert not any("PrimaryLanguage" in body for _, body in received)


async def test_turns_one_after_the_other() -> None:
    async with (
        SpeechService(Scripted([Utterance(text="One.")], [Utterance(text="Two.")])) as service,
        connected(service.url) as client,
    ):
        texts = [phrases(await client.recognize(silence(1.0)))[0][1] for _ in range(3)]
        assert texts == ["One.", "Two.", "Two."]
        first, second, _ = service.connections[0].turns
        assert (first.ended, first.audio_ended, len(first.audio)) == (True, True, 32000)
        assert first.frame_sizes == [44, *[3200] * 10, 0]
        assert first.service_tag != second.service_tag
