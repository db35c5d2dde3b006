"""What a row of the fault table of synthesis is, and what the rows have in common."""

from dataclasses import dataclass, field
from enum import Enum
from typing import Final

from custom_components.azure_speech_live.speech import SpeechError, SynthesisOptions
from tests.speech_service import Synthesis
from tests.speech_service.manner import USUAL, Manner
from tests.speech_service.service import Behaviours

from ..faults.rows import Sdks
from ..listener import OPTIONS


class Outcome(Enum):
    """What a listener gets that is no error."""

    WHOLE = "all of it, once"


WHOLE: Final = Outcome.WHOLE


@dataclass(frozen=True, kw_only=True)
class Row:
    """A fault, and what comes of it."""

    fault: str
    outcome: Outcome | type[SpeechError]
    within: float = 0.0
    """Seconds from the beginning to the outcome, at most."""
    attempts: int = 1
    """Upgrade requests that it takes."""
    behaviours: Behaviours = ()
    rest: Behaviours = ()
    synthesis: Synthesis = field(default_factory=Synthesis)
    manner: Manner = USUAL
    """How the service writes its messages."""
    recovers: bool = True
    """Whether the fault is over, so that the next answer has to be whole."""
    options: SynthesisOptions = OPTIONS
    sdks: Sdks


AGAIN: Final = Sdks(native="once more, unheard", javascript="ConnectionFailure")
CUT: Final = Sdks(native="ConnectionFailure, with the audio so far", javascript="ConnectionFailure, without it")
CLEAN: Final = Sdks(native="hangs > 40 s", javascript="hangs")
CLEAN_IN_AUDIO: Final = Sdks(native="ServiceTimeout after 3 s", javascript="hangs")
HANGS: Final = Sdks(native="asks again after 40 s, ServiceTimeout after 80 s", javascript="hangs")
STALLS: Final = Sdks(native="ServiceTimeout after 3 s", javascript="waits")
REFUSED: Final = Sdks(native="the error", javascript="the error")
UNMEASURED: Final = Sdks()
