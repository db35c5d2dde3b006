"""How a turn tells what was found: as recognition does, or as either dialect of translation does.

Both dialects of translation are understood by both SDKs on any path; which one Microsoft's service speaks where is
not known. The older one (`translation.hypothesis`, `translation.phrase`, `translation.synthesis`) puts the
translations into the JSON of the recognition, the newer one (`translation.response`, `audio`) both side by side.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import AsyncGenerator, Iterator, Mapping
from contextlib import aclosing
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any, Final, Protocol, override
from uuid import uuid4

from .engines import Engine, Hypothesis, Phrase, Recognition, Status
from .engines.translation import SynthesisFailedError, Synthesizer, TranslationFailedError, Translator
from .manner import Manner
from .options import Translation, TurnOptions, base_language
from .results import hypothesis_json, phrase_json
from .speakers import Speakers


class Send(Protocol):
    """Sends a message of this turn: text with a JSON body, or binary."""

    async def __call__(self, path: str, body: Any, headers: Mapping[str, str] | None = None) -> None:
        """Send a message; `headers` are those that not every message has."""


class Answers(Protocol):
    """Tells the client of a turn's findings."""

    async def hypothesis(self, found: Hypothesis) -> None:
        """Tell what the words seem to be so far."""

    async def phrase(self, found: Phrase, more: Mapping[str, Any] | None = None) -> None:
        """Tell what was said, with more fields if there are any, and whatever follows from it."""


class RecognitionAnswers:
    """The answers of a turn that only recognises."""

    def __init__(self, options: TurnOptions, send: Send) -> None:
        """Answer by `send`."""
        self._options = options
        self._send = send

    async def hypothesis(self, found: Hypothesis) -> None:
        """Send a speech.hypothesis."""
        await self._send("speech.hypothesis", hypothesis_json(found, self._options))

    async def phrase(self, found: Phrase, more: Mapping[str, Any] | None = None) -> None:
        """Send a speech.phrase."""
        await self._send("speech.phrase", phrase_json(found, self._options) | dict(more or {}))


class Dialect(StrEnum):
    """The form of a translation's messages."""

    PHRASE = "phrase"
    """translation.hypothesis, translation.phrase, translation.synthesis, translation.synthesis.end."""
    RESPONSE = "response"
    """translation.response, audio.start, audio, audio.end."""
    ROOT = "root"
    """As PHRASE, with the translations at the root of the JSON instead of in an object of their own."""
    PLAIN = "plain"
    """speech.hypothesis and speech.phrase: what is recognised, and nothing of its translation."""


DIALECTS: Final = (Dialect.PHRASE, Dialect.RESPONSE)
"""Those that both SDKs take: of ROOT, the native one takes the text only, and the JavaScript SDK hangs."""


@dataclass(frozen=True, slots=True)
class Translated:
    """The translations of one text: those that there are, by target, and why there are not all."""

    texts: dict[str, str]
    failure: str | None = None

    def body(self, *names: str) -> dict[str, Any]:
        """Return the JSON, with each text under some names."""
        status = {"TranslationStatus": "Success"}
        if self.failure is not None:
            status = {"TranslationStatus": "Error", "FailureReason": self.failure}
        texts = [{"Language": target, **dict.fromkeys(names, text)} for target, text in self.texts.items()]
        return status | {"Translations": texts}


@dataclass(frozen=True)
class Interpreter:
    """Translates and speaks what a turn recognised, as it was asked to."""

    translator: Translator
    synthesizer: Synthesizer
    languages: tuple[str, ...]
    """What is spoken, where the recognition does not say which."""
    asked: Translation
    every_target: bool = False

    async def translate(self, text: str, language: str | None) -> Translated:
        """Translate to every target; the text passes through where it is in that language already."""
        source = language or self.languages[0]
        texts: dict[str, str] = {}
        failure = None
        for target in self.asked.targets:
            if base_language(source) == base_language(target) or not text:
                texts[target] = text
                continue
            try:
                texts[target] = await self.translator.translate(text, source, target)
            except TranslationFailedError as error:
                failure = str(error)
        return Translated(texts, failure)

    def synthesize(self, translated: Translated) -> Iterator[tuple[str, AsyncGenerator[bytes]]]:
        """Yield, for each target that is to be spoken and has a text, the slices of a WAV file."""
        voices = self.asked.voices
        if voices and self.every_target:
            voices = {target: voices.get(target, "") for target in self.asked.targets}
        for target, voice in voices.items():
            if text := translated.texts.get(target):
                yield target, self.synthesizer.synthesize(text, target, voice)


class TranslationAnswers(ABC):
    """The answers of a translation, whatever its dialect."""

    def __init__(self, options: TurnOptions, send: Send, interpreter: Interpreter) -> None:
        """Answer by `send`."""
        self._options = options
        self._send = send
        self._interpreter = interpreter

    async def hypothesis(self, found: Hypothesis) -> None:
        """Tell a hypothesis with its translations."""
        body = hypothesis_json(found, self._options)
        translated = await self._interpreter.translate(body["Text"], found.language)
        if translated.texts:
            # What could not be translated is the phrase's to tell: to the native SDK, a hypothesis that says so is one
            # that the service should not have sent.
            await self._tell_hypothesis(body, Translated(translated.texts))

    async def phrase(self, found: Phrase, more: Mapping[str, Any] | None = None) -> None:
        """Tell a phrase with its translations, and speak those that are to be spoken."""
        body = phrase_json(found, self._options) | dict(more or {})
        if found.status is not Status.SUCCESS:
            await self._tell_phrase(body, None)
            return
        translated = await self._interpreter.translate(body["DisplayText"], found.language)
        await self._tell_phrase(body, translated)
        for target, slices in self._interpreter.synthesize(translated):
            async with aclosing(slices):
                await self._speak(target, slices)

    @abstractmethod
    async def _tell_hypothesis(self, body: dict[str, Any], translated: Translated) -> None:
        """Send a hypothesis; `body` is what a speech.hypothesis has."""

    @abstractmethod
    async def _tell_phrase(self, body: dict[str, Any], translated: Translated | None) -> None:
        """Send a phrase; `body` is what a speech.phrase has. Without success there is nothing to translate."""

    @abstractmethod
    async def _speak(self, target: str, slices: AsyncGenerator[bytes]) -> None:
        """Send a spoken translation."""


class PhraseAnswers(TranslationAnswers):
    """The answers in the older dialect."""

    @override
    async def _tell_hypothesis(self, body: dict[str, Any], translated: Translated) -> None:
        await self._send("translation.hypothesis", body | self._translation(translated))

    @override
    async def _tell_phrase(self, body: dict[str, Any], translated: Translated | None) -> None:
        if translated is not None:
            body["Text"] = body.pop("DisplayText")
            body |= self._translation(translated)
        await self._send("translation.phrase", body)

    @override
    async def _speak(self, target: str, slices: AsyncGenerator[bytes]) -> None:
        failure = ""
        try:
            async for data in slices:
                await self._send("translation.synthesis", data)
        except SynthesisFailedError as error:
            failure = str(error)
        status = {"SynthesisStatus": "Error" if failure else "Success", "FailureReason": failure}
        await self._send("translation.synthesis.end", status)

    def _translation(self, translated: Translated) -> dict[str, Any]:
        return {"Translation": translated.body("Text")}


class RootAnswers(PhraseAnswers):
    """The answers in the older dialect, as a page of Microsoft's has them."""

    @override
    def _translation(self, translated: Translated) -> dict[str, Any]:
        return translated.body("Text")


class ResponseAnswers(TranslationAnswers):
    """The answers in the newer dialect."""

    @override
    async def _tell_hypothesis(self, body: dict[str, Any], translated: Translated) -> None:
        await self._send("translation.response", {"SpeechHypothesis": body} | translated.body("Text"))

    @override
    async def _tell_phrase(self, body: dict[str, Any], translated: Translated | None) -> None:
        translation = translated.body("DisplayText", "Text") if translated else {}
        await self._send("translation.response", {"SpeechPhrase": body} | translation)

    @override
    async def _speak(self, target: str, slices: AsyncGenerator[bytes]) -> None:
        stream = {"X-StreamId": uuid4().hex}
        await self._send("audio.start", {"TranslationLanguage": target}, stream)
        failure = ""
        try:
            async for data in slices:
                await self._send("audio", data, stream)
        except SynthesisFailedError as error:
            failure = str(error)
        status = "Error" if failure else "Success"
        # Both names, for the native SDK reads the first one only, and the JavaScript SDK the second.
        await self._send("audio.end", {"Status": status, "SynthesisStatus": status, "FailureReason": failure}, stream)


_ANSWERS: Final[Mapping[Dialect, type[TranslationAnswers]]] = {
    Dialect.PHRASE: PhraseAnswers,
    Dialect.ROOT: RootAnswers,
    Dialect.RESPONSE: ResponseAnswers,
}


@dataclass(frozen=True, slots=True)
class Engines:
    """What does the work behind every connection, and the dialect and the manner in which it is told."""

    recognizer: Engine
    translator: Translator
    synthesizer: Synthesizer
    dialect: Dialect
    manner: Manner
    speakers: Speakers

    def begin(self, options: TurnOptions) -> Recognition:
        """Begin a turn's recognition."""
        heard_as = replace(options, longest_phrase=None) if self.manner.endless else options
        return self.speakers.named(self.recognizer.begin(heard_as), options)

    def interpreter(self, options: TurnOptions) -> Interpreter:
        """Return what translates and speaks for a turn that asks for it."""
        assert options.translation is not None
        return Interpreter(
            self.translator, self.synthesizer, options.languages, options.translation, self.manner.every_target
        )

    def answers(self, options: TurnOptions, send: Send) -> Answers:
        """Return the answers of a turn."""
        if options.translation is None or self.dialect is Dialect.PLAIN:
            return RecognitionAnswers(options, send)
        return _ANSWERS[self.dialect](options, send, self.interpreter(options))
