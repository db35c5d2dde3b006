"""The end of a voice that breaks off: nothing of a whole sound is lost, and what is cut neither clicks nor is torn."""

from array import array

from hypothesis import given, strategies as st

from custom_components.azure_speech_live.fallback.joint import FADE, PAUSE, Joint
from custom_components.azure_speech_live.speech import OutputFormat, silence

RAW = OutputFormat.RAW_16KHZ
MP3 = OutputFormat.MP3_24KHZ
FADED = round(FADE * RAW.rate)


@given(st.sampled_from([RAW, MP3]), st.lists(st.binary(min_size=1, max_size=400), max_size=8))
def test_a_whole_sound_stays_as_it_is(form: OutputFormat, pieces: list[bytes]) -> None:
    joint = Joint(form)
    assert b"".join([*map(joint.feed, pieces), joint.close()]) == b"".join(pieces)


@given(st.lists(st.integers(1, 999), min_size=1, max_size=8))
def test_what_is_given_out_of_raw_sound_are_whole_samples(sizes: list[int]) -> None:
    joint = Joint(RAW)
    given = b"".join(joint.feed(bytes(size)) for size in sizes)
    assert len(given) % 2 == 0
    assert len(given + joint.cut()) % 2 == 0


def test_a_sound_that_breaks_off_fades_out() -> None:
    joint = Joint(RAW)
    sound = array("h", [20_000] * 1000).tobytes()
    given = joint.feed(sound + b"\1")  # and half a sample
    end = array("h", joint.cut())
    assert len(given) == len(sound) - 2 * FADED
    fade, pause = end[:FADED], end[FADED:]
    steps = [before - after for before, after in zip([20_000, *fade], [*fade, 0], strict=True)]
    assert min(steps) >= 0
    assert max(steps) < 20_000 / FADED * 2, "no step is heard"
    assert list(pause) == [0] * round(PAUSE * RAW.rate)


def test_of_mp3_only_whole_frames_are_left() -> None:
    joint = Joint(MP3)
    frame = silence(MP3, 0.001)
    given = joint.feed(frame + frame[:100])
    assert given == frame
    assert joint.cut() == silence(MP3, PAUSE)


def test_where_nothing_was_heard_nothing_has_to_end() -> None:
    assert Joint(RAW).cut() == Joint(MP3).cut() == b""


def test_what_nothing_follows_soon_is_heard_before_the_pause() -> None:
    joint = Joint(RAW)
    sound = array("h", [20_000] * 1000).tobytes()
    assert joint.feed(sound) + joint.release() == sound
    assert joint.cut() == silence(RAW, PAUSE)
