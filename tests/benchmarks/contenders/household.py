"""A household that grows: what names, months and recordings cost its Home Assistant. See scaling.py."""

from __future__ import annotations

import asyncio
from functools import partial
import json
from pathlib import Path
from statistics import median
import sys
import time
from typing import Any, Final

from homeassistant.auth.const import GROUP_ID_ADMIN
from homeassistant.core import HomeAssistant
from homeassistant.helpers import entity_registry as er
from homeassistant.helpers.storage import STORAGE_DIR
from homeassistant.util import dt as dt_util

from custom_components.azure_speech_live.recognizer.phrase_list import PhraseList
from custom_components.azure_speech_live.resource.session import Session
from custom_components.azure_speech_live.resource.usage import Usage
from custom_components.azure_speech_live.speech import RecognitionOptions
from tests.benchmarks.arena import Utterance
from tests.benchmarks.clock import Heard, now
from tests.benchmarks.command import Command
from tests.memory import memory
from tests.speech_service.wav import BYTES_PER_SECOND

from .home_assistant import DOMAIN, HomeAssistantContender, make
from .recordings import cost, hurried
from .worker import serve

SHORT: Final = 0.2
"""Seconds of a command of which only the beginning counts."""
VISITORS: Final = 200
"""Entities that come and go again."""
SETTLED: Final = 1.5
"""Seconds after which recordings are at their pace."""
MONTHS_A_YEAR: Final = 12


class Household(HomeAssistantContender):
    """A Home Assistant in which there is more and more."""

    def __init__(self, hass: HomeAssistant) -> None:
        """Begin with nothing."""
        super().__init__(hass)
        self._names = 0

    # --- names

    async def names(self, port: int, count: int, rounds: int) -> dict[str, float]:
        """Return the seconds that this and that takes with so many names: medians."""
        entry = await self.entry(port)
        self._name(count)
        built, renamed, first, first_renamed = [], [], [], []
        for _ in range(rounds):
            built.append(_took(lambda: PhraseList(self._hass, ()).phrases))
            first.append(await self._first(port))
            begun = time.thread_time()
            self._rename()
            await self._hass.async_block_till_done()
            renamed.append(time.thread_time() - begun)
            first_renamed.append(await self._first(port))
        comes = median([self._come_and_go() for _ in range(rounds)])
        await self._hass.config_entries.async_unload(entry.entry_id)
        comes_without = median([self._come_and_go() for _ in range(rounds)])
        set_up = (await self.set_up(port, rounds))["seconds"]
        return {
            "built": median(built),
            "first": median(first),
            "first_renamed": median(first_renamed),
            "renamed": median(renamed),
            "comes": comes,
            "comes_without": comes_without,
            "set_up": median(set_up),
        }

    def _name(self, count: int) -> None:
        """Have so many names in all: of lights, of which each has an alias."""
        registry = er.async_get(self._hass)
        for number in range(self._names // 2, count // 2):
            light = registry.async_get_or_create(
                "light", "benchmark", str(number), suggested_object_id=f"lamp_{number}", original_name=f"Lamp {number}"
            )
            registry.async_update_entity(light.entity_id, aliases=[er.COMPUTED_NAME, f"Reading light {number}"])
            self._hass.states.async_set(light.entity_id, "off", {"friendly_name": f"Lamp {number}"})
        self._names = count

    def _rename(self) -> None:
        er.async_get(self._hass).async_update_entity("light.lamp_0", name=f"Lamp at {now()}")

    async def _first(self, port: int) -> float:
        """Return the seconds from a command to its first audio at the service, with a connection that is open."""
        (said,) = (await self.run(Command(port=port, seconds=SHORT, paced=False)))["utterances"]
        return Utterance.parse(said, int(SHORT * BYTES_PER_SECOND)).first

    def _come_and_go(self) -> float:
        """Return the seconds that an entity takes which comes, and goes again."""
        states = self._hass.states
        names = [f"light.visitor_{number}" for number in range(VISITORS)]

        def come_and_go() -> None:
            for name in names:
                states.async_set(name, "off")
            for name in names:
                states.async_remove(name)

        return _took(come_and_go) / VISITORS

    # --- months

    async def months(self, count: int, rounds: int) -> dict[str, float]:
        """Return the processor time of this and that with so many months stored: medians; and the file's bytes."""
        key = f"{DOMAIN}.benchmark"
        path = Path(self._hass.config.path(STORAGE_DIR, key))
        content = {"version": 1, "minor_version": 1, "key": key, "data": _months(count)}
        loaded, first, counted, saved = [], [], [], []
        before = after = 0
        for _ in range(rounds):
            before = await asyncio.to_thread(path.write_text, json.dumps(content), encoding="utf-8")
            usage = Usage(self._hass, "benchmark")
            begun = time.process_time()  # of all threads, as files are read and written in others
            if await usage.async_load():
                raise RuntimeError("the months cannot be read")
            loaded.append(time.process_time() - begun)
            first.append(_took(partial(_use, usage)))
            counted.append(median([_took(partial(_use, usage)) for _ in range(100)]))
            begun = time.process_time()
            await usage._async_save(None)  # noqa: SLF001 - nobody else may ask for it
            saved.append(time.process_time() - begun)
            after = (await asyncio.to_thread(path.stat)).st_size
            await usage.async_remove()
        return {
            "loaded": median(loaded),
            "first": median(first),
            "counted": median(counted),
            "saved": median(saved),
            "before": before,
            "after": after,
        }

    # --- recordings and captions

    async def recording(self, port: int, media: str, pace: float) -> dict[str, float]:
        """Transcribe a file by the action, so many times as fast as in real time; return what it cost."""
        await self.entry(port)
        heard: list[int] = []

        async def transcribe() -> None:
            response = await self._transcribe(port, media)
            heard.extend(Heard.parse(segment["text"]).size for segment in response["segments"])

        with hurried(pace):
            costs = await cost(transcribe())
        return costs | {"seconds": sum(heard) / BYTES_PER_SECOND}

    async def _transcribe(self, port: int, media: str) -> dict[str, Any]:
        self._hass.config.allowlist_external_dirs = {str(Path(media).parent)}
        data = {"media": media, "language": "en-US", "config_entry_id": self._entries[port].entry_id}
        response = await self._hass.services.async_call(DOMAIN, "transcribe", data, blocking=True, return_response=True)
        return dict(response or {})

    async def log_in(self, port: int) -> dict[str, Any]:
        """Return what an app needs to talk to this Home Assistant."""
        await self.entry(port)
        user = await self._hass.auth.async_create_system_user("Captions", group_ids=[GROUP_ID_ADMIN])
        token = await self._hass.auth.async_create_refresh_token(user)
        return {
            "port": self._hass.config.api.port if self._hass.config.api else 0,
            "token": self._hass.auth.async_create_access_token(token),
        }

    async def resting(self) -> int:
        """Return this process's memory."""
        return memory()

    async def beside(self, port: int, recordings: int, media: str, commands: int) -> dict[str, Any]:
        """Speak commands one after another beside so many recordings, and what else there is.

        Return what there is to say of them, and meanwhile the processor time of a second and the memory.
        """
        tasks = [asyncio.create_task(self._transcribe(port, media)) for _ in range(recordings)]
        await asyncio.sleep(SETTLED)
        begun, cpu, said = now(), time.process_time(), []
        for _ in range(commands):
            said += (await self.run(Command(port=port)))["utterances"]
        cpu = (time.process_time() - cpu) / (now() - begun) * 1e9
        used = memory()
        if any(task.done() for task in tasks):
            raise RuntimeError("a recording has ended before the commands")
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        return {"utterances": said, "cpu": cpu, "memory": used}


def _took(work: Any) -> float:
    begun = time.thread_time()
    work()
    return time.thread_time() - begun


def _months(count: int) -> dict[str, Any]:
    """Return so many months as they are stored, from the present one on."""
    today = dt_util.now().date()
    first = MONTHS_A_YEAR * today.year + today.month - 1
    month = {"recognition": 320_000_000, "translation": 64_000_000, "requests": 4000, "failures": {"timeout": 3}}
    numbers = range(first, first + count)
    return {f"{number // MONTHS_A_YEAR:04}-{number % MONTHS_A_YEAR + 1:02}-01": month for number in numbers}


def _use(usage: Usage) -> None:
    """Count a session of two seconds."""
    session = Session(RecognitionOptions(), dt_util.utcnow())
    usage.async_begin(session)
    session.timeline.sent, session.timeline.requests = 2 * BYTES_PER_SECOND, 1
    usage.async_end(session)


if __name__ == "__main__":
    serve(partial(make, Path(sys.argv[1]), Household))
