"""YouTube's Data API: uploads by the owner's key. https://developers.google.com/youtube/v3/docs

A day's quota is small, and a search costs a hundred times what a page of a list does: so the list
of a channel's uploads is read wherever the channel is known.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from mvidarr.core import batches, clock, http, text
from mvidarr.core.http import Answer, Client, Conf, NotThere
from mvidarr.core.terms import Availability
from mvidarr.integrations import shapes
from mvidarr.integrations.protocols import FoundUpload, Wanted
from mvidarr.integrations.youtube import api_errors, readings

NAME, TITLE = "youtube_api", "YouTube Data API"
SEARCH, LIST = 100, 1  # units of the quota that a request costs
PAGE = 50  # things in one answer at most
KEPT = 12 * clock.HOUR
PARTS = "snippet,contentDetails,statistics,status"
MUSIC = "10"  # YouTube's category
MOST_VIEWS = 10**12
KNOWN = "Vt4Dfa4fOEY"  # any id will do to see whether the key is taken

_ENDLESS = ("P0D", "PT0S")  # lengths of what runs live
_UNDONE = ("deleted", "failed", "rejected")  # values of uploadStatus


def find_videos(conf: Conf, wanted: Wanted, /) -> Iterator[FoundUpload]:
    """Uploads of an artist: those of the own channel where it is known, else what search knows."""
    with _Client(conf) as client:
        channel = wanted.ids.get("youtube_channel", "")
        is_any = False
        if readings.CHANNEL_ID.fullmatch(channel):
            for upload in _listed(client, readings.uploads_of(channel), wanted.limit):
                is_any = True
                yield upload
        if not is_any:
            yield from _searched(client, wanted)


def availability(conf: Conf, ids: Sequence[str]) -> Mapping[str, Availability]:
    """What became of uploads. The API leaves out private ones like those that are gone, and says
    nothing of countries: it tells neither of these."""
    found: dict[str, Availability] = {}
    with _Client(conf) as client:
        for batch in _batches(ids):
            params = {"part": "status,contentDetails,snippet", "id": ",".join(batch)}
            seen = {
                str(item.get("id")): _availability(item)
                for item in _rows(client.fetch("videos", params, LIST))
            }
            found.update({id: seen.get(id, Availability.REMOVED) for id in batch})
    return found


def check(conf: Conf, /) -> str:
    """Ask for one upload, and say that it worked; it costs one unit of the quota."""
    with _Client(conf) as client:
        client.fetch("videos", {"part": "id", "id": KNOWN}, LIST)
    return f"{TITLE} answers."


class _Client(Client):
    """Counts the quota before each request, and reads the reason of a refusal from its body."""

    def __init__(self, conf: Conf) -> None:
        super().__init__(replace(conf, pace=self._pay), {}, http.no_doubt)
        self._owner = conf
        self._units = LIST

    def fetch(self, path: str, params: Mapping[str, str | int], units: int, keep: int = 0) -> Any:
        """What the API answers; an answer that was kept costs nothing."""
        self._units = units
        return self.get_json(path, params, secret={"key": self._owner.key}, keep=keep)

    def data(self, answer: Answer) -> Any:
        refusal = api_errors.refusal(self._owner, answer)
        if refusal is not None:
            raise refusal
        return super().data(answer)

    def _pay(self) -> None:
        self._owner.pace()
        self._owner.spend(self._units)


def _listed(client: _Client, playlist_id: str, limit: int) -> Iterator[FoundUpload]:
    try:
        yield from _in_playlist(client, playlist_id, limit)
    except NotThere:  # a channel that left, or one without uploads of its own
        return


def _in_playlist(client: _Client, playlist_id: str, limit: int) -> Iterator[FoundUpload]:
    left, token = limit, ""
    while left > 0:
        params: dict[str, str | int] = {
            "part": "snippet,contentDetails",
            "playlistId": playlist_id,
            "maxResults": min(PAGE, left),
        }
        if token:
            params["pageToken"] = token
        page = client.fetch("playlistItems", params, LIST, keep=KEPT)
        ids = [_member(item) for item in _rows(page)]
        yield from _described(client, ids)
        left -= len(ids)
        token = shapes.text(shapes.table(page).get("nextPageToken"))
        if not token or not ids:
            return


def _member(item: Mapping[str, Any]) -> str:
    details, snippet = shapes.table(item.get("contentDetails")), shapes.table(item.get("snippet"))
    resource = shapes.table(snippet.get("resourceId"))
    return shapes.text(details.get("videoId") or resource.get("videoId"))


def _searched(client: _Client, wanted: Wanted) -> Iterator[FoundUpload]:
    name = text.tidy(wanted.name).replace('"', "")
    params: dict[str, str | int] = {
        "part": "snippet",
        "q": f'"{name}" official video',
        "type": "video",
        "videoCategoryId": MUSIC,
        "maxResults": PAGE,
    }
    hits = _rows(client.fetch("search", params, SEARCH, keep=KEPT))[: wanted.limit]
    # only the ids: titles are escaped for HTML in here, and only in here
    ids = [shapes.text(shapes.table(hit.get("id")).get("videoId")) for hit in hits]
    yield from _described(client, ids)


def _described(client: _Client, ids: Iterable[str]) -> Iterator[FoundUpload]:
    """The uploads of these ids, in their order; the API leaves out what it does not show."""
    for batch in _batches(ids):
        answer = client.fetch("videos", {"part": PARTS, "id": ",".join(batch)}, LIST, keep=KEPT)
        known = {str(item.get("id")): item for item in _rows(answer)}
        for source_id in batch:
            if source_id in known and (upload := to_upload(known[source_id])):
                yield upload


def _batches(ids: Iterable[str]) -> Iterator[Sequence[str]]:
    valid = list(dict.fromkeys(id for id in ids if readings.SOURCE_ID.fullmatch(id)))
    return batches.of(valid, PAGE)


def _rows(answer: Any) -> list[dict[str, Any]]:
    return shapes.rows(shapes.table(answer).get("items"))


def to_upload(item: Mapping[str, Any]) -> FoundUpload | None:
    """An upload of /videos; None for what runs live, or has no name."""
    snippet = shapes.table(item.get("snippet"))
    details, status = shapes.table(item.get("contentDetails")), item.get("status")
    source_id, title = shapes.text(item.get("id")), shapes.text(snippet.get("title"))
    if not title or title in readings.GONE or not readings.SOURCE_ID.fullmatch(source_id):
        return None
    is_to_come = snippet.get("liveBroadcastContent") == "upcoming"
    if snippet.get("liveBroadcastContent") == "live":
        return None
    if details.get("duration") in _ENDLESS and not is_to_come:
        return None
    views = shapes.whole(shapes.table(item.get("statistics")).get("viewCount"))
    channel_id = shapes.text(snippet.get("channelId"))
    return FoundUpload(
        found_by=NAME,
        provider="youtube",
        source_id=source_id,
        title=title,
        channel=shapes.text(snippet.get("channelTitle")) or None,
        channel_id=channel_id if readings.CHANNEL_ID.fullmatch(channel_id) else None,
        duration=readings.seconds(details.get("duration")),
        published_at=readings.moment(snippet.get("publishedAt")),
        view_count=views if views is not None and 0 <= views <= MOST_VIEWS else None,
        availability=_availability(item) if status else Availability.UNKNOWN,
        image_url=_picture(source_id, shapes.table(snippet.get("thumbnails"))),
    )


def _availability(item: Mapping[str, Any]) -> Availability:
    status, snippet = shapes.table(item.get("status")), shapes.table(item.get("snippet"))
    rating = shapes.table(shapes.table(item.get("contentDetails")).get("contentRating"))
    if status.get("privacyStatus") == "private":
        return Availability.PRIVATE
    if status.get("uploadStatus") in _UNDONE:
        return Availability.REMOVED
    if snippet.get("liveBroadcastContent") == "upcoming":
        return Availability.NOT_YET
    if rating.get("ytRating") == "ytAgeRestricted":
        return Availability.AGE_RESTRICTED
    return Availability.AVAILABLE


def _picture(source_id: str, listed: Mapping[str, Any]) -> str:
    """The largest wide one; the others have black bars above and below."""
    name = "maxresdefault" if shapes.table(listed.get("maxres")) else "mqdefault"
    return readings.picture(source_id, name)
