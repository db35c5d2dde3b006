"""The audio of a command: every reader has all of it from where it begins, and the source is closed once."""

from array import array
import asyncio
from collections.abc import AsyncGenerator, AsyncIterable

import pytest

from custom_components.azure_speech_live.fallback.recording import PIECE, STALL_LIMIT, Recording
from custom_components.azure_speech_live.speech import AudioSourceError, BadAudioError
from custom_components.azure_speech_live.speech.riff import header

from ..speech import BYTES_PER_SECOND, pcm, stream


class Changes:
    """Counts how often it is told that the command is over."""

    count = 0

    def __call__(self) -> None:
        """Count."""
        self.count += 1


async def all_of(reader: AsyncIterable[bytes]) -> bytes:
    """Read to the end."""
    return b"".join([piece async for piece in reader])


@pytest.fixture
def over() -> Changes:
    """Be told when the command is over."""
    return Changes()


async def test_whoever_reads_has_all_of_it_whenever_it_begins(over: Changes) -> None:
    audio, pause = pcm(2), asyncio.Event()

    async def spoken() -> AsyncGenerator[bytes]:
        async for chunk in stream(audio[:32000]):
            yield chunk
        await pause.wait()
        async for chunk in stream(audio[32000:], 333):
            yield chunk

    recording = Recording(spoken(), over)
    early = asyncio.create_task(all_of(recording.reader()))
    await asyncio.sleep(0.1)
    live = recording.reader(beyond=True)
    pieces = [await anext(live) for _ in range(3)]
    assert [len(piece) for piece in pieces] == [PIECE] * 3  # what there is already comes in large pieces
    assert over.count == 0
    pause.set()
    assert b"".join(pieces) + await all_of(live) == audio
    assert await early == audio
    assert await all_of(recording.reader()) == audio
    assert over.count == 1
    assert recording.size == len(audio)
    await recording.close()


async def test_a_slow_reader_keeps_nobody_waiting(over: Changes) -> None:
    recording = Recording(stream(pcm(3)), over)
    slow = recording.reader()
    await anext(slow)
    assert await all_of(recording.reader()) == pcm(3)
    await slow.aclose()
    await recording.close()


async def test_what_is_dropped_is_heard_by_nobody_who_comes_later(over: Changes) -> None:
    recording = Recording(stream(pcm(2)), over)
    assert await all_of(recording.reader()) == pcm(2)
    recording.drop(0.50003)  # amid a sample
    assert await all_of(recording.reader()) == pcm(2)[16000:]
    recording.drop(0.1)
    assert await all_of(recording.reader()) == pcm(2)[16000:]
    recording.drop(1.9)
    assert await all_of(recording.reader()) == pcm(2)[60800:]
    recording.drop(9)
    assert await all_of(recording.reader()) == b""
    assert recording.size == len(pcm(2))
    await recording.close()


async def test_a_header_is_no_audio(over: Changes) -> None:
    recording = Recording(stream(header(16000, 0) + pcm(0.5)), over)
    assert await all_of(recording.reader()) == pcm(0.5)
    await recording.close()


async def test_a_header_of_other_audio_is_an_error_to_everybody(over: Changes) -> None:
    recording = Recording(stream(header(44100, 0) + pcm(0.5)), over)
    for beyond in (True, False):
        with pytest.raises(BadAudioError):
            await all_of(recording.reader(beyond=beyond))
    assert isinstance(recording.error, BadAudioError)
    await recording.close()


async def test_what_the_source_raises_is_raised_behind_what_it_gave(over: Changes) -> None:
    failure = TimeoutError("no audio")

    async def broken() -> AsyncGenerator[bytes]:
        yield pcm(0.1)
        raise failure

    recording = Recording(broken(), over)
    for _ in range(2):
        reader = recording.reader()
        assert await anext(reader) == pcm(0.1)
        with pytest.raises(TimeoutError) as caught:
            await anext(reader)
        assert caught.value is failure is recording.error
    assert over.count == 1
    await recording.close()


async def test_a_source_that_is_cancelled_is_an_error(over: Changes) -> None:

    async def cancelled() -> AsyncGenerator[bytes]:
        yield pcm(0.1)
        raise asyncio.CancelledError

    recording = Recording(cancelled(), over)
    with pytest.raises(AudioSourceError):
        await all_of(recording.reader())
    await recording.close()


async def test_closing_it_ends_readers_and_the_source_once(over: Changes) -> None:
    closed = 0

    async def endless() -> AsyncGenerator[bytes]:
        nonlocal closed
        try:
            yield pcm(0.1)
            await asyncio.Event().wait()
        finally:
            closed += 1

    recording = Recording(endless(), over)
    reader = asyncio.create_task(all_of(recording.reader()))
    await asyncio.sleep(0.1)
    await recording.close()
    assert await reader == pcm(0.1)
    await recording.close()
    assert closed == 1


class Ear:
    """Hears the end after a second, and after every other one."""

    heard = b""

    def feed(self, chunk: bytes) -> bool:
        """Take audio."""
        self.heard += chunk
        return len(self.heard) >= BYTES_PER_SECOND

    def goes_on(self) -> None:
        """Be told that it was none."""
        self.heard = b""


async def test_a_command_may_be_over_before_its_audio(over: Changes) -> None:
    more, ear = asyncio.Event(), Ear()

    async def television() -> AsyncGenerator[bytes]:
        async for chunk in stream(pcm(1.5)):
            yield chunk
        await more.wait()
        yield b"more"

    recording = Recording(television(), over, ear)
    assert await all_of(recording.reader()) == pcm(1)
    assert over.count == 1
    beyond = asyncio.create_task(all_of(recording.reader(beyond=True)))
    await asyncio.sleep(0.1)
    assert not beyond.done()
    more.set()
    assert await beyond == pcm(1.5) + b"more"
    assert ear.heard == pcm(1)  # from then on nobody need listen for it
    recording.command_ended()
    assert over.count == 1
    await recording.close()


@pytest.mark.parametrize("ended", [True, False])
async def test_a_command_goes_on_behind_what_was_taken_for_its_end(over: Changes, *, ended: bool) -> None:
    audio, pause = pcm(2), asyncio.Event()

    async def spoken() -> AsyncGenerator[bytes]:
        yield audio[:32000]
        await pause.wait()
        yield audio[32000:]
        await asyncio.sleep(0 if ended else 1000)

    recording = Recording(spoken(), over, Ear())
    assert await all_of(recording.reader()) == audio[:32000]
    if ended:
        pause.set()
        await asyncio.sleep(0.1)
        assert await all_of(recording.reader()) == audio[:32000]
    recording.command_goes_on()
    pause.set()
    assert await all_of(recording.reader()) == audio
    assert over.count == 2
    await recording.close()


async def test_a_source_that_is_ended_is_no_error(over: Changes) -> None:
    closed = 0

    async def spoken() -> AsyncGenerator[bytes]:
        nonlocal closed
        try:
            yield pcm(1)
            await asyncio.Event().wait()
        finally:
            closed += 1

    recording = Recording(spoken(), over)
    early = asyncio.create_task(all_of(recording.reader(beyond=True)))
    await asyncio.sleep(0.1)
    recording.end()
    assert await early == pcm(1)
    assert recording.ended
    await recording.close()
    assert (closed, over.count) == (1, 1)


async def test_a_command_of_which_no_more_comes_is_over_until_more_does(over: Changes) -> None:
    more = asyncio.Event()

    async def halting() -> AsyncGenerator[bytes]:
        yield pcm(1)
        await more.wait()
        yield pcm(1)

    recording, begun = Recording(halting(), over), asyncio.get_running_loop().time()
    assert await all_of(recording.reader()) == pcm(1)
    assert asyncio.get_running_loop().time() - begun == pytest.approx(STALL_LIMIT, abs=0.1)
    recording.command_goes_on()
    more.set()
    assert await all_of(recording.reader()) == 2 * pcm(1)
    assert over.count == 2
    await recording.close()


@pytest.mark.parametrize(
    ("behind", "pause"),
    [(0, True), (900, True), (1100, False), (10000, False), (None, True)],
    ids=["silence", "a quiet room", "a loud one", "words", "nothing"],
)
async def test_a_pause_is_told_from_words_by_what_was_said_before_it(
    over: Changes, behind: int | None, *, pause: bool
) -> None:
    words, rest = loud(10000), b"" if behind is None else loud(behind)
    recording = Recording(stream(words + rest), over)
    await all_of(recording.reader())
    assert not recording.is_pause  # whatever it is, nobody has heard words in it
    recording.drop(1.0)
    assert recording.is_pause is pause
    await recording.close()


def loud(peak: int) -> bytes:
    """Return a second that is so loud at some time."""
    samples = array("h", bytes(BYTES_PER_SECOND))
    samples[5000] = -peak
    return samples.tobytes()
