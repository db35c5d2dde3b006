"""How much audio a command may have. What else it goes through, test_stt.py and test_translator.py speak."""

from collections.abc import AsyncGenerator

from custom_components.azure_speech_live.hearing_entity import limited


async def test_audio_is_limited_to_the_sample_and_its_source_closed() -> None:
    closed = False

    async def source() -> AsyncGenerator[bytes]:
        nonlocal closed
        try:
            while True:
                yield bytes(1000)
        finally:
            closed = True

    assert [len(chunk) async for chunk in limited(source(), 0.1)] == [1000, 1000, 1000, 200]
    assert closed
