"""YouTube Music: which uploads are official music videos. Through ytmusicapi, without a key.

ytmusicapi is loaded by the first question: every process knows this service, few ask it.

https://ytmusicapi.readthedocs.io. It names the artists of an official video beside the song, and
of any other upload the channel in their place.
"""

import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from mvidarr.core import clock, errors, text
from mvidarr.core.http import Conf, NotThere
from mvidarr.integrations import shapes, ytmusic_session
from mvidarr.integrations.protocols import Found, FoundUpload, FoundVideo, Wanted

if TYPE_CHECKING:
    from ytmusicapi import YTMusic

NAME, TITLE = "ytmusic", "YouTube Music"
KEPT = 12 * clock.HOUR
KNOWN_FOR = 7 * clock.DAY  # who an artist is
SEARCHED = 40  # videos of the search; a page has 20
SAME_NAME = 3  # artists of one name that are looked at
PAGES, LISTS = "artist pages", "lists of videos"  # parts of the service that may break
LONGEST = 10**6  # seconds
MOST_VIEWS = 10**12

_RUBBISH = (LookupError, TypeError, ValueError, AttributeError, RecursionError)
_CHANNEL_ID = re.compile(r"UC[A-Za-z0-9_-]{22}")
_SOURCE_ID = re.compile(r"[A-Za-z0-9_-]{11}")
_VIEWS = re.compile(r"([\d.,]+)\s*([kmb]?)(?:\s.*)?", re.IGNORECASE)
_TIMES = {"k": 10**3, "m": 10**6, "b": 10**9}
_TYPES = {
    "MUSIC_VIDEO_TYPE_OMV": "omv",
    "MUSIC_VIDEO_TYPE_ATV": "atv",
    "MUSIC_VIDEO_TYPE_UGC": "ugc",
    "MUSIC_VIDEO_TYPE_OFFICIAL_SOURCE_MUSIC": "official_source",
    "": "",
}

Track = dict[str, Any]


def find_videos(conf: Conf, wanted: Wanted, /) -> Iterator[Found]:
    """Videos of an artist: those on the own page, and those that the search knows."""
    with ytmusic_session.opened(conf) as music:
        artist_id = _artist(conf, music, wanted)
        listed = _on_page(conf, music, artist_id, wanted.limit) if artist_id else []
        try:
            searched = _searched(conf, music, wanted.name)
        except errors.ServiceError:
            yield from _found(listed, wanted, artist_id)
            raise
        yield from _found([*listed, *searched], wanted, artist_id)


def check(conf: Conf, /) -> str:
    """Search for one thing, and say that it worked."""
    with ytmusic_session.opened(conf) as music:
        found = _understood(conf, lambda: music.search("music video", filter="videos", limit=1))
    answer = "answers" if found else "answers, but found nothing"
    return f"{TITLE} {answer}."


def to_found(track: Track, wanted_name: str) -> Found | None:
    """One video: a catalogue's entry when it is an official one, else an upload."""
    source_id, title = shapes.text(track.get("videoId")), shapes.text(track.get("title"))
    evidence = _TYPES.get(shapes.text(track.get("videoType")))
    if evidence is None or not title or not _SOURCE_ID.fullmatch(source_id):
        return None
    names = [name for credit in _credits(track) if (name := shapes.text(credit.get("name")))]
    is_greyed = track.get("isAvailable") is False
    if evidence != "omv":
        return None if is_greyed else _upload(track, evidence, names)
    song = _song(title, names)
    is_first = bool(names) and text.match_key(names[0]) == text.match_key(wanted_name)
    return FoundVideo(
        found_by=NAME,
        title=song,
        # who is only a guest is not said: but whoever stands beside the artist may be one
        artists=tuple(names[:1] if is_first else names),
        featured=tuple(names[1:] if is_first else ()),
        image_url=_picture(source_id),
        uploads=() if is_greyed else (_upload(track, evidence, names),),
    )


def views(value: object) -> int | None:
    """A count as it is shown: "2.3M", "58k", "1,204"."""
    shown = _VIEWS.fullmatch(shapes.text(value))
    if shown is None:
        return None
    digits, unit = shown[1], shown[2].casefold()
    try:
        if unit:
            count = round(float(digits.replace(",", ".")) * _TIMES[unit])
        else:
            count = int(re.sub(r"[.,]", "", digits))
    except ValueError:
        return None
    return count if count <= MOST_VIEWS else None


def _upload(track: Track, evidence: str, names: Sequence[str]) -> FoundUpload:
    title, source_id = shapes.text(track.get("title")), shapes.text(track.get("videoId"))
    is_by_channel = evidence in ("ugc", "official_source")
    by = next(iter(_credits(track)), {})
    channel_id = shapes.text(by.get("id")) if evidence == "ugc" else ""
    length = track.get("duration_seconds")
    is_length = isinstance(length, int) and not isinstance(length, bool) and 0 < length <= LONGEST
    return FoundUpload(
        found_by=NAME,
        provider="youtube",
        source_id=source_id,
        title=title if is_by_channel else _whole_title(title, names),
        channel=shapes.text(by.get("name")) or None if is_by_channel else None,
        channel_id=channel_id if _CHANNEL_ID.fullmatch(channel_id) else None,
        duration=float(length) if is_length and length else None,
        view_count=views(track.get("views")),
        image_url=_picture(source_id),
        evidence=(evidence,) if evidence else (),
    )


def _whole_title(title: str, names: Sequence[str]) -> str:
    """With the artists in front, as uploads are called: the song's name alone says too little."""
    if not names or _song(title, names) != title:
        return title
    return f"{', '.join(names)} - {title}"


def _song(title: str, names: Sequence[str]) -> str:
    """The song, where a title names the artist before it all the same."""
    for name in names:
        parted = re.match(rf"{re.escape(name)}\s+[-–—|:]\s+(?=\S)", title, re.IGNORECASE)
        if parted:
            return title[parted.end() :]
    return title


def _picture(source_id: str) -> str:
    return f"https://i.ytimg.com/vi/{source_id}/mqdefault.jpg"


def _credits(track: Track) -> list[dict[str, Any]]:
    return shapes.rows(track.get("artists"))


def _found(tracks: Iterable[Track], wanted: Wanted, artist_id: str) -> Iterator[Found]:
    """Each upload once; what the search says of it adds to what the page says."""
    known: dict[str, dict[str, Any]] = {}
    for track in tracks:
        said = {key: value for key, value in track.items() if value not in (None, "", [])}
        known.setdefault(shapes.text(track.get("videoId")), {}).update(said)
    own = (track for track in known.values() if not _is_namesakes(track, wanted.name, artist_id))
    every = (found for track in own if (found := to_found(track, wanted.name)))
    yield from (found for found, _ in zip(every, range(wanted.limit), strict=False))


def _is_namesakes(track: Track, name: str, artist_id: str) -> bool:
    """Whether it is by another artist of the very same name."""
    ids = {shapes.text(credit.get("id")) for credit in _credits(track)} - {""}
    called = [credit for credit in _credits(track) if _is_called(credit.get("name"), name)]
    is_official = track.get("videoType") == "MUSIC_VIDEO_TYPE_OMV"
    return bool(artist_id and is_official and called and ids and artist_id not in ids)


def _is_called(shown: object, name: str) -> bool:
    return text.match_key(shapes.text(shown)) == text.match_key(name)


def _artist(conf: Conf, music: "YTMusic", wanted: Wanted) -> str:
    """The artist's id there; empty when nobody has exactly that name."""
    known = wanted.ids.get("ytmusic_channel", "")
    if _CHANNEL_ID.fullmatch(known):
        return known
    name = text.tidy(wanted.name)
    hits = _kept(
        conf,
        f"artists {name}",
        KNOWN_FOR,
        lambda: [_slim(hit, _HIT) for hit in music.search(name, filter="artists", limit=20)],
    )
    ids = [shapes.text(hit.get("browseId")) for hit in hits if _is_called(hit.get("artist"), name)]
    same = [found for found in ids if _CHANNEL_ID.fullmatch(found)][:SAME_NAME]
    own = wanted.ids.get("youtube_channel")
    if own and len(same) > 1:
        return next((one for one in same if _page(conf, music, one)["channelId"] == own), same[0])
    return same[0] if same else ""


def _on_page(conf: Conf, music: "YTMusic", artist_id: str, limit: int) -> list[Track]:
    """The videos of an artist's page: the whole list where it can be read, else its beginning."""
    page = _page(conf, music, artist_id)
    tracks: list[Track] = shapes.rows(page["videos"])
    playlist = shapes.text(page["playlist"])
    if not playlist:
        return tracks
    try:
        tracks += _kept(
            conf, f"list {limit} {playlist}", KEPT, lambda: _listed(music, playlist, limit)
        )
    except NotThere:
        return tracks
    except Rubbish as error:
        conf.note(LISTS, str(error))
        return tracks
    conf.note(LISTS, None)
    return tracks


def _listed(music: "YTMusic", playlist: str, limit: int) -> list[Track]:
    return [_slim(track, _TRACK) for track in music.get_playlist(playlist, limit=limit)["tracks"]]


def _page(conf: Conf, music: "YTMusic", artist_id: str) -> dict[str, Any]:
    """What is used of an artist's page; nothing where there is none, or none that we can read."""
    nothing = {"channelId": "", "playlist": "", "videos": []}
    try:
        (page,) = _kept(conf, f"artist {artist_id}", KEPT, lambda: [_read(music, artist_id)])
    except NotThere:
        return nothing
    except Rubbish as error:
        conf.note(PAGES, str(error))
        return nothing
    conf.note(PAGES, None)
    return {**nothing, **page}


def _read(music: "YTMusic", artist_id: str) -> dict[str, Any]:
    page = music.get_artist(artist_id)
    videos = shapes.table(page.get("videos"))
    return {
        "channelId": shapes.text(page.get("channelId")),
        "playlist": shapes.text(videos.get("browseId")),
        "videos": [_slim(track, _TRACK) for track in videos.get("results") or []],
    }


def _searched(conf: Conf, music: "YTMusic", name: str) -> list[Track]:
    name = text.tidy(name)
    return _kept(
        conf,
        f"videos {name}",
        KEPT,
        lambda: [_slim(hit, _TRACK) for hit in music.search(name, filter="videos", limit=SEARCHED)],
    )


_HIT = ("artist", "browseId")
_TRACK = (
    "videoId",
    "title",
    "videoType",
    "artists",
    "duration_seconds",
    "views",
    "isAvailable",
)


def _slim(row: Mapping[str, Any], names: Sequence[str]) -> dict[str, Any]:
    return {name: row.get(name) for name in names}


class Rubbish(errors.ServiceError):
    """An answer in another shape than ytmusicapi reads."""


def _kept(
    conf: Conf, name: str, keep: int, ask: Callable[[], list[dict[str, Any]]]
) -> list[dict[str, Any]]:
    """What was read of an answer; of one that was kept when there is such a one."""
    kept = conf.answers.find(name) if conf.answers else None
    if kept is not None and kept.is_fresh:
        return shapes.rows(json.loads(kept.body))
    found = shapes.rows(_understood(conf, ask))
    if conf.answers:
        conf.answers.keep(name, json.dumps(found).encode(), None, keep)
    return found


def _understood(conf: Conf, ask: Callable[[], Any]) -> Any:
    from ytmusicapi.exceptions import YTMusicError

    try:
        return ask()
    except (YTMusicError, *_RUBBISH) as error:
        raise Rubbish(
            conf.service, f"{conf.who} answered in a way that MVidarr does not understand."
        ) from error
