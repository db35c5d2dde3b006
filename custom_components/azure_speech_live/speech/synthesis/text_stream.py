"""Text streaming: a text that goes to the service piece by piece, and how far its sound has come.

In place of a document, synthesis.context names the voice and its manner; then each text.piece is plain text without
markup, and text.end says that there is no more. The service speaks meanwhile, all of it in one turn. Where that breaks,
its sentences are asked for from there on, and what was heard of the first of them is cut off. So it has to be known
where each begins in the sound: the service tells at what time it says which word (audio.metadata). Where it does not,
all sentences are asked for again as one text.

Source: frames of Microsoft's native SDK 1.53 and JavaScript SDK 1.52 (tests/speech_service/synthesis/recordings); its
"Lower speech synthesis latency", text streaming. What Azure does with them nobody here has seen. That "rate" takes a
factor and the others a change is from what SSML takes; that the rate is ignored is reported
(learn.microsoft.com/answers/questions/5723830).
"""

from collections.abc import Sequence
from typing import Any, Final

from ..synthesis_options import SynthesisOptions
from ..wire.messages import Message
from .capabilities import capabilities
from .progress import Progress
from .splitting import MAX_SECONDS, SHARE, seconds
from .ssml import Piece, clean, spoken_language
from .texts import gap, said

_LONGEST: Final = 16_000
"""Characters of a message: the service takes 64 kB."""


class TextStream:
    """One text. Moments are seconds of its turn's sound."""

    def __init__(self, options: SynthesisOptions) -> None:
        """Begin before the first piece."""
        self._options = options
        self.begun = False
        """Whether it has been asked for."""
        self.ended = False
        """Whether there is no more."""
        self.progress = Progress()
        self._sentences: list[tuple[Piece, ...]] = []
        self._sent = 0
        """Up to where it was sent."""
        self._left = MAX_SECONDS * SHARE
        """Seconds that a turn may still have, about."""
        self._end_is_sent = False

    @property
    def text(self) -> str:
        """All of it."""
        return self.progress.text

    @property
    def is_amid_sentence(self) -> bool:
        """Whether the rest of the last sentence is still to come."""
        return self.progress.is_amid_text

    def feed(self, pieces: Sequence[Piece], number: int, *, whole: bool) -> None:
        """Take a sentence, or what is next of one; ``whole``: it ends here. So does all, where a turn can have no more.

        The ``number`` is the sentence's in the answer.
        There is a blank behind a sentence: its end may be told by that.
        """
        text = clean(said(pieces))
        if not self.is_amid_sentence:
            self._sentences.append(())
            self.progress.begin(number)
        self._sentences[-1] += tuple(pieces)
        self.progress.is_amid_text = not whole
        self.progress.add(text + (gap(text or self.text, "") if whole else ""))
        self._left -= seconds(text) / self._options.rate
        if whole and self._left < 0:
            self.end()

    def end(self) -> None:
        """Take note that there is no more."""
        self.ended = True
        self.progress.is_amid_text = False

    # --- what is said to the service

    def context(self) -> dict[str, Any]:
        """Return the body of the synthesis.context message that opens its turn. All values of its manner are texts."""
        options, context = self._options, self._options.context()
        synthesis = context["synthesis"]
        language = spoken_language(options)
        synthesis["input"] = {
            "bidirectionalStreamingMode": True,
            "voiceName": options.voice,
            "language": "" if options.mixed else language,
        }
        if options.style:
            synthesis["input"]["style"] = options.style
        if capabilities(options.voice, language).prosody:
            if options.rate != 1:
                synthesis["input"]["rate"] = f"{options.rate:g}"
            changes = {"pitch": options.pitch, "volume": options.volume}
            synthesis["input"] |= {name: f"{round((to - 1) * 100):+}%" for name, to in changes.items() if to != 1}
        return context

    def messages(self, request_id: str) -> list[Message]:
        """Return what is to be sent now in the turn with this id."""
        starts = range(self._sent, len(self.text), _LONGEST)
        pieces = [self.text[start : start + _LONGEST] for start in starts]
        messages = [Message("text.piece", piece, request_id, "text/plain") for piece in pieces]
        self._sent = len(self.text)
        if self.ended and not self._end_is_sent:
            self._end_is_sent = True
            messages.append(Message("text.end", "", request_id, "text/plain"))
        return messages

    def rewind(self) -> None:
        """Take note that nothing of it was taken: another turn begins with all of it."""
        self._sent, self._end_is_sent = 0, False

    # --- how far the sound is

    @property
    def may_be_spoken(self) -> bool:
        """Whether all of it may have been said, as far as the service told of its words."""
        if self.ended:
            return self.progress.all_begun
        return not (self.is_amid_sentence or any(map(str.isalnum, self.progress.untold)))

    def rest(self, heard: float) -> tuple[dict[int, tuple[Piece, ...]], float]:
        """Return the sentences that were not heard to their end, by their numbers, and when the first of them began.

        ``heard``: seconds of its sound that there were. The last sentence may be unfinished.
        """
        at = self.progress.at(heard)
        if at is not None:
            index, begin = at
            return self.progress.numbered(self._sentences[index:]), begin
        return {self.progress.first: self._joined()} if heard else self.progress.numbered(self._sentences), 0.0

    def _joined(self) -> tuple[Piece, ...]:
        """Return all sentences as one."""
        whole: tuple[Piece, ...] = ()
        for sentence in self._sentences:
            whole += (gap(said(whole[-1:]), said(sentence[:1])), *sentence)
        return tuple(filter(None, whole))
