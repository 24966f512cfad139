"""How many files are written anew per second: NFO, pictures, and tags in MP4 and Matroska.

`python -m tests.benchmarks.sidecars [videos]` prints it; nothing is asserted.
"""

import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from mvidarr import migrations, settings
from mvidarr.core import db
from mvidarr.core.config import Config
from mvidarr.downloads import rewrite
from mvidarr.downloads.rewrite import Order, Part
from mvidarr.media import nfo, tags
from mvidarr.media.nfo import NfoFacts, Streams
from mvidarr.media.tags import TagFacts
from mvidarr.models import VideoFile
from tests.factories import make_artist, make_file, make_video
from tests.fakes import media

FACTS = NfoFacts(
    title="Jóga",
    artists=("Björk",),
    album="Homogenic",
    duration=301.0,
    year=1997,
    genres=("Electronic", "Pop"),
    directors=("Michel Gondry",),
    youtube_id="loB0kmz_0MM",
    streams=Streams(video_codec="h264", width=1920, height=1080, duration=301.0, channels=2),
)
SAID = TagFacts(title="Jóga", artists=("Björk",), album="Homogenic", date="1997")


def rate(work: Callable[[int], object], count: int) -> float:
    started = time.perf_counter()
    for number in range(count):
        work(number)
    return count / (time.perf_counter() - started)


def main(count: int) -> None:
    with tempfile.TemporaryDirectory(prefix="mvidarr-bench-") as name:
        folder = Path(name)
        print(f"NFO rendered:            {rate(lambda _: nfo.render(FACTS), 2000):9,.0f} /s")
        old = nfo.render(FACTS)
        print(f"NFO merged:              {rate(lambda _: nfo.merge(old, FACTS), 2000):9,.0f} /s")
        _tags(folder)
        _rewriting(folder, count)


def _tags(folder: Path) -> None:
    """Of a file of 30 MB: it is copied once."""
    film = media.film(720, seconds=30)
    cover = media.jpeg("cover")
    mp4, mkv = folder / "a.mp4", folder / "a.mkv"
    shutil.copyfile(film, mp4)
    command = ["ffmpeg", "-v", "error", "-i", str(film), "-c", "copy", str(mkv)]
    subprocess.run(command, check=True)
    size = mp4.stat().st_size / 1e6

    def write(path: Path) -> Callable[[int], object]:
        return lambda number: tags.write(path, TagFacts(title=f"Song {number}"), cover)

    print(f"MP4 tags ({size:.0f} MB):       {rate(write(mp4), 20):9,.1f} /s")
    print(
        f"MP4 tags, as they were:  {rate(lambda _: tags.write(mp4, SAID, cover), 1):9,.1f} /s first"
    )
    print(f"                         {rate(lambda _: tags.write(mp4, SAID, cover), 50):9,.1f} /s")
    print(f"Matroska tags ({size:.0f} MB):  {rate(write(mkv), 10):9,.1f} /s")


def _rewriting(folder: Path, count: int) -> None:
    """A whole library, by the function that the job calls."""
    url = f"sqlite:///{folder / 'mvidarr.db'}"
    config = Config(data=folder, database_url=url, secrets=("x" * 40,))
    (folder / "library").mkdir()
    (folder / "backups").mkdir()
    db.connect(url, db.Options(full_sync=False))
    migrations.migrate(config)
    with db.session():
        settings.set_up(config.secrets, {})
        settings.change({"library_path": str(folder / "library")})
        ids = _library(folder / "library", count)
        for name, parts in (
            ("NFO files", {Part.NFO}),
            ("NFO files again", {Part.NFO}),
            ("pictures, a frame each", {Part.PICTURES}),
            ("pictures again", {Part.PICTURES}),
            ("tags", {Part.TAGS}),
            ("all, as they were", set(Part)),
        ):
            order = Order(parts=frozenset(parts))
            found = rate(lambda n, order=order: rewrite.video(ids[n], order, config), len(ids))  # type: ignore[misc]
            print(f"job: {name:<24}{found:5,.1f} videos/s")
    db.disconnect()


def _library(root: Path, count: int) -> list[int]:
    artist = make_artist("Björk")
    film = media.film(144, seconds=1)
    ids = []
    for number in range(count):
        video = make_video(artist, f"Song {number}", year=1997)
        path = f"Björk/Song {number}/Björk - Song {number}.mp4"
        (root / path).parent.mkdir(parents=True)
        shutil.copyfile(film, root / path)
        file: VideoFile = make_file(video, path=path, duration=1.0)
        ids.append(file.video_id)
    return ids


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 40)
