"""Messages of Microsoft's real service about translations, from the socket up to what a household gets.

They are in tests/data/real_translations.jsonl, each with the public log or source that has it; words are replaced.
"""

from collections.abc import AsyncGenerator
import json
from pathlib import Path
from typing import Any, Final

from homeassistant.components.stt import SpeechResult, SpeechResultState
from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant
import pytest

from custom_components.azure_speech_live.languages import locales_of
from tests.speech_service import Dialect
from tests.speech_service.engines import Status
from tests.speech_service.engines.scripted import Scripted, Utterance
from tests.speech_service.faults import Before, Behaviour, Drop, Fault, Send
from tests.speech_service.service import SpeechService

from .flows import add_resource
from .recordings import SPOKEN
from .speech import pcm, stream, transcribe
from .subentries import open_form, submit
from .test_services import VOICE, call

REAL: Final = {
    row["name"]: (row["path"], row["body"])
    for row in map(
        json.loads, (Path(__file__).parents[1] / "data" / "real_translations.jsonl").read_text().splitlines()
    )
}
NO_TRANSLATION: Final = "the service gave no translation"
TRANSLATED: Final = [{"Language": "de", "Text": "hallo"}]
SUCCESS: Final = {"RecognitionStatus": "Success", "Offset": 0, "Duration": 5000000}

PHRASES: Final = {
    "v1_phrase": ("Tell me the news.", "Sag mir die Nachrichten.", None),
    "v1_failed": (
        *("Heating.", ""),
        "Translation call failed: Response status code does not indicate success: 400 (Bad Request).",
    ),
    "v1_silence_is_success": ("", "", None),
    "v2_phrase_no_status": ("hello", "hallo", None),
    "v2_null_other_key": ("hello", "hallo", None),
    "flat_phrase_doc": ("is the door shut?", "Ist die Tür zu?", None),
    "empty_translation_entry": ("Hm.", "", NO_TRANSLATION),
}
"""What is recognised and translated in each, and why it is not."""

VARIANTS: Final[dict[str, tuple[str, dict[str, Any], tuple[str, str, str | None]]]] = {
    "a number for a status": (
        "translation.phrase",
        {**SUCCESS, "Text": "hello", "Translation": {"TranslationStatus": 0, "Translations": TRANSLATED}},
        ("hello", "hallo", None),
    ),
    "a number for a failure": (
        "translation.phrase",
        {**SUCCESS, "Text": "hello", "Translation": {"TranslationStatus": 1}},
        ("hello", "", "Error"),
    ),
    "the status beside the object": (
        "translation.phrase",
        {**SUCCESS, "Text": "hello", "TranslationStatus": "Success", "Translation": {"Translations": TRANSLATED}},
        ("hello", "hallo", None),
    ),
    "null beside the root": (
        "translation.phrase",
        {**SUCCESS, "Text": "hello", "Translation": None, "Translations": TRANSLATED, "Extensions": {}},
        ("hello", "hallo", None),
    ),
    "null for one of two texts": (
        "translation.response",
        {
            "SpeechPhrase": {**SUCCESS, "DisplayText": "hello"},
            "Translations": [{"Language": "de", "Text": None, "DisplayText": "hallo"}],
        },
        ("hello", "hallo", None),
    ),
    "silence in the newer dialect": (
        "translation.response",
        {
            "SpeechPhrase": {**SUCCESS, "Duration": 0, "DisplayText": ""},
            "TranslationStatus": "Success",
            "Translations": [],
        },
        ("", "", None),
    ),
    "no translation at all": ("speech.phrase", {**SUCCESS, "DisplayText": "hello"}, ("hello", "", NO_TRANSLATION)),
    "silence, and no translation": ("speech.phrase", {**SUCCESS, "DisplayText": ""}, ("", "", None)),
}
CASES: Final = [
    *(pytest.param(*REAL[name], expected, id=name) for name, expected in PHRASES.items()),
    *(pytest.param(path, json.dumps(body), expected, id=name) for name, (path, body, expected) in VARIANTS.items()),
]


@pytest.fixture(autouse=True)
async def entry(hass: HomeAssistant, service: SpeechService) -> AsyncGenerator[ConfigEntry]:
    """Add the stand-in as a resource, and allow the recording."""
    hass.config.allowlist_external_dirs = {str(SPOKEN.parent)}
    yield await add_resource(hass, service)
    await hass.async_block_till_done(wait_background_tasks=True)  # speech that nobody played


def raw(path: str, body: str, newline: str = "\r\n") -> Send:
    """Return a message as it is on the wire."""
    return Send(f"X-RequestId:{{request_id}}{newline}Path:{path}{newline}{newline}{body}")


def instead(of: str, *messages: Send) -> Behaviour:
    """Say something in place of what would be said."""
    return Behaviour(faults=(Fault(Before(of), Drop()), *(Fault(Before(of), message) for message in messages)))


async def translate(hass: HomeAssistant, **more: Any) -> dict[str, Any]:
    """Translate the recording to German."""
    return await call(hass, "translate", media=str(SPOKEN), language="en-US", target_language="de", **more)


async def hear(hass: HomeAssistant, entry: ConfigEntry, target: str = "de") -> tuple[list[str], SpeechResult]:
    """Speak to a translator. Return its partial texts and its result."""
    form = await open_form(hass, entry, "translator")
    await submit(hass, form, name="Guests", languages=["en-US" if target == "de" else "pl-PL"], target_language=target)
    return await transcribe(hass, stream(pcm(1)), locales_of(target)[0], entity_id="stt.guests")


@pytest.mark.parametrize("newline", ["\r\n", "\n"], ids=["CRLF", "LF"])
@pytest.mark.parametrize(("path", "body", "expected"), CASES)
async def test_a_recording(  # noqa: PLR0917 - two of them are fixtures, the rest a case
    hass: HomeAssistant,
    service: SpeechService,
    path: str,
    body: str,
    expected: tuple[str, str, str | None],
    newline: str,
) -> None:
    text, translation, failure = expected
    if not text:
        service.engine = Scripted([Utterance(status=Status.NO_MATCH)])
    service.behaviours = lambda _: instead("translation.phrase", raw(path, body, newline))
    response = await translate(hass)
    assert (response["text"], response["translations"]) == (text, {"de": translation})
    assert response["failures"] == ({"de": failure} if failure else {})


@pytest.mark.parametrize(("path", "body", "expected"), CASES)
async def test_a_command(  # noqa: PLR0917 - three of them are fixtures, the rest a case
    hass: HomeAssistant,
    service: SpeechService,
    entry: ConfigEntry,
    path: str,
    body: str,
    expected: tuple[str, str, str | None],
    caplog: pytest.LogCaptureFixture,
) -> None:
    text, translation, failure = expected
    if not text:
        service.engine = Scripted([Utterance(status=Status.NO_MATCH)])
    service.behaviours = lambda _: instead("translation.phrase", raw(path, body))
    _, result = await hear(hass, entry)
    if failure:
        assert result == SpeechResult(None, SpeechResultState.ERROR)
        assert f"stt.guests: no translation: {failure}" in caplog.messages
        assert not any(text in message for message in caplog.messages)
    else:
        assert result == SpeechResult(translation, SpeechResultState.SUCCESS)


@pytest.mark.parametrize(
    ("name", "target", "partial"), [("v1_hypothesis", "de", "Heizung"), ("v2_hypothesis", "en", "I come")]
)
async def test_what_is_heard_so_far(  # noqa: PLR0917 - three of them are fixtures, the rest a case
    hass: HomeAssistant, service: SpeechService, entry: ConfigEntry, name: str, target: str, partial: str
) -> None:
    service.behaviours = lambda _: Behaviour(faults=(Fault(Before("translation.phrase"), raw(*REAL[name])),))
    partials, result = await hear(hass, entry, target)
    assert partial in partials
    assert result.result is SpeechResultState.SUCCESS


@pytest.mark.parametrize(
    "name", ["v1_silence_is_success", "silence in the newer dialect", "silence, and no translation"]
)
async def test_silence_has_no_voice_that_could_fail(hass: HomeAssistant, service: SpeechService, name: str) -> None:
    path, body = REAL[name] if name in REAL else (VARIANTS[name][0], json.dumps(VARIANTS[name][1]))
    service.engine = Scripted([Utterance(status=Status.NO_MATCH)])
    service.behaviours = lambda _: instead("translation.phrase", raw(path, body))
    response = await translate(hass, voice=VOICE)
    assert (response["text"], response["failures"], response["url"]) == ("", {}, None)


@pytest.mark.parametrize(
    ("dialect", "path", "body"),
    [
        (Dialect.PHRASE, *REAL["synth_end"]),
        (Dialect.PHRASE, *REAL["synth_end_synthesisend"]),
        (Dialect.PHRASE, "translation.synthesis.end", '{"SynthesisStatus": 0}'),
        (Dialect.PHRASE, "translation.synthesis.end", '{"SynthesisStatus": 1}'),
        (Dialect.RESPONSE, *REAL["audio_start_v2"]),
        (Dialect.RESPONSE, *REAL["audio_end_v2"]),
        (Dialect.RESPONSE, "audio.end", '{"SynthesisStatus": null, "Status": "synthesisend"}'),
    ],
)
async def test_a_voice_that_ends_is_whole(  # noqa: PLR0917 - three of them are fixtures, the rest a case
    hass: HomeAssistant,
    service: SpeechService,
    dialect: Dialect,
    path: str,
    body: str,
    caplog: pytest.LogCaptureFixture,
) -> None:
    service.dialect = dialect
    service.behaviours = lambda _: instead(path, raw(path, body))
    response = await translate(hass, voice=VOICE)
    assert response["failures"] == {}
    assert response["url"]
    await hass.async_block_till_done(wait_background_tasks=True)
    assert "is not whole" not in caplog.text


@pytest.mark.parametrize("first", ["speech.phrase", "translation.phrase"])
async def test_what_is_told_with_and_without_its_translation_is_one_phrase(
    hass: HomeAssistant, service: SpeechService, entry: ConfigEntry, first: str
) -> None:
    told = {
        "speech.phrase": raw("speech.phrase", json.dumps({**SUCCESS, "DisplayText": "Hello."})),
        "translation.phrase": raw(
            "translation.phrase", json.dumps({**SUCCESS, "Text": "hello", "Translations": TRANSLATED})
        ),
    }
    order = sorted(told, key=lambda path: path != first)
    service.behaviours = lambda _: instead("translation.phrase", *(told[path] for path in order))
    response = await translate(hass)
    assert (response["text"], response["translations"], response["failures"]) == ("hello", {"de": "hallo"}, {})
    assert len(response["segments"]) == 1
    assert (await hear(hass, entry))[1] == SpeechResult("hallo", SpeechResultState.SUCCESS)


def test_every_message_is_tried() -> None:
    voices = {"synth_end", "synth_end_synthesisend", "audio_start_v2", "audio_end_v2"}
    assert REAL.keys() == PHRASES.keys() | voices | {"v1_hypothesis", "v2_hypothesis"}
