"""How much a peer may say, in each way that it has of saying something. Beyond that, it is cut or refused.

Whoever answers may be broken, hostile, or no Speech service at all. No limit is near to what a service sends.
"""

from typing import Final

# --- a request, and its answer

MAX_REDIRECTS: Final = 3
"""Redirects to ws:// and wss:// addresses; Microsoft's service is not known to need more than one."""
MAX_INTERIM: Final = 8
"""Interim answers (HTTP 100) before the one that counts. Who uses them sends one or two."""
MAX_REFUSAL_SIZE: Final = 4096
"""Bytes read of a refusal's body."""
REFUSAL_TIME: Final = 1.0
"""Seconds that it may take; then what has come is all that there is."""
LONGEST_RETRY_AFTER: Final = 86_400.0
"""Seconds: more than a day's Retry-After is a mistake of the peer's."""

# --- a message

MAX_HEADER_SIZE: Final = 8192
"""Bytes of headers in one message: the protocol page's own limit for binary messages."""
MAX_MESSAGE_SIZE: Final = 1 << 20
"""Bytes of one message from the service. The longest phrase with word timings is a few tens of kilobytes."""
MAX_ANSWER_SIZE: Final = MAX_MESSAGE_SIZE
"""Bytes read of a REST answer, which has what a message has."""
MAX_LIST_SIZE: Final = 4 << 20
"""Bytes read of the list of voices, which has one or two megabytes. Of more, JSON could make hundreds in memory."""
MAX_SPEECH_SIZE: Final = 8 << 20
"""Bytes of one spoken translation where that is one message, as in the dialect of 2018: nearly three minutes at 24 kHz,
the most that there is."""
MAX_OFFSET: Final = 24 * 3600
"""Seconds: more than a day is no time in a turn. A connection lives for ten minutes."""

# --- messages on a connection, and in a turn

MESSAGE_UNIT: Final = 8192
"""Bytes of a message that count for one more: what the audio of a spoken translation comes in, at most."""
MESSAGE_SPELL: Final = 16
"""Messages taken in one go: less than a millisecond's work, and more than a service has ever sent at once."""
MESSAGE_RATE: Final = 200.0
"""Messages a second that may go on and on. A service sends some ten: hypotheses, and what it speaks in pieces."""
MESSAGE_RESERVE: Final = 4000.0
"""Messages beyond that which may come at once: six minutes of speech in pieces of 100 ms, or 32 MB."""
MAX_EVENTS: Final = 1000
"""Events that wait for the caller. A service gives a few a second, and of its hypotheses only the latest waits."""
MAX_RECEIPTS: Final = 200
"""Receipt times kept of one kind of message in a turn: a minute of hypotheses, three a second."""
MAX_PATHS: Final = 20
"""Kinds of messages reported: twice as many as the protocol has."""
LEAST_SPOKEN: Final = 4 << 20
"""Bytes of synthesised audio that an utterance may have in any case: two minutes of 16 kHz PCM."""
SPOKEN_TIMES: Final = 6
"""Bytes beyond that for each byte of audio that was given. A translation takes about as long as what was said, and at
24 kHz, the most that there is, half as many bytes again."""
LEAST_SPEECH: Final = 30.0
"""Seconds of audio that a text which is spoken may have in any case."""
SPEECH_PER_CHARACTER: Final = 2.0
"""Seconds beyond that for each of its characters. A letter takes a tenth of one, the slow name of a sign nearly two."""

# --- what it says in words

MAX_TRANSCRIPT: Final = 20_000
"""Characters kept of one phrase's text: over ten minutes of fast speech, and a connection lives for ten minutes."""
MAX_WORDS: Final = 3000
"""Words with times kept of one phrase: ten minutes of fast speech, too."""
MAX_SPEAKER: Final = 64
"""Characters of a speaker's name: the service's own are like "Guest-12"."""
MAX_TRANSLATIONS: Final = 20
"""Target languages read from one message; the service translates to far fewer at once."""
MAX_SHOWN: Final = 200
"""Characters that are shown of a text that a peer sent (a close reason, a status line): a log line's worth."""
