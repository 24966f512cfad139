"""Finding the artist's and the song's name in a title that is cleared of its asides."""

import re
from collections.abc import Callable
from dataclasses import dataclass

from mvidarr.core.terms import VideoType
from mvidarr.discovery import channels, title_asides, title_parts, title_words
from mvidarr.discovery.title_asides import Notes

LONGEST_CREDIT = 7  # words; what is longer before a colon or a quote is a sentence

_EDGE = re.compile(r"\s*(?:[.:|/,]\s|[\"“'‘「『])")


@dataclass(kw_only=True, slots=True)
class Names:
    """Both names as far as they are found; `is_split` when the title itself has both."""

    artist: str = ""
    title: str = ""
    is_split: bool = False


def read(plain: str, own: tuple[str, ...], notes: Notes) -> Names:
    """The names in a title; `own` are the names that its channel goes by."""
    bare = _without_label(_without_brackets(plain, notes), notes)
    segments = [parts for part in _segments(bare, notes) if (parts := _parts(part, own, notes))]
    if not segments:
        return Names()
    main = next((parts for parts in segments if len(parts) > 1), segments[0])
    if len(main) > 1:
        names = _pair(main[0], " - ".join(main[1:]))
    else:
        names = _from_one(main[0], own, notes)
        if not names.is_split and len(segments) > 1:
            names = _from_segments([parts[0] for parts in segments], own)
    return _settled(names, own, notes)


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


def _pair(artist: str, title: str) -> Names:
    return Names(artist=artist, title=title, is_split=bool(artist and title))


def _without_brackets(plain: str, notes: Notes) -> str:
    """The title without the brackets that say nothing of the song's name."""
    kept, start = "", 0
    for span in title_parts.brackets(plain):
        if span.end - span.start < len(plain) and title_asides.take(span.inner, notes):
            kept = f"{kept}{plain[start : span.start]}".rstrip() + " "
            start = span.end + len(plain[span.end :]) - len(plain[span.end :].lstrip())
    tail = plain[start:].strip()
    if kept.strip() and tail and title_asides.take(tail, notes):  # (Official Video) REACTION
        return kept.strip()
    return f"{kept}{plain[start:]}".strip()


def _without_label(bare: str, notes: Notes) -> str:
    """The title without a word like "Full song:" or "MV_" before the names."""
    found = title_parts.split(bare, title_parts.COLON)
    if len(found) > 1 and title_asides.is_plain_aside(found[0]):
        notes.add_words(title_words.words(found[0]))
        return bare[bare.index(found[0]) + len(found[0]) :].lstrip(" :")
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
    first = title_parts.split(segment, title_parts.DASH)[:1]
    return all(map(title_asides.is_aside, first)) and title_asides.take(segment, notes)


def _parts(segment: str, own: tuple[str, ...], notes: Notes) -> list[str]:
    """The names between dashes, each without trailing decoration and guests."""
    found = title_parts.split(segment, title_parts.DASH)
    if len(found) == 1:
        found = title_parts.split(segment, title_parts.TIGHT_DASH)
    if len(found) > 1 and title_asides.is_label(found[0]):
        notes.add_words(title_words.words(found.pop(0)))
    if len(found) > 2 and title_words.words(found[0]) == title_words.words(found[1]):
        found.pop(0)
    if len(found) < 2:
        return [name for part in found if (name := _gap_kept(part, notes))]
    kept = found[:1] + _song_parts(found, own, notes)
    return [name for part in kept if (name := _name(part, notes))]


def _song_parts(found: list[str], own: tuple[str, ...], notes: Notes) -> list[str]:
    """What follows the first dash, without the parts that are asides."""
    second, rest = found[1], found[2:]
    kept = [part for part in rest if not _take_tail(part, notes)]
    if not rest and title_asides.is_tail(second) and not second[0].isdigit():  # 1979 HD
        return _lone_aside(found[0], second, own, notes)
    if rest and title_asides.is_plain_aside(second):
        title_asides.take(second, notes)
        return kept
    return [second, *kept]


def _take_tail(part: str, notes: Notes) -> bool:
    bare, guests = title_parts.take_guests(title_parts.without_square(part))
    is_aside = title_asides.is_tail(bare) or title_asides.is_note(bare)
    if not is_aside or not title_asides.take(bare, notes):
        return False
    notes.add_guests(guests)
    return True


def _lone_aside(first: str, second: str, own: tuple[str, ...], notes: Notes) -> list[str]:
    """`Song - Live` on the artist's channel has no artist; `Artist - Live from X` has no song."""
    if not channels.is_same(first, own) and (own or title_asides.is_plain_aside(second)):
        title_asides.take(second, notes)
        return []
    if "live" in title_words.words(second):
        notes.types.add(VideoType.CONCERT)
        notes.versions.append("Live")
    return [second]


def _gap_kept(part: str, notes: Notes) -> str:
    """The part without decoration; double spaces stay, for they may separate."""
    trimmed = title_asides.trim_tail(title_parts.without_credit(part), notes)
    named, guests = title_parts.take_guests(trimmed)
    notes.add_guests(guests)
    return title_asides.trim_tail(named, notes).strip()


def _name(part: str, notes: Notes) -> str:
    part = _gap_kept(part, notes)
    spans = title_parts.quotes(part)
    if spans and spans[0].start == 0 and spans[0].inner:
        rest = part[spans[0].end :].strip()
        if not rest or title_asides.take(rest, notes):
            return spans[0].inner
    return title_parts.tidy(part)


def _from_one(part: str, own: tuple[str, ...], notes: Notes) -> Names:
    """The names in a stretch without dashes, or the whole of it as the song's."""
    ways: tuple[Callable[[str, tuple[str, ...], Notes], Names], ...] = (
        _by_owner,
        _by_quotes,
        _by_signs,
        _by_word,
        _by_bracket,
    )
    for way in ways:
        names = way(part, own, notes)
        if names.artist:
            return names
    return Names(title=_name(part, notes))


def _by_owner(part: str, own: tuple[str, ...], notes: Notes) -> Names:
    """`Foo Fighters. Walk.` on the channel of the Foo Fighters."""
    for name in own:
        if part[: len(name)].casefold() == name.casefold():
            edge = _EDGE.match(part, len(name))
            if edge:
                return _pair(part[: len(name)], _name(part[len(name) :].strip(" .:|/,"), notes))
    return Names()


def _by_quotes(part: str, own: tuple[str, ...], notes: Notes) -> Names:
    """`Artist "Song" and asides`; with single quotes nothing but asides may follow."""
    corners = [span for span in title_parts.brackets(part) if part[span.start] in "「『【《"]
    for span in (*title_parts.quotes(part), *corners):
        before, after = part[: span.start], part[span.end :].strip()
        if not before.strip() or (not before[-1].isspace() and part[span.start] in "'‘`"):
            continue
        if len(title_words.words(before)) > LONGEST_CREDIT:
            break
        is_single = part[span.start] in "'‘`"
        if after and not title_asides.take(after, notes) and is_single:
            continue
        return _pair(title_parts.tidy(before), span.inner)
    return Names()


def _by_signs(part: str, own: tuple[str, ...], notes: Notes) -> Names:
    for sign in (title_parts.COLON, title_parts.GAP):
        found = title_parts.split(part, sign)
        is_credit = len(title_words.words(found[0])) <= LONGEST_CREDIT if found else False
        if len(found) == 2 and is_credit and not title_asides.take(found[1], notes):
            return _pair(_name(found[0], notes), _name(found[1], notes))
    return Names()


def _by_word(part: str, own: tuple[str, ...], notes: Notes) -> Names:
    """`Song by Artist`, unless the whole is the name of a song on the artist's own channel."""
    found = title_parts.split(part, title_parts.BY)
    if len(found) == 2 and (not own or channels.is_same(found[1], own)):
        return _pair(_name(found[1], notes), _name(found[0], notes))
    return Names()


def _by_bracket(part: str, own: tuple[str, ...], notes: Notes) -> Names:
    """`Song (Artist)` on the artist's own channel."""
    spans = title_parts.brackets(part)
    credit = spans[-1].inner if spans and spans[-1].start else ""
    if credit.startswith("by ") or (credit and channels.is_same(credit, own)):
        rest = f"{part[: spans[-1].start]} {part[spans[-1].end :]}"
        return _pair(credit.removeprefix("by "), _name(rest, notes))
    return Names()


def _from_segments(segments: list[str], own: tuple[str, ...]) -> Names:
    """Names between pipes: the owner's is the artist; of three and more the first is the song."""
    for index, segment in enumerate(segments[:2]):
        if channels.is_same(segment, own):
            return _pair(segment, segments[1 - index])
    if len(segments) == 2:
        return _pair(segments[0], segments[1])
    return Names(title=segments[0], is_split=True)


def _settled(names: Names, own: tuple[str, ...], notes: Notes) -> Names:
    artist, title = names.artist, names.title
    if names.is_split and channels.is_same(title, own) and not channels.is_same(artist, own):
        artist, title = title, artist
    if VideoType.ALTERED in notes.types and not artist:  # Nightcore - Song (Artist)
        spans = title_parts.brackets(title)
        if spans and spans[-1].start and spans[-1].end == len(title):
            artist, title = spans[-1].inner, title[: spans[-1].start]
    return Names(
        artist=_unbracketed(title_parts.tidy(artist)),
        title=_native(_cornered(title_parts.tidy(title_parts.unquoted(title))), notes),
        is_split=names.is_split or bool(artist and title),
    )


def _cornered(title: str) -> str:
    spans = title_parts.brackets(title)
    is_whole = len(spans) == 1 and spans[0].end - spans[0].start == len(title)
    return spans[0].inner if is_whole and spans[0].inner and title[0] in "「『【《〈" else title


def _unbracketed(name: str) -> str:
    """An artist's name without square brackets, and out of them when they hold it all."""
    spans = title_parts.brackets(name)
    is_whole = len(spans) == 1 and spans[0].end - spans[0].start == len(name)
    return spans[0].inner or name if is_whole else title_parts.without_square(name)


def _native(name: str, notes: Notes) -> str:
    """The name without its spelling in Latin letters after a slash."""
    found = title_parts.split(name, title_parts.SLASH)
    if len(found) == 2 and found[1].isascii() and not found[0].isascii():
        return title_asides.trim_tail(found[0], notes)
    return name
