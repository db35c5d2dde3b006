"""The end of an utterance's last turn: its caller, who has the result, does not wait for it; its connection does."""

import asyncio

from ..wire.connection import Connection, now_utc
from ..wire.connector import Connector
from .utterance import Utterance


async def settle(connector: Connector, connection: Connection, utterance: Utterance) -> None:
    """Let the service finish with an utterance that is complete, and report of it.

    What cannot be reported here is left for the next connection. Raises SpeechError.
    """
    loop = asyncio.get_running_loop()
    try:
        while (end := utterance.next_audio(loop.time())) is not None:
            await connection.send(end)
        while not utterance.ended:
            if (message := await connection.receive()) is not None:
                utterance.receive(message, loop.time(), now_utc())
        for report in utterance.reports(now_utc()):
            await connection.send(report)
    finally:
        connector.keep(utterance.last_reports(now_utc()))
