"""Killing the real program while it renames a library: every file is found again, once.

`--downloads N` asks for as many files, `--seed N` repeats a run; both are printed.
"""

import random
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from mvidarr import settings
from mvidarr.core import db
from mvidarr.core.terms import MoveState
from mvidarr.models import Move, Renaming, VideoFile
from tests.conftest import SECRET, until
from tests.factories import make_artist, make_file, make_video
from tests.program import Program

ENDINGS = (".mp4", ".nfo", "-poster.jpg", ".en.srt")


@dataclass
class Shelf:
    """A program with files that are all in each other's places."""

    program: Program
    random: random.Random
    files: int

    def states(self) -> int:
        """How far it is, in steps."""
        steps = {MoveState.ASIDE: 1, MoveState.MOVING: 1, MoveState.MOVED: 2, MoveState.UNDONE: 4}
        return sum(steps.get(MoveState(move.state), 0) for move in Move.select())

    def until_over(self, path: str, stage: str) -> int:
        """Kill the worker again and again until the renaming is through; how often that was."""
        kills = 0
        while self.program.api("GET", path)["stage"] != stage and kills < 2:
            self._let_it_move(path, stage)
            self.program.kill("worker")
            kills += 1
        until(lambda: self._is(path, stage), seconds=120, every=0.2)
        return kills

    def _let_it_move(self, path: str, stage: str) -> None:
        """A few files, and then at any moment."""
        goal = self.states() + self.random.randint(1, max(2, self.files // 6))
        until(lambda: self.states() >= goal or self._is(path, stage), seconds=60, every=0.002)

    def _is(self, path: str, stage: str) -> bool:
        return bool(self.program.api("GET", path)["stage"] == stage)


@pytest.fixture
def shelf(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Shelf]:
    files = max(120, request.config.getoption("--downloads"))
    seed = request.config.getoption("--seed")
    seed = random.randrange(1 << 32) if seed is None else seed
    print(f"--downloads {files} --seed {seed}")  # noqa: T201 - how to repeat this run
    with Program(tmp_path) as program:
        program.set_up()
        program.api("PUT", "/settings/naming_template", {"value": "{Artist}/{Title}"})
        db.connect(f"sqlite:///{program.data / 'mvidarr.db'}", db.Options(full_sync=False))
        settings.set_up((SECRET,), {})
        with db.session():
            _fill(program.library, files)
            yield Shelf(program=program, random=random.Random(seed), files=files)
        db.disconnect()


def _fill(library: Path, files: int) -> None:
    """Each third file lies where the next one belongs, in circles; the others elsewhere."""
    (library / "Björk").mkdir()
    (library / "old").mkdir()
    with db.atomic():
        artist = make_artist("Björk", monitored=False)
        for number in range(files):
            other = number + 1 if number % 6 == 0 else number - 1 if number % 6 == 1 else None
            place = f"Björk/Song {other}" if other is not None else f"old/{number}"
            for ending in ENDINGS:
                (library / f"{place}{ending}").write_text(f"{number}{ending}")
            make_file(make_video(artist, f"Song {number}"), path=f"{place}.mp4")


def _seen(library: Path) -> dict[str, str]:
    return {
        path.relative_to(library).as_posix(): path.read_text()
        for path in library.rglob("*")
        if path.is_file() and ".mvidarr" not in path.parts
    }


def test_kill_9_while_files_are_renamed_and_named_back(shelf: Shelf) -> None:
    program, library = shelf.program, shelf.program.library
    before = _seen(library)
    made = program.api("POST", "/renaming", {})
    path = f"/renaming/{made['id']}"
    until(lambda: program.api("GET", path)["stage"] == "planned", seconds=60)
    one = program.api("GET", path)
    seen = {"template": one["template"], "fingerprint": one["fingerprint"]}

    program.api("POST", f"{path}/approve", seen)
    forth = shelf.until_over(path, "done")

    names = [f"Björk/Song {number}{ending}" for number in range(shelf.files) for ending in ENDINGS]
    assert sorted(_seen(library)) == sorted(names)
    for number in range(shelf.files):
        for ending in ENDINGS:
            text = (library / f"Björk/Song {number}{ending}").read_text()
            assert text == f"{number}{ending}"
    assert {file.path for file in VideoFile.select()} == {one for one in names if "mp4" in one}

    program.api("POST", f"{path}/undo")
    back = shelf.until_over(path, "undone")

    assert _seen(library) == before
    assert Renaming.get().undone_at
    print(f"{shelf.files} files, killed {forth} and {back} times")  # noqa: T201 - what was tried
