"""What an app can ask for: languages, speakers, word times, voices, and going on behind an earlier session."""

from typing import Any

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant
import pytest
from pytest_homeassistant_custom_component.typing import WebSocketGenerator

from custom_components.azure_speech_live.const import CONF_CAPTIONS_FOR
from tests.speech_service.engines.scripted import Scripted, Utterance
from tests.speech_service.service import SpeechService

from ..dashboards import Dashboard, errors, of, user_dashboard
from ..recognizers import last_turn
from ..speech import RECOGNIZER, pcm
from ..voices import spoken

pytestmark = pytest.mark.usefixtures("entry")

SESSION = "0123456789abcdef0123456789abcdef"


async def test_words_have_times_also_where_one_of_two_languages_is_translated(dashboard: Dashboard) -> None:
    await dashboard.begin("translate", language=["en-US", "de-DE"], target_language="fr", words=True)
    await dashboard.speak(pcm(2))
    (phrase,) = of("phrase", await dashboard.events())
    assert [word["text"] for word in phrase["words"]] == ["turn", "on", "the", "kitchen", "light"]


async def test_speakers_and_words_are_asked_for(dashboard: Dashboard, service: SpeechService) -> None:
    await dashboard.begin("recognize", language="en-US", speakers=True, words=True)
    await dashboard.speak(pcm(1))
    (phrase,) = of("phrase", await dashboard.events())
    assert [word["text"] for word in phrase["words"]] == ["turn", "on", "the", "kitchen", "light"]
    detection = last_turn(service).context["phraseDetection"]
    assert detection["speakerDiarization"]["audioSessionId"] == dashboard.start["session"]
    assert detection["conversation"]["segmentation"]["segmentationForcedTimeoutMs"] == 20_000


async def test_without_them_nothing_of_the_kind_is_asked_for(dashboard: Dashboard, service: SpeechService) -> None:
    await dashboard.begin("recognize", language="en-US")
    await dashboard.speak(pcm(1))
    (phrase,) = of("phrase", await dashboard.events())
    assert "words" not in phrase
    assert "speakerDiarization" not in last_turn(service).context["phraseDetection"]


async def test_a_session_goes_on_behind_an_earlier_one(dashboard: Dashboard, service: SpeechService) -> None:
    service.engine = Scripted([Utterance(text="Hello.", start=0.5, end=1)])
    after = {"session": SESSION, "offset": 61.5}
    await dashboard.begin("recognize", language="en-US", speakers=True, after=after)
    assert dashboard.start["session"] == SESSION
    await dashboard.speak(pcm(2))
    (phrase,) = of("phrase", await dashboard.events())
    assert phrase["offset"] == 62
    speakers = last_turn(service).context["phraseDetection"]["speakerDiarization"]
    assert (speakers["audioSessionId"], speakers["audioOffsetMs"]) == (SESSION, 61_500)


@pytest.mark.parametrize(
    "wrong",
    [
        {"after": {"session": "x", "offset": 0}},
        {"after": {"session": SESSION, "offset": -1}},
        {"after": {"session": SESSION}},
        {"language": []},
        {"conversation": ""},
        {"source": {}},
        {"source": {"media": "http://a/b", "microphone": "assist_satellite.kitchen"}},
        {"source": {"player": "light.kitchen"}},
    ],
)
async def test_what_is_not_in_order_is_refused(dashboard: Dashboard, wrong: dict[str, Any]) -> None:
    assert (await dashboard.refused("recognize", **({"language": "en-US"} | wrong)))["code"] == "invalid_format"


async def test_a_language_is_needed(dashboard: Dashboard, caplog: pytest.LogCaptureFixture) -> None:
    assert (await dashboard.refused("recognize"))["code"] == "no_language"
    assert (await dashboard.refused("translate", language="en-US"))["code"] == "no_target_language"
    assert errors(caplog) == []


async def test_each_direction_has_its_voice_and_nothing_is_said_again(
    dashboard: Dashboard, service: SpeechService
) -> None:
    service.engine = Scripted(
        [
            Utterance(text="Hello.", end=0.9, language="en-US"),
            Utterance(text="Guten Tag.", start=1, end=1.9, language="de-DE"),
        ]
    )
    await dashboard.begin(
        "translate",
        language=["en-US", "de-DE"],
        target_language=["en", "de"],
        voices={"en": "en-US-JennyNeural", "de-DE": "de-DE-KatjaNeural"},
    )
    await dashboard.speak(pcm(3))
    events = await dashboard.events()
    ids = {phrase["language"]: phrase["id"] for phrase in of("phrase", events)}
    assert [(told["id"], told["language"], told["error"]) for told in of("synthesis", events)] == [
        (ids["en-US"], "de", None),
        (ids["de-DE"], "en", None),
    ]
    assert "synthesis" not in last_turn(service).context
    assert ["KatjaNeural" in turn.ssml for turn in spoken(service)] == [True, False]


async def test_captions_can_be_for_administrators_only(
    hass: HomeAssistant,
    entry: ConfigEntry,
    dashboard: Dashboard,
    hass_ws_client: WebSocketGenerator,
    caplog: pytest.LogCaptureFixture,
) -> None:
    guest = await user_dashboard(hass, hass_ws_client, {RECOGNIZER: True})
    await guest.begin("recognize", language="en-US")
    await guest.speak(pcm(1))
    await guest.events()
    hass.config_entries.async_update_entry(entry, options={CONF_CAPTIONS_FOR: "administrators"})
    await hass.async_block_till_done()
    for command in ("recognize", "translate"):
        target = {"target_language": "de"} if command == "translate" else {}
        assert (await guest.refused(command, language="en-US", **target))["code"] == "unauthorized"
    await dashboard.begin("recognize", language="en-US")
    assert errors(caplog) == []
