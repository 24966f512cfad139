"""Fill a database with a library of any size, quickly and the same each time."""

import random
from collections.abc import Iterable, Iterator
from typing import Any

from peewee import chunked

from mvidarr.core import db, text
from mvidarr.library import status
from mvidarr.models import (
    Alias,
    Artist,
    Credit,
    Decision,
    Download,
    Event,
    ExternalId,
    Image,
    ImportList,
    ImportRow,
    Job,
    SearchTerm,
    Twin,
    Video,
    VideoFile,
    VideoSource,
)
from tests.benchmarks import seed_work

ARTISTS = 1_000
IMAGES = 5_000
OF_FIRST = 2_500  # videos of the first artist
START = 1_700_000_000_000
WORDS = (
    *("love", "night", "fire", "dance", "heart", "light", "road", "river", "summer", "ghost"),
    *("city", "glass", "silver", "paper", "golden", "winter", "electric", "velvet", "thunder"),
    *("shadow", "mirror", "ocean", "letter", "garden", "wolf", "honey", "satellite", "machine"),
    *("colour", "stranger", "diamond", "morning", "silence", "hurricane", "orchid", "lantern"),
    *("cinema", "rocket", "marble", "tiger", "ballad", "sugar", "desert", "engine", "crystal"),
    *("harbor", "saturn", "echo", "feather"),
)


def fill(videos: int, seed: int = 1) -> None:
    """A thousand artists and so many videos; two in three have a file, the first artist many."""
    chance = random.Random(seed)
    numbers = range(1, videos + 1)
    with db.atomic():
        _insert(Image, (_image(number) for number in range(1, IMAGES + 1)))
        _insert(Artist, (_artist(number, chance) for number in range(1, ARTISTS + 1)))
        _insert(Alias, (_alias(number) for number in range(1, ARTISTS + 1) if number % 3 == 0))
    with db.atomic():
        _insert(Video, (_video(number, chance) for number in numbers))
        _insert(VideoFile, (_file(number) for number in numbers if number % 3))
        _insert(SearchTerm, _terms(videos))
    with db.atomic():
        _insert(VideoSource, _uploads(numbers))
        _insert(ExternalId, (seed_work.external(number) for number in numbers if number % 2))
        _insert(Credit, (seed_work.director(number) for number in numbers if number % 3 == 1))
        _insert(Decision, (seed_work.decision(number) for number in numbers if number % 5 == 1))
        _insert(Twin, (seed_work.twin(number) for number in numbers if number % 50 == 0))
    with db.atomic():
        _insert(Event, (seed_work.found(number, artist_of(number)) for number in numbers))
        _insert(Download, (seed_work.download(number) for number in numbers if number % 4 == 1))
        _insert(Job, (seed_work.job(number) for number in range(1, videos // 20)))
        _insert(ImportList, (seed_work.import_list(number) for number in range(1, 41)))
        _insert(ImportRow, (seed_work.import_row(number) for number in range(1, videos // 5)))
    status.restate(numbers)


def artist_of(number: int) -> int:
    """Every other of the first videos is by one artist; the others have equally many."""
    return 1 if number <= 2 * OF_FIRST and number % 2 else number % ARTISTS + 1


def _insert(model: Any, rows: Iterator[dict[str, Any]]) -> None:
    for some in chunked(rows, 200):
        model.insert_many(some).execute()


def _artist(number: int, chance: random.Random) -> dict[str, Any]:
    name = f"{chance.choice(WORDS).title()} {chance.choice(WORDS).title()} {number}"
    key = text.name_key(name)
    return {
        "id": number,
        "name": name,
        "name_key": key,
        "sort_key": text.sort_key(name),
        "folder": name,
        "folder_key": key,
        "rules": {"types": ["official"]},
        "created_at": START + number,
        "next_check_at": START * 2,
    }


def _image(number: int) -> dict[str, Any]:
    return {"hash": f"{number:064x}", "width": 1280, "height": 720}


def _alias(number: int) -> dict[str, Any]:
    return {"artist": number, "name": f"Alias {number}", "name_key": f"alias {number}"}


def _video(number: int, chance: random.Random) -> dict[str, Any]:
    title = " ".join(chance.choice(WORDS).title() for _ in range(3)) + f" {number}"
    return {
        "id": number,
        "artist": artist_of(number),
        "title": title,
        "title_key": text.name_key(title),
        "sort_key": text.sort_key(title),
        "type": "official",
        "year": chance.randint(1975, 2026),
        "duration": chance.uniform(150, 400),
        "created_at": START + number * 1000,
        "image": number % IMAGES + 1 if number % 3 else None,
    }


def _file(number: int) -> dict[str, Any]:
    path = f"{number % ARTISTS + 1}/{number}.mp4"
    return {
        "video": number,
        "path": path,
        "path_key": path,
        "size": 80_000_000 + number,
        "mtime": START,
        "height": 1080,
        "width": 1920,
        "duration": 240.0,
        "main_key": number,
    }


def _uploads(numbers: Iterable[int]) -> Iterator[dict[str, Any]]:
    for number in numbers:
        yield from seed_work.uploads(number, artist_of(number))


def _terms(videos: int) -> Iterator[dict[str, Any]]:
    for number, title in (
        Video.select(Video.id, Video.title).where(Video.id <= videos).tuples().iterator()
    ):
        for word in text.words(title):
            yield {"term": word, "kind": "video", "ref_id": number}
