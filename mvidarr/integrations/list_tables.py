"""Lists as tables: CSV with any of the usual signs between the columns, headed in many languages.

Without a header the first column is the artist.
"""

import csv
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

from mvidarr.core import text
from mvidarr.integrations import list_entries, listing, shapes
from mvidarr.integrations.protocols import Listed

SIGNS = ",;\t|"
MOST_COLUMNS = 200  # what stands further right is not looked at
LONGEST = 10_000  # characters of a header

# What the columns are called; where several are there, the first of these is meant.
_CALLED: dict[str, tuple[str, ...]] = {
    "artist": (
        *("artist", "artists", "artist name", "artist names", "artist name(s)", "artist(s)"),
        *("track artist", "main artist", "band", "performer", "creator"),
        *("künstler", "künstlername", "künstlername(n)", "interpret", "interpreten"),
        *("artiste", "artistes", "interprète", "nom de l'artiste", "nom(s) de l'artiste"),
        *("artista", "artistas", "intérprete", "nombre del artista", "nombre(s) del artista"),
        *("nome do artista", "nome(s) do artista", "nome dell'artista", "artisti"),
        *("artiest", "artiesten", "naam van artiest", "artistens namn", "wykonawca"),
        *("sanatçı", "sanatçı adı", "исполнитель", "アーティスト", "アーティスト名"),
        *("όνομα/τα καλλιτέχνη", "أسماء الفنانين", "album artist", "albuminterpret"),
    ),
    "title": (
        *("title", "track", "track name", "track title", "song", "song name", "song title"),
        *("titel", "titelname", "track-name", "lied", "titre", "nom du titre", "chanson"),
        *("título", "canción", "nombre de la canción", "música", "faixa", "nome da faixa"),
        *("titolo", "brano", "nome della traccia", "nummer", "nummernaam", "låt"),
        *("låtens namn", "utwór", "tytuł", "parça", "parça adı", "название", "песня"),
        *("曲名", "トラック名", "όνομα κομματιού", "اسم الأغنية", "name"),
    ),
    "album": (
        *("album", "album name", "album title", "album-name", "nom de l'album", "álbum"),
        *("nombre del álbum", "nome do álbum", "nome dell'album", "naam van album"),
        *("albumets namn", "albüm", "albüm adı", "альбом", "アルバム", "アルバム名"),
    ),
    "year": (
        *("year", "release year", "release date", "album release date", "date", "jahr"),
        *("veröffentlichungsdatum des albums", "année", "date de sortie de l'album", "año"),
        *("fecha de lanzamiento del álbum", "ano", "data de lançamento do álbum", "anno"),
        *("data di rilascio dell'album", "jaar", "releasedatum van het album", "år", "rok"),
        *("albumets releasedatum", "yıl", "albüm çıkış tarihi", "год", "年", "アルバム発売日"),
    ),
    "mbid": (
        *("artist mbid", "artist_mbid", "mb_artist", "musicbrainz_artistid"),
        *("musicbrainz artist id", "foreignartistid", "mbid", "musicbrainz id"),
    ),
    "isrc": ("isrc",),
    "duration": ("duration (ms)", "track duration (ms)", "duration_ms", "duration", "length"),
    "plays": ("plays", "playcount", "play count", "scrobbles", "wiedergaben"),
    "genres": ("genres", "genre", "artist genres", "künstler-genres", "genres de l'artiste"),
}
_SEVERAL = re.compile(r"\((?:s|n)\)|artists|artistes|artistas|artisti|interpreten|/", re.IGNORECASE)
_COMMA = re.compile(r"(?<!\\),")
_ARTIST_URI = re.compile(r"spotify:artist:([0-9A-Za-z]{22})")
_YEAR = re.compile(r"(?<!\d)(?:1[89]|20)\d\d(?!\d)")
_CLOCK = re.compile(r"(?:(\d{1,2}):)?(\d{1,3}):(\d\d)")
_SEPARATED = re.compile(r"sep=([,;\t|])\s*", re.IGNORECASE)
_NOT_WORD = re.compile(r"[\W_]+")
_MILLISECONDS = 10_000  # no song lasts as many seconds


class NotATable(Exception):
    """The text cannot be read as a table; says why, in a sentence."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Columns:
    """Which column holds what; without a header only the first is known."""

    places: dict[str, int] = field(default_factory=dict)
    lists_several: bool = False  # artists in one cell

    def cell(self, row: Sequence[str], kind: str) -> str:
        place = self.places.get(kind)
        return text.tidy(row[place]) if place is not None and place < len(row) else ""


def has_header(plain: str) -> bool:
    """Whether a text begins like a table that says which of its columns is the artist."""
    _, lines = _opened(plain)
    heads = [_cells(line, sign) for line in lines[:1] for sign in SIGNS]
    return any(len(cells) > 1 and "artist" in _columns(cells).places for cells in heads)


def entries(plain: str) -> Iterator[Listed]:
    """What the rows say. Raises NotATable."""
    sign, lines = _opened(plain)
    columns: Columns | None = None
    reader = csv.reader(lines, delimiter=sign or _sign(lines))
    try:
        for row in reader:
            if not any(map(str.strip, row)):
                continue
            if columns is None:
                columns = _columns(row)
                if columns.places:
                    continue
            yield _entry(row[:MOST_COLUMNS], columns)
    except csv.Error:
        raise NotATable(
            f"The table cannot be read near line {reader.line_num:,}. Export it as CSV again."
        ) from None


def _opened(plain: str) -> tuple[str, list[str]]:
    """The sign that the table names itself, or "", and its lines; none of the first is blank."""
    lines = plain.lstrip("\r\n").splitlines(keepends=True)
    named = _SEPARATED.fullmatch(lines[0]) if lines else None
    return (named[1], lines[1:]) if named else ("", lines)


def _sign(lines: Sequence[str]) -> str:
    """What stands between the columns: that by which most headers are known, or most cells."""
    first = next(iter(lines), "")

    def worth(sign: str) -> tuple[int, int]:
        cells = _cells(first, sign)
        return len(_columns(cells).places), len(cells)

    return max(SIGNS, key=worth)


def _cells(line: str, sign: str) -> list[str]:
    return next(csv.reader([line[:LONGEST]], delimiter=sign), [])


def _columns(head: Sequence[str]) -> Columns:
    known: dict[str, int] = {}
    for place, cell in reversed(list(enumerate(head[:MOST_COLUMNS]))):
        known[_folded(cell)] = place
    places = {
        kind: known[name]
        for kind, names in _NAMES.items()
        if (name := next((name for name in names if name in known), None)) is not None
    }
    if not {"artist", "title"} & set(places):
        return Columns()
    artist = head[places["artist"]] if "artist" in places else ""
    return Columns(places=places, lists_several=bool(_SEVERAL.search(artist)))


def _folded(cell: str) -> str:
    return _NOT_WORD.sub(" ", text.fold(cell)).strip()


def _entry(row: Sequence[str], columns: Columns) -> Listed:
    uris = _ARTIST_URI.findall(next((cell for cell in row if _ARTIST_URI.search(cell)), ""))
    artist, title = _names(row, columns, len(uris))
    uploads = (list_entries.upload_of(cell, title) for cell in row if "/" in cell)
    entry = list_entries.named(artist, title, next(filter(None, uploads), None))
    plays = re.sub(r"[^\d]", "", columns.cell(row, "plays"))
    year = _YEAR.search(columns.cell(row, "year"))
    return replace(
        entry,
        ids={
            **listing.mb_ids(columns.cell(row, "mbid")),
            **({"spotify_artist": uris[0]} if uris else {}),
        },
        album=columns.cell(row, "album") or None,
        year=int(year[0]) if year else None,
        isrc=columns.cell(row, "isrc") or None,
        duration=_seconds(columns.cell(row, "duration")),
        plays=shapes.whole(plays),
        genres=tuple(filter(None, map(str.strip, columns.cell(row, "genres").split(",")))),
    )


def _names(row: Sequence[str], columns: Columns, count: int) -> tuple[str, str]:
    """Artist and title of a row; `count` says how many artists it has, 0 when nothing does."""
    if not columns.places:
        return (row[0], "") if len(row) > 1 else list_entries.split(row[0])
    title = columns.cell(row, "title")
    if "artist" not in columns.places:
        return list_entries.split(title)
    artist = columns.cell(row, "artist")
    if count != 1 and (columns.lists_several or count):
        # the one export tool separates by semicolons, the other escapes what is no separator
        artist = artist.split(";")[0] if ";" in artist else _COMMA.split(artist)[0]
    return artist.replace("\\,", ","), title


def _seconds(cell: str) -> float | None:
    """A length in seconds from 3:45, from seconds, or from milliseconds when it is so large."""
    if clock := _CLOCK.fullmatch(cell):
        hours, minutes, seconds = (int(part or 0) for part in clock.groups())
        return float(hours * 3600 + minutes * 60 + seconds) or None
    number = shapes.whole(cell[:12])
    if number is None or number <= 0:
        return None
    return number / 1000 if number >= _MILLISECONDS else float(number)


# compared without accents and signs
_NAMES = {kind: tuple(map(_folded, names)) for kind, names in _CALLED.items()}
