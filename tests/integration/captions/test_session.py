"""Live captions: microphone audio in, what is said out, while it is said; and apps that do not keep up."""

import asyncio
from collections.abc import AsyncGenerator
import gc
import logging
from pathlib import Path
import re
from typing import Any, override

from homeassistant.components import tts
from homeassistant.components.ffmpeg import FFmpegManager
from homeassistant.components.websocket_api import ActiveConnection
from homeassistant.components.websocket_api.connection import BinaryHandler
from homeassistant.config_entries import ConfigEntry
from homeassistant.core import CALLBACK_TYPE, HomeAssistant
import pytest
from pytest_homeassistant_custom_component.typing import ClientSessionGenerator, WebSocketGenerator

from custom_components.azure_speech_live.actions import limits
from custom_components.azure_speech_live.actions.limits import MAX_CAPTIONS_OF_USER
from custom_components.azure_speech_live.captions import session as captions_session, voices as captions_voices
from custom_components.azure_speech_live.captions.subscriber import Subscriber
from custom_components.azure_speech_live.const import DOMAIN
from custom_components.azure_speech_live.speech import Phrase
from custom_components.azure_speech_live.speech.recognition import patience
from tests.speech_service.engines import Status
from tests.speech_service.engines.scripted import Scripted, Utterance
from tests.speech_service.engines.scripted_translation import ScriptedSynthesizer
from tests.speech_service.engines.speech import ScriptedSpeaker
from tests.speech_service.faults import AudioReceived, Behaviour, Close, Fault, Reset
from tests.speech_service.service import SpeechService
from tests.speech_service.wav import wav_file

from ..action_calls import LIGHT, VOICE
from ..dashboards import Dashboard, errors, of, user_dashboard
from ..speech import RECOGNIZER, pcm

pytestmark = pytest.mark.usefixtures("entry")


async def test_what_is_said_is_told_while_it_is_said(dashboard: Dashboard, service: SpeechService) -> None:
    await dashboard.begin("recognize", language="en-US")
    await dashboard.speak(pcm(1), end=False)
    hypothesis = await dashboard.next()
    assert hypothesis["type"] == "hypothesis"
    assert hypothesis["text"].startswith("turn")

    await dashboard.speak(pcm(1))
    events = await dashboard.events()
    (phrase,) = of("phrase", events)
    assert phrase.pop("duration") == pytest.approx(2, abs=0.01)
    assert phrase == {
        "type": "phrase",
        "id": hypothesis["id"],
        "text": LIGHT,
        "language": "en-US",
        "speaker": None,
        "offset": 0,
        "confidence": 0.95,
        "error": None,
    }
    assert events[-1] == {"type": "end", "reason": "stopped"}
    (turn,) = service.connections[-1].turns
    assert bytes(turn.audio) == pcm(1) * 2


async def test_captions_in_two_languages(dashboard: Dashboard, service: SpeechService) -> None:
    service.engine = Scripted([Utterance(text="Hello.", end=1), Utterance(text="Goodbye.", start=1.1, end=2)])
    await dashboard.begin("translate", language="en-US", target_language=["de", "fr"])
    await dashboard.speak(pcm(3))
    events = await dashboard.events()
    assert of("hypothesis", events)[0]["translations"] == {"de": "[de] hello", "fr": "[fr] hello"}
    assert [phrase["translations"] for phrase in of("phrase", events)] == [
        {"de": "[de] Hello.", "fr": "[fr] Hello."},
        {"de": "[de] Goodbye.", "fr": "[fr] Goodbye."},
    ]
    assert not of("synthesis", events)


async def test_silence_is_an_end_without_phrases(dashboard: Dashboard, service: SpeechService) -> None:
    service.engine = Scripted([Utterance(status=Status.NO_MATCH)])
    await dashboard.begin("recognize", language="en-US")
    await dashboard.speak(pcm(1))
    assert [event for event in await dashboard.events() if event["type"] != "state"] == [
        {"type": "end", "reason": "stopped"}
    ]


async def test_the_start_says_what_an_app_needs(dashboard: Dashboard) -> None:
    await dashboard.begin("recognize", language="en-US", version=2)
    assert dashboard.start == {
        "type": "start",
        "version": 2,
        "binary_handler_id": 1,
        "session": dashboard.start["session"],
        "backlog": 4 << 20,
    }
    assert re.fullmatch("[0-9a-f]{32}", dashboard.start["session"])


async def unsubscribed(dashboard: Dashboard) -> dict[str, Any]:
    """End a subscription; return the next message, which is the answer if nothing is told meanwhile."""
    await dashboard.socket.send_json_auto_id({"type": "unsubscribe_events", "subscription": dashboard.command})
    message: dict[str, Any] = await dashboard.socket.receive_json()
    return message


async def test_an_apps_number_is_free_again_behind_a_refusal_and_an_end(
    dashboard: Dashboard, monkeypatch: pytest.MonkeyPatch
) -> None:
    connections: list[ActiveConnection] = []
    register = ActiveConnection.async_register_binary_handler

    def seen(connection: ActiveConnection, handler: BinaryHandler) -> tuple[int, CALLBACK_TYPE]:
        connections.append(connection)
        return register(connection, handler)

    monkeypatch.setattr(ActiveConnection, "async_register_binary_handler", seen)
    with monkeypatch.context() as patched:
        patched.setattr(limits, "MAX_CAPTIONS", 0)
        assert (await dashboard.refused("recognize", language="en-US"))["code"] == "too_many_captions"
    await dashboard.begin("recognize", language="en-US")
    handlers = connections[0].binary_handlers
    assert [handler is None for handler in handlers] == [True, False]
    await dashboard.speak(b"")
    await dashboard.events()
    assert (await unsubscribed(dashboard))["success"]
    assert handlers == [None, None]


async def test_messages_behind_the_end_are_taken_without_a_word(
    dashboard: Dashboard, caplog: pytest.LogCaptureFixture
) -> None:
    await dashboard.begin("recognize", language="en-US")
    await dashboard.speak(pcm(1))
    await dashboard.events()
    await dashboard.speak(pcm(1))
    assert (await unsubscribed(dashboard))["success"]
    assert errors(caplog) == []


async def test_silence_of_the_app_is_an_end_of_its_own(dashboard: Dashboard, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(patience, "SOURCE_STALL", 0.2)
    await dashboard.begin("recognize", language="en-US")
    await dashboard.speak(pcm(1), end=False)
    assert (await dashboard.events())[-1] == {"type": "end", "reason": "silence"}
    await dashboard.speak(pcm(3), end=False)  # which nobody waits for any more
    assert (await unsubscribed(dashboard))["success"]


async def test_a_service_that_is_asked_again_is_told(dashboard: Dashboard, service: SpeechService) -> None:
    broken = len(service.connections)
    reset = Behaviour(faults=(Fault(AudioReceived(16_000), Reset()),))
    service.behaviours = lambda attempt: reset if attempt == broken else Behaviour()
    await dashboard.begin("recognize", language="en-US")
    await dashboard.speak(pcm(1))
    events = await dashboard.events()
    assert [event["state"] for event in of("state", events)] == ["reconnecting", "listening"]
    assert len(of("phrase", events)) == 1


async def test_a_voice_of_the_resource_is_no_answer_of_a_service_that_is_asked_again(
    dashboard: Dashboard, service: SpeechService
) -> None:
    service.engine = Scripted([Utterance(text="Hello.", end=0.3), Utterance(text="Goodbye.", start=0.5, end=1)])
    service.synthesis.speaker = speaker = Patient()

    def behaviour(at: int) -> Behaviour:
        if "translation" not in service.attempts[at].path:
            return Behaviour()
        if service.connections:
            return Behaviour(delay=2)
        return Behaviour(faults=(Fault(AudioReceived(24_000), Reset()),))

    service.connections.clear()
    service.behaviours = behaviour
    voices = {"de": VOICE, "fr": "fr-FR-DeniseNeural"}
    await dashboard.begin("translate", language="en-US", target_language=["de", "fr"], voices=voices)
    await dashboard.speak(pcm(1))
    while (await dashboard.next()).get("state") != "reconnecting":
        pass
    speaker.may.set()
    assert (await dashboard.next())["type"] == "synthesis"
    assert of("state", await dashboard.events())[0]["state"] == "listening"


class Patient(ScriptedSpeaker):
    """Speaks when it may."""

    def __init__(self) -> None:
        """Be silent."""
        super().__init__()
        self.may = asyncio.Event()

    @override
    async def speak(self, text: str, language: str, voice: str, rate: int) -> bytes:
        await self.may.wait()
        return await super().speak(text, language, voice, rate)


# --- the voice


async def test_every_phrase_is_spoken_at_an_address_of_its_own(
    dashboard: Dashboard, service: SpeechService, hass_client_no_auth: ClientSessionGenerator
) -> None:
    service.engine = Scripted([Utterance(text="Hello.", end=1), Utterance(text="Goodbye.", start=1.1, end=2)])
    await dashboard.begin("translate", language="en-US", target_language="de", voices={"de": VOICE})
    await dashboard.speak(pcm(3))
    spoken = of("synthesis", await dashboard.events())
    assert len({event["url"] for event in spoken}) == 2
    client = await hass_client_no_auth()
    for event in spoken:
        assert event["media_content_id"].startswith("media-source://tts/")
        assert event["error"] is None
        assert await (await client.get(event["url"])).read()


async def test_a_phrase_that_is_spoken_without_end_is_not_kept(
    dashboard: Dashboard, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(captions_voices, "MAX_SPOKEN", 1)
    await dashboard.begin("translate", language="en-US", target_language="de", voices={"de": VOICE})
    await dashboard.speak(pcm(1))
    (spoken,) = of("synthesis", await dashboard.events())
    assert spoken.pop("id")
    assert spoken == {
        "type": "synthesis",
        "language": "de",
        "error": "more speech than is kept for who does not play it",
    }


async def test_a_voice_that_fails_is_told(dashboard: Dashboard, service: SpeechService) -> None:
    service.synthesizer = ScriptedSynthesizer(fail_after=1, reason="Synthesis timed out")
    await dashboard.begin("translate", language="en-US", target_language="de", voices={"de": VOICE})
    await dashboard.speak(pcm(1))
    events = await dashboard.events()
    assert of("phrase", events)[0]["translations"] == {"de": f"[de] {LIGHT}"}
    assert [event["error"] for event in of("synthesis", events)] == ["Synthesis timed out", None]


async def test_speech_of_another_format_is_told_once(dashboard: Dashboard, service: SpeechService) -> None:
    service.synthesizer = Fast()
    await dashboard.begin("translate", language="en-US", target_language="de", voices={"de": VOICE})
    await dashboard.speak(pcm(1))
    (spoken,) = of("synthesis", await dashboard.events())
    assert "96000 Hz" in spoken["error"]
    assert "url" not in spoken


class Fast:
    """Speaks at 96 kHz, which nobody asked for."""

    async def synthesize(self, *_said: str) -> AsyncGenerator[bytes]:
        """Yield a second of silence."""
        wav = wav_file(bytes(48_000))
        yield wav[:24] + (96_000).to_bytes(4, "little") + wav[28:3200]
        yield wav[3200:]


async def test_phrases_are_encoded_one_after_another(
    hass: HomeAssistant,
    dashboard: Dashboard,
    service: SpeechService,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    log, encoder = tmp_path / "log", tmp_path / "ffmpeg"
    encoder.write_text(f'#!/bin/sh\necho begin >> {log}\nsleep 0.2\nffmpeg "$@"\necho end >> {log}\n', encoding="utf-8")
    encoder.chmod(0o700)
    monkeypatch.setattr(FFmpegManager, "binary", str(encoder))
    service.engine = Scripted([Utterance(text=f"{at}.", start=at / 2, end=at / 2 + 0.4) for at in range(6)])
    await dashboard.begin("translate", language="en-US", target_language="de", voices={"de": VOICE})
    await dashboard.speak(pcm(3))
    spoken = of("synthesis", await dashboard.events())
    assert len({event["url"] for event in spoken}) == 6
    await hass.async_block_till_done(wait_background_tasks=True)
    assert log.read_text(encoding="utf-8").split() == ["begin", "end"] * 6


# --- the microphone


@pytest.mark.parametrize("end", ["unsubscribe", "close"])
async def test_who_goes_ends_everything(dashboard: Dashboard, service: SpeechService, end: str) -> None:
    await dashboard.begin("recognize", language="en-US")
    await dashboard.speak(pcm(1), end=False)
    assert (await dashboard.next())["type"] == "hypothesis"
    if end == "unsubscribe":
        await dashboard.socket.send_json_auto_id({"type": "unsubscribe_events", "subscription": dashboard.command})
        while (message := await dashboard.socket.receive_json())["type"] == "event":
            assert message["event"]["type"] == "hypothesis"
        assert message["success"]
    else:
        await dashboard.socket.close()
    await service.until(lambda: service.connections[-1].closed)
    if end == "unsubscribe":
        await dashboard.socket.send_json_auto_id({"type": "ping"})
        assert (await dashboard.socket.receive_json())["type"] == "pong", "nothing is told any more"


async def test_who_went_before_the_command_was_handled_is_listened_to_no_longer(
    dashboard: Dashboard, monkeypatch: pytest.MonkeyPatch
) -> None:
    await dashboard.begin("recognize", language="en-US")
    monkeypatch.setattr(Subscriber, "is_gone", True)
    await dashboard.speak(pcm(1), end=False)
    assert (await dashboard.events())[-1] == {"type": "end", "reason": "stopped"}


async def test_an_entry_that_is_unloaded_says_so(hass: HomeAssistant, dashboard: Dashboard, entry: ConfigEntry) -> None:
    await dashboard.begin("recognize", language="en-US")
    await dashboard.speak(pcm(1), end=False)
    assert (await dashboard.next())["type"] == "hypothesis"
    assert await hass.config_entries.async_unload(entry.entry_id)
    error = (await dashboard.events())[-1]
    assert error["type"] == "error"
    assert error["code"] in ("action_unloaded", "action_cannot_connect")
    assert "{" not in error["message"]


async def test_a_failure_of_the_service_is_told(
    hass: HomeAssistant, dashboard: Dashboard, service: SpeechService
) -> None:
    service.behaviours = lambda _: Behaviour(faults=(Fault(AudioReceived(16000), Close(1011, "internal error")),))
    await dashboard.begin("translate", language="en-US", target_language="de")
    await dashboard.speak(pcm(1))
    error = (await dashboard.events())[-1]
    assert error["code"] == "action_service_error"
    assert "has trouble of its own" in error["message"]
    await hass.async_block_till_done(wait_background_tasks=True)  # nothing goes on behind that


async def test_an_error_that_nobody_expects_is_told(
    dashboard: Dashboard, service: SpeechService, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(*_: object) -> None:
        raise RuntimeError("a secret of Home Assistant's")

    monkeypatch.setattr(tts, "async_create_audio_stream", broken)
    monkeypatch.setattr(captions_voices, "MAX_UNSPOKEN", 1)  # another one waits then, which nobody takes
    service.engine = Scripted([Utterance(text=f"{at}.", start=at / 4, end=at / 4 + 0.2) for at in range(3)])
    await dashboard.begin("translate", language="en-US", target_language="de", voices={"de": VOICE})
    await dashboard.speak(pcm(1))
    assert (await dashboard.events())[-1] == {
        "type": "error",
        "code": "unknown_error",
        "message": "Unknown error",
        "placeholders": {},
    }
    assert "a secret of Home Assistant's" in caplog.text


# --- how long, how many, and what is left of it


async def test_it_has_a_limit(dashboard: Dashboard, monkeypatch: pytest.MonkeyPatch) -> None:
    await dashboard.begin("recognize", language="en-US")
    await dashboard.speak(pcm(1), end=False)
    assert (await dashboard.next())["type"] == "hypothesis"
    monkeypatch.setattr(captions_session, "LIMIT", 0)
    await dashboard.speak(pcm(1), end=False)
    events = await dashboard.events()
    assert [phrase["text"] for phrase in of("phrase", events)] == [LIGHT]
    assert events[-1] == {"type": "end", "reason": "limit"}


async def test_an_app_that_never_ends_a_subscription_is_refused_in_words(
    dashboard: Dashboard, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def full(*_: object) -> None:
        raise RuntimeError("Too many binary handlers registered")  # as Home Assistant does, of the 256th

    with monkeypatch.context() as patched:
        patched.setattr(ActiveConnection, "async_register_binary_handler", full)
        for _ in range(MAX_CAPTIONS_OF_USER + 1):
            assert (await dashboard.refused("recognize", language="en-US"))["code"] == "too_many_captions"
    await dashboard.begin("recognize", language="en-US")
    assert errors(caplog) == []


async def test_one_user_leaves_room_for_another(
    hass: HomeAssistant,
    dashboard: Dashboard,
    hass_ws_client: WebSocketGenerator,
    caplog: pytest.LogCaptureFixture,
) -> None:
    for _ in range(MAX_CAPTIONS_OF_USER):
        await dashboard.begin("recognize", language="en-US")
    again = Dashboard(await hass_ws_client())
    assert (await again.refused("recognize", language="en-US"))["code"] == "too_many_captions_of_user"
    guest = await user_dashboard(hass, hass_ws_client, {RECOGNIZER: True})
    await guest.begin("recognize", language="en-US")
    await dashboard.speak(b"")
    await dashboard.events()
    await again.begin("recognize", language="en-US")
    assert errors(caplog) == []


async def test_nothing_of_what_was_said_is_kept_or_in_the_log(
    dashboard: Dashboard,
    hass_ws_client: WebSocketGenerator,
    service: SpeechService,
    caplog: pytest.LogCaptureFixture,
) -> None:
    said = [Utterance(text="Xanadu quetzalcoatl.", start=at / 50, end=at / 50 + 0.01) for at in range(200)]
    service.engine = Scripted(said)
    screen = Dashboard(await hass_ws_client())
    assert (await screen.ask(f"{DOMAIN}/watch", conversation="door"))["success"]
    await dashboard.begin("translate", language="en-US", target_language="de", conversation="door")
    await dashboard.speak(pcm(2) * 2 + pcm(1), end=False)
    told = 0
    while told < len(said):
        told += (await dashboard.next())["type"] == "phrase"
    phrases = [known for known in gc.get_objects() if isinstance(known, Phrase)]
    assert 0 < len(phrases) <= captions_session.MAX_SPOKEN + 20
    del phrases
    await dashboard.socket.close()
    while (await screen.next())["type"] != "end":
        pass
    logged = "\n".join(record.getMessage() for record in caplog.records if record.levelno > logging.DEBUG)
    assert "xanadu" not in logged.lower()
    own = "\n".join(
        record.getMessage() for record in caplog.records if record.name.startswith(captions_session.__name__)
    )
    assert "xanadu" not in own.lower()
