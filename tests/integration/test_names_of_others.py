"""What others write is told in one bounded line: names as they are renamed in Home Assistant, what players raise."""

import logging
from typing import Final

from homeassistant.components.assist_pipeline import PipelineStage
from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError, ServiceValidationError
from homeassistant.helpers import issue_registry as ir
import pytest

from custom_components.azure_speech_live.actions import recognition, resource_choice
from custom_components.azure_speech_live.audio.address import media_error
from custom_components.azure_speech_live.languages.choice import spoken_locale
from custom_components.azure_speech_live.resource import issues
from custom_components.azure_speech_live.resource.errors import called, unloaded, worded
from custom_components.azure_speech_live.resource.stored import readable
from custom_components.azure_speech_live.satellite.pipeline_run import AssistantRun, Part
from custom_components.azure_speech_live.speech import TranslationOptions
from tests.speech_service import SpeechService
from tests.speech_service.engines.scripted import Scripted, Utterance
from tests.speech_service.faults import Behaviour, Refuse

from .forms import add_resource
from .speech import pcm, stream, transcribe

ODD: Final = "Kitchen\n2026-01-01 ERROR forged\r\x1b[31m\u202e\0\u2028" + "x" * 10_000


def assert_one_line(text: object) -> None:
    """Check that a text is there, and that it cannot pass for another."""
    assert str(text).startswith(("Kitchen", "Azure")) or "Kitchen" in str(text)
    assert str(text).isprintable()
    assert len(str(text)) < 1500


@pytest.fixture
async def entry(hass: HomeAssistant, service: SpeechService) -> ConfigEntry:
    """Add a resource, and rename it and its recognizer, as Home Assistant lets anybody do."""
    entry = await add_resource(hass, service)
    for subentry in list(entry.subentries.values()):
        hass.config_entries.async_update_subentry(entry, subentry, title=ODD)
    hass.config_entries.async_update_entry(entry, title=ODD)
    await hass.async_block_till_done()
    assert entry.title == ODD
    return entry


async def test_a_renamed_resource_is_one_line_in_the_log(
    service: SpeechService, entry: ConfigEntry, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.clear()
    service.behaviours = lambda _: Behaviour(answer=Refuse(400))
    with pytest.raises(HomeAssistantError):
        async for _ in recognition.async_recognize(entry, stream(pcm(1)), TranslationOptions(targets=("de",))):
            pass
    readable({"limit": None}, {"limit": int}, entry.title)
    told = [record for record in caplog.records if record.name.startswith("custom_components")]
    lines = [record.getMessage() for record in told if record.levelno > logging.DEBUG]
    assert len(lines) == 2
    for line in lines:
        assert_one_line(line)


async def test_what_a_resource_is_called_in_errors_and_issues(hass: HomeAssistant, entry: ConfigEntry) -> None:
    assert_one_line(called(entry))
    assert_one_line(unloaded(entry))
    assert_one_line(resource_choice.unable([entry]))
    issues.async_create_issue(hass, entry, issues.Issue.ONE_AT_A_TIME, endpoint=ODD)
    issue = ir.async_get(hass).async_get_issue("azure_speech_live", f"one_at_a_time_{entry.entry_id}")
    assert issue is not None
    assert issue.translation_placeholders is not None
    for text in issue.translation_placeholders.values():
        assert_one_line(text)


def test_what_is_put_into_our_words() -> None:
    assert_one_line((worded(HomeAssistantError, "x", y=ODD).translation_placeholders or {})["y"])
    assert worded(ServiceValidationError, "x").translation_placeholders is None
    for error in (media_error("media_unreadable", ODD, reason=ODD), _refusal()):
        for text in (error.translation_placeholders or {}).values():
            assert text.isprintable()
            assert len(text) <= 500


def _refusal() -> ServiceValidationError:
    with pytest.raises(ServiceValidationError) as caught:
        spoken_locale(ODD)
    return caught.value


def test_what_an_engine_raises_is_one_line_and_leaves_out_the_answer() -> None:
    run = AssistantRun(PipelineStage.STT)
    run.fail(RuntimeError(ODD))
    assert run.problem is not None
    assert_one_line(run.problem.message)
    run.answer = "The safe is open. " * 30
    run.fail(RuntimeError(f"Kitchen: nothing was spoken of {run.answer}"), Part.TEXT_TO_SPEECH)
    assert "safe" not in run.problem.message


async def test_what_is_heard_has_no_control_characters(hass: HomeAssistant, service: SpeechService) -> None:
    await add_resource(hass, service)
    service.engine = Scripted([Utterance(text="Lights\n\x1b[31m off\u202e now\u200c\0.")])
    partials, result = await transcribe(hass, stream(pcm(1)))
    for text in (*partials, result.text):
        assert text is not None
        assert text.replace("\u200c", "").isprintable()
    assert result.text == "Lights [31m off now\u200c ."
