"""The kinds of lists, declared once: forms, JSON, checks, reading and tests are made from this."""

from mvidarr.core import text
from mvidarr.core.errors import Invalid, NotFound
from mvidarr.discovery import import_readers as readers
from mvidarr.discovery.import_kind import (
    ARTISTS,
    GENRES,
    MIN_PLAYS,
    MONITORED,
    VIDEOS,
    Field,
    ListKind,
)
from mvidarr.integrations import lastfm, spotify
from mvidarr.integrations.youtube import search as youtube

BOTH = (ARTISTS, VIDEOS)


def _spotify_id(typed: str) -> str:
    found = spotify.playlist_id(typed)
    if typed and found is None:
        raise ValueError("Paste the address of a Spotify playlist.")
    return found or ""


def _youtube_list(typed: str) -> str:
    try:
        return youtube.list_address(typed) if typed else ""
    except Invalid as error:
        raise ValueError(str(error)) from error


def _ref(typed: str) -> str:
    ref = text.tidy(typed)
    if not ref.isascii() or not ref.replace("-", "").isalnum():
        raise ValueError("Choose a library, or give its number.")
    return ref


def _period(choices: dict[str, str], default: str) -> Field:
    return Field(
        name="period" if default == "overall" else "range",
        label="Of which time",
        input="choice",
        choices=tuple(choices.items()),
        default=default,
    )


_RANGE = _period(spotify.RANGES, "medium_term")
_USER = Field(name="user", label="Last.fm user", required=True, most=100)

ALL = (
    ListKind(
        name="spotify_followed",
        title="Spotify: followed artists",
        about="Everybody whom the account follows.",
        service="spotify",
        glyph="users",
        filters=(GENRES,),
        connection="needed",
        read=readers.spotify_followed,
    ),
    ListKind(
        name="spotify_playlist",
        title="Spotify: playlist",
        about="The songs of a playlist, or just their artists.",
        service="spotify",
        glyph="playlists",
        modes=BOTH,
        fields=(
            Field(
                name="playlist",
                label="Playlist",
                help="Its address at open.spotify.com. Spotify shows the songs of your own ones.",
                required=True,
                is_offered=True,
                check=_spotify_id,
            ),
        ),
        connection="optional",
        read=readers.spotify_playlist,
        offers=readers.spotify_playlists,
    ),
    ListKind(
        name="spotify_saved",
        title="Spotify: saved songs",
        about="The songs in the account's library, or just their artists.",
        service="spotify",
        glyph="heart",
        modes=BOTH,
        connection="needed",
        read=readers.spotify_saved,
    ),
    ListKind(
        name="spotify_top_artists",
        title="Spotify: top artists",
        about="Whom the account plays most.",
        service="spotify",
        glyph="star",
        fields=(_RANGE,),
        filters=(GENRES,),
        connection="needed",
        read=readers.spotify_top_artists,
    ),
    ListKind(
        name="spotify_top_tracks",
        title="Spotify: top songs",
        about="What the account plays most, or just the artists of it.",
        service="spotify",
        glyph="star",
        modes=BOTH,
        fields=(_RANGE,),
        connection="needed",
        read=readers.spotify_top_tracks,
    ),
    ListKind(
        name="lastfm_top",
        title="Last.fm: top artists",
        about="Whom somebody played most.",
        service="lastfm",
        glyph="star",
        fields=(
            _USER,
            _period(lastfm.PERIODS, "overall"),
            Field(
                name="most",
                label="How many artists",
                input="number",
                help="The first so many; empty for all of them.",
                default=200,
                most=20_000,
            ),
        ),
        filters=(MIN_PLAYS,),
        read=readers.lastfm_top,
    ),
    ListKind(
        name="lastfm_loved",
        title="Last.fm: loved songs",
        about="The songs that somebody loves, or just their artists.",
        service="lastfm",
        glyph="heart",
        modes=BOTH,
        fields=(_USER,),
        read=readers.lastfm_loved,
    ),
    ListKind(
        name="lidarr",
        title="Lidarr: artists",
        about="Everybody whom Lidarr collects. Lidarr can also tell of a new one at once.",
        service="lidarr",
        glyph="database",
        filters=(MONITORED, GENRES),
        read=readers.lidarr_artists,
    ),
    ListKind(
        name="plex",
        title="Plex: music library",
        about="Everybody in a music library.",
        service="plex",
        glyph="database",
        fields=(
            Field(
                name="library",
                label="Music library",
                help="Its number at Plex, or choose it below.",
                required=True,
                is_offered=True,
                check=_ref,
            ),
        ),
        filters=(GENRES,),
        read=readers.plex_artists,
        offers=readers.plex_libraries,
    ),
    ListKind(
        name="youtube_playlist",
        title="YouTube: playlist",
        about="Exactly the uploads of a playlist, or just their artists.",
        service="youtube",
        glyph="playlists",
        modes=(VIDEOS, ARTISTS),
        fields=(
            Field(
                name="address",
                label="Address of the playlist",
                help="A playlist that is public or unlisted.",
                required=True,
                most=500,
                check=_youtube_list,
            ),
        ),
        read=readers.youtube_uploads,
    ),
    ListKind(
        name="youtube_channel",
        title="YouTube: channel",
        about="Exactly the uploads of a channel, or just their artists.",
        service="youtube",
        glyph="videos",
        modes=(VIDEOS, ARTISTS),
        fields=(
            Field(
                name="address",
                label="Address of the channel",
                help="Such as youtube.com/@name.",
                required=True,
                most=500,
                check=_youtube_list,
            ),
        ),
        read=readers.youtube_uploads,
    ),
    ListKind(
        name="text",
        title="Text, CSV or M3U",
        about="Names that you paste, or a file with them.",
        glyph="file",
        modes=BOTH,
    ),
)


def find(name: str) -> ListKind:
    """Raises NotFound."""
    kind = next((kind for kind in ALL if kind.name == name), None)
    if kind is None:
        raise NotFound(f"There is no kind of list {name}.")
    return kind
