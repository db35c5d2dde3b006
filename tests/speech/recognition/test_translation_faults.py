"""What goes wrong in a translation comes out as it does in a recognition: the fault table, and drops."""

from dataclasses import replace
from typing import Final

import pytest

from custom_components.azure_speech_live.speech import Mode
from tests.speech_service import (
    DIALECTS,
    Behaviour,
    Dialect,
    Fault,
    Legible,
    Scripted,
    ScriptedSynthesizer,
    SpeechService,
    Utterance as Said,
)
from tests.speech_service.engines.legible import silence
from tests.speech_service.engines.scripted_translation import spoken
from tests.speech_service.faults import Action, After, AudioReceived, Before, Close, Freeze, Reset, Send, Silence, Wait
from tests.speech_service.service import Behaviours

from ..caller import AUDIO, PHRASES, SAID, Source, calling, listen
from ..faults.table import CLOSE_CODES, ENDING, MESSAGES, OPENING, SLOW_ANSWERS, STATUSES, Row
from ..faults.test_table import ROUNDING, check_outcome
from .translations import MODES, VOICE, faulty, german, success, to


@pytest.mark.parametrize("dialect", DIALECTS)
@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("voice", [None, VOICE])
async def test_drop_in_mid_utterance(voice: str | None, mode: Mode, dialect: Dialect) -> None:
    fault = Fault(AudioReceived(20_000), Reset())
    async with (
        SpeechService(Legible(), dialect=dialect, behaviours=faulty(fault)) as service,
        calling(service.url) as client,
    ):
        heard = await listen(client, Source(AUDIO[mode]), to(mode=mode, voice=voice))
        assert len(service.connections) == 2
    assert heard.error is None
    assert [phrase.translations for phrase in success(heard)] == german(PHRASES[mode])
    if voice:
        assert heard.spoken == b"".join(spoken(f"[de] {phrase}") for phrase in PHRASES[mode])
        assert heard.endings == [None] * len(PHRASES[mode])


@pytest.mark.parametrize(
    "drop",
    [
        (Reset(), 0.0, "the connection was lost"),
        (Close(1011, "Server error"), 0.0, "the service closed the connection with code 1011: Server error"),
        (Silence(), 10.0, "the service does not answer"),
        (Freeze(), 5.0, "the service does not answer"),
    ],
    ids=lambda drop: type(drop[0]).__name__,
)
@pytest.mark.parametrize("slices", [0, 1])
@pytest.mark.parametrize("dialect", DIALECTS)
@pytest.mark.parametrize("mode", MODES)
async def test_drop_amid_the_synthesis(
    mode: Mode, dialect: Dialect, slices: int, drop: tuple[Action, float, str]
) -> None:
    """The phrase is kept, its speech is not made good for, and the rest is translated and spoken."""
    action, within, why = drop
    audio = "translation.synthesis" if dialect is Dialect.PHRASE else "audio"
    at = After(audio, slices) if slices else After(f"translation.{dialect}")
    if not slices and dialect is Dialect.RESPONSE:
        at = After("audio.start")
    behaviours = faulty(Fault(at, action))
    service = SpeechService(Legible(), dialect=dialect, behaviours=behaviours)
    async with service, calling(service.url) as client:
        heard = await listen(client, Source(AUDIO[mode]), to(mode=mode, voice=VOICE))
    assert heard.error is None
    assert heard.transcript == SAID[mode]
    assert [phrase.translations for phrase in success(heard)] == german(PHRASES[mode])
    rest = [spoken(f"[de] {phrase}") for phrase in PHRASES[mode][1:]]
    assert heard.spoken == spoken(f"[de] {PHRASES[mode][0]}")[: 4096 * slices] + b"".join(rest)
    assert heard.endings == [f"the spoken translation was cut off: {why}", *[None] * len(rest)]
    assert heard.seconds_more <= within


@pytest.mark.parametrize(
    ("pause", "ending", "within"),
    [(0.9, None, 20.0), (3.0, "the spoken translation was cut off: the service gave no result in time", 29.0)],
)
async def test_slow_synthesis(pause: float, ending: str | None, within: float) -> None:
    """A service is waited for as long as it speaks no slower than what it says takes to play."""
    text = "x" * 1000  # 20 s
    pauses = tuple(Fault(Before("translation.synthesis", nth), Wait(pause)) for nth in range(1, 22))
    script = Scripted([Said(text=text, end=1.0)])
    synthesizer = ScriptedSynthesizer(size=32_000)
    service = SpeechService(script, synthesizer=synthesizer, behaviours=[Behaviour(faults=pauses)])
    async with service, calling(service.url) as client:
        heard = await listen(client, Source(silence(1.0)), to(mode=Mode.INTERACTIVE, voice=VOICE))
    assert heard.error is None
    assert heard.transcript == text
    assert heard.endings == [ending]
    assert (heard.spoken == spoken(f"[de] {text}")) == (ending is None)
    assert within - 2.0 < heard.seconds_more < within + 0.5


# --- the fault table


def translating(behaviours: Behaviours) -> Behaviours:
    """Return behaviours whose faults are about a translation's messages."""
    if not callable(behaviours):
        return [replace(behaviour, faults=tuple(map(_translating, behaviour.faults))) for behaviour in behaviours]

    def make(number: int) -> Behaviour:
        behaviour = behaviours(number)
        return replace(behaviour, faults=tuple(map(_translating, behaviour.faults)))

    return make


def _translating(fault: Fault) -> Fault:
    at, do = fault.at, fault.do
    if isinstance(at, Before | After):
        at = replace(at, path=_renamed(at.path))
    if isinstance(do, Send) and isinstance(do.data, str):
        do = Send(_renamed(do.data))
    return Fault(at, do)


def _renamed(text: str) -> str:
    for name in ("phrase", "hypothesis"):
        text = text.replace(f"speech.{name}", f"translation.{name}")
    return text


GROUPS: Final = (OPENING, ENDING, CLOSE_CODES, SLOW_ANSWERS, MESSAGES, STATUSES)
"""Not those about the address, which know nothing of what is asked there, nor about the REST API."""


@pytest.mark.parametrize("row", [pytest.param(row, id=row.fault) for group in GROUPS for row in group.rows])
async def test_fault_table(row: Row) -> None:
    mode = row.modes[-1]
    service = SpeechService(Legible(), behaviours=translating(row.behaviours))
    async with service, calling(service.url) as client:
        heard = await listen(client, Source(AUDIO[mode]), to(mode=mode))
        check_outcome(row, mode, heard)
        assert heard.seconds_more <= row.within + ROUNDING
        assert len(service.attempts) == row.attempts
        for phrase in success(heard):
            # One that the fault itself sent has no translation.
            assert phrase.translations == {"de": f"[de] {phrase.text}"} or phrase.translation_error
