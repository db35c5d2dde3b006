"""What the settings of a recognizer do: what the service is asked, when a command is over, and what its text is."""

import asyncio
from collections.abc import AsyncGenerator, Callable
from dataclasses import replace
import logging
from types import MappingProxyType
from typing import Any

from homeassistant.components.stt import SpeechAudioProcessing, SpeechResult, SpeechResultState
from homeassistant.config_entries import ConfigEntry, ConfigSubentry
from homeassistant.core import HomeAssistant
import pytest

from custom_components.azure_speech_live.const import SUBENTRY_RECOGNIZER, SUBENTRY_TRANSLATOR
from custom_components.azure_speech_live.languages.choice import candidates_beside
from custom_components.azure_speech_live.recognizer.settings import (
    MAX_DURATION,
    RecognizerSettings,
)
from custom_components.azure_speech_live.recognizer.text import Substitutions
from custom_components.azure_speech_live.resource.stored import InvalidSettingError
from custom_components.azure_speech_live.speech import DEFAULT_INITIAL_SILENCE, Mode
from tests.speech_service.engines import Status
from tests.speech_service.engines.scripted import Scripted, Utterance
from tests.speech_service.options import TurnOptions
from tests.speech_service.service import SpeechService

from ..recognizers import KITCHEN, add_recognizer, last_turn
from ..speech import BYTES_PER_SECOND, RECOGNIZER, pcm, recognizer, stream, transcribe

MODEL = "12345678-90ab-cdef-1234-567890abcdef"


def heard(text: str) -> SpeechResult:
    """Return the result of a command that was understood."""
    return SpeechResult(text, SpeechResultState.SUCCESS)


# --- the wire


@pytest.mark.parametrize(
    ("settings", "asked"),
    [
        ({}, lambda asked: asked.mode == "interactive" and asked.languages == ("en-GB",)),
        ({}, lambda asked: not asked.detailed and asked.profanity == "masked" and asked.custom_model is None),
        ({}, lambda asked: asked.initial_silence is None and asked.end_silence is None),
        ({}, lambda asked: not asked.identify_language and not asked.phrases),
        ({"languages": ["de-DE", "fr-FR"]}, lambda asked: asked.languages == ("en-GB", "de-DE", "fr-FR")),
        ({"languages": ["de-DE", "en-US"]}, lambda asked: asked.languages == ("en-GB", "de-DE")),
        ({"languages": ["en-US"]}, lambda asked: asked.languages == ("en-GB",) and not asked.identify_language),
        ({"end_of_speech": "home_assistant"}, lambda asked: asked.mode == "conversation"),
        ({"end_of_speech": "azure"}, lambda asked: asked.mode == "interactive"),
        ({"phrases": [" Rosebud ", "Rosebud", "", "my  sled"]}, lambda asked: asked.phrases == ("Rosebud", "my sled")),
        ({"text": {"text_form": "display_without_punctuation"}}, lambda asked: not asked.detailed),
        ({"text": {"text_form": "itn"}}, lambda asked: asked.detailed),
        ({"text": {"text_form": "lexical"}}, lambda asked: asked.detailed),
        ({"text": {"profanity": "removed"}}, lambda asked: asked.profanity == "removed"),
        ({"text": {"profanity": "raw"}}, lambda asked: asked.profanity == "raw"),
        ({"advanced": {"initial_silence": 2.5}}, lambda asked: asked.initial_silence == 2.5),
        ({"advanced": {"segmentation_silence": 0.3}}, lambda asked: asked.end_silence == 0.3),
        # Who ends commands when they are complete asks for it, command by command.
        ({"by_command": True}, lambda asked: asked.mode == "interactive" and asked.end_silence is None),
        ({"advanced": {"custom_model": f" {MODEL.upper()} "}}, lambda asked: asked.custom_model == MODEL),
        ({"advanced": {"custom_model": " "}}, lambda asked: asked.custom_model is None),
        (
            {"languages": ["de-DE"], "advanced": {"custom_model": MODEL}},
            lambda asked: asked.custom_model == MODEL and asked.identify_language,
        ),
    ],
)
async def test_what_the_service_is_asked(
    hass: HomeAssistant,
    service: SpeechService,
    entry: ConfigEntry,
    settings: dict[str, Any],
    asked: Callable[[TurnOptions], bool],
) -> None:
    await add_recognizer(hass, entry, **settings)
    await transcribe(hass, stream(pcm(1)), language="en-GB", entity_id=KITCHEN)
    assert asked(last_turn(service).options), last_turn(service).options


@pytest.mark.parametrize("others", [[], ["de-DE", "fr-FR", "it-IT"]])
def test_what_is_to_end_when_it_is_complete_is_heard_in_short_phrases(others: list[str]) -> None:
    """Their language is found at the start, as that of a single one."""
    settings = RecognizerSettings.from_data({"languages": others, "segmentation_silence": 0.8, "short_silence": 0.25})
    usual = settings.recognition_options("en-GB", ())
    short = settings.recognition_options("en-GB", (), by_command=True)
    assert (short.mode, short.segmentation_silence, short.at_start) == (Mode.CONVERSATION, 0.25, True)
    assert short == replace(
        usual, mode=Mode.CONVERSATION, segmentation_silence=0.25, at_start=True, initial_silence=DEFAULT_INITIAL_SILENCE
    )
    assert usual.segmentation_silence == 0.8
    assert short.query() == usual.query() | {
        "segmentationSilenceTimeoutMs": "250",
        "initialSilenceTimeoutMs": "5000",
    }


def test_who_wants_to_think_before_the_first_word_may_do_so_too_where_a_command_ends_when_it_is_complete() -> None:
    settings = RecognizerSettings.from_data({"initial_silence": 9})
    assert settings.recognition_options("en-GB", (), by_command=True).initial_silence == 9


def test_other_readings_are_asked_for_where_they_are_wanted() -> None:
    settings = RecognizerSettings()
    assert not settings.recognition_options("en-GB", ()).detailed
    assert settings.recognition_options("en-GB", (), alternatives=True).detailed


def test_how_much_phrases_count() -> None:
    options = RecognizerSettings.from_data({"phrase_weight": 1.5}).recognition_options("en-GB", ("Rosebud",))
    assert options.context()["dgi"]["bias"] == 1.5


async def test_nothing_is_kept_unless_it_is_allowed(
    hass: HomeAssistant, service: SpeechService, entry: ConfigEntry
) -> None:
    await transcribe(hass, stream(pcm(1)))
    assert not any("storeAudio" in attempt.query for attempt in service.attempts)
    await add_recognizer(hass, entry, advanced={"store_audio": True})
    await transcribe(hass, stream(pcm(1)), entity_id=KITCHEN)
    assert service.attempts[-1].query["storeAudio"] == "true"


@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        ({}, (True, False, False)),
        ({"end_of_speech": "home_assistant"}, (True, False, False)),
        ({"end_of_speech": "azure"}, (False, False, False)),
        ({"advanced": {"raw_audio": False}}, (True, True, True)),
    ],
)
async def test_what_home_assistant_is_to_do_with_the_audio(
    hass: HomeAssistant, entry: ConfigEntry, settings: dict[str, Any], expected: tuple[bool, bool, bool]
) -> None:
    await add_recognizer(hass, entry, **settings)
    assert recognizer(hass, KITCHEN).audio_processing == SpeechAudioProcessing(*expected)


# --- several languages


async def test_the_language_that_was_spoken_is_shown(
    hass: HomeAssistant, service: SpeechService, entry: ConfigEntry
) -> None:
    await add_recognizer(hass, entry, languages=["de-DE"])

    nothing = Utterance(status=Status.NO_MATCH)
    service.engine = Scripted(
        [nothing],
        [Utterance(text="Licht an.", language="de-DE")],
        [Utterance(text="Light on.", language="en-US")],
        [nothing],
    )
    shown: list[str | None] = []
    for _ in range(4):
        await transcribe(hass, stream(pcm(1)), entity_id=KITCHEN)
        state = hass.states.get(KITCHEN)
        assert state is not None
        shown.append(state.attributes.get("language"))
    assert shown == [None, "de-DE", "en-US", "en-US"]


@pytest.mark.usefixtures("entry")
async def test_without_other_languages_it_is_that_of_the_pipeline(hass: HomeAssistant) -> None:
    await transcribe(hass, stream(pcm(1)), language="fr-CA")
    state = hass.states.get("stt.azure_speech")
    assert state is not None
    assert state.attributes["language"] == "fr-CA"


@pytest.mark.parametrize(
    ("others", "mode", "candidates"),
    [
        ([], Mode.INTERACTIVE, ()),
        (["en-US", "en-AU"], Mode.INTERACTIVE, ()),
        (["de-DE"], Mode.INTERACTIVE, ("en-GB", "de-DE")),
        (["de-DE", "en-US", "fr-FR"], Mode.INTERACTIVE, ("en-GB", "de-DE", "fr-FR")),
        (["de-DE", "fr-FR", "it-IT", "es-ES"], Mode.INTERACTIVE, ("en-GB", "de-DE", "fr-FR", "it-IT")),
        (["de-DE", "fr-FR", "it-IT", "es-ES"], Mode.CONVERSATION, ("en-GB", "de-DE", "fr-FR", "it-IT", "es-ES")),
    ],
)
def test_the_language_of_the_pipeline_comes_first(others: list[str], mode: Mode, candidates: tuple[str, ...]) -> None:
    assert candidates_beside("en-GB", others, mode) == candidates


# --- the end of a command


async def test_home_assistant_alone_ends_the_command(
    hass: HomeAssistant, service: SpeechService, entry: ConfigEntry
) -> None:
    """Pauses do not: every phrase until the end of the audio is in the text, and in the partial ones."""
    await add_recognizer(hass, entry, end_of_speech="home_assistant")
    service.engine = Scripted(
        [
            Utterance(text="Add milk,", end=0.5),
            Utterance(status=Status.NO_MATCH, start=0.5, end=0.8),
            Utterance(text="and bread.", start=1.0),
        ]
    )

    async def shopper() -> AsyncGenerator[bytes]:
        yield pcm(0.9)
        await service.until(lambda: len(last_turn(service).audio) == len(pcm(0.9)))
        await last_turn(service).caught_up()
        assert len(last_turn(service).phrases) == 2
        yield pcm(1)

    partials, result = await transcribe(hass, shopper(), entity_id=KITCHEN)

    assert result == heard("Add milk, and bread.")
    assert partials[-1] == "Add milk, and bread"
    assert last_turn(service).audio_ended


async def test_languages_without_blanks_get_none(
    hass: HomeAssistant, service: SpeechService, entry: ConfigEntry
) -> None:
    await add_recognizer(hass, entry, end_of_speech="home_assistant")
    service.engine = Scripted([Utterance(text="打开灯。", end=0.5), Utterance(text="谢谢。", start=0.6)])
    assert (await transcribe(hass, stream(pcm(1)), "zh-CN", entity_id=KITCHEN))[1] == heard("打开灯。谢谢。")


async def test_azure_alone_ends_the_command(hass: HomeAssistant, service: SpeechService, entry: ConfigEntry) -> None:
    await add_recognizer(hass, entry, end_of_speech="azure")
    service.engine = Scripted([Utterance(text="Stop.", end=1)])
    closed = asyncio.Event()

    async def television() -> AsyncGenerator[bytes]:
        try:
            yield pcm(1.5)
            await asyncio.Event().wait()
        finally:
            closed.set()

    assert (await transcribe(hass, television(), entity_id=KITCHEN))[1] == heard("Stop.")
    await closed.wait()


async def test_a_command_whose_end_nobody_hears_is_over_after_a_while(
    hass: HomeAssistant, service: SpeechService, entry: ConfigEntry
) -> None:
    await add_recognizer(hass, entry, end_of_speech="azure", max_duration=3)
    closed = asyncio.Event()

    async def television() -> AsyncGenerator[bytes]:
        try:
            while True:
                yield pcm(0.7)
        finally:
            closed.set()

    assert (await transcribe(hass, television(), entity_id=KITCHEN))[1] == heard("Turn on the kitchen light.")
    assert len(last_turn(service).audio) == 3 * BYTES_PER_SECOND
    await closed.wait()


@pytest.mark.parametrize(
    ("end_of_speech", "limit"), [("first", MAX_DURATION), ("home_assistant", MAX_DURATION), ("azure", 20)]
)
def test_no_command_goes_on_for_ever(end_of_speech: str, limit: float) -> None:
    settings = RecognizerSettings.from_data({"end_of_speech": end_of_speech, "max_duration": 20})
    assert settings.audio_limit == limit


# --- the text


@pytest.mark.parametrize(
    ("form", "result"),
    [
        ("display", "Damn, set it to 50 per cent."),
        ("display_without_punctuation", "Damn set it to 50 per cent"),
        ("itn", "damn set it to 50 per cent"),
        ("lexical", "damn set it to 50 per cent"),
    ],
)
async def test_the_form_of_the_text(
    hass: HomeAssistant, service: SpeechService, entry: ConfigEntry, form: str, result: str
) -> None:
    service.engine = Scripted([Utterance(text="Damn, set it to 50 per cent.")])
    await add_recognizer(hass, entry, text={"text_form": form, "profanity": "raw"})
    assert (await transcribe(hass, stream(pcm(1)), entity_id=KITCHEN))[1] == heard(result)


@pytest.mark.parametrize(
    ("form", "result"), [("display", "****, stop."), ("itn", "**** stop"), ("lexical", "damn stop")]
)
async def test_profanity_is_masked_but_in_the_spoken_words(
    hass: HomeAssistant, service: SpeechService, entry: ConfigEntry, form: str, result: str
) -> None:
    service.engine = Scripted([Utterance(text="Damn, stop.")])
    await add_recognizer(hass, entry, text={"text_form": form})
    assert (await transcribe(hass, stream(pcm(1)), entity_id=KITCHEN))[1].text == result.replace("Damn", "****")


async def test_words_are_replaced_in_partial_texts_and_in_the_result(
    hass: HomeAssistant, service: SpeechService, entry: ConfigEntry
) -> None:
    service.engine = Scripted([Utterance(text="Set the blinds to 50 per cent please.")])
    await add_recognizer(hass, entry, text={"substitutions": ["per cent => %", "please =>"]})
    partials, result = await transcribe(hass, stream(pcm(3)), entity_id=KITCHEN)
    assert result == heard("Set the blinds to 50 %.")
    assert partials[-1] == "set the blinds to 50 %"


# --- what is stored


def test_what_an_older_or_newer_version_stored_can_be_read() -> None:
    assert RecognizerSettings.from_data({"end_of_speech": "azure", "of_the_future": 1}).max_duration == 15


def test_what_cannot_be_is_not_read() -> None:
    with pytest.raises(InvalidSettingError):
        RecognizerSettings.from_data({"custom_model": "no id"})


UNREADABLE: dict[str, Any] = {
    "languages": ["de-DE", "tlh"],
    "end_of_speech": "never",
    "max_duration": "long",
    "phrases": None,
    "text_form": ["display"],
    "profanity": "swear",
    "substitutions": ["per cent"],
    "initial_silence": {},
    "segmentation_silence": None,
    "custom_model": 5,
    "second_engine": 5,
}


@pytest.mark.parametrize(
    ("setting", "value"),
    [
        *UNREADABLE.items(),
        # What Python would take for something else than somebody meant.
        ("languages", "de-DE"),
        ("phrases", "abc"),
        ("phrases", {"abc": 1}),
        ("phrases", ["abc", 1]),
        ("substitutions", [None]),
        ("languages", [None]),
        ("substitutions", "a => b"),
        ("raw_audio", "false"),
        ("raw_audio", None),
        ("second_engine", ""),
        ("second_on_nothing", "yes"),
        ("max_duration", -5),
        ("max_duration", float("nan")),
        ("max_duration", 1e9),
        ("segmentation_silence", 0),
        ("short_silence", 0.05),
        ("phrase_weight", 2.1),
        ("phrase_weight", float("nan")),
        ("by_command", 1),
    ],
)
def test_a_setting_that_cannot_be_read_has_its_default_and_costs_no_other(
    setting: str, value: Any, caplog: pytest.LogCaptureFixture
) -> None:
    others = {"use_names": False, "store_audio": True}
    settings = RecognizerSettings.from_stored({setting: value, **others}, "Kitchen")
    substitutions = Substitutions()
    expected = RecognizerSettings(use_names=False, store_audio=True, substitutions=substitutions)
    assert replace(settings, substitutions=substitutions) == expected
    assert settings.substitutions.apply("50 per cent") == "50 per cent"
    (record,) = caplog.records
    assert record.levelno == logging.ERROR
    assert record.getMessage() == f"Kitchen: cannot read what is stored of {setting}, and uses the defaults"


async def test_what_cannot_be_read_silences_nobody(
    hass: HomeAssistant, entry: ConfigEntry, caplog: pytest.LogCaptureFixture
) -> None:
    def add(kind: str, title: str, data: dict[str, Any]) -> None:
        subentry = ConfigSubentry(subentry_type=kind, title=title, unique_id=None, data=MappingProxyType(data))
        hass.config_entries.async_add_subentry(entry, subentry)

    add(SUBENTRY_RECOGNIZER, "Kitchen", UNREADABLE)
    add(SUBENTRY_TRANSLATOR, "Guests", {"languages": ["de-DE"]})
    add(SUBENTRY_TRANSLATOR, "Visitors", {"languages": ["de-DE"], "target_language": "xx"})
    add(SUBENTRY_TRANSLATOR, "Friends", {"languages": ["de-DE"], "target_language": "en"})
    caplog.clear()
    await hass.async_block_till_done()
    await hass.config_entries.async_reload(entry.entry_id)
    for entity_id in (RECOGNIZER, KITCHEN, "stt.friends"):
        _, result = await transcribe(hass, stream(pcm(1)), entity_id=entity_id)
        assert result.result is SpeechResultState.SUCCESS
    assert hass.states.get("stt.guests") is None
    assert hass.states.get("stt.visitors") is None
    lines = {record.getMessage() for record in caplog.records if record.levelno >= logging.ERROR}
    assert {line.partition(":")[0] for line in lines} == {"Kitchen", "Guests", "Visitors"}
    assert len(lines) == 3
