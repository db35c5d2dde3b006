"""What a link shows of being alive."""

from math import inf

from custom_components.azure_speech_live.speech.wire.link import Link


def test_nothing_is_known_of_a_new_one() -> None:
    assert Link() == Link(pinged=False, waiting=False, ponged=-inf)
    assert not Link().answers


def test_a_ping_waits_for_its_pong() -> None:
    link = Link()
    link.ping()
    assert link.waiting
    assert not link.answers
    link.pong(5.0)
    assert link.answers
    assert (link.pinged, link.waiting, link.ponged) == (True, False, 5.0)
    link.ping()
    assert link.waiting
    assert link.answers, "it has answered before"


def test_a_pong_that_nobody_asked_for_is_a_sign_of_life() -> None:
    link = Link()
    link.pong(5.0)
    assert link.answers
    assert not link.pinged
