"""Which language a text was spoken in: it is known in the context in which it was heard, and of that text alone."""

import asyncio

from custom_components.azure_speech_live.languages.spoken import async_spoken_in, async_tell_spoken


async def test_what_was_heard_in_a_context_is_known_there_and_in_what_it_starts() -> None:
    assert async_spoken_in("Licht an.") is None
    async_tell_spoken("Licht an.", "de-DE")
    assert async_spoken_in("Licht an.") == "de-DE"

    async def follows() -> tuple[str | None, str | None]:
        heard = async_spoken_in("Licht an.")
        async_tell_spoken("Lumière.", "fr-FR")
        return heard, async_spoken_in("Lumière.")

    assert await asyncio.create_task(follows()) == ("de-DE", "fr-FR")
    assert async_spoken_in("Lumière.") is None


async def test_it_is_said_of_no_other_text() -> None:
    async_tell_spoken("Licht an.", "de-DE")
    assert async_spoken_in("Light on.") is None
    async_tell_spoken("Light on.", "en-US")
    assert async_spoken_in("Licht an.") is None
