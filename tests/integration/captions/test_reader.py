"""Apps that do not read what they are told."""

import asyncio
import socket

import pytest

from custom_components.azure_speech_live.captions import reader as captions_reader
from tests.speech_service.service import SpeechService

from ..dashboards import Dashboard
from ..speech import pcm

pytestmark = pytest.mark.usefixtures("entry")


async def test_who_does_not_keep_up_is_told_the_phrases(dashboard: Dashboard, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(captions_reader, "MAX_UNREAD", -1)
    await dashboard.begin("recognize", language="en-US")
    await dashboard.speak(pcm(2))
    assert [event["type"] for event in await dashboard.events() if event["type"] != "state"] == ["phrase", "end"]


async def test_who_does_not_keep_up_for_long_is_told_the_end(
    dashboard: Dashboard, service: SpeechService, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(captions_reader, "MAX_UNREAD", -1)
    monkeypatch.setattr(captions_reader, "UNREAD_LIMIT", 0.0)
    await dashboard.begin("recognize", language="en-US")
    await dashboard.speak(pcm(1), end=False)
    await dashboard.speak(pcm(2), end=False)
    error = (await dashboard.events())[-1]
    assert error["code"] == "captions_not_read"
    assert "{" not in error["message"]
    await service.until(lambda: service.connections[-1].closed)


async def test_a_socket_that_nobody_reads_is_noticed() -> None:
    ours, theirs = socket.socketpair()
    reader, writer = await asyncio.open_connection(sock=ours)
    app = captions_reader.Reader(writer.transport)
    assert app.keeps_up()
    writer.write(bytes(8 << 20))
    assert not app.keeps_up()
    theirs.setblocking(False)  # noqa: FBT003 - as sockets have it
    async with asyncio.timeout(10):
        while not app.keeps_up():
            await asyncio.get_running_loop().sock_recv(theirs, 1 << 20)
    theirs.close()
    assert not app.is_gone
    writer.close()
    assert app.is_gone
    assert reader.at_eof() or await reader.read() == b""
    assert captions_reader.Reader(None).keeps_up()
    assert captions_reader.Reader(None).is_gone
