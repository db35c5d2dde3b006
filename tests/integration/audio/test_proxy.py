"""ffmpeg's way to the network: nothing on it leads to this machine, and nobody else gets through."""

import asyncio
from pathlib import Path

from aiohttp import web
from homeassistant.core import HomeAssistant
import pytest

from custom_components.azure_speech_live.audio.media import open_recording

from ..recordings import EndlessRadio, convert, process_of
from .hearing import refusal
from .network import CLOSED, elsewhere, listening

pytestmark = pytest.mark.usefixtures("setup")


_M3U8 = '#EXTM3U\n#EXT-X-TARGETDURATION:5\n#EXT-X-MAP:URI="{0}"\n#EXTINF:5,\n{0}\n#EXT-X-ENDLIST\n'
_KEY = '#EXTM3U\n#EXT-X-TARGETDURATION:5\n#EXT-X-KEY:METHOD=AES-128,URI="{0}"\n#EXTINF:5,\n/spoken.ts\n#EXT-X-ENDLIST\n'
_MASTER = "#EXTM3U\n#EXT-X-STREAM-INF:BANDWIDTH=64000\n{0}\n"
_MPD = (
    '<MPD xmlns="urn:mpeg:dash:schema:mpd:2011" profiles="urn:mpeg:dash:profile:isoff-live:2011" type="static" '
    'mediaPresentationDuration="PT5S" minBufferTime="PT5S"><Period><AdaptationSet contentType="audio"><Representation '
    'id="0" mimeType="audio/mp4" codecs="mp4a.40.2" bandwidth="64000"><BaseURL>{0}</BaseURL></Representation>'
    "</AdaptationSet></Period></MPD>"
)


@pytest.mark.parametrize("scheme", ["http", "https"])
@pytest.mark.parametrize(
    ("kind", "text"),
    [
        ("redirect", ""),
        ("application/vnd.apple.mpegurl", _M3U8),
        ("application/vnd.apple.mpegurl", _KEY),
        ("application/vnd.apple.mpegurl", _MASTER),
        ("application/dash+xml", _MPD),
    ],
    ids=["redirect", "segment", "key", "playlist", "dash"],
)
async def test_nothing_on_the_way_leads_to_it(
    hass: HomeAssistant, tmp_path: Path, scheme: str, kind: str, text: str
) -> None:
    spoken = convert(tmp_path / "spoken.ts", "-c:a", "aac")
    target = ""

    async def answer(request: web.Request) -> web.StreamResponse:
        if request.path == "/spoken.ts":
            return web.FileResponse(spoken)
        if kind == "redirect":
            raise web.HTTPFound(target)
        return web.Response(text=text.format(target), content_type=kind)

    told = []
    async with listening() as (port, connected), elsewhere(hass, answer) as address:
        for at in (port, CLOSED):
            target = f"{scheme}://127.0.0.1:{at}/x.ts"
            error = await refusal(hass, f"{address}/begin")
            told.append((error.translation_key, str(error)))
    assert told[0] == told[1]
    assert told[0][0] == "media_of_this_machine"
    assert not connected


async def test_only_ffmpeg_gets_through_the_proxy(hass: HomeAssistant) -> None:
    radio = EndlessRadio()
    async with elsewhere(hass, radio.answer) as address:
        async with open_recording(hass, f"{address}/x?token=SECRET", duration=5) as recording:
            environment = Path(f"/proc/{process_of(recording).pid}/environ").read_text(encoding="utf-8").split("\0")
            (proxy,) = (line for line in environment if line.startswith("http_proxy="))
            port = int(proxy.rpartition(":")[2])
            for request in (b"GET http://recording.invalid/ HTTP/1.1", b"CONNECT 127.0.0.1:80 HTTP/1.1"):
                reader, writer = await asyncio.open_connection("127.0.0.1", port)
                writer.write(request + b"\r\n\r\n")
                answer = await reader.read()
                assert answer.startswith(b"HTTP/1.1 407 ")
                assert b"SECRET" not in answer
                writer.close()
        with pytest.raises(ConnectionRefusedError):
            await asyncio.open_connection("127.0.0.1", port)
