"""The buffer of audio: its positions hold."""

from array import array
from collections.abc import Sequence

from hypothesis import given, strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule
import pytest

from custom_components.azure_speech_live.speech.recognition.audio import FRAME_SIZE, WAV_HEADER, AudioBuffer

from ..chunks import chunkings

PCM = array("h", range(1, 500)).tobytes()


class Buffer(RuleBasedStateMachine):
    """An AudioBuffer beside all that was ever fed to it."""

    def __init__(self) -> None:
        super().__init__()
        self.buffer = AudioBuffer()
        self.fed = b""
        self.position = 0

    @precondition(lambda self: not self.buffer.ended)
    @rule(size=st.integers(0, 2 * FRAME_SIZE + 3))
    def feed(self, size: int) -> None:
        audio = bytes((len(self.fed) + index) % 251 for index in range(size))
        self.fed += audio
        self.buffer.feed(audio)

    @precondition(lambda self: not self.buffer.ended)
    @rule()
    def close(self) -> None:
        self.buffer.close()

    @rule()
    def send(self) -> None:
        self.position += len(self.buffer.frame(self.position))

    @rule()
    def send_again(self) -> None:
        self.position = self.buffer.start

    @rule(share=st.floats(0, 1))
    def discard(self, share: float) -> None:
        position = self.buffer.start + int((self.position - self.buffer.start) * share) // 2 * 2
        self.buffer.discard(position)
        assert self.buffer.start == position

    @invariant()
    def end_is_a_whole_sample(self) -> None:
        # Up to three bytes are held back while they may still be a header's; none is, as no header begins with 0.
        assert self.buffer.end == len(self.fed) // 2 * 2

    @invariant()
    def frame_is_what_was_fed(self) -> None:
        for position in {self.buffer.start, self.position}:
            left = self.buffer.end - position
            for least in (FRAME_SIZE, FRAME_SIZE // 5, max(1, left), left + 1):
                frame = self.buffer.frame(position, least)
                assert frame == self.fed[position : position + len(frame)]
                assert len(frame) == (min(FRAME_SIZE, left) if self.buffer.ended or left >= least else 0)


TestBuffer = Buffer.TestCase


@given(st.data())
def test_header_in_a_buffer(data: st.DataObject) -> None:
    buffer = AudioBuffer()
    for part in data.draw(chunkings(WAV_HEADER + PCM)):
        buffer.feed(part)
    buffer.close()
    assert (buffer.start, buffer.end, buffer.frame(0)) == (0, len(PCM), PCM)


def test_what_is_held_back_comes_at_the_end() -> None:
    buffer = AudioBuffer()
    buffer.feed(b"RI")
    assert (buffer.end, buffer.frame(0)) == (0, b"")
    buffer.close()
    assert (buffer.end, buffer.frame(0)) == (2, b"RI")


@pytest.mark.parametrize("chunks", [[], [b""], [b"x"], [WAV_HEADER], [WAV_HEADER, b"x"]])
def test_no_whole_sample_is_no_audio(chunks: Sequence[bytes]) -> None:
    buffer = AudioBuffer()
    for part in chunks:
        buffer.feed(part)
    buffer.close()
    assert (buffer.end, buffer.frame(0)) == (0, b"")
