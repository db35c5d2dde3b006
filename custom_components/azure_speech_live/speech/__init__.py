"""The Speech service's client: live recognition and speech over its WebSocket protocol, on aiohttp and nothing else.

    client ─► flow ─► utterance ─► messages, audio    what to say, and what was said: no I/O
                ├──► connector ─► connection, pool    who moves it: aiohttp
                └──► short_audio ─► rest              the same, where no WebSocket can be opened

What speaks has the same shape, on the same wire: flow, answer, turn and sound, and a plain request by rest.

It knows nothing of Home Assistant, and runs by itself as a top-level package. What others use of it stands here, in
``pasted``, in ``language_tags`` and in ``source``.
"""

from .client import SpeechClient
from .errors import (
    AudioSourceError,
    BadAudioError,
    ConnectionFailedError,
    ContinuousDetectionError,
    CredentialsError,
    EndpointError,
    HostNotFoundError,
    LanguageError,
    NotASpeechEndpointError,
    OpenTimeoutError,
    ProtocolError,
    QuotaError,
    RequestRefusedError,
    ServiceError,
    ServiceTimeoutError,
    SpeechError,
    TextSourceError,
    ThrottledError,
    UnusableMessageError,
    UpgradeRefusedError,
    VoiceError,
    WebPageError,
)
from .events import (
    AttemptFailed,
    Event,
    Hypothesis,
    Phrase,
    RecognitionStatus,
    SpeechEnded,
    SpeechStarted,
    Synthesis,
    SynthesisEnded,
    Word,
)
from .languages import LANGUAGES, TRANSLATION_LANGUAGES
from .options import MAX_AT_START, MAX_PHRASES, Mode, Profanity, RecognitionOptions, TranslationOptions
from .recognition.audio import BYTES_PER_SECOND
from .recognition.pace import backlog
from .recognition.turn import DEFAULT_INITIAL_SILENCE
from .riff import RiffStripper
from .synthesis.formats import Frames, output_format, silence, wav_header
from .synthesis.shipped import SHIPPED, SPOKEN
from .synthesis.ssml import Phoneme, Piece
from .synthesis.texts import Fragment, Text, is_speakable, pieces_of, said
from .synthesis.voices import Voice, similar, speaking
from .synthesis_options import END_SILENCE, OutputFormat, SynthesisOptions
from .timeline import SynthesisTimeline, Timeline
from .wire.credentials import Credentials
from .wire.endpoints import CHINA_REGIONS, PUBLIC_REGIONS, US_GOVERNMENT_REGIONS, Endpoint, PortalPageError
from .wire.wording import printable

__all__ = [
    "BYTES_PER_SECOND",
    "CHINA_REGIONS",
    "DEFAULT_INITIAL_SILENCE",
    "END_SILENCE",
    "LANGUAGES",
    "MAX_AT_START",
    "MAX_PHRASES",
    "PUBLIC_REGIONS",
    "SHIPPED",
    "SPOKEN",
    "TRANSLATION_LANGUAGES",
    "US_GOVERNMENT_REGIONS",
    "AttemptFailed",
    "AudioSourceError",
    "BadAudioError",
    "ConnectionFailedError",
    "ContinuousDetectionError",
    "Credentials",
    "CredentialsError",
    "Endpoint",
    "EndpointError",
    "Event",
    "Fragment",
    "Frames",
    "HostNotFoundError",
    "Hypothesis",
    "LanguageError",
    "Mode",
    "NotASpeechEndpointError",
    "OpenTimeoutError",
    "OutputFormat",
    "Phoneme",
    "Phrase",
    "Piece",
    "PortalPageError",
    "Profanity",
    "ProtocolError",
    "QuotaError",
    "RecognitionOptions",
    "RecognitionStatus",
    "RequestRefusedError",
    "RiffStripper",
    "ServiceError",
    "ServiceTimeoutError",
    "SpeechClient",
    "SpeechEnded",
    "SpeechError",
    "SpeechStarted",
    "Synthesis",
    "SynthesisEnded",
    "SynthesisOptions",
    "SynthesisTimeline",
    "Text",
    "TextSourceError",
    "ThrottledError",
    "Timeline",
    "TranslationOptions",
    "UnusableMessageError",
    "UpgradeRefusedError",
    "Voice",
    "VoiceError",
    "WebPageError",
    "Word",
    "backlog",
    "is_speakable",
    "output_format",
    "pieces_of",
    "printable",
    "said",
    "silence",
    "similar",
    "speaking",
    "wav_header",
]
