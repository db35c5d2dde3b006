"""The scripts around the tools: what they refuse, how often they test, and on what machine CI does."""

import pytest

from .conftest import Clone


@pytest.mark.parametrize(
    "command",
    [
        "setup everything",
        "setup demo speech",
        "lint --fix tests",
        "lint tests",
        "test --repeat often",
        "test --repeat 5 tests",
        "test --coverage tests",
        "fuzz everything",
        "fuzz --seconds",
        "fuzz --seconds long",
        "screenshots docs",
        "brand icon",
    ],
)
async def test_what_makes_no_sense_is_told_before_anything_is_done(clone: Clone, command: str) -> None:
    script, *arguments = command.split()
    status, said = await clone.run(f"scripts/{script}", *arguments)
    assert status == 2
    assert said[-1].startswith(f"usage: scripts/{script}")
    assert len(said) == 1
    assert not clone.calls()


@pytest.mark.parametrize(("arguments", "times"), [(["--repeat"], 5), (["--repeat", "2"], 2)])
async def test_the_end_to_end_tests_are_repeated(clone: Clone, arguments: list[str], times: int) -> None:
    status, said = await clone.run("scripts/test", *arguments)
    assert status == 0, said
    assert said[-times:] == [f"Round {number} of {times}" for number in range(1, times + 1)]
    runs = clone.calls("python -m pytest")
    assert len(runs) == times
    assert all(run.endswith(" tests/end_to_end") for run in runs)


async def test_a_failure_ends_the_repetition(clone: Clone) -> None:
    await clone.run("scripts/setup")
    clone.tell(fail="python -m pytest", said="1 failed")
    status, said = await clone.run("scripts/test", "--repeat")
    assert status == 1
    assert said == ["Round 1 of 5", "1 failed"]


async def test_other_arguments_are_pytests(clone: Clone) -> None:
    await clone.run("scripts/test", "tests/speech", "-k", "a b")
    assert clone.calls("python -m pytest") == ["python -m pytest tests/speech -k a b"]


async def test_of_two_checks_at_the_same_time_one_waits(clone: Clone) -> None:
    await clone.run("scripts/setup")
    clone.tell(hold="mypy")
    async with clone.start("scripts/lint") as first:
        await clone.held()
        async with clone.start("scripts/lint") as second:
            await second.line("Another check is at work in this folder. Waiting for it")
            assert clone.calls("mypy") == ["mypy "]
            clone.tell()
            await clone.go()
            assert (await first.status(), await second.status()) == (0, 0)
    assert clone.calls("mypy") == ["mypy "]


@pytest.mark.parametrize("fail", ["ruff check", "mypy", "python -m pytest", "coverage report"])
async def test_whatever_fails_fails_ci_and_the_rest_is_done_all_the_same(clone: Clone, fail: str) -> None:
    await clone.run("scripts/setup")
    clone.calls()
    clone.tell(fail=fail, said="It is wrong.")
    status, said = await clone.run(".ci/run")
    assert status
    assert "It is wrong." in said
    calls = clone.calls()
    assert any(call.startswith("ruff check") for call in calls)
    assert any(call.startswith("python -m pytest") for call in calls)


async def test_ci_is_somebody_new_each_time(clone: Clone) -> None:
    clone.environment = {**clone.environment, "XDG_CONFIG_HOME": "/somewhere"}
    homes = []
    for _ in range(2):
        status, said = await clone.run(".ci/run")
        assert status == 0, said
        seen = set((clone.fakes / "homes").read_text().splitlines())
        (clone.fakes / "homes").unlink()
        (home,) = seen
        homes.append(home)
    assert homes[0] != homes[1]
    for home in homes:
        folder, temporary, settings = home.split("|")
        assert not settings
        for place in (folder, temporary):
            assert not (clone.root / place).exists()
