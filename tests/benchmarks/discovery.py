"""Discovery of one artist without network time: `python -m tests.benchmarks.discovery`.

The finders answer at once from memory: what is measured is reading titles, matching, and writing
to a real SQLite file.
"""

import os
import random
import statistics
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from mvidarr import migrations, settings
from mvidarr.core import db
from mvidarr.core.config import Config
from mvidarr.discovery import describe, finders, run
from mvidarr.integrations.protocols import Found, FoundUpload, FoundVideo, Wanted
from mvidarr.library import artists
from mvidarr.library.tables import Video
from tests.benchmarks.seed import WORDS

ROUNDS = 3
KINDS = ("(Official Video)", "(Official Music Video)", "(Lyric Video)", "(Live)", "(Audio)", "")
SIZES = ((60, 20), (200, 100), (500, 500))


@dataclass(frozen=True, kw_only=True)
class Cost:
    """What one search took. `wall` has the moments that are left to other writers."""

    wall: float
    cpu: float
    statements: int


def main() -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        config = Config(data=folder, database_url=f"sqlite:///{folder / 'b.db'}")
        db.connect(config.database_url)
        migrations.migrate(config)
        settings.set_up(("a secret of the benchmark alone",), {})
        print(f"load {os.getloadavg()[0]:.1f}; ms of wall and CPU, statements per song")
        print(
            "uploads catalogue songs  first: wall   CPU  statements  again: wall   CPU  statements"
        )
        for queued in (False, True):
            settings.change({"library_path": str(folder) if queued else ""})
            print("with downloads queued" if queued else "nothing queued")
            for uploads, listed in SIZES:
                _measure(uploads, listed)
        db.disconnect()


def _measure(uploads: int, listed: int) -> None:
    first, again, songs = [], [], 0
    for number in range(ROUNDS):
        name = f"Benchmark {uploads} {number}"
        found = catalogue(name, uploads, listed)
        _stand_in(found)
        with db.session():
            artist = artists.add(artists.NewArtist(name=name))
            first.append(_cost(artist.id))
            again.append(_cost(artist.id))
            songs = Video.select().where(Video.artist == artist.id).count()
            artists.delete(artist.id)
    print(f"{uploads:7} {listed:9} {songs:5} {_row(first, songs)} {_row(again, songs)}")


def _row(costs: Sequence[Cost], songs: int) -> str:
    wall = statistics.median(cost.wall for cost in costs)
    cpu = statistics.median(cost.cpu for cost in costs)
    statements = statistics.median(cost.statements for cost in costs)
    return f"{wall:12.0f} {cpu:5.0f} {statements:6.0f} {statements / songs:4.1f}"


def _stand_in(found: Sequence[Found]) -> None:
    """Have the finders answer this, at once."""

    def ask(
        wanted: Wanted, on_answer: finders.Told = print, *, oldest: int | None = None
    ) -> finders.Asked:
        return finders.Asked(found=found, errors=(), asked=("youtube", "musicbrainz"))

    def describe_nobody(wanted: Wanted, oldest: int | None = None) -> describe.Told:
        return describe.Told()

    finders.ask = ask
    describe.ask = describe_nobody


def _cost(artist_id: int) -> Cost:
    wall, cpu = time.perf_counter(), time.process_time()
    with db.counting() as counter:
        run.discover(artist_id)
    wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
    return Cost(wall=wall * 1000, cpu=cpu * 1000, statements=len(counter))


def catalogue(name: str, uploads: int, listed: int) -> list[Found]:
    chance = random.Random(1)
    songs = [
        f"{chance.choice(WORDS).title()} {chance.choice(WORDS).title()} {number}"
        for number in range(max(uploads, listed))
    ]
    found: list[Found] = [
        FoundVideo(
            found_by="musicbrainz",
            title=song,
            artists=(name,),
            duration=200,
            ids={"mb_recording": f"{name}-{song}"},
            directors=(f"Director {chance.randrange(9)}",),
            genres=("Pop", "Rock"),
        )
        for song in songs[:listed]
    ]
    found += [
        FoundUpload(
            found_by="youtube",
            provider="youtube",
            source_id=f"{abs(hash((name, song))) % 10**11:011d}",
            title=f"{name} - {song} {chance.choice(KINDS)}",
            channel=chance.choice([name, "Somebody"]),
            channel_verified=True,
            duration=chance.uniform(150, 300),
        )
        for song in songs[:uploads]
    ]
    return found


if __name__ == "__main__":
    main()
