"""Sound that waits for who takes it."""

from custom_components.azure_speech_live.speech.synthesis.outlet import MAX_SOUND, Outlet


def test_sound_comes_in_its_order() -> None:
    outlet = Outlet()
    for audio in (b"one", b"", b"two"):
        outlet.put(audio)
    assert [outlet.take(), outlet.take(), outlet.take()] == [b"one", b"two", b""]


def test_it_is_full_until_enough_was_taken() -> None:
    outlet = Outlet()
    outlet.put(bytes(MAX_SOUND))
    assert not outlet.is_full
    outlet.put(b"1")
    assert outlet.is_full
    outlet.take()
    assert not outlet.is_full
