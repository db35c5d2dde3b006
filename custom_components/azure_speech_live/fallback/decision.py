"""When the second engine is asked: what is amiss with the service, and when in a command, as tables.

The person's time decides. What the service will not do in this command is the second engine's at once. What it may
still do costs nobody anything while the person speaks; after that both are asked, and the first good answer counts.

Nothing is done here: who has a command or a text to carry observes, and does as the tables say.
"""

from collections.abc import Mapping
from enum import Enum, auto
from typing import Final

from ..resource.cost_guard import UsageLimitError
from ..resource.health_states import State
from ..speech import (
    AudioSourceError,
    BadAudioError,
    ConnectionFailedError,
    CredentialsError,
    EndpointError,
    HostNotFoundError,
    ProtocolError,
    QuotaError,
    SpeechError,
    TextSourceError,
    ThrottledError,
)


class Trouble(Enum):
    """What may be amiss."""

    REFUSED = auto()
    """The service refuses the key."""
    NO_ENDPOINT = auto()
    """There is no Speech service at the endpoint."""
    USED_UP = auto()
    """The quota is used up."""
    LIMIT = auto()
    """The household's own limit is used up."""
    THROTTLED = auto()
    """Too many requests, or too many at once."""
    NO_NETWORK = auto()
    """No way there: no route, no name, no TLS, or something else that answers in the service's place."""
    SERVICE = auto()
    """The service has trouble of its own, or has said nothing for as long as the client waits."""
    PROTOCOL = auto()
    """One side cannot use what the other says; a language, voice or model that the service does not have."""
    SLOW = auto()
    """Nobody has failed, but it takes longer than a person waits: no connection, or no answer."""
    NOTHING = auto()
    """The service heard speech, and understood none of it; where the household wants that to count."""
    SILENCE = auto()
    """The service heard no speech, or none that counts. Another engine makes words of silence: "Thank you"."""
    SOURCE = auto()
    """What gives the audio or the text failed, so that there is no more of it for anybody."""


class When(Enum):
    """When in a command, or in an answer, it is noticed."""

    BEFORE = auto()
    """Nothing has been said yet."""
    WHILE = auto()
    """The person speaks, or the text is still written."""
    AFTER = auto()
    """All is said, and somebody waits."""
    GIVEN_UP = auto()
    """At any time, but the client does not try again."""


class Then(Enum):
    """What follows."""

    WAIT = auto()
    """The service is waited for, and what it answers counts."""
    SECOND = auto()
    """The second engine is asked in its place."""
    BOTH = auto()
    """The second engine is asked as well, and the first good answer counts."""
    ERROR = auto()
    """Nobody can answer."""


_WAIT, _SECOND, _BOTH, _ERROR = Then

# fmt: off
_THEN: Final[Mapping[Trouble, tuple[Then, Then, Then, Then]]] = {
    #                    BEFORE   WHILE    AFTER    GIVEN_UP
    Trouble.REFUSED:     (_SECOND, _SECOND, _SECOND, _SECOND),
    Trouble.NO_ENDPOINT: (_SECOND, _SECOND, _SECOND, _SECOND),
    Trouble.USED_UP:     (_SECOND, _SECOND, _SECOND, _SECOND),
    Trouble.LIMIT:       (_SECOND, _SECOND, _SECOND, _SECOND),
    Trouble.THROTTLED:   (_BOTH,   _BOTH,   _BOTH,   _SECOND),
    Trouble.NO_NETWORK:  (_WAIT,   _WAIT,   _BOTH,   _SECOND),
    Trouble.SERVICE:     (_WAIT,   _WAIT,   _BOTH,   _SECOND),
    Trouble.PROTOCOL:    (_WAIT,   _WAIT,   _BOTH,   _SECOND),
    Trouble.SLOW:        (_BOTH,   _BOTH,   _BOTH,   _SECOND),
    Trouble.NOTHING:     (_WAIT,   _WAIT,   _SECOND, _SECOND),
    Trouble.SILENCE:     (_WAIT,   _WAIT,   _WAIT,   _WAIT),
    Trouble.SOURCE:      (_ERROR,  _ERROR,  _ERROR,  _ERROR),
}
"""What follows from a trouble, by when it is noticed."""

# fmt: on

OUTAGES: Final = frozenset(
    {
        Trouble.REFUSED,
        Trouble.NO_ENDPOINT,
        Trouble.USED_UP,
        Trouble.NO_NETWORK,
        Trouble.SERVICE,
        Trouble.SLOW,
    }
)
"""What the next command will most likely meet as well, and is remembered for it. The others are one command's own."""

# From the particular to the general: the first that fits is taken.
_TROUBLES: Final[tuple[tuple[type[SpeechError | UsageLimitError], Trouble], ...]] = (
    (UsageLimitError, Trouble.LIMIT),
    (CredentialsError, Trouble.REFUSED),
    (HostNotFoundError, Trouble.NO_NETWORK),
    (EndpointError, Trouble.NO_ENDPOINT),
    (QuotaError, Trouble.USED_UP),
    (ThrottledError, Trouble.THROTTLED),
    (ConnectionFailedError, Trouble.NO_NETWORK),
    (ProtocolError, Trouble.PROTOCOL),
    (BadAudioError, Trouble.SOURCE),
    (AudioSourceError, Trouble.SOURCE),
    (TextSourceError, Trouble.SOURCE),
    (SpeechError, Trouble.SERVICE),
)


def trouble_of(error: SpeechError | UsageLimitError) -> Trouble:
    """Return what is amiss where an attempt, or all of them, failed so."""
    return next(trouble for kind, trouble in _TROUBLES if isinstance(error, kind))


def then(trouble: Trouble, when: When) -> Then:
    """Return what follows from a trouble that is noticed then."""
    return dict(zip(When, _THEN[trouble], strict=True))[when]


def begins(health: State, *, limit_used_up: bool, away: bool, is_due: bool) -> Then:
    """Return how a command begins, by what is known before it.

    ``away``: the commands before it got no answer in time; ``is_due``: the service is to be tried again with this one.
    A try costs the person nothing, and nobody else finds out so soon that a key, say, is taken again.
    """
    if limit_used_up or (away and not is_due):
        return Then.SECOND
    return Then.BOTH if away or health is not State.WORKS else Then.WAIT
