"""What may be amiss, as data: the network, the service's answer to whoever comes, what it does amid a command."""

from __future__ import annotations

from dataclasses import dataclass
from http import HTTPStatus
from typing import Final

from tests.speech_service.at_once import CLOSE
from tests.speech_service.faults import (
    NORMAL,
    AudioEnded,
    AudioReceived,
    Before,
    Behaviour,
    Close,
    Fault,
    Freeze,
    Refuse,
    Reset,
    Silence,
)

from .gate import Net

_MID: Final = 24_000
"""Bytes of audio after which a command is under way: three quarters of a second."""
_QUOTA: Final = '{ "statusCode": 403, "message": "Out of call volume quota. Quota will be replenished in 2.12 days." }'


@dataclass(frozen=True, kw_only=True)
class Weather:
    """What is the matter, until it is something else."""

    name: str
    net: Net = Net.OPEN
    delay: float = 0.0
    """Seconds that everything takes on the way there, and as many on the way back."""
    behaviour: Behaviour = NORMAL
    """Of the service, to whoever connects."""


def _refused(name: str, status: int, body: str = "") -> Weather:
    return Weather(name=name, behaviour=Behaviour(answer=Refuse(status, body=body)))


def _amid(name: str, *faults: Fault) -> Weather:
    return Weather(name=name, behaviour=Behaviour(faults=faults))


FINE: Final = Weather(name="works")
AWAY: Final = Weather(name="nobody there", net=Net.AWAY)
OUTAGES: Final = (
    AWAY,
    Weather(name="nothing comes through", net=Net.FROZEN),
    Weather(name="everything takes 3 s", delay=1.5),
    _refused("key refused", HTTPStatus.UNAUTHORIZED),
    _refused("quota used up", HTTPStatus.FORBIDDEN, _QUOTA),
    _refused("throttled (429)", HTTPStatus.TOO_MANY_REQUESTS),
    _refused("unavailable (503)", HTTPStatus.SERVICE_UNAVAILABLE),
    _amid("throttled amid a command (4429)", Fault(AudioReceived(_MID), CLOSE)),
    _amid("reset amid a command", Fault(AudioReceived(_MID), Reset())),
    _amid("frozen amid a command", Fault(AudioReceived(_MID), Freeze())),
    _amid("fails at the end (1011)", Fault(AudioEnded(), Close(1011, "Internal server error"))),
    _amid("says nothing at the end", Fault(Before("speech.phrase"), Silence())),
)
