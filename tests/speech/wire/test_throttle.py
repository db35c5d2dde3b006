"""Too many requests at a time: whoever is refused waits for the others, and nothing that was said is lost."""

import asyncio
from collections.abc import AsyncGenerator, Sequence
from dataclasses import dataclass, field
from math import inf
from types import NoneType
from typing import Final

import pytest

from custom_components.azure_speech_live.speech import (
    ConnectionFailedError,
    Mode,
    RecognitionOptions,
    SpeechClient,
    ThrottledError,
    TranslationOptions,
)
from custom_components.azure_speech_live.speech.recognition.pace import MAX_TIMES
from custom_components.azure_speech_live.speech.wire.throttle import (
    GIVE_WAY,
    LONG_PATIENCE,
    PATIENCE,
    Throttle,
)
from tests.speech_service import AtOnce, Behaviour, Legible, SpeechService
from tests.speech_service.at_once import CLOSE, INVALID, PHRASE, UPGRADE, Phrase
from tests.speech_service.faults import Close, Refuse

from ..caller import (
    AUDIO,
    BYTES_PER_SECOND,
    CONVERSATION,
    INTERACTIVE,
    SAID,
    Heard,
    Source,
    audio_of,
    calling,
    listen,
)

REFUSALS: Final[dict[str, Refuse | Close | Phrase]] = {"429": UPGRADE, "4429": CLOSE, "1007": INVALID, "phrase": PHRASE}
"""All the ways in which the service says that there are too many."""
COMMANDS: Final = (
    "Turn on the light above the kitchen table, close the blinds in the living room, and tell me what the time is.",
    "Close the blinds in the living room.",
    "What is the time?",
    "Play some music.",
    "Lock the door.",
)
RECORDING: Final = tuple(f"This is sentence number {number}, of a recording that goes on." for number in range(15))


def one_at_a_time(how: str = "429", *, connections: bool = False) -> SpeechService:
    """Return a stand-in that takes one request at a time, or one connection."""
    return SpeechService(Legible(), at_once=AtOnce(refusal=REFUSALS[how], connections=connections))


def refused(service: SpeechService) -> int:
    """Return how many requests were refused."""
    assert service.at_once is not None
    return service.at_once.refused


def sent(service: SpeechService) -> float:
    """Return how many seconds of audio the service got."""
    return sum(connection.audio_size for connection in service.connections) / BYTES_PER_SECOND


@dataclass
class Party:
    """People who speak to one client, and who of them was answered when."""

    client: SpeechClient
    answered: list[str] = field(default_factory=list)

    async def say(self, text: str, after: float = 0.0, options: RecognitionOptions = INTERACTIVE) -> Heard:
        """Say a command after some seconds; return what was heard."""
        await asyncio.sleep(after)
        heard = await listen(self.client, Source(audio_of([text]), pace=1.0), options)
        self.answered.append(text)
        assert (heard.error, heard.transcript) == (None, text)
        return heard

    async def play(self, phrases: Sequence[str] = RECORDING, after: float = 0.0, pace: float = 0.0) -> Heard:
        """Have a recording recognised; return what was heard."""
        await asyncio.sleep(after)
        heard = await listen(self.client, Source(audio_of(phrases), pace=pace), CONVERSATION, long=True)
        self.answered.append("recording")
        assert (heard.error, heard.transcript) == (None, " ".join(phrases))
        return heard


def now() -> float:
    """Return the loop's time."""
    return asyncio.get_running_loop().time()


# --- commands


@pytest.mark.parametrize("connections", [False, True])
@pytest.mark.parametrize("offset", [0.0, 0.4, 1.0, 2.0])
@pytest.mark.parametrize("how", REFUSALS)
async def test_two_commands(how: str, offset: float, connections: bool) -> None:  # noqa: FBT001 - a parameter
    """Both are heard, and the second at most half a second after the first, or after it was said."""
    async with one_at_a_time(how, connections=connections) as service, calling(service.url) as client:
        party, begun = Party(client), now()
        first, second = await asyncio.gather(party.say(COMMANDS[0]), party.say(COMMANDS[1], offset))
        assert refused(service)
        said = begun + offset + len(audio_of([COMMANDS[1]])) / BYTES_PER_SECOND
        assert begun + offset + second.seconds <= max(begun + first.seconds, said) + 0.5
        assert len(service.attempts) <= 3


@pytest.mark.parametrize("how", REFUSALS)
async def test_five_are_served_in_order(how: str) -> None:
    async with one_at_a_time(how) as service, calling(service.url) as client:
        party = Party(client)
        await asyncio.gather(*(party.say(command, 0.01 * number) for number, command in enumerate(COMMANDS)))
        assert tuple(party.answered) == COMMANDS
        # Nobody asks out of turn: each is refused once, but for those who find a line.
        assert refused(service) <= 4


@pytest.mark.parametrize("how", REFUSALS)
async def test_of_five_at_once_each_is_served(how: str) -> None:
    async with one_at_a_time(how) as service, calling(service.url) as client:
        await asyncio.gather(*(Party(client).say(command) for command in COMMANDS))


async def test_three_at_a_time() -> None:
    async with SpeechService(Legible(), at_once=AtOnce(requests=3)) as service, calling(service.url) as client:
        begun = now()
        await asyncio.gather(*(Party(client).say(COMMANDS[0], 0.01 * number) for number in range(6)))
        assert refused(service) <= 3
        assert now() - begun <= 2 * len(audio_of(COMMANDS[:1])) / BYTES_PER_SECOND


async def test_nobody_waits_where_all_are_served() -> None:
    async with SpeechService(Legible()) as service, calling(service.url) as client:
        party = Party(client)
        heard = await asyncio.gather(party.play(pace=1.0), *(party.say(command) for command in COMMANDS))
        assert max(each.seconds_more for each in heard) <= 0.01


async def test_a_connection_kept_open_for_another_language_is_no_obstacle() -> None:
    async with one_at_a_time(connections=True) as service, calling(service.url) as client:
        await Party(client).say(COMMANDS[1])
        heard = await Party(client).say(COMMANDS[2], options=RecognitionOptions(language="de-DE"))
        assert refused(service) == 1
        assert heard.seconds_more <= 0.1


async def test_what_waits_longer_than_an_answer_may_take() -> None:
    """The wait counts neither as the answer's time nor as an attempt."""
    behaviours = [Behaviour(answer=UPGRADE)] * 5
    async with SpeechService(Legible(), behaviours=behaviours) as service, calling(service.url) as client:
        heard = await listen(client, Source(AUDIO[Mode.INTERACTIVE]))
        assert (heard.error, heard.transcript) == (None, SAID[Mode.INTERACTIVE])
        assert heard.seconds == pytest.approx(1 + 2 + 3 + 4 + 5, abs=0.1)


# --- recordings


@pytest.mark.parametrize("pace", [0.0, 1.0])
@pytest.mark.parametrize("how", REFUSALS)
async def test_a_command_during_a_recording(how: str, pace: float) -> None:
    """The recording gives way, behind a phrase if one ends in time; not a word of it is lost or there twice."""
    async with one_at_a_time(how) as service, calling(service.url) as client:
        party = Party(client)
        recording, *commands = await asyncio.gather(
            party.play(pace=pace), party.say(COMMANDS[1], 2.0), party.say(COMMANDS[2], 5.5)
        )
        assert party.answered == [COMMANDS[1], COMMANDS[2], "recording"]
        assert max(command.seconds_more for command in commands) <= GIVE_WAY + 0.5
        offsets = [phrase.offset for phrase in recording.phrases if phrase.text]
        assert offsets == sorted(offsets)


async def test_a_command_during_a_sentence_without_end() -> None:
    sentence = " ".join(f"word{number}" for number in range(150)) + "."
    async with one_at_a_time() as service, calling(service.url) as client:
        party = Party(client)
        _, command = await asyncio.gather(party.play([sentence], pace=1.0), party.say(COMMANDS[2], 5.0))
        assert party.answered == [COMMANDS[2], "recording"]
        assert command.seconds_more <= GIVE_WAY + 0.5


async def test_many_commands_during_a_recording_without_end() -> None:
    """What is sent again for them has an end."""
    sentences = [" ".join(f"word{number}" for number in range(part, part + 150)) + "." for part in (1000, 2000)]
    async with one_at_a_time() as service, calling(service.url) as client:
        party = Party(client)
        await asyncio.gather(party.play(sentences), *(party.say(COMMANDS[2], 4.0 * number) for number in range(1, 5)))
        spoken = sum(len(audio_of([text])) for text in (*sentences, *[COMMANDS[2]] * 4)) / BYTES_PER_SECOND
        assert sent(service) <= MAX_TIMES * spoken


async def test_a_recording_comes_behind_commands_that_came_later() -> None:
    async with one_at_a_time() as service, calling(service.url) as client:
        party = Party(client)
        await asyncio.gather(
            party.say(COMMANDS[0]), party.play(after=0.1), *(party.say(COMMANDS[n], 0.1 + 0.1 * n) for n in (1, 2, 3))
        )
        assert party.answered == [*COMMANDS[:4], "recording"]


async def test_two_recordings() -> None:
    async with one_at_a_time() as service, calling(service.url) as client:
        heard = await asyncio.gather(Party(client).play(), Party(client).play(RECORDING[::-1], 1.0))
        assert heard[1].seconds >= heard[0].seconds


# --- other programs


@pytest.mark.parametrize("long", [False, True])
@pytest.mark.parametrize("how", REFUSALS)
async def test_a_place_that_another_program_has(how: str, long: bool) -> None:  # noqa: FBT001 - a parameter
    async with one_at_a_time(how) as service, calling(service.url) as other, calling(service.url) as client:
        heard = asyncio.create_task(listen(client, Source(AUDIO[Mode.INTERACTIVE], pace=1.0), long=long))
        await Party(other).say(COMMANDS[0])
        await other.close()
        assert (await heard).transcript == SAID[Mode.INTERACTIVE]


async def test_patience_has_an_end() -> None:
    async with (
        SpeechService(behaviours=lambda _: Behaviour(answer=UPGRADE)) as service,
        calling(service.url) as client,
    ):
        heard = await listen(client, Source(AUDIO[Mode.INTERACTIVE]))
        assert isinstance(heard.error, ThrottledError)
        assert heard.seconds == pytest.approx(PATIENCE, abs=0.1)
        assert len(service.attempts) == 7
        heard = await listen(client, Source(AUDIO[Mode.INTERACTIVE]), long=True)
        assert isinstance(heard.error, ThrottledError)
        assert heard.seconds == pytest.approx(LONG_PATIENCE, abs=0.1)


async def test_nobody_waits_longer_than_a_recognition_may_take() -> None:
    async with (
        SpeechService(behaviours=lambda _: Behaviour(answer=UPGRADE)) as service,
        calling(service.url) as client,
    ):
        heard = await listen(client, Source(AUDIO[Mode.INTERACTIVE]), RecognitionOptions(limit=5.0))
        assert isinstance(heard.error, ThrottledError)
        assert heard.seconds == pytest.approx(5.0, abs=0.1)


@pytest.mark.parametrize(
    ("retry_after", "long", "waits"),
    [(0.0, False, True), (12.0, False, True), (26.0, False, False), (300.0, True, True), (601.0, True, False)],
)
async def test_time_that_the_service_asks_for(retry_after: float, long: bool, waits: bool) -> None:  # noqa: FBT001 - parameters
    behaviours = [Behaviour(answer=Refuse(429, {"Retry-After": str(retry_after)}))]
    async with SpeechService(Legible(), behaviours=behaviours) as service, calling(service.url) as client:
        heard = await listen(client, Source(AUDIO[Mode.INTERACTIVE]), long=long)
        assert heard.seconds == pytest.approx(retry_after if waits else 0.0, abs=0.1)
        assert isinstance(heard.error, NoneType if waits else ThrottledError)
        assert len(service.attempts) == 1 + waits


@pytest.mark.parametrize("way", ["recognize", "translate"])
async def test_nothing_is_taken_for_long_that_is_not_called_so(way: str) -> None:
    refusal = Behaviour(answer=Refuse(429, {"Retry-After": str(PATIENCE + 1)}))
    async with SpeechService(Legible(), behaviours=[refusal]) as service, calling(service.url) as client:
        source, options = Source(AUDIO[Mode.INTERACTIVE]), TranslationOptions(targets=("de",))
        with pytest.raises(ThrottledError):
            await anext(client.recognize(source, options) if way == "recognize" else client.translate(source, options))


@pytest.mark.parametrize("retry_after", ["0", "1"])
async def test_a_time_at_which_there_is_no_room_yet(retry_after: str) -> None:
    refusal = Refuse(429, {"Retry-After": retry_after})
    async with SpeechService(Legible(), at_once=AtOnce(refusal=refusal)) as service, calling(service.url) as client:
        party = Party(client)
        await asyncio.gather(party.say(COMMANDS[0]), party.say(COMMANDS[1], 0.1))
        assert tuple(party.answered) == COMMANDS[:2]
        # It is the end of the other's request that makes room, and not the time.
        assert refused(service) == 1


async def test_a_service_that_says_at_once_for_ever_is_not_asked_at_once_for_ever() -> None:
    refusal = Refuse(429, {"Retry-After": "0"})
    service = SpeechService(behaviours=lambda _: Behaviour(answer=refusal))
    async with service, calling(service.url) as client:
        heard = await listen(client, Source(AUDIO[Mode.INTERACTIVE]), RecognitionOptions(limit=5.0))
        assert isinstance(heard.error, ThrottledError)
        assert len(service.attempts) == 4  # after 0, 1 and 2 s more


async def test_the_rest_api_for_short_recordings() -> None:
    service = SpeechService(Legible(), behaviours=lambda _: Behaviour(answer=Refuse(200)), at_once=AtOnce())
    async with service, calling(service.url) as client:
        party = Party(client)
        await asyncio.gather(party.say(COMMANDS[0]), party.say(COMMANDS[1], 0.4), party.say(COMMANDS[2], 0.5))
        assert tuple(party.answered) == COMMANDS[:3]
        assert refused(service) == 1


# --- those who go


async def test_who_goes_while_he_waits_leaves_the_line() -> None:
    async with one_at_a_time() as service, calling(service.url) as client:
        party = Party(client)
        first = asyncio.create_task(party.say(COMMANDS[0]))
        second = asyncio.create_task(party.say(COMMANDS[1], 0.1))
        third = asyncio.create_task(party.say(COMMANDS[2], 0.2))
        await asyncio.sleep(1.5)
        second.cancel()
        heard = await first, await third
        assert heard[1].seconds + 0.2 <= heard[0].seconds + 0.5
        assert second.cancelled()


async def test_who_goes_while_he_is_served_makes_room() -> None:
    async with one_at_a_time() as service, calling(service.url) as client:
        first = asyncio.create_task(Party(client).say(COMMANDS[0]))
        second = asyncio.create_task(Party(client).say(COMMANDS[2], 0.1))
        await asyncio.sleep(1.0)
        first.cancel()
        begun = now()
        await second
        assert now() - begun <= 0.5


async def test_a_client_that_is_closed_ends_those_who_wait() -> None:
    async with one_at_a_time() as service, calling(service.url) as client:
        tasks = [
            asyncio.create_task(listen(client, Source(audio_of([command]), pace=1.0), long=number == 1))
            for number, command in enumerate(COMMANDS)
        ]
        await asyncio.sleep(1.0)
        begun = now()
        await client.close()
        heard = await asyncio.gather(*tasks)
        assert now() - begun <= 0.1
        assert all(isinstance(each.error, ConnectionFailedError) for each in heard[:2])


async def test_who_says_nothing_does_not_wait_for_an_answer() -> None:
    async with one_at_a_time() as service, calling(service.url) as client:

        async def nothing() -> AsyncGenerator[bytes]:
            await asyncio.sleep(1.0)
            for _ in ():
                yield b""

        first = asyncio.create_task(Party(client).say(COMMANDS[0]))
        await asyncio.sleep(0.1)
        heard = await listen(client, nothing())
        assert (heard.error, heard.transcript) == (None, "")
        assert heard.seconds == pytest.approx(1.0, abs=0.1)
        await first


async def test_what_is_being_served_is_told_who_begins_and_ceases_to_wait() -> None:
    throttle = Throttle()
    told: list[float] = []
    recording = throttle.place(lambda: told.append(throttle.give_way_by(recording)), long=True)
    command = throttle.place(lambda: None, long=False)
    assert await throttle.come(recording, inf) == 0.0
    throttle.refused(command, ThrottledError("too many requests"))
    waiting = asyncio.create_task(throttle.come(command, inf))
    await asyncio.sleep(0)
    assert told[-1] == command.waits_since + GIVE_WAY
    waiting.cancel()
    await asyncio.wait([waiting])
    assert told[-1] == inf
