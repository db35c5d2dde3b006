"""What Microsoft's service really says, from the socket to what a person gets: see ``service_messages``."""

from collections.abc import AsyncGenerator, Iterator
from contextlib import asynccontextmanager
from dataclasses import replace
import json
import re
from typing import Any, Final

from homeassistant.components.stt import SpeechResult, SpeechResultState
from homeassistant.config_entries import SOURCE_REAUTH, ConfigEntry
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError
import pytest

from custom_components.azure_speech_live.languages.choice import locales_of
from custom_components.azure_speech_live.resource.errors import FAILURE_KINDS
from tests.speech_service import Dialect
from tests.speech_service.engines import Status
from tests.speech_service.engines.scripted import Scripted, Utterance
from tests.speech_service.faults import After, Behaviour, Close, Fault
from tests.speech_service.real import REAL, Real
from tests.speech_service.service import SpeechService

from .action_calls import VOICE, call
from .availability import available, issues, said
from .forms import add_resource
from .recordings import SPOKEN
from .service_messages import COMMAND, DOCUMENT, EACH_TIME, ONCE, Gets, document
from .speech import RECOGNIZER, pcm, stream, transcribe
from .subentries import open_form, submit

ROWS: Final = [
    *(pytest.param(REAL[name], gets, None, id=name) for name, gets in EACH_TIME.items()),
    *(pytest.param(REAL[name], gets, 1, id=f"{name}, once") for name, gets in ONCE.items()),
]

SUCCESS: Final = {"RecognitionStatus": "Success", "Offset": 0, "Duration": 5000000}
GERMAN: Final = [{"Language": "de", "Text": "hallo"}]


class Person:
    """Somebody who uses the stand-in, by voice and by actions, always on a new connection."""

    def __init__(self, hass: HomeAssistant, service: SpeechService) -> None:
        """Use it; ``attempts`` counts how often it is asked for one thing."""
        self._hass = hass
        self._service = service
        self.attempts = 0

    async def furnishes(self, real: Real) -> ConfigEntry:
        """Add the resource, and a translator if it is about a translation."""
        self._hass.config.allowlist_external_dirs = {str(SPOKEN.parent)}
        self._service.engine = Scripted([Utterance(text=COMMAND, hypotheses=())])
        if real.path.startswith("audio."):
            self._service.dialect = Dialect.RESPONSE
        entry = await add_resource(self._hass, self._service)
        if real.translating:
            spoken, target = languages(real)
            form = await open_form(self._hass, entry, "translator")
            await submit(self._hass, form, name="Guests", languages=[spoken], target_language=target)
        return entry

    async def command(self, real: Real, times: int | None = None) -> tuple[list[str], SpeechResult]:
        """Speak to a recognizer, or to a translator, whose service says something. Return partial texts and result."""
        language, entity_id = "en-US", RECOGNIZER
        if real.translating:
            language, entity_id = locales_of(languages(real)[1])[0], "stt.guests"
        async with self._told(real, times):
            return await transcribe(self._hass, stream(pcm(1)), language, entity_id=entity_id)

    async def action(self, real: Real, times: int | None = None, **more: Any) -> dict[str, Any]:
        """Have the recording transcribed or translated. Return the response; raise HomeAssistantError."""
        spoken, target = languages(real)
        asked = {"media": str(SPOKEN), "language": spoken} | more
        if "DetectContinuous" in real.reason:
            asked["language"] = [spoken, "de-DE"]
        async with self._told(real, times):
            if not real.translating:
                return await call(self._hass, "transcribe", **asked)
            return await call(self._hass, "translate", **asked, target_language=target)

    @asynccontextmanager
    async def _told(self, real: Real, times: int | None) -> AsyncGenerator[None]:
        """Have the service say something to its next attempts, or to so many, and close the connection afterwards."""
        service = self._service
        await self._hass.async_block_till_done(wait_background_tasks=True)
        for connection in service.connections:  # that of a check is kept for the next command
            if not connection.closed:
                await connection.fail()
        first = len(service.attempts)
        behaviour = real.behaviour()
        done = (Fault(After("turn.end"), Close()),)
        service.behaviours = lambda attempt: (
            replace(behaviour, faults=behaviour.faults + done)
            if times is None or attempt < first + times
            else Behaviour(faults=done)
        )
        yield
        self.attempts = len(service.attempts) - first
        await service.until(lambda: all(connection.closed for connection in service.connections))


@pytest.fixture
def person(hass: HomeAssistant, service: SpeechService) -> Person:
    """Return somebody who uses the stand-in."""
    return Person(hass, service)


def languages(real: Real) -> tuple[str, str]:
    """Return what is spoken in a message, and what it is translated to."""
    return ("pl-PL", "en") if '"pl-PL"' in real.body else ("en-US", "de")


def voice(real: Real) -> dict[str, str]:
    """Return how to ask for a voice, if it is what a message is about."""
    return {"voice": VOICE} if real.path in {"translation.synthesis.end", "audio.start", "audio.end"} else {}


@pytest.mark.parametrize(("real", "gets", "times"), ROWS)
async def test_what_a_person_gets(  # noqa: PLR0917 - three of them are fixtures, the rest a row
    hass: HomeAssistant,
    person: Person,
    caplog: pytest.LogCaptureFixture,
    real: Real,
    gets: Gets,
    times: int | None,
) -> None:
    entry = await person.furnishes(real)
    caplog.clear()
    asked = "DetectContinuous" not in real.reason  # which no command asks for
    partials, result = await person.command(real, times if asked else 0)
    assert partials == ([gets.partial] if gets.partial else [])
    state = SpeechResultState.ERROR if gets.command is None else SpeechResultState.SUCCESS
    assert result == SpeechResult(gets.command, state)
    assert person.attempts == (gets.attempts if asked else 1)

    if gets.failure:
        with pytest.raises(HomeAssistantError) as caught:
            await person.action(real, times)
        assert caught.value.translation_key == f"action_{gets.failure}"
    else:
        response = await person.action(real, times, **voice(real))
        assert response["text"] == gets.response
        if real.translating:
            target = languages(real)[1]
            assert response["translations"] == {target: gets.command or ""}
            assert response["failures"] == ({target: gets.not_translated} if gets.not_translated else {})
            assert bool(response.get("url")) == bool(voice(real))
    assert person.attempts == gets.attempts

    await hass.async_block_till_done(wait_background_tasks=True)
    told = (re.sub(r" \(connection [0-9a-f]{32}\)$", "", text) for _, text in said(caplog))
    log = [text.partition(": ")[2].removeprefix("speech recognition failed: ") for text in told]
    assert log == ([gets.log] if gets.log else [])
    assert issues(hass, entry) == ({gets.repair} if gets.repair else set())
    assert bool(list(entry.async_get_active_flows(hass, {SOURCE_REAUTH}))) == gets.asks_for_key
    assert available(hass) == gets.available
    (sensor,) = (state for state in hass.states.async_all("sensor") if "key_refused" in state.attributes)
    counts = {kind: sensor.attributes[kind] for kind in FAILURE_KINDS}
    assert counts == dict.fromkeys(FAILURE_KINDS, 0) | ({gets.failure: 2} if gets.failure else {})


# --- others of the same kind


def phrases(real: Real) -> Iterator[str]:
    """Return bodies that say the same as a phrase's: in another order, with numbers for names and texts for numbers."""
    body = json.loads(real.body)
    statuses = [*Status]
    yield json.dumps(dict(reversed(body.items())))
    yield json.dumps(body | {"RecognitionStatus": statuses.index(body["RecognitionStatus"])})
    yield json.dumps(body | {"RecognitionStatus": str(statuses.index(body["RecognitionStatus"]))})
    yield json.dumps(body | {"RecognitionStatus": float(statuses.index(body["RecognitionStatus"]))})
    yield json.dumps(body | {"RecognitionStatus": body["RecognitionStatus"].upper()})
    yield json.dumps(body | {"RecognitionStatus": re.sub(r"(?<=[a-z])(?=[A-Z])", " ", body["RecognitionStatus"])})
    yield json.dumps({key: str(value) if isinstance(value, int) else value for key, value in body.items()})
    yield json.dumps(dict.fromkeys(("DisplayText", "Text", "NBest", "PrimaryLanguage", "Id")) | body)


def translated(path: str, body: dict[str, Any]) -> dict[str, str]:
    """Return what makes a translation of another."""
    return {"path": path, "body": json.dumps(body)}


def bodies(*texts: str) -> list[dict[str, Any]]:
    """Return what makes messages or refusals with other bodies of one."""
    return [{"body": text} for text in texts]


VARIANTS: Final[dict[str, list[dict[str, Any]]]] = {
    **{name: bodies(*phrases(real)) for name, real in REAL.items() if real.path == "speech.phrase"},
    "hypothesis_id": bodies(
        '{"Text": "open the garage"}',
        '{"Text": null, "DisplayText": "open the garage", "Offset": null}',
        '{"Text": "open the garage", "Offset": "15600000", "Duration": "?"}',
    ),
    "enddetected_empty": bodies("{}", '{"Offset": null}', '{"Offset": "15600000"}', "null", "[]", "?"),
    "keyword": bodies("", '{"Status": "Rejected"}', '{"Status": null, "Text": null}', "?"),
    "turn_start_tag": bodies("", "{}", '{"context": null}', '{"context": {"serviceTag": 5}}', "?"),
    "turn_end_empty": bodies("{}", "null", '{"reason": "unknown"}', "?"),
    "v1_phrase": [
        translated(
            "translation.phrase",
            SUCCESS | {"Text": "", "Translations": [{"Language": "de", "Text": "Sag mir die Nachrichten."}]},
        ),
    ],
    "v2_phrase_no_status": [
        translated(
            "translation.phrase",
            SUCCESS | {"Text": "hello", "Translation": {"TranslationStatus": 0, "Translations": GERMAN}},
        ),
        translated(
            "translation.phrase",
            SUCCESS | {"Text": "hello", "TranslationStatus": "Success", "Translation": {"Translations": GERMAN}},
        ),
        translated(
            "translation.phrase",
            SUCCESS | {"Text": "hello", "Translation": None, "Translations": GERMAN, "Extensions": {}},
        ),
        translated(
            "translation.phrase",
            SUCCESS
            | {
                "Text": "hello",
                "Translation": {"TranslationStatus": "success", "Translations": [{"Language": "DE", "Text": "hallo"}]},
            },
        ),
        translated(
            "translation.response",
            {
                "SpeechPhrase": SUCCESS | {"DisplayText": "hello"},
                "Translations": [{"Language": "de", "Text": None, "DisplayText": "hallo"}],
            },
        ),
    ],
    "v1_silence_is_success": [
        translated(
            "translation.response",
            {
                "SpeechPhrase": SUCCESS | {"Duration": 0, "DisplayText": ""},
                "TranslationStatus": "Success",
                "Translations": [],
            },
        ),
        translated("speech.phrase", SUCCESS | {"DisplayText": ""}),
        translated("translation.phrase", {"RecognitionStatus": "NoMatch", "Translation": None}),
    ],
    "empty_translation_entry": [
        translated("speech.phrase", SUCCESS | {"DisplayText": "Hm."}),
        translated("translation.phrase", SUCCESS | {"Text": "Hm.", "Translation": None}),
        translated("translation.phrase", SUCCESS | {"Text": "Hm.", "Translations": None}),
        translated("translation.phrase", SUCCESS | {"Text": "Hm.", "Translations": [{"Language": "de", "Text": ""}]}),
        translated("translation.phrase", SUCCESS | {"Text": "Hm.", "Translation": {"Translations": [None, 5, {}]}}),
    ],
    "synth_end": bodies('{"SynthesisStatus": 0}', '{"SynthesisStatus": "success", "FailureReason": ""}'),
    "synth_end_synthesisend": bodies('{"SynthesisStatus": 1}', '{"SynthesisStatus": "synthesisEnd"}'),
    "audio_start_v2": bodies("", "{}", '{"TranslationLanguage": null}'),
    "audio_end_v2": bodies('{"SynthesisStatus": "Success"}', '{"SynthesisStatus": null, "Status": "synthesisend"}'),
    "throttled_1007": [
        {"reason": "TooManyRequests"},
        {"reason": "Number of parallel requests exceeded."},
        {"reason": "Error: too-many-requests"},
        {"reason": "Maximum number of concurrent sessions reached"},
        {"reason": "Rate limit is exceeded. Try again in 1 seconds."},
        {"reason": "throttled", "code": 1013},
    ],
    "throttled_4429": [{"reason": ""}, {"code": 1007}],
    "too_many": [
        {"body": "Rate limit is exceeded. Try again in 1 seconds."},
        {"status": 403, "body": '{"error": {"code": "429", "message": "Too many concurrent requests"}}'},
        {"status": 503, "body": "Too many requests"},
    ],
    "quota": [{"reason": "Quota exceeded. Cid: 0123"}, {"reason": "QUOTA EXCEEDED", "code": 1008}],
    "idle_timeout": [{"reason": ""}, {"reason": "Idle timeout", "code": 1001}],
    "idle": [{"reason": "Exceeded maximum websocket connection idle duration(> 180000ms)"}],
    "locale": [
        {"reason": "unsupported language: xx-XX."},
        {"reason": "Invalid CID or language"},
        {"reason": "The locale is not supported"},
    ],
    "shutting_down": [{"code": 1013, "reason": "Try again later"}, {"code": 4503, "reason": ""}],
    "internal": [{"reason": ""}, {"code": 4500}],
    "context": [{"code": 1002}, {"code": 4000, "reason": ""}],
    "bad_language_or_cid": bodies(
        "Invalid CID or language.", '{"error": {"code": "BadRequest", "message": "Unsupported locale."}}'
    ),
    "bad_key": bodies("Access denied", '{"error": {"code": "401", "message": "Access denied due to invalid key"}}'),
    "forbidden": bodies("Access denied", "<h1>403</h1><p>Not of your quota</p>"),
    "quota_403": [
        {"status": 401},
        {"status": 429},
        {"body": '{"error":{"code":"403","Message":"Out of call volume quota."}}'},
        {"body": "You have exceeded your subscription's usage Quota"},
    ],
    "not_found": [{"body": "Resource not found"}, {"status": 410}],
    "outage_page": [{"status": 503}, {"status": 404}],
}
"""Others of the same kind, by what differs: what comes of them is the same, but for the words in the log."""


@pytest.mark.parametrize("name", VARIANTS)
async def test_others_of_the_same_kind(hass: HomeAssistant, person: Person, name: str) -> None:
    gets, times = (EACH_TIME[name], None) if name in EACH_TIME else (ONCE[name], 1)
    entry = await person.furnishes(REAL[name])
    for changed in VARIANTS[name]:
        real = replace(REAL[name], **changed)
        if voice(real):
            response = await person.action(real, times, **voice(real))
            assert (response["failures"], bool(response["url"])) == ({}, True), changed
        else:
            partials, result = await person.command(real, times)
            assert (partials, result.text) == ([gets.partial] if gets.partial else [], gets.command), changed
        assert person.attempts >= gets.attempts, changed
        await hass.async_block_till_done(wait_background_tasks=True)
        assert issues(hass, entry) == ({gets.repair} if gets.repair else set()), changed
        assert bool(list(entry.async_get_active_flows(hass, {SOURCE_REAUTH}))) == gets.asks_for_key, changed
        assert available(hass) == gets.available, changed


# --- what depends on more than the message


async def test_what_was_heard_is_not_silence(person: Person, service: SpeechService) -> None:
    silence = [real for real in REAL.values() if "InitialSilenceTimeout" in real.body]
    assert len(silence) == 3
    await person.furnishes(silence[0])
    service.engine = Scripted([Utterance(text=COMMAND, hypotheses=[(0.3, "no")])])
    for real in silence:
        assert (await person.command(real))[1] == SpeechResult("no", SpeechResultState.SUCCESS), real.name


async def test_a_close_between_two_commands_costs_nothing(
    hass: HomeAssistant, person: Person, service: SpeechService, caplog: pytest.LogCaptureFixture
) -> None:
    closes = [real for real in REAL.values() if real.kind == "close"]
    await person.furnishes(closes[0])
    caplog.clear()
    before = len(service.connections)
    for real in closes:
        behaviour = real.behaviour(After("turn.end"))
        service.behaviours = lambda _, behaviour=behaviour: behaviour
        result = (await transcribe(hass, stream(pcm(1))))[1]
        assert result == SpeechResult(COMMAND, SpeechResultState.SUCCESS), real.name
        await service.until(lambda: service.connections[-1].closed)
    assert len(service.connections) == before + len(closes)
    assert said(caplog) == []


async def test_the_language_is_written_as_it_was_asked_for(person: Person) -> None:
    real = REAL["lid_lowercase_locale"]
    await person.furnishes(real)
    for written in ("de-de", "de_DE", "DE-DE", "de"):
        other = replace(real, body=real.body.replace("de-de", written))
        response = await person.action(other, language=["en-US", "de-DE"])
        assert (response["text"], response["language"]) == ("Hallo.", "de-DE"), written


async def test_silence_has_no_voice_that_could_fail(person: Person, service: SpeechService) -> None:
    real = REAL["v1_silence_is_success"]
    await person.furnishes(real)
    service.engine = Scripted([Utterance(status=Status.NO_MATCH)])
    for changed in ({}, *VARIANTS[real.name]):
        response = await person.action(replace(real, **changed), voice=VOICE)
        assert (response["text"], response["failures"], response["url"]) == ("", {}, None), changed


# --- the table


def test_no_message_is_left_out() -> None:
    assert len(REAL) == 50
    assert EACH_TIME.keys() | ONCE.keys() == REAL.keys()


def test_the_page_is_up_to_date() -> None:
    assert DOCUMENT.read_text(encoding="utf-8") == document(), "run: python -m tests.integration.service_messages"
