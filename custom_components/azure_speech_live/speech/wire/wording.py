"""What is shown of others' words, in one bounded line: of a peer's, those that a service is known to use, and no more.

A close reason, a refusal's body, a failure's reason, the text of a certificate: any of them may repeat a key, a name,
an address or what was spoken, in capitals, encoded or in pieces. So a word is shown if it is known, never because it
looks harmless. The words are those of Cognitive Services' gateway, of the protocol page, of public logs of closed
connections, of OpenSSL and of aiohttp; none that is often part of a command.

``printable`` keeps all words, for what is no prose of the service: names, paths, languages.
"""

import re
from typing import Final

from .limits import MAX_SHOWN

WORDS: Final = frozenset(
    """
    1st a access account active again aligned allowed an and any api are argument at audio authentication authority
    available bad be because been behind bits body broken but by call calls can cannot cert certificate
    certificate_verify_failed chain cid code compressed concurrent configuration connection contains context
    continuation control correct could custom data day days deleted denied dependent deployment detectcontinuous
    detected did disabled does down due duration empty enabled end ended endpoint error exceeded exceeds exclusive
    expected expired failed failure feature first for forbidden format fragmented frame free from gave get had
    handshake has have header headers hostname hour hours hz id identification identifiers idle in index indicate
    initial instance insufficient internal invalid is issuer it key language languages larger later length less
    limit limited limits local locale locales longer make many match max maximum may message minute minutes mismatch
    missing mode model models month monthly more must n neural new no no-dash non-fin non-zero none not number of on
    only opcode operation option or out overloaded parallel parameter parameters parse path payload perform
    permission permissions plan please policy possible principal processing protocol provide proxy quota range rate
    reached received region regional remote replenished request requests required reserved resource response restart
    restarted result retry reuse reused riff second seconds self-signed september server service session shutdown
    shutting size some source speak specified speech speech.config speech.context ssl standard started starting
    state status sub subscri subscription success supported sure synthesis target temporarily text than that the
    there this throttled throttling tier time timed timeout timestamp tls to token too transcriptions translate
    translation try unable unauthorized unavailable unexpected unknown unsupported unsupported_protocol until
    upgrade usage use used users utf-8 uuid v1 v2 valid validate value verification verify version voice voices
    volume was wav websocket when while will with work wrong wrong_version_number x-requestid x-timestamp yet you
    your zero
    """.split()  # noqa: SIM905 - a block of words reads better than one word a line
)
PATH_WORDS: Final = frozenset(
    """
    audio commit config context control end enddetected fragment hypothesis keyword metadata phrase piece response
    speech ssml start startdetected synthesis telemetry text translation turn
    """.split()  # noqa: SIM905 - the same
)
"""What the paths of messages are made of, as far as they were seen."""
MAX_NUMBERS: Final = 2
"""Numbers that are shown of a text, and never two in a row, or a key in pieces would be."""

_NUMBER: Final = re.compile(r"\d{1,5}(?:\.\d{1,2})?|\d{1,6}ms")
_LOCALE: Final = re.compile(r"[a-z]{2,3}[-_][A-Z]{2}")
_MARKS: Final = ".,:;!?()[]{}<>\"'"
_HIDDEN: Final = "…"


def printable(text: str, limit: int = MAX_SHOWN) -> str:
    """Return a text as one bounded line that cannot forge another line in a log."""
    line = "".join(character if character.isprintable() else " " for character in text[: limit + 1])
    return line if len(line) <= limit else line[: limit - 1] + "…"


def shown(said: str) -> str:
    """Return what a peer said as one bounded line, without what identifies someone or was spoken."""
    line: list[str] = []
    numbers, after_number = 0, False
    for word in said.split():
        bare = word.strip(_MARKS)
        number = _NUMBER.fullmatch(bare) is not None
        if number:
            numbers += 1
            known = numbers <= MAX_NUMBERS and not after_number
        else:
            known = all(not part or part in WORDS for part in bare.lower().split("/")) or bool(_LOCALE.fullmatch(bare))
        after_number = number
        if known or line[-1:] != [_HIDDEN]:
            line.append(word if known else _HIDDEN)
    return printable(" ".join(line))


def shown_path(path: str) -> str:
    """Return the Path of a message as one bounded line, without what no path is known to be made of."""
    return printable(".".join(part if part in PATH_WORDS else _HIDDEN for part in path.split(".")))
