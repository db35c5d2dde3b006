"""How captions go, told where it changes and no more often."""

from custom_components.azure_speech_live.captions.state import BEHIND, CAUGHT_UP, State


def test_a_service_that_listens_is_nothing_new() -> None:
    assert State().answer(0) is None
    assert State().wait(BEHIND) is None


def test_a_service_that_is_asked_again_is_told_until_it_answers() -> None:
    state = State()
    assert state.fail() == {"type": "state", "state": "reconnecting", "behind": 0.0}
    assert state.fail() is None
    assert state.wait(10) is None
    assert state.answer(0.1) == {"type": "state", "state": "listening", "behind": 0.0}


def test_who_is_behind_is_told_by_the_second_until_it_has_caught_up() -> None:
    state = State()
    told = [state.wait(behind) for behind in (2.5, 2.9, 4.0, 1.0, CAUGHT_UP + 0.1, CAUGHT_UP, 1.9)]
    assert [event and (event["state"], event["behind"]) for event in told] == [
        ("catching_up", 2.5),
        None,
        ("catching_up", 4.0),
        ("catching_up", 1.0),
        None,
        ("listening", 0.0),
        None,
    ]
