"""What a service may send of an answer that is more than anybody can take: rows as those of synthesis' fault table."""

from collections.abc import Callable, Iterator, Mapping
import json
from typing import Final

from custom_components.azure_speech_live.speech import SpeechError, UnusableMessageError
from custom_components.azure_speech_live.speech.wire.limits import MAX_LIST_SIZE
from tests.speech.faults.rows import always, for_ever, once, refused
from tests.speech.synthesis.rows import UNMEASURED, WHOLE, Outcome, Row
from tests.speech_service import Behaviour, Delivery, Fault, ScriptedSpeaker, Synthesis
from tests.speech_service.faults import After, Before, Freeze, Point, Raw, Received, Refuse
from tests.speech_service.service import Behaviours

from .floods import FLOODS as ON_THE_WIRE, SIZE, flood, frame

_ID: Final = "0123456789abcdef0123456789abcdef"
"""As long as any."""


def _message(path: str, headers: str, body: bytes) -> bytes:
    """Return the frame of a binary message of the turn that is under way."""
    head = f"X-RequestId:{_ID}\r\n{headers}Path:{path}\r\n".encode()
    data = frame(2, len(head).to_bytes(2, "big") + head + body)
    return data.replace(_ID.encode(), b"{request_id}")


def _text(path: str, body: str) -> bytes:
    data = frame(1, f"X-RequestId:{_ID}\r\nPath:{path}\r\n\r\n{body}".encode())
    return data.replace(_ID.encode(), b"{request_id}")


_SOUND: Final = "Content-Type:audio/basic\r\n"
OF_THE_TURN: Final[Mapping[str, bytes]] = {
    "starts of the turn": _text("turn.start", "{}"),
    "metadata of the turn": _text("audio.metadata", '{"Metadata":[{"Type":"WordBoundary","Data":{"Offset":0}}]}'),
    "large metadata": _text("audio.metadata", json.dumps({"Metadata": ["xanadu " * 70_000]})),
    "lists in lists": _text("audio.metadata", "[" * 500_000),
    "empty sound": _message("audio", _SOUND, b""),
    "ends of the sound": _message("audio", "", b""),
    "silence a sample at a time": _message("audio", _SOUND, b"\0\0"),
    "silence half a sample at a time": _message("audio", _SOUND, b"\0"),
    "silence by the megabyte": _message("audio", _SOUND, bytes(1_000_000)),
}
SOUNDS: Final = [name for name in OF_THE_TURN if name.startswith("silence")]
WHILE_SPEAKING: Final = Before("turn.end")
AT: Final[Mapping[str, Point]] = {"before the turn": Received("ssml"), "behind the turn's end": After("turn.end")}
SMALL: Final = Synthesis(delivery=Delivery(slice_size=2))
LONG: Final = Synthesis(speaker=ScriptedSpeaker(3.0))


def _row(
    fault: str,
    outcome: Outcome | type[SpeechError],
    behaviours: Behaviours,
    *,
    synthesis: Synthesis | None = None,
    within: float = 0.0,
) -> Row:
    return Row(
        fault=fault,
        outcome=outcome,
        behaviours=behaviours,
        synthesis=synthesis or Synthesis(),
        recovers=outcome is WHOLE,
        within=within,
        sdks=UNMEASURED,
    )


def rows() -> Iterator[Row]:
    """Return the floods; the answer that is flooded is whole where it is only once."""
    for name, message in ON_THE_WIRE.items():
        for when, at in AT.items():
            yield _row(f"flood of {name}, {when}", WHOLE, once(flood(message, at)))
    for name, message in OF_THE_TURN.items():
        yield _row(f"flood of {name}, once", WHOLE, once(flood(message, WHILE_SPEAKING)))
        yield _row(f"flood of {name}, behind the turn's end", WHOLE, once(flood(message, After("turn.end"))))
    for name, message in OF_THE_TURN.items():
        # Behind all of the sound, a turn is whole without its end.
        whole = WHOLE if name not in SOUNDS else UnusableMessageError
        yield _row(f"flood of {name}, each time", whole, always(flood(message, WHILE_SPEAKING)))
    for name in ("metadata of the turn", "empty sound"):
        flooded = always(flood(OF_THE_TURN[name], After("turn.start")))
        yield _row(f"flood of {name} before the sound, each time", UnusableMessageError, flooded)
    reads_nothing = once(Fault(Received("ssml"), Freeze()), flood(ON_THE_WIRE["pings"], Received("ssml")))
    yield _row("flood of pings by a peer that reads no pongs", WHOLE, reads_nothing, within=10.0)
    endless = once(Fault(Received("ssml"), Raw(b"\1\0" + b"\0\0" * (SIZE // 2))))
    yield _row("flood of frames without an end", WHOLE, endless, within=20.0)
    yield _row("sound a sample at a time", UnusableMessageError, (), synthesis=SMALL)
    yield _row("sound without an end", UnusableMessageError, (), synthesis=LONG)
    plain = for_ever(refused(200))
    yield _row("sound without an end, over REST", UnusableMessageError, plain, synthesis=LONG)
    yield _row("sound a sample at a time, over REST", WHOLE, plain, synthesis=SMALL, within=10.0)


ROWS: Final = tuple(rows())

_VOICE: Final = '{"ShortName":"de-DE-%07dNeural","Locale":"de-DE","StyleList":["%s"]}'


def _many(size: int) -> str:
    return "[" + ",".join(_VOICE % (number, "x" * 40) for number in range(size // 110)) + "]"


LISTS: Final[Mapping[str, Callable[[], str]]] = {
    "100 MB": lambda: _many(100 << 20),
    "thousands of voices": lambda: _many(MAX_LIST_SIZE - 1000),
    "lists in lists": lambda: "[" * (MAX_LIST_SIZE - 2),
    "two million entries that are none": lambda: "[" + "{}," * (2 << 20) + "{}]",
    "two million times what is no entry": lambda: "[" + '"",' * (2 << 20) + "1]",
    "a voice with a million styles": lambda: json.dumps(
        [{"ShortName": "a", "Locale": "de-DE", "StyleList": ["x"] * 1_000_000}]
    ),
    "a name of a megabyte": lambda: json.dumps([{"ShortName": "x" * (1 << 20), "Locale": "de-DE"}]),
    "a number of a megabyte": lambda: "[" + "1" * (1 << 20) + "]",
}
"""Lists of voices; made when they are sent."""


def listed(name: str) -> Behaviours:
    """Answer with such a list."""
    return lambda _: Behaviour(answer=Refuse(200, {"Content-Type": "application/json"}, LISTS[name]()))
