"""Every example in the documentation, and every blueprint, in a real Home Assistant.

Each does what it is meant for, and does nothing while the resource is reloaded or Home Assistant is restarted.
The house has what the examples name. One that is not here makes a test fail.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, aclosing
import json
from math import ceil
from pathlib import Path
import re
import secrets
import shutil
from typing import Any, Self
from urllib.parse import urlsplit

from homeassistant.util.yaml import parse_yaml
import pytest
import pytest_asyncio
import pytest_socket

from tests.microphone.sound import alsa

from .conftest import SILENCE, troubles
from .connection import HomeAssistantError
from .home_assistant import HomeAssistant
from .microphone import BYTES_PER_SECOND, record, spoken
from .process import ROOT, Process
from .stand_in import stand_in
from .translation import SPEAKER

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.timeout(180)]

SAID = "Turn on the kitchen light."
BLUEPRINTS = ROOT / "blueprints"
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]

# What a test has no time for.
SOONER = {
    r'(?<=for: )"00:\d\d:\d\d"': '"00:00:01"',
    r"(?<=above: )80": "10",
}

CONFIG = "/api/config/config_entries"
HOUSE = Path(__file__).parent / "documented"
RECORDING = "www/recording.wav"  # in a folder that is on the allow-list by itself
ASSISTANT: dict[str, Any] = {"entity_id": "select.kitchen_satellite_assistant"}
MEDIA = "media-source://media_source/local/"  # which is in another place where Home Assistant runs in a container
DOCUMENTED_RECORDINGS = ("dinner.m4a", "who_is_there.m4a")
# That the service is away, and at the debug level why it is: a traceback of an error has a line before it.
EXPECTED = re.compile("speech recognition failed|transcribe: No connection to the Speech service|^Traceback ")

ENTITIES = {
    "stt.azure_speech": "stt.",
    "sensor.azure_speech_westeurope_failures_this_month": "_failures_this_month",
    "sensor.azure_speech_westeurope_used_of_the_monthly_limit": "_used_of_the_monthly_limit",
    "select.kitchen_satellite_assistant": "select.kitchen_assistant",
}
"""Entities of the integration as the documentation calls them, and how they are known before they are renamed."""


# What an example does; all else that is called is Home Assistant's own affair, or ours.
def blocks() -> list[Any]:
    """Return the YAML in the documentation; what is there twice, once."""
    found: list[Any] = []
    for page in PAGES:
        for text in re.findall(r"```ya?ml\n(.*?)```", page.read_text("utf-8"), re.DOTALL):
            for later, sooner in SOONER.items():
                text = re.sub(later, sooner, text)  # noqa: PLW2901
            block = parse_yaml(text)
            if block not in found:
                found.append(block)
    return found


def package(block: dict[str, Any]) -> dict[str, Any]:
    """Return a block as a part of Home Assistant's configuration; an action alone becomes a script."""
    return {"script": {name(block): {"sequence": [block]}}} if "action" in block else block


def name(block: dict[str, Any]) -> str:
    """Return what an example is called here."""
    match block:
        case {"automation": [{"alias": str(alias)}]}:
            return alias
        case {"script": dict(scripts)} if len(scripts) == 1:
            return str(next(iter(scripts)))
        case {"action": str(action)}:
            return action.replace(".", "_")
        case {"text": str(), "segments": list()}:
            return "response"
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
    return {
        "automation": [
            {"alias": "ask_at_the_door", "use_blueprint": {"path": f"{folder}/ask_at_the_door.yaml", "input": door}}
        ],
        "script": {
            "relay_announcement": {"use_blueprint": {"path": f"{folder}/relay_announcement.yaml", "input": relay}}
        },
    }


class House:
    """Home Assistant with all examples in it, the Speech service, and what the examples have done."""

    def __init__(self, home: HomeAssistant, config: Path) -> None:
        self.home = home
        self.config = config
        self.recording = str(config / RECORDING)
        self.entry_id = ""
        self.log: list[str] = []
        """What was logged before a restart."""
        self._key = secrets.token_hex(16)
        self._port = 0
        self._service: Process
        self._services = AsyncExitStack()
        self._eyes = AsyncExitStack()
        self._seen: list[dict[str, Any]] = []
        self._states: dict[str, dict[str, Any]] = {}
        self._news = asyncio.Condition()

    async def __aenter__(self) -> Self:
        """Connect to Home Assistant, and take note of what is done there."""
        self.connection = await self._eyes.enter_async_context(self.home.connect())
        for event_type in ("state_changed", "call_service", "settled"):
            self._eyes.push_async_callback(end, asyncio.create_task(self._follow(event_type)))
        await asyncio.sleep(0)  # the subscriptions come before
        self._states = {state["entity_id"]: state for state in await self.connection.call("get_states")}
        return self

    async def __aexit__(self, *_: object) -> None:
        """Look no more, and end the service."""
        await self._eyes.aclose()
        await self._services.aclose()

    async def restart(self) -> None:
        """Restart Home Assistant."""
        self.log += await self.home.log()
        await self._eyes.aclose()
        await self.home.restart()
        await self.__aenter__()

    async def move_in(self) -> None:
        """Add the resource and what its examples need of it, by the names of the documentation."""
        self.entry_id = (await self.home.add_integration(await self.serve(), self._key))["result"]["entry_id"]
        flow = await self.home.post(f"{CONFIG}/options/flow", json={"handler": self.entry_id})
        limit = {"monthly_limit": 0.1, "pricing_tier": "unknown"}
        await self.home.post(f"{CONFIG}/options/flow/{flow['flow_id']}", json=limit)
        pipeline = await self.connection.create_pipeline(await self.connection.recognizer(self.entry_id))
        (made,) = [
            made
            for made in (await self.connection.call("assist_pipeline/pipeline/list"))["pipelines"]
            if made.pop("id") == pipeline
        ]
        for assistant in ("Azure", "Local"):
            await self.connection.call("assist_pipeline/pipeline/create", **made | {"name": assistant})
        for device in ("kitchen", "door"):
            form = await self.home.post(f"{CONFIG}/subentries/flow", json={"handler": [self.entry_id, "microphone"]})
            answers = {"name": device.title(), "device": device, "start": "button", "media_player": SPEAKER}
            await self.home.post(f"{CONFIG}/subentries/flow/{form['flow_id']}", json=answers)
            await self.state(f"assist_satellite.{device}", "idle".__eq__)
        for entity in await self.connection.call("config/entity_registry/list"):
            for documented, known in ENTITIES.items():
                if known in entity["entity_id"] and entity["config_entry_id"] == self.entry_id:
                    await self.connection.call(
                        "config/entity_registry/update", entity_id=entity["entity_id"], new_entity_id=documented
                    )

    async def _follow(self, event_type: str) -> None:
        async with aclosing(self.connection.subscribe("subscribe_events", event_type=event_type)) as events:
            async for event in events:
                async with self._news:
                    if event_type == "state_changed":
                        self._states[event["data"]["entity_id"]] = event["data"]["new_state"] or {"state": ""}
                    else:
                        self._seen.append(event)
                    self._news.notify_all()

    async def until(self, is_wanted: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
        """Return an event's data as soon as there is one that is wanted. It counts no more then."""
        async with asyncio.timeout(30), self._news:
            while not (found := next(filter(is_wanted, self._seen), None)):
                await self._news.wait()
            self._seen.remove(found)
            return dict(found["data"])

    async def done(self, action: str, **data: str) -> dict[str, Any]:
        """Wait until an action was called with this data, and perhaps more. Return all of it."""

        def is_wanted(event: dict[str, Any]) -> bool:
            return called(event) == action and data.items() <= flat(event["data"]["service_data"]).items()

        return dict((await self.until(is_wanted))["service_data"])

    async def state(self, entity_id: str, is_wanted: Callable[[str], bool]) -> str:
        """Wait until an entity is in a state, and return that."""
        async with asyncio.timeout(60), self._news:
            while not is_wanted(state := self._states.get(entity_id, {}).get("state", "")):
                await self._news.wait()
            return str(state)

    def triggered(self) -> dict[str, str]:
        """Return when each automation and each script did something last."""
        return {
            entity_id: state["attributes"]["last_triggered"]
            for entity_id, state in self._states.items()
            if entity_id.startswith(("automation.", "script.")) and entity_id != "automation.settled"
        }

    async def act(self, action: str, *, response: bool = False, **data: Any) -> Any:
        """Call an action, and wait for its end. Raises HomeAssistantError if it fails."""
        domain, service = action.split(".")
        answer = await self.connection.call(
            "call_service", domain=domain, service=service, service_data=data, return_response=response
        )
        await self.done(action)
        return answer.get("response")

    def forget(self) -> None:
        """Forget what has been done until now."""
        self._seen.clear()

    async def transcribe(self, recording: str) -> None:
        """Have a recording transcribed."""
        await self.act("azure_speech_live.transcribe", response=True, media=recording, language="en-US")

    async def file_closed(self, path: str) -> None:
        """Have a file written, as Home Assistant's folder watcher tells it."""
        await self.home.post("/api/events/folder_watcher", json={"event_type": "closed", "path": path})

    async def reload(self) -> None:
        """Reload all that an example waits for, and see everything come to rest."""
        await self.act("template.reload")
        await self.home.post(f"{CONFIG}/entry/{self.entry_id}/reload")
        await self.settled()

    async def settled(self) -> None:
        """Wait until the recognizer has been back for a while."""
        await self.until(lambda event: event["event_type"] == "settled")

    async def serve(self) -> str:
        """Start the Speech service. Return its address, which stays the same."""
        url, self._service = await self._services.enter_async_context(
            stand_in(key=self._key, port=self._port, engines=("--say", SAID))
        )
        self._port = urlsplit(url).port or 0
        return url

    async def stop_serving(self) -> None:
        """Stop the Speech service."""
        await self._service.stop()


async def end(task: asyncio.Task[None]) -> None:
    """End a task."""
    task.cancel()
    await asyncio.wait([task])


def called(event: dict[str, Any]) -> str:
    """Return the action that an event tells of, "" if it is of something else."""
    return f"{event['data']['domain']}.{event['data']['service']}" if event["event_type"] == "call_service" else ""


def flat(data: dict[str, Any]) -> dict[str, Any]:
    """Return an action's data with entities alone where there is but one."""
    return {key: value[0] if isinstance(value, list) and len(value) == 1 else str(value) for key, value in data.items()}


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
    await house.act("select.select_option", **ASSISTANT, option="Azure")
    await azure_goes(house)
    await house.done("select.select_option", **ASSISTANT, option="Local")
    await house.serve()
    await house.transcribe(house.recording)
    await house.done("select.select_option", **ASSISTANT, option="Azure")
    await house.settled()


async def azure_goes(house: House) -> None:
    """Stop the service, and use it in vain."""
    await house.stop_serving()
    with pytest.raises(HomeAssistantError):
        await house.transcribe(house.recording)
    await house.done("azure_speech_live.transcribe")
    told = await house.done("notify.persistent_notification", title="A voice command failed")
    assert told["message"].strip() == "cannot_connect"
    await house.state("stt.azure_speech", "unavailable".__eq__)


async def talk_to_the_kitchen(house: House) -> None:
    for _ in range(2):  # the first was never pressed before
        await house.home.post("/api/events/wall_switch", json={})
        await house.done("button.press", entity_id="button.kitchen_listen")
        await house.done("light.turn_on")
        await house.state("assist_satellite.kitchen", "idle".__eq__)


async def answer_in_the_language(house: House) -> None:
    await house.act("script.tts_speak")
    await house.done("tts.speak", entity_id="tts.english")
    await house.done("media_player.play_media", entity_id="media_player.kitchen")


async def translate_what_is_said(house: House) -> None:
    await house.act("script.azure_speech_live_translate")
    await house.done("azure_speech_live.translate", microphone="assist_satellite.kitchen")


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


async def ask_at_the_door(house: House) -> None:
    await house.home.post("/api/events/doorbell", json={})
    await house.done("azure_speech_live.translate")
    await house.done("assist_satellite.ask_question", entity_id="assist_satellite.door")
    await house.done("media_player.play_media")
    await house.done("persistent_notification.create", message=SAID)
    await house.done("azure_speech_live.translate")
    await house.done("assist_satellite.announce", entity_id="assist_satellite.door")
    await house.done("media_player.play_media")
    await house.state("automation.ask_at_the_door", "on".__eq__)


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
    "azure_speech_live_translate": translate_what_is_said,
    "response": response,
    "ask_at_the_door": ask_at_the_door,
    "relay_announcement": relay_announcement,
    "Local voice assistant while Azure is away": fall_back,
    "Voice commands fail": fall_back,
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
    sound = spoken(SAID)
    furnish(config, sound)
    microphones = alsa(tmp_path_factory.mktemp("sound"), kitchen=sound + SILENCE, door=sound + SILENCE)
    async with HomeAssistant.run(config, microphones) as home:
        async with House(home, config) as house:
            await house.move_in()
            yield house
            pytest_socket.enable_socket()
        log = house.log + await home.log()
    assert [line for line in troubles(log) if not EXPECTED.search(line)] == []


def furnish(config: Path, sound: bytes) -> None:
    """Fill the configuration's folder with what is not in every house of ours."""
    shutil.copytree(HOUSE, config, dirs_exist_ok=True)
    shutil.copytree(BLUEPRINTS, config / "blueprints")
    (config / RECORDING).parent.mkdir()
    record(sound, config / RECORDING)
    for documented in DOCUMENTED_RECORDINGS:
        shutil.copy(config / RECORDING, (config / RECORDING).with_name(documented))
    examples = [package(block) for block in blocks() if name(block) != "response"]
    for number, example in enumerate([*examples, blueprints(str(config / RECORDING))]):
        text = json.dumps(example).replace(MEDIA, f"{(config / RECORDING).parent}/")
        (config / "packages" / f"example_{number}.yaml").write_text(text)


@pytest.mark.parametrize("example", EXAMPLES)
async def test_an_example_does_what_it_is_meant_for(house: House, example: str) -> None:
    house.forget()
    await EXAMPLES[example](house)


async def test_nothing_is_done_over_a_reload_and_a_restart(house: House) -> None:
    """Commands have failed, and most of the limit is used: that is no news then. Only who fell back, comes back."""
    house.forget()
    await fall_back(house)
    await four_fifths_used(house)
    before = house.triggered()
    await house.reload()
    assert house.triggered() == before

    await azure_goes(house)
    await house.done("select.select_option", **ASSISTANT, option="Local")
    before = house.triggered()
    await house.restart()
    await house.serve()
    await house.reload()
    await house.done("select.select_option", **ASSISTANT, option="Azure")
    after = house.triggered()
    assert [example for example in after if after[example] != before[example]] == [
        "automation.local_voice_assistant_while_azure_is_away"
    ]
