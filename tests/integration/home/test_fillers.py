"""Words that say nothing."""

import pytest

from custom_components.azure_speech_live.home.fillers import without_fillers

from .grammars import no_home  # noqa: F401 - a fixture


@pytest.mark.parametrize(
    ("language", "text", "kept"),
    [
        ("en-US", "Uh, turn on the light.", "Turn on the light."),
        ("en-US", "Turn on the, um, light.", "Turn on the light."),
        ("en-US", "Turn on the light, uh.", "Turn on the light."),
        ("en-US", "uh um turn on the light", "turn on the light"),
        ("en-US", "Uh.", ""),
        ("en-US", "Um... uh?", ""),
        ("en-US", "Uh - uh.", ""),
        ("en-US", "Turn on the umbrella lamp.", "Turn on the umbrella lamp."),
        ("en-US", "No, don't turn on the light.", "No, don't turn on the light."),
        ("en-US", "Uh-huh.", "Uh-huh."),
        ("en-US", "Light on, um! Uh.", "Light on."),
        ("en-US", "Light on. Um, tell me a story.", "Light on. tell me a story."),
        ("de-DE", "Äh, Licht an.", "Licht an."),
        ("de-DE", "Er ist um eins eh da.", "Er ist um eins eh da."),
        ("pt-BR", "Acenda um abajur.", "Acenda um abajur."),
        ("fr-CA", "Euh, allume la lampe.", "Allume la lampe."),
        ("zh-CN", "嗯，打开厨房的灯。", "打开厨房的灯。"),  # noqa: RUF001 - Chinese
        ("zh-CN", "打开呃厨房的灯。", "打开厨房的灯。"),
        ("ja-JP", "えーと、電気をつけて。", "電気をつけて。"),
        ("sw-KE", "Uh, washa taa.", "Uh, washa taa."),
    ],
)
def test_they_are_left_out_whole(language: str, text: str, kept: str) -> None:
    assert without_fillers(text, language) == kept
