"""How far an answer has come: where it fails, another voice goes on with the text that was not spoken to its end."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

import pytest

from custom_components.azure_speech_live.speech import (
    ConnectionFailedError,
    Fragment,
    ServiceError,
    SynthesisOptions,
    Text,
)
from custom_components.azure_speech_live.speech.synthesis.progress import Progress
from tests.speech_service import Behaviour, Delivery, Fault, SpeechService, Synthesis
from tests.speech_service.faults import AudioSent, Refuse, Reset

from ..caller import calling
from ..listener import OPTIONS as PLAIN_OPTIONS, Heard, Texts, hear
from .speaking import CHARACTER, Service
from .streaming_faults import STREAMED
from .test_plain_request import PLAIN

OPTIONS: Final = replace(PLAIN_OPTIONS, words=True)
TEXTS: Final = (
    "This sentence alone is long enough for the first turn.",
    "...",
    "The light is on.",
    "The light is off, and so is the heating.",
    "Good night.",
)
FRAGMENTS: Final[Sequence[Text]] = (
    *map(Fragment, (("This sentence alone ",), ("is long enough for ",))),
    "the first turn.",
    *TEXTS[1:],
)
GONE: Final = Behaviour(answer=Refuse(503))
ALL: Final = len("".join(TEXTS))


async def broken_off(size: int, texts: Sequence[Text] = TEXTS, options: SynthesisOptions = OPTIONS) -> Heard:
    """Return what is heard of a service that goes away when it has sent so much audio."""
    cut = Behaviour(faults=(Fault(AudioSent(size), Reset()),))
    delivery = Delivery(trailing_silence=0.0)
    service = SpeechService(behaviours=lambda number: GONE if number else cut, synthesis=Synthesis(delivery=delivery))
    async with service, calling(service.url) as client:
        return await hear(client, Texts(texts), options)


def check(heard: Heard) -> None:
    """Check that another voice that goes on there says all of it, and repeats nothing but the text that broke off."""
    spoken, text = heard.timeline.spoken, squeezed(heard.text)
    assert text.startswith(squeezed("".join(TEXTS[:spoken])))
    assert squeezed("".join(TEXTS[: spoken + 1])).startswith(text)


def squeezed(text: str) -> str:
    """Return it without what is cut of a letter, and without what differs by how it was asked for."""
    return "".join(text.removesuffix("\ufffd").replace("...", "").split())


@pytest.mark.parametrize("share", [0.0, 0.1, 0.3, 0.5, 0.55, 0.7, 0.9, 0.97])
@pytest.mark.parametrize("way", ["sentences", "fragments", "streamed", "streamed fragments"])
async def test_where_the_connection_breaks(way: str, share: float) -> None:
    """At the first byte, amid a text, and between them, also of those that are asked for together."""
    texts, options = (
        FRAGMENTS if "fragments" in way else TEXTS,
        replace(STREAMED, words=True) if "streamed" in way else OPTIONS,
    )
    whole = await broken_off(1 << 30, texts, options)
    assert (whole.error, whole.timeline.spoken) == (None, len(TEXTS))
    heard = await broken_off(int(len(whole.pcm) * share) // 2 * 2 + 2, texts, options)
    assert isinstance(heard.error, ConnectionFailedError | ServiceError)
    check(heard)


@pytest.mark.parametrize(("served", "spoken"), [(0, 0), (1, 1), (2, 5)])
async def test_by_the_rest_api_texts_of_one_request_count_together(served: int, spoken: int) -> None:
    rest = [Behaviour()] * served + [GONE] * 3
    async with (
        SpeechService(behaviours=lambda _: PLAIN, rest_behaviours=rest) as service,
        calling(service.url) as client,
    ):
        heard = await hear(client, Texts(TEXTS))
        assert heard.timeline.spoken == spoken
        check(heard)


async def test_nothing_is_spoken_where_nobody_is_there() -> None:
    async with SpeechService(behaviours=lambda _: GONE) as service, calling(service.url) as client:
        assert (await hear(client, Texts(TEXTS))).timeline.spoken == 0


# --- without a socket


def told(service: Service, word: str, moment: float) -> None:
    """Let the service tell of a word in the turn that was begun last."""
    entry = (
        f'{{"Type": "WordBoundary", "Data": {{"Offset": {round(moment * 10_000_000)}, "text": {{"Text": "{word}"}}}}}}'
    )
    service.says("audio.metadata", f'{{"Metadata": [{entry}]}}')


def test_a_turn_that_is_asked_for_again_may_tell_all_of_it_again() -> None:
    service = Service("Is it on?", "It is on.")
    service.begin()
    for _ in range(2):
        told(service, "Is", 0.0)
        told(service, "it", 0.1)
        told(service, "on", 0.2)
        told(service, "It", 10 * CHARACTER)
        told(service, "is", 12 * CHARACTER)
        service.speak(round(11 * CHARACTER * 16_000) * 2)
        assert service.answer.timeline.spoken == 1
        if service.fail() is not None:
            service.begin()
        assert service.answer.timeline.spoken == 1


def test_a_text_of_several_turns_is_spoken_with_the_last_of_them() -> None:
    service = Service("One long text. " * 100, "Another one.")
    while not service.answer.complete:
        assert service.answer.timeline.spoken == 0
        service.turn()
    assert len(service.asked) > 1
    assert service.answer.timeline.spoken == 2


def test_a_text_is_amid_its_sound_until_the_next_begins() -> None:
    progress = Progress()
    for number, text in ((3, "One. "), (5, "Two. ")):
        progress.begin(number)
        progress.add(text)
    assert (progress.spoken(0.0), progress.spoken(9.0), progress.end) == (3, 3, 6)
    for word, second in (("One", 0.1), ("Two", 1.0)):
        progress.note("WordBoundary", {"Offset": second * 10_000_000, "text": {"Text": word}})
    assert [progress.spoken(heard) for heard in (0.0, 0.5, 0.9, 1.0, 2.0)] == [3, 3, 3, 5, 5]
    progress.is_amid_text = True
    assert progress.end == 5
