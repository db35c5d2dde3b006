"""The client stands by itself: a top-level package on the standard library and aiohttp, without Home Assistant."""

import ast
from pathlib import Path
import subprocess
import sys
from typing import Final

import pytest

from custom_components.azure_speech_live import speech

PACKAGE: Final = Path(speech.__file__).parent
MODULES: Final = sorted(PACKAGE.rglob("*.py"))
ALLOWED: Final = {"aiohttp", "yarl"}
"""What it may import beyond the standard library; yarl's URL is what aiohttp takes."""


@pytest.mark.parametrize("module", MODULES, ids=lambda module: str(module.relative_to(PACKAGE)))
def test_imports(module: Path) -> None:
    for node in ast.walk(ast.parse(module.read_bytes())):
        if isinstance(node, ast.Import):
            assert {alias.name.partition(".")[0] for alias in node.names} <= sys.stdlib_module_names | ALLOWED
        elif isinstance(node, ast.ImportFrom) and node.level:
            package = module.parents[node.level - 1]
            assert package.is_relative_to(PACKAGE)  # what is above it is not there when it runs by itself
            names = [node.module] if node.module else [alias.name for alias in node.names]
            for name in names:
                path = package.joinpath(*name.split("."))
                assert path.is_dir() or path.with_suffix(".py").is_file()
        elif isinstance(node, ast.ImportFrom):
            assert (node.module or "").partition(".")[0] in sys.stdlib_module_names | ALLOWED


SCRIPT: Final = """
import asyncio, importlib, pkgutil, sys
import aiohttp, yarl
before = {name.partition(".")[0] for name in sys.modules}
sys.path.insert(0, sys.argv[1])
import speech
for module in pkgutil.walk_packages(speech.__path__, "speech."):
    importlib.import_module(module.name)
loaded = {name.partition(".")[0] for name in sys.modules}
print(*sorted(loaded - before - sys.stdlib_module_names))
print(*sorted(loaded & {"homeassistant", "voluptuous", "probatio", "custom_components", "orjson"}))

async def main():
    async with aiohttp.ClientSession() as session:
        client = speech.SpeechClient(session, speech.Endpoint.from_region("westus"), speech.Credentials(key="none"))
        await client.close()
        try:
            async for _ in client.recognize(None, speech.RecognitionOptions()):
                pass
        except speech.SpeechError as err:
            print(err)

asyncio.run(main())
"""


def test_it_runs_by_itself() -> None:
    command = [sys.executable, "-I", "-W", "error", "-c", SCRIPT, str(PACKAGE.parent)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=50)
    assert done.stderr == ""
    assert done.stdout.splitlines() == ["speech", "", "the client was closed"]


def test_what_is_public_is_there() -> None:
    assert sorted(set(speech.__all__)) == sorted(speech.__all__)
    assert all(hasattr(speech, name) for name in speech.__all__)
