"""Who said what the service could not tell: relabelled when it can, and only where there is hardly another possibility.

The service calls a speaker "Unknown" until it can tell speakers apart, in the first phrases of a talk and in short ones
(cognitive-services-speech-sdk#2060), and never says later who that was. So it is guessed:

- Phrases at the very beginning are the first known speaker's.
- One phrase between two of the same speaker is theirs.

Nothing else is guessed. Both are guesses: somebody else may have said "Yes" in between.
"""

from typing import Final

MAX_FIRST: Final = 8
"""Phrases at the beginning that are remembered. Behind more without a speaker, the first may be anybody's."""


class Speakers:
    """The speakers of one session, as far as something may still be said about them."""

    def __init__(self) -> None:
        """Begin before the first phrase."""
        self._last: str | None = None
        """The last known speaker."""
        self._unknown: list[str] = []
        """The phrases since, of which it is not known; at most as many as may be relabelled, and one."""

    def take(self, segment_id: str, speaker: str | None) -> dict[str, str]:
        """Take the next phrase, and its speaker if it is known; return earlier ones whose speaker is known now."""
        most = MAX_FIRST if self._last is None else 1
        if speaker is None:
            self._unknown = [*self._unknown, segment_id][: most + 1]
            return {}
        guessed = self._unknown if self._last in (None, speaker) and len(self._unknown) <= most else []
        self._last = speaker
        self._unknown = []
        return dict.fromkeys(guessed, speaker)
