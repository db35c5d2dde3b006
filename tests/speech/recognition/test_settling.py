"""What is reported to the service behind a turn, and where that cannot be, on the next connection."""

from typing import Any, Final

import pytest

from custom_components.azure_speech_live.speech import Mode
from tests.speech_service import Behaviour, Fault, Legible, SpeechService
from tests.speech_service.engines.legible import silence
from tests.speech_service.faults import AudioReceived, Before, Drop, Refuse, Reset

from ..caller import AUDIO, INTERACTIVE, Source, calling, listen
from ..wire.test_connector import gone

PLAIN: Final = Behaviour(answer=Refuse(200))


async def reports(service: SpeechService, connection: int) -> list[Any]:
    """Return the telemetry that came on a connection, once that of its turn has come."""
    await service.until(lambda: bool(service.connections[connection].turns[0].telemetry))
    return [message.json() for message in service.connections[connection].messages if message.path == "telemetry"]


async def test_telemetry_of_a_turn() -> None:
    async with SpeechService(Legible()) as service, calling(service.url) as client:
        await listen(client, Source(AUDIO[Mode.INTERACTIVE]))
        (report,) = await reports(service, 0)
        received = {path for entry in report["ReceivedMessages"] for path in entry}
        assert received == {
            "turn.start",
            "speech.startDetected",
            "speech.hypothesis",
            "speech.phrase",
            "speech.endDetected",
            "turn.end",
        }
        assert [metric["Name"] for metric in report["Metrics"]] == ["Connection", "Microphone"]
        assert "Error" not in report["Metrics"][0]


async def test_failed_attempt_is_reported_with_the_next() -> None:
    async with (
        SpeechService(Legible(), behaviours=[Behaviour(answer=Refuse(503))]) as service,
        calling(service.url) as client,
    ):
        await listen(client, Source(AUDIO[Mode.INTERACTIVE]))
        (report,) = await reports(service, 0)
        connections = [metric for metric in report["Metrics"] if metric["Name"] == "Connection"]
        assert [metric.get("Error") for metric in connections] == ["ServerUnavailable", None]
        assert len({metric["Id"] for metric in connections}) == 1


async def test_turn_that_broke_is_reported_on_the_next_connection() -> None:
    broken = Behaviour(faults=(Fault(AudioReceived(20_000), Reset()),))
    async with SpeechService(Legible(), behaviours=[broken]) as service, calling(service.url) as client:
        await listen(client, Source(AUDIO[Mode.INTERACTIVE]))
        assert len(await reports(service, 1)) == 2
        telemetry = [message for message in service.connections[1].messages if message.path == "telemetry"]
        turns = [connection.turns[0].request_id for connection in service.connections]
        assert [message.request_id for message in telemetry] == turns


async def test_turn_that_failed_is_reported_by_the_next_one() -> None:
    """Every request is reported once, and every attempt to connect, also where a command has failed with them."""
    behaviours = [
        *[Behaviour(faults=(Fault(AudioReceived(20_000), Reset()),))] * 2,
        *[Behaviour(answer=Refuse(503))] * 2,
    ]
    async with SpeechService(Legible(), behaviours=behaviours) as service, calling(service.url) as client:
        for _ in range(2):
            assert (await listen(client, Source(AUDIO[Mode.INTERACTIVE]))).error is not None
        assert (await listen(client, Source(AUDIO[Mode.INTERACTIVE]))).error is None
        report = (await reports(service, 2))[-1]
        connections = [metric for metric in report["Metrics"] if metric["Name"] == "Connection"]
        assert [metric.get("Error") for metric in connections] == ["ServerUnavailable", "ServerUnavailable", None]
        telemetry = [
            m.request_id for connection in service.connections for m in connection.messages if m.path == "telemetry"
        ]
        assert telemetry == [connection.turns[0].request_id for connection in service.connections]


async def test_connection_that_broke_before_the_rest_api_served_is_reported_by_the_next_one() -> None:
    broken = Behaviour(faults=(Fault(AudioReceived(20_000), Reset()),))
    async with SpeechService(Legible(), behaviours=[broken, PLAIN]) as service, calling(service.url) as client:
        for _ in range(2):
            assert (await listen(client, Source(AUDIO[Mode.INTERACTIVE]))).error is None
        assert len(service.posts) == 1
        await reports(service, 1)
        telemetry = [message.request_id for message in service.connections[1].messages if message.path == "telemetry"]
        assert telemetry == [connection.turns[0].request_id for connection in service.connections]


async def test_turn_that_its_caller_left_is_reported_by_the_next_one() -> None:
    async with SpeechService(Legible()) as service, calling(service.url) as client:
        events = client.recognize(Source(AUDIO[Mode.INTERACTIVE], pace=1.0), INTERACTIVE)  # else it may be over
        await anext(events)
        await events.aclose()
        await listen(client, Source(AUDIO[Mode.INTERACTIVE]))
        await reports(service, 1)
        telemetry = [message.request_id for message in service.connections[1].messages if message.path == "telemetry"]
        assert telemetry == [connection.turns[0].request_id for connection in service.connections]


async def test_second_turn_reports_no_connection() -> None:
    async with SpeechService(Legible()) as service, calling(service.url) as client:
        for turn in range(2):
            await listen(client, Source(AUDIO[Mode.INTERACTIVE]))
            await service.until(lambda turn=turn: bool(service.connections[0].turns[turn].telemetry))  # type: ignore[misc]
        (report,) = service.connections[0].turns[1].telemetry
        assert [metric["Name"] for metric in report["Metrics"]] == ["Microphone"]


@pytest.mark.parametrize("leaves", [False, True], ids=["attempt that failed", "turn that its caller left"])
async def test_what_was_reported_is_not_reported_again(*, leaves: bool) -> None:
    behaviours = [] if leaves else [Behaviour(answer=Refuse(503))]
    async with SpeechService(Legible(), behaviours=behaviours) as service, calling(service.url) as client:
        if leaves:
            events = client.recognize(Source(AUDIO[Mode.INTERACTIVE], pace=1.0), INTERACTIVE)  # else it may be over
            await anext(events)
            await events.aclose()
        for _ in range(2):
            await listen(client, Source(AUDIO[Mode.INTERACTIVE]))
            await reports(service, -1)
            await gone(service)
        (report,) = await reports(service, -1)
        assert [metric["Name"] for metric in report["Metrics"]] == ["Connection", "Microphone"]
        assert "Error" not in report["Metrics"][0]


async def test_audio_of_a_command_that_was_understood_is_ended() -> None:
    """Its source would go on, and nobody needs more of it."""
    said = Fault(Before("speech.endDetected"), Drop())
    async with (
        SpeechService(Legible(), behaviours=[Behaviour(faults=(said,))]) as service,
        calling(service.url) as client,
    ):
        heard = await listen(client, Source(AUDIO[Mode.INTERACTIVE] + silence(5), pace=1.0))
        assert heard.error is None
        await reports(service, 0)
        audio = [message.body for message in service.connections[0].messages if message.path == "audio"]
        assert [place for place, body in enumerate(audio) if not body] == [len(audio) - 1]
