"""YouTube's Data API on the fake internet: search, videos, playlists; a key and a quota.

    api = FakeDataApi(fake_internet)
    api.add_video("Joga0000001", "Björk - Jóga & more", channel_id=BJORK, duration="PT5M5S")
    api.refuses("quotaExceeded")        # or keyInvalid accessNotConfigured rateLimitExceeded …

What a channel uploaded is in its playlist UU…; `unlisted` uploads are in no list, `private` ones
are left out wherever they are asked for.
"""

import html
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from tests.fakes import answers
from tests.fakes.answers import Answer, Request
from tests.fakes.catalogue import FakeCatalogue
from tests.fakes.internet import FakeInternet

COSTS = {"search": 100, "videos": 1, "playlistItems": 1}
STATUSES = {  # of refusals; 403 for the others
    "keyInvalid": 400,
    "API_KEY_INVALID": 400,
    "rateLimitExceeded": 429,
    "playlistNotFound": 404,
    "channelNotFound": 404,
}


@dataclass(kw_only=True)
class ApiVideo:
    id: str
    title: str
    channel: str
    channel_id: str
    duration: str | None = "PT3M20S"
    views: str | None = "12345"
    published: str = "2017-11-20T08:00:00Z"
    privacy: str = "public"
    upload: str = "processed"
    live: str = "none"
    pictures: Sequence[str] = ("default", "medium", "high", "maxres")
    details: dict[str, Any] = field(default_factory=dict)


class FakeDataApi(FakeCatalogue):
    """`units` is what was used of the quota; `key` the only key that is taken."""

    host = "www.googleapis.com"
    root = "/youtube/v3"

    def __init__(self, internet: FakeInternet) -> None:
        self.key = "AIzaSy-key-of-the-owner"
        self.videos: dict[str, ApiVideo] = {}
        self.playlists: dict[str, list[str]] = {}
        self.units = 0
        super().__init__(internet)

    def add_video(
        self, video_id: str, title: str, *, channel: str = "Björk", channel_id: str, **facts: Any
    ) -> ApiVideo:
        """An upload; `facts` are fields of ApiVideo."""
        video = ApiVideo(id=video_id, title=title, channel=channel, channel_id=channel_id, **facts)
        self.videos[video_id] = video
        if video.privacy != "unlisted":
            self.playlists.setdefault(f"UU{channel_id[2:]}", []).append(video_id)
        return video

    def add_playlist(self, playlist_id: str, ids: Sequence[str]) -> None:
        self.playlists[playlist_id] = list(ids)

    def refuses(self, reason: str, *, path: str = "*", times: int | None = None) -> None:
        """Answer each request so; in the new style where the reason is in capitals."""
        self.fails(refusal(reason), path=path, times=times)

    def answer(self, request: Request) -> Answer | None:
        kind = request.path.removeprefix(f"{self.root}/")
        if kind not in COSTS:
            return None
        self.units += COSTS[kind]
        if request.arg("key") != self.key:
            return refusal("API_KEY_INVALID")
        part = {"search": self._search, "videos": self._videos, "playlistItems": self._items}
        return part[kind](request)

    def _search(self, request: Request) -> Answer:
        words = set(request.arg("q").replace('"', "").casefold().split())
        words -= {"official", "video"}
        known = [v for v in self.videos.values() if words <= _words(v) and v.privacy == "public"]
        items = [
            {
                "kind": "youtube#searchResult",
                "id": {"kind": "youtube#video", "videoId": video.id},
                "snippet": _snippet(video) | {"title": html.escape(video.title)},
            }
            for video in known
        ]
        return _page(request, "youtube#searchListResponse", items, total=1_000_000)

    def _videos(self, request: Request) -> Answer:
        ids = request.arg("id").split(",")
        if len(ids) > 50:
            return refusal("invalidFilters")
        known = [self.videos[one] for one in ids if one in self.videos]
        items = [_video(v, request.arg("part")) for v in known if v.privacy != "private"]
        return _page(request, "youtube#videoListResponse", items)

    def _items(self, request: Request) -> Answer:
        playlist_id = request.arg("playlistId")
        if playlist_id not in self.playlists:
            return refusal("playlistNotFound")
        items = [
            {
                "kind": "youtube#playlistItem",
                "snippet": {"resourceId": {"kind": "youtube#video", "videoId": one}},
                "contentDetails": {"videoId": one},
            }
            for one in self.playlists[playlist_id]
        ]
        return _page(request, "youtube#playlistItemListResponse", items)


def refusal(reason: str) -> Answer:
    """An error as the API words it, in the old style or the new."""
    code = STATUSES.get(reason, 403)
    error: dict[str, Any] = {"code": code, "message": f"It is refused: {reason}."}
    if reason.isupper():
        info = "type.googleapis.com/google.rpc.ErrorInfo"
        error["details"] = [{"@type": info, "reason": reason, "domain": "googleapis.com"}]
        error["errors"] = [{"reason": "badRequest", "domain": "global", "message": "Refused."}]
    else:
        error["errors"] = [{"reason": reason, "domain": "youtube.quota", "message": "Refused."}]
    return answers.json_of({"error": error}, status=code)


def _words(video: ApiVideo) -> set[str]:
    return set(f"{video.title} {video.channel}".casefold().split())


def _page(
    request: Request, kind: str, items: list[dict[str, Any]], total: int | None = None
) -> Answer:
    size = int(request.arg("maxResults", "50"))
    first = int(request.arg("pageToken", "0"))
    about = {"totalResults": len(items) if total is None else total, "resultsPerPage": size}
    page: dict[str, Any] = {
        "kind": kind,
        "etag": f"etag-{len(items)}",
        "pageInfo": about,
        "items": items[first : first + size],
    }
    if first + size < len(items):
        page["nextPageToken"] = str(first + size)
    return answers.json_of(page, headers={"ETag": f'"{len(items)}"'})


def _snippet(video: ApiVideo) -> dict[str, Any]:
    picture = f"https://i.ytimg.com/vi/{video.id}"
    return {
        "publishedAt": video.published,
        "channelId": video.channel_id,
        "title": video.title,
        "description": "",
        "channelTitle": video.channel,
        "thumbnails": {name: {"url": f"{picture}/{name}.jpg"} for name in video.pictures},
        "liveBroadcastContent": video.live,
    }


def _video(video: ApiVideo, parts: str) -> dict[str, Any]:
    details = {"definition": "hd", "caption": "false", "licensedContent": True}
    length = {} if video.duration is None else {"duration": video.duration}
    counts = {} if video.views is None else {"viewCount": video.views}
    known = {
        "snippet": _snippet(video),
        "contentDetails": details | length | video.details,
        "statistics": counts | {"commentCount": "3"},
        "status": {"privacyStatus": video.privacy, "uploadStatus": video.upload},
    }
    asked = {name: known[name] for name in parts.split(",") if name in known}
    return {"kind": "youtube#video", "id": video.id} | asked
