"""The way around, for networks that do not let WebSockets through: the REST API, one request for each turn.

It says the same as a turn on a WebSocket does, and as late: the sound comes while it is made.
"""

from collections.abc import AsyncGenerator
from contextlib import aclosing

from ..synthesis_options import SynthesisOptions
from ..wire.endpoints import Endpoint
from ..wire.messages import Message
from ..wire.rest import Rest

_AGENT = "AzureSpeechLive"
"""The API wants a name of who asks."""


class PlainRequest:
    """The API of one resource."""

    def __init__(self, rest: Rest, endpoint: Endpoint) -> None:
        """Begin with no request."""
        self._rest = rest
        self._endpoint = endpoint

    async def messages(self, ssml: str, options: SynthesisOptions, request_id: str) -> AsyncGenerator[Message]:
        """Have a document spoken, and yield what a turn with that id would say. Raises SpeechError.

        The caller limits the time.
        """
        headers = {
            "Content-Type": "application/ssml+xml",
            "X-Microsoft-OutputFormat": str(options.output_format),
            "User-Agent": _AGENT,
        }
        async with aclosing(self._rest.stream(self._endpoint.speech_url(options), ssml.encode(), headers)) as sound:
            async for piece in sound:
                yield Message("audio", piece, request_id, "audio")
        yield Message("turn.end", "", request_id)
