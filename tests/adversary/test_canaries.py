"""What a peer repeats of the household's, in whatever form: none of it is in a log, or in the text of an error."""

from collections.abc import Callable, Iterable, Iterator
import json
import logging
from typing import Final
from urllib.parse import quote

import pytest

from custom_components.azure_speech_live.speech import Mode
from custom_components.azure_speech_live.speech.wire.wording import shown
from tests.speech.caller import AUDIO, Source, calling, listen
from tests.speech_service import KEY, Behaviour, Fault, Legible, SpeechService
from tests.speech_service.faults import Action, Answer, Babble, Before, Close, Drop, Raw, Refuse, Send
from tests.speech_service.real import REAL

CANARIES: Final = {
    "key": KEY,
    "words": "xanadu quetzalcoatl",
    "name": "Zanzibar",
    "model": "4c2e0e6b-7d5c-4b1e-9a55-0d3e4b1f9a10",
    "address": "192.168.17.23",
    "host": "villa-rosebud.example.org",
}


def forms(canary: str) -> Iterator[str]:
    """Yield the ways in which somebody might repeat it."""
    yield canary
    yield canary.upper()
    yield canary.lower()
    yield quote(canary, safe="")
    yield "".join(f"%{byte:02x}" for byte in canary.encode())
    yield " ".join(canary[start : start + 3] for start in range(0, len(canary), 3))
    yield f"https://{canary}/?key={canary}"


def bare(text: str) -> str:
    """Return what is left of a text without case and what is between its letters and digits."""
    return "".join(character for character in text.lower() if character.isalnum())


def leaks(text: str) -> list[str]:
    """Return what of the canaries is in a text: a piece of six characters is enough."""
    pieces = {
        piece[start : start + 6]
        for canary in CANARIES.values()
        for form in forms(canary)
        for piece in [bare(form)]
        for start in range(len(piece) - 5)
    } - {"https", "httpsx"}
    return [piece for piece in pieces if piece in bare(text) and not piece.startswith("https")]


@pytest.mark.parametrize("kind", CANARIES)
def test_none_is_shown(kind: str) -> None:
    for form in forms(CANARIES[kind]):
        line = shown(f"Invalid request for {form}, the subscription is out of quota.")
        assert not leaks(line), form
        assert line.startswith("Invalid request for ")


@pytest.mark.parametrize("reason", [real.reason for real in REAL.values() if real.reason])
def test_what_the_service_really_says_is_shown_in_full(reason: str) -> None:
    assert shown(reason) == reason.strip()


def test_a_key_in_pieces_of_digits_is_not_shown() -> None:
    assert shown("key 12345 67890 12345 67890") == "key 12345 …"


FORMS: Final = (1, 4, 5)
"""Of ``forms``, those that a peer is asked to say: in capitals, encoded, in pieces. ``shown`` is tried with all."""
ANSWERS: Final[dict[str, Callable[[str], Answer]]] = {
    "a body": lambda said: Refuse(403, body=f"Resource {said} is out of quota"),
    "a body of JSON": lambda said: Refuse(400, body=json.dumps({"error": {"code": said, "message": said}})),
    "a body about a language": lambda said: Refuse(400, body=f"Unsupported locale {said}"),
    "no such place": lambda said: Refuse(404, body=said),
    "when to come again": lambda said: Refuse(503, {"Retry-After": said.replace("\n", "")}),
    "a status": lambda said: Babble(b"HTTP/1.1 500 " + said.encode() + b"\r\n\r\n"),
    "no HTTP": lambda said: Babble(said.encode() + b"\r\n\r\n"),
    "a redirect": lambda said: Refuse.redirect(f"http://{quote(said.replace(' ', '.'))}.invalid/"),
    "a redirect to a WebSocket": lambda said: Refuse.redirect(f"ws://127.0.0.1:1/{quote(said)}"),
    "a redirect to something else": lambda said: Refuse.redirect(f"gopher://{quote(said)}"),
}


def message(path: str, body: str) -> Send:
    return Send(f"Path:{path}\r\nX-RequestId:{{request_id}}\r\n\r\n{body}")


MESSAGES: Final[dict[str, Callable[[str], Action]]] = {
    "a close reason": lambda said: Close(1007, f"No model {said}"[:120]),
    "a close reason of trouble": lambda said: Close(1011, said[:120]),
    "a close reason about a quota": lambda said: Close(4429, f"Quota exceeded. Cid: {said}"[:120]),
    "a status": lambda said: message("speech.phrase", json.dumps({"RecognitionStatus": said})),
    "a phrase that is none": lambda said: message("speech.phrase", said),
    "a text of another type": lambda said: message("speech.phrase", json.dumps({"DisplayText": [said]})),
    "a header": lambda said: Send(f"Path {said}\r\n\r\n"),
    "no headers": Send,
    "a path": lambda said: message(said, "{}"),
    "binary headers": lambda said: Send(b"\xff\xff" + said.encode()),
    "a bad frame": lambda said: Raw(b"\x85\x7f" + said.encode()),
    "a bad close": lambda said: Raw(bytes([0x88, 1]) + said.encode()[:1]),
}


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("kind", ANSWERS)
async def test_no_answer_gives_one_away(kind: str, form: int, caplog: pytest.LogCaptureFixture) -> None:
    answer: Answer = ANSWERS[kind](list(forms(" ".join(CANARIES.values())))[form])
    async with SpeechService(Legible(), behaviours=lambda _: Behaviour(answer=answer)) as service:
        await _say_nothing_of_it(service, caplog)


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("kind", MESSAGES)
async def test_no_message_gives_one_away(kind: str, form: int, caplog: pytest.LogCaptureFixture) -> None:
    action = MESSAGES[kind](list(forms(" ".join(CANARIES.values())))[form])
    behaviour = Behaviour(faults=(Fault(Before("speech.phrase"), action), Fault(Before("speech.phrase"), Drop())))
    async with SpeechService(Legible(), behaviours=lambda _: behaviour) as service:
        await _say_nothing_of_it(service, caplog)


async def _say_nothing_of_it(service: SpeechService, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    async with calling(service.url) as client:
        heard = await listen(client, Source(AUDIO[Mode.INTERACTIVE]))
    assert heard.error is not None
    assert not leaks(str(heard.error))
    assert heard.error.connection_id
    check_log(caplog)


def check_log(caplog: pytest.LogCaptureFixture) -> None:
    """Check that none is in what was logged, but for debugging: there the key is not, in whatever form."""
    records = [record for record in caplog.records if not record.name.startswith("tests.")]
    assert not leaks(_logged(record for record in records if record.levelno > logging.DEBUG))
    log = bare(_logged(records))
    assert not [form for form in forms(KEY) if bare(form) in log]


def _logged(records: Iterable[logging.LogRecord]) -> str:
    return "\n".join(record.getMessage() + str(record.exc_info or "") for record in records)
