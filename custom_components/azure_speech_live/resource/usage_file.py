"""The file in which the usage of a resource is stored, in the form of Home Assistant's own storage.

But not by its Store, which raises for much that it cannot read, and tells nobody but the log, time and again and with
tracebacks, of what it cannot write. Neither may stop recognition, nor may what was counted be lost without a copy.
"""

import asyncio
from contextlib import suppress
import logging
from pathlib import Path
from typing import Any, Final

from atomicwrites import AtomicWriter  # type: ignore[import-untyped]  # it has no types
from homeassistant.core import HomeAssistant
from homeassistant.helpers.json import json_bytes
from homeassistant.helpers.storage import STORAGE_DIR
from homeassistant.util import dt as dt_util
from homeassistant.util.json import json_loads

from ..const import DOMAIN
from .months import Months, read_months

_LOGGER = logging.getLogger(__name__)

VERSION: Final = 1
"""Of what is stored. A file of another one is not read. What only adds to it raises the minor version."""
MINOR_VERSION: Final = 3
"""The second one has the characters that were spoken, and the third what second engines have answered."""


class UsageFile:
    """The file of one resource."""

    def __init__(self, hass: HomeAssistant, entry_id: str) -> None:
        """Touch nothing yet."""
        self._hass = hass
        self._key = f"{DOMAIN}.{entry_id}"
        self._path = Path(hass.config.path(STORAGE_DIR, self._key))
        self._lock = asyncio.Lock()
        self._stored: dict[str, Any] | None = {}
        """What is known to be in the file; None if that is not what it should be."""
        self._fails = False
        self._in_the_way = False
        self.copy: Path | None = None
        """Where a file is kept that could not be read in whole."""

    async def async_read(self) -> Months:
        """Return what can be read. Unless that is all, the file is kept under another name, and begun anew."""
        months, trouble = await self._hass.async_add_executor_job(self._read)
        if trouble is not None:
            self._in_the_way = True
            self.copy = self._path.with_name(f"{self._key}.unreadable.{dt_util.utcnow().isoformat()}")
            _LOGGER.error("%s cannot be read in whole and is kept as %s: %s", self._path, self.copy.name, trouble)
            await self.async_write(months)
        return months

    async def async_write(self, months: Months) -> bool:
        """Store the months, if they are not stored already. Return whether they are."""
        async with self._lock:
            data = months.as_data()
            if data == self._stored:
                return True
            try:
                await self._hass.async_add_executor_job(self._write, data)
            except OSError as err:
                if not self._fails:
                    _LOGGER.error("%s cannot be written, which is tried again every minute: %s", self._path, err)  # noqa: TRY400 - one line
                self._fails = True
                return False
            if self._fails:
                _LOGGER.info("%s is written again", self._path)
            self._fails = False
            self._stored = data
            return True

    async def async_remove(self) -> None:
        """Remove the file, and those that were kept because they could not be read."""
        async with self._lock:
            try:
                await self._hass.async_add_executor_job(self._remove)
            except OSError as err:
                _LOGGER.error("%s cannot be removed: %s", self._path, err)  # noqa: TRY400 - one line

    def _read(self) -> tuple[Months, object]:
        """Return what can be read, and what kept the rest from it."""
        try:
            content: Any = json_loads(self._path.read_bytes())
        except FileNotFoundError:
            return Months(), None
        except (OSError, ValueError) as err:
            self._stored = None
            return Months(), err
        months, whole, data = Months(), False, None
        if isinstance(content, dict) and content.get("version") == VERSION and isinstance(content.get("data"), dict):
            data = content["data"]
            months, whole = read_months(data)
        self._stored = data if whole else None
        return months, None if whole else "another version has written it, or it is damaged"

    def _write(self, data: dict[str, Any]) -> None:
        content = {"version": VERSION, "minor_version": MINOR_VERSION, "key": self._key, "data": data}
        self._path.parent.mkdir(exist_ok=True)
        if self._in_the_way and self.copy is not None:
            with suppress(FileNotFoundError):
                self._path.rename(self.copy)
            self._in_the_way = False
        with AtomicWriter(self._path, "wb", overwrite=True).open() as file:
            file.write(json_bytes(content))

    def _remove(self) -> None:
        for path in (self._path, *self._path.parent.glob(f"{self._key}.*")):
            path.unlink(missing_ok=True)
