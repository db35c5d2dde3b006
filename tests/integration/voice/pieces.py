"""Texts in pieces, as an agent writes them: cut anywhere."""

# ruff: noqa: RUF001 - marks that look like others are the point

from collections.abc import Iterable, Sequence

from hypothesis import strategies as st

from custom_components.azure_speech_live.voice.sentences import Sentences
from custom_components.azure_speech_live.voice.text import SpokenText

# What markup is made of, and what only looks like it; each is long enough to be cut.
FRAGMENTS = (
    *("word", "Satz", "5", "12,5", "°C", "AT&T", "snake_case", "www", "h", "ht", "m", "気温", "ไทย", "é", "e\u0301"),
    *(" ", " ", "  ", "\t", "\n", "\n\n", "\r\n", ".", ". ", "!", "?", ":", ",", "...", "!!!!", "。", "！", "»"),
    *("*", "**", "***", "_", "__", "~", "~~", "`", "```", "```py\n", "~~~", "#", "## ", "- ", "-", "---", "===", "+"),
    *(">", "> ", "|", "| a | b |\n", "|--|:-:|\n", "\\", "\\*", "\\|", "[x] ", "- [ ] ", "1. ", "’", '"'),
    *("[", "]", "(", ")", "](", "[text](https://example.com/a_(b))", "www.a.org/(b)", "![picture](x.png)", "[^1]"),
    *("【", "†】", "【4†a】", "https://", "http://", "www.example.com", "a@example.com", "://", "/"),
    *("https://user@www.example.com:80/a?b=c#d", "<https://example.com>", "<a@example.com>"),
    *("<", "</", "<b>", "</b>", "<br/>", '<break time="2s"/>', '<a href="x">', "<!--", "-->"),
    *("&", "&amp;", "&lt;", "&#65;", "&#x1F600;", "&#xD800;", "&nothing;", "&#"),
    *("😀", "👩\u200d👩\u200d👧", "👍🏽", "🇩🇪", "1\ufe0f\u20e3", "☀\ufe0f", "\u200d", "\u200c", "\ufe0f"),
    *("\x00", "\x0b", "\ufffe", "\ud83d", "\ude00", "\u202e", "\u00ad", "\ue000"),
)
MARKUP = st.lists(st.sampled_from(FRAGMENTS), max_size=30).map("".join)
TEXTS = st.one_of(MARKUP, st.text(max_size=60))


@st.composite
def in_pieces(draw: st.DrawFn, texts: st.SearchStrategy[str] = TEXTS) -> tuple[str, list[str]]:
    """Draw a text, and the same in pieces."""
    text = draw(texts)
    places = sorted(draw(st.lists(st.integers(0, len(text)), max_size=20)))
    return text, [text[begin:end] for begin, end in zip([0, *places], [*places, len(text)], strict=True)]


def heard(*pieces: str) -> str:
    """Return what is heard of a text."""
    spoken = SpokenText()
    return "".join(map(spoken.add, pieces)) + spoken.flush()


def sentences(pieces: Iterable[str], language: str = "en", limit: int = 10_000) -> list[str]:
    """Return the sentences of a text."""
    splitter = Sentences(language, limit)
    return [sentence for piece in pieces for sentence in splitter.add(piece)] + splitter.flush()


def answer(pieces: Sequence[str], language: str) -> list[str]:
    """Return the sentences of what is heard, without the blanks around each."""
    spoken = SpokenText()
    cleaned = [*map(spoken.add, pieces), spoken.flush()]
    return [sentence.strip() for sentence in sentences(cleaned, language)]
