"""What a client says in one scenario, as plain facts that can be compared: Microsoft's SDKs as recorded, and ours.

The recordings (recordings/*.jsonl, one line for each upgrade request and message) are of Microsoft's native SDK 1.53
(through its Python package) and JavaScript SDK 1.52, speaking to a local server with a made-up key. Of each request's
audio they keep the header, two messages and the end.
"""

from base64 import b64decode
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import groupby
import json
from pathlib import Path
import re
from typing import Any, Final
from urllib.parse import parse_qsl, urlsplit

RECORDINGS: Final = Path(__file__).parent / "recordings"

_WEBSOCKET_HEADERS: Final = re.compile(r"upgrade|connection|sec-websocket-(key|version)|host")
"""What every WebSocket client sends; the host is a fact of its own."""
_SHAPES: Final = {
    "<id>": re.compile(r"[0-9a-f]{32}"),
    "<time>": re.compile(r"\d{4}-\d\d-\d\dt\d\d:\d\d:\d\d\.\d{3}z"),
    "bearer <token>": re.compile(r"bearer \S+"),
    "<guid>": re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"),
}

type Facts = Mapping[str, str]
"""By the name of what was said ("speech.context.phrasedetection.mode"): what, in lower case."""


@dataclass(frozen=True, slots=True)
class Upgrade:
    """A request for a WebSocket."""

    target: str
    headers: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Said:
    """A message."""

    headers: Mapping[str, str]
    body: str | bytes
    """Of audio that is no header, as many zeros as it has bytes."""

    @property
    def kind(self) -> str:
        """Its path, and of audio which part of it."""
        path = self.headers["path"]
        if isinstance(self.body, str):
            return path
        return f"{path} (header)" if self.body.startswith(b"RIFF") else path if self.body else f"{path} (end)"


def read(scenario: str, sdk: str) -> list[Upgrade | Said]:
    """Return what an SDK said in a scenario."""
    lines = (RECORDINGS / f"{scenario}.{sdk}.jsonl").read_text().splitlines()
    return [_entry(json.loads(line)) for line in lines]


def _entry(line: dict[str, Any]) -> Upgrade | Said:
    headers = lower(line["headers"])
    if line["type"] == "upgrade":
        return Upgrade(line["path"], headers)
    if line["type"] == "text":
        return Said(headers, line["body"])
    return Said(headers, b64decode(line["body_b64"]) if "body_b64" in line else bytes(line["size"]))


def lower(headers: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Return headers by their lower-case names."""
    return {name.lower(): value.strip() for name, value in headers}


def facts(conversation: Iterable[Upgrade | Said]) -> Facts:
    """Return the facts of a conversation. What is said more than once with different values has all of them."""
    entries = list(conversation)
    values: dict[str, set[str]] = {}
    for entry in entries:
        for name, value in _facts_of(entry):
            values.setdefault(name, set()).add(value)
    kinds = ["upgrade" if isinstance(entry, Upgrade) else entry.kind for entry in entries]
    kinds = [kind for kind in kinds if kind != "audio"]  # the recordings do not have all of it
    said = {name: ", ".join(sorted(every)) for name, every in values.items()}
    said["order"] = ", ".join(kind for kind, _ in groupby(kinds))
    said["upgrades"] = str(kinds.count("upgrade"))
    connections = {entry.headers["x-connectionid"] for entry in entries if isinstance(entry, Upgrade)}
    said["connection ids"] = str(len(connections))
    contexts = [entry for entry in entries if isinstance(entry, Said) and entry.kind == "speech.context"]
    turns = {entry.headers["x-requestid"] for entry in contexts}
    said["request ids"] = "one for each speech.context" if len(turns) == len(contexts) else "shared"
    return said


def _facts_of(entry: Upgrade | Said) -> Iterator[tuple[str, str]]:
    if isinstance(entry, Upgrade):
        target = urlsplit(entry.target)
        yield "upgrade.path", target.path
        host = urlsplit(f"//{entry.headers['host']}").hostname
        yield "upgrade.host", "<local>" if host == "127.0.0.1" else str(host)
        yield from ((f"upgrade.query.{name}", _shape(value)) for name, value in parse_qsl(target.query))
        own = {name: value for name, value in entry.headers.items() if not _WEBSOCKET_HEADERS.fullmatch(name)}
        yield from ((f"upgrade.header.{name}", _shape(value)) for name, value in own.items())
        yield "upgrade.headers", ", ".join(own)
        return
    yield f"{entry.kind}.headers", ", ".join(entry.headers)
    for name, value in entry.headers.items():
        yield f"{entry.kind}.header.{name}", _shape(value)
    if isinstance(entry.body, bytes):
        yield f"{entry.kind}.body", entry.body.hex() if entry.body.startswith(b"RIFF") else f"{len(entry.body)} bytes"
    elif entry.kind == "telemetry":
        yield from _telemetry(json.loads(entry.body))
    else:
        yield from _leaves(entry.kind, json.loads(entry.body))


def _telemetry(body: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield the shape of telemetry, whose values depend on the service."""
    if "ReceivedMessages" in body:
        received = body["ReceivedMessages"]
        yield "telemetry.receivedmessages", "list" if isinstance(received, list) else "object"
        for messages in received if isinstance(received, list) else [received]:
            yield from ((f"telemetry.receivedmessages.{path}", _shape(times[0])) for path, times in messages.items())
    for metric in body.get("Metrics", ()):
        name = metric.get("Name", "")
        for key, value in metric.items():
            if key != "Name":
                yield ".".join(filter(None, ("telemetry.metrics", name, key))).lower(), _shape(value)


def _leaves(name: str, value: object) -> Iterator[tuple[str, str]]:
    """Yield the values in a JSON document by their paths. Case means nothing to the service."""
    match value:
        case dict():
            for key, item in value.items():
                yield from _leaves(f"{name}.{key.lower()}", item)
        case list():
            for index, item in enumerate(value):
                yield from _leaves(f"{name}.{index}", item)
        case str() if name.endswith(".text"):
            yield name, value
        case _:
            yield name, _shape(value)


def _shape(value: object) -> str:
    """Return a value as it can be compared: whole numbers as strings, ids and times by their form."""
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    text = str(value).lower()
    return next((shape for shape, pattern in _SHAPES.items() if pattern.fullmatch(text)), text)
