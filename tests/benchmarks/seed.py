"""Fill a database with a library of any size, quickly and the same each time."""

import random
from collections.abc import Iterator
from typing import Any

from peewee import chunked

from mvidarr.core import db, text
from mvidarr.library import status
from mvidarr.models import Artist, SearchTerm, Video, VideoFile

ARTISTS = 1_000
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
    """A thousand artists and so many videos; two in three have a file."""
    chance = random.Random(seed)
    with db.atomic():
        _insert(Artist, (_artist(number, chance) for number in range(1, ARTISTS + 1)))
    with db.atomic():
        _insert(Video, (_video(number, chance) for number in range(1, videos + 1)))
        _insert(VideoFile, (_file(number) for number in range(1, videos + 1) if number % 3))
        _insert(SearchTerm, _terms(videos))
    status.restate(range(1, videos + 1))


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


def _video(number: int, chance: random.Random) -> dict[str, Any]:
    title = " ".join(chance.choice(WORDS).title() for _ in range(3)) + f" {number}"
    return {
        "id": number,
        "artist": number % ARTISTS + 1,
        "title": title,
        "title_key": text.name_key(title),
        "sort_key": text.sort_key(title),
        "type": "official",
        "year": chance.randint(1975, 2026),
        "duration": chance.uniform(150, 400),
        "created_at": START + number * 1000,
    }


def _file(number: int) -> dict[str, Any]:
    path = f"{number % ARTISTS + 1}/{number}.mp4"
    return {
        "video": number,
        "path": path,
        "path_key": path,
        "size": 90_000_000,
        "mtime": START,
        "height": 1080,
        "width": 1920,
        "duration": 240.0,
        "main_key": number,
    }


def _terms(videos: int) -> Iterator[dict[str, Any]]:
    for number, title in (
        Video.select(Video.id, Video.title).where(Video.id <= videos).tuples().iterator()
    ):
        for word in text.words(title):
            yield {"term": word, "kind": "video", "ref_id": number}
