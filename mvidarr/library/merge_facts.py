"""What is known of one of two that are joined: a person's word counts first, then whoever knows."""

from collections.abc import Iterable, Sequence
from typing import Any

from mvidarr import models
from mvidarr.core.terms import VideoType, Wish
from mvidarr.library import artists, origins, pictures, videos, words
from mvidarr.library.tables import Artist, Video

FACTS = (
    *("year", "released", "album", "label", "duration", "rating", "image_url"),
    *("profile", pictures.LOCK),
)
ARTIST_FACTS = ("bio", "country", "genres", "profile", pictures.LOCK)


def take(keep: models.Video, other: models.Video) -> None:
    """What the other one knows better, and what a person wished for either."""
    values = _taken(keep, other, FACTS)
    now = videos.get(keep.id)  # its names have been taken
    marks = _marks(now, other, (name for name in FACTS if _column(name) in values))
    plays = keep.plays + other.plays
    Video.update(**values, **marks, wish=wish(keep, other).value, plays=plays).where(
        Video.id == keep.id
    ).execute()


def wish(keep: models.Video, other: models.Video) -> Wish:
    """What is wished for the kept one: who ignores a duplicate of it does not ignore it too."""
    return Wish.WANT if Wish.WANT in (keep.wish, other.wish) else Wish(keep.wish)


def take_names(keep: models.Video, other: models.Video) -> None:
    """The same for featured artists and directors; genres are put together."""
    mine, theirs = videos.names_of(keep.id), videos.names_of(other.id)
    taken = [
        name for name in videos.NAMES if _counts(keep, other, name, (mine[name], theirs[name]))
    ]
    if "featured" in taken:
        words.set_credits(keep.id, words.FEATURED, theirs["featured"])
    if "directors" in taken:
        words.set_credits(keep.id, words.DIRECTOR, theirs["directors"])
    if "genres" in taken:
        words.set_genres(keep.id, theirs["genres"])
    elif "genres" not in keep.locked:
        words.set_genres(keep.id, [*mine["genres"], *theirs["genres"]])
    Video.update(**_marks(keep, other, taken)).where(Video.id == keep.id).execute()


def take_of_artist(keep: models.Artist, other: models.Artist) -> None:
    values = _taken(keep, other, ARTIST_FACTS)
    marks = _marks(keep, other, (name for name in ARTIST_FACTS if _column(name) in values))
    # somebody says that the other name is this artist's: no service takes it away again
    marks["locked"] = list(dict.fromkeys([*marks["locked"], "aliases"]))
    marks["origins"]["aliases"] = origins.PERSON
    Artist.update(**values, **marks).where(Artist.id == keep.id).execute()


def judge_again(video_id: int, kind: str) -> None:
    """Whether the artist's rules want it: they ask for the year, and for the type that is known."""
    video = videos.get(video_id)
    values: dict[str, Any] = {}
    if _is_better_type(video, kind):
        values["type"] = kind
    wants = artists.wanted_rules(artists.get(video.artist_id)).wants
    values["fits"] = wants(
        kind=values.get("type", video.type),
        title=video.title,
        version=video.version,
        year=video.year,
    )
    Video.update(**values).where(Video.id == video_id).execute()


def _taken(keep: Any, other: Any, names: Sequence[str]) -> dict[str, Any]:
    """Columns for which the other one's word counts: a person's, else where nobody else knows."""
    values = {name: _column(name) for name in names}
    return {
        column: getattr(other, column)
        for name, column in values.items()
        if _counts(keep, other, name, (getattr(keep, column), getattr(other, column)))
    }


def _column(name: str) -> str:
    return f"{name}_id" if name in ("profile", pictures.LOCK) else name


def _counts(keep: Any, other: Any, name: str, values: tuple[Any, Any]) -> bool:
    if name in keep.locked:
        return False
    return name in other.locked or (not values[0] and bool(values[1]))


def _marks(keep: Any, other: Any, names: Iterable[str]) -> dict[str, Any]:
    """Locks and origins after the other one's word counted for these fields."""
    taken = set(names)
    stay = {name: by for name, by in keep.origins.items() if name not in taken}
    told = {name: by for name, by in other.origins.items() if name in taken}
    locked = [*keep.locked, *(name for name in other.locked if name in taken)]
    return {"locked": locked, "origins": {**stay, **told}}


def _is_better_type(video: models.Video, kind: str) -> bool:
    """Whether it is known to be the official one now, and no other video is that already."""
    if kind != VideoType.OFFICIAL or video.type != VideoType.UNSPECIFIED or "type" in video.locked:
        return False
    there = Video.select().where(
        Video.artist == video.artist_id,
        Video.title_key == video.title_key,
        Video.type == kind,
        Video.version_key == video.version_key,
    )
    return not there.exists()
