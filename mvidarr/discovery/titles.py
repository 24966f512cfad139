"""Reading the title of an upload: who, what song, which version of it, and what kind of picture.

Pure: the same title, channel and duration always give the same answer, whatever the text is.
"""

from dataclasses import dataclass

from mvidarr.core.terms import VideoType
from mvidarr.discovery import (
    channels,
    title_kinds,
    title_names,
    title_parts,
    title_types,
    title_words,
)
from mvidarr.discovery.channels import Channel
from mvidarr.discovery.title_asides import Notes
from mvidarr.discovery.title_ways import Names

# What these show is not by whose channel it is on.
_OTHERS = (VideoType.FAN, VideoType.REACTION, VideoType.KARAOKE)


@dataclass(frozen=True, kw_only=True, slots=True)
class Parsed:
    """What a title says. Artist and title are None for what is not one song of somebody."""

    artist: str | None
    featured: tuple[str, ...] = ()
    title: str | None
    version: str = ""
    type: VideoType = VideoType.UNSPECIFIED
    flags: frozenset[str] = frozenset()


def parse(title: str, channel: str | None = None, duration: float | None = None) -> Parsed:
    """Read a title, with the help of its channel's name and its duration in seconds."""
    owner = channels.read(channel)
    plain = _unsigned(title_parts.clean(title), owner)
    if owner and owner.is_topic:
        return _art_track(plain, owner)
    notes = Notes()
    names = title_names.read(plain, _own(owner), notes)
    if owner and not names.is_split and not names.artist:
        names.artist = owner.artist
    kind = title_kinds.kind(
        title_kinds.Reading(
            words=tuple(title_words.words(title_parts.spelled(title))),
            notes=notes,
            names=names,
            owner=owner,
            duration=duration or 0,
            is_own=channels.is_of(owner, names.artist) or channels.is_like(owner, names.artist),
        )
    )
    return _parsed(names, notes, kind)


def _unsigned(plain: str, owner: Channel | None) -> str:
    """The title without the name of a label's or a collector's channel at its end."""
    if owner is None or owner.artist:
        return plain
    bare, sign, last = plain, "", plain
    for mark in (" - ", " – ", " | "):
        before, found, after = plain.rpartition(mark)
        if found and len(after) < len(last):
            bare, sign, last = before, found, after
    return bare.rstrip() if sign and channels.is_exactly(last, (owner.name,)) else plain


def _own(owner: Channel | None) -> tuple[str, ...]:
    if owner is None or owner.is_publisher or owner.is_collector:
        return ()
    return (*channels.spellings(owner), *channels.names(owner.artist))


def read_song(name: str) -> Parsed:
    """Read a song's name as a catalogue writes it, with guests and a version at most."""
    notes = Notes()
    title = title_names.read_song(title_parts.clean(name), notes)
    kind = next((kind for kind in title_types.ORDER if kind in notes.types), None)
    return Parsed(
        artist=None,
        featured=tuple(notes.featured),
        title=title or None,
        version=", ".join(dict.fromkeys(notes.versions)),
        type=kind or VideoType.UNSPECIFIED,
        flags=frozenset(notes.flags),
    )


def _parsed(names: Names, notes: Notes, kind: VideoType) -> Parsed:
    is_song = title_kinds.is_song(kind, names, notes)
    is_altered = kind is VideoType.ALTERED and any("nightcore" in said for said in notes.dropped)
    if not names.is_split and (kind in _OTHERS or is_altered):
        names.artist = ""
    return Parsed(
        artist=names.artist or None if is_song or kind is VideoType.CONCERT else None,
        featured=tuple(notes.featured) if is_song else (),
        title=names.title or None if is_song else None,
        version=", ".join(dict.fromkeys(notes.versions)),
        type=kind,
        flags=frozenset(notes.flags),
    )


def _art_track(plain: str, owner: Channel) -> Parsed:
    """The title of an automatic upload is the song's name, with brackets at most."""
    notes = Notes()
    title = title_names.read_exact(plain, notes)
    return Parsed(
        artist=owner.artist or None,
        featured=tuple(notes.featured),
        title=title or None,
        version=", ".join(dict.fromkeys(notes.versions)),
        type=VideoType.ART_TRACK,
        flags=frozenset(notes.flags),
    )
