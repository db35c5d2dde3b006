"""Stand-ins in a process of their own, each with the scene that it is told to play.

So what is measured of this process is the client's doing alone. ``python -m tests.adversary.stage N`` prints a line of
JSON with the URLs of N stand-ins, and then one for each order on its standard input, with which it ends.
"""

import asyncio
from collections.abc import Mapping
from contextlib import AsyncExitStack
from copy import deepcopy
from dataclasses import dataclass
import json
from pathlib import Path
import subprocess
import sys
import threading
from types import TracebackType
from typing import Any, Final, Self

from tests.speech_service import Behaviour, Legible, ScriptedSynthesizer, SpeechService, Synthesis
from tests.speech_service.faults import NORMAL
from tests.speech_service.manner import USUAL
from tests.speech_service.service import Behaviours

from .scenes import SCENES, EndlessSynthesizer, Scene
from .spoken_scenes import SCENES as SPOKEN, SpokenScene
from .watch import watching

_ALL: Final[Mapping[str, Scene | SpokenScene]] = {**SCENES, **SPOKEN}

ROOT: Final = Path(__file__).parents[2]


@dataclass(frozen=True)
class Met:
    """What a stand-in was asked since the order before."""

    upgrades: int
    posts: int
    late: float
    """Seconds by which its process was notably late, in all: the machine is busy, or another scene keeps it so."""


class Stage:
    """The process, from outside. Its methods block for a moment, and may be called by several threads."""

    def __init__(self, size: int = 1) -> None:
        """Start it with so many stand-ins."""
        self._lock = threading.Lock()
        self._process = subprocess.Popen(
            (sys.executable, "-m", __spec__.name, str(size)), cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE
        )
        try:
            self.urls: list[str] = self._answer()
        except BaseException:
            self.__exit__(None, None, None)
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, exc_type: type[BaseException] | None, exc: BaseException | None, traceback: TracebackType | None
    ) -> None:
        """End it. Raises RuntimeError: the stand-ins had errors of their own, which are on standard error."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.close()
        try:
            status = self._process.wait(60)
        except subprocess.TimeoutExpired:
            self._process.kill()
            status = self._process.wait()
        self._process.stdout.close()
        if status and exc is None:
            raise RuntimeError(f"the stand-ins ended with {status}")

    def play(self, scene: str | None, place: int = 0) -> Met:
        """Let a stand-in play a scene from now on; None: it behaves."""
        with self._lock:
            assert self._process.stdin is not None
            self._process.stdin.write(json.dumps([place, scene]).encode() + b"\n")
            self._process.stdin.flush()
            return Met(*self._answer())

    def _answer(self) -> Any:
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        if not line:
            raise RuntimeError("the stand-ins have ended")
        return json.loads(line)


class _Player:
    """A stand-in that plays scenes."""

    def __init__(self) -> None:
        self.service = SpeechService(Legible(), behaviours=self._behave, rest_behaviours=self._post, remember=False)
        self.play(None)

    def play(self, scene: Scene | SpokenScene | None) -> None:
        self._scene = scene
        self.upgrades = self.posts = 0
        hearing = scene if isinstance(scene, Scene) else None
        self.service.manner = hearing.row.manner if hearing else USUAL
        self.service.at_once = hearing.at_once if hearing else None
        self.service.synthesizer = EndlessSynthesizer() if hearing and hearing.endless else ScriptedSynthesizer()
        speaking = scene if isinstance(scene, SpokenScene) else None
        self.service.synthesis = deepcopy(speaking.row.synthesis) if speaking else Synthesis()
        self.service.list_behaviours = speaking.lists if speaking else ()

    def _behave(self, _: int) -> Behaviour:
        number, self.upgrades = self.upgrades, self.upgrades + 1
        return _nth(self._scene.row.behaviours, number) if self._scene else NORMAL

    def _post(self, _: int) -> Behaviour:
        number, self.posts = self.posts, self.posts + 1
        return _nth(self._scene.row.rest, number) if self._scene else NORMAL


def _nth(behaviours: Behaviours, number: int) -> Behaviour:
    if callable(behaviours):
        return behaviours(number)
    return behaviours[number] if number < len(behaviours) else NORMAL


def _say(value: Any) -> None:
    sys.stdout.write(json.dumps(value) + "\n")
    sys.stdout.flush()


async def _serve(size: int) -> None:
    # Of clients that go away at any time; what goes wrong in the stand-ins themselves, their end raises.
    asyncio.get_running_loop().set_exception_handler(lambda *_: None)
    async with AsyncExitStack() as stack:
        players = [_Player() for _ in range(size)]
        for player in players:
            await stack.enter_async_context(player.service)
        _say([player.service.url for player in players])
        watch = await stack.enter_async_context(watching())
        while line := await asyncio.to_thread(sys.stdin.readline):
            place, scene = json.loads(line)
            player = players[place]
            _say([player.upgrades, player.posts, watch.late])
            player.play(_ALL[scene] if scene else None)


if __name__ == "__main__":
    asyncio.run(_serve(int(sys.argv[1])))
