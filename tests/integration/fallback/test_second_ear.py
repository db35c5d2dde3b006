"""The second engine of a recognizer: whether it can be asked, what it is told, and what is said of it when it fails."""

import asyncio
import logging

from homeassistant.components.stt import AudioSampleRates
from homeassistant.core import HomeAssistant
from homeassistant.helpers.entity import Entity
import pytest

from custom_components.azure_speech_live.fallback.second_ear import Heard, SecondEar, SecondEarError

from ..engines import OtherEar, add_engines, stored
from ..speech import metadata_of, pcm, stream
from .second_ear import SECOND, SecondEar as Engine

LOGGER = "custom_components.azure_speech_live.fallback.engines"


def ear_of(hass: HomeAssistant, name: str | None) -> SecondEar:
    """Return the second ear of an entity."""
    asking = Entity()
    asking.hass = hass
    asking.entity_id = "stt.kitchen"
    return SecondEar(asking, name)


def warnings(caplog: pytest.LogCaptureFixture) -> list[str]:
    """Return what it has complained of, and forget it."""
    lines = [
        record.getMessage() for record in caplog.records if record.name == LOGGER and record.levelno >= logging.WARNING
    ]
    caplog.clear()
    return lines


@pytest.mark.parametrize(
    ("language", "told"), [("en-GB", "en"), ("de-AT", "de"), ("en", "en"), ("de_DE", "de")], ids=lambda value: value
)
async def test_it_is_told_the_language_by_its_own_name(
    hass: HomeAssistant, second: Engine, language: str, told: str
) -> None:
    asked = ear_of(hass, stored(hass, SECOND)).async_find(metadata_of(language))
    assert asked is not None
    heard = [heard async for heard in asked.hear(stream(pcm(1)))]
    assert heard == [Heard("lights on", final=True)]
    assert second.manner.languages == [told]
    assert second.manner.heard == [pcm(1)]


async def test_none_that_is_named_is_none(hass: HomeAssistant) -> None:
    ear = ear_of(hass, None)
    assert not ear.is_there
    assert ear.async_find(metadata_of("en-US")) is None


@pytest.mark.parametrize(
    ("engine", "language", "reason"),
    [
        (OtherEar(), "zu-ZA", "it does not know zu-ZA"),
        (OtherEar(rate=AudioSampleRates.SAMPLERATE_48000), "en-US", "it does not take such audio"),
    ],
    ids=["another language", "other audio"],
)
async def test_what_does_not_fit_is_passed_over_in_words(
    hass: HomeAssistant, caplog: pytest.LogCaptureFixture, engine: OtherEar, language: str, reason: str
) -> None:
    await add_engines(hass, engine)
    ear = ear_of(hass, stored(hass, SECOND))
    for _ in range(2):
        assert ear.is_there
        assert ear.async_find(metadata_of(language)) is None
    assert warnings(caplog) == [f"stt.kitchen: its second engine {SECOND} does not hear: {reason}"]


@pytest.mark.parametrize(
    ("failure", "reason"),
    [
        (TimeoutError(), "TimeoutError"),
        (RuntimeError("cannot read: open the safe"), "RuntimeError"),
        (asyncio.CancelledError(), "CancelledError"),
        (None, "it has no result"),
    ],
    ids=["time-out", "its own mistake", "a task of its own that was ended", "an error"],
)
async def test_whatever_happens_to_it_is_one_kind_of_failure(
    hass: HomeAssistant, second: Engine, failure: BaseException | None, reason: str
) -> None:
    second.manner.fails, second.manner.text = failure, None
    asked = ear_of(hass, stored(hass, SECOND)).async_find(metadata_of("en-US"))
    assert asked is not None
    with pytest.raises(SecondEarError) as caught:
        _ = [heard async for heard in asked.hear(stream(pcm(1)))]
    assert str(caught.value) == reason


async def test_no_text_is_an_answer(hass: HomeAssistant, second: Engine) -> None:
    second.manner.text = ""
    asked = ear_of(hass, stored(hass, SECOND)).async_find(metadata_of("en-US"))
    assert asked is not None
    assert [heard async for heard in asked.hear(stream(pcm(1)))] == [Heard("", final=True)]


def test_it_is_said_again_after_it_has_heard(hass: HomeAssistant, caplog: pytest.LogCaptureFixture) -> None:
    ear = ear_of(hass, None)
    ear.complain(SECOND, "it is tired")
    ear.complain(SECOND, "it is tired")
    assert len(warnings(caplog)) == 1
    ear.answers()
    ear.complain(SECOND, "it is tired")
    assert len(warnings(caplog)) == 1
