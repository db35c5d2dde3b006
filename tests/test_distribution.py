"""What computes and what waits is with different workers, in a real run of them."""

import os
from pathlib import Path
import subprocess
import sys

from .distribution import WAITING

ROOT = Path(__file__).parents[1]
FOLDERS = (*WAITING[:2], "tests/microphone/", "tests/speech/")  # of a file for each worker, and one for each to be next
TEST = """
import os
from pathlib import Path

def test() -> None:
    Path(__file__).with_name(os.environ["PYTEST_XDIST_WORKER"]).touch()
"""


def test_one_worker_begins_with_what_waits(tmp_path: Path) -> None:
    for number, folder in enumerate(FOLDERS):
        (tmp_path / folder).mkdir(parents=True)
        (tmp_path / folder / f"test_{number}.py").write_text(TEST)
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")}
    own = {"PYTHONPATH": str(ROOT), "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
    command = ("-m", "pytest", "-p", "xdist", "-p", "tests.distribution", "-n", "2", "--dist", "loadfile")
    done = subprocess.run(
        [sys.executable, *command, "--no-loadscope-reorder", tmp_path],
        cwd=tmp_path,
        env=environment | own,
        capture_output=True,
        text=True,
        check=False,
    )
    assert "4 passed" in done.stdout, done.stdout + done.stderr
    had = [{path.name for path in (tmp_path / folder).glob("gw*")} for folder in FOLDERS]
    assert had[0] == had[1] != had[2] == had[3]
