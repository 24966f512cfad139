"""yt-dlp is updated by the real program; whatever is killed meanwhile, a whole one is in use."""

import contextlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from mvidarr.integrations import pip_child
from tests.conftest import until
from tests.fakes.package_index import NEWER, NEWEST, PackageIndex
from tests.program import Program

pytestmark = pytest.mark.skipif(pip_child.find_pip() is None, reason="there is no pip")
PATH = "/system/ytdlp"


class Updating(Program):
    """The program with a package index on loopback."""

    def __init__(self, folder: Path, index: PackageIndex) -> None:
        super().__init__(folder)
        self.index = index

    def environment(self) -> dict[str, str]:
        return {**super().environment(), "MVIDARR_PACKAGE_INDEX": self.index.url}

    def has(self) -> Any:
        return self.api("GET", PATH)

    def update(self) -> Any:
        return self.api("POST", f"{PATH}/update", {})["job"]["id"]

    def ends(self, job: int) -> Any:
        """The job, once it has ended."""

        def look() -> Any:
            found = self.api("GET", f"/jobs/{job}")
            return found if found["state"] in {"done", "failed"} else None

        return until(look, seconds=120)


@pytest.fixture
def index() -> Iterator[PackageIndex]:
    with PackageIndex() as made:
        yield made


@pytest.fixture
def program(tmp_path: Path, index: PackageIndex) -> Iterator[Updating]:
    index.offer(NEWER)
    made = Updating(tmp_path, index)
    with made:
        made.set_up()
        yield made


def folders(program: Program) -> set[str]:
    return {path.name for path in (program.data / "tools").iterdir()}


def test_it_is_updated_and_taken_back_without_a_restart(program: Updating) -> None:
    before = program.has()["in_use"]
    job = program.update()
    ended = program.ends(job)
    assert (ended["state"], ended["note"]) == ("done", f"yt-dlp {NEWER} is in use.")
    assert program.has()["in_use"] == NEWER

    assert program.api("POST", f"{PATH}/back", {})["in_use"] == before
    program.index.offer(NEWEST)
    program.ends(program.update())
    assert (program.has()["in_use"], program.has()["before"]) == (NEWEST, before)


@pytest.mark.parametrize("whom", ["worker", "serve"])
def test_killed_while_pip_works_nothing_is_left_of_it(
    program: Updating, index: PackageIndex, whom: str
) -> None:
    installed = program.has()["in_use"]
    index.held.clear()
    job = program.update()
    assert index.handing_out.wait(60)
    assert _pip(index)

    program.kill(whom)
    until(lambda: not _pip(index))
    index.held.set()
    if whom == "serve":
        program.stop()
        until(lambda: not program.everything())
        program.start()
    assert program.has()["in_use"] in (installed, NEWER)
    ended = program.ends(job)

    assert ended["state"] == "done", ended
    assert program.has()["in_use"] == NEWER
    assert not {name for name in folders(program) if name.startswith(".")}


def _pip(index: PackageIndex) -> list[str]:
    """Processes that were told of the index by pip's variable."""
    told = f"PIP_INDEX_URL={index.url}".encode()
    found = []
    for entry in Path("/proc").iterdir():
        with contextlib.suppress(OSError):
            if entry.name.isdigit() and told in (entry / "environ").read_bytes().split(b"\0"):
                found.append(entry.name)
    return found
