"""NFO files: what Kodi, Jellyfin and Emby read beside a video. Pure.

One `<musicvideo>`, only with shapes that every reader takes: artists as plain text, whole numbers,
no pictures (those are files), no address that would make Kodi ask a scraper.
"""

import hashlib
from collections.abc import Iterator
from datetime import UTC, datetime
from xml.etree.ElementTree import Element, ParseError, SubElement, indent, tostring

import defusedxml.ElementTree as safe_xml

from mvidarr.core import clock
from mvidarr.core.errors import Invalid
from mvidarr.media.nfo_facts import NfoFacts, Streams, clean, clean_xml

__all__ = ["NfoFacts", "Streams", "clean", "clean_xml", "digest", "merge", "read", "render"]

LIMIT = 1024 * 1024  # bytes of a file that is read
MAX_DEPTH = 32  # levels of elements; a real file has five

_DECLARATION = b'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_END = b"</musicvideo>"
_IDS = ("youtube", "YoutubeMetadata", "IMVDb", "MusicBrainzRecording")
# not stored in the library, so that a file's own value outlives a rendering without one
_OTHERS_TOO = frozenset(
    {"originaltitle", "sorttitle", "plot", "credits", "country", "userrating", "dateadded"}
    | {"fileinfo"}
)
_OURS = _OTHERS_TOO | {
    *("title", "artist", "album", "runtime", "premiered", "year", "genre", "tag", "director"),
    *("studio", "uniqueid"),
}


def render(facts: NfoFacts) -> bytes:
    """The NFO file of a video."""
    root = Element("musicvideo")
    root.extend(_elements(clean(facts)))
    return _written(root)


def read(data: bytes) -> NfoFacts:
    """What an NFO file says, whoever wrote it; Invalid when it is none."""
    root = _parsed(data)
    title = _text(root, "title")
    if not title:
        raise Invalid({"nfo": "The NFO file has no title."})
    ids = {found.get("type", "").casefold(): found.text or "" for found in root.iter("uniqueid")}
    minutes = _number(root, "runtime")
    return clean(
        NfoFacts(
            title=title,
            artists=_texts(root, "artist"),
            original_title=_text(root, "originaltitle"),
            sort_title=_text(root, "sorttitle"),
            album=_text(root, "album"),
            plot=_text(root, "plot"),
            duration=minutes * 60.0 if minutes else None,
            released=_text(root, "premiered"),
            year=_number(root, "year"),
            genres=_texts(root, "genre"),
            tags=_texts(root, "tag"),
            directors=_texts(root, "director"),
            studios=_texts(root, "studio"),
            credits=_texts(root, "credits"),
            country=_text(root, "country"),
            youtube_id=ids.get("youtube") or ids.get("youtubemetadata", ""),
            imvdb_id=ids.get("imvdb", ""),
            mb_recording=ids.get("musicbrainzrecording", ""),
            rating=_number(root, "userrating"),
            added_at=_moment(_text(root, "dateadded")),
            streams=_streams(root),
        )
    )


def merge(existing: bytes, facts: NfoFacts) -> bytes:
    """The NFO file of a video, with what others wrote into it and we have no word for.

    A file that cannot be read is written anew: no server can read it either.
    """
    try:
        old = _parsed(existing)
    except Invalid:
        return render(facts)
    root = Element("musicvideo", old.attrib)
    root.extend(_elements(clean(facts)))
    written = {element.tag for element in root}
    root.extend(child for child in old if _is_kept(child, written))
    return _written(root)


def digest(data: bytes) -> str:
    """What tells whether somebody else changed the file."""
    return hashlib.sha256(data).hexdigest()


def _elements(facts: NfoFacts) -> Iterator[Element]:
    """The elements in their order; empty ones are left out, since they stop Jellyfin's reader."""
    values: tuple[tuple[str, str | int | tuple[str, ...] | None], ...] = (
        ("title", facts.title),
        ("originaltitle", facts.original_title),
        ("sorttitle", facts.sort_title),
        ("artist", facts.artists),
        ("album", facts.album),
        ("plot", facts.plot),
        ("runtime", int(facts.duration / 60) if facts.duration else None),
        ("premiered", facts.released),
        ("year", facts.year),
        ("genre", facts.genres),
        ("tag", facts.tags),
        ("director", facts.directors),
        ("studio", facts.studios),
        ("credits", facts.credits),
        ("country", facts.country),
    )
    for tag, value in values:
        for one in value if isinstance(value, tuple) else (value,):
            yield from _element(tag, one)
    yield from _unique_ids(facts)
    yield from _element("userrating", facts.rating)
    if facts.added_at is not None:
        yield from _element("dateadded", f"{clock.utc(facts.added_at):%Y-%m-%d %H:%M:%S}")
    if facts.streams:
        yield _fileinfo(facts.streams)


def _element(tag: str, value: str | int | None, **attributes: str) -> Iterator[Element]:
    if value:
        element = Element(tag, attributes)
        element.text = str(value)
        yield element


def _unique_ids(facts: NfoFacts) -> Iterator[Element]:
    values = (facts.youtube_id, facts.youtube_id, facts.imvdb_id, facts.mb_recording)
    first = {"default": "true"}
    for kind, value in zip(_IDS, values, strict=True):
        yield from _element("uniqueid", value, type=kind, **first)
        first = {} if value else first


def _fileinfo(streams: Streams) -> Element:
    root = Element("fileinfo")
    details = SubElement(root, "streamdetails")
    video = SubElement(details, "video")
    video.extend(_element("codec", streams.video_codec))
    video.extend(_element("width", streams.width))
    video.extend(_element("height", streams.height))
    video.extend(_element("durationinseconds", int(streams.duration or 0)))
    video.extend(_element("hdrtype", streams.hdr))
    audio = SubElement(details, "audio")
    audio.extend(_element("codec", streams.audio_codec))
    audio.extend(_element("channels", streams.channels))
    for language in streams.subtitles:
        SubElement(details, "subtitle").extend(_element("language", language))
    for stream in (video, audio):
        if not len(stream):
            details.remove(stream)
    return root


def _written(root: Element) -> bytes:
    indent(root)
    return _DECLARATION + tostring(root, encoding="unicode").encode() + b"\n"


def _parsed(data: bytes) -> Element:
    if len(data) > LIMIT:
        raise Invalid({"nfo": "The NFO file is larger than 1 MiB."})
    try:
        root = _root(data)
    except (ParseError, ValueError, LookupError):
        raise Invalid({"nfo": "The NFO file is not well-formed XML."}) from None
    level = [root]
    for _ in range(MAX_DEPTH):
        level = [child for element in level for child in element]
    if level:
        raise Invalid({"nfo": "The NFO file is nested too deeply."})
    return root


def _root(data: bytes) -> Element:
    try:
        root: Element = safe_xml.fromstring(data, forbid_dtd=True)
    except ParseError:
        end = data.rfind(_END)
        if end < 0:
            raise
        # many tools write a scraper's address after the XML
        root = safe_xml.fromstring(data[: end + len(_END)], forbid_dtd=True)
    return root


def _text(root: Element, tag: str) -> str:
    found = root.find(tag)
    return _words(found) if found is not None else ""


def _texts(root: Element, tag: str) -> tuple[str, ...]:
    """All values of a tag; a single one may hold several, as Kodi reads it."""
    found = [_words(element) for element in root.findall(tag)]
    return tuple(found[0].split(" / ")) if len(found) == 1 else tuple(found)


def _words(element: Element) -> str:
    """The text of an element, or of the name in it (`<artist><name>`)."""
    return (element.findtext("name") or element.text or "").strip()


def _number(root: Element, path: str) -> int | None:
    text = (root.findtext(path) or "").strip()
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 10 else None


def _moment(text: str) -> int | None:
    try:
        return int(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp() * 1000)
    except ValueError:
        return None


def _streams(root: Element) -> Streams:
    details = "fileinfo/streamdetails/"
    return Streams(
        video_codec=root.findtext(details + "video/codec") or "",
        width=_number(root, details + "video/width"),
        height=_number(root, details + "video/height"),
        duration=_number(root, details + "video/durationinseconds"),
        hdr=root.findtext(details + "video/hdrtype") or "",
        audio_codec=root.findtext(details + "audio/codec") or "",
        channels=_number(root, details + "audio/channels"),
        subtitles=tuple(found.text or "" for found in root.findall(details + "subtitle/language")),
    )


def _is_kept(child: Element, written: set[str]) -> bool:
    if child.tag == "uniqueid":
        if child.get("type") in _IDS:
            return False
        child.attrib.pop("default", None)
        return True
    return child.tag not in _OURS or (child.tag in _OTHERS_TOO and child.tag not in written)
