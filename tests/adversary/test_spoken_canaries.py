"""What is spoken, and what a peer repeats of it and of the key: none of it is in a log, or in the text of an error."""

from collections.abc import Callable, Mapping
from contextlib import suppress
import json
import logging
from typing import Final

import pytest

from custom_components.azure_speech_live.speech import SpeechClient, SpeechError, SynthesisOptions
from tests.speech.caller import calling
from tests.speech.faults.rows import always, for_ever
from tests.speech.listener import OPTIONS, Texts, hear
from tests.speech.synthesis.faults import TABLE
from tests.speech.synthesis.rows import Row
from tests.speech_service import Behaviour, Fault, SpeechService
from tests.speech_service.faults import Action, After, AudioSent, HangUp, Reset

from .test_canaries import ANSWERS, CANARIES, FORMS, MESSAGES, check_log, forms, leaks, message

WORDS: Final = [f"Tell them {canary} now." for canary in CANARIES.values()]
TOLD: Final[Mapping[str, Callable[[str], Action]]] = {
    **{kind: action for kind, action in MESSAGES.items() if "phrase" not in kind and "status" not in kind},
    "metadata": lambda said: message("audio.metadata", json.dumps({"Metadata": [{"Type": said, "Data": said}]})),
    "metadata that are none": lambda said: message("audio.metadata", said),
    "an answer": lambda said: message("response", said),
    "another message": lambda said: message("news", said),
}


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("kind", ANSWERS)
async def test_no_answer_gives_one_away(kind: str, form: int, caplog: pytest.LogCaptureFixture) -> None:
    """Neither of who opens a WebSocket, nor over REST, nor in place of the list of voices."""
    refusal = Behaviour(answer=ANSWERS[kind](list(forms(" ".join(CANARIES.values())))[form]))
    for upgrade in (refusal, Behaviour(answer=ANSWERS["no such place"](""))):
        service = SpeechService(
            behaviours=for_ever(upgrade), rest_behaviours=for_ever(refusal), list_behaviours=for_ever(refusal)
        )
        async with service, calling(service.url) as client:
            assert await _say_nothing_of_it(client, caplog)
            with pytest.raises(SpeechError) as caught:
                await client.voices()
            assert not leaks(str(caught.value))
    check_log(caplog)


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("kind", TOLD)
async def test_no_message_gives_one_away(kind: str, form: int, caplog: pytest.LogCaptureFixture) -> None:
    action = TOLD[kind](list(forms(" ".join(CANARIES.values())))[form])
    for end in (Reset(), HangUp()):
        behaviours = always(Fault(After("turn.start"), action), Fault(AudioSent(3000), end))
        async with SpeechService(behaviours=behaviours) as service, calling(service.url) as client:
            assert await _say_nothing_of_it(client, caplog)


@pytest.mark.parametrize("row", [row for rows in TABLE.values() for row in rows], ids=lambda row: row.fault)
async def test_no_fault_gives_the_text_away(row: Row, caplog: pytest.LogCaptureFixture) -> None:
    service = SpeechService(behaviours=row.behaviours, rest_behaviours=row.rest)
    async with service, calling(service.url) as client:
        await _say_nothing_of_it(client, caplog, row.options)


async def _say_nothing_of_it(
    client: SpeechClient, caplog: pytest.LogCaptureFixture, options: SynthesisOptions = OPTIONS
) -> SpeechError | None:
    caplog.set_level(logging.DEBUG)
    with suppress(SpeechError):
        await client.prepare(options)
    heard = await hear(client, Texts(WORDS), options)
    assert not leaks(str(heard.error))
    check_log(caplog)
    return heard.error
