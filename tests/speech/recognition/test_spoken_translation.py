"""Spoken translations: each is whole, or cut off and said to be; how much there may be of them, and how much waits."""

import asyncio
from datetime import UTC, datetime
import gc
import itertools
from typing import Final

import pytest

from custom_components.azure_speech_live.speech import (
    Event,
    Mode,
    Phrase,
    Synthesis,
    SynthesisEnded,
    TranslationOptions,
    UnusableMessageError,
)
from custom_components.azure_speech_live.speech.recognition.event_queue import SYNTHESIS_PIECE
from custom_components.azure_speech_live.speech.recognition.utterance import Utterance
from custom_components.azure_speech_live.speech.wire.limits import LEAST_SPOKEN, SPOKEN_TIMES
from custom_components.azure_speech_live.speech.wire.messages import Message, json_message
from tests.speech_service import (
    DIALECTS,
    Behaviour,
    Dialect,
    Fault,
    Scripted,
    ScriptedSynthesizer,
    SpeechService,
    Utterance as Said,
)
from tests.speech_service.engines.legible import silence, speak
from tests.speech_service.engines.scripted_translation import spoken
from tests.speech_service.faults import AudioReceived, Before, Close, Drop, Received

from ..caller import AUDIO, PHRASES, SAID, Heard, Source, calling, listen
from .translations import MODES, S2S, UNIVERSAL, VOICE, faulty, german, success, to, translate


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


def test_of_an_empty_translation_nothing_is_spoken() -> None:
    body = {"RecognitionStatus": "Success", "Text": "Hm.", "Translations": [{"Language": "de", "Text": ""}]}
    (event,) = spoken_events(Mode.INTERACTIVE, json_message("translation.phrase", body, _ID))
    assert isinstance(event, Phrase)
    assert (event.text, event.translations, event.translation_error) == ("Hm.", {}, "the service gave no translation")


# --- what fails alone


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


@pytest.mark.parametrize("path", [UNIVERSAL, S2S])
@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("amid", [False, True], ids=["at once", "amid the audio"])
async def test_a_voice_that_is_refused(mode: Mode, path: str, *, amid: bool) -> None:
    """The text is whole without it; and that nothing will be spoken is told before the text is."""
    when = AudioReceived(8000) if amid else Received("speech.context")
    refusal = Close(1007, f"Unsupported voice {VOICE}.")
    heard = await translate(to(mode=mode, voice=VOICE), path=path, behaviours=faulty(Fault(when, refusal)))
    assert heard.error is None
    assert [phrase.translations for phrase in success(heard)] == german(PHRASES[mode])
    (ending,) = heard.endings
    assert "Unsupported voice" in (ending or "")
    kinds = [type(event) for event in heard.events if isinstance(event, Phrase | SynthesisEnded)]
    assert kinds[0] is SynthesisEnded


# --- without a socket


_ID: Final = "f" * 32
_WALL: Final = datetime(2026, 1, 1, tzinfo=UTC)
_END: Final = json_message("translation.synthesis.end", {"SynthesisStatus": "Success"}, _ID)


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


# --- how much


def spoken_to(mode: Mode) -> TranslationOptions:
    return TranslationOptions(mode=mode, targets=("de",), voice="de-DE-KatjaNeural")


def untaken(heard: Heard) -> int:
    """Return the bytes of synthesised audio in memory that the caller has not got."""
    taken = {id(event) for event in heard.events}
    return sum(len(one.audio) for one in gc.get_objects() if isinstance(one, Synthesis) and id(one) not in taken)


def speaking(characters: int, given: float) -> tuple[SpeechService, Source]:
    """Return a service that speaks for a fiftieth of a second for each character, and a source of so many seconds."""
    script = Scripted([Said(text="x" * characters, end=given)])
    return SpeechService(script, synthesizer=ScriptedSynthesizer(size=32_000)), Source(silence(given))


@pytest.mark.parametrize("mode", [Mode.INTERACTIVE, Mode.CONVERSATION])
async def test_speech_without_end_is_cut_off(mode: Mode) -> None:
    """An utterance has so much of it, however many connections; the phrase stays."""
    service, source = speaking(10_000, given=1.0)
    async with service, calling(service.url) as client:
        heard = await listen(client, source, spoken_to(mode))
    assert type(heard.error) in (type(None), UnusableMessageError)
    assert heard.transcript.replace(" ", "").strip("x") == ""
    assert heard.transcript
    assert 4_000_000 < len(heard.spoken) <= LEAST_SPOKEN + SPOKEN_TIMES * 32_000
    assert "more synthesised audio than an utterance can have" in str(heard.endings)


async def test_speech_that_is_not_taken_is_not_received() -> None:
    """A caller who sleeps for minutes holds up the service, and then gets all of it."""
    service, source = speaking(9_500, given=10.0)
    options = spoken_to(Mode.INTERACTIVE)
    heard = Heard()
    async with service, calling(service.url) as client:
        async for event in client.translate(source, options):
            heard.events.append(event)
            if isinstance(event, Synthesis) and len(heard.events) < 6:
                await asyncio.sleep(100)
                assert 0 < untaken(heard) < 3_000_000
    assert len(heard.spoken) > 6_000_000
    assert heard.spoken == spoken(f"[de] {'x' * 9_500}")
    assert heard.endings == [None]
