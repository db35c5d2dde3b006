"""Gives Home Assistant's pages the card: one ES module, which they load by themselves."""

from hashlib import sha256
from http import HTTPStatus
from pathlib import Path
from typing import Final

from aiohttp import web
from homeassistant.components.frontend import add_extra_js_url
from homeassistant.components.http import HomeAssistantView
from homeassistant.core import HomeAssistant
from homeassistant.setup import async_when_setup

from ..const import DOMAIN

_MODULE: Final = Path(__file__).with_name("azure-speech-live-card.js")
_A_MONTH: Final = 31 * 24 * 3600
"""Seconds: as long as Home Assistant's own files are kept."""


class CardView(HomeAssistantView):
    """The module, as it was when Home Assistant started.

    So the card is that of the version that runs, also where an update has been unpacked and waits for a restart. Its
    address names its content: a browser may keep it, and asks for another as soon as there is another. No login: a
    browser sends none for a module, and there is nothing in it but the source that everybody can read.
    """

    url = f"/{DOMAIN}/card.js"  # not below /static/ or /local/, of which the pages' service worker keeps what it likes
    name = f"{DOMAIN}:card"
    requires_auth = False

    def __init__(self, module: bytes) -> None:
        """Serve a module."""
        self._module = module
        self._version = sha256(module).hexdigest()[:16]

    @property
    def address(self) -> str:
        """The address under which a page loads the module."""
        return f"{self.url}?v={self._version}"

    async def get(self, request: web.Request) -> web.Response:
        """Return the module. What another version's address gets of it, nobody may keep."""
        current = request.query.get("v") == self._version
        keep = f"public, max-age={_A_MONTH}, immutable" if current else "no-store"
        response = web.Response(
            status=HTTPStatus.OK,
            body=self._module,
            content_type="text/javascript",
            charset="utf-8",
            headers={"Cache-Control": keep},
            zlib_executor_size=1,  # compressed beside the event loop, whatever its size
        )
        response.enable_compression()
        return response


async def async_setup_card(hass: HomeAssistant) -> None:
    """Serve the card, and have all pages load it. Where there are no pages, there is nothing to do.

    It is no dashboard resource: of those, one stays behind when the integration is removed, and households that write
    theirs in YAML would have to add it. This one is gone with the integration.
    """
    view = CardView(await hass.async_add_executor_job(_MODULE.read_bytes))

    async def load(hass: HomeAssistant, _component: str) -> None:
        hass.http.register_view(view)
        add_extra_js_url(hass, view.address)

    async_when_setup(hass, "frontend", load)
