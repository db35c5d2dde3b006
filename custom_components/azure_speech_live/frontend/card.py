"""Gives Home Assistant's pages the card: ES modules as they are, of which each page loads the first by itself."""

from collections.abc import Mapping
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

_FOLDER: Final = Path(__file__).parent
_ENTRY: Final = "azure-speech-live-card.js"
_A_MONTH: Final = 31 * 24 * 3600
"""Seconds: as long as Home Assistant's own files are kept."""


class CardView(HomeAssistantView):
    """The modules, as they were when Home Assistant started.

    So the card is that of the version that runs, also where an update has been unpacked and waits for a restart. Their
    address names their content, in its path: so a module imports those of its own version, and a browser may keep them
    and asks for others as soon as there are others. No login: a browser sends none for a module, and there is nothing
    in them but the source that everybody can read.
    """

    # Not below /static/ or /local/, of which the pages' service worker keeps what it likes.
    url = f"/{DOMAIN}/card/{{version}}/{{module}}"
    name = f"{DOMAIN}:card"
    requires_auth = False

    def __init__(self, modules: Mapping[str, bytes]) -> None:
        """Serve modules, by their names."""
        self._modules = modules
        self._version = sha256(repr(sorted(modules.items())).encode()).hexdigest()[:16]

    @property
    def address(self) -> str:
        """The address under which a page loads the first."""
        return self.url.format(version=self._version, module=_ENTRY)

    async def get(self, _request: web.Request, version: str, module: str) -> web.Response:
        """Return a module. What another version's address gets of it, nobody may keep."""
        if module not in self._modules:
            raise web.HTTPNotFound
        keep = f"public, max-age={_A_MONTH}, immutable" if version == self._version else "no-store"
        response = web.Response(
            status=HTTPStatus.OK,
            body=self._modules[module],
            content_type="text/javascript",
            charset="utf-8",
            headers={"Cache-Control": keep},
            zlib_executor_size=1,  # compressed beside the event loop, whatever its size
        )
        response.enable_compression()
        return response


def _modules() -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted(_FOLDER.glob("*.js"))}


async def async_setup_card(hass: HomeAssistant) -> None:
    """Serve the card, and have all pages load it. Where there are no pages, there is nothing to do.

    It is no dashboard resource: of those, one stays behind when the integration is removed, and households that write
    theirs in YAML would have to add it. This one is gone with the integration.
    """
    view = CardView(await hass.async_add_executor_job(_modules))

    async def load(hass: HomeAssistant, _component: str) -> None:
        hass.http.register_view(view)
        add_extra_js_url(hass, view.address)

    async_when_setup(hass, "frontend", load)
