"""The closed list of naming tokens: what each is called and what it says of a video. Pure."""

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass

from mvidarr.core import text
from mvidarr.core.terms import VideoType


@dataclass(frozen=True, kw_only=True, slots=True)
class NameFacts:
    """What a name can tell; empty means unknown. Codecs as the probe names them."""

    artist: str
    title: str
    artist_sort: str = ""
    version: str = ""
    type: VideoType = VideoType.UNSPECIFIED
    year: int | None = None
    album: str = ""
    directors: tuple[str, ...] = ()
    label: str = ""
    featured: tuple[str, ...] = ()
    quality: str = ""  # 1080p
    video_codec: str = ""
    audio_codec: str = ""
    source: str = ""  # youtube
    source_id: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Token:
    """One word of the grammar; `aliases` are the spellings of the *arr family.

    `may_be_cut`: when a name is too long, this is where it is shortened.
    """

    name: str
    help: str
    value: Callable[[NameFacts], str]
    aliases: tuple[str, ...] = ()
    may_be_cut: bool = False


_ARTICLE = re.compile(r"(the|an?) (\S.*)", re.I)
_CODECS = {
    "mpeg4": "MPEG-4",
    "opus": "Opus",
    "vorbis": "Vorbis",
}
_HEIGHTS = (4320, 2160, 1440, 1080, 720, 480, 360, 240, 144)
_SOURCES = {"youtube": "YouTube", "vimeo": "Vimeo"}


def quality_of(width: int | None, height: int | None) -> str:
    """1080p and so on, whatever bars were cut away; empty when it was not measured."""
    if not width or not height:
        return ""
    short, long = sorted((width, height))
    lines = max(short, round(long * 9 / 16))
    # encoders cut a few lines, to multiples of 8 or 16
    return f"{next((step for step in _HEIGHTS if lines >= step * 0.95), lines)}p"


def version_of(facts: NameFacts) -> str:
    """The version, else the type's name where it is not plainly the video itself."""
    plain = facts.type in (VideoType.OFFICIAL, VideoType.UNSPECIFIED)
    return facts.version or ("" if plain else facts.type.label)


def _type(facts: NameFacts) -> str:
    return "" if facts.type is VideoType.UNSPECIFIED else facts.type.label


def _artist_sort(facts: NameFacts) -> str:
    article = _ARTICLE.fullmatch(facts.artist)
    moved = f"{article[2]}, {article[1]}" if article else facts.artist
    return facts.artist_sort or moved


def _initial(facts: NameFacts) -> str:
    """A folder for many artists: the first letter without accent, 0-9 for digits, else #."""
    for char in text.sort_key(_artist_sort(facts)):
        if char.isdecimal():
            return "0-9"
        if char.isalpha():
            return unicodedata.normalize("NFC", char.upper())
    return "#"


def _codec(name: str) -> str:
    return _CODECS.get(name, name.upper())


TOKENS = (
    Token(
        name="Artist",
        help="Name of the artist.",
        value=lambda facts: facts.artist,
        aliases=("Artist Name", "Artist CleanName"),
        may_be_cut=True,
    ),
    Token(
        name="Artist Sort",
        help="Name as it is sorted: Beatles, The.",
        value=_artist_sort,
        aliases=("Artist NameThe", "Artist CleanNameThe", "Artist Sort Name"),
        may_be_cut=True,
    ),
    Token(
        name="Artist Initial",
        help="First letter of the sorted name.",
        value=_initial,
        aliases=("Artist NameFirstCharacter",),
    ),
    Token(
        name="Title",
        help="Title of the song.",
        value=lambda facts: facts.title,
        aliases=(
            "Video Title",
            "Track Title",
            "Track CleanTitle",
            "Movie Title",
            "Movie CleanTitle",
        ),
        may_be_cut=True,
    ),
    Token(
        name="Version",
        help="Director's cut, Remix …; else the type, unless it is the official video.",
        value=version_of,
        aliases=("Video Version", "Edition Tags"),
        may_be_cut=True,
    ),
    Token(
        name="Type",
        help="Official, Live, Lyric video …",
        value=_type,
        aliases=("Video Type",),
    ),
    Token(
        name="Year",
        help="Year of the video.",
        value=lambda facts: str(facts.year or ""),
        aliases=("Release Year",),
    ),
    Token(
        name="Album",
        help="Album of the song.",
        value=lambda facts: facts.album,
        aliases=("Album Title", "Album CleanTitle"),
        may_be_cut=True,
    ),
    Token(
        name="Director",
        help="Who directed the video.",
        value=lambda facts: ", ".join(facts.directors),
        may_be_cut=True,
    ),
    Token(
        name="Label",
        help="Record label.",
        value=lambda facts: facts.label,
        aliases=("Record Label",),
        may_be_cut=True,
    ),
    Token(
        name="Featured",
        help="Featured artists.",
        value=lambda facts: ", ".join(facts.featured),
        aliases=("Featured Artists",),
        may_be_cut=True,
    ),
    Token(
        name="Quality",
        help="Height of the picture: 1080p.",
        value=lambda facts: facts.quality,
        aliases=("Quality Full", "Quality Title"),
    ),
    Token(
        name="Video Codec",
        help="H264, AV1 …",
        value=lambda facts: _codec(facts.video_codec),
        aliases=("MediaInfo VideoCodec",),
    ),
    Token(
        name="Audio Codec",
        help="AAC, Opus …",
        value=lambda facts: _codec(facts.audio_codec),
        aliases=("MediaInfo AudioCodec",),
    ),
    Token(
        name="Source",
        help="Where it was downloaded: YouTube.",
        value=lambda facts: _SOURCES.get(facts.source, facts.source.capitalize()),
    ),
    Token(
        name="Source Id",
        help="Id of the upload.",
        value=lambda facts: facts.source_id,
        aliases=("Video Id",),
    ),
)
