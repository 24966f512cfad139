"""Finding the artist's and the song's name in a title that is cleared of its asides."""

import re
from itertools import pairwise

from mvidarr.core.terms import VideoType
from mvidarr.discovery import (
    channels,
    title_asides,
    title_parts,
    title_types,
    title_ways,
    title_words,
)
from mvidarr.discovery.title_asides import Notes
from mvidarr.discovery.title_ways import Names

_REACTS = re.compile(
    r"^[^-–—|]*?\b(?:reacts?(?:ing)? to|reaction to|reaccion(?:ando)? a|reagindo a|réagi[rt] à"
    r"|first (?:time|listen)\w*(?: hearing| listening| reaction)?(?: to)?)\b:?\s+(?=\S)",
    re.I,
)
_FILM = {"full video", "full song", "video song", "lyrical", "full audio"}
_FILM_PIPES = 4  # stretches; Indian labels list the film, its actors and authors
_NUMBER = re.compile(r"\s#\d+$")
_FLAG = re.compile("[\U0001f1e6-\U0001f1ff]{2}")
_BY = re.compile(r"by\s+", re.I)
_CREDITS = re.compile(r"(?!(?:feat|ft|featuring|with|and|x|vs|part|pt)\b)[^\W\d_]", re.I)
_MAKING = re.compile(r"^(?:the )?making[ -]of:?\s+(?:the\s+)?(?=\S)", re.I)


def read(plain: str, own: tuple[str, ...], notes: Notes) -> Names:
    """The names in a title; `own` are the names that its channel goes by."""
    bare = _without_label(_without_brackets(_opened(plain), notes), notes)
    segments = [parts for part in _segments(bare, notes) if (parts := _parts(part, own, notes))]
    if not segments:
        return Names()
    main = _main(segments)
    if len(main) > 1 and not own and len(segments) >= _FILM_PIPES:  # Song - Film | Actors | …
        return _settled(Names(title=main[0], is_split=True), own, notes)
    if len(main) > 1:
        names = title_ways.pair(main[0], " - ".join(main[1:]))
        names.way = title_ways.DASH
    else:
        names = title_ways.from_one(main[0], own, notes)
        if not names.is_split and len(segments) > 1:
            names = _from_segments([parts[0] for parts in segments], own, notes)
            names.way = title_ways.SIGN
    return _settled(names, own, notes)


def _main(segments: list[list[str]]) -> list[str]:
    """The stretch with both names; of many stretches only the first can be it."""
    wanted = segments[:1] if len(segments) >= _FILM_PIPES else segments
    return next((parts for parts in wanted if len(parts) > 1), segments[0])


def read_song(plain: str, notes: Notes) -> str:
    """The song's name where nothing else than versions and guests can stand beside it."""
    found = title_parts.split(_without_brackets(plain, notes), title_parts.DASH)
    kept = found[:1] + [part for part in found[1:] if not _take_tail(part, notes)]
    return read_exact(" - ".join(kept), notes) or title_parts.tidy(plain)


def read_exact(plain: str, notes: Notes) -> str:
    """The song's name without brackets and guests, whatever signs are in it."""
    name, guests = title_parts.take_guests(_without_brackets(plain, notes))
    notes.add_guests(guests)
    return title_parts.tidy(name)


def _without_brackets(plain: str, notes: Notes) -> str:
    """The title without the brackets that say nothing of the song's name."""
    kept, start = "", 0
    for span in title_parts.brackets(plain):
        if span.end - span.start < len(plain) and title_asides.take_bracket(span.inner, notes):
            notes.is_in_brackets |= VideoType.OFFICIAL in notes.types
            kept = f"{kept}{plain[start : span.start]}".rstrip()
            start = span.end + len(plain[span.end :]) - len(plain[span.end :].lstrip())
            is_divider = _divides(kept, plain[start:])
            notes.is_song_first |= is_divider
            by = _BY.match(plain, start) if is_divider else None
            start = by.end() if by else start
            is_divider |= title_asides.is_plain_aside(span.inner) and _trails(kept, plain[start:])
            kept += " | " if is_divider else " / " if _repeats(kept, plain[start:]) else " "
    tail = plain[start:].strip()
    if kept.strip() and tail and _take_rest(tail, notes):  # (Official Video) REACTION
        return kept.strip()
    return f"{kept}{plain[start:]}".strip()


def _take_rest(part: str, notes: Notes) -> bool:
    """What follows the last bracket; it may end a quote that the bracket was in."""
    if part[0] in "\"'”’」』":
        return title_parts.unquoted(part) != part
    return title_asides.take(part, notes)


def _opened(plain: str) -> str:
    """The title without the brackets around both names at its start."""
    first = next(iter(title_parts.brackets(plain)), None)
    if first and first.start == 0 and plain[0] in "[【" and title_parts.DASH.search(first.inner):
        return f"{first.inner} | {plain[first.end :]}"
    return plain


def _divides(before: str, after: str) -> bool:
    """Whether a bracket that says nothing of the names divides them: `Song (Video) Artist`."""
    if not before or "|" in before or not title_words.words(after) or after[0] in "-–—|/:([{":
        return False
    is_open = not any(sign.search(before) for sign in _DIVIDERS) and not title_parts.quotes(before)
    return is_open and not title_parts.DASH.search(after) and not title_asides.is_aside(after)


def _trails(before: str, after: str) -> bool:
    """Whether both names stand before an "(Official Video)", and credits follow it."""
    is_named = any(sign.search(before) for sign in (title_parts.DASH, title_parts.COLON))
    return is_named and bool(_CREDITS.match(after)) and not title_parts.DASH.search(after)


def _repeats(before: str, after: str) -> bool:
    """Whether both names follow again, in another script."""
    is_twice = title_parts.DASH.search(before) and title_parts.DASH.search(after)
    is_open = bool(is_twice) and "/" not in (before[-1], after[0])
    return is_open and before.isascii() and not any(char in _LATIN for char in after)


_LATIN = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ")
_DIVIDERS = (title_parts.DASH, title_parts.TIGHT_DASH, title_parts.COLON, title_parts.PIPE)


def _without_label(bare: str, notes: Notes) -> str:
    """The title without a word like "Full song:" or "MV_" before the names."""
    found = title_parts.split(bare, title_parts.COLON)
    if len(found) > 1 and title_asides.is_heading(found[0]):
        notes.add_words(title_words.words(found[0]))
        bare = bare[bare.index(found[0]) + len(found[0]) :].lstrip(" :")
    reacts = _REACTS.match(bare)
    if reacts:
        notes.types.add(VideoType.REACTION)
        return bare[reacts.end() :]
    return bare


def _segments(bare: str, notes: Notes) -> list[str]:
    """The stretches between pipes that may name something."""
    found = title_parts.split(bare, title_parts.PIPE)
    kept = [segment for segment in found[1:] if not _take_segment(segment, notes)]
    if kept and title_asides.is_plain_aside(found[0]):
        notes.add_words(title_words.words(found[0]))
        return kept
    return found[:1] + kept


def _take_segment(segment: str, notes: Notes) -> bool:
    if _NUMBER.search(segment):  # one of a series, each with its own song
        return False
    if title_words.words(segment)[:1] == ["live"]:
        return title_asides.take_bracket(segment, notes)
    first = title_parts.split(segment, title_parts.DASH)[:1]
    return all(map(title_asides.is_aside, first)) and title_asides.take(segment, notes)


def _parts(segment: str, own: tuple[str, ...], notes: Notes) -> list[str]:
    """The names between dashes, each without trailing decoration and guests."""
    found = title_parts.split(_once(segment), title_parts.DASH)
    if len(found) == 1:
        found = title_parts.split(segment, title_parts.TIGHT_DASH)
    if len(found) > 1 and title_asides.is_label(found[0]):
        notes.add_words(title_words.words(found.pop(0)))
    if len(found) > 2 and title_words.words(found[0]) == title_words.words(found[1]):
        found.pop(0)
    if len(found) < 2:
        return [name for part in found if (name := title_ways.gap_kept(part, notes))]
    kept = found[:1] + _song_parts(found, own, notes)
    return [name for part in kept if (name := title_ways.name(part, notes))]


def _once(segment: str) -> str:
    """The first half of `Artist - Song / Artist - Song` in two scripts."""
    sides = title_parts.split(segment, title_parts.SLASH)
    is_twice = len(sides) == 2 and all(title_parts.DASH.search(side) for side in sides)
    return sides[0] if is_twice and sides[0].isascii() != sides[1].isascii() else segment


def _song_parts(found: list[str], own: tuple[str, ...], notes: Notes) -> list[str]:
    """What follows the first dash, without the parts that are asides."""
    second, rest = _made(found[1], notes), found[2:]
    kept = [part for part in rest if not _take_tail(part, notes)]
    is_year = second[0].isdigit() and "remaster" not in second.casefold()  # 1979 HD
    if not rest and title_asides.is_tail(second) and not is_year:
        return _lone_aside(found[0], second, own, notes)
    if rest and title_asides.is_plain_aside(second) and not is_year:
        title_asides.take(second, notes)
        return kept
    return [second, *kept]


def _made(part: str, notes: Notes) -> str:
    """The song's name in "The Making of …"."""
    match = _MAKING.match(part)
    if match is None:
        return part
    notes.types.add(VideoType.BEHIND_THE_SCENES)
    return part[match.end() :]


def _take_tail(part: str, notes: Notes) -> bool:
    if _FLAG.search(part):  # where a contest's singer comes from
        return True
    bare, guests = title_parts.take_guests(title_parts.without_square(part))
    if not title_asides.take_bracket(bare, notes):
        return False
    notes.add_guests(guests)
    return True


def _lone_aside(first: str, second: str, own: tuple[str, ...], notes: Notes) -> list[str]:
    """`Song - Live` on the artist's channel has no artist; `Artist - Live from X` has no song."""
    if _is_kind(second, VideoType.TRAILER):
        title_asides.take(second, notes)
        return []
    is_artist = channels.is_same(first, own) or _is_kind(second, VideoType.CONCERT)
    if not is_artist and (own or title_asides.is_plain_aside(second)):
        title_asides.take(second, notes)
        return []
    if "live" in title_words.words(second) or _is_kind(second, VideoType.CONCERT):
        notes.types.add(VideoType.CONCERT)
        notes.versions.append("Live")
        return [title_parts.without_round(second)]
    return [second]


def _is_kind(part: str, kind: VideoType) -> bool:
    return kind in title_asides.types_in(title_words.words(part), title_types.ANYWHERE)


def _from_segments(segments: list[str], own: tuple[str, ...], notes: Notes) -> Names:
    """Names between pipes: the owner's is the artist; of three and more the first is the song."""
    for index, segment in enumerate(segments):
        if channels.is_same(segment, own):
            return title_ways.pair(segment, segments[0 if index else 1])
    if not own and _FILM & {phrase for said in notes.dropped for phrase in _phrases(said)}:
        return Names(title=segments[0], is_split=True)
    if len(segments) == 2:
        artist, title = segments[:: -1 if notes.is_song_first else 1]
        return title_ways.pair(artist, title)
    return Names(title=segments[0], is_split=True)


def _phrases(said: str) -> set[str]:
    listed = said.split()
    return {f"{one} {other}" for one, other in pairwise(listed)} | set(listed)


def _settled(names: Names, own: tuple[str, ...], notes: Notes) -> Names:
    artist, title = names.artist, names.title
    if names.is_split and channels.is_same(title, own) and not channels.is_same(artist, own):
        artist, title = title, artist
    if {VideoType.ALTERED, VideoType.FAN} & notes.types and not artist:  # AMV - Song (Artist)
        spans = title_parts.brackets(title)
        if spans and spans[-1].start and spans[-1].end == len(title):
            artist, title = spans[-1].inner, title[: spans[-1].start]
    artist = _unbracketed(title_parts.tidy(artist))
    return Names(
        artist=artist,
        title=_native(_cornered(title_parts.tidy(title_parts.unquoted(title))), own, notes),
        is_split=names.is_split or bool(artist and title),
        way=names.way,
    )


def _cornered(title: str) -> str:
    spans = title_parts.brackets(title)
    is_whole = len(spans) == 1 and spans[0].end - spans[0].start == len(title)
    is_named = is_whole and bool(spans[0].inner) and title[0] in title_ways.CORNERS
    return spans[0].inner if is_named else title


def _unbracketed(name: str) -> str:
    """An artist's name without square brackets, and out of them when they hold it all."""
    spans = title_parts.brackets(name)
    is_whole = len(spans) == 1 and spans[0].end - spans[0].start == len(name)
    return spans[0].inner or name if is_whole else title_parts.without_square(name)


def _native(name: str, own: tuple[str, ...], notes: Notes) -> str:
    """The name without its spelling in Latin letters, or the artist, after a slash."""
    found = title_parts.split(name, title_parts.SLASH)
    is_twice = len(found) == 2 and found[1].isascii() and not found[0].isascii()
    if is_twice or (len(found) == 2 and channels.is_same(found[1], own)):
        return title_asides.trim_tail(found[0], notes)
    return name
