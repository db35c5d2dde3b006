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

from bisect import bisect_right
from collections.abc import Sequence
from typing import Any, Final

from ..options import SynthesisOptions
from ..wire.messages import Message, offset
from .capabilities import capabilities
from .metadata import entries
from .splitting import MAX_SECONDS, SHARE, seconds
from .ssml import Piece, clean, spoken_language
from .texts import gap, said

_LONGEST: Final = 16_000
"""Characters of a message: the service takes 64 kB."""
_WITHIN: Final = 100
"""Characters within which a word is looked for that the service tells of: it may write a number in another way."""


class TextStream:
    """One text. Moments are seconds of its turn's sound."""

    def __init__(self, options: SynthesisOptions) -> None:
        """Begin before the first piece."""
        self._options = options
        self.begun = False
        """Whether it has been asked for."""
        self.ended = False
        """Whether there is no more."""
        self.is_amid_sentence = False
        """Whether the rest of the last sentence is still to come."""
        self.text = ""
        """All of it."""
        self._sentences: list[tuple[Piece, ...]] = []
        self._begins: list[int] = []
        """Where each begins in the text."""
        self._moments: list[float | None] = []
        """When each begins in the sound, as far as that is known."""
        self._told = 0
        """Up to where the words of the text are that the service told of."""
        self._sent = 0
        """Up to where it was sent."""
        self._left = MAX_SECONDS * SHARE
        """Seconds that a turn may still have, about."""
        self._end_is_sent = False

    def feed(self, pieces: Sequence[Piece], *, whole: bool) -> None:
        """Take a sentence, or what is next of one; ``whole``: it ends here. So does all, where a turn can have no more.

        There is a blank behind a sentence: its end may be told by that.
        """
        text = clean(said(pieces))
        if not self.is_amid_sentence:
            self._sentences.append(())
            self._begins.append(len(self.text))
            self._moments.append(None)
        self._sentences[-1] += tuple(pieces)
        self.is_amid_sentence = not whole
        self.text += text + (gap(text or self.text, "") if whole else "")
        self._left -= seconds(text) / self._options.rate
        if whole and self._left < 0:
            self.end()

    def end(self) -> None:
        """Take note that there is no more."""
        self.ended, self.is_amid_sentence = True, False

    # --- what is said to the service

    def context(self) -> dict[str, Any]:
        """Return the body of the synthesis.context message that opens its turn. All values of its manner are texts."""
        options, context = self._options, self._options.context()
        synthesis = context["synthesis"]
        synthesis["audio"]["metadataOptions"]["wordBoundaryEnabled"] = True
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

    def note(self, metadata: Message) -> None:
        """Take note of the words that the service tells of, and when it says them. What is none is passed over."""
        for kind, data in entries(metadata):
            match data:
                case {"text": {"Text": str(word)}} if word and kind == "WordBoundary":
                    self._find(word, offset(data))

    def _find(self, word: str, moment: float) -> None:
        at = self.text.find(word, self._told, self._told + _WITHIN + len(word))
        if at < 0:
            return
        self._told = at + len(word)
        sentence = max(bisect_right(self._begins, at) - 1, 0)
        if self._moments[sentence] is None:
            self._moments[sentence] = moment

    @property
    def may_be_spoken(self) -> bool:
        """Whether all of it may have been said, as far as the service told of its words."""
        if self.ended:
            return not self._told or self._moments[-1] is not None
        return not (self.is_amid_sentence or any(map(str.isalnum, self.text[self._told :])))

    def rest(self, heard: float) -> tuple[list[tuple[Piece, ...]], float]:
        """Return the sentences that were not heard to their end, and when the first of them began.

        ``heard``: seconds of its sound that there were. The last sentence may be unfinished.
        """
        known = [(index, begin) for index, begin in enumerate(self._moments) if begin is not None and begin <= heard]
        if not (known and heard):
            return [self._joined()] if heard else self._sentences, 0.0
        index, begin = known[-1]
        return self._sentences[index:], begin

    def _joined(self) -> tuple[Piece, ...]:
        """Return all sentences as one."""
        whole: tuple[Piece, ...] = ()
        for sentence in self._sentences:
            whole += (gap(said(whole[-1:]), said(sentence[:1])), *sentence)
        return tuple(filter(None, whole))
