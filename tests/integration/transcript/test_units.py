"""The pieces of a text: words between blanks, or characters where there are none, with their marks."""

import pytest

from custom_components.azure_speech_live.transcript.units import is_unspaced, key_of, units_of


@pytest.mark.parametrize(
    ("text", "units"),
    [
        ("", []),
        ("  ", []),
        ("Turn it  on, please.", ["Turn", " it", "  on,", " please."]),
        ("Vraiment ? « Oui », dit-il.", ["Vraiment ?", " « Oui »,", " dit-il."]),
        ("今日は、元気。", ["今", "日", "は、", "元", "気。"]),
        ("「はい」と", ["「は", "い」", "と"]),
        ("Ok 世界 22 度", ["Ok", " 世", "界", " 22", " 度"]),
        ("สวัสดี ครับ", ["ส", "วั", "ส", "ดี", " ค", "รั", "บ"]),
        ("안녕하세요 여러분", ["안녕하세요", " 여러분"]),
        ("की का", ["की", " का"]),
    ],
)
def test_a_text_is_parted(text: str, units: list[str]) -> None:
    assert units_of(text) == units


@pytest.mark.parametrize("text", ["a . . b", "…", "「", "- x", "¿Qué? ¡Sí!", "日本 - 中国", "a「b", "(x) [y", "»"])
def test_nothing_is_lost(text: str) -> None:
    assert "".join(units_of(text)) == text


def test_capitals_and_marks_make_no_other_word() -> None:
    assert key_of(" Garage,") == key_of("garage")
    assert key_of("don't") != key_of("done")
    assert key_of("İYİ") == key_of("iyi")
    assert key_of("IŞIK") == key_of("ışık")  # noqa: RUF001 - a letter of its own
    assert key_of("की") != key_of("का")
    assert key_of(" …") == "…"


def test_which_scripts_write_no_blanks() -> None:
    assert is_unspaced("度、")
    assert is_unspaced("รั")
    assert not is_unspaced(" 안녕")
    assert not is_unspaced("22")
