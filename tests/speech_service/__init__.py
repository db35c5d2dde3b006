"""A stand-in for Microsoft's Speech service: its WebSocket protocols on loopback, with engines of one's choice.

In tests::

    async with SpeechService(Scripted([Utterance(text="Turn on the light.", end=1.0)])) as service:
        ...  # connect to service.url with the key KEY
        await service.until(lambda: service.connections[0].turns[0].ended)

    async with SpeechService(synthesis=Synthesis(delivery=Delivery(first_audio=0.2))) as service:
        ...  # let it speak
        assert service.syntheses[0].turns[0].ssml

By itself: ``python -m tests.speech_service --help``. It shares nothing with the client that it tests: framing,
validation and JSON are its own, on the `websockets` library.
"""

from .answers import DIALECTS, Dialect
from .at_once import AtOnce
from .connection import Connection
from .engines.legible import Legible
from .engines.scripted import Scripted, Utterance
from .engines.scripted_translation import ScriptedSynthesizer, ScriptedTranslator
from .engines.speech import ScriptedSpeaker
from .faults import Behaviour, Fault
from .manner import Manner
from .per_minute import PerMinute
from .rest import Post
from .service import KEY, SpeechService
from .session import Limits
from .synthesis.connection import SynthesisConnection
from .synthesis.delivery import Delivery
from .synthesis.synthesis import Synthesis
from .synthesis.turn import SynthesisTurn
from .turn import Turn
from .upgrade import Attempt

__all__ = [
    "DIALECTS",
    "KEY",
    "AtOnce",
    "Attempt",
    "Behaviour",
    "Connection",
    "Delivery",
    "Dialect",
    "Fault",
    "Legible",
    "Limits",
    "Manner",
    "PerMinute",
    "Post",
    "Scripted",
    "ScriptedSpeaker",
    "ScriptedSynthesizer",
    "ScriptedTranslator",
    "SpeechService",
    "Synthesis",
    "SynthesisConnection",
    "SynthesisTurn",
    "Turn",
    "Utterance",
]
