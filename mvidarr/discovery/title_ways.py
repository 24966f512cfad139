"""The ways to tell an artist from a song in a stretch of a title that has no dash."""

import re
from collections.abc import Callable
from dataclasses import dataclass

from mvidarr.core.terms import VideoType
from mvidarr.discovery import channels, title_asides, title_parts, title_words
from mvidarr.discovery.title_asides import Notes
from mvidarr.discovery.title_parts import Span

DASH, QUOTES, SIGN = "dash", "quotes", "sign"
CORNERS = "「『【《〈"
LONGEST_CREDIT = 7  # words; what is longer before a colon or a quote is a sentence

_PERFORMS = re.compile(r"\s(?:performs?|performing|sings?|singing)\s+$", re.I)
_SONG = re.compile(r"\ssong$", re.I)
_EDGE = re.compile(r"\s*(?:[.:|/,]\s|[\"“'‘「『])")


@dataclass(kw_only=True, slots=True)
class Names:
    """Both names as far as they are found; `is_split` when the title itself has both."""

    artist: str = ""
    title: str = ""
    is_split: bool = False
    way: str = ""  # what divides them: a dash, quotes, or a sign that divides much else


def pair(artist: str, title: str) -> Names:
    return Names(artist=artist, title=title, is_split=bool(artist and title))


def gap_kept(part: str, notes: Notes) -> str:
    """The part without decoration; double spaces stay, for they may separate."""
    trimmed = title_asides.trim_tail(title_parts.without_credit(part), notes)
    named, guests = title_parts.take_guests(trimmed)
    notes.add_guests(guests)
    return title_asides.trim_tail(named, notes).strip()


def name(part: str, notes: Notes) -> str:
    part = gap_kept(part, notes)
    spans = title_parts.quotes(part)
    if spans and spans[0].start == 0 and spans[0].inner:
        rest = part[spans[0].end :].strip()
        if not rest or title_asides.take(rest, notes):
            return spans[0].inner
    return title_parts.tidy(part)


def from_one(part: str, own: tuple[str, ...], notes: Notes) -> Names:
    """The names in a stretch without dashes, or the whole of it as the song's."""
    ways: tuple[Callable[[str, tuple[str, ...], Notes], Names], ...] = (
        _by_owner,
        _by_quotes,
        _by_slash,
        _by_signs,
        _by_word,
        _by_bracket,
    )
    for way in ways:
        names = way(part, own, notes)
        if names.artist:
            names.way = names.way or SIGN
            return names
    return Names(title=name(part, notes))


def _by_owner(part: str, own: tuple[str, ...], notes: Notes) -> Names:
    """`Foo Fighters. Walk.` on the channel of the Foo Fighters."""
    for known in own:
        if part[: len(known)].casefold() == known.casefold():
            edge = _EDGE.match(part, len(known))
            if edge and edge.group().strip() not in tuple(CORNERS):
                return pair(part[: len(known)], name(part[len(known) :].strip(" .:|/,"), notes))
    return Names()


def _by_quotes(part: str, own: tuple[str, ...], notes: Notes) -> Names:
    """`Artist "Song" and asides`; with single quotes nothing but asides may follow."""
    groups = title_parts.brackets(part)
    corners = [span for span in groups if part[span.start] in CORNERS]
    outside = [span for span in title_parts.quotes(part) if not _is_inside(span, groups)]
    for span in (*outside, *corners):
        before, after = _PERFORMS.sub(" ", part[: span.start]), _after(part, span)
        if not before.strip() or (not before[-1].isspace() and part[span.start] in "'‘`"):
            continue
        if len(title_words.words(before)) > LONGEST_CREDIT:
            break
        is_single = part[span.start] in "'‘`"
        if after and not title_asides.take_bracket(after, notes) and is_single:
            continue
        names = pair(title_parts.tidy(before), span.inner)
        names.way = SIGN if after and not title_asides.is_aside(after) else QUOTES
        return names
    return Names()


def _after(part: str, span: Span) -> str:
    """What follows a quote, without a bracket at its end that has quotes of its own."""
    after = part[span.end :].strip()
    return title_parts.without_round(after) if after.endswith(")") else after


def _is_inside(span: Span, groups: list[Span]) -> bool:
    return any(group.start < span.start and span.end <= group.end for group in groups)


def _by_slash(part: str, own: tuple[str, ...], notes: Notes) -> Names:
    """`Song / Artist` as in Japan, or the other way round on the artist's channel."""
    found = [name(side, notes) for side in title_parts.split(part, title_parts.SLASH)]
    if len(found) != 2 or not all(found):
        return Names()
    for index, side in enumerate(found):
        if channels.is_same(side, own):
            return pair(side, found[1 - index])
    is_latin = part.isascii() or found[1].isascii()
    return Names() if is_latin else pair(found[1], found[0])


def _by_signs(part: str, own: tuple[str, ...], notes: Notes) -> Names:
    for sign in (title_parts.COLON, title_parts.GAP):
        found = title_parts.split(part, sign)
        is_credit = len(title_words.words(found[0])) <= LONGEST_CREDIT if found else False
        if len(found) != 2 or not is_credit:
            continue
        if _SONG.search(found[0]) and not own:  # Name Song: Artist, Artist
            return pair(name(found[1], notes), name(_SONG.sub("", found[0]), notes))
        if not title_asides.take(found[1], notes):
            return pair(name(found[0], notes), name(found[1], notes))
        if VideoType.LIVE in notes.types:  # Artist: Tiny Desk Concert
            return Names(artist=name(found[0], notes))
    return Names()


def _by_word(part: str, own: tuple[str, ...], notes: Notes) -> Names:
    """`Song by Artist`, unless the whole is the name of a song on the artist's own channel."""
    found = title_parts.split(part, title_parts.BY)
    if len(found) == 2 and (not own or channels.is_same(found[1], own)):
        return pair(name(found[1], notes), name(found[0], notes))
    return Names()


def _by_bracket(part: str, own: tuple[str, ...], notes: Notes) -> Names:
    """`Song (Artist)` or `[Artist] Song` on the artist's own channel."""
    spans = title_parts.brackets(part)
    for span in (*spans[-1:], *spans[:1]):
        is_by = span.inner.startswith("by ") and span.start > 0
        if is_by or channels.is_same(span.inner, own):
            rest = f"{part[: span.start]} {part[span.end :]}"
            return pair(span.inner.removeprefix("by "), name(rest, notes))
    return Names()
