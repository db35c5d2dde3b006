"""A command where the service fails: who answers it, how soon, and of what audio, by a clock that leaps."""

from math import inf

import pytest

from tests.speech_service.faults import (
    AudioEnded,
    AudioReceived,
    Before,
    Behaviour,
    Close,
    Fault,
    Freeze,
    Opened,
    Refuse,
    Reset,
    Send,
    Silence,
)

from ..speech import RECOGNIZER, pcm
from .second_ear import SECOND, SECOND_TAKES, Commands

AZURE = "Turn on the kitchen light."
OTHER = "lights on"

AT_ONCE = {
    "401": Behaviour(answer=Refuse(401)),
    "403": Behaviour(answer=Refuse(403)),
    "404": Behaviour(answer=Refuse(404)),
    "429": Behaviour(answer=Refuse(429)),
    "503": Behaviour(answer=Refuse(503)),
    "reset": Behaviour(answer=Reset()),
    "1011 amid": Behaviour(faults=(Fault(AudioReceived(16000), Close(1011)),)),
    "4429 amid": Behaviour(faults=(Fault(AudioReceived(16000), Close(4429)),)),
    "quota amid": Behaviour(faults=(Fault(AudioReceived(16000), Close(1007, "Quota exceeded.")),)),
    "reset amid": Behaviour(faults=(Fault(AudioReceived(16000), Reset()),)),
    "1011 after": Behaviour(faults=(Fault(AudioEnded(), Close(1011)),)),
    "reset after": Behaviour(faults=(Fault(AudioEnded(), Reset()),)),
    "quota after": Behaviour(faults=(Fault(AudioEnded(), Close(1007, "Quota exceeded.")),)),
    "nonsense": Behaviour(faults=(Fault(Before("speech.phrase"), Send("nonsense")),)),
}
SILENT = {
    "never opens": Behaviour(delay=inf),
    "says nothing": Behaviour(faults=(Fault(Opened(), Silence()),)),
    "freezes": Behaviour(faults=(Fault(Opened(), Freeze()),)),
    "freezes amid": Behaviour(faults=(Fault(AudioReceived(16000), Freeze()),)),
    "silent amid": Behaviour(faults=(Fault(AudioReceived(16000), Silence()),)),
    "freezes after": Behaviour(faults=(Fault(AudioEnded(), Freeze()),)),
    "no phrase": Behaviour(faults=(Fault(Before("speech.phrase"), Silence()),)),
}


async def test_the_service_alone_is_asked_as_long_as_it_works(commands: Commands) -> None:
    answer = await commands.say()
    assert answer.text == AZURE
    assert answer.by == RECOGNIZER
    assert not commands.manner.heard


@pytest.mark.parametrize("behaviour", [*AT_ONCE.values()], ids=[*AT_ONCE])
async def test_a_failure_that_is_told_is_the_second_engines_at_once(commands: Commands, behaviour: Behaviour) -> None:
    commands.service.behaviours = lambda _: behaviour
    answer = await commands.say()
    assert (answer.text, answer.by) == (OTHER, SECOND)
    assert commands.manner.heard == [pcm(2)]
    assert answer.delay <= SECOND_TAKES + 0.1


@pytest.mark.parametrize("behaviour", [*SILENT.values()], ids=[*SILENT])
async def test_a_silence_costs_a_second_once(commands: Commands, behaviour: Behaviour) -> None:
    commands.service.behaviours = lambda _: behaviour
    answer = await commands.say()
    assert (answer.text, answer.by) == (OTHER, SECOND)
    assert answer.delay <= SECOND_TAKES + 1.2
    for _ in range(3):
        answer = await commands.say()
        assert (answer.text, answer.by) == (OTHER, SECOND)
        assert answer.delay <= SECOND_TAKES + 0.05
    assert commands.manner.heard == 4 * [pcm(2)]
