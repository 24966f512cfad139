"""Words about artists and videos: credits, genres, ids of other catalogues, what search finds."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby

from mvidarr import models
from mvidarr.core import text
from mvidarr.core.errors import Conflict, Invalid
from mvidarr.library import aliases, search
from mvidarr.library.tables import Artist, Credit, ExternalId, Genre, Video, VideoGenre

FEATURED, DIRECTOR = "featured", "director"
NAMES = ("featured", "directors", "genres")
_FIELDS = {FEATURED: "featured", DIRECTOR: "directors"}  # of the roles


@dataclass(frozen=True, kw_only=True, slots=True)
class Catalogue:
    """A kind of external id; `page` is where people look it up."""

    kind: str
    label: str
    page: str = ""


ARTIST_IDS = (
    Catalogue(kind="mb_artist", label="MusicBrainz", page="https://musicbrainz.org/artist/{}"),
    Catalogue(kind="imvdb_entity", label="IMVDb"),
    Catalogue(kind="imvdb_slug", label="IMVDb page", page="https://imvdb.com/n/{}"),
    Catalogue(kind="youtube_channel", label="YouTube", page="https://www.youtube.com/channel/{}"),
    Catalogue(
        kind="theaudiodb_artist", label="TheAudioDB", page="https://www.theaudiodb.com/artist/{}"
    ),
    Catalogue(kind="lastfm_artist", label="Last.fm", page="https://www.last.fm/music/{}"),
    Catalogue(kind="spotify_artist", label="Spotify", page="https://open.spotify.com/artist/{}"),
    Catalogue(kind="deezer_artist", label="Deezer", page="https://www.deezer.com/artist/{}"),
    Catalogue(kind="discogs_artist", label="Discogs", page="https://www.discogs.com/artist/{}"),
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


def names_of(video_ids: Sequence[int]) -> dict[int, dict[str, list[str]]]:
    """Featured artists, directors and genres of each video, in their order."""
    found: dict[int, dict[str, list[str]]] = {
        video_id: {name: [] for name in NAMES} for video_id in video_ids
    }
    credited = Credit.select(Credit.video_id, Credit.role, Credit.name).where(
        Credit.video_id.in_(video_ids), Credit.role.in_(list(_FIELDS))
    )
    for video_id, role, name in credited.order_by(Credit.position).tuples():
        found[video_id][_FIELDS[role]].append(name)
    genres = VideoGenre.select(VideoGenre.video_id, Genre.name).join(Genre)
    mine = genres.where(VideoGenre.video_id.in_(video_ids))
    for video_id, name in mine.order_by(Genre.name_key).tuples():
        found[video_id]["genres"].append(name)
    return found


def set_names(video_id: int, given: Mapping[str, Iterable[str]]) -> None:
    """Write the names that are given."""
    if "featured" in given:
        set_credits(video_id, FEATURED, given["featured"])
    if "directors" in given:
        set_credits(video_id, DIRECTOR, given["directors"])
    if "genres" in given:
        set_genres(video_id, given["genres"])


def set_credits(video_id: int, role: str, given: Iterable[str]) -> None:
    Credit.delete().where(Credit.video_id == video_id, Credit.role == role).execute()
    add_credits([(video_id, role, given)])


def add_credits(given: Iterable[tuple[int, str, Iterable[str]]]) -> None:
    """Write who takes part, for videos that have nobody in these roles."""
    rows = [
        {
            "video": video_id,
            "role": role,
            "name": name,
            "name_key": text.name_key(name),
            "position": i,
        }
        for video_id, role, people in given
        for i, name in enumerate(names(people))
    ]
    if rows:
        Credit.insert_many(rows).execute()


def set_genres(video_id: int, given: Iterable[str]) -> None:
    VideoGenre.delete().where(VideoGenre.video_id == video_id).execute()
    add_genres([(video_id, given)])


def add_genres(given: Iterable[tuple[int, Iterable[str]]]) -> None:
    """Write the genres of videos that have none."""
    wanted = [(video_id, name) for video_id, genres in given for name in names(genres)]
    ids = _genres({text.name_key(name): name for _, name in reversed(wanted)})
    rows = [{"video": video_id, "genre": ids[text.name_key(name)]} for video_id, name in wanted]
    if rows:
        VideoGenre.insert_many(rows).execute()


def ids_of_artist(artist_id: int) -> dict[str, str]:
    """The first id of each kind."""
    return {kind: values[0] for kind, values in _ids_by_kind(artist_id).items()}


def channels_of(artist_id: int) -> tuple[str, ...]:
    """Every channel of the artist at YouTube: the own one, the label's for it."""
    return tuple(_ids_by_kind(artist_id).get("youtube_channel", ()))


def add_artist_ids(artist_id: int, given: Mapping[str, str]) -> None:
    """Note what catalogues call an artist; what is known or somebody else's stays as it is."""
    known = {catalogue.kind for catalogue in ARTIST_IDS} - _ids_by_kind(artist_id).keys()
    for kind, value in given.items():
        is_taken = ExternalId.select().where(ExternalId.kind == kind, ExternalId.value == value)
        if kind in known and 0 < len(value) <= 255 and not is_taken.exists():
            ExternalId.create(kind=kind, value=value, artist=artist_id)


def set_artist_ids(artist_id: int, given: Mapping[str, str]) -> None:
    """Write the ids that are named; an empty one goes. Raises Conflict when an artist has one."""
    ids = check_artist_ids(given)
    known = _ids_by_kind(artist_id)
    changed = [kind for kind in given if ids.get(kind) not in known.get(kind, [None])]
    ExternalId.delete().where(
        ExternalId.artist_id == artist_id, ExternalId.kind.in_(changed)
    ).execute()
    for kind, value in ((kind, ids[kind]) for kind in changed if kind in ids):
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


def add_video_ids(given: Iterable[tuple[int, Mapping[str, str]]]) -> None:
    """Note what catalogues call videos; an id that another one has stays there."""
    pairs = {
        (kind, value[:255]): video_id
        for video_id, ids in reversed(list(given))
        for kind, value in ids.items()
        if value
    }
    if not pairs:
        return
    known = ExternalId.select(ExternalId.kind, ExternalId.value).where(
        ExternalId.kind.in_({kind for kind, _ in pairs}),
        ExternalId.value.in_({value for _, value in pairs}),
    )
    taken = set(known.tuples())
    rows = [
        {"kind": kind, "value": value, "video": video_id}
        for (kind, value), video_id in pairs.items()
        if (kind, value) not in taken
    ]
    if rows:
        ExternalId.insert_many(rows).execute()


def index_artist(artist: models.Artist) -> None:
    """Have an artist found by its name, its other names and what sets it apart."""
    names = (artist.name, artist.disambiguation, *aliases.of(artist.id))
    search.index(search.ARTIST, artist.id, names)


def index_videos(ids: Sequence[int]) -> None:
    """Have videos found by title, version, album, artist and everybody who is credited."""
    if not ids:
        return
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
    texts = {row[0]: [*row[1:], *people.get(row[0], ())] for row in query.tuples()}
    search.index_all(search.VIDEO, texts)


def _ids_by_kind(artist_id: int) -> dict[str, list[str]]:
    rows = ExternalId.select(ExternalId.kind, ExternalId.value).where(
        ExternalId.artist_id == artist_id
    )
    found: dict[str, list[str]] = {}
    for kind, value in rows.order_by(ExternalId.id).tuples():
        found.setdefault(kind, []).append(value)
    return found


def _genres(wanted: Mapping[str, str]) -> dict[str, int]:
    """Ids by key; what is new gets the name that is given for its key."""
    if not wanted:
        return {}
    known = Genre.select(Genre.name_key, Genre.id).where(Genre.name_key.in_(list(wanted)))
    ids: dict[str, int] = dict(known.tuples())
    for key, name in wanted.items():
        if key not in ids:
            genre, _ = Genre.get_or_create(name_key=key, defaults={"name": name})
            ids[key] = genre.id
    return ids
