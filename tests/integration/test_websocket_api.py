"""The WebSocket commands, as a dashboard uses them: microphone audio in, what is said out, while it is said."""

from array import array
import asyncio
from collections.abc import AsyncGenerator
from functools import partial
from math import pi, sin
from pathlib import Path
import socket
from typing import Any

from homeassistant.auth.const import GROUP_ID_READ_ONLY
from homeassistant.components import tts
from homeassistant.components.ffmpeg import FFmpegManager
from homeassistant.config_entries import ConfigEntry
from homeassistant.core import Context, HomeAssistant
import pytest
from pytest_homeassistant_custom_component.common import MockUser
from pytest_homeassistant_custom_component.typing import (
    ClientSessionGenerator,
    MockHAClientWebSocket,
    WebSocketGenerator,
)

from custom_components.azure_speech_live.actions import live
from custom_components.azure_speech_live.const import DOMAIN
from tests.speech_service.engines import Status
from tests.speech_service.engines.scripted import Scripted, Utterance
from tests.speech_service.engines.scripted_translation import ScriptedSynthesizer
from tests.speech_service.faults import AudioReceived, Behaviour, Close, Fault
from tests.speech_service.service import SpeechService
from tests.speech_service.wav import wav_file

from .forms import add_resource
from .recordings import SPOKEN
from .speech import pcm

LIGHT = "Turn on the kitchen light."
VOICE = "de-DE-KatjaNeural"


@pytest.fixture(autouse=True)
async def entry(hass: HomeAssistant, service: SpeechService) -> AsyncGenerator[ConfigEntry]:
    """Add the stand-in as a resource."""
    hass.config.allowlist_external_dirs = {str(SPOKEN.parent)}
    yield await add_resource(hass, service)
    await hass.async_block_till_done(wait_background_tasks=True)  # speech that nobody played


class Dashboard:
    """A microphone and a screen on a WebSocket."""

    def __init__(self, socket: MockHAClientWebSocket) -> None:
        """Begin without a command."""
        self.socket = socket
        self.command = 0
        self._handler = b""

    async def begin(self, command: str, **options: Any) -> None:
        """Send a command, and wait until it wants audio."""
        result = await self.ask(f"{DOMAIN}/{command}", **options)
        assert result["success"], result
        self.command = result["id"]
        start = await self.next()
        assert start["type"] == "start"
        self._handler = bytes([start["binary_handler_id"]])

    async def ask(self, command: str, **options: Any) -> dict[str, Any]:
        """Send a command, and return its result."""
        await self.socket.send_json_auto_id({"type": command, **options})
        result: dict[str, Any] = await self.socket.receive_json()
        return result

    async def speak(self, audio: bytes, *, end: bool = True) -> None:
        """Send audio in messages of an odd size, and the end of it."""
        for start in range(0, len(audio), 2047):
            await self.socket.send_bytes(self._handler + audio[start : start + 2047])
        if end:
            await self.socket.send_bytes(self._handler)

    async def next(self) -> dict[str, Any]:
        """Return the next event."""
        async with asyncio.timeout(20):
            message = await self.socket.receive_json()
        assert message["type"] == "event", message
        event: dict[str, Any] = message["event"]
        return event

    async def events(self) -> list[dict[str, Any]]:
        """Return all events to the end, or to an error."""
        events = [await self.next()]
        while events[-1]["type"] not in ("end", "error"):
            events.append(await self.next())
        return events


@pytest.fixture
async def dashboard(hass_ws_client: WebSocketGenerator) -> Dashboard:
    """Open a dashboard."""
    return Dashboard(await hass_ws_client())


def of(kind: str, events: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return the events of a type."""
    return [event for event in events if event["type"] == kind]


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
        "text": LIGHT,
        "language": "en-US",
        "offset": 0,
        "confidence": 0.95,
        "error": None,
    }
    assert events[-1] == {"type": "end"}
    (turn,) = service.connections[-1].turns
    assert bytes(turn.audio) == pcm(1) * 2


@pytest.mark.parametrize("command", ["recognize", "translate"])
async def test_profanity_is_as_it_was_asked_for(dashboard: Dashboard, service: SpeechService, command: str) -> None:
    service.engine = Scripted([Utterance(text="Damn.", end=1)])
    target: dict[str, Any] = {"target_language": "de"} if command == "translate" else {}
    for profanity, text in (("masked", "****."), ("raw", "Damn.")):
        await dashboard.begin(command, language="en-US", profanity=profanity, **target)
        await dashboard.speak(pcm(1))
        (phrase,) = of("phrase", await dashboard.events())
        assert phrase["text"] == text


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


async def test_every_phrase_is_spoken_at_an_address_of_its_own(
    dashboard: Dashboard, service: SpeechService, hass_client_no_auth: ClientSessionGenerator
) -> None:
    service.engine = Scripted([Utterance(text="Hello.", end=1), Utterance(text="Goodbye.", start=1.1, end=2)])
    await dashboard.begin("translate", language="en-US", target_language="de", voice=VOICE)
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
    monkeypatch.setattr(live, "MAX_SPOKEN", 1)
    await dashboard.begin("translate", language="en-US", target_language="de", voice=VOICE)
    await dashboard.speak(pcm(1))
    (spoken,) = of("synthesis", await dashboard.events())
    assert spoken == {"type": "synthesis", "error": "more speech than is kept for who does not play it"}


async def test_a_voice_that_fails_is_told(dashboard: Dashboard, service: SpeechService) -> None:
    service.synthesizer = ScriptedSynthesizer(fail_after=0, reason="Synthesis timed out")
    await dashboard.begin("translate", language="en-US", target_language="de", voice=VOICE)
    await dashboard.speak(pcm(1))
    events = await dashboard.events()
    assert of("phrase", events)[0]["translations"] == {"de": f"[de] {LIGHT}"}
    assert of("synthesis", events) == [{"type": "synthesis", "error": "Synthesis timed out"}]


async def test_speech_of_another_format_is_told_once(dashboard: Dashboard, service: SpeechService) -> None:
    service.synthesizer = Fast()
    await dashboard.begin("translate", language="en-US", target_language="de", voice=VOICE)
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


@pytest.mark.parametrize("sample_rate", [8000, 44100, 48000])
async def test_a_browser_may_record_at_its_own_rate(
    dashboard: Dashboard, service: SpeechService, sample_rate: int
) -> None:
    await dashboard.begin("recognize", language="en-US", sample_rate=sample_rate)
    await dashboard.speak(bytes(2 * sample_rate + 1))
    assert of("phrase", await dashboard.events())[0]["text"] == LIGHT
    (turn,) = service.connections[-1].turns
    # The filter keeps a millisecond or two to itself.
    assert len(turn.audio) == pytest.approx(32000, abs=100)


@pytest.mark.parametrize(("frequency", "loudness"), [(1000, 10_000), (10_000, 0)])
async def test_what_16_khz_cannot_have_is_no_noise_in_it(
    dashboard: Dashboard, service: SpeechService, frequency: int, loudness: int
) -> None:
    tone = array("h", (round(10_000 * sin(2 * pi * frequency * at / 48_000)) for at in range(48_000)))
    await dashboard.begin("recognize", language="en-US", sample_rate=48_000)
    await dashboard.speak(tone.tobytes())
    await dashboard.events()
    (turn,) = service.connections[-1].turns
    heard = array("h", turn.audio)[1000:-1000]  # it has a beginning, which is no tone
    assert max(map(abs, heard)) == pytest.approx(loudness, abs=100)


async def test_silence_is_an_end_without_phrases(dashboard: Dashboard, service: SpeechService) -> None:
    service.engine = Scripted([Utterance(status=Status.NO_MATCH)])
    await dashboard.begin("recognize", language="en-US")
    await dashboard.speak(pcm(1))
    assert await dashboard.events() == [{"type": "end"}]


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


async def test_an_entry_that_is_unloaded_says_so(hass: HomeAssistant, dashboard: Dashboard, entry: ConfigEntry) -> None:
    await dashboard.begin("recognize", language="en-US")
    await dashboard.speak(pcm(1), end=False)
    assert (await dashboard.next())["type"] == "hypothesis"
    assert await hass.config_entries.async_unload(entry.entry_id)
    error = (await dashboard.events())[-1]
    assert error["type"] == "error"
    assert error["code"] in ("action_unloaded", "action_cannot_connect")
    assert "{" not in error["message"]


async def test_a_failure_of_the_service_is_told(dashboard: Dashboard, service: SpeechService) -> None:
    service.behaviours = lambda _: Behaviour(faults=(Fault(AudioReceived(16000), Close(1011, "internal error")),))
    await dashboard.begin("translate", language="en-US", target_language="de")
    await dashboard.speak(pcm(1))
    error = (await dashboard.events())[-1]
    assert error["code"] == "action_service_error"
    assert "has trouble of its own" in error["message"]


async def test_an_error_that_nobody_expects_is_told(
    dashboard: Dashboard, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(*_: object) -> None:
        raise RuntimeError("a secret of Home Assistant's")

    monkeypatch.setattr(tts, "async_create_audio_stream", broken)
    await dashboard.begin("translate", language="en-US", target_language="de", voice=VOICE)
    await dashboard.speak(pcm(1))
    assert (await dashboard.events())[-1] == {"type": "error", "code": "unknown_error", "message": "Unknown error"}
    assert "a secret of Home Assistant's" in caplog.text


async def test_audio_of_another_format_is_refused(dashboard: Dashboard) -> None:
    wav = SPOKEN.read_bytes()
    await dashboard.begin("recognize", language="en-US")
    await dashboard.speak(wav[:24] + (8000).to_bytes(4, "little") + wav[28:])
    error = (await dashboard.events())[-1]
    assert error["code"] == "audio_failed"
    assert "8000 Hz" in error["message"]


async def test_audio_that_comes_too_fast_is_refused(dashboard: Dashboard, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(live, "MAX_BACKLOG", 1 << 20)
    await dashboard.begin("recognize", language="en-US")
    # The client takes 30 seconds ahead of what it sends.
    await dashboard.speak(bytes(3 << 20))
    assert (await dashboard.events())[-1]["code"] == "audio_too_fast"


async def test_what_was_sent_leaves_room_for_what_comes(
    dashboard: Dashboard, service: SpeechService, monkeypatch: pytest.MonkeyPatch
) -> None:
    def arrived(size: int) -> bool:
        return len(service.connections[-1].turns[0].audio) > size

    monkeypatch.setattr(live, "MAX_BACKLOG", 32_000)
    await dashboard.begin("recognize", language="en-US")
    for sent in range(16_000, 112_000, 16_000):
        await dashboard.speak(bytes(16_000), end=False)
        await service.until(partial(arrived, sent - 8192))
    await dashboard.speak(b"")
    assert of("phrase", await dashboard.events())[0]["text"] == LIGHT


async def test_who_does_not_keep_up_is_told_the_phrases(dashboard: Dashboard, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(live, "MAX_UNREAD", -1)
    await dashboard.begin("recognize", language="en-US")
    await dashboard.speak(pcm(2))
    assert [event["type"] for event in await dashboard.events()] == ["phrase", "end"]


async def test_who_does_not_keep_up_for_long_is_told_the_end(
    dashboard: Dashboard, service: SpeechService, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(live, "MAX_UNREAD", -1)
    monkeypatch.setattr(live, "UNREAD_LIMIT", 0.0)
    await dashboard.begin("recognize", language="en-US")
    await dashboard.speak(pcm(1), end=False)
    await dashboard.speak(pcm(2), end=False)
    error = (await dashboard.events())[-1]
    assert error["code"] == "captions_not_read"
    assert "{" not in error["message"]
    await service.until(lambda: service.connections[-1].closed)


async def test_a_socket_that_nobody_reads_is_noticed() -> None:
    ours, theirs = socket.socketpair()
    reader, writer = await asyncio.open_connection(sock=ours)
    app = live.Reader(writer.transport)
    assert app.keeps_up()
    writer.write(bytes(8 << 20))
    assert not app.keeps_up()
    theirs.setblocking(False)  # noqa: FBT003 - as sockets have it
    async with asyncio.timeout(10):
        while not app.keeps_up():
            await asyncio.get_running_loop().sock_recv(theirs, 1 << 20)
    theirs.close()
    writer.close()
    assert reader.at_eof() or await reader.read() == b""
    assert live.Reader(None).keeps_up()


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
    await dashboard.begin("translate", language="en-US", target_language="de", voice=VOICE)
    await dashboard.speak(pcm(3))
    spoken = of("synthesis", await dashboard.events())
    assert len({event["url"] for event in spoken}) == 6
    await hass.async_block_till_done(wait_background_tasks=True)
    assert log.read_text(encoding="utf-8").split() == ["begin", "end"] * 6


@pytest.mark.parametrize(
    ("options", "key"),
    [
        ({"language": "tlh"}, "unknown_language"),
        ({"target_language": "en"}, "same_language"),
        ({"voice": "fr-FR-DeniseNeural"}, "voice_of_another_language"),
        ({"config_entry_id": "x"}, "unknown_resource"),
    ],
)
async def test_a_mistake_is_named(dashboard: Dashboard, options: dict[str, Any], key: str) -> None:
    right = {"language": "en-US", "target_language": "de"}
    result = await dashboard.ask(f"{DOMAIN}/translate", **(right | options))
    assert not result["success"]
    assert result["error"]["translation_key"] == key


@pytest.mark.parametrize(
    "options", [{"sample_rate": 0}, {"sample_rate": 48_001}, {"sample_rate": "fast"}, {"target": "de"}]
)
async def test_a_command_that_is_not_in_order_is_refused(dashboard: Dashboard, options: dict[str, Any]) -> None:
    result = await dashboard.ask(f"{DOMAIN}/recognize", language="en-US", **options)
    assert result["error"]["code"] == "invalid_format"


async def test_a_user_who_may_only_look_may_not(
    dashboard: Dashboard, hass_admin_user: MockUser, hass: HomeAssistant
) -> None:
    group = await hass.auth.async_get_group(GROUP_ID_READ_ONLY)
    assert group is not None
    hass_admin_user.groups = [group]
    result = await dashboard.ask(f"{DOMAIN}/recognize", language="en-US")
    assert result["error"]["code"] == "unauthorized"


# --- what the actions are at


async def transcribe(hass: HomeAssistant, context: Context) -> None:
    """Call the action."""
    data = {"media": str(SPOKEN), "language": "en-US"}
    await hass.services.async_call(DOMAIN, "transcribe", data, blocking=True, return_response=True, context=context)


async def test_the_progress_of_an_action_is_told(
    hass: HomeAssistant, dashboard: Dashboard, service: SpeechService, entry: ConfigEntry
) -> None:
    service.engine = Scripted([Utterance(text="Hello.", end=0.5), Utterance(text="Goodbye.", start=0.6, end=1.5)])
    assert (await dashboard.ask(f"{DOMAIN}/subscribe_progress"))["success"]
    context = Context()
    await transcribe(hass, context)
    events = await dashboard.events()
    assert [event.get("text") for event in events] == ["Hello.", "Goodbye.", None]
    assert events[-1] == {
        "type": "end",
        "context_id": context.id,
        "entry_id": entry.entry_id,
        "media": str(SPOKEN),
    }


async def test_others_are_told_of_their_own_actions_only(
    hass: HomeAssistant, dashboard: Dashboard, hass_admin_user: MockUser
) -> None:
    hass_admin_user.groups = []
    hass_admin_user.is_owner = False
    assert (await dashboard.ask(f"{DOMAIN}/subscribe_progress"))["success"]
    await transcribe(hass, Context())
    own = Context(user_id=hass_admin_user.id)
    hass_admin_user.is_owner = True  # who else might call it
    await transcribe(hass, own)
    assert {event["context_id"] for event in await dashboard.events()} == {own.id}
