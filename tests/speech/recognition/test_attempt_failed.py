"""Who speaks is told of a failed attempt as soon as it has failed, also where nothing is lost by it."""

import asyncio
from contextlib import aclosing
from dataclasses import dataclass, field
from typing import Final

import pytest

from custom_components.azure_speech_live.speech import (
    AttemptFailed,
    ConnectionFailedError,
    Mode,
    Phrase,
    RecognitionOptions,
    ServiceError,
    SpeechClient,
    SpeechError,
    ThrottledError,
)
from custom_components.azure_speech_live.speech.wire.retry import RETRY_DELAY
from tests.speech_service import AtOnce, Behaviour, Fault, Legible, SpeechService
from tests.speech_service.faults import AudioReceived, Close, Received, Refuse, Reset

from ..caller import AUDIO, BYTES_PER_SECOND, COMMAND, INTERACTIVE, Source, calling

SHORT: Final = Source(AUDIO[Mode.INTERACTIVE])
BROKEN: Final = len(AUDIO[Mode.INTERACTIVE]) // 2
SOON: Final = 0.05
"""Seconds in which the service is there and says that it has no place."""


@dataclass
class Told:
    """What became of one command, and when, in seconds from its beginning."""

    failed: list[tuple[float, SpeechError]] = field(default_factory=list)
    texts: list[str] = field(default_factory=list)
    seconds: float = 0.0
    error: SpeechError | None = None

    @property
    def kinds(self) -> list[type[SpeechError]]:
        """What failed attempts failed with."""
        return [type(error) for _, error in self.failed]


async def command(
    client: SpeechClient, source: Source = SHORT, options: RecognitionOptions = INTERACTIVE, after: float = 0.0
) -> Told:
    """Say a command after some seconds."""
    await asyncio.sleep(after)
    loop, told = asyncio.get_running_loop(), Told()
    begun = loop.time()
    try:
        async with aclosing(client.recognize(source, options)) as events:
            async for event in events:
                if isinstance(event, AttemptFailed):
                    told.failed.append((loop.time() - begun, event.error))
                elif isinstance(event, Phrase):
                    told.texts.append(event.text)
    except SpeechError as error:
        told.error = error
    told.seconds = loop.time() - begun
    return told


async def told_of(*behaviours: Behaviour, source: Source = SHORT, options: RecognitionOptions = INTERACTIVE) -> Told:
    """Return what is told by a service whose first connections behave so."""
    async with SpeechService(Legible(), behaviours=behaviours) as service, calling(service.url) as client:
        return await command(client, source, options)


async def test_nothing_is_told_where_nothing_fails() -> None:
    told = await told_of()
    assert (told.failed, told.texts) == ([], [COMMAND])


@pytest.mark.parametrize(
    "behaviour",
    [Behaviour(answer=Refuse(429)), Behaviour(faults=(Fault(AudioReceived(1), Close(4429, "too many requests")),))],
)
async def test_one_too_many_is_told_before_it_is_waited_for(behaviour: Behaviour) -> None:
    told = await told_of(behaviour)
    ((moment, error),) = told.failed  # once, although it is refused and then waits
    assert isinstance(error, ThrottledError)
    assert moment <= SOON
    assert told.seconds >= 1
    assert (told.error, told.texts) == (None, [COMMAND])


async def test_each_of_a_line_is_told_that_it_waits() -> None:
    """The third is not refused: it finds a line. The first is served, and knows of nothing."""
    async with SpeechService(Legible(), at_once=AtOnce()) as service, calling(service.url) as client:
        source = Source(AUDIO[Mode.INTERACTIVE], pace=1.0)
        first, second, third = await asyncio.gather(*(command(client, source, after=0.2 * n) for n in range(3)))
        assert (first.failed, {*second.kinds, *third.kinds}) == ([], {ThrottledError})
        assert max(second.failed[0][0], third.failed[0][0]) <= SOON
        assert first.texts + second.texts + third.texts == [COMMAND] * 3
        assert service.at_once is not None
        assert service.at_once.refused == 1


async def test_a_connection_that_breaks_in_a_word() -> None:
    told = await told_of(
        Behaviour(faults=(Fault(AudioReceived(BROKEN), Reset()),)), source=Source(AUDIO[Mode.INTERACTIVE], pace=1.0)
    )
    ((moment, error),) = told.failed
    assert type(error) is ConnectionFailedError
    assert error.connection_id
    assert moment == pytest.approx(BROKEN / BYTES_PER_SECOND, abs=0.2)
    assert (told.error, told.texts) == (None, [COMMAND])


@pytest.mark.parametrize(
    ("behaviour", "kind"),
    [(Behaviour(answer=Reset()), ConnectionFailedError), (Behaviour(answer=Refuse(503)), ServiceError)],
)
async def test_a_connection_that_does_not_open_at_first(behaviour: Behaviour, kind: type[SpeechError]) -> None:
    # aiohttp asks a second time by itself where the line breaks before the answer.
    told = await told_of(behaviour, *[behaviour] * (kind is ConnectionFailedError))
    ((moment, error),) = told.failed
    assert type(error) is kind
    assert moment <= SOON
    assert told.seconds == pytest.approx(moment + RETRY_DELAY, abs=SOON)
    assert (told.error, told.texts) == (None, [COMMAND])


async def test_of_the_last_attempt_the_error_is_all_that_is_told() -> None:
    async with (
        SpeechService(Legible(), behaviours=lambda _: Behaviour(answer=Refuse(503))) as service,
        calling(service.url) as client,
    ):
        told = await command(client)
        assert told.kinds == [ServiceError]
        assert told.error is not told.failed[0][1]
        assert isinstance(told.error, ServiceError)


@pytest.mark.parametrize("refusal", [Refuse(401), Refuse(418), Refuse(429, {"Retry-After": "30"})])
async def test_what_is_not_tried_again_is_no_event(refusal: Refuse) -> None:
    told = await told_of(Behaviour(answer=refusal), Behaviour(answer=refusal))
    assert told.failed == []
    assert told.error is not None


async def test_a_kept_connection_that_died_says_nothing_of_the_service() -> None:
    dies = Fault(Received("speech.context", 2), Reset())
    async with (
        SpeechService(Legible(), behaviours=[Behaviour(faults=(dies,))]) as service,
        calling(service.url) as client,
    ):
        assert (await command(client)).texts == [COMMAND]
        told = await command(client)
        assert (told.failed, told.texts) == ([], [COMMAND])
        assert len(service.connections) == 2


async def test_languages_that_are_not_detected_all_along_say_nothing_of_the_service() -> None:
    options = RecognitionOptions(candidates=("en-US", "de-DE"), mode=Mode.CONVERSATION)
    told = await told_of(Behaviour(continuous=False), options=options)
    assert (told.failed, told.error) == ([], None)
