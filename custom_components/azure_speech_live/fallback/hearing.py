"""One command, heard by the Speech service, by the second engine, or by both until one of them has an answer.

    recording ──► the service's client ──┐
              └─► the second engine   ───┴──► race ──► events

Who takes the events notices nothing of it: the second engine's text is a phrase among them. What the service understood
before it was lost stays, and the second engine hears what is behind it. What to do is for race.py to say.
"""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterable, Callable
from contextlib import aclosing
from math import inf
from typing import Final

from homeassistant.core import HomeAssistant

from ..resource.cost_guard import UsageLimitError
from ..resource.resource import AzureSpeechConfigEntry
from ..speech import AudioSourceError, Event, RecognitionOptions, SpeechError
from .decision import begins
from .engines import asked_by
from .memories import async_get_memories
from .memory import MOST_PATIENCE
from .race import SECOND_LIMIT, Race
from .recording import Listener, Recording
from .second_ear import Asked, SecondEar, SecondEarError

END_LIMIT: Final = 1.0
"""Seconds that those who are not needed any more have to end."""
TIMER_ROUNDING: Final = 0.001
"""Seconds: loops let a timer run a trifle early."""


class Hearing:
    """One command, and those who hear it."""

    def __init__(
        self,
        hass: HomeAssistant,
        entry: AzureSpeechConfigEntry,
        ear: SecondEar,
        asked: Asked,
        options: RecognitionOptions,
        *,
        on_nothing: bool,
    ) -> None:
        """Prepare it. ``on_nothing``: an empty text of the service's is no answer to speech."""
        self._loop = hass.loop
        self._hass = hass
        self._entry = entry
        self._resource = entry.runtime_data
        self._memory = async_get_memories(hass, entry).hearing
        self._ear = ear
        self._asked = asked
        self._options = options
        self._race = Race(
            options,
            self._memory,
            self._loop.time(),
            on_nothing=on_nothing,
            on_miss=self._resource.health.async_doubt,
        )
        self._service: asyncio.Task[None] | None = None
        self._second: asyncio.Task[None] | None = None
        self._news = asyncio.Event()
        self._had_enough = False

    async def events(
        self, audio: AsyncIterable[bytes], on_answer: Callable[[str], None], listener: Listener | None = None
    ) -> AsyncGenerator[Event]:
        """Yield what is heard, as SpeechResource.recognize does, and raise what that raises if nobody hears it.

        ``on_answer`` is told the entity id of who has answered. ``listener`` hears when the command is over, where
        nobody else ends its audio.
        """
        race, answered = self._race, False
        self._recording = Recording(audio, self._over, listener)
        try:
            self._begin()
            while True:
                while race.events:
                    yield race.events.popleft()
                if race.finished:
                    break
                await self._wait()
            if race.error is not None:
                raise race.error
            answered = True
            on_answer(self._tell_who_hears())
        finally:
            # Nobody who has an answer waits for those who have not.
            if answered:
                self._entry.async_create_background_task(self._hass, self._settle(), "Azure Speech Live hearing")
            else:
                await self._close()

    def enough(self) -> bool:
        """Take what the service has told so far for all of the command, if it is the one who hears; return whether."""
        if self._race.is_served and not self._race.finished:
            self._had_enough = True
            self._race.enough(self._loop.time())
            self._news.set()
        return self._had_enough

    def _begin(self) -> None:
        how = begins(
            self._resource.health.state,
            limit_used_up=self._resource.hearing_guard.used_up,
            away=self._memory.away,
            is_due=self._memory.is_due(self._loop.time()),
        )
        self._race.begin(how)
        self._update()

    def _over(self) -> None:
        if self._race.only_noise:
            self._recording.end()  # else the service waits for speech, and seems to be away
        knows = self._recording.ended or self._race.speech_ended
        pause = None if knows else self._options.segmentation_silence or 0.0
        self._race.over(self._loop.time(), self._recording.size, pause)
        self._update()

    async def _wait(self) -> None:
        wake_at = self._race.wake_at
        try:
            async with asyncio.timeout_at(None if wake_at == inf else wake_at):
                await self._news.wait()
        except TimeoutError:
            if self._race.wake(self._loop.time() + TIMER_ROUNDING) and self._second is not None:
                self._second.cancel()
                self._second_failed(f"nothing for {SECOND_LIMIT:.0f} seconds")
            self._update()
        self._news.clear()

    def _update(self) -> None:
        """See to it that those hear who are to."""
        if not self._race.finished:
            if self._race.service_asked and self._service is None:
                self._service = asyncio.create_task(self._hear_by_service(), name="Service hears")
            if self._race.second_asked and self._second is None:
                self._second = asyncio.create_task(self._hear_by_second(), name="Second engine hears")
        self._news.set()

    # --- who hears

    async def _hear_by_service(self) -> None:
        race, audio = self._race, self._recording.reader(beyond=True)
        try:
            async with aclosing(self._resource.recognize(audio, self._options, race.timeline)) as events:
                async for event in events:
                    was_over = race.is_over
                    race.service_said(event, more=not self._recording.ended)
                    if was_over and not race.is_over:
                        self._recording.command_goes_on()
                    self._recording.drop(race.covered)
                    if race.speech_ended:
                        self._recording.command_ended()
                    self._update()
        except (SpeechError, UsageLimitError) as err:
            race.service_failed(err, self._loop.time(), closed=self._resource.closed)
        except Exception as err:  # noqa: BLE001 - a mistake of ours: who takes the events tells of it
            race.fail(err)
        else:
            race.service_answered(self._loop.time())
        self._update()

    async def _hear_by_second(self) -> None:
        # Not the engine's own word for it: who reads what was spoken may answer in that, by a voice that knows ours.
        race, language = self._race, self._options.language
        try:
            # In a task of its own: what is set in a generator stays with whoever takes what that yields.
            with asked_by(self._ear.entity_id):
                async with aclosing(self._asked.hear(self._recording.reader())) as heard:
                    async for piece in heard:
                        if not piece.final:
                            race.second_said(piece.text, language)
                            self._update()
                            continue
                        if self._recording.error is None:
                            self._ear.answers()
                            # There are engines that hear "Thank you." in the pause behind what was told.
                            text = "" if self._recording.is_pause else piece.text
                            race.second_answered(text, language, self._loop.time())
                        else:  # it takes a part of the audio for all of it
                            self._second_failed("the audio failed")
        except SecondEarError as err:
            self._second_failed(str(err))
        except Exception as err:  # noqa: BLE001 - as above
            race.fail(err)
        self._update()

    def _second_failed(self, reason: str) -> None:
        if (broken := self._recording.error) is None:
            self._ear.complain(self._asked.engine.entity_id, reason)
            self._race.second_failed()
            return
        if not isinstance(broken, SpeechError):
            error = AudioSourceError(f"the source of the audio failed: {type(broken).__name__}")
            error.__cause__, broken = broken, error
        self._race.fail(broken)

    # --- the end

    def _tell_who_hears(self) -> str:
        """Count what the second engine answers; say once that it has taken over, and once that it is over.

        Return who has answered.
        """
        if not self._race.won_by_second:
            self._ear.gives_back(self._memory)
            return self._ear.entity_id
        second = self._asked.engine.entity_id
        self._resource.async_second_answered(second, heard=1)
        self._ear.takes_over(self._memory, second, asked=self._race.service_asked)
        return second

    async def _settle(self) -> None:
        """End what is not needed any more. What the service still says is listened to, to know that it is back.

        The command is over with its answer, if it was not before: the service is asked for what it has heard of it.
        """
        try:
            await self._recording.close()
            if self._had_enough:
                await self._listen_until(self._loop.time() + MOST_PATIENCE)
            elif self._race.won_by_second and self._race.waits_from < inf and not self._race.is_throttled:
                await self._listen_until(self._race.patience_ends)
                self._race.miss(self._loop.time())
                await self._listen_until(self._race.waits_from + MOST_PATIENCE)
        finally:
            await self._close()

    async def _listen_until(self, moment: float) -> None:
        left = moment - self._loop.time()
        if self._service is not None and self._race.service_hears and left > 0:
            await asyncio.wait([self._service], timeout=left)

    async def _close(self) -> None:
        self._race.close()
        tasks = [task for task in (self._service, self._second) if task is not None and not task.done()]
        for task in tasks:
            task.cancel()
        try:
            if tasks:
                await asyncio.wait(tasks, timeout=END_LIMIT)
        finally:
            await self._recording.close()
