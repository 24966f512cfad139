"""Real videos to try a naming template on; songs that everybody knows while there are none."""

from peewee import JOIN

from mvidarr.core.terms import VideoType
from mvidarr.library.tables import Artist, Video
from mvidarr.media.naming import NameFacts

SHOWN = 3
WELL_KNOWN = (
    NameFacts(
        artist="Björk",
        title="Jóga",
        type=VideoType.OFFICIAL,
        year=1997,
        album="Homogenic",
        directors=("Michel Gondry",),
        quality="1080p",
        video_codec="h264",
        audio_codec="aac",
        source="youtube",
        source_id="loB0kmz_0MM",
    ),
    NameFacts(artist="AC/DC", title="T.N.T.", type=VideoType.LIVE, quality="720p"),
    NameFacts(artist="The White Stripes", title="Why Can't You…?", year=2003),
)


def samples() -> list[NameFacts]:
    """The newest videos, at most one of each type."""
    columns = (Artist.name, Video.title, Video.version, Video.type, Video.year, Video.album)
    # a LEFT JOIN: MariaDB would start an inner one at the artists, and sort everything
    joined = Video.select(*columns).join(Artist, JOIN.LEFT_OUTER)
    query = joined.order_by(Video.created_at.desc(), Video.id.desc())
    found: dict[str, NameFacts] = {}
    for artist, title, version, kind, year, album in query.limit(50).tuples():
        found.setdefault(
            kind,
            NameFacts(
                artist=artist,
                title=title,
                version=version,
                type=VideoType(kind),
                year=year,
                album=album or "",
                quality="1080p",
                video_codec="h264",
                audio_codec="aac",
                source="youtube",
            ),
        )
    return list(found.values())[:SHOWN] or list(WELL_KNOWN)
