"""How YouTube words one video: the player, its page, its streams, as far as yt-dlp reads it.

The shapes follow what yt-dlp 2026.8 looks for; everything it does not read is left out.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode

from tests.fakes import media

PLAYER_JS = "/s/player/0f1a2b3c/player_es6.vflset/en_US/base.js"
ITAGS = {  # codec and height → itag, codecs as YouTube names them
    ("h264", 1080): (137, "avc1.640028"),
    ("h264", 720): (136, "avc1.64001f"),
    ("h264", 480): (135, "avc1.4d401f"),
    ("h264", 360): (134, "avc1.4d401e"),
    ("h264", 240): (133, "avc1.4d4015"),
    ("h264", 144): (160, "avc1.4d400c"),
    ("vp9", 2160): (313, "vp9"),
    ("vp9", 1440): (271, "vp9"),
    ("vp9", 1080): (248, "vp9"),
    ("vp9", 720): (247, "vp9"),
    ("vp9", 480): (244, "vp9"),
    ("vp9", 360): (243, "vp9"),
    ("aac", 0): (140, "mp4a.40.2"),
    ("opus", 0): (251, "opus"),
}
STREAMS = {itag: (codec, height) for (codec, height), (itag, _) in ITAGS.items()}

# status, reason, subreason of the player for what cannot be had
REFUSALS = {
    "private": ("LOGIN_REQUIRED", "This video is private", ""),
    "removed": (
        "ERROR",
        "Video unavailable",
        "This video has been removed by the uploader",
    ),
    "geo_blocked": (
        "UNPLAYABLE",
        "Video unavailable",
        "The uploader has not made this video available in your country",
    ),
    "members_only": (
        "UNPLAYABLE",
        "Join this channel to get access to members-only content like this video, "
        "and other exclusive perks.",
        "",
    ),
    "premium_only": (
        "UNPLAYABLE",
        "This video is only available to Music Premium members",
        "",
    ),
    "age_restricted": ("LOGIN_REQUIRED", "Sign in to confirm your age", ""),
    "not_yet": ("LIVE_STREAM_OFFLINE", "Premieres in 3 hours", ""),
    "bot_wall": ("LOGIN_REQUIRED", "Sign in to confirm you’re not a bot", ""),
    "throttled": (
        "UNPLAYABLE",
        "Video unavailable. This content isn't available, try again later.",
        "",
    ),
    "reload": ("UNPLAYABLE", "The page needs to be reloaded.", ""),
}


@dataclass(kw_only=True)
class Video:
    """One upload. `availability` is `available`, `live` or a key of REFUSALS."""

    id: str
    title: str
    channel: str
    channel_id: str
    duration: float = 3  # as claimed; the media are `seconds` long
    seconds: float = 3
    verified: bool = False
    availability: str = "available"
    heights: Sequence[int] = (1080, 720, 360)
    codec: str = "h264"
    audio_codecs: Sequence[str] = ("aac", "opus")
    views: int = 12_345
    published: str = "2017-11-20"
    captions: Sequence[str] = ()
    heard: str = ""  # the language that YouTube made captions of by itself
    chapters: Sequence[tuple[int, str]] = ()  # second and title
    opens_to_account: bool = False  # whoever signed in gets it in spite of its availability
    needs_token: bool = False  # a PO token, for the media; all but the web client meet the bot wall
    short: bool = False
    starts_at: int = 0  # epoch seconds of a premiere
    extra_details: dict[str, Any] = field(default_factory=dict)

    @property
    def itags(self) -> list[int]:
        pictures = [ITAGS[self.codec, height][0] for height in self.heights]
        return [*pictures, *(ITAGS[codec, 0][0] for codec in self.audio_codecs)]


@dataclass(kw_only=True)
class Channel:
    id: str
    name: str
    handle: str
    verified: bool = False
    has_videos_tab: bool = True


def player(video: Video, client: str) -> dict[str, Any]:
    """The player's answer; like the real one, the web client gets no addresses of media."""
    answer: dict[str, Any] = {
        "playabilityStatus": _playability(video),
        "videoDetails": _details(video),
    }
    if client.startswith("WEB"):
        answer["microformat"] = {"playerMicroformatRenderer": _microformat(video)}
    if video.availability not in REFUSALS:
        plain = client != "WEB" or video.needs_token
        streams = [_stream(video, itag, plain=plain) for itag in video.itags]
        answer["streamingData"] = {"expiresInSeconds": "21540", "adaptiveFormats": streams}
        answer["captions"] = _captions(video)
    return answer


def unknown_video(video_id: str) -> dict[str, Any]:
    return {
        "playabilityStatus": {
            "status": "ERROR",
            "reason": "Video unavailable",
            "errorScreen": {
                "playerErrorMessageRenderer": {
                    "subreason": {"simpleText": "This video is no longer available"}
                }
            },
        },
        "videoDetails": {"videoId": video_id},
    }


def watch_page(video_id: str, answer: dict[str, Any], following: dict[str, Any]) -> str:
    return page(f"var ytInitialPlayerResponse = {json.dumps(answer)};"
                f"</script><script>var ytInitialData = {json.dumps(following)};")  # fmt: skip


def page(script: str = "") -> str:
    """A page of the site: the client's configuration and one script more."""
    config = {
        "INNERTUBE_API_VERSION": "v1",
        "INNERTUBE_CONTEXT": {
            "client": {
                "hl": "en",
                "gl": "GB",
                "clientName": "WEB",
                "clientVersion": "2.20260708.00.00",
                "visitorData": "CgtmYWtldmlzaXRvcg%3D%3D",
            }
        },
        "INNERTUBE_CONTEXT_CLIENT_NAME": 1,
        "PLAYER_JS_URL": PLAYER_JS,
        "STS": 20600,
        "VISITOR_DATA": "CgtmYWtldmlzaXRvcg%3D%3D",
    }
    return (
        "<!doctype html><html><head><title>YouTube</title>"
        f"<script>ytcfg.set({json.dumps(config)});</script>"
        f"</head><body><script>{script}</script></body></html>"
    )


def following(video: Video) -> dict[str, Any]:
    """The page's data beside the player: date and owner."""
    day = datetime.fromisoformat(video.published)
    contents = [
        {
            "videoPrimaryInfoRenderer": {
                "title": text(video.title),
                "dateText": {"simpleText": f"{day:%b} {day.day}, {day.year}"},
            }
        },
        {
            "videoSecondaryInfoRenderer": {
                "owner": {
                    "videoOwnerRenderer": {
                        "title": byline(video),
                        "badges": badges(video.verified),
                    }
                }
            }
        },
    ]
    results = {"results": {"results": {"contents": contents}}}
    return {"contents": {"twoColumnWatchNextResults": results}}


def text(words: str) -> dict[str, Any]:
    return {"runs": [{"text": words}]}


def _playability(video: Video) -> dict[str, Any]:
    if video.availability not in REFUSALS:
        return {"status": "OK", "playableInEmbed": True}
    status, reason, subreason = REFUSALS[video.availability]
    screen = {"reason": {"simpleText": reason}}
    if subreason:
        screen["subreason"] = {"simpleText": subreason}
    return {
        "status": status,
        "reason": reason,
        "errorScreen": {"playerErrorMessageRenderer": screen},
    }


def _details(video: Video) -> dict[str, Any]:
    upcoming = video.availability == "not_yet"
    return {
        "videoId": video.id,
        "title": video.title,
        "lengthSeconds": str(int(video.duration)),
        "channelId": video.channel_id,
        "author": video.channel,
        "shortDescription": "\n".join([f"{video.title}, by {video.channel}", *_told(video)]),
        "viewCount": str(video.views),
        "isPrivate": video.availability == "private",
        "isLiveContent": video.availability in ("live", "not_yet"),
        **({"isLive": True} if video.availability == "live" else {}),
        **({"isUpcoming": True} if upcoming else {}),
        "thumbnail": {"thumbnails": [thumbnail(video.id, "maxresdefault", 1920)]},
        **video.extra_details,
    }


def _told(video: Video) -> list[str]:
    """Chapters are lines of the description."""
    return [f"{start // 60}:{start % 60:02} {title}" for start, title in video.chapters]


def _microformat(video: Video) -> dict[str, Any]:
    starts = datetime.fromtimestamp(video.starts_at, UTC).isoformat()
    live = {"isLiveNow": False, "startTimestamp": starts}
    return {
        "title": {"simpleText": video.title},
        "lengthSeconds": str(int(video.duration)),
        "ownerChannelName": video.channel,
        "externalChannelId": video.channel_id,
        "isFamilySafe": video.availability != "age_restricted",
        "uploadDate": f"{video.published}T08:00:00-07:00",
        "publishDate": f"{video.published}T08:00:00-07:00",
        "category": "Music",
        **({"liveBroadcastDetails": live} if video.starts_at else {}),
    }


def _stream(video: Video, itag: int, *, plain: bool) -> dict[str, Any]:
    codec, height = STREAMS[itag]
    path = media_path(video, itag)
    query = urlencode({"id": video.id, "itag": itag, "source": "youtube", "c": "VISIONOS"})
    size = path.stat().st_size
    stream: dict[str, Any] = {
        "itag": itag,
        "bitrate": int(size * 8 / video.seconds),
        "averageBitrate": int(size * 8 / video.seconds),
        "contentLength": str(size),
        "approxDurationMs": str(int(video.duration * 1000)),
        "mimeType": _mime(codec, height, ITAGS[codec, height][1]),
    }
    if plain:
        stream["url"] = f"https://rr1---sn-fake.googlevideo.com/videoplayback?{query}"
    if height:
        label = f"{height}p"
        quality = {1080: "hd1080", 720: "hd720", 480: "large", 360: "medium"}.get(height, "small")
        stream |= {"width": height * 16 // 9, "height": height, "fps": 10, "qualityLabel": label}
        return stream | {"quality": quality}
    sound = {"audioQuality": "AUDIO_QUALITY_MEDIUM", "audioSampleRate": "44100"}
    return stream | sound | {"audioChannels": 1, "quality": "tiny"}


def media_path(video: Video, itag: int) -> Any:
    codec, height = STREAMS[itag]
    if height:
        return media.video(height, seconds=video.seconds, codec=codec)
    return media.audio(seconds=video.seconds, codec=codec)


def _mime(codec: str, height: int, name: str) -> str:
    kind = "mp4" if codec in ("h264", "aac") else "webm"
    return f'{"video" if height else "audio"}/{kind}; codecs="{name}"'


def _captions(video: Video) -> dict[str, Any]:
    tracks = [_track(video, code, f".{code}") for code in video.captions]
    if video.heard:
        heard = _track(video, video.heard, f"a.{video.heard}")
        tracks.append({**heard, "kind": "asr", "isTranslatable": True})
    codes = ("de", "en", "is") if video.heard else ()
    languages = [{"languageCode": code, "languageName": {"simpleText": code}} for code in codes]
    renderer = {"captionTracks": tracks, "translationLanguages": languages}
    return {"playerCaptionsTracklistRenderer": renderer}


def _track(video: Video, code: str, name: str) -> dict[str, Any]:
    kind = "&kind=asr" if name.startswith("a.") else ""
    return {
        "baseUrl": f"https://www.youtube.com/api/timedtext?v={video.id}&lang={code}{kind}",
        "name": {"simpleText": code},
        "vssId": name,
        "languageCode": code,
        "isTranslatable": False,
    }


def byline(video: Video) -> dict[str, Any]:
    browse = {"browseId": video.channel_id, "canonicalBaseUrl": f"/channel/{video.channel_id}"}
    return {"runs": [{"text": video.channel, "navigationEndpoint": {"browseEndpoint": browse}}]}


def badges(verified: bool) -> list[dict[str, Any]]:
    badge = {"icon": {"iconType": "OFFICIAL_ARTIST_BADGE"}, "style": "BADGE_STYLE_TYPE_VERIFIED"}
    return [{"metadataBadgeRenderer": badge}] if verified else []


def thumbnail(video_id: str, name: str, width: int) -> dict[str, Any]:
    address = f"https://i.ytimg.com/vi/{video_id}/{name}.jpg?sqp=-oaymwEcCNAFEJQD&rs=AOn4CL"
    return {"url": address, "width": width, "height": width * 9 // 16}
