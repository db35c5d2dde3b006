"""The page for developers: its example runs, and it tells of each field that there is."""

from collections.abc import Iterator
from pathlib import Path
import re
from typing import Any, Final

import pytest
from pytest_homeassistant_custom_component.typing import ClientSessionGenerator
import voluptuous as vol

from custom_components.azure_speech_live.captions.choices import CHOICES_SCHEMA
from custom_components.azure_speech_live.captions.request import TRANSLATE_SCHEMA
from custom_components.azure_speech_live.const import DOMAIN
from tests.speech_service.engines.scripted import Scripted, Utterance
from tests.speech_service.service import SpeechService

from ..action_calls import LIGHT, VOICE
from ..dashboards import Dashboard
from ..recordings import SPOKEN
from ..speech import pcm

PAGE: Final = (Path(__file__).parents[3] / "docs" / "websocket.md").read_text("utf-8")


def fields_of(kind: str) -> set[str]:
    """Return the fields that the page tells of an event."""
    (fields,) = re.findall(rf"^\| `{kind}` \| ([^|]*) \|", PAGE, re.MULTILINE)
    return set(re.findall(r"`(\w+)`", fields))


def names(schema: dict[Any, Any]) -> Iterator[str]:
    """Yield the fields of a schema."""
    for key in schema:
        yield str(key.schema if isinstance(key, vol.Marker) else key)


@pytest.mark.usefixtures("entry")
async def test_the_example_captions_a_file(
    hass_client_no_auth: ClientSessionGenerator, hass_access_token: str, capsys: pytest.CaptureFixture[str]
) -> None:
    (example,) = re.findall(r"^```python\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)
    namespace: dict[str, Any] = {"__name__": "example"}
    exec(compile(example, "docs/websocket.md", "exec"), namespace)  # noqa: S102 - it is ours
    client = await hass_client_no_auth()
    await namespace["captions"](str(client.make_url("")).rstrip("/"), hass_access_token, str(SPOKEN))
    assert f"   0.00 {LIGHT}\n" in capsys.readouterr().out


@pytest.mark.parametrize("field", sorted({*names(TRANSLATE_SCHEMA)}))
def test_each_field_of_the_commands_is_told_of(field: str) -> None:
    assert re.search(rf"^\| `{field}` \|", PAGE, re.MULTILINE)


@pytest.mark.parametrize("field", sorted({*names(CHOICES_SCHEMA)} - {"version"}))
def test_each_field_of_the_choices_is_told_of(field: str) -> None:
    assert f'"{field}"' in PAGE


@pytest.mark.usefixtures("entry")
@pytest.mark.parametrize("command", ["recognize", "translate"])
async def test_each_field_of_an_event_is_told_of(
    dashboard: Dashboard, hass_ws_client: Any, service: SpeechService, command: str
) -> None:
    service.engine = Scripted([Utterance(text="Hello.", end=1)])
    screen = Dashboard(await hass_ws_client())
    assert (await screen.ask(f"{DOMAIN}/watch", conversation="door"))["success"]
    more: dict[str, Any] = {"target_language": "de", "voices": {"de": VOICE}} if command == "translate" else {}
    await dashboard.begin(command, language="en-US", words=True, speakers=True, conversation="door", **more)
    await dashboard.speak(pcm(3))
    own = [dashboard.start, *await dashboard.events()]
    seen = [await screen.next(), *await screen.events()]
    assert {event["type"] for event in own} >= {"start", "hypothesis", "phrase", "end"}
    for event in (*own, *seen):
        assert event.keys() - {"type", "from"} <= fields_of(event["type"]), event
    assert all("from" in event for event in seen[1:])


@pytest.mark.usefixtures("entry")
async def test_each_choice_is_told_of(dashboard: Dashboard) -> None:
    choices = (await dashboard.ask(f"{DOMAIN}/choices"))["result"]
    for field in choices:
        assert re.search(rf"^\| `{field}` \|", PAGE, re.MULTILINE)
