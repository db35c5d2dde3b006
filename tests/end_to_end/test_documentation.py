"""Every example in the documentation, and every blueprint, in a real Home Assistant.

Each does what it is meant for, and does nothing while the resource is reloaded or Home Assistant is restarted.
The house has what the examples name. One that is not here makes a test fail.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
import json
from math import ceil
import re
import shutil
from typing import Any

from homeassistant.util.yaml import parse_yaml
import pytest
import pytest_asyncio
import pytest_socket

from tests.microphone.sound import alsa

from .conftest import SILENCE, troubles
from .connection import HomeAssistantError
from .documented_house import RECORDING, SAID, House, furnish
from .home_assistant import HomeAssistant
from .microphone import BYTES_PER_SECOND, record, spoken
from .process import ROOT

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.timeout(180)]

DOMAINS = "assist_satellite|button|event|light|media_player|scene|select|sensor|stt|switch|tts"
BLUEPRINTS = ROOT / "blueprints"
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]

ASSISTANT: dict[str, Any] = {"entity_id": "select.kitchen_satellite_assistant"}
# That the service is away, and at the debug level why it is: a traceback of an error has a line before it.
EXPECTED = re.compile("speech recognition failed|transcribe: No connection to the Speech service|^Traceback ")


def blocks() -> list[Any]:
    """Return the YAML in the documentation; what is there twice, once."""
    found: list[Any] = []
    for page in PAGES:
        for text in re.findall(r"```ya?ml\n(.*?)```", page.read_text("utf-8"), re.DOTALL):
            block = parse_yaml(sooner(text))
            if block not in found:
                found.append(block)
    return found


def sooner(text: str) -> str:
    """Return an example that takes no longer than a test has time."""
    return re.sub(r"(?<=above: )80", "10", re.sub(r'(?<=for: )"00:\d\d:\d\d"', '"00:00:01"', text))


def package(block: Any) -> dict[str, Any]:
    """Return a block as a part of Home Assistant's configuration; actions alone become a script."""
    alone = isinstance(block, list) or "action" in block
    return {"script": {name(block): {"sequence": block}}} if alone else block


def name(block: Any) -> str:
    """Return what an example is called here."""
    match block:
        case {"automation": [{"alias": str(alias)}]}:
            return alias
        case {"script": dict(scripts)} if len(scripts) == 1:
            return str(next(iter(scripts)))
        case {"action": str(action)} | [{"action": str(action)}, *_]:
            return action.replace(".", "_")
        case {"text": str(), "segments": list()}:
            return "response"
        case {"speakers": [{"speaker": str()}, *_]}:
            return "speakers"
    pytest.fail(f"no test knows how to use this example: {block}")


def blueprints(recording: str) -> dict[str, Any]:
    """Return an automation and a script that are made from the blueprints."""
    folder = "azure_speech_live"
    door = {
        "doorbell": "event.doorbell",
        "satellite": "assist_satellite.door",
        "visitor_language": "pl",
        "voice": "pl-PL-AgnieszkaNeural",
        "question": recording,
        "answer": recording,
    }
    relay = {
        "translations": [
            {"language": "de", "voice": "de-DE-KatjaNeural", "speakers": ["media_player.grandmother"]},
            {"language": "fr", "voice": "fr-FR-DeniseNeural", "speakers": ["media_player.guest_room"]},
        ]
    }
    spoken = {
        "sentences": ["see you later", "bis später"],
        "answers": [
            {"language": "en-US", "answer": "See you later!"},
            {"language": "de-DE", "answer": "Bis später!"},
        ],
        "recognizer": "stt.azure_speech",
        "voice": "tts.azure_speech_voice",
        "player": "media_player.kitchen",
    }
    automations = {"ask_at_the_door": door, "answer_in_the_spoken_language": spoken}
    return {
        "automation": [
            {"alias": alias, "use_blueprint": {"path": f"{folder}/{alias}.yaml", "input": given}}
            for alias, given in automations.items()
        ],
        "script": {
            "relay_announcement": {"use_blueprint": {"path": f"{folder}/relay_announcement.yaml", "input": relay}}
        },
    }


# --- what each example is meant for


async def tell_grandmother(house: House) -> None:
    await house.file_closed(house.recording)
    await house.done("azure_speech_live.translate", media=house.recording)
    await house.done("media_player.play_media", entity_id="media_player.grandmother", media_content_type="music")


async def call_to_dinner(house: House) -> None:
    await house.act("script.dinner")
    await house.done("azure_speech_live.translate", target_language="fr")
    await house.done("media_player.play_media", entity_id="media_player.guest_room")


async def voice_message(house: House) -> None:
    message = house.config / "www" / "voicemail" / "message.wav"
    message.parent.mkdir(exist_ok=True)
    shutil.copy(house.recording, message)
    await house.file_closed(str(message))
    await house.done("azure_speech_live.transcribe", media=str(message))
    await house.done("notify.persistent_notification", title="A message (en-US)", message=SAID)
    await house.done("azure_speech_live.translate")  # for grandmother, who is told of every recording
    await house.done("media_player.play_media")


async def ask_the_visitor(house: House) -> None:
    await house.act("script.ask_the_visitor")
    await house.done("azure_speech_live.translate", target_language="pl")
    await house.done("assist_satellite.ask_question", entity_id="assist_satellite.door")
    await house.done("media_player.play_media")
    await house.done("notify.persistent_notification", message=f"At the door: {SAID}")


async def good_night(house: House) -> None:
    answer = await house.home.post("/api/conversation/process", json={"text": "gute Nacht", "language": "en"})
    assert answer["response"]["speech"]["plain"]["speech"] == "Good night!"
    await house.done("scene.turn_on", entity_id="scene.night")


async def four_fifths_used(house: House) -> None:
    """As it were: a tenth here."""
    used = float(await house.state("sensor.azure_speech_westeurope_used_of_the_monthly_limit", str.isprintable))
    if used > 10:
        return
    long = house.config / "www" / "long.wav"
    record(bytes(10 * BYTES_PER_SECOND), long)
    await asyncio.gather(*(house.transcribe(str(long)) for _ in range(ceil((10.5 - used) * 3.6 / 10))))
    told = await house.done("notify.persistent_notification")
    assert re.match(r"1\d % of the month's limit is used", told["message"])


async def fall_back(house: House) -> None:
    await azure_goes(house)
    await house.serve()
    await house.transcribe(house.recording)
    await house.done("select.select_option", **ASSISTANT, option="Azure")
    await house.settled()


async def azure_goes(house: House) -> None:
    """Stop the service, and use it in vain."""
    await house.act("select.select_option", **ASSISTANT, option="Azure")
    await house.stop_serving()
    with pytest.raises(HomeAssistantError):
        await house.transcribe(house.recording)
    await house.done("azure_speech_live.transcribe")
    told = await house.done("notify.persistent_notification", title="A command or an answer failed")
    assert told["message"].strip() == "cannot_connect"
    await house.done("select.select_option", **ASSISTANT, option="Local")


async def talk_to_the_kitchen(house: House) -> None:
    for _ in range(2):  # the first was never pressed before
        await house.home.post("/api/events/wall_switch", json={})
        await house.done("button.press", entity_id="button.kitchen_listen")
        await house.done("light.turn_on")
        await house.state("assist_satellite.kitchen", "idle".__eq__)


async def answer_in_the_language(house: House) -> None:
    await house.act("script.tts_speak")
    await house.done("tts.speak", entity_id="tts.azure_speech_voice", language="en-US")
    await house.done("media_player.play_media", entity_id="media_player.kitchen")


async def announce(house: House) -> None:
    await house.act("script.the_washing_machine_is_done")
    await house.done("tts.speak", entity_id="tts.azure_speech_voice")
    await house.done("media_player.play_media", entity_id="media_player.kitchen")


async def translate_what_is_said(house: House) -> None:
    await house.act("script.azure_speech_live_translate")
    await house.done("azure_speech_live.translate", microphone="assist_satellite.kitchen")


async def what_is_said_at_the_door(house: House) -> None:
    """As it were: the house has no camera, but a recording."""
    await house.act("script.azure_speech_live_transcribe")
    await house.done("azure_speech_live.transcribe", duration="20")


async def response(house: House) -> None:
    (documented,) = [block for block in blocks() if name(block) == "response"]
    given = await house.act(
        "azure_speech_live.translate",
        response=True,
        media=house.recording,
        language="en-US",
        target_language=["de", "fr"],
        voice="de-DE-KatjaNeural",
    )
    assert given.keys() == documented.keys()
    assert given["segments"][0].keys() == documented["segments"][0].keys()
    assert given["translations"].keys() == documented["translations"].keys()
    assert given["failures"] == documented["failures"]


async def speakers(house: House) -> None:
    (documented,) = [block for block in blocks() if name(block) == "speakers"]
    given = await house.act(
        "azure_speech_live.transcribe", response=True, media=house.recording, language="en-US", speakers=True
    )
    assert given["speakers"][0].keys() == documented["speakers"][0].keys()


async def subtitles(house: House) -> None:
    """As it were: the film has no picture."""
    film = house.config / "www" / "talk.mp4"
    shutil.copy(house.recording, film)
    await house.file_closed(str(film))
    await house.done("azure_speech_live.translate", media=str(film), filename=str(film.with_suffix(".srt")))
    await house.done("media_player.play_media")  # for grandmother, who is told of every recording
    while not film.with_suffix(".de.srt").exists():  # noqa: ASYNC110 - another process writes it
        await asyncio.sleep(0.05)
    assert SAID in film.with_suffix(".srt").read_text("utf-8")


async def ask_at_the_door(house: House) -> None:
    await house.home.post("/api/events/doorbell", json={})
    await house.done("azure_speech_live.translate")
    await house.done("assist_satellite.ask_question", entity_id="assist_satellite.door")
    await house.done("media_player.play_media")
    await house.done("persistent_notification.create", message=SAID)
    await house.done("azure_speech_live.translate")
    await house.done("assist_satellite.announce", entity_id="assist_satellite.door")
    await house.done("media_player.play_media")


async def answer_in_the_spoken_language(house: House) -> None:
    """As it were: it is typed, so that nobody has spoken another language."""
    await house.home.post("/api/conversation/process", json={"text": "bis später", "language": "en"})
    await house.done("tts.speak", language="en-US", message="See you later!")
    await house.done("media_player.play_media", entity_id="media_player.kitchen")


async def relay_announcement(house: House) -> None:
    await house.act("script.relay_announcement", recording=house.recording)
    for speaker in ("media_player.grandmother", "media_player.guest_room"):
        await house.done("azure_speech_live.translate", media=house.recording)
        await house.done("media_player.play_media", entity_id=speaker)


EXAMPLES: dict[str, Callable[[House], Awaitable[None]]] = {
    "Speech, four fifths used": four_fifths_used,
    "Tell grandmother": tell_grandmother,
    "dinner": call_to_dinner,
    "Voice message": voice_message,
    "ask_the_visitor": ask_the_visitor,
    "Good night, in the right language": good_night,
    "Talk to the kitchen": talk_to_the_kitchen,
    "tts_speak": answer_in_the_language,
    "the_washing_machine_is_done": announce,
    "azure_speech_live_translate": translate_what_is_said,
    "azure_speech_live_transcribe": what_is_said_at_the_door,
    "response": response,
    "speakers": speakers,
    "Subtitles": subtitles,
    "ask_at_the_door": ask_at_the_door,
    "answer_in_the_spoken_language": answer_in_the_spoken_language,
    "relay_announcement": relay_announcement,
    "Local voice assistant while Azure is away": fall_back,
    "Commands or answers fail": fall_back,
}


async def test_every_example_is_known() -> None:
    made_here = {path.stem for path in BLUEPRINTS.glob("*/*/*.yaml")}
    assert {name(block) for block in blocks()} | made_here == EXAMPLES.keys()
    assert all(f"/{blueprint}.yaml" in json.dumps(blueprints("")) for blueprint in made_here)


# --- the house


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def house(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[House]:
    """Furnish a house with all examples in its configuration, and with microphones in its kitchen and at its door."""
    pytest_socket.enable_socket()  # `loopback_sockets` comes with each test, and so too late for this
    config = tmp_path_factory.mktemp("documented")
    examples = [package(block) for block in blocks() if name(block) not in ("response", "speakers")]
    furnish(config, [*examples, blueprints(str(config / RECORDING))])
    sound = spoken(SAID) + SILENCE
    microphones = alsa(tmp_path_factory.mktemp("sound"), kitchen=sound, door=sound)
    async with HomeAssistant.run(config, microphones) as home:
        async with House(home, config) as house:
            await house.move_in()
            yield house
            pytest_socket.enable_socket()
        log = house.log + await home.log()
    assert [line for line in troubles(log) if not EXPECTED.search(line)] == []


async def test_the_house_has_what_the_examples_name(house: House) -> None:
    text = re.sub(r'"action": "[^"]*"', "", json.dumps(blocks()))
    named = set(re.findall(rf"(?<![.\w])(?:{DOMAINS})\.\w+", text))
    assert {"stt.azure_speech", "tts.azure_speech_voice", "scene.night"} < named
    assert named - house.states() == set()


@pytest.mark.parametrize("example", dict.fromkeys(EXAMPLES.values()), ids=lambda example: example.__name__)
async def test_an_example_does_what_it_is_meant_for(house: House, example: Callable[[House], Awaitable[None]]) -> None:
    house.forget()
    await example(house)


async def test_nothing_is_done_over_a_reload_and_a_restart(house: House) -> None:
    """Commands have failed, and most of the limit is used: that is no news then. Only who fell back, comes back."""
    house.forget()
    await four_fifths_used(house)
    before = house.triggered()
    await house.reload()
    assert house.triggered() == before

    await azure_goes(house)
    before = house.triggered()
    await house.restart()
    await house.serve()
    await house.reload()
    await house.done("select.select_option", **ASSISTANT, option="Azure")
    after = house.triggered()
    assert [example for example in after if after[example] != before[example]] == [
        "automation.local_voice_assistant_while_azure_is_away"
    ]
