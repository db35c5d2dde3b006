import asyncio
import sys

import pytest

from .process import Process, ProcessError

_CHILD = "import socket, sys; socket.create_connection(('127.0.0.1', int(sys.argv[1]))).recv(1)"
_PARENT = """
import asyncio, sys
from tests.end_to_end.process import Process

async def main():
    async with Process.run(sys.executable, "-c", *sys.argv[1:]) as child:
        await child.status()

asyncio.run(main())
"""


async def test_a_process_ends_with_whoever_started_it() -> None:
    connected, ended = asyncio.Event(), asyncio.Event()

    async def hold(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        connected.set()
        await reader.read()
        ended.set()
        writer.close()

    async with await asyncio.start_server(hold, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        async with Process.run(sys.executable, "-c", _PARENT, _CHILD, str(port)) as parent:
            await connected.wait()
            parent.kill()
            await ended.wait()


async def test_a_line_that_never_comes() -> None:
    async with Process.run(sys.executable, "-c", "print('one'); print('two')") as process:
        assert (await process.line("t(.*)"))[1] == "wo"
        with pytest.raises(ProcessError, match="ended before it said 'three'") as failure:
            await process.line("three")
    assert str(failure.value).endswith("one\ntwo")
