"""PyAudio, installed when a microphone is added.

It is none of the manifest's requirements: it has to be compiled, which fails for most, who have no microphone.
"""

from collections.abc import Iterator
from contextlib import contextmanager
import logging
import re
from typing import Final, override

from homeassistant.core import HomeAssistant
from homeassistant.requirements import RequirementsNotFound, async_clear_install_history, async_process_requirements

from ..const import DOMAIN
from ..microphone import REQUIREMENT
from ..speech import printable

_INSTALLER: Final = logging.getLogger("homeassistant.util.package")
_CAUSES: Final = re.compile(r"\b(fatal error|error|cause): +(.+)")


class InstallationError(Exception):
    """PyAudio cannot be installed; the text is one line that says why."""


async def async_install(hass: HomeAssistant) -> None:
    """Install PyAudio, as Home Assistant does it with requirements, unless it is there. Raises InstallationError."""
    if hass.config.skip_pip:
        return
    with _installer_log() as said:
        try:
            await async_process_requirements(hass, DOMAIN, [REQUIREMENT], is_built_in=False)
        except RequirementsNotFound as err:
            # Somebody may install what was missing, and try again without a restart.
            async_clear_install_history(hass)
            raise InstallationError(_reason(said)) from err


@contextmanager
def _installer_log() -> Iterator[list[str]]:
    """Gather what Home Assistant's installer logs as an error: it tells nobody else why it fails."""
    said: list[str] = []

    class Gather(logging.Handler):
        @override
        def emit(self, record: logging.LogRecord) -> None:
            said.append(record.getMessage())

    handler = Gather(logging.ERROR)
    _INSTALLER.addHandler(handler)
    try:
        yield said
    finally:
        _INSTALLER.removeHandler(handler)


def _reason(said: list[str]) -> str:
    """Return why, from what uv said: what the compiler misses, or else the last of its causes."""
    found: list[tuple[str, str]] = _CAUSES.findall("\n".join(said))
    fatal = [cause for kind, cause in found if kind == "fatal error"]
    causes = fatal or [cause for _, cause in found] or ["it is not known why"]
    return printable(causes[-1])
