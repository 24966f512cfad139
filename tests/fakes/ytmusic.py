"""A YouTube Music on the fake internet: search by kind, artists' pages, lists of their videos.

    music = FakeYouTubeMusic(fake_internet)
    bjork = music.add_artist("Björk", channel_id="UC" + "b" * 22)
    music.add_video("Jóga", "Joga0000001", artists=[bjork], duration=305, views="29M")
    music.add_video("Björk - Jóga live", "jogalive001", uploader="TV", kind="UGC")

The shapes follow what ytmusicapi 1.12 reads; all else is left out. `kind` is OMV, UGC, ATV or
OFFICIAL_SOURCE_MUSIC; official videos of an artist stand on the artist's page too.
"""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from tests.fakes import answers
from tests.fakes.answers import Answer, Request
from tests.fakes.internet import FakeInternet

ROOT = "/youtubei/v1/"
PAGE = 20
ON_PAGE = 10  # videos on an artist's page, before "more"
DOT = {"text": " • "}
FILTERS = {"EgWKAQIg": "artists", "EgWKAQIQ": "videos", "EgWKAQII": "songs"}


@dataclass(kw_only=True)
class MusicArtist:
    id: str  # of the page; the channel to subscribe to is another
    name: str
    channel_id: str
    has_page: bool = True


@dataclass(kw_only=True)
class MusicVideo:
    id: str
    title: str
    artists: Sequence[MusicArtist]
    kind: str = "OMV"
    duration: int = 200
    views: str = "58K"
    greyed: bool = False


class FakeYouTubeMusic:
    """Holds artists and videos, and answers for the host."""

    HOST = "music.youtube.com"

    def __init__(self, internet: FakeInternet) -> None:
        self.internet = internet
        self.artists: list[MusicArtist] = []
        self.videos: list[MusicVideo] = []
        self.has_header = True  # lists of videos without one are not read by ytmusicapi
        internet.add(self.HOST, self._answer)

    def add_artist(
        self, name: str, *, channel_id: str = "", id: str = "", has_page: bool = True
    ) -> MusicArtist:
        artist = MusicArtist(
            id=id or page_id_of(f"{name} {len(self.artists)}"),
            name=name,
            channel_id=channel_id or page_id_of(f"channel of {name}"),
            has_page=has_page,
        )
        self.artists.append(artist)
        return artist

    def add_video(
        self,
        title: str,
        video_id: str,
        *,
        artists: Sequence[MusicArtist] = (),
        uploader: str = "",
        **facts: Any,
    ) -> MusicVideo:
        """A video of artists, or of the channel of an uploader."""
        by = list(artists) or [MusicArtist(id=page_id_of(uploader), name=uploader, channel_id="")]
        self.videos.append(MusicVideo(id=video_id, title=title, artists=by, **facts))
        return self.videos[-1]

    def asked(self, path: str = "*") -> list[Request]:
        return self.internet.asked(self.HOST, path)

    def _answer(self, request: Request) -> Answer | None:
        if request.path == "/":
            config = json.dumps({"VISITOR_DATA": "CgtmYWtldmlzaXRvcg%3D%3D"})
            return answers.text_of(f"<html><script>ytcfg.set({config});</script></html>")
        if request.path == f"{ROOT}search":
            return answers.json_of(self._search(request))
        if request.path == f"{ROOT}browse":
            return self._browse(request)
        return None

    def _search(self, request: Request) -> dict[str, Any]:
        body = request.json()
        kind = FILTERS[str(body["params"])[:8]]
        query = str(body["query"]).casefold()
        start = int(request.arg("ctoken", "0"))
        items = [_artist_row(a) for a in self.artists if _is_like(query, a.name)]
        if kind == "videos":
            named = (v for v in self.videos if v.kind != "ATV")
            items = [_video_row(v) for v in named if _is_like(query, _words(v))]
        shown = items[start : start + PAGE]
        more = start + PAGE if start + PAGE < len(items) else None
        shelf: dict[str, Any] = {"title": _runs(kind.capitalize()), "contents": shown}
        if more:
            shelf["continuations"] = [{"nextContinuationData": {"continuation": str(more)}}]
        if start:
            return {"continuationContents": {"musicShelfContinuation": shelf}}
        nothing: dict[str, Any] = {"itemSectionRenderer": {"contents": [{"messageRenderer": {}}]}}
        sections = [nothing, {"musicShelfRenderer": shelf}] if shown else [nothing]
        content = {"sectionListRenderer": {"contents": sections}}
        tabs = [{"tabRenderer": {"content": content}}]
        return {"contents": {"tabbedSearchResultsRenderer": {"tabs": tabs}}}

    def _browse(self, request: Request) -> Answer:
        body = request.json()
        if token := body.get("continuation"):
            return answers.json_of(self._more(*str(token).split(" ")))
        browse_id = str(body["browseId"])
        for artist in self.artists:
            if browse_id == artist.id and artist.has_page:
                return answers.json_of(_artist_page(artist, self._of(artist)))
            if browse_id == _list_of(artist):
                return answers.json_of(self._list(artist))
        error = {"code": 404, "message": "Requested entity was not found.", "status": "NOT_FOUND"}
        return answers.json_of({"error": error}, status=404)

    def _of(self, artist: MusicArtist) -> list[MusicVideo]:
        return [v for v in self.videos if v.kind == "OMV" and artist in v.artists]

    def _list(self, artist: MusicArtist) -> dict[str, Any]:
        header = {"title": _runs("Videos"), "subtitle": {"runs": [{"text": "Playlist"}, DOT]}}
        shelf = {"musicPlaylistShelfRenderer": {"contents": self._rows(artist, 0)}}
        section: dict[str, Any] = {"sectionListRenderer": {"contents": [shelf]}}
        columns: dict[str, Any] = {"secondaryContents": section}
        if self.has_header:
            head = {
                "sectionListRenderer": {"contents": [{"musicResponsiveHeaderRenderer": header}]}
            }
            columns["tabs"] = [{"tabRenderer": {"content": head}}]
        return {"contents": {"twoColumnBrowseResultsRenderer": columns}}

    def _more(self, artist_id: str, start: str) -> dict[str, Any]:
        artist = next(artist for artist in self.artists if artist.id == artist_id)
        items = self._rows(artist, int(start))
        action = {"appendContinuationItemsAction": {"continuationItems": items}}
        return {"onResponseReceivedActions": [action]}

    def _rows(self, artist: MusicArtist, start: int) -> list[dict[str, Any]]:
        known = self._of(artist)
        rows = [_playlist_row(video) for video in known[start : start + PAGE]]
        if start + PAGE < len(known):
            command = {"continuationCommand": {"token": f"{artist.id} {start + PAGE}"}}
            rows.append({"continuationItemRenderer": {"continuationEndpoint": command}})
        return rows


def page_id_of(name: str) -> str:
    return "UC" + hashlib.sha256(f"music {name}".encode()).hexdigest()[:22]


def _list_of(artist: MusicArtist) -> str:
    return f"VLPL{artist.id[2:]}"


def _words(video: MusicVideo) -> str:
    return " ".join([video.title, *(artist.name for artist in video.artists)])


def _is_like(query: str, words: str) -> bool:
    return query in words.casefold()


def _runs(text: str, endpoint: dict[str, Any] | None = None) -> dict[str, Any]:
    run: dict[str, Any] = {"text": text}
    return {"runs": [run | ({"navigationEndpoint": endpoint} if endpoint else {})]}


def _column(runs: list[dict[str, Any]]) -> dict[str, Any]:
    return {"musicResponsiveListItemFlexColumnRenderer": {"text": {"runs": runs}}}


def _watch(video: MusicVideo) -> dict[str, Any]:
    kind = {"musicVideoType": f"MUSIC_VIDEO_TYPE_{video.kind}"} if video.kind else {}
    config = {"watchEndpointMusicConfig": kind}
    endpoint = {"videoId": video.id, "watchEndpointMusicSupportedConfigs": config}
    return {"watchEndpoint": endpoint}


def _page_of(artist: MusicArtist, kind: str = "ARTIST") -> dict[str, Any]:
    music = {"browseEndpointContextMusicConfig": {"pageType": f"MUSIC_PAGE_TYPE_{kind}"}}
    browse = {"browseId": artist.id, "browseEndpointContextSupportedConfigs": music}
    return {"browseEndpoint": browse}


def _byline(video: MusicVideo) -> list[dict[str, Any]]:
    runs: list[dict[str, Any]] = []
    for artist in video.artists:
        runs += [{"text": " & "}] if runs else []
        runs.append({"text": artist.name, "navigationEndpoint": _page_of(artist)})
    return runs


def _clock(seconds: int) -> str:
    return f"{seconds // 60}:{seconds % 60:02}"


def _overlay(video: MusicVideo) -> dict[str, Any]:
    play = {"musicPlayButtonRenderer": {"playNavigationEndpoint": _watch(video)}}
    return {"musicItemThumbnailOverlayRenderer": {"content": play}}


def _video_row(video: MusicVideo) -> dict[str, Any]:
    about = [*_byline(video), DOT, {"text": f"{video.views} views"}, DOT]
    about.append({"text": _clock(video.duration)})
    title = {"text": video.title, "navigationEndpoint": _watch(video)}
    return _row(video, [_column([title]), _column(about)])


def _playlist_row(video: MusicVideo) -> dict[str, Any]:
    title = {"text": video.title, "navigationEndpoint": _watch(video)}
    row = _row(video, [_column([title]), _column(_byline(video))])
    length = {"text": _runs(_clock(video.duration))}
    fixed = [{"musicResponsiveListItemFixedColumnRenderer": length}]
    item = {"menuNavigationItemRenderer": {"navigationEndpoint": _watch(video)}}
    renderer = row["musicResponsiveListItemRenderer"]
    renderer |= {"fixedColumns": fixed, "menu": {"menuRenderer": {"items": [item]}}}
    return row


def _row(video: MusicVideo, columns: list[dict[str, Any]]) -> dict[str, Any]:
    grey = {"musicItemRendererDisplayPolicy": "MUSIC_ITEM_RENDERER_DISPLAY_POLICY_GREY_OUT"}
    row = {"overlay": _overlay(video), "flexColumns": columns} | (grey if video.greyed else {})
    return {"musicResponsiveListItemRenderer": row}


def _artist_row(artist: MusicArtist) -> dict[str, Any]:
    about = [{"text": "Artist"}, DOT, {"text": "13.4M monthly audience"}]
    columns = [_column([{"text": artist.name}]), _column(about)]
    row = {"flexColumns": columns, "navigationEndpoint": _page_of(artist)}
    return {"musicResponsiveListItemRenderer": row}


def _artist_page(artist: MusicArtist, videos: Sequence[MusicVideo]) -> dict[str, Any]:
    songs = {"musicShelfRenderer": {"title": _runs("Top songs"), "contents": []}}
    sections: list[dict[str, Any]] = [songs]
    if videos:
        more = {"browseEndpoint": {"browseId": _list_of(artist), "params": "ggMCCAI%3D"}}
        header = {"musicCarouselShelfBasicHeaderRenderer": {"title": _runs("Videos", more)}}
        tiles = [_tile(video) for video in videos[:ON_PAGE]]
        sections.append({"musicCarouselShelfRenderer": {"header": header, "contents": tiles}})
    content = {"sectionListRenderer": {"contents": sections}}
    tab = {"tabRenderer": {"content": content}}
    subscribe = {"subscribeButtonRenderer": {"channelId": artist.channel_id, "subscribed": False}}
    header = {"title": _runs(artist.name), "subscriptionButton": subscribe}
    return {
        "contents": {"singleColumnBrowseResultsRenderer": {"tabs": [tab]}},
        "header": {"musicImmersiveHeaderRenderer": header},
    }


def _tile(video: MusicVideo) -> dict[str, Any]:
    about = [*_byline(video), DOT, {"text": f"{video.views} views"}]
    tile = {
        "title": _runs(video.title),
        "subtitle": {"runs": about},
        "navigationEndpoint": _watch(video),
    }
    return {"musicTwoRowItemRenderer": tile}
