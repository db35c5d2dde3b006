"""Upgrade requests: the record of them, what they say, and how they are answered."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from http import HTTPStatus
import re
from typing import Final
from urllib.parse import parse_qsl, urlsplit
from uuid import uuid4

from websockets import Headers, Request, Response
from websockets.asyncio.server import ServerConnection
from websockets.typing import Subprotocol

from . import translator_speech

_CONNECTION_ID: Final = re.compile(r"[0-9a-fA-F]{32}|[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
_SUBPROTOCOL: Final = Subprotocol("USP")


@dataclass(eq=False)
class Attempt:
    """An upgrade request that came, and the status that it got (None: none yet, or the connection was ended)."""

    path: str
    query: dict[str, str]
    headers: Headers
    status: int | None = None


def read_query(text: str) -> dict[str, str]:
    """Return a query's fields; values of the same name (the native SDK's "to=de&to=fr") joined with commas."""
    query: dict[str, str] = {}
    for name, value in parse_qsl(text):
        query[name] = f"{query[name]},{value}" if name in query else value
    return query


def is_connection_id(text: str) -> bool:
    """Return whether a text is of the form that an X-ConnectionId has."""
    return _CONNECTION_ID.fullmatch(text) is not None


def select_subprotocol(_: ServerConnection, offered: Sequence[Subprotocol]) -> Subprotocol | None:
    """Take the SDKs' subprotocol, if it is offered."""
    return _SUBPROTOCOL if _SUBPROTOCOL in offered else None


def name_request(_: ServerConnection, request: Request, response: Response) -> None:
    """Give the answer an X-RequestId, as the Translator Speech API does."""
    if urlsplit(request.path).path in translator_speech.PATHS:
        response.headers["X-RequestId"] = uuid4().hex


def respond(status: int, body: str, headers: Mapping[str, str] | None = None) -> Response:
    """Return the response that refuses an upgrade."""
    data = body.encode()
    try:
        phrase = HTTPStatus(status).phrase
    except ValueError:
        phrase = "Unknown"
    fields = Headers({"Content-Type": "text/plain; charset=utf-8", "Connection": "close"})
    for name, value in (headers or {}).items():
        fields[name] = value
    fields["Content-Length"] = str(len(data))
    return Response(status, phrase, fields, data)
