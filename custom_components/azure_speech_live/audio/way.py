"""ffmpeg's way to media: to a file and no other one, or to an address of which each host has been looked at."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Final

from homeassistant.core import HomeAssistant
from yarl import URL

from .decoder import Source
from .hosts import async_lookup
from .proxy import Way, open_proxy

# What a local file may be: what records sound and video, or keeps it, and nothing that leads to other files, as
# playlists do. Without samples that have no header, so that nobody knows their rate, and without the sound of games.
_FORMATS: Final = (
    "aac,ac3,act,aea,aiff,amr,amrnb,amrwb,ape,asf,au,avi,avr,bit,caf,codec2,dhav,dsf,dss,dts,dtshd,dv,eac3,epaf,flac,"
    "flv,g722,g723_1,g729,gsm,gxf,hcom,iff,ilbc,ircam,loas,matroska,mlp,mmf,mov,mp3,mpc,mpc8,mpeg,mpegts,mxf,"
    "nistsphere,nsp,nut,ogg,oma,paf,pvf,qcp,rm,sbc,sds,shn,sln,smjpeg,sox,spdif,tak,truehd,tta,voc,vqf,w64,wav,wtv,wv,"
    "wve,xwma"
)
_FILE: Final = ("-protocol_whitelist", "file", "-format_whitelist", _FORMATS)
"""Neither its name nor what is in it leads anywhere else."""

# A list of one camera, read from the standard input: its address may have a password in it.
_RTSP: Final = ("-protocol_whitelist", "pipe,tcp,tls", "-safe", "0", "-f", "concat", "-i", "pipe:0")
_RTSP_LIST: Final = "ffconcat version 1.0\nfile '{}'\noption rtsp_transport tcp\noption allowed_media_types audio\n"


@asynccontextmanager
async def open_way(hass: HomeAssistant, location: Path | URL, *, trusted: bool) -> AsyncGenerator[Way]:
    """Open ffmpeg's way to a file or an address.

    Raises HostNotAllowedError, and OSError if there is no such host.
    """
    if isinstance(location, Path):
        yield Way(Source((*_FILE, "-i", f"file:{location}")))
    elif location.scheme.startswith("rtsp"):
        yield Way(await _camera(location, trusted=trusted))
    else:
        async with open_proxy(hass, location, trusted=trusted) as proxy:
            yield proxy.way


async def _camera(address: URL, *, trusted: bool) -> Source:
    """Return a camera's input. There is no proxy for it: ffmpeg gets the very address that was looked at."""
    *_, found = (await async_lookup(address.host or "", address.port or 0, trusted=trusted))[0]
    script = _RTSP_LIST.format(str(address.with_host(str(found[0]))).replace("'", r"'\''"))
    return Source(_RTSP, given=script.encode())
