"""What was said in one language of several: a phrase's translation, and phrases as one text."""

from collections.abc import Sequence
from typing import Final

from ..speech import Hypothesis, Phrase
from ..speech.language_tags import language_of
from .choice import own_translation

# Languages that are written without blanks between sentences.
_UNSPACED: Final = frozenset({"ja", "lzh", "wuu", "yue", "zh"})


def translation_of(said: Hypothesis | Phrase, target: str, language: str) -> str | None:
    """Return a phrase's translation; None if there is none.

    ``language`` is what was asked for, if the service does not say what it heard. Speech that is in the target language
    is its own translation.
    """
    own = (said.text or None) if own_translation(said.language or language) == target else None
    return said.translations.get(target, own)


def joined(texts: Sequence[str], language: str | None) -> str:
    """Return phrases as one text of this language."""
    return ("" if language_of(language or "") in _UNSPACED else " ").join(texts)
