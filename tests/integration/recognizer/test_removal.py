"""Words that are taken out of a text, and the marks around them."""

# ruff: noqa: RUF001 - marks that look like others are the point

from hypothesis import given, strategies as st
import pytest

from custom_components.azure_speech_live.recognizer.removal import REMOVED, mended


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("Light off, X.", "Light off."),
        ("Light off X.", "Light off."),
        ("Light off, X!", "Light off!"),
        ("Light off, X", "Light off"),
        ("Light off – X.", "Light off."),
        ("Light off , X .", "Light off ."),
        ("X, light off.", "light off."),
        ("X. Light off.", "Light off."),
        ("X... light off", "light off"),
        ("Light, X, off", "Light, off"),
        ("Light, X off", "Light, off"),
        ("Light X, off", "Light, off"),
        ("Light off X?!", "Light off?!"),
        ("Yes. X. Off.", "Yes. Off."),
        ("Yes. X, off.", "Yes. off."),
        ("X X, X off", "off"),
        ("X", ""),
        ("X.", ""),
        ("¿X?", ""),
        ("¿X, apaga la luz?", "¿apaga la luz?"),
        ("Light off (X).", "Light off."),
        ("Light (X, the big one) off", "Light (the big one) off"),
        ("Light (the big one, X) off", "Light (the big one) off"),
        ("Light (the big one.) X.", "Light (the big one.)."),
        ('Play "X".', "Play."),
        ("„X“ aus, „X, Licht“", "aus, „Licht“"),
        ('Play X "Low"', 'Play "Low"'),
        ("Éteins, X !", "Éteins !"),
        ("X，关灯，X。", "关灯。"),
        ("关X灯", "关灯"),
        ("Allume-X la lampe", "Allume la lampe"),
        ("X-Raum aus", "Raum aus"),
        ("Licht X-Raum aus", "Licht Raum aus"),
        ("Wohn-X-Raum aus", "Wohn-Raum aus"),
        ("X-X aus", "aus"),
        ("-X- aus", "aus"),
        ("X/off", "off"),
        ("X -5 °C, X #1", "-5 °C, #1"),
        ("****, X.", "****."),
        ("As it , is ..", "As it , is .."),
    ],
)
def test_no_mark_is_left_that_belonged_to_what_is_gone(text: str, left: str) -> None:
    assert " ".join(mended(text.replace("X", REMOVED)).split()) == left


@given(st.lists(st.sampled_from([REMOVED, "a", "-5", " ", ",", ".", "(", ")", '"', "“", "¿", "?", "。", "灯"])))
def test_all_words_stay_in_their_order(pieces: list[str]) -> None:
    text = "".join(pieces)
    words = [piece for piece in mended(text) if piece.isalnum()]
    assert words == [piece for piece in text if piece.isalnum()]
    assert REMOVED not in mended(text)
