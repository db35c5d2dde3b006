"""One run of a pipeline: to which part of an assistant its errors belong."""

from pathlib import Path
import re

from homeassistant.components import assist_pipeline
from homeassistant.components.assist_pipeline import PipelineNotFound
import pytest

from custom_components.azure_speech_live.satellite.pipeline_run import Part, Problem

SOURCE = (Path(assist_pipeline.__file__).parent / "default_pipeline.py").read_text("utf-8")
CODES = sorted({*re.findall(r'code="([\w-]+)"', SOURCE), "validation-error"})


def test_home_assistant_has_codes() -> None:
    assert {"stt-stream-failed", "wake-provider-missing", "intent-failed", "tts-not-supported"} <= set(CODES)


@pytest.mark.parametrize("code", CODES)
def test_every_code_belongs_to_a_part_or_is_silence(code: str) -> None:
    problem = Problem.from_event({"code": code, "message": "no reason"})
    if code == "stt-no-text-recognized":
        assert problem is None
    else:
        assert problem is not None
        assert problem.part is not Part.VOICE_ASSISTANT


@pytest.mark.parametrize("code", ["duplicate_wake_up_detected", "wake_word_detection_aborted"])
def test_what_another_satellite_or_a_change_ends_is_no_problem(code: str) -> None:
    assert Problem.from_event({"code": code, "message": ""}) is None


def test_an_error_of_the_pipeline_has_its_code_and_words() -> None:
    error = PipelineNotFound("pipeline_not_found", "Pipeline 7 not found")
    assert Problem.from_error(error, Part.VOICE_ASSISTANT) == Problem(
        Part.VOICE_ASSISTANT, "pipeline_not_found", "Pipeline 7 not found"
    )
