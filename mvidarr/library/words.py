"""Words about artists and videos: credits, genres, ids of other catalogues, what search finds."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby

from mvidarr import models
from mvidarr.core import text
from mvidarr.core.errors import Conflict, Invalid
from mvidarr.library import search
from mvidarr.library.tables import Artist, Credit, ExternalId, Genre, Video, VideoGenre

FEATURED, DIRECTOR = "featured", "director"


@dataclass(frozen=True, kw_only=True, slots=True)
class Catalogue:
    """A kind of external id; `page` is where people look it up."""

    kind: str
    label: str
    page: str = ""


ARTIST_IDS = (
    Catalogue(kind="mb_artist", label="MusicBrainz", page="https://musicbrainz.org/artist/{}"),
    Catalogue(kind="imvdb_entity", label="IMVDb"),
    Catalogue(kind="youtube_channel", label="YouTube", page="https://www.youtube.com/channel/{}"),
)
VIDEO_IDS = (
    Catalogue(
        kind="mb_recording", label="MusicBrainz", page="https://musicbrainz.org/recording/{}"
    ),
    Catalogue(kind="imvdb_video", label="IMVDb"),
)


def names(given: Iterable[str]) -> list[str]:
    """Tidied, none empty, none twice."""
    return list(
        {text.name_key(name): text.tidy(name)[:255] for name in given if text.tidy(name)}.values()
    )


def set_credits(video_id: int, role: str, given: Iterable[str]) -> None:
    Credit.delete().where(Credit.video_id == video_id, Credit.role == role).execute()
    rows = [
        {
            "video": video_id,
            "role": role,
            "name": name,
            "name_key": text.name_key(name),
            "position": i,
        }
        for i, name in enumerate(names(given))
    ]
    if rows:
        Credit.insert_many(rows).execute()


def set_genres(video_id: int, given: Iterable[str]) -> None:
    VideoGenre.delete().where(VideoGenre.video_id == video_id).execute()
    rows = [{"video": video_id, "genre": _genre(name)} for name in names(given)]
    if rows:
        VideoGenre.insert_many(rows).execute()


def ids_of_artist(artist_id: int) -> dict[str, str]:
    rows = ExternalId.select(ExternalId.kind, ExternalId.value).where(
        ExternalId.artist_id == artist_id
    )
    return dict(rows.tuples())


def set_artist_ids(artist_id: int, given: Mapping[str, str]) -> None:
    """Write the ids that are named; an empty one goes. Raises Conflict when an artist has one."""
    ids = check_artist_ids(given)
    ExternalId.delete().where(
        ExternalId.artist_id == artist_id, ExternalId.kind.in_(list(given))
    ).execute()
    for kind, value in ids.items():
        taken = ExternalId.get_or_none(ExternalId.kind == kind, ExternalId.value == value)
        if taken is not None:
            owner = Artist.get_or_none(Artist.id == taken.artist_id)
            who = owner.name if owner else "Somebody else"
            raise Conflict(f"{who} is in the library with this id already.")
        ExternalId.create(kind=kind, value=value, artist=artist_id)


def check_artist_ids(given: Mapping[str, str]) -> dict[str, str]:
    known = {catalogue.kind for catalogue in ARTIST_IDS}
    if unknown := sorted(set(given) - known):
        raise Invalid({"ids": f"{unknown[0]} is not a kind of id that artists have."})
    if not all(isinstance(value, str) and len(value) <= 255 for value in given.values()):
        raise Invalid({"ids": "Give each id as text."})
    return {kind: text.tidy(value) for kind, value in given.items() if text.tidy(value)}


def add_video_ids(video_id: int, given: Mapping[str, str]) -> None:
    """Note what catalogues call a video; an id that another video has stays there."""
    for kind, value in given.items():
        is_taken = ExternalId.select().where(ExternalId.kind == kind, ExternalId.value == value)
        if value and not is_taken.exists():
            ExternalId.create(kind=kind, value=value[:255], video=video_id)


def index_artist(artist: models.Artist) -> None:
    search.index(search.ARTIST, artist.id, [artist.name, artist.disambiguation])


def index_videos(ids: Sequence[int]) -> None:
    """Have videos found by title, version, album, artist and everybody who is credited."""
    query = (
        Video.select(Video.id, Video.title, Video.version, Video.album, Artist.name)
        .join(Artist)
        .where(Video.id.in_(ids))
    )
    credited = (
        Credit.select(Credit.video_id, Credit.name)
        .where(Credit.video_id.in_(ids))
        .order_by(Credit.video_id)
    )
    people = {
        video_id: [name for _, name in rows]
        for video_id, rows in groupby(credited.tuples(), key=lambda row: row[0])
    }
    for video_id, *texts in query.tuples():
        search.index(search.VIDEO, video_id, [*texts, *people.get(video_id, ())])


def _genre(name: str) -> int:
    genre, _ = Genre.get_or_create(name_key=text.name_key(name), defaults={"name": name})
    ident: int = genre.id
    return ident
