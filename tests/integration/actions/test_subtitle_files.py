"""Subtitles of recordings: in the response, in files beside each other, and nowhere that they must not be."""

from pathlib import Path
import threading
from typing import Any

from homeassistant.core import HomeAssistant
import pytest

from custom_components.azure_speech_live.actions import subtitle_files
from custom_components.azure_speech_live.transcript.subtitles import write
from tests.speech_service.engines.scripted import Scripted, Utterance
from tests.speech_service.faults import Before, Behaviour, Close, Fault
from tests.speech_service.service import SpeechService

from ..action_calls import call, refused

pytestmark = pytest.mark.usefixtures("recordings_allowed")


@pytest.fixture(autouse=True)
def _talk(service: SpeechService) -> None:
    service.engine = Scripted(
        [Utterance(text="Is it on?", end=0.6, speaker="A"), Utterance(text="No.", start=0.7, end=1.4, speaker="B")]
    )


async def test_the_response_has_the_subtitles(hass: HomeAssistant, service: SpeechService, media: str) -> None:
    response = await call(hass, "transcribe", media=media, language="en-US", subtitles="vtt", speakers=True)
    assert response["subtitles"].startswith("WEBVTT\n\n00:00:00.000 --> 00:00:")
    assert "<v Guest-1>Is it on?" in response["subtitles"]
    assert "<v Guest-2>No." in response["subtitles"]
    assert "files" not in response
    assert "error" not in response
    (turn,) = service.connections[-1].turns
    assert turn.options.word_timings
    without = await call(hass, "transcribe", media=media, language="en-US")
    assert without.keys() == {"text", "language", "segments"}
    (turn,) = service.connections[-1].turns[-1:]
    assert not turn.options.word_timings


async def test_a_translation_has_subtitles_of_its_own(hass: HomeAssistant, media: str, tmp_path: Path) -> None:
    file = tmp_path / "talk.v1.srt"
    response = await call(
        hass, "translate", media=media, language="en-US", target_language=["de", "zh-hans"], filename=str(file)
    )
    assert "Is it on?" in response["subtitles"]
    assert response["translated_subtitles"].keys() == {"de", "zh-Hans"}
    assert "[de] Is it on?" in response["translated_subtitles"]["de"]
    texts = {"talk.v1.srt": response["subtitles"]} | {
        f"talk.v1.{target}.srt": text for target, text in response["translated_subtitles"].items()
    }
    assert response["files"] == [str(tmp_path / name) for name in texts]
    assert {path.name: path.read_bytes().decode() for path in tmp_path.glob("*.srt")} == texts
    assert {path.suffix for path in tmp_path.iterdir()} == {".srt", Path(media).suffix}, "nothing else is left there"


async def test_subtitles_are_replaced(hass: HomeAssistant, media: str, tmp_path: Path) -> None:
    file = tmp_path / "talk.srt"
    file.write_text("old", "utf-8")
    response = await call(hass, "transcribe", media=media, language="en-US", subtitles="srt", filename=str(file))
    assert file.read_bytes().decode() == response["subtitles"]
    assert "\r\n" in response["subtitles"]
    assert file.stat().st_mode & 0o777 == 0o644, "players may read it"


@pytest.mark.parametrize(
    ("filename", "more", "key"),
    [
        ("talk.yaml", {}, "file_not_subtitles"),
        ("talk", {}, "file_not_subtitles"),
        (".srt", {}, "file_not_subtitles"),
        ("talk.txt", {}, "file_not_subtitles"),
        ("talk.vtt", {"subtitles": "srt"}, "file_not_subtitles"),
        ("ta\nlk.srt", {}, "file_not_subtitles"),
        ("ta\0lk.srt", {}, "file_not_subtitles"),
        ("x" * 250 + ".srt", {}, "file_not_subtitles"),
        ("missing/talk.srt", {}, "file_not_allowed"),
        ("folder.srt", {}, "file_not_allowed"),
        ("link.srt", {}, "file_not_allowed"),
        ("../talk.srt", {}, "file_not_allowed"),
        ("outside/talk.srt", {}, "file_not_allowed"),
    ],
)
async def test_what_is_no_place_for_subtitles_is_refused(  # noqa: PLR0917 - fixtures and parameters
    hass: HomeAssistant,
    service: SpeechService,
    media: str,
    tmp_path: Path,
    tmp_path_factory: pytest.TempPathFactory,
    filename: str,
    more: dict[str, Any],
    key: str,
) -> None:
    elsewhere = tmp_path_factory.mktemp("elsewhere")
    secret = elsewhere / "secret.srt"
    secret.write_text("secret", "utf-8")
    (tmp_path / "folder.srt").mkdir()
    (tmp_path / "link.srt").symlink_to(secret)
    (tmp_path / "outside").symlink_to(elsewhere)
    error = await refused(hass, "transcribe", media=media, language="en-US", filename=f"{tmp_path}/{filename}", **more)
    assert error.translation_key == key
    assert not any(connection.turns for connection in service.connections), "nothing is paid for a mistake"
    assert [path.read_text("utf-8") for path in elsewhere.iterdir()] == ["secret"]


async def test_a_name_without_a_folder_is_refused(hass: HomeAssistant, media: str) -> None:
    error = await refused(hass, "transcribe", media=media, language="en-US", filename="talk.srt")
    assert error.translation_key == "file_not_allowed"


async def test_what_cannot_be_written_is_in_the_response(
    hass: HomeAssistant, media: str, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "talk.de.srt").mkdir()
    file = tmp_path / "talk.srt"
    response = await call(hass, "translate", media=media, language="en-US", target_language="de", filename=str(file))
    assert "talk.de.srt" in response["error"]
    assert "Is it on?" in response["subtitles"]
    assert response["files"] == [str(file)]
    assert file.read_bytes().decode() == response["subtitles"]
    assert "Traceback" not in caplog.text


async def test_what_was_heard_before_a_failure_has_subtitles(
    hass: HomeAssistant, service: SpeechService, media: str, tmp_path: Path
) -> None:
    quota = Close(1007, "Quota Exceeded.")
    service.behaviours = lambda _: Behaviour(faults=(Fault(Before("speech.phrase", nth=2), quota),))
    file = tmp_path / "talk.vtt"
    response = await call(hass, "transcribe", media=media, language="en-US", filename=str(file))
    assert response["error"]
    assert "Is it on?" in file.read_text("utf-8")


async def test_it_runs_beside_the_event_loop(hass: HomeAssistant, media: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Four hours of subtitles take seconds."""
    threads = []

    def noted(*arguments: Any) -> str:
        threads.append(threading.get_ident() == hass.loop_thread_id)
        return write(*arguments)

    monkeypatch.setattr(subtitle_files, "write", noted)
    await call(hass, "transcribe", media=media, language="en-US", subtitles="srt")
    assert threads == [False]
