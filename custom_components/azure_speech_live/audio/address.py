"""Where media is, and what of it may be read: from what a person or an automation writes to a file or an address."""

from dataclasses import dataclass
from pathlib import Path
import re
from typing import Final

from homeassistant.components.media_player import async_process_play_media_url
from homeassistant.components.media_source import async_resolve_media, is_media_source_id
from homeassistant.core import HomeAssistant, callback
from homeassistant.exceptions import ServiceValidationError
from homeassistant.helpers.network import is_hass_url
from yarl import URL

from ..resource.errors import worded
from ..speech import printable
from .hosts import async_is_allowed

_SCHEMES: Final = frozenset({"http", "https", "rtsp", "rtsps"})

_LIVE: Final = "/api/hls/"
"""Where Home Assistant has its cameras; whatever else it answers ends."""

_SCHEME: Final = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*://")
_SECRETS: Final = re.compile(r"://(?:[^/?#]*@)?([^?#]*).*", re.DOTALL)
_SIGNATURE: Final = re.compile(r"\?\w+=.*", re.DOTALL)


@dataclass(frozen=True)
class MediaInput:
    """Where media is: a file, or an address."""

    location: Path | URL
    trusted: bool = False
    """Whether the address may be one of this machine's: it is Home Assistant's own, or was allowed."""
    maybe_endless: bool = False
    """Whether it may be a stream that never ends."""


def media_id(text: str) -> str:
    """Return what media is called, as Home Assistant compares it: with its scheme in lower case."""
    return _SCHEME.sub(lambda scheme: scheme[0].lower(), text, count=1) if _SCHEME.match(text) else text


async def async_resolve(hass: HomeAssistant, media: str) -> MediaInput:
    """Return where ffmpeg finds a media source, an address, a path of Home Assistant's own, or an allowed local file.

    Raises ServiceValidationError.
    """
    if is_media_source_id(media):
        try:
            found = await async_resolve_media(hass, media, None)
        except Exception as err:  # a media source is anybody's, and raises what it likes
            raise media_error("media_not_found", media) from err
        if found.path is None:
            return _address(hass, found.url, media, trusted=True)
        if not await hass.async_add_executor_job(found.path.is_file):
            raise media_error("media_not_found", media)
        return MediaInput(found.path)
    if not media.startswith("/"):
        return _address(hass, media, media)
    allowed = await hass.async_add_executor_job(hass.config.is_allowed_path, media)
    if allowed and await hass.async_add_executor_job(Path(media).is_file):
        return MediaInput(Path(media))
    if _is_served(hass, media):
        return _address(hass, media, media)
    raise media_error("media_not_found" if allowed else "media_not_allowed", media)


@callback
def _is_served(hass: HomeAssistant, path: str) -> bool:
    """Return whether Home Assistant itself answers such paths: /local/…, /api/… and those of integrations."""
    folders = {resource.canonical.split("/")[1] for resource in hass.http.app.router.resources()}
    return path.count("/") > 1 and path.split("/")[1] in folders - {""}


@callback
def _address(hass: HomeAssistant, address: str, media: str, *, trusted: bool = False) -> MediaInput:
    """Return where an address is, or a path of Home Assistant's own, which is signed where that is needed."""
    try:
        own = address.startswith("/") or is_hass_url(hass, address)
        url = URL(async_process_play_media_url(hass, address) if own else address)
    except ValueError as err:
        raise media_error("media_not_understood", media) from err
    if url.scheme not in _SCHEMES or not url.host:
        raise media_error("media_not_understood", media)
    return MediaInput(
        url,
        trusted=trusted or own or async_is_allowed(hass, url),
        maybe_endless=not own or url.path.startswith(_LIVE),
    )


def media_error(key: str, media: str, **placeholders: str) -> ServiceValidationError:
    """Return an error that names a recording."""
    told = {name: without_secrets(text) for name, text in placeholders.items()}
    return worded(ServiceValidationError, key, media=without_secrets(media), **told)


def without_secrets(text: str) -> str:
    """Return a text with an address in it, as one bounded line without what may be a password or a signature there.

    What follows such a signature is left out as well.
    """
    return printable(_SIGNATURE.sub("", _SECRETS.sub(r"://\1", text))).strip()
