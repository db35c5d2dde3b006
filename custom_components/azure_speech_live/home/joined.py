"""Two commands in one: "turn off the lamp, and open the blinds". No sentence of a home says so.

Home Assistant's own agent takes them apart where it has a second matcher behind its sentences: in English. So who says
"and" behind a command has more to say. The words are those of gazetteer-matcher's vocabulary, version 1.1.0.
"""

import re
from typing import Final

LANGUAGE: Final = "en"
"""The one in which Home Assistant has that matcher."""
_JOINING: Final = re.compile(r"[\s,.]+(?:and then|and|then)(?![^\s,.])[\s,.]*", re.IGNORECASE)


def ends_of(text: str) -> tuple[str, str] | None:
    """Return the first and the last of the commands that a text joins; None if it joins none.

    The last is empty where the text ends with the word that joins.
    """
    commands = _JOINING.split(text)
    return (commands[0], commands[-1]) if len(commands) > 1 and commands[0].strip() else None
