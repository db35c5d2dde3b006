"""Who said what the service could not tell: the beginning, one phrase between two, and nothing else."""

import pytest

from custom_components.azure_speech_live.transcript.speakers import MAX_FIRST, Speakers


def relabelled(*speakers: str | None) -> dict[int, str]:
    """Return which of these phrases get a speaker later, and whose each is then."""
    session, found = Speakers(), {}
    for at, speaker in enumerate(speakers):
        for segment_id, guessed in session.take(str(at), speaker).items():
            assert int(segment_id) < at
            found[int(segment_id)] = guessed
    return found


@pytest.mark.parametrize(
    ("speakers", "expected"),
    [
        ([None, None, "A"], {0: "A", 1: "A"}),  # as sdk#2060 has it
        (["A", None, "A"], {1: "A"}),
        ([None, "A", None, "A", "B"], {0: "A", 2: "A"}),
        (["A", None, "B"], {}),
        (["A", None, None, "A"], {}),
        (["A", None, None, "A", None, "A"], {4: "A"}),
        (["A", None], {}),
        ([None, None], {}),
        (["A", "B", None, "A"], {}),
        (["A", "A"], {}),
    ],
)
def test_what_is_relabelled(speakers: list[str | None], expected: dict[int, str]) -> None:
    assert relabelled(*speakers) == expected


def test_a_beginning_that_is_too_long_is_anybodys() -> None:
    assert relabelled(*[None] * MAX_FIRST, "A") == dict.fromkeys(range(MAX_FIRST), "A")
    assert relabelled(*[None] * (MAX_FIRST + 1), "A") == {}
    assert relabelled(*[None] * 10_000, "A", None, "A") == {10_001: "A"}
