"""scripts/python314: the Python that is there, or that of Debian's next release, in a folder of any name."""

from pathlib import Path
import platform
import subprocess

import pytest

from .conftest import Clone


async def test_what_is_installed_is_taken(clone: Clone) -> None:
    assert await clone.run("scripts/python314") == (0, [str(clone.fakes / "bin" / "python3.14")])


async def test_an_empty_file_is_no_python(clone: Clone) -> None:
    """A full disk leaves some, and the shell makes a program of them that ends well."""
    (clone.fakes / "bin" / "python3.14").write_text("")
    status, said = await clone.run("scripts/python314")
    assert status == 1
    assert said[-1].startswith("Home Assistant 2026.11 needs Python 3.14.2 or later")


@pytest.mark.skipif(platform.freedesktop_os_release()["ID"] != "debian", reason="elsewhere it does not try")
async def test_debians_next_release_has_one(clone: Clone) -> None:
    (clone.fakes / "bin" / "python3.14").unlink()
    for program in ("apt-get", "dpkg", "dpkg-deb"):
        clone.add(program)
    status, said = await clone.run("scripts/python314")
    assert status == 0, said
    python = Path(said[-1])
    assert python == clone.root / ".venv/python3.14/usr/bin/python3.14"
    assert subprocess.run([python, "-c", "pass"], check=False).returncode == 0
    # What is Python's own says nothing of the folder, whose name may be anything.
    code = (python.parents[1] / "lib/python3.14/ensurepip/__init__.py").read_text()
    assert code == "_pkg_dir = os.path.join(sys.base_prefix, 'share/python-wheels')\n"
    assert not (clone.root / ".venv/python3.14.new").exists()
