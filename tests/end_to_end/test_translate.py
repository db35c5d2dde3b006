"""Automations translate a recording and play it, in another language, on a speaker of the house."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import aclosing
from dataclasses import dataclass
from pathlib import Path
import re
import secrets
from typing import Any

from homeassistant.util.yaml import parse_yaml
import pytest
import pytest_asyncio

from .conftest import troubles
from .connection import Connection
from .home_assistant import HomeAssistant
from .microphone import BYTES_PER_SECOND, spoken
from .process import ROOT
from .stand_in import TRANSLATOR, stand_in
from .translation import ANNOUNCEMENT, SPEAKER, played, record_announcement

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.timeout(180)]

TEXT = "Dinner is ready in the kitchen."
SPANISH = "La cena está a punto en la cocina."
CATALAN = "El sopar és a punt en la cuina."

AUTOMATION = """
alias: Announce
triggers:
  - trigger: event
    event_type: recorded
actions:
  - action: azure_speech_live.translate
    data:
      media: "{{ trigger.event.data.path }}"
      language: en-US
      target_language: [es, ca]
      voice: es-ES-ElviraNeural
    response_variable: message
  - action: media_player.play_media
    target: {entity_id: media_player.speaker}
    data:
      media_content_id: "{{ message.media_content_id }}"
      media_content_type: music
      announce: true
  - event: announced
    event_data: {message: "{{ message }}"}
"""


def parse(text: str) -> dict[str, Any]:
    """Return a mapping in YAML."""
    mapping = parse_yaml(text)
    assert isinstance(mapping, dict)
    return mapping


@dataclass
class Speaking:
    """Home Assistant, with the integration added, and a recording in a folder that it may read."""

    home: HomeAssistant
    connection: Connection
    config: Path
    recording: Path

    async def run(self, automation: dict[str, Any], event: dict[str, Any]) -> dict[str, Any]:
        """Save `automation` as the user interface does, fire its event, return the data of its event "announced"."""
        (self.config / "speaker.wav").unlink(missing_ok=True)
        name = secrets.token_hex(4)
        async with aclosing(self.connection.subscribe("subscribe_events", event_type="announced")) as announced:
            done = asyncio.ensure_future(anext(announced))
            await self.home.post(f"/api/config/automation/config/{name}", json=automation)
            # Saving does not wait until the automation listens; this does.
            await self.connection.call("call_service", domain="automation", service="reload")
            await self.home.post(f"/api/events/{automation['triggers'][0]['event_type']}", json=event)
            async with asyncio.timeout(60):
                data: dict[str, Any] = (await done)["data"]
        await self.home.delete(f"/api/config/automation/config/{name}")
        return data


@pytest_asyncio.fixture(loop_scope="session")
async def speaking(home: HomeAssistant) -> AsyncIterator[Speaking]:
    """Add the integration for one test. Home Assistant's log shows no trouble."""
    before = len(await home.log())
    key = secrets.token_hex(16)
    async with stand_in(key=key, engines=TRANSLATOR) as (endpoint, service), home.connect() as connection:
        entry_id = (await home.add_integration(endpoint, key))["result"]["entry_id"]
        config = Path((await connection.call("get_config"))["config_dir"])
        yield Speaking(home, connection, config, record_announcement(config, spoken(ANNOUNCEMENT)))
        await home.remove_integration(entry_id)
    log = (await home.log())[before:]
    assert not troubles(log), "\n".join(service.lines)
    assert not any(key in line for line in log)


async def seconds_of_spanish() -> float:
    """Return how long espeak-ng speaks the Spanish announcement."""
    arguments = ("-v", "es-ES", "--stdout", SPANISH)
    process = await asyncio.create_subprocess_exec("espeak-ng", *arguments, stdout=asyncio.subprocess.PIPE)
    wav, _ = await process.communicate()
    return (len(wav) - 44) / (22050 * 2)


async def test_an_automation_translates_and_plays(speaking: Speaking) -> None:
    told = await speaking.run(parse(AUTOMATION), {"path": str(speaking.recording)})
    message = told["message"]
    assert message["text"] == TEXT
    assert message["language"] == "en-US"
    assert message["translations"] == {"es": SPANISH, "ca": CATALAN}
    assert message["failures"] == {}
    (segment,) = message["segments"]
    assert segment["translations"] == message["translations"]
    # All of it was heard, and nothing but it: MP3 adds less than two frames, of 72 ms at 16 kHz, at each end.
    assert len(played(speaking.config)) / BYTES_PER_SECOND == pytest.approx(await seconds_of_spanish(), abs=0.3)


async def test_the_automation_in_the_documentation(speaking: Speaking) -> None:
    page = (ROOT / "docs" / "actions.md").read_text()
    (example,) = re.findall(r"```yaml\n(# Grandmother.*?)```", page, re.DOTALL)
    # This house's speaker, and a language that Apertium knows.
    for theirs, ours in (
        ("media_player.grandmother", SPEAKER),
        ("de-DE-KatjaNeural", "es-ES-ElviraNeural"),
        ("target_language: de", "target_language: es"),
    ):
        assert theirs in example
        example = example.replace(theirs, ours)
    (automation,) = parse(example)["automation"]
    automation["actions"].append({"event": "announced", "event_data": {"message": "{{ message }}"}})
    told = await speaking.run(automation, {"event_type": "closed", "path": str(speaking.recording)})
    assert told["message"]["translations"] == {"es": SPANISH}
    assert len(played(speaking.config)) / BYTES_PER_SECOND == pytest.approx(await seconds_of_spanish(), abs=0.3)
