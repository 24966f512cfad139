"""A YouTube on the fake internet: search, channels, player, pages, real media, pictures, captions.

    youtube = FakeYouTube(fake_internet)
    youtube.add_video("dQw4w9WgXcQ", title="Björk - Joga (Official Video)", channel="Björk",
                      channel_id="UC" + "b" * 22, verified=True, duration=185)
    youtube.add_video("private0001", title="Gone", availability="private")
    youtube.add_playlist("PLfavourites1", ["dQw4w9WgXcQ"], title="Favourites")
    youtube.music.add_video("Joga", "dQw4w9WgXcQ", artists=[...])   # see fakes.ytmusic

Each channel has its feed, and a playlist of all its uploads (UU…).

`availability` is `available`, `live` or one of innertube.REFUSALS (`private removed geo_blocked
members_only premium_only age_restricted not_yet bot_wall throttled reload`). The media are three
seconds long whatever `duration` claims; `seconds=` makes them longer. Faults are put on the
internet (`MEDIA`, `SITE` and `PICTURES` are its hosts):

    fake_internet.fault(Fault(host=youtube.MEDIA, cut_after=100_000, times=1))
    fake_internet.fault(Fault(path="/youtubei/v1/search", answer=answers.too_many(30)))
"""

import dataclasses
import hashlib
import re
import time
import unicodedata
from collections.abc import Sequence
from typing import Any, ClassVar
from urllib.parse import parse_qs, urlsplit

from tests.fakes import answers, innertube, innertube_lists, media, youtube_feeds
from tests.fakes.answers import Answer, Request
from tests.fakes.innertube import Channel, Video
from tests.fakes.internet import FakeInternet
from tests.fakes.ytmusic import FakeYouTubeMusic

NOT_FOUND = {"error": {"code": 404, "message": "Requested entity was not found."}}
COMMON = {"official", "music", "video"}
EMPTY_PAGE: dict[str, Any] = {"contents": {"twoColumnWatchNextResults": {}}}


class FakeYouTube:
    """Holds the videos and answers for all of YouTube's hosts."""

    SITE: ClassVar = "www.youtube.com"
    MEDIA: ClassVar = "*.googlevideo.com"
    PICTURES: ClassVar = "i.ytimg.com"

    def __init__(self, internet: FakeInternet, *, page_size: int = 20) -> None:
        self.videos: dict[str, Video] = {}
        self.channels: dict[str, Channel] = {}
        self.playlists: dict[str, tuple[str, list[str]]] = {}  # id → title, uploads
        self.page_size = page_size
        self.music = FakeYouTubeMusic(internet)
        self._endpoints = {
            "/youtubei/v1/search": self._search,
            "/youtubei/v1/player": self._player,
            "/youtubei/v1/next": self._next,
            "/youtubei/v1/browse": self._browse,
            "/youtubei/v1/navigation/resolve_url": self._resolve,
            "/watch": self._watch,
            "/": self._home,
            "/iframe_api": self._script,
            "/tv": self._home,
            "/api/timedtext": self._captions,
            youtube_feeds.PATH: self._feed,
        }
        internet.add(self.SITE, self._site)
        internet.add(self.MEDIA, self._media)
        internet.add(self.PICTURES, self._picture)
        internet.add("yt3.googleusercontent.com", self._picture)

    def add_video(
        self,
        video_id: str,
        *,
        title: str,
        channel: str = "Somebody",
        channel_id: str = "",
        **more: Any,
    ) -> Video:
        """Add an upload, and its channel; `more` are fields of innertube.Video."""
        channel_id = channel_id or channel_id_of(channel)
        video = Video(id=video_id, title=title, channel=channel, channel_id=channel_id, **more)
        if video.availability == "not_yet" and not video.starts_at:
            video.starts_at = int(time.time()) + 3 * 3600
        self.videos[video_id] = video
        if channel_id not in self.channels:
            self.add_channel(channel, channel_id=channel_id, verified=video.verified)
        return video

    def add_channel(
        self, name: str, *, channel_id: str = "", verified: bool = False, videos_tab: bool = True
    ) -> Channel:
        channel = Channel(
            id=channel_id or channel_id_of(name),
            name=name,
            handle="@" + re.sub(r"\W", "", name),
            verified=verified,
            has_videos_tab=videos_tab,
        )
        self.channels[channel.id] = channel
        return channel

    def add_playlist(self, playlist_id: str, ids: Sequence[str], *, title: str = "A list") -> None:
        """A playlist of uploads that were added."""
        self.playlists[playlist_id] = (title, list(ids))

    def _site(self, request: Request) -> Answer | None:
        if request.path.startswith("/embed/"):
            return answers.text_of(innertube.page())
        if request.path.startswith("/s/player/"):
            return self._script(request)
        endpoint = self._endpoints.get(request.path)
        return endpoint(request) if endpoint else None

    def _home(self, request: Request) -> Answer:
        return answers.text_of(innertube.page("var ytInitialData = {};"))

    def _script(self, request: Request) -> Answer:
        """Names the player, and is it: only yt-dlp's two questions have an answer in here."""
        script = f'var player = "{innertube.PLAYER_JS}", config = {{signatureTimestamp: 20600}};'
        return answers.text_of(script, kind="text/javascript")

    def _watch(self, request: Request) -> Answer:
        video = self.videos.get(request.arg("v"))
        if video is None:
            gone = innertube.unknown_video(request.arg("v"))
            return answers.text_of(innertube.watch_page(request.arg("v"), gone, EMPTY_PAGE))
        player = innertube.player(_seen(video, request, "WEB"), "WEB")
        page = innertube.watch_page(video.id, player, innertube.following(video))
        return answers.text_of(page)

    def _player(self, request: Request) -> Answer:
        body = request.json()
        client = body["context"]["client"]["clientName"]
        video = self.videos.get(body["videoId"])
        if video is None:
            return answers.json_of(innertube.unknown_video(body["videoId"]))
        return answers.json_of(innertube.player(_seen(video, request, client), client))

    def _next(self, request: Request) -> Answer:
        video = self.videos.get(request.json()["videoId"])
        return answers.json_of(innertube.following(video) if video else EMPTY_PAGE)

    def _search(self, request: Request) -> Answer:
        query, start = _position(request.json(), "query")
        found = [video for video in self.videos.values() if _matches(video, query)]
        shown, more = self._page(found, query, start)
        return answers.json_of(innertube_lists.search_page(shown, more, first=start == 0))

    def _browse(self, request: Request) -> Answer:
        channel_id, start = _position(request.json(), "browseId")
        if channel_id.startswith("VL"):
            return self._playlist(channel_id.removeprefix("VL"), start)
        channel = self.channels.get(channel_id)
        if channel is None:
            return answers.json_of(NOT_FOUND, status=404)
        uploads = [v for v in self.videos.values() if v.channel_id == channel_id and not v.short]
        shown, more = self._page(uploads, channel_id, start)
        if start:
            return answers.json_of(innertube_lists.channel_more(shown, more))
        return answers.json_of(innertube_lists.channel_page(channel, shown, more))

    def _playlist(self, playlist_id: str, start: int) -> Answer:
        title, ids, owner = self._listed(playlist_id)
        if owner is None:
            words = "The playlist does not exist."
            return answers.json_of(innertube_lists.unseen_playlist(words))
        uploads = [self.videos[one] for one in ids]
        shown, more = self._page(uploads, f"VL{playlist_id}", start)
        if start:
            return answers.json_of(innertube_lists.playlist_more(shown, more))
        return answers.json_of(innertube_lists.playlist_page(title, owner, shown, more))

    def _listed(self, playlist_id: str) -> tuple[str, list[str], Channel | None]:
        """Title, uploads and owner of a playlist; that of a channel's uploads is always there."""
        if playlist_id in self.playlists:
            title, ids = self.playlists[playlist_id]
            return title, ids, Channel(id=channel_id_of("A fan"), name="A fan", handle="@fan")
        channel = self.channels.get(f"UC{playlist_id.removeprefix('UU')}")
        ids = [one.id for one in self.videos.values() if channel and one.channel_id == channel.id]
        return f"Uploads from {channel.name if channel else ''}", ids, channel if ids else None

    def _feed(self, request: Request) -> Answer:
        channel = self.channels.get(request.arg("channel_id"))
        if channel is None:
            return answers.text_of(youtube_feeds.GONE, status=404)
        uploads = [one for one in self.videos.values() if one.channel_id == channel.id]
        said = youtube_feeds.feed(channel, uploads)
        return answers.text_of(said, kind="text/xml; charset=UTF-8")

    def _resolve(self, request: Request) -> Answer:
        url = urlsplit(request.json()["url"])
        if listed := parse_qs(url.query).get("list"):
            endpoint = {"browseEndpoint": {"browseId": f"VL{listed[0]}"}}
            return answers.json_of({"endpoint": endpoint})
        first, _, rest = url.path.strip("/").partition("/")
        name = rest.partition("/")[0] if first in ("channel", "c", "user") else first
        for channel in self.channels.values():
            if name in (channel.id, channel.handle, channel.handle.lstrip("@")):
                endpoint = {"browseEndpoint": {"browseId": channel.id, "params": "EgZ2aWRlb3M="}}
                return answers.json_of({"endpoint": endpoint})
        return answers.json_of(NOT_FOUND, status=404)

    def _captions(self, request: Request) -> Answer:
        way = "Heard" if request.arg("kind") == "asr" else "Sung"
        words = f"{way} in {request.arg('lang')}"
        cue = f"WEBVTT\n\n00:00:00.000 --> 00:00:02.000\n{words}\n"
        cue += "\n00:00:05.000 --> 00:00:06.000\nAnd on\n"
        return answers.text_of(cue, kind="text/vtt; charset=utf-8")

    def _media(self, request: Request) -> Answer | None:
        video = self.videos.get(request.arg("id"))
        if video is None or request.path != "/videoplayback":
            return None
        if video.needs_token and not request.arg("pot"):
            return answers.forbidden_html()
        itag = int(request.arg("itag"))
        kind = "audio" if innertube.STREAMS[itag][1] == 0 else "video"
        return answers.file_of(innertube.media_path(video, itag), f"{kind}/mp4")

    def _picture(self, request: Request) -> Answer:
        name = request.path.split("/")[2] if request.path.count("/") > 1 else request.path[1:]
        return Answer(body=media.jpeg(name), kind="image/jpeg")

    def _page(self, found: list[Video], subject: str, start: int) -> tuple[list[Video], str]:
        end = start + self.page_size
        return found[start:end], f"{end}:{subject}" if end < len(found) else ""


def _seen(video: Video, request: Request, client: str) -> Video:
    """The video as this client may see it."""
    if video.opens_to_account and "LOGIN_INFO=" in request.headers.get("cookie", ""):
        return dataclasses.replace(video, availability="available")
    if video.needs_token and client != "WEB":
        return dataclasses.replace(video, availability="bot_wall")
    return video


def channel_id_of(name: str) -> str:
    """A channel id as YouTube makes them, always the same for a name."""
    return "UC" + hashlib.sha256(name.encode()).hexdigest()[:22]


def _position(body: dict[str, Any], key: str) -> tuple[str, int]:
    """What is asked for and from where: a continuation holds both."""
    if token := body.get("continuation"):
        start, _, subject = str(token).partition(":")
        return subject, int(start)
    return str(body[key]), 0


def _matches(video: Video, query: str) -> bool:
    wanted = set(_words(query)) - COMMON
    return wanted <= set(_words(f"{video.title} {video.channel}"))


def _words(words: str) -> list[str]:
    plain = unicodedata.normalize("NFKD", words).encode("ascii", "ignore").decode()
    return re.findall(r"\w+", plain.casefold() or words.casefold())
