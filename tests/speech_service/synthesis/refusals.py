"""Why the service does not speak: the closes, all of them seen of Microsoft's service.

They come after turn.start, mostly as 1007; the reasons are cut at 100 characters in every public log. Over REST the
same is a status.
"""

from __future__ import annotations

from http import HTTPStatus
from typing import Final

from ..faults import Close

_LONGEST_REASON: Final = 100

INVALID: Final = 1007
THROTTLED: Final = Close(INVALID, "Throttled due to too many requests")
TOO_MANY_AT_ONCE: Final = Close(
    4429, "The request is throttled because you have exceeded the concurrent request limit allowed for your sub"
)
QUOTA: Final = Close(INVALID, "Quota exceeded. Cid: 0123456789abcdef0123456789abcdef")
EXHAUSTED: Final = Close(1013, 'Status(StatusCode="ResourceExhausted", Detail="")')


class NotSpokenError(Exception):
    """A turn is refused; its connection is to be closed with this code and reason."""

    def __init__(self, reason: str, code: int = INVALID, status: int = HTTPStatus.BAD_REQUEST) -> None:
        """Keep the reason, the close code, and the status that it is over REST."""
        self.reason = reason[:_LONGEST_REASON]
        super().__init__(f"{code}: {self.reason}")
        self.code = code
        self.status = status


class WrongRequestError(NotSpokenError):
    """A turn is refused for what a client should have known before it asked."""


def unsupported_voice(name: str) -> NotSpokenError:
    """Return the refusal of a voice that is not there."""
    return NotSpokenError(f"Unsupported voice {name}.")


def standard_voice() -> NotSpokenError:
    """Return the refusal of a voice of the kind that was there before neural ones."""
    return NotSpokenError(
        "Starting September 1st, 2021 standard voices will no longer be supported for new users. Please use neural"
    )


def several_languages() -> NotSpokenError:
    """Return the refusal of SSML with another language than the voice's, or with none."""
    return NotSpokenError("Ssml should only contain one language.")


def invalid_ssml() -> WrongRequestError:
    """Return the refusal of what is no SSML."""
    return WrongRequestError("SSML is invalid")


def too_many_voices() -> WrongRequestError:
    """Return the refusal of SSML with more voices than may be. The reason is a guess."""
    return WrongRequestError("SSML should not contain more than 50 voice tags.")


def too_long() -> NotSpokenError:
    """Return the end of a turn that has spoken for ten minutes."""
    return NotSpokenError("The processed audio has exceeded the configured maximum media duration of 600000ms")


def unsupported_format(name: str) -> WrongRequestError:
    """Return the refusal of an output format. The reason is a guess."""
    return WrongRequestError(f"Unsupported output format {name}.", status=HTTPStatus.UNSUPPORTED_MEDIA_TYPE)


def throttled(close: Close) -> NotSpokenError:
    """Return the refusal of one request too many."""
    return NotSpokenError(close.reason, close.code, HTTPStatus.TOO_MANY_REQUESTS)
