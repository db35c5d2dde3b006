"""One turn: audio goes in, the messages of the answer come out, by the rules of the turn's mode.

INTERACTIVE: one phrase, then the turn ends. CONVERSATION and DICTATION: a phrase for each utterance until the client
ends the audio, then EndOfDictation and the end. Whatever happens, turn.end comes last.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final
from uuid import uuid4

from .answers import Answers, Send
from .engines import Finding, Hypothesis, Phrase, Recognition, SpeechStart, Status
from .manner import USUAL, Manner
from .options import Mode, TurnOptions
from .wav import from_seconds, round_up, ticks

LONGEST_SEGMENT: Final = 55.0
"""Seconds of audio after which there is a phrase in any case.

The native SDK gives up when 66 s of what it sent are not accounted for.
"""


@dataclass(frozen=True, slots=True)
class Commit:
    """The client asks for the current segment to be finished now (audio.commit)."""

    token: str


@dataclass(eq=False)
class Turn:
    """One turn, and the record of it. `audio` is what was received, without the RIFF header."""

    request_id: str
    context: Any
    """The JSON of speech.context; None if the client sent none."""
    options: TurnOptions
    manner: Manner = USUAL
    service_tag: str = field(default_factory=lambda: uuid4().hex)
    riff: bytes | None = None
    audio: bytearray = field(default_factory=bytearray)
    frame_sizes: list[int] = field(default_factory=list)
    """Sizes of the audio messages' bodies, in bytes."""
    audio_ended: bool = False
    ended: bool = False
    """turn.end was reached (whether or not a fault let it be sent)."""
    phrases: list[Phrase] = field(default_factory=list)
    telemetry: list[Any] = field(default_factory=list)

    def __post_init__(self) -> None:
        """Prepare to take audio."""
        self._incoming: asyncio.Queue[bytes | Commit | None] = asyncio.Queue()
        self._incoming.put_nowait(b"")  # so that caught_up waits for turn.start as well
        self._heard = 0
        self._accounted = 0
        self._begun: int | None = None
        """Where the phrase began that is being said."""
        self._end_told = False

    @property
    def riff_size(self) -> int:
        """Bytes of the RIFF header in the first audio message."""
        return len(self.riff or b"")

    def take_audio(self, pcm: bytes) -> None:
        """Take PCM that came."""
        self.audio += pcm
        self._incoming.put_nowait(pcm)

    def take_commit(self, token: str) -> None:
        """Take a request to finish the current segment."""
        self._incoming.put_nowait(Commit(token))

    def end_audio(self) -> None:
        """Take the end of the audio; repeated ones mean nothing."""
        if not self.audio_ended:
            self.audio_ended = True
            self._incoming.put_nowait(None)

    async def caught_up(self) -> None:
        """Wait until all that came has been answered."""
        await self._incoming.join()

    async def run(self, recognition: Recognition, send: Send, answers: Answers) -> None:
        """Answer until the turn is over."""
        self._answers = answers
        try:
            await send("turn.start", {"context": {"serviceTag": self.service_tag}})
            await self._answer(recognition, send)
            self.ended = True
            await send("turn.end", {})
        finally:
            await recognition.close()

    async def _answer(self, recognition: Recognition, send: Send) -> None:
        while (item := await self._incoming.get()) is not None:
            if isinstance(item, Commit):
                await self._commit(recognition, item.token, send)
            else:
                self._heard += len(item)
                await self._report(await recognition.hear(item), send)
                if self._is_too_long:
                    await self._report(await recognition.conclude() or [self._no_match()], send)
            self._incoming.task_done()
            if self._over:
                return
        await self._finish(recognition, send)

    async def _finish(self, recognition: Recognition, send: Send) -> None:
        """Answer the end of the audio."""
        findings = await recognition.conclude()
        await self._tell_end_of_speech(self._position, send)
        await self._report(findings, send)
        if self.options.mode is not Mode.INTERACTIVE:
            # It accounts for all audio, or the native SDK would send the rest of it again as a new turn.
            end = Phrase(offset=round_up(self._position), duration=0, status=Status.END_OF_DICTATION)
            await self._answers.phrase(end)
        elif not self.phrases:
            await self._report([self._no_match()], send)

    @property
    def _over(self) -> bool:
        """Whether the turn ends before its audio does: with its first phrase, or with silence that has no times."""
        if self.options.mode is Mode.INTERACTIVE or self.manner.ends_each_phrase:
            return bool(self.phrases)
        return self.manner.untimed_silence and any(phrase.status is Status.NO_MATCH for phrase in self.phrases)

    @property
    def _is_too_long(self) -> bool:
        """Whether there is to be a phrase, although nothing says that one is over."""
        if self.manner.endless:
            return False
        longest = self.options.longest_phrase
        if longest is not None and self._begun is not None and self._position - self._begun >= from_seconds(longest):
            return True
        return self._position - self._accounted >= from_seconds(LONGEST_SEGMENT)

    @property
    def _position(self) -> int:
        return ticks(self._heard)

    def _no_match(self) -> Phrase:
        """Account for audio in which there was nothing to recognise."""
        return Phrase(offset=self._accounted, duration=self._position - self._accounted, status=Status.NO_MATCH)

    async def _commit(self, recognition: Recognition, token: str, send: Send) -> None:
        findings = await recognition.conclude()
        if not any(isinstance(finding, Phrase) for finding in findings):
            findings = [*findings, Phrase(offset=self._position, duration=0, status=Status.NO_MATCH)]
        await self._report(findings, send, {"clientAudioMetadata": {"X-Client-Commit-Token": token}})

    async def _report(self, findings: Sequence[Finding], send: Send, more: Mapping[str, Any] | None = None) -> None:
        interactive = self.options.mode is Mode.INTERACTIVE
        for finding in findings:
            match finding:
                case SpeechStart():
                    self._begun = finding.offset
                    await send("speech.startDetected", {"Offset": finding.offset})
                case Hypothesis():
                    await self._answers.hypothesis(finding)
                case Phrase():
                    if self.manner.untimed_silence and finding.status is Status.NO_MATCH and not interactive:
                        finding = replace(finding, offset=0, duration=0)  # noqa: PLW2901 - from here on it is told
                    self.phrases.append(finding)
                    self._begun = None
                    self._accounted = max(self._accounted, finding.end)
                    if interactive:
                        await self._tell_end_of_speech(finding.end, send)
                        # The native SDK sends what is not accounted for again when it recognises once more: also the
                        # pause by which the end was heard, as a turn of its own in which there is nothing.
                        heard = max(self._position, finding.end) - finding.offset
                        finding = replace(finding, duration=heard)  # noqa: PLW2901 - from here on it is what is sent
                    await self._answers.phrase(finding, more)
                    if self._over:
                        return

    async def _tell_end_of_speech(self, position: int, send: Send) -> None:
        """Tell the client to stop sending: once per turn, and only when the turn is about to end.

        The native SDK begins a new turn whenever it is told.
        """
        if not self._end_told:
            self._end_told = True
            await send("speech.endDetected", {"Offset": position})
