"""SSML as the service reads it, and what it says to what it cannot read or speak."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from .. import Delivery, SpeechService
from ..raw_client import RawClient, connected, paths
from .asking import AVA, V1, ask, audio, context, heard, speak, spoken, ssml
from .refusals import NotSpokenError
from .ssml import Part, read_ssml

_LANGUAGES = "Ssml should only contain one language."
_INVALID = "SSML is invalid"


@pytest.fixture
async def service() -> AsyncIterator[SpeechService]:
    """Return a service."""
    async with SpeechService() as service:
        yield service


@pytest.fixture
async def client(service: SpeechService) -> AsyncIterator[RawClient]:
    """Return a client that has sent speech.config."""
    async with connected(service.url, V1) as client:
        yield client


def test_what_it_says() -> None:
    speech = read_ssml(
        ssml(
            "<mstts:silence type='Tailing-exact' value='200ms'/>"
            "One <lang xml:lang='de-DE'>zwei</lang> <break time='1s'/>"
            "<prosody rate='+10%'>three</prosody> <sub alias='World Wide Web'>WWW</sub> &amp; <bookmark mark='m'/>"
            "<mstts:express-as style='sad'><phoneme alphabet='ipa' ph='x'>more</phoneme></mstts:express-as>."
        )
    )
    assert speech.text == "One zwei three World Wide Web & more."
    assert (speech.voices, speech.language, speech.tail) == ((AVA,), "en-US", 0.2)
    assert speech.parts[:4] == (
        Part(text="One ", voice=AVA),
        Part(text="zwei", voice=AVA, language="de-DE"),
        Part(text=" ", voice=AVA),
        Part(pause=1.0),
    )
    assert Part(bookmark="m") in speech.parts


@pytest.mark.parametrize(
    ("body", "seconds"),
    [
        ("<break/>", 0.75),
        ("<break strength='weak'/>", 0.5),
        ("<break time='250ms'/>", 0.25),
        ("<break time='1m'/>", None),
    ],
)
def test_pauses(body: str, seconds: float | None) -> None:
    if seconds is None:
        with pytest.raises(NotSpokenError):
            read_ssml(ssml(body))
    else:
        assert read_ssml(ssml(body)).parts == (Part(pause=seconds),)


async def test_a_pause_is_silence(client: RawClient) -> None:
    said = audio(await spoken(client, ssml("One.<break time='500ms'/>Two.")))
    assert heard(said) == "One.Two."
    assert len(said) == (8 * 480 + 12_000) * 2


async def test_several_voices(client: RawClient) -> None:
    two = "<voice name='de-DE-KatjaNeural'>Eins. </voice><voice name='fr-FR-DeniseNeural'>Deux.</voice>"
    assert heard(audio(await spoken(client, speak(two)))) == "Eins. Deux."


async def test_without_a_namespace(client: RawClient) -> None:
    """As in Microsoft's example for REST."""
    voice = "<voice xml:lang='en-US' xml:gender='Female' name='en-US-JennyNeural'>Hello.</voice>"
    assert heard(audio(await spoken(client, f"<speak version='1.0' xml:lang='en-US'>{voice}</speak>"))) == "Hello."


async def test_text_without_a_voice_where_the_language_is_found_out(client: RawClient) -> None:
    found = context(language={"autoDetection": "true"})
    assert heard(audio(await spoken(client, speak("Hello."), found))) == "Hello."


@pytest.mark.parametrize(
    "said",
    [
        "",
        "Hello.",
        "<speak",
        ssml("Jack & Jones"),
        ssml("Temp < 5"),
        ssml("\x0b"),
        ssml("<![CDATA[x]]>"),
        ssml("<blink>Hello.</blink>"),
        ssml("<mstts:blink>Hello.</mstts:blink>"),
        ssml("<break strength='huge'/>"),
        ssml(ssml("Hello.").partition("?>")[0]).replace("</voice></speak></voice></speak>", "</voice>"),
        ssml(f"<voice name='{AVA}'>Hello.</voice>"),
        ssml("Hello.", ""),
        "<speak xmlns='http://www.w3.org/2001/10/other' xml:lang='en-US'>Hello.</speak>",
    ],
)
async def test_invalid(client: RawClient, service: SpeechService, said: str) -> None:
    await ask(client, said)
    assert paths([await client.receive()]) == ["turn.start"]
    assert await client.closed() == (1007, _INVALID)
    assert service.syntheses[0].violation is not None
    assert service.syntheses[0].turns[0].refusal == _INVALID


@pytest.mark.parametrize(
    ("said", "reason"),
    [
        (ssml("Hello.", "my_custom_voice_model"), "Unsupported voice my_custom_voice_model."),
        (
            ssml("Hello.", "Microsoft Server Speech Text to Speech Voice (ar-SY, NobodyNeural)"),
            "Unsupported voice Microsoft Server Speech Text to Speech Voice (ar-SY, NobodyNeural).",
        ),
        (ssml("Hello.", "x" * 200), f"Unsupported voice {'x' * 82}"),
        (ssml("<lang xml:lang='de-DE'>Hallo.</lang>", "en-US-JennyNeural"), _LANGUAGES),
        (speak("Hello."), _LANGUAGES),
        ("<speak>Hello world</speak>", _LANGUAGES),
        (speak("Hello.", "").replace(" xml:lang=''", ""), _LANGUAGES),
        (
            ssml("Hello.", "en-US-JessaRUS"),
            "Starting September 1st, 2021 standard voices will no longer be supported for new users. Please use n",
        ),
    ],
)
async def test_refused(client: RawClient, service: SpeechService, said: str, reason: str) -> None:
    await ask(client, said)
    assert paths([await client.receive()]) == ["turn.start"]
    assert await client.closed() == (1007, reason)
    assert service.syntheses[0].violation is None


async def test_voice_taken_away(client: RawClient, service: SpeechService) -> None:
    service.synthesis.withdrawn.add("en-US-JennyNeural")
    await ask(client, ssml("Hello.", "en-us-jennyneural"))
    assert await client.closed() == (1007, "Unsupported voice en-us-jennyneural.")
    service.synthesis.withdrawn.clear()
    async with connected(service.url, V1) as other:
        assert heard(audio(await spoken(other, ssml("Hello.", "en-us-jennyneural")))) == "Hello."


@pytest.mark.parametrize("number", [50, 51])
async def test_number_of_voices(client: RawClient, number: int) -> None:
    await ask(client, speak(f"<voice name='{AVA}'>x</voice>" * number))
    if number == 50:
        assert heard(audio(await client.answer())) == "x" * number
    else:
        assert await client.closed() == (1007, "SSML should not contain more than 50 voice tags.")


async def test_ten_minutes(client: RawClient, service: SpeechService) -> None:
    service.synthesis.delivery = Delivery(slice_size=1_000_000)
    await ask(client, ssml("x" * 30_001), context("raw-8khz-16bit-mono-pcm"))
    reason = "The processed audio has exceeded the configured maximum media duration of 600000ms"
    assert await client.closed() == (1007, reason)
    assert len(service.syntheses[0].turns[0].audio) == 600 * 8000 * 2
