"""Turns that translate, in both dialects of the Speech protocol."""

from __future__ import annotations

from typing import Any

import pytest

from . import (
    DIALECTS,
    Behaviour,
    Dialect,
    Fault,
    Legible,
    Scripted,
    ScriptedSynthesizer,
    ScriptedTranslator,
    SpeechService,
)
from .engines import Status
from .engines.legible import silence, speak
from .engines.scripted import Utterance
from .engines.scripted_translation import spoken
from .engines.translation import TranslationFailedError
from .faults import After, Before, Close, Drop, Reset, Storm
from .options import Mode
from .raw_client import TRANSLATION, UNIVERSAL, Received, bodies, connected, paths

_HELLO = [Utterance(text="Hello there.", end=0.7)]
_VOICE = "de-DE-KatjaNeural"


def asking(*targets: str, mode: str = "Conversation", **sections: Any) -> dict[str, Any]:
    """Return a speech.context that asks universal v2 for a translation."""
    translate = {"action": "Translate"}
    return {
        "phraseDetection": {"mode": mode, "language": "en-US", "onSuccess": translate, "onInterim": translate},
        "translation": {"targetLanguages": list(targets)},
    } | sections


def speaking(*targets: str, voices: dict[str, str] | None = None, mode: str = "Conversation") -> dict[str, Any]:
    """Return a speech.context that asks for spoken translations as well."""
    synthesize = {"action": "Synthesize"}
    translation = {"targetLanguages": list(targets), "onSuccess": synthesize, "onPassthrough": synthesize}
    return asking(mode=mode, translation=translation, synthesis={"defaultVoices": voices or {"de": _VOICE}})


async def translate(
    context: object, target: str = UNIVERSAL, utterances: list[Utterance] | None = None, **service: Any
) -> list[Received]:
    """Run a turn of a second of audio against a script."""
    async with (
        SpeechService(Scripted(utterances or _HELLO), **service) as running,
        connected(running.url, target) as it,
    ):
        return await it.recognize(silence(1.0), context)


def texts(body: dict[str, Any]) -> dict[str, str]:
    """Return the translations in a message, by language."""
    section = body.get("Translation", body)
    return {entry["Language"]: entry["Text"] for entry in section["Translations"]}


# --- the older dialect


@pytest.mark.parametrize(("target", "context"), [(TRANSLATION, {}), (UNIVERSAL, asking("de"))])
async def test_phrase(target: str, context: object) -> None:
    received = await translate(context, target)
    assert paths(received) == [
        "turn.start",
        "speech.startDetected",
        *["translation.hypothesis"] * 2,
        "translation.phrase",
        "speech.endDetected",
        "translation.phrase",
        "turn.end",
    ]
    hypotheses = bodies(received, "translation.hypothesis")
    assert [body["Text"] for body in hypotheses] == ["hello", "hello there"]
    assert [texts(body) for body in hypotheses] == [{"de": "[de] hello"}, {"de": "[de] hello there"}]
    phrase, end = bodies(received, "translation.phrase")
    del phrase["Id"]
    assert phrase == {
        "RecognitionStatus": "Success",
        "Text": "Hello there.",
        "Offset": 0,
        "Duration": 7_000_000,
        "Channel": 0,
        "Translation": {
            "TranslationStatus": "Success",
            "Translations": [{"Language": "de", "Text": "[de] Hello there."}],
        },
    }
    assert (end["RecognitionStatus"], end["Offset"]) == ("EndOfDictation", 10_000_000)
    assert "Translation" not in end


async def test_interactive_ends_after_the_first_phrase() -> None:
    received = await translate(asking("de", mode="INTERACTIVE"), utterances=[*_HELLO, *_HELLO])
    assert paths(received)[-3:] == ["speech.endDetected", "translation.phrase", "turn.end"]
    assert len(bodies(received, "translation.phrase")) == 1


@pytest.mark.parametrize(
    ("query", "mode"),
    [
        ("&scenario=interactive", Mode.INTERACTIVE),
        ("&scenario=conversation", Mode.CONVERSATION),
        ("", Mode.CONVERSATION),
    ],
)
async def test_scenario_in_the_query(query: str, mode: Mode) -> None:
    async with SpeechService() as service, connected(service.url, TRANSLATION + query) as client:
        await client.recognize(silence(1.0))
        assert service.connections[0].turns[0].options.mode is mode


@pytest.mark.parametrize("query", ["to=de,zh-Hans", "to=de&to=zh-Hans"])
async def test_several_targets_in_the_query(query: str) -> None:
    """The JavaScript SDK separates them by commas, the native SDK repeats the name."""
    received = await translate({}, f"/speech/translation/cognitiveservices/v1?from=en-US&{query}")
    assert texts(bodies(received, "translation.phrase")[0]) == {
        "de": "[de] Hello there.",
        "zh-Hans": "[zh-Hans] Hello there.",
    }


async def test_targets_are_echoed_as_they_came() -> None:
    received = await translate(asking("de-DE", "ZH-hans"))
    assert list(texts(bodies(received, "translation.phrase")[0])) == ["de-DE", "ZH-hans"]


async def test_told_translations() -> None:
    translator = ScriptedTranslator({"de": {"Hello there.": "Hallo."}})
    received = await translate(asking("de", "fr"), translator=translator)
    assert texts(bodies(received, "translation.phrase")[0]) == {"de": "Hallo.", "fr": "[fr] Hello there."}
    assert texts(bodies(received, "translation.hypothesis")[0])["de"] == "[de] hello"


async def test_what_is_in_the_target_language_passes_through() -> None:
    received = await translate(asking("en", "de"))
    assert texts(bodies(received, "translation.phrase")[0]) == {"en": "Hello there.", "de": "[de] Hello there."}


async def test_profanity_is_treated_before_it_is_translated() -> None:
    received = await translate(asking("de"), utterances=[Utterance(text="The damn light.", end=0.5)])
    assert texts(bodies(received, "translation.phrase")[0]) == {"de": "[de] The **** light."}


@pytest.mark.parametrize("status", [Status.NO_MATCH, Status.INITIAL_SILENCE_TIMEOUT, Status.ERROR])
@pytest.mark.parametrize("dialect", DIALECTS)
async def test_other_outcomes_have_no_translation(status: Status, dialect: Dialect) -> None:
    received = await translate(
        speaking("de", mode="Interactive"), utterances=[Utterance(status=status, end=0.5)], dialect=dialect
    )
    assert "speech.phrase" not in paths(received)
    [body] = bodies(received, f"translation.{dialect}")
    said = body if dialect is Dialect.PHRASE else body["SpeechPhrase"]
    assert said["RecognitionStatus"] == status.value
    assert "Translations" not in body
    assert paths(received)[-2:] == [f"translation.{dialect}", "turn.end"]


async def test_language_identification() -> None:
    context = asking("de", languageId={"languages": ["en-US", "de-DE"], "mode": "DetectContinuous"})
    del context["phraseDetection"]["language"]
    async with SpeechService(Legible()) as service, connected(service.url, UNIVERSAL) as client:
        pcm = speak("Hello.", language="en-US") + silence(1.0) + speak("Guten Tag.", language="de-DE")
        received = bodies(await client.recognize(pcm, context), "translation.phrase")
    assert [body["PrimaryLanguage"]["Language"] for body in received[:2]] == ["en-US", "de-DE"]
    assert [texts(body)["de"] for body in received[:2]] == ["[de] Hello.", "Guten Tag."]


# --- the newer dialect


async def test_response() -> None:
    received = await translate(asking("de", "fr"), dialect=Dialect.RESPONSE)
    assert paths(received) == [
        "turn.start",
        "speech.startDetected",
        *["translation.response"] * 3,
        "speech.endDetected",
        "translation.response",
        "turn.end",
    ]
    first, _, phrase, end = bodies(received, "translation.response")
    assert first["SpeechHypothesis"]["Text"] == "hello"
    assert texts(first) == {"de": "[de] hello", "fr": "[fr] hello"}
    assert phrase["SpeechPhrase"]["DisplayText"] == "Hello there."
    assert phrase["TranslationStatus"] == "Success"
    assert texts(phrase) == {"de": "[de] Hello there.", "fr": "[fr] Hello there."}
    assert phrase["Translations"][0]["DisplayText"] == "[de] Hello there."
    assert end["SpeechPhrase"]["RecognitionStatus"] == "EndOfDictation"


async def test_spoken_in_the_newer_dialect() -> None:
    voices = {"de": _VOICE, "fr": "fr-FR-DeniseNeural"}
    received = await translate(speaking("de", "fr", voices=voices), dialect=Dialect.RESPONSE)
    starts = [(headers["X-StreamId"], body) for headers, body in received if headers["Path"] == "audio.start"]
    assert [body for _, body in starts] == [{"TranslationLanguage": "de"}, {"TranslationLanguage": "fr"}]
    assert starts[0][0] != starts[1][0]
    for stream, body in starts:
        group = [message for message in received if message[0].get("X-StreamId") == stream]
        assert paths(group) == ["audio.start", *["audio"] * (len(group) - 2), "audio.end"]
        assert b"".join(bodies(group, "audio")) == spoken(f"[{body['TranslationLanguage']}] Hello there.")
        assert group[-1][1] == {"Status": "Success", "SynthesisStatus": "Success", "FailureReason": ""}


# --- spoken translations


async def test_spoken() -> None:
    received = await translate(speaking("de"))
    slices = bodies(received, "translation.synthesis")
    assert b"".join(slices) == spoken("[de] Hello there.")
    assert {len(data) for data in slices[:-1]} == {4096}
    assert bodies(received, "translation.synthesis.end") == [{"SynthesisStatus": "Success", "FailureReason": ""}]
    assert paths(received)[-4:] == ["translation.synthesis.end", "speech.endDetected", "translation.phrase", "turn.end"]


@pytest.mark.parametrize(
    ("query", "context"),
    [
        (f"&voice={_VOICE}&features=requireVoice", {}),
        ("", speaking("de")),
        # As the JavaScript SDK has it: its one voice for every target.
        ("", speaking("fr", "de", voices={"fr": _VOICE, "de": _VOICE})),
        ("", speaking("de", voices={"de": "Microsoft Server Speech Text to Speech Voice (de-DE, Hedda)"})),
    ],
)
async def test_one_target_is_spoken(query: str, context: object) -> None:
    received = await translate(context, TRANSLATION + query)
    assert b"".join(bodies(received, "translation.synthesis")) == spoken("[de] Hello there.")


async def test_voice_of_no_target_speaks_the_first() -> None:
    received = await translate(
        speaking("de", "fr", voices=dict.fromkeys(("de", "fr"), "en-US-JennyMultilingualNeural"))
    )
    assert b"".join(bodies(received, "translation.synthesis")) == spoken("[de] Hello there.")


async def test_nothing_is_spoken_unasked() -> None:
    context = speaking("de")
    context["translation"]["onSuccess"] = {"action": "None"}
    assert "translation.synthesis.end" not in paths(await translate(context))


async def test_every_phrase_is_spoken_before_the_next() -> None:
    utterances = [Utterance(text="One.", end=0.4), Utterance(text="Two.", start=0.5, end=0.9)]
    received = await translate(speaking("de"), utterances=utterances)
    order = [path for path in paths(received) if path in ("translation.phrase", "translation.synthesis.end")]
    assert order == ["translation.phrase", "translation.synthesis.end"] * 2 + ["translation.phrase"]


async def test_slices_of_any_size() -> None:
    received = await translate(speaking("de"), synthesizer=ScriptedSynthesizer(size=1000))
    slices = bodies(received, "translation.synthesis")
    assert {len(data) for data in slices[:-1]} == {1000}
    assert b"".join(slices) == spoken("[de] Hello there.")


# --- failures


async def test_failed_translation() -> None:
    """What is recognised is there all the same, and what could be translated."""
    translator = ScriptedTranslator({"de": TranslationFailedError("Translation not available")})
    received = await translate(speaking("de", "fr"), translator=translator)
    phrase = bodies(received, "translation.phrase")[0]
    assert (phrase["RecognitionStatus"], phrase["Text"]) == ("Success", "Hello there.")
    assert phrase["Translation"] == {
        "TranslationStatus": "Error",
        "FailureReason": "Translation not available",
        "Translations": [{"Language": "fr", "Text": "[fr] Hello there."}],
    }
    assert "translation.synthesis" not in paths(received)
    # A hypothesis has what could be translated, and says nothing of the rest.
    assert bodies(received, "translation.hypothesis")[0]["Translation"] == {
        "TranslationStatus": "Success",
        "Translations": [{"Language": "fr", "Text": "[fr] hello"}],
    }


async def test_failed_translation_has_no_hypotheses() -> None:
    translator = ScriptedTranslator({"de": TranslationFailedError("Translation not available")})
    received = await translate(asking("de"), translator=translator)
    assert "translation.hypothesis" not in paths(received)
    assert bodies(received, "translation.phrase")[0]["Translation"]["Translations"] == []


@pytest.mark.parametrize("dialect", DIALECTS)
@pytest.mark.parametrize("slices", [0, 2])
async def test_failed_synthesis(dialect: Dialect, slices: int) -> None:
    synthesizer = ScriptedSynthesizer(fail_after=slices)
    received = await translate(speaking("de"), synthesizer=synthesizer, dialect=dialect)
    path = "translation.synthesis" if dialect is Dialect.PHRASE else "audio"
    assert b"".join(bodies(received, path)) == spoken("[de] Hello there.")[: slices * 4096]
    [end] = bodies(received, f"{path}.end")
    assert (end["SynthesisStatus"], end["FailureReason"]) == ("Error", "Synthesis timed out")
    assert paths(received)[-1] == "turn.end"


@pytest.mark.parametrize(
    ("target", "context"),
    [
        (UNIVERSAL, asking()),
        (UNIVERSAL, asking("de", "")),
        ("/speech/translation/cognitiveservices/v1?from=en-US", {}),
        ("/speech/translation/cognitiveservices/v1?to=de", {}),
        # The path knows one source language; candidates need universal v2.
        ("/speech/translation/cognitiveservices/v1?to=de", {"languageId": {"languages": ["en-US", "de-DE"]}}),
    ],
)
async def test_missing_languages(target: str, context: object) -> None:
    async with SpeechService() as service, connected(service.url, target) as client:
        await client.begin(context)
        code, reason = await client.closed()
    assert code == 1007
    assert reason
    assert "language is given" in reason


async def test_old_base() -> None:
    received = await translate({}, f"/v1.0{TRANSLATION}")
    assert bodies(received, "translation.phrase")


async def test_inspection() -> None:
    async with SpeechService() as service, connected(service.url, UNIVERSAL) as client:
        await client.recognize(silence(1.0), speaking("de", "fr"))
        [turn] = service.connections[0].turns
    assert turn.options.translation is not None
    assert turn.options.translation.targets == ("de", "fr")
    assert turn.options.translation.voices == {"de": _VOICE}
    assert turn.context["translation"]["targetLanguages"] == ["de", "fr"]


# --- faults


async def test_synthesis_without_its_end() -> None:
    drop = Behaviour(faults=(Fault(Before("translation.synthesis.end"), Drop()),))
    received = await translate(speaking("de"), behaviours=[drop])
    assert "translation.synthesis.end" not in paths(received)
    assert paths(received)[-1] == "turn.end"


@pytest.mark.parametrize("at", [After("translation.phrase"), After("translation.synthesis", 2)])
async def test_points(at: After) -> None:
    cut = Behaviour(faults=(Fault(at, Close(4500, "Here")),))
    async with (
        SpeechService(Scripted(_HELLO), behaviours=[cut]) as service,
        connected(service.url, UNIVERSAL) as client,
    ):
        await client.begin(speaking("de"))
        await client.speak(silence(0.7))
        received = await client.until(at.path)
        if at.nth == 2:
            received += await client.until(at.path)
        assert await client.closed() == (4500, "Here")
    assert paths(received).count(at.path) == at.nth


async def test_reset_amid_synthesis() -> None:
    cut = Behaviour(faults=(Fault(After("audio", 1), Reset()),))
    async with (
        SpeechService(Scripted(_HELLO), dialect=Dialect.RESPONSE, behaviours=[cut]) as service,
        connected(service.url, UNIVERSAL) as client,
    ):
        await client.begin(speaking("de"))
        await client.speak(silence(0.7))
        assert (await client.closed())[0] == 1006


async def test_storm_of_hypotheses() -> None:
    storm = Behaviour(faults=(Fault(Before("translation.phrase"), Storm(20)),))
    received = await translate(asking("de"), behaviours=[storm])
    assert len(bodies(received, "translation.hypothesis")) == 22
