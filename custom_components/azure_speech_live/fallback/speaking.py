"""One text, spoken by the service, and by the second engine where that does not: one sound, whoever speaks.

What is asked of whom, and when, decision.py says. Here both are listened to: the first sound wins, from the beginning
of the text or, where the service breaks off or a listener runs dry, from the sentence that it has not wholly said.
"""

import asyncio
from collections.abc import AsyncGenerator, Callable, Coroutine
from contextlib import suppress
from math import inf
from typing import Any, Final, Protocol

from homeassistant.exceptions import HomeAssistantError

from ..resource.cost_guard import UsageLimitError
from ..speech import OutputFormat, ServiceTimeoutError, SpeechError, SynthesisTimeline, silence, wav_header
from .decision import Then, Trouble, When, then, trouble_of
from .joint import Joint
from .memory import MOST_PATIENCE
from .other_voice import OtherVoiceError

DRY: Final = 2.0
"""Seconds for which a listener hears nothing amid a text before the second engine is asked for the rest."""
KEPT: Final = 0.5
"""Seconds for which the end of what there is, is kept back, so that it can fade out: amid a sentence no more comes for
so long only where it has broken off."""
STEP: Final = 0.1
"""Seconds after which it is looked again how long somebody has waited: of the text that comes nobody is told."""

type _Failure = SpeechError | UsageLimitError


class Asked(Protocol):
    """A text that the service is asked to speak."""

    @property
    def timeline(self) -> SynthesisTimeline:
        """What has become of that so far."""

    def sound(self) -> AsyncGenerator[bytes]:
        """Yield the sound, behind a header if it is raw. Raises SpeechError, UsageLimitError or HomeAssistantError."""


class Outcome(Protocol):
    """Who is told how it goes."""

    def failed(self, trouble: Trouble) -> None:
        """Take note that the service did not speak, or not in time."""

    def answered(self, delay: float | None) -> None:
        """Take note that it speaks, so many seconds after it had the text."""

    def second_spoke(self, *, asked: bool) -> None:
        """Take note that the second engine is heard; ``asked``: the service was, too."""

    def second_failed(self, error: OtherVoiceError) -> None:
        """Take note that it does not."""

    def in_background(self, work: Coroutine[Any, Any, None]) -> None:
        """Have something done for which nobody waits."""


class Speaking:
    """One text on its way."""

    def __init__(
        self,
        asked: Asked,
        second: Callable[[int], AsyncGenerator[bytes]],
        form: OutputFormat,
        outcome: Outcome,
        begins: Then,
        *,
        patience: float,
        lead_in: float,
    ) -> None:
        """Ask nobody yet.

        ``second``: returns what the second engine says of the text, but for so many sentences at its beginning; it
        raises OtherVoiceError. ``patience``: seconds for which the service is waited for when it has the text.
        ``lead_in``: seconds of silence before the first word.
        """
        self._asked = asked
        self._second_sound = second
        self._form = form
        self._outcome = outcome
        self._begins = begins
        self._patience = patience
        self._lead_in = lead_in
        self._service: _Coming | None = None
        self._second: _Coming | None = None
        self._error: _Failure | None = None
        """With what the service failed."""
        self._can_ask_second = True
        self._headed = not form.is_raw
        """Whether nothing has to come before the sound; and whether the service has said all that does."""
        self._service_headed = not form.is_raw
        self._joint = Joint(form)
        self._given_at = inf
        """When the service has given sound, the last time."""
        self._over = False
        self.by_second = False
        """Whether the second engine says any of it."""

    async def sound(self) -> AsyncGenerator[bytes]:
        """Yield the sound, behind a header if it is raw, which comes as soon as somebody can be expected to speak.

        Raises what the service does, if neither speaks, and what the text does, as the service does that.
        """
        try:
            if self._begins is not Then.SECOND:
                self._ask_service()
            if self._begins is not Then.WAIT:
                self._ask_second()
            while not self._over:
                if sound := await self._next():
                    yield sound
        finally:
            for coming in (self._service, self._second):
                if coming is not None:
                    await coming.aclose()

    async def _next(self) -> bytes:
        """Wait until something happens, and return what is heard by that."""
        if self._second is not None and not self._headed:
            self._headed = True
            return wav_header(self._form)
        loop = asyncio.get_running_loop()
        coming = [coming.next for coming in (self._service, self._second) if coming is not None]
        await asyncio.wait(coming, timeout=max(0.0, min(self._due - loop.time(), STEP)), return_when="FIRST_COMPLETED")
        if self._service is not None and self._service.next.done():
            return self._of_service(self._service)
        if self._second is not None and self._second.next.done():
            return self._of_second(self._second)
        if self._due <= loop.time():
            self._ask_second()
        return self._joint.release() if loop.time() >= self._given_at + KEPT else b""

    @property
    def _due(self) -> float:
        """When the second engine is to be asked as well, as things are now."""
        timeline = self._asked.timeline
        if self._service is None or self._second is not None or not self._can_ask_second:
            return inf
        if self._given_at < inf:
            return timeline.wanted + DRY
        return inf if timeline.owed is None else timeline.owed + self._patience

    # --- the service

    def _ask_service(self) -> None:
        self._service = _Coming(self._asked.sound())

    def _of_service(self, service: _Coming) -> bytes:
        """Take what the service says, or that it does not. Raises what nobody else could speak for either."""
        try:
            sound = service.take()
        except (SpeechError, UsageLimitError) as err:
            self._service_failed(err)
            return b""
        if not sound:
            self._over = True
            return self._joint.close()
        if not self._service_headed:
            self._service_headed = True
            headed, self._headed = self._headed, True
            return b"" if headed else sound
        if self._second is not None:
            self._outcome.in_background(self._second.aclose())
            self._second = None
        now = asyncio.get_running_loop().time()
        if self._given_at == inf:
            self._outcome.answered(self._asked.timeline.owed_for)
        self._given_at = now
        return self._joint.feed(sound)

    def _service_failed(self, error: _Failure) -> None:
        self._service = None
        trouble = trouble_of(error)
        follows = then(trouble, When.GIVEN_UP)
        if follows is Then.SECOND:
            self._outcome.failed(trouble)
        if follows is not Then.SECOND or not (self._can_ask_second or self._second):
            raise error
        self._error = error
        if self._second is None:
            self._ask_second()

    def _let_go(self, service: _Coming) -> None:
        """Leave the service, since the second engine speaks; but see whether it would have spoken in time."""
        self._service = None
        self._outcome.in_background(self._learn(service))

    async def _learn(self, service: _Coming) -> None:
        timeline, trouble, amid = self._asked.timeline, Trouble.SLOW, self._given_at < inf
        try:
            if not amid:
                owed = timeline.owed or asyncio.get_running_loop().time()
                async with asyncio.timeout_at(owed + max(self._patience, MOST_PATIENCE)):
                    while timeline.first_audio is None and await service.comes():
                        pass
        except HomeAssistantError:
            return
        except TimeoutError:
            if timeline.owed is None:
                return  # it had nothing that it could have said
        except SpeechError as err:
            trouble = trouble_of(err)
        finally:
            await service.aclose()
        has_come, delay = not amid and timeline.first_audio is not None, timeline.owed_for
        if not has_come or (delay is not None and delay > self._patience):
            self._outcome.failed(trouble)
        if has_come:
            self._outcome.answered(delay)

    # --- the second engine

    def _ask_second(self) -> None:
        """Ask the second engine for what the service has not wholly said."""
        self._second = _Coming(self._second_sound(self._asked.timeline.spoken))

    def _of_second(self, second: _Coming) -> bytes:
        """Take what the second engine says, or that it does not. Raises what the service did, if that is all."""
        try:
            sound = second.take()
        except OtherVoiceError as err:
            self._second_failed(err)
            return b""
        if not sound:
            self._over = True
            return b"" if self.by_second else self._joint.close()  # nothing was left to be said
        if self.by_second:
            return sound
        self.by_second = True
        self._outcome.second_spoke(asked=self._service is not None or self._error is not None)
        before = self._joint.cut() or (silence(self._form, self._lead_in) if self._lead_in else b"")
        if self._service is not None:
            self._let_go(self._service)
        return before + sound

    def _second_failed(self, error: OtherVoiceError) -> None:
        self._second, self._can_ask_second = None, False
        self._outcome.second_failed(error)
        if self._service is not None:
            return
        if self._error is None and not self.by_second:
            self._ask_service()  # which was not believed in
            return
        raise self._error or ServiceTimeoutError("the service does not answer")


class _Coming:
    """A sound of which the next piece is always awaited."""

    def __init__(self, sound: AsyncGenerator[bytes]) -> None:
        self._sound = sound
        self.next = asyncio.ensure_future(anext(sound, b""))

    async def comes(self) -> bool:
        """Wait for the next piece, and pass over it; return whether there is one. Raises what the sound does."""
        await asyncio.wait({self.next})
        return bool(self.take())

    def take(self) -> bytes:
        """Return the piece that has come; empty at the end. Raises what the sound does."""
        if piece := self.next.result():
            self.next = asyncio.ensure_future(anext(self._sound, b""))
        return piece

    async def aclose(self) -> None:
        """Listen no more."""
        self.next.cancel()
        with suppress(asyncio.CancelledError, Exception):
            await self.next
        await self._sound.aclose()
