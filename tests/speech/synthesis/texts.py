"""Texts and options of any kind, for tests of what is made of them."""

from collections.abc import Mapping
from typing import Final

from hypothesis import strategies as st

from custom_components.azure_speech_live.speech.synthesis.ssml import Phoneme, Piece
from custom_components.azure_speech_live.speech.synthesis_options import OutputFormat, SynthesisOptions

VOICES: Final = (
    "de-DE-KatjaNeural",
    "en-US-AndrewNeural",
    "en-US-Ava:DragonHDLatestNeural",
    "en-US-AvaMultilingualNeural",
    "en-US-NovaMultilingualNeural",
    "et-EE-AnuNeural",
    "zh-CN-sichuan-YunxiNeural",
    "my-own-voice",
)
any_text = st.text(st.characters() | st.characters(categories=["Cs"]) | st.sampled_from("&<>\"'\r\n\0\ufffe .!?。直"))
"""With what XML forbids, and lone surrogates."""
words = st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Zs"]), min_size=1, max_size=9)
phonemes = st.builds(Phoneme, words, st.sampled_from(["kənɛktə", "a&b", "'"]))
pieces: st.SearchStrategy[list[Piece]] = st.lists(any_text | phonemes, max_size=6)
fields: Final[Mapping[str, st.SearchStrategy[object]]] = {
    "voice": st.sampled_from(VOICES),
    "language": st.sampled_from([None, "de-DE", "en-US", "et-EE"]),
    "mixed": st.booleans(),
    "style": st.none() | st.sampled_from(["cheerful", "newscast-casual"]),
    "role": st.none() | st.sampled_from(["Girl", "SeniorMale"]),
    "rate": st.floats(0.5, 2),
    "pitch": st.floats(0.5, 1.5),
    "volume": st.floats(0, 2),
    "output_format": st.sampled_from(OutputFormat),
}
options = st.builds(SynthesisOptions, **fields)
