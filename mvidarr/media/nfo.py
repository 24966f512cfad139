"""NFO files: what Kodi, Jellyfin and Emby read beside a video. Pure.

One `<musicvideo>`, only with shapes that every reader takes: artists as plain text, whole numbers,
no pictures (those are files), no address that would make Kodi ask a scraper.
"""

from collections.abc import Iterator
from datetime import UTC, datetime
from xml.etree.ElementTree import Element, SubElement

from mvidarr.core import clock
from mvidarr.core.errors import Invalid
from mvidarr.media.nfo_facts import NfoFacts, Streams, clean, clean_xml
from mvidarr.media.nfo_xml import LIMIT, digest, element, parsed, written

__all__ = ["LIMIT", "NfoFacts", "Streams", "clean", "clean_xml", "digest", "merge", "read"]
__all__ += ["render"]

_IDS = ("youtube", "YoutubeMetadata", "IMVDb", "MusicBrainzRecording")
_UPLOAD = {"uniqueid youtube", "uniqueid youtubemetadata"}  # of a former one, if not of ours
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
    return written(root)


def read(data: bytes) -> NfoFacts:
    """What an NFO file says, whoever wrote it; Invalid when it is none."""
    root = parsed(data)
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
        old = parsed(existing)
    except Invalid:
        return render(facts)
    root = Element("musicvideo", old.attrib)
    root.extend(_elements(clean(facts)))
    ours = {_kind(child) for child in root} | _UPLOAD
    root.extend(child for child in old if _is_kept(child, ours))
    return written(root)


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
            yield from element(tag, one)
    yield from _unique_ids(facts)
    yield from element("userrating", facts.rating)
    if facts.added_at is not None:
        yield from element("dateadded", f"{clock.utc(facts.added_at):%Y-%m-%d %H:%M:%S}")
    if facts.streams:
        yield _fileinfo(facts.streams)


def _unique_ids(facts: NfoFacts) -> Iterator[Element]:
    values = (facts.youtube_id, facts.youtube_id, facts.imvdb_id, facts.mb_recording)
    first = {"default": "true"}
    for kind, value in zip(_IDS, values, strict=True):
        yield from element("uniqueid", value, type=kind, **first)
        first = {} if value else first


def _fileinfo(streams: Streams) -> Element:
    root = Element("fileinfo")
    details = SubElement(root, "streamdetails")
    video = SubElement(details, "video")
    video.extend(element("codec", streams.video_codec))
    video.extend(element("width", streams.width))
    video.extend(element("height", streams.height))
    video.extend(element("durationinseconds", int(streams.duration or 0)))
    video.extend(element("hdrtype", streams.hdr))
    audio = SubElement(details, "audio")
    audio.extend(element("codec", streams.audio_codec))
    audio.extend(element("channels", streams.channels))
    for language in streams.subtitles:
        SubElement(details, "subtitle").extend(element("language", language))
    for stream in (video, audio):
        if not len(stream):
            details.remove(stream)
    return root


def _text(root: Element, tag: str) -> str:
    found = root.find(tag)
    return _words(found) if found is not None else ""


def _texts(root: Element, tag: str) -> tuple[str, ...]:
    """All values of a tag; a single one may hold several, as Kodi reads it."""
    found = [_words(one) for one in root.findall(tag)]
    return tuple(found[0].split(" / ")) if len(found) == 1 else tuple(found)


def _words(found: Element) -> str:
    """The text of an element, or of the name in it (`<artist><name>`)."""
    return (found.findtext("name") or found.text or "").strip()


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


def _kind(child: Element) -> str:
    """The tag; of an id also whose it is, as Jellyfin compares it."""
    return (
        f"{child.tag} {child.get('type', '').casefold()}" if child.tag == "uniqueid" else child.tag
    )


def _is_kept(child: Element, ours: set[str]) -> bool:
    if child.tag == "uniqueid":
        child.attrib.pop("default", None)
        return _kind(child) not in ours
    return child.tag not in _OURS or (child.tag in _OTHERS_TOO and child.tag not in ours)
