"""Which worker of a run gets which files: one those that wait, while the others have those that compute.

If all of them waited at the same time, the processors would be idle, and later there would be too much for them. And
what tests share, such as a Home Assistant, is started by each worker that has some of them.
"""

from typing import Final, override

import pytest
from xdist.remote import Producer
from xdist.scheduler import LoadFileScheduling
from xdist.workermanage import WorkerController

WAITING: Final = ("tests/end_to_end/", "tests/benchmarks/", "tests/conformance/")
"""Where the tests are that mostly wait, for other processes and for what is as long as it sounds; the longest first."""


class Distribution(LoadFileScheduling):  # type: ignore[misc]  # untyped
    """The workers have different files first; who is done with those takes of the others'."""

    @override
    def _assign_work_unit(self, node: WorkerController) -> None:
        choose = min if node is self.nodes[0] else max  # each the first of equals
        self.workqueue.move_to_end(choose(self.workqueue, key=_place), last=False)
        super()._assign_work_unit(node)


def _place(file: str) -> int:
    return next((number for number, folder in enumerate(WAITING) if file.startswith(folder)), len(WAITING))


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> Distribution | None:
    """Distribute the files of a run that does not part them."""
    return Distribution(config, log) if config.getvalue("dist") == "loadfile" else None
