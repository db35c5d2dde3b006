"""Translation: what the messages of both dialects say, and our client against the stand-in that speaks them."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime
import itertools
from socket import AF_INET
from typing import Any, Final, override

import aiohttp
from aiohttp.abc import AbstractResolver, ResolveResult
import pytest

from custom_components.azure_speech_live.speech import (
    CredentialsError,
    Event,
    HostNotFoundError,
    Hypothesis,
    Mode,
    NotASpeechEndpointError,
    Phrase,
    Profanity,
    RecognitionStatus,
    SpeechClient,
    Synthesis,
    SynthesisEnded,
    TranslationOptions,
    UpgradeRefusedError,
)
from custom_components.azure_speech_live.speech.recognition import translation
from custom_components.azure_speech_live.speech.recognition.event_queue import SYNTHESIS_PIECE
from custom_components.azure_speech_live.speech.recognition.heard import as_asked
from custom_components.azure_speech_live.speech.recognition.utterance import Utterance
from custom_components.azure_speech_live.speech.wire.messages import Message, json_message
from tests.speech_service import (
    DIALECTS,
    Behaviour,
    Dialect,
    Fault,
    Legible,
    Scripted,
    ScriptedSynthesizer,
    ScriptedTranslator,
    SpeechService,
    Utterance as Said,
)
from tests.speech_service.certificates import make_certificate, make_tls_contexts
from tests.speech_service.engines.legible import silence, speak
from tests.speech_service.engines.scripted_translation import spoken
from tests.speech_service.engines.translation import TranslationFailedError
from tests.speech_service.faults import (
    Action,
    After,
    AudioReceived,
    Before,
    Close,
    Drop,
    Freeze,
    Received,
    Refuse,
    Reset,
    Send,
    Silence,
    Wait,
)
from tests.speech_service.service import Behaviours

from ..caller import AUDIO, PHRASES, SAID, Heard, Source, calling, listen
from ..faults.table import CLOSE_CODES, ENDING, MESSAGES, OPENING, SLOW_ANSWERS, STATUSES, Row
from ..faults.test_table import ROUNDING, check_outcome

UNIVERSAL: Final = "/stt/speech/universal/v2"
S2S: Final = "/speech/translation/cognitiveservices/v1"
VOICE: Final = "de-DE-KatjaNeural"
MODES: Final = (Mode.INTERACTIVE, Mode.CONVERSATION)
"""Those that differ."""


def to(*targets: str, mode: Mode = Mode.CONVERSATION, **more: Any) -> TranslationOptions:
    """Return options of a translation."""
    return TranslationOptions(targets=targets or ("de",), mode=mode, **more)


async def translate(options: TranslationOptions, *, path: str = "", pcm: bytes | None = None, **service: Any) -> Heard:
    """Translate on a service of its own that reads the audio, which is what the tests' phrases say."""
    async with SpeechService(Legible(), **service) as running, calling(running.url + path) as client:
        return await listen(client, Source(AUDIO[options.mode] if pcm is None else pcm), options)


def success(heard: Heard) -> list[Phrase]:
    """Return the phrases that say something."""
    return [phrase for phrase in heard.phrases if phrase.status is RecognitionStatus.SUCCESS]


def german(phrases: Sequence[str]) -> list[dict[str, str]]:
    """Return what the stand-in makes of phrases."""
    return [{"de": f"[de] {phrase}"} for phrase in phrases]


# --- what is asked and what comes back


@pytest.mark.parametrize("dialect", DIALECTS)
@pytest.mark.parametrize("path", ["", UNIVERSAL, S2S])
@pytest.mark.parametrize("mode", MODES)
async def test_translates(mode: Mode, path: str, dialect: Dialect) -> None:
    heard = await translate(to(mode=mode), path=path, dialect=dialect)
    assert heard.error is None
    assert heard.transcript == SAID[mode]
    assert [phrase.translations for phrase in success(heard)] == german(PHRASES[mode])
    assert {phrase.translation_error for phrase in success(heard)} == {None}
    assert heard.hypotheses
    assert all(hypothesis.translations == {"de": f"[de] {hypothesis.text}"} for hypothesis in heard.hypotheses)
    assert heard.seconds_more == 0.0


@pytest.mark.parametrize("dialect", DIALECTS)
async def test_times(dialect: Dialect) -> None:
    pcm = silence(0.5) + speak("One.") + silence(1.0) + speak("Two.")
    heard = await translate(to(), dialect=dialect, pcm=pcm)
    assert [(phrase.offset, phrase.duration) for phrase in success(heard)] == [(0.5, 0.08), (1.58, 0.08)]


@pytest.mark.parametrize("dialect", DIALECTS)
@pytest.mark.parametrize("path", [UNIVERSAL, S2S])
async def test_several_targets(path: str, dialect: Dialect) -> None:
    heard = await translate(to("de", "zh-Hans", "en"), path=path, dialect=dialect)
    assert [phrase.translations for phrase in success(heard)] == [
        {"de": f"[de] {text}", "zh-Hans": f"[zh-Hans] {text}", "en": text} for text in PHRASES[Mode.CONVERSATION]
    ]


@pytest.mark.parametrize("path", [UNIVERSAL, S2S])
@pytest.mark.parametrize("mode", [*MODES, Mode.DICTATION])
async def test_what_is_asked(path: str, mode: Mode) -> None:
    options = to("fr", "de", mode=mode, language="en-GB", voice=VOICE, phrases=("Jessie",), profanity=Profanity.RAW)
    async with SpeechService(Legible()) as service, calling(service.url + path) as client:
        await listen(client, Source(AUDIO[mode]), options)
        asked = service.connections[0].turns[0].options
    # The path of the s2s hosts knows no dictation, and the context says more than it.
    assert asked.mode == str(mode)
    assert (asked.languages, asked.phrases, asked.profanity) == (("en-GB",), ("Jessie",), "raw")
    assert asked.translation is not None
    assert asked.translation.targets == ("fr", "de")
    assert asked.translation.voices == {"de": VOICE}


async def test_profanity() -> None:
    heard = await translate(to(mode=Mode.INTERACTIVE), pcm=speak("The damn light."))
    assert [(phrase.text, phrase.translations) for phrase in heard.phrases] == [
        ("The **** light.", {"de": "[de] The **** light."}),
    ]


@pytest.mark.parametrize("dialect", DIALECTS)
@pytest.mark.parametrize("mode", MODES)
async def test_language_identification(mode: Mode, dialect: Dialect) -> None:
    pcm = speak("Good morning, my friends.", language="en-US") + silence(1.0)
    pcm += speak("Guten Morgen, liebe Freunde.", language="de-DE") + silence(1.0)
    async with SpeechService(Legible(), dialect=dialect) as service, calling(service.url) as client:
        heard = await listen(client, Source(pcm), to(mode=mode, candidates=("en-US", "de-DE")))
        # There is no other path for it, so none is tried.
        assert [attempt.path for attempt in service.attempts] == [UNIVERSAL]
    expected = [
        ("en-US", {"de": "[de] Good morning, my friends."}),
        ("de-DE", {"de": "Guten Morgen, liebe Freunde."}),
    ]
    said = [(phrase.language, phrase.translations) for phrase in success(heard)]
    assert said == expected[: 1 if mode is Mode.INTERACTIVE else 2]
    assert {hypothesis.language for hypothesis in heard.hypotheses} == {language for language, _ in said}


@pytest.mark.parametrize("dialect", DIALECTS)
async def test_silence(dialect: Dialect) -> None:
    heard = await translate(to(mode=Mode.INTERACTIVE, voice=VOICE), dialect=dialect, pcm=silence(6.0))
    assert heard.error is None
    assert [phrase.status for phrase in heard.phrases] == [RecognitionStatus.INITIAL_SILENCE_TIMEOUT]
    assert not heard.transcript
    heard = await translate(to(voice=VOICE), dialect=dialect, pcm=silence(6.0))
    assert (heard.error, heard.phrases, heard.endings) == (None, [], [])


async def test_no_audio() -> None:
    async with SpeechService() as service, calling(service.url) as client:
        heard = await listen(client, Source(b""), to(voice=VOICE))
        assert (heard.error, heard.events, service.connections) == (None, [], [])


# --- spoken translations


@pytest.mark.parametrize("dialect", DIALECTS)
@pytest.mark.parametrize("path", [UNIVERSAL, S2S])
@pytest.mark.parametrize("mode", MODES)
async def test_spoken(mode: Mode, path: str, dialect: Dialect) -> None:
    heard = await translate(to("fr", "de", mode=mode, voice=VOICE), path=path, dialect=dialect)
    assert heard.error is None
    assert heard.transcript == SAID[mode]
    assert heard.spoken == b"".join(spoken(f"[de] {phrase}") for phrase in PHRASES[mode])
    kinds = [type(event) for event in heard.events if isinstance(event, Phrase | Synthesis | SynthesisEnded)]
    assert [kind for kind, _ in itertools.groupby(kinds)] == [Phrase, Synthesis, SynthesisEnded] * len(PHRASES[mode])
    assert heard.endings == [None] * len(PHRASES[mode])


async def test_voice_of_no_target_speaks_the_first() -> None:
    heard = await translate(to("fr", "de", mode=Mode.INTERACTIVE, voice="en-US-JennyMultilingualNeural"))
    assert heard.spoken == spoken(f"[fr] {SAID[Mode.INTERACTIVE]}")


@pytest.mark.parametrize("dialect", DIALECTS)
@pytest.mark.parametrize("size", [7, 44, 100_000])
async def test_slices_of_any_size(size: int, dialect: Dialect) -> None:
    options = to(mode=Mode.INTERACTIVE, voice=VOICE)
    heard = await translate(options, dialect=dialect, pcm=speak("Hi."), synthesizer=ScriptedSynthesizer(size=size))
    assert heard.spoken == spoken("[de] Hi.")
    assert heard.endings == [None]


async def test_a_long_text_is_spoken_to_its_end() -> None:
    """It comes in more messages than there may be of others, to a caller who takes none for a while."""
    text = "x" * 3000
    script = Scripted([Said(text=text, end=1.0)])
    service = SpeechService(script, synthesizer=ScriptedSynthesizer(size=1000))
    async with service, calling(service.url) as client:
        events = client.translate(Source(silence(1.0)), to(mode=Mode.INTERACTIVE, voice=VOICE))
        heard = Heard([await anext(events)])
        await service.until(lambda: service.connections[0].turns[0].ended)
        heard.events += [event async for event in events]
    assert heard.spoken == spoken(f"[de] {text}")
    assert heard.endings == [None]


# --- what fails alone


@pytest.mark.parametrize("dialect", DIALECTS)
@pytest.mark.parametrize("mode", MODES)
async def test_no_translation(mode: Mode, dialect: Dialect) -> None:
    translator = ScriptedTranslator({"de": TranslationFailedError("Translation not available")})
    heard = await translate(to(mode=mode, voice=VOICE), dialect=dialect, translator=translator)
    assert heard.error is None
    assert heard.transcript == SAID[mode]
    assert {(*phrase.translations, phrase.translation_error) for phrase in success(heard)} == {
        ("Translation not available",)
    }
    assert (heard.spoken, heard.endings) == (b"", [])


@pytest.mark.parametrize("dialect", DIALECTS)
@pytest.mark.parametrize("mode", MODES)
async def test_a_translation_is_missing(mode: Mode, dialect: Dialect) -> None:
    translator = ScriptedTranslator({"de": TranslationFailedError("Translation not available")})
    heard = await translate(to("de", "fr", mode=mode, voice=VOICE), dialect=dialect, translator=translator)
    assert heard.error is None
    assert [phrase.translations for phrase in success(heard)] == [{"fr": f"[fr] {text}"} for text in PHRASES[mode]]
    assert {phrase.translation_error for phrase in success(heard)} == {"Translation not available"}
    assert heard.hypotheses
    assert heard.hypotheses[0].translations.keys() == {"fr"}
    # The voice would have spoken what is missing.
    assert heard.spoken == b""
    assert heard.endings == ["the service did not speak the translation"] * len(PHRASES[mode])


@pytest.mark.parametrize("dialect", DIALECTS)
@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("slices", [0, 2])
async def test_failed_synthesis(slices: int, mode: Mode, dialect: Dialect) -> None:
    synthesizer = ScriptedSynthesizer(fail_after=slices)
    heard = await translate(to(mode=mode, voice=VOICE), dialect=dialect, synthesizer=synthesizer)
    assert heard.error is None
    assert [phrase.translations for phrase in success(heard)] == german(PHRASES[mode])
    assert heard.endings == ["Synthesis timed out"] * len(PHRASES[mode])
    assert len(heard.spoken) == slices * 4096 * len(PHRASES[mode])


@pytest.mark.parametrize("dialect", DIALECTS)
@pytest.mark.parametrize("mode", MODES)
async def test_synthesis_without_its_end(mode: Mode, dialect: Dialect) -> None:
    """It is whole, as both SDKs take it; the next phrase's is another."""
    path = "translation.synthesis.end" if dialect is Dialect.PHRASE else "audio.end"
    drop = Behaviour(faults=tuple(Fault(Before(path, nth), Drop()) for nth in (1, 2, 3)))
    heard = await translate(to(mode=mode, voice=VOICE), dialect=dialect, behaviours=[drop])
    assert heard.error is None
    assert heard.spoken == b"".join(spoken(f"[de] {phrase}") for phrase in PHRASES[mode])
    assert heard.endings == [None] * len(PHRASES[mode])


@pytest.mark.parametrize("mode", MODES)
async def test_synthesis_that_never_comes(mode: Mode) -> None:
    """Of one phrase, that is; and what of another was spoken does not hide it."""
    count = len(PHRASES[mode])
    last = spoken(f"[de] {PHRASES[mode][-1]}")
    before = sum(-(-len(spoken(f"[de] {phrase}")) // 4096) for phrase in PHRASES[mode][:-1])
    slices = range(before + 1, before + 1 + -(-len(last) // 4096))
    faults = [Fault(Before("translation.synthesis", nth), Drop()) for nth in slices]
    drop = Behaviour(faults=(*faults, Fault(Before("translation.synthesis.end", count), Drop())))
    heard = await translate(to(mode=mode, voice=VOICE), behaviours=[drop])
    assert heard.error is None
    assert heard.transcript == SAID[mode]
    assert heard.endings == [*[None] * (count - 1), "the service did not speak the translation"]


def test_status_of_a_synthesis_in_either_sdk_s_words() -> None:
    """The JavaScript SDK reads SynthesisStatus from either message, the native SDK only Status from audio.end."""
    assert translation.synthesis_error({"SynthesisStatus": "Success", "FailureReason": ""}) is None
    assert translation.synthesis_error({"Status": "Success"}) is None
    assert translation.synthesis_error({}) is None
    assert translation.synthesis_error({"SynthesisStatus": "Error", "FailureReason": "Bad voice"}) == "Bad voice"
    assert translation.synthesis_error({"Status": "Error", "FailureReason": "Bad voice"}) == "Bad voice"
    assert translation.synthesis_error({"Status": "Error"}) == "Error"
    for good in ("SynthesisEnd", 0, 1, "success"):
        assert translation.synthesis_error({"SynthesisStatus": good}) is None
        assert translation.synthesis_error({"SynthesisStatus": None, "Status": good}) is None
    assert translation.synthesis_error({"SynthesisStatus": 2}) == "Error"
    assert translation.synthesis_error({"SynthesisStatus": 2, "FailureReason": "Bad voice"}) == "Bad voice"


def spoken_events(mode: Mode, *messages: Message) -> list[Event]:
    """Return what an utterance with a voice makes of messages, when its caller takes none meanwhile."""
    utterance = Utterance(to(mode=mode, voice=VOICE), 0.0)
    utterance.feed(AUDIO[mode], 0.0)
    utterance.begin(_ID, _WALL)
    while utterance.next_audio(0.0) is not None:
        pass
    for message in messages:
        utterance.receive(message, 0.0, _WALL)
    assert utterance.complete == (mode is Mode.INTERACTIVE)
    return list(utterance.events)


def said(text: str) -> Message:
    """Return a phrase with its translation."""
    translated = {"TranslationStatus": "Success", "Translations": [{"Language": "de", "Text": f"[de] {text}"}]}
    body = {"RecognitionStatus": "Success", "Text": text, "Duration": 1000, "Translation": translated}
    return json_message("translation.phrase", body, _ID)


_ID: Final = "f" * 32
_WALL: Final = datetime(2026, 1, 1, tzinfo=UTC)
_END: Final = json_message("translation.synthesis.end", {"SynthesisStatus": "Success"}, _ID)


def test_phrases_that_come_faster_than_they_are_spoken() -> None:
    one, two = (Message("translation.synthesis", f"RIFF {number}".encode(), _ID) for number in (1, 2))
    events = spoken_events(Mode.CONVERSATION, said("One."), said("Two."), one, _END, two, _END)
    assert [type(event) for event in events[:2]] == [Phrase, Phrase]
    assert events[2:] == [Synthesis(b"RIFF 1"), SynthesisEnded(), Synthesis(b"RIFF 2"), SynthesisEnded()]


def test_slices_that_wait_are_put_together_but_not_across_an_end() -> None:
    slices = [Message("translation.synthesis", data, _ID) for data in (b"RIFF 1", b"2", b"RIFF 3", b"4")]
    events = spoken_events(Mode.CONVERSATION, said("One."), said("Two."), *slices, _END)
    assert events[2:] == [Synthesis(b"RIFF 12"), SynthesisEnded(), Synthesis(b"RIFF 34"), SynthesisEnded()]


def test_pieces_stay_small() -> None:
    slices = [Message("translation.synthesis", bytes(SYNTHESIS_PIECE - 1), _ID) for _ in range(4)]
    events = spoken_events(Mode.INTERACTIVE, said("One."), *slices, _END)
    assert [len(event.audio) for event in events if isinstance(event, Synthesis)] == [2 * (SYNTHESIS_PIECE - 1)] * 2


def test_speech_before_the_phrase_does_not_end_the_turn() -> None:
    early = Message("translation.synthesis", b"RIFF", _ID)
    events = spoken_events(Mode.INTERACTIVE, early, _END, said("One."), early, _END)
    assert [type(event) for event in events] == [Synthesis, SynthesisEnded, Phrase, Synthesis, SynthesisEnded]


def test_fewer_languages_than_asked_for() -> None:
    """As the Translator Speech API of 2018 does it, which knows one."""
    phrase = Phrase(status=RecognitionStatus.SUCCESS, text="One.", translations={"de": "Eins."})
    assert translation.checked(phrase, ("de",)) is phrase
    assert translation.checked(phrase, ("de", "fr", "es")).translation_error == (
        "the service did not translate to fr, es"
    )


@pytest.mark.parametrize(
    ("targets", "came"),
    [
        (("zh-Hans",), ("zh-hans",)),
        (("pt",), ("pt-br",)),
        (("pt-pt", "pt"), ("pt-BR", "pt_PT")),
        (("fil",), ("fil-PH",)),
        (("sr-Latn", "sr-Cyrl"), ("sr-cyrl", "sr-latn-RS")),
        (("de-DE",), ("de",)),
        (("nb",), ("no",)),
    ],
)
@pytest.mark.parametrize("path", ["translation.phrase", "translation.hypothesis"])
def test_translations_have_the_names_that_were_asked_for(
    path: str, targets: tuple[str, ...], came: tuple[str, ...]
) -> None:
    utterance = Utterance(to(*targets), 0.0)
    utterance.begin(_ID, _WALL)
    translated = {"TranslationStatus": "Success", "Translations": [{"Language": tag, "Text": tag} for tag in came]}
    body = {"RecognitionStatus": "Success", "Text": "One.", "Translation": translated}
    utterance.receive(json_message(path, body, _ID), 0.0, _WALL)
    (event,) = utterance.events
    assert isinstance(event, Phrase | Hypothesis)
    assert event.translations.keys() == set(targets)
    assert set(event.translations.values()) == set(came)
    assert isinstance(event, Hypothesis) or event.translation_error is None


def test_of_two_translations_to_one_language_that_with_a_text_counts() -> None:
    said = Phrase(status=RecognitionStatus.SUCCESS, text="One.", translations={"pt": "Um.", "pt-br": ""})
    assert as_asked(said, to("pt")).translations == {"pt": "Um."}


def test_a_language_that_nobody_asked_for_does_not_take_the_place_of_one() -> None:
    utterance = Utterance(to("pt-pt"), 0.0)
    utterance.begin(_ID, _WALL)
    translated = {"TranslationStatus": "Success", "Translations": [{"Language": "es", "Text": "Uno."}]}
    body = {"RecognitionStatus": "Success", "Text": "One.", "Translation": translated}
    utterance.receive(json_message("translation.phrase", body, _ID), 0.0, _WALL)
    (phrase,) = utterance.events
    assert isinstance(phrase, Phrase)
    assert phrase.translations == {"es": "Uno."}
    assert phrase.translation_error == "the service did not translate to pt-pt"


def test_silence_that_is_called_a_success_is_no_phrase() -> None:
    silent = {
        "RecognitionStatus": "Success",
        "Text": "",
        "Translation": {"Translations": [{"Language": "de", "Text": ""}]},
    }
    said = translation.phrase(silent)
    assert (said.status, said.translations, said.translation_error) == (RecognitionStatus.NO_MATCH, {}, None)


def test_of_an_empty_translation_nothing_is_spoken() -> None:
    body = {"RecognitionStatus": "Success", "Text": "Hm.", "Translations": [{"Language": "de", "Text": ""}]}
    (event,) = spoken_events(Mode.INTERACTIVE, json_message("translation.phrase", body, _ID))
    assert isinstance(event, Phrase)
    assert (event.text, event.translations, event.translation_error) == ("Hm.", {}, "the service gave no translation")


@pytest.mark.parametrize(
    ("end", "then"),
    [
        (Close(1007, "Quota exceeded"), Behaviour()),
        (Reset(), Behaviour(answer=Refuse(407))),
        (Reset(), Behaviour(faults=(Fault(Received("speech.context"), Close(1007, "Quota exceeded")),))),
        (Reset(), Behaviour(faults=(Fault(Received("speech.context"), Reset()),))),
        (Reset(), Behaviour(answer=Refuse(429, {"Retry-After": "3600"}))),
    ],
    ids=["refused", "not reopened", "reopened and refused", "reopened and lost", "reopened and throttled"],
)
@pytest.mark.parametrize("mode", MODES)
async def test_what_waits_for_its_translation_is_known_when_the_service_fails(
    mode: Mode, end: Close | Reset, then: Behaviour
) -> None:
    at = Before("translation.phrase")
    said = '{"RecognitionStatus":"Success","DisplayText":"Hello.","Offset":0,"Duration":1000000}'
    plain_phrase = Send(f"X-RequestId:{{request_id}}\r\nPath:speech.phrase\r\n\r\n{said}")
    faults = (Fault(at, Drop()), Fault(at, plain_phrase), Fault(at, end))
    heard = await translate(to(mode=mode), behaviours=[Behaviour(faults=faults), then])
    assert [(phrase.text, phrase.translations) for phrase in heard.phrases] == [("Hello.", {})]
    assert heard.phrases[0].translation_error
    assert (heard.error is None) == (mode is Mode.INTERACTIVE)


@pytest.mark.parametrize("status", ["NoMatch", "EndOfDictation", "InitialSilenceTimeout"])
@pytest.mark.parametrize("mode", MODES)
async def test_what_waits_for_its_translation_is_known_when_it_is_silence_the_second_time(
    mode: Mode, status: str
) -> None:
    at = Before("translation.phrase")

    def say(path: str, body: str) -> Send:
        return Send(f"X-RequestId:{{request_id}}\r\nPath:{path}\r\n\r\n{body}")

    said = '{"RecognitionStatus":"Success","DisplayText":"Hello.","Offset":0,"Duration":1000000}'
    silence = f'{{"RecognitionStatus":"{status}","Offset":0,"Duration":1500000}}'
    first = Behaviour(faults=(Fault(at, Drop()), Fault(at, say("speech.phrase", said)), Fault(at, Reset())))
    then = Behaviour(faults=(Fault(at, Drop()), Fault(at, say("translation.phrase", silence))))
    heard = await translate(to(mode=mode), behaviours=[first, then])
    assert heard.error is None
    texts = [phrase.text for phrase in heard.phrases if phrase.text]
    assert (texts[0], texts.count("Hello.")) == ("Hello.", 1)


# --- the connection fails


def faulty(*faults: Fault) -> Behaviours:
    """Let the first connection have these faults."""
    return [Behaviour(faults=faults)]


@pytest.mark.parametrize("dialect", DIALECTS)
@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("voice", [None, VOICE])
async def test_drop_in_mid_utterance(voice: str | None, mode: Mode, dialect: Dialect) -> None:
    fault = Fault(AudioReceived(20_000), Reset())
    async with (
        SpeechService(Legible(), dialect=dialect, behaviours=faulty(fault)) as service,
        calling(service.url) as client,
    ):
        heard = await listen(client, Source(AUDIO[mode]), to(mode=mode, voice=voice))
        assert len(service.connections) == 2
    assert heard.error is None
    assert [phrase.translations for phrase in success(heard)] == german(PHRASES[mode])
    if voice:
        assert heard.spoken == b"".join(spoken(f"[de] {phrase}") for phrase in PHRASES[mode])
        assert heard.endings == [None] * len(PHRASES[mode])


@pytest.mark.parametrize(
    "drop",
    [
        (Reset(), 0.0, "the connection was lost"),
        (Close(1011, "Server error"), 0.0, "the service closed the connection with code 1011: Server error"),
        (Silence(), 10.0, "the service does not answer"),
        (Freeze(), 5.0, "the service does not answer"),
    ],
    ids=lambda drop: type(drop[0]).__name__,
)
@pytest.mark.parametrize("slices", [0, 1])
@pytest.mark.parametrize("dialect", DIALECTS)
@pytest.mark.parametrize("mode", MODES)
async def test_drop_amid_the_synthesis(
    mode: Mode, dialect: Dialect, slices: int, drop: tuple[Action, float, str]
) -> None:
    """The phrase is kept, its speech is not made good for, and the rest is translated and spoken."""
    action, within, why = drop
    audio = "translation.synthesis" if dialect is Dialect.PHRASE else "audio"
    at = After(audio, slices) if slices else After(f"translation.{dialect}")
    if not slices and dialect is Dialect.RESPONSE:
        at = After("audio.start")
    behaviours = faulty(Fault(at, action))
    service = SpeechService(Legible(), dialect=dialect, behaviours=behaviours)
    async with service, calling(service.url) as client:
        heard = await listen(client, Source(AUDIO[mode]), to(mode=mode, voice=VOICE))
    assert heard.error is None
    assert heard.transcript == SAID[mode]
    assert [phrase.translations for phrase in success(heard)] == german(PHRASES[mode])
    rest = [spoken(f"[de] {phrase}") for phrase in PHRASES[mode][1:]]
    assert heard.spoken == spoken(f"[de] {PHRASES[mode][0]}")[: 4096 * slices] + b"".join(rest)
    assert heard.endings == [f"the spoken translation was cut off: {why}", *[None] * len(rest)]
    assert heard.seconds_more <= within


@pytest.mark.parametrize(
    ("pause", "ending", "within"),
    [(0.9, None, 20.0), (3.0, "the spoken translation was cut off: the service gave no result in time", 29.0)],
)
async def test_slow_synthesis(pause: float, ending: str | None, within: float) -> None:
    """A service is waited for as long as it speaks no slower than what it says takes to play."""
    text = "x" * 1000  # 20 s
    pauses = tuple(Fault(Before("translation.synthesis", nth), Wait(pause)) for nth in range(1, 22))
    script = Scripted([Said(text=text, end=1.0)])
    synthesizer = ScriptedSynthesizer(size=32_000)
    service = SpeechService(script, synthesizer=synthesizer, behaviours=[Behaviour(faults=pauses)])
    async with service, calling(service.url) as client:
        heard = await listen(client, Source(silence(1.0)), to(mode=Mode.INTERACTIVE, voice=VOICE))
    assert heard.error is None
    assert heard.transcript == text
    assert heard.endings == [ending]
    assert (heard.spoken == spoken(f"[de] {text}")) == (ending is None)
    assert within - 2.0 < heard.seconds_more < within + 0.5


# --- which path


class Names(AbstractResolver):
    """Resolves the hosts of regions to the stand-in; those that are gone are not found."""

    def __init__(self, port: int, gone: Sequence[str] = ()) -> None:
        self._port = port
        self._gone = gone

    @override
    async def resolve(self, host: str, port: int = 0, family: Any = 0) -> list[ResolveResult]:
        if host in self._gone:
            raise OSError(f"no such host: {host}")
        return [ResolveResult(hostname=host, host="127.0.0.1", port=self._port, family=AF_INET, proto=0, flags=0)]

    @override
    async def close(self) -> None:
        """Nothing is held."""


@asynccontextmanager
async def calling_region(
    region: str, *, gone: Sequence[str] = (), **arguments: Any
) -> AsyncIterator[tuple[SpeechService, SpeechClient]]:
    """Give a service that is all hosts of a region, and a client of that region."""
    server, client = make_tls_contexts(*make_certificate())
    client.check_hostname = False  # it is for 127.0.0.1
    async with SpeechService(Legible(), ssl=server, **arguments) as service:
        connector = aiohttp.TCPConnector(resolver=Names(service.port, gone), ssl=client, force_close=True)
        async with calling(f"wss://{region}.stt.speech.microsoft.com", connector=connector) as speech:
            yield service, speech


def tried(service: SpeechService) -> list[str]:
    """Return the hosts and paths that were asked for a connection."""
    return [f"{attempt.headers['Host']}{attempt.path}" for attempt in service.attempts]


S2S_HOST: Final = "westeurope.s2s.speech.microsoft.com"
STT_HOST: Final = "westeurope.stt.speech.microsoft.com"


async def test_region() -> None:
    async with calling_region("westeurope") as (service, client):
        for _ in range(2):
            assert (await listen(client, Source(AUDIO[Mode.INTERACTIVE]), to(mode=Mode.INTERACTIVE))).transcript
        # Another language is another query, and so another connection.
        assert (await listen(client, Source(AUDIO[Mode.INTERACTIVE]), to("fr", mode=Mode.INTERACTIVE))).transcript
        assert tried(service) == [S2S_HOST + S2S] * 2
        assert [len(connection.turns) for connection in service.connections] == [2, 1]


async def test_region_that_has_recognised_before() -> None:
    """Its connection could serve the translation as well, but s2s comes first."""
    async with calling_region("westeurope") as (service, client):
        assert (await listen(client, Source(AUDIO[Mode.INTERACTIVE]))).transcript
        await service.until(lambda: bool(service.connections[0].turns[0].telemetry))
        assert (await listen(client, Source(AUDIO[Mode.INTERACTIVE]), to(mode=Mode.INTERACTIVE))).transcript
        assert tried(service) == [STT_HOST + UNIVERSAL, S2S_HOST + S2S]


@pytest.mark.parametrize("answer", [Refuse(404), Refuse(410), None], ids=["404", "410", "host gone"])
async def test_region_without_s2s(answer: Refuse | None) -> None:
    """Universal v2 on the stt host serves then, and is asked first from then on."""
    behaviours = [Behaviour(answer=answer)] if answer else []
    gone = [] if answer else [S2S_HOST]
    async with calling_region("westeurope", gone=gone, behaviours=behaviours) as (service, client):
        for targets in (("de",), ("fr",)):
            heard = await listen(client, Source(AUDIO[Mode.INTERACTIVE]), to(*targets, mode=Mode.INTERACTIVE))
            assert (heard.error, heard.transcript) == (None, SAID[Mode.INTERACTIVE])
        first = [S2S_HOST + S2S] if answer else []
        # There all is asked in the context, so that the second one has the first one's connection.
        assert tried(service) == [*first, STT_HOST + UNIVERSAL]
        # What serves translations is known apart from what serves recognitions.
        assert (await listen(client, Source(AUDIO[Mode.INTERACTIVE]))).transcript == SAID[Mode.INTERACTIVE]
        assert len(service.connections[0].turns) == 3


@pytest.mark.parametrize("status", [400, 403, 503])
async def test_region_whose_s2s_refuses(status: int) -> None:
    """A firewall may let through no more than the host that recognises."""
    async with calling_region("westeurope", behaviours=[Behaviour(answer=Refuse(status))]) as (service, client):
        heard = await listen(client, Source(AUDIO[Mode.INTERACTIVE]), to(mode=Mode.INTERACTIVE))
        assert (heard.error, heard.transcript) == (None, SAID[Mode.INTERACTIVE])
        assert tried(service) == [S2S_HOST + S2S, STT_HOST + UNIVERSAL]


async def test_region_whose_s2s_refuses_and_that_has_nothing_else() -> None:
    behaviours = [Behaviour(answer=Refuse(403)), Behaviour(answer=Refuse(404))]
    async with calling_region("westeurope", behaviours=behaviours) as (service, client):
        heard = await listen(client, Source(AUDIO[Mode.INTERACTIVE]), to(mode=Mode.INTERACTIVE))
        assert isinstance(heard.error, CredentialsError)
        assert len(service.attempts) == 2


async def test_region_with_neither() -> None:
    async with calling_region("westeurope", behaviours=[Behaviour(answer=Refuse(404))] * 2) as (service, client):
        heard = await listen(client, Source(AUDIO[Mode.INTERACTIVE]), to(mode=Mode.INTERACTIVE))
        assert isinstance(heard.error, NotASpeechEndpointError)
        assert tried(service) == [S2S_HOST + S2S, STT_HOST + UNIVERSAL]


async def test_region_that_does_not_exist() -> None:
    async with calling_region("westeurope", gone=[S2S_HOST, STT_HOST]) as (service, client):
        heard = await listen(client, Source(AUDIO[Mode.INTERACTIVE]), to(mode=Mode.INTERACTIVE))
        assert isinstance(heard.error, HostNotFoundError)
        assert not service.attempts


@pytest.mark.parametrize("status", [404, 410])
async def test_custom_endpoint_without_the_older_path(status: int) -> None:
    options = to(mode=Mode.INTERACTIVE)
    async with (
        SpeechService(Legible(), behaviours=[Behaviour(answer=Refuse(status))]) as service,
        calling(service.url) as client,
    ):
        for _ in range(2):
            assert (await listen(client, Source(AUDIO[Mode.INTERACTIVE]), options)).transcript
        assert [attempt.path for attempt in service.attempts] == [S2S, UNIVERSAL]


async def test_full_address_of_recognition_does_not_translate() -> None:
    path = "/speech/recognition/interactive/cognitiveservices/v1"
    async with SpeechService() as service, calling(service.url + path) as client:
        heard = await listen(client, Source(AUDIO[Mode.INTERACTIVE]), to())
        assert isinstance(heard.error, NotASpeechEndpointError)
        assert not service.attempts


@pytest.mark.parametrize("path", [S2S, UNIVERSAL, ""])
async def test_check(path: str) -> None:
    async with SpeechService() as service, calling(service.url + path) as client:
        await client.check()
        await service.until(lambda: service.connections[0].closed)
        assert len(service.attempts) == 1


@pytest.mark.parametrize("status", [200, 400, 405, 426, 501])
async def test_refused_as_a_plain_request(status: int) -> None:
    """There is no way around: the REST API does not translate."""
    behaviours = [Behaviour(answer=Refuse(status))]
    async with SpeechService(Legible(), behaviours=behaviours) as service, calling(service.url) as client:
        heard = await listen(client, Source(AUDIO[Mode.INTERACTIVE]), to(mode=Mode.INTERACTIVE))
        assert isinstance(heard.error, UpgradeRefusedError)
        assert not service.posts


# --- the fault table, for translations


def translating(behaviours: Behaviours) -> Behaviours:
    """Return behaviours whose faults are about a translation's messages."""
    if not callable(behaviours):
        return [replace(behaviour, faults=tuple(map(_translating, behaviour.faults))) for behaviour in behaviours]

    def make(number: int) -> Behaviour:
        behaviour = behaviours(number)
        return replace(behaviour, faults=tuple(map(_translating, behaviour.faults)))

    return make


def _translating(fault: Fault) -> Fault:
    at, do = fault.at, fault.do
    if isinstance(at, Before | After):
        at = replace(at, path=_renamed(at.path))
    if isinstance(do, Send) and isinstance(do.data, str):
        do = Send(_renamed(do.data))
    return Fault(at, do)


def _renamed(text: str) -> str:
    for name in ("phrase", "hypothesis"):
        text = text.replace(f"speech.{name}", f"translation.{name}")
    return text


GROUPS: Final = (OPENING, ENDING, CLOSE_CODES, SLOW_ANSWERS, MESSAGES, STATUSES)
"""Not those about the address, which know nothing of what is asked there, nor about the REST API."""


@pytest.mark.parametrize("row", [pytest.param(row, id=row.fault) for group in GROUPS for row in group.rows])
async def test_fault_table(row: Row) -> None:
    mode = row.modes[-1]
    service = SpeechService(Legible(), behaviours=translating(row.behaviours))
    async with service, calling(service.url) as client:
        heard = await listen(client, Source(AUDIO[mode]), to(mode=mode))
        check_outcome(row, mode, heard)
        assert heard.seconds_more <= row.within + ROUNDING
        assert len(service.attempts) == row.attempts
        for phrase in success(heard):
            # One that the fault itself sent has no translation.
            assert phrase.translations == {"de": f"[de] {phrase.text}"} or phrase.translation_error
