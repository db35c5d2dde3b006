"""What can go wrong with the Speech service, sorted by what the caller should do about it.

    SpeechError
    ├── CredentialsError           fix the key, or use it in the region that it belongs to
    ├── EndpointError              fix the region or the endpoint
    │   ├── HostNotFoundError
    │   └── NotASpeechEndpointError
    ├── ThrottledError             wait (retry_after), or use a larger tier
    │   └── QuotaError             wait for the next month, or use a larger tier
    ├── ConnectionFailedError      look at the network; try later
    │   ├── OpenTimeoutError       the same; nobody answered
    │   ├── UpgradeRefusedError    something on the way does not let WebSockets through
    │   └── WebPageError           something on the way answers in place of the service
    ├── ServiceError               the service's own trouble: try later
    ├── ServiceTimeoutError        the service did not answer in time: try later
    ├── ProtocolError              one side said what the other cannot use: report it
    │   ├── RequestRefusedError    the same, and no waiting helps
    │   │   ├── LanguageError      choose another language, or fix the custom model's id
    │   │   │   └── ContinuousDetectionError   detect the language at the start, as the client does by itself
    │   │   └── VoiceError         choose another voice
    │   └── UnusableMessageError
    ├── BadAudioError              send 16 kHz, 16-bit, mono PCM
    ├── AudioSourceError           look at what gives the audio; its exception is the cause
    └── TextSourceError            look at what gives the text; its exception is the cause

No TimeoutError and no aiohttp exception leaves the client: these do, and their text is one bounded line without
secrets and transcripts.
"""


class SpeechError(Exception):
    """The base of all that the client raises.

    ``transient`` says whether the same audio may be tried once more at once: the client does so by itself,
    so that a caller meets a transient error only when the second attempt failed as well.
    """

    transient = False

    def __init__(self, message: str, retry_after: float | None = None, status: int | None = None) -> None:
        """Keep how many seconds the service asks to wait, and the HTTP status that it said so by; None: it did not."""
        super().__init__(message)
        self.retry_after = retry_after
        self.status = status
        self.connection_id: str | None = None
        """The X-ConnectionId of the connection on which it happened, by which Microsoft's support finds it."""


class CredentialsError(SpeechError):
    """The key or token is refused (HTTP 401 or 403): wrong, of another region, or disabled."""


class EndpointError(SpeechError):
    """The region or endpoint is wrong."""


class HostNotFoundError(EndpointError):
    """The endpoint's host name does not resolve: no such region or resource, or no DNS."""

    transient = True


class NotASpeechEndpointError(EndpointError):
    """Something answers there, but not a Speech service."""


class ThrottledError(SpeechError):
    """Too many requests, or too many at once, for the resource's tier (HTTP 429, close code 4429)."""


class QuotaError(ThrottledError):
    """What the resource's tier has for a month is used up (RecognitionStatus Forbidden, HTTP 403 for a quota)."""


class ConnectionFailedError(SpeechError):
    """The connection could not be opened, or broke."""

    transient = True


class OpenTimeoutError(ConnectionFailedError):
    """The connection did not open in time."""


class UpgradeRefusedError(ConnectionFailedError):
    """The endpoint is there, but the request for a WebSocket was answered as a plain one: a proxy is in the way."""

    transient = False


class WebPageError(ConnectionFailedError):
    """A web page came in place of a result: that of a network which wants a login, perhaps."""


class ServiceError(SpeechError):
    """The service says that it has trouble of its own (HTTP 5xx, close code 1011, RecognitionStatus Error)."""

    transient = True


class ServiceTimeoutError(SpeechError):
    """The service did not say in time what it should have said. It is no TimeoutError, on purpose."""

    transient = True


class ProtocolError(SpeechError):
    """The service refused a message of ours, or sent something that cannot be used."""


class RequestRefusedError(ProtocolError):
    """The service refuses what it was asked, and would again (HTTP 400, close code 1007, status BadRequest)."""


class LanguageError(RequestRefusedError):
    """The service does not have the language, or the custom model, that was asked for."""


class ContinuousDetectionError(LanguageError):
    """The endpoint detects the spoken language at the start of a turn, and not all along."""


class VoiceError(RequestRefusedError):
    """The service does not have the voice that was asked for, or no more."""


class UnusableMessageError(ProtocolError):
    """The service sent a message that cannot be read, so that what it said may be lost."""

    transient = True


class BadAudioError(SpeechError):
    """The audio is not 16 kHz, 16-bit, mono PCM."""


class AudioSourceError(SpeechError):
    """The iterator that gives the audio raised; its exception is the cause."""


class TextSourceError(SpeechError):
    """The iterator that gives the text to speak raised; its exception is the cause."""
