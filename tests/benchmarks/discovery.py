"""Discovery of one artist without network time: `python -m tests.benchmarks.discovery`.

The finders answer at once from memory: what is measured is reading titles, matching, and writing
to a real SQLite file.
"""

import random
import statistics
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from mvidarr import migrations, settings
from mvidarr.core import db
from mvidarr.core.config import Config
from mvidarr.discovery import describe, finders, run
from mvidarr.integrations.protocols import Found, FoundUpload, FoundVideo, Wanted
from mvidarr.library import artists
from tests.benchmarks.seed import WORDS

ROUNDS = 5
KINDS = ("(Official Video)", "(Official Music Video)", "(Lyric Video)", "(Live)", "(Audio)", "")


def main() -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        config = Config(data=folder, database_url=f"sqlite:///{folder / 'b.db'}")
        db.connect(config.database_url)
        migrations.migrate(config)
        settings.set_up(("a secret of the benchmark alone",), {})
        print("uploads  catalogue    first    again   queries")
        for uploads, listed in ((60, 20), (200, 100), (500, 500)):
            _measure(uploads, listed)
        db.disconnect()


def _measure(uploads: int, listed: int) -> None:
    first, again, queries = [], [], 0
    for number in range(ROUNDS):
        name = f"Benchmark {uploads} {number}"
        found = catalogue(name, uploads, listed)
        _stand_in(found)
        with db.session():
            artist = artists.add(artists.NewArtist(name=name))
            with db.counting() as counter:
                first.append(_timed(artist.id))
            queries = len(counter)
            again.append(_timed(artist.id))
    print(
        f"{uploads:7} {listed:10} {statistics.median(first):6.0f} ms "
        f"{statistics.median(again):5.0f} ms {queries:8}"
    )


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


def _timed(artist_id: int) -> float:
    started = time.perf_counter()
    run.discover(artist_id)
    return (time.perf_counter() - started) * 1000


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
