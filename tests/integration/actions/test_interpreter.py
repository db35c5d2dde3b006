"""Who speaks a translation: the service that translates, or a voice of the same resource in its place."""

import asyncio
from collections.abc import AsyncGenerator
from pathlib import Path
from typing import Any

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant
import pytest
from pytest_homeassistant_custom_component.typing import ClientSessionGenerator

from custom_components.azure_speech_live.actions import interpreter
from custom_components.azure_speech_live.actions.interpreter import Voiced
from custom_components.azure_speech_live.actions.recognition import async_recognize
from custom_components.azure_speech_live.const import CONF_MONTHLY_CHARACTERS
from custom_components.azure_speech_live.languages.choice import translation_options, with_voice
from custom_components.azure_speech_live.speech import Event, Phrase, Synthesis, SynthesisEnded, Voice
from custom_components.azure_speech_live.speech.synthesis import allowance
from tests.speech_service.engines.scripted import Scripted, Utterance
from tests.speech_service.engines.scripted_translation import ScriptedSynthesizer
from tests.speech_service.engines.speech import ScriptedSpeaker
from tests.speech_service.faults import AudioReceived, Behaviour, Close, Fault, Received, Refuse
from tests.speech_service.per_minute import PerMinute
from tests.speech_service.service import SpeechService
from tests.speech_service.synthesis.delivery import Delivery
from tests.speech_service.synthesis.refusals import THROTTLED

from ..action_calls import LIGHT, VOICE, call, play
from ..dashboards import Dashboard, of
from ..recordings import spoken_pcm
from ..speech import pcm, stream
from ..voices import spoken

pytestmark = pytest.mark.usefixtures("entry")

HELLO_AND_GOODBYE = [Utterance(text="Hello.", end=0.4), Utterance(text="Goodbye.", start=0.6, end=1)]
GERMAN = translation_options(["en-US"], ["de"])
SPEAKING: dict[str, Any] = {"language": "en-US", "target_language": "de", "voice": VOICE}


def said_by_voice(service: SpeechService) -> list[str]:
    """Return what the service was asked to speak beside its translations."""
    return [turn.ssml.partition(f"<voice name='{VOICE}'>")[2].partition("</voice>")[0] for turn in spoken(service)]


async def interpret(hass: HomeAssistant, entry: ConfigEntry, audio: bytes) -> list[Any]:
    """Return the events of a translation into German, with a voice."""
    options = with_voice(GERMAN, Voice.named(VOICE))
    return [bare(event) async for event in interpreter.async_interpret(hass, entry, stream(audio), options)]


def bare(event: Event | Voiced) -> Event:
    """Return an event of the client's; of what is spoken, the sound."""
    return event.sound if isinstance(event, Voiced) else event


def sounds(events: list[Any]) -> list[str]:
    """Return what is heard of each phrase, all of which is 16 kHz PCM behind a header of 44 bytes."""
    heard, sound = list[str](), b""
    for event in events:
        if isinstance(event, Synthesis):
            sound += event.audio
        elif isinstance(event, SynthesisEnded):
            assert event.error is None
            heard.append(ScriptedSpeaker().heard(sound[44:], 16000))
            sound = b""
    return heard


# --- the translation's own voice


async def test_what_the_translation_speaks_itself_nobody_else_is_asked_for(
    hass: HomeAssistant, entry: ConfigEntry, service: SpeechService
) -> None:
    service.engine = Scripted(HELLO_AND_GOODBYE)
    events = await interpret(hass, entry, spoken_pcm())
    assert sum(isinstance(event, SynthesisEnded) for event in events) == 2
    assert any(isinstance(event, Synthesis) for event in events)
    assert not spoken(service)


async def test_what_breaks_off_is_told_and_not_said_again(
    hass: HomeAssistant, entry: ConfigEntry, service: SpeechService
) -> None:
    service.synthesizer = ScriptedSynthesizer(fail_after=2)
    events = await interpret(hass, entry, spoken_pcm())
    assert [event.error for event in events if isinstance(event, SynthesisEnded)] == ["Synthesis timed out"]
    assert not spoken(service)


# --- in its place


@pytest.mark.parametrize("way", ["fails", "ends at once", "refuses", "refuses amid the audio"])
async def test_a_voice_of_the_resource_speaks_each_phrase_in_order(
    hass: HomeAssistant, entry: ConfigEntry, service: SpeechService, way: str
) -> None:
    service.engine = Scripted(HELLO_AND_GOODBYE)
    first = len(service.attempts)
    refusal = Close(1007, f"Unsupported voice {VOICE}.")
    match way:
        case "fails":
            service.synthesizer = ScriptedSynthesizer(fail_after=0)
        case "ends at once":
            service.synthesizer = Mute()
        case _:
            when = Received("speech.context") if way == "refuses" else AudioReceived(8000)
            service.behaviours = lambda at: Behaviour(faults=(Fault(when, refusal),) if at == first else ())
    events = await interpret(hass, entry, spoken_pcm())
    assert [event.text for event in events if isinstance(event, Phrase) and event.text] == ["Hello.", "Goodbye."]
    assert sounds(events) == ["[de] Hello.", "[de] Goodbye."]
    assert said_by_voice(service) == ["[de] Hello.", "[de] Goodbye."]


class Mute:
    """A synthesis of translations that says that it is done, and has said nothing."""

    async def synthesize(self, *_said: str) -> AsyncGenerator[bytes]:
        """Yield nothing."""
        for nothing in list[bytes]():
            yield nothing


class Late:
    """One that begins when it is told."""

    def __init__(self) -> None:
        """Wait."""
        self.begins = asyncio.Event()

    async def synthesize(self, text: str, language: str, voice: str) -> AsyncGenerator[bytes]:
        """Yield what is spoken, later."""
        await self.begins.wait()
        async for piece in ScriptedSynthesizer().synthesize(text, language, voice):
            yield piece


async def test_it_is_not_waited_for_and_what_comes_late_is_not_said_again(
    hass: HomeAssistant, entry: ConfigEntry, service: SpeechService, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Somebody goes on speaking, so that there is no end of a turn that would tell."""
    monkeypatch.setattr(interpreter, "FIRST_SOUND", 0.1)
    service.engine = Scripted(HELLO_AND_GOODBYE)
    service.synthesizer = late = Late()
    spoken_to = asyncio.Event()

    async def audio() -> AsyncGenerator[bytes]:
        yield spoken_pcm()[:16000]
        await spoken_to.wait()
        yield spoken_pcm()[16000:]

    events = list[Any]()
    async for event in interpreter.async_interpret(hass, entry, audio(), with_voice(GERMAN, Voice.named(VOICE))):
        events.append(bare(event))
        if isinstance(events[-1], SynthesisEnded):
            late.begins.set()
            spoken_to.set()
    assert sounds(events) == ["[de] Hello.", "[de] Goodbye."]
    assert said_by_voice(service) == ["[de] Hello.", "[de] Goodbye."]


async def test_it_is_remembered_and_not_paid_for_twice(
    hass: HomeAssistant, entry: ConfigEntry, service: SpeechService
) -> None:
    service.synthesizer = ScriptedSynthesizer(fail_after=0)
    await interpret(hass, entry, spoken_pcm())
    assert "synthesis" in service.connections[-1].turns[-1].context
    events = await interpret(hass, entry, spoken_pcm())
    assert "synthesis" not in service.connections[-1].turns[-1].context
    assert sounds(events) == [f"[de] {LIGHT}"]


@pytest.mark.usefixtures("recordings_allowed")
async def test_it_is_played_and_counted(  # noqa: PLR0917 - fixtures
    hass: HomeAssistant,
    entry: ConfigEntry,
    service: SpeechService,
    media: str,
    hass_client_no_auth: ClientSessionGenerator,
    tmp_path: Path,
) -> None:
    service.synthesizer = ScriptedSynthesizer(fail_after=0)
    response = await call(hass, "translate", media=media, **SPEAKING)
    assert response["failures"] == {}
    assert any(await play(hass_client_no_auth, response["url"], tmp_path / "played.mp3"))
    (spoken_answer,) = entry.runtime_data.answers
    assert spoken_answer.options.voice == VOICE


# --- where that fails as well


async def test_both_fail_and_the_text_stands(dashboard: Dashboard, service: SpeechService) -> None:
    service.synthesizer = ScriptedSynthesizer(fail_after=0)
    service.synthesis.withdrawn.add(VOICE)
    await dashboard.begin("translate", language="en-US", target_language="de", voices={"de": VOICE})
    await dashboard.speak(pcm(1))
    events = await dashboard.events()
    assert of("phrase", events)[0]["translations"] == {"de": f"[de] {LIGHT}"}
    (failure,) = of("synthesis", events)
    assert VOICE in failure["error"]
    assert "url" not in failure


async def test_the_text_does_not_wait_for_a_voice_that_waits_its_turn(
    dashboard: Dashboard, service: SpeechService, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(allowance, "LISTENER", 0)  # of who stands and waits
    service.engine = Scripted(HELLO_AND_GOODBYE)
    service.synthesizer = ScriptedSynthesizer(fail_after=0)
    service.synthesis.per_minute = full = PerMinute(close=THROTTLED, requests=0)
    await dashboard.begin("translate", language="en-US", target_language="de", voices={"de": VOICE})
    await dashboard.speak(pcm(1))
    events = [await dashboard.next()]
    while len(of("phrase", events)) < 2:
        events.append(await dashboard.next())
    await service.until(lambda: full.refused > 0)
    assert not of("synthesis", events)
    service.synthesis.per_minute = None
    assert [event["error"] for event in of("synthesis", await dashboard.events())] == [None, None]


async def test_a_household_that_spends_no_more_on_voices_is_told_so(
    hass: HomeAssistant, entry: ConfigEntry, service: SpeechService
) -> None:
    service.synthesizer = ScriptedSynthesizer(fail_after=0)
    await interpret(hass, entry, spoken_pcm())
    hass.config_entries.async_update_entry(entry, options={CONF_MONTHLY_CHARACTERS: 1})
    await hass.async_block_till_done()
    before = len(spoken(service))
    events = await interpret(hass, entry, spoken_pcm())
    (error,) = (event.error for event in events if isinstance(event, SynthesisEnded))
    assert "limit" in (error or "")
    assert any(isinstance(event, Phrase) and event.translations for event in events)
    assert len(spoken(service)) == before


async def test_an_error_of_the_translation_is_raised_as_it_is(
    hass: HomeAssistant, entry: ConfigEntry, service: SpeechService
) -> None:
    service.behaviours = lambda _: Behaviour(faults=(Fault(AudioReceived(16000), Close(1011, "internal error")),))
    options = with_voice(GERMAN, Voice.named(VOICE))
    errors = []
    for events in (
        interpreter.async_interpret(hass, entry, stream(spoken_pcm()), options),
        async_recognize(entry, stream(spoken_pcm()), options),
    ):
        with pytest.raises(Exception) as caught:  # noqa: PT011 - whatever it is, it is the same
            _ = [event async for event in events]
        errors.append(str(caught.value))
    assert errors[0] == errors[1]


# --- a conversation: each direction has its voice

TALK = [
    Utterance(text="Hello.", end=0.4, language="en-US"),
    Utterance(text="Guten Tag.", start=0.6, end=1, language="de-DE"),
]


async def converse(
    hass: HomeAssistant, entry: ConfigEntry, languages: list[str], targets: list[str], **voices: str
) -> list[tuple[str, str]]:
    """Return what is spoken: of which text, in which language."""
    options = translation_options(languages, targets)
    audio = stream(spoken_pcm())
    return [
        (event.phrase.text if event.phrase else "", event.target)
        async for event in interpreter.async_interpret(hass, entry, audio, options, None, voices)
        if isinstance(event, Voiced) and isinstance(event.sound, SynthesisEnded) and not event.sound.error
    ]


async def test_nothing_is_said_again_in_its_own_language(
    hass: HomeAssistant, entry: ConfigEntry, service: SpeechService
) -> None:
    service.engine = Scripted(TALK)
    said = await converse(hass, entry, ["en-US", "de-DE"], ["en", "de"], en="en-US-JennyNeural", de=VOICE)
    assert said == [("Hello.", "de"), ("Guten Tag.", "en")]
    assert "synthesis" not in service.connections[-1].turns[-1].context


async def test_one_voice_of_a_language_that_somebody_speaks_is_the_resources(
    hass: HomeAssistant, entry: ConfigEntry, service: SpeechService
) -> None:
    service.engine = Scripted(TALK)
    assert await converse(hass, entry, ["en-US", "de-DE"], ["de"], de=VOICE) == [("Hello.", "de")]
    assert said_by_voice(service) == ["[de] Hello."]


async def test_one_voice_of_a_language_that_nobody_speaks_is_the_translations_own(
    hass: HomeAssistant, entry: ConfigEntry, service: SpeechService
) -> None:
    service.engine = Scripted(HELLO_AND_GOODBYE)
    assert await converse(hass, entry, ["en-US"], ["fr", "de"], de=VOICE) == [("Hello.", "de"), ("Goodbye.", "de")]
    assert not spoken(service)


async def test_no_more_wait_to_be_spoken_than_anybody_follows(
    hass: HomeAssistant, entry: ConfigEntry, service: SpeechService, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(interpreter, "MAX_WAITING", 0)
    service.engine = Scripted(TALK)
    options = translation_options(["en-US", "de-DE"], ["en", "de"])
    voices = {"en": "en-US-JennyNeural", "de": VOICE}
    events = [
        event async for event in interpreter.async_interpret(hass, entry, stream(spoken_pcm()), options, None, voices)
    ]
    assert sum(isinstance(event, Phrase) and event.says_something for event in events) == 2
    errors = [bare(event) for event in events if isinstance(event, Voiced)]
    assert errors == [SynthesisEnded("too many translations wait to be spoken")] * 2
    assert not spoken(service)


async def test_what_cannot_be_spoken_in_time_is_not_waited_for(
    hass: HomeAssistant, entry: ConfigEntry, service: SpeechService, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A resource that takes no more requests would be waited for for ten minutes, and for each translation anew."""
    monkeypatch.setattr(interpreter, "TOO_LATE", 0.2)
    service.engine = Scripted(TALK)
    options = translation_options(["en-US", "de-DE"], ["en", "de"])
    voices = {"en": "en-US-JennyNeural", "de": VOICE}

    def behaviour(at: int) -> Behaviour:
        speaks = service.attempts[at].path.startswith("/cognitiveservices")
        return Behaviour(answer=Refuse(429)) if speaks else Behaviour()

    service.behaviours = behaviour
    async with asyncio.timeout(20):
        events = [
            bare(event)
            async for event in interpreter.async_interpret(hass, entry, stream(spoken_pcm()), options, None, voices)
            if isinstance(event, Voiced)
        ]
    assert events == [SynthesisEnded("it could not be spoken in time")] * 2


async def test_what_is_being_spoken_is_spoken_to_its_end(
    hass: HomeAssistant, entry: ConfigEntry, service: SpeechService, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(interpreter, "TOO_LATE", 1.0)
    service.engine = Scripted(TALK[:1])
    service.synthesis.delivery = Delivery(pace=0.1, slice_size=320)  # two seconds, in slices of a tenth
    assert await converse(hass, entry, ["en-US", "de-DE"], ["de"], de=VOICE) == [("Hello.", "de")]
