"""Killing the real program while it writes files anew, throws them away and puts them back."""

import contextlib
import random
import shutil
import subprocess
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import requests

from mvidarr.core import db
from mvidarr.media import nfo, place, probe
from mvidarr.models import TrashItem, VideoFile
from tests.conftest import until
from tests.factories import make_artist, make_file, make_video
from tests.fakes import media
from tests.fakes.internet import FakeInternet
from tests.program import Program

pytestmark = [
    pytest.mark.ffmpeg,
    pytest.mark.skipif(not media.has_ffmpeg(), reason="ffmpeg is not installed"),
]
SONGS = 24


@pytest.fixture
def program(tmp_path: Path, fake_internet: FakeInternet) -> Iterator[Program]:
    """The program with an artist whose files lie in the library, with an NFO each."""
    with Program(tmp_path, fake_internet) as made:
        made.set_up()
        for key, value in {"disk_reserve": 0, "measure_loudness": False}.items():
            made.api("PUT", f"/settings/{key}", {"value": value})
        db.connect(f"sqlite:///{made.data / 'mvidarr.db'}", db.Options(full_sync=False))
        with db.session():
            fill(made.library)
            yield made
        db.disconnect()


def fill(library: Path) -> None:
    film = media.film(144, seconds=1)
    place.own_folder(library)
    with db.atomic():
        artist = make_artist("Björk", monitored=False)
        for number in range(SONGS):
            path = f"Björk/Song {number}/Björk - Song {number}.{'mkv' if number % 3 else 'mp4'}"
            (library / path).parent.mkdir(parents=True)
            if path.endswith(".mp4"):
                shutil.copyfile(film, library / path)
            else:
                shutil.copyfile(matroska(), library / path)
            make_file(make_video(artist, f"Song {number}"), path=path, duration=1.0)


def matroska() -> Path:
    film = media.film(144, seconds=1)
    made = film.with_suffix(".mkv")
    if not made.exists():
        command = ["ffmpeg", "-y", "-v", "error", "-i", str(film), "-c", "copy", str(made)]
        subprocess.run(command, check=True)
    return made


def ended(program: Program, job: dict[str, Any]) -> Callable[[], bool]:
    return lambda: program.api("GET", f"/jobs/{job['id']}")["state"] == "done"


def seen(library: Path, *endings: str) -> list[Path]:
    """What a media server sees."""
    return [
        path
        for path in library.rglob("*")
        if path.is_file()
        and place.OWN_FOLDER not in path.parts
        and (not endings or path.suffix in endings)
    ]


def some_more(program: Program, job: dict[str, Any], count: int) -> None:
    """Wait until so many more files lie there, or until the job is done."""
    goal = len(seen(program.library)) + count
    until(lambda: len(seen(program.library)) >= goal or ended(program, job)(), seconds=120)


def test_files_are_whole_when_the_worker_is_killed_while_it_writes_them(
    program: Program, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    seed = request.config.getoption("--seed") or random.randrange(1 << 32)
    print(f"--seed {seed}")  # noqa: T201 - how to repeat this run
    chance = random.Random(seed)
    body = {"parts": ["nfo", "pictures", "tags"], "filter": "has_file=yes"}
    job = program.api("POST", "/videos/rewrite", body)["job"]
    for _ in range(4):
        some_more(program, job, chance.randint(1, 8))
        program.kill("worker")

    until(ended(program, job), seconds=240)

    monkeypatch.setattr(place, "ABANDONED", -1.0)
    for file in VideoFile.select():
        path = program.library / file.path
        assert path.stat().st_size == file.size
        probe.probe(path)
        assert nfo.read(path.with_suffix(".nfo").read_bytes()).title == path.parent.name
        place.clear_leftovers(path.parent)
        assert len(list(path.parent.iterdir())) == 5


def test_nothing_is_lost_when_all_is_killed_between_library_and_trash(program: Program) -> None:
    """The rows say that it is deleted; the files follow at the next start, and come back."""
    library, artist = program.library, VideoFile.get().video.artist_id
    act = f"/artists/{artist}"

    def delete() -> None:
        with contextlib.suppress(requests.RequestException):
            program.api("DELETE", act, {"with_files": True}, ok=False)

    thread = threading.Thread(target=delete)
    thread.start()
    until(lambda: TrashItem.select().exists(), seconds=60, every=0.001)
    program.kill("web")
    program.kill("worker")
    thread.join(60)
    until(lambda: not seen(library, ".mp4", ".mkv"), seconds=180)
    until(lambda: not TrashItem.select().where(TrashItem.moved_at.is_null()).exists(), seconds=60)
    assert TrashItem.select().count() == SONGS

    until(program.answers, seconds=60)
    job = program.api("POST", "/trash/restore", {"batch": TrashItem.get().batch})["job"]
    until(lambda: VideoFile.select().count() > 3, seconds=120, every=0.005)
    program.kill("worker")
    until(ended(program, job), seconds=180)

    until(lambda: VideoFile.select().count() == SONGS, seconds=60)
    assert all((library / file.path).is_file() for file in VideoFile.select())
    assert len(seen(library, ".mp4", ".mkv")) == SONGS
    assert not TrashItem.select().exists()
