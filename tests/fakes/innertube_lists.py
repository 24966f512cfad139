"""How YouTube words lists of videos: search and channels, as far as yt-dlp reads them."""

from collections.abc import Sequence
from typing import Any

from tests.fakes.innertube import Channel, Video, badges, byline, text, thumbnail


def search_page(found: Sequence[Video], more: str, *, first: bool) -> dict[str, Any]:
    contents: list[dict[str, Any]] = [
        {"itemSectionRenderer": {"contents": [_search_entry(video) for video in found]}}
    ]
    if more:
        contents.append(continuation(more))
    if not first:
        action = {"appendContinuationItemsAction": {"continuationItems": contents}}
        return {"onResponseReceivedCommands": [action]}
    primary = {"sectionListRenderer": {"contents": contents}}
    return {"contents": {"twoColumnSearchResultsRenderer": {"primaryContents": primary}}}


def channel_page(channel: Channel, uploads: Sequence[Video], more: str) -> dict[str, Any]:
    """The channel's tab of videos, or its home where it has none."""
    tabs = [_tab(channel, "featured", "Home", None if channel.has_videos_tab else [])]
    if channel.has_videos_tab:
        tabs.append(_tab(channel, "videos", "Videos", channel_items(uploads, more)))
    avatar = f"https://yt3.googleusercontent.com/{channel.id}=s900-c-k-c0x00ffffff-no-rj"
    return {
        "contents": {"twoColumnBrowseResultsRenderer": {"tabs": tabs}},
        "metadata": {
            "channelMetadataRenderer": {
                "title": channel.name,
                "description": f"The channel of {channel.name}",
                "externalId": channel.id,
                "channelUrl": f"https://www.youtube.com/channel/{channel.id}",
                "vanityChannelUrl": f"http://www.youtube.com/{channel.handle}",
                "ownerUrls": [f"http://www.youtube.com/{channel.handle}"],
                "avatar": {"thumbnails": [{"url": avatar, "width": 900, "height": 900}]},
            }
        },
        "header": {"pageHeaderRenderer": {"content": {"pageHeaderViewModel": _header(channel)}}},
    }


def channel_more(uploads: Sequence[Video], more: str) -> dict[str, Any]:
    items = channel_items(uploads, more)
    action = {"appendContinuationItemsAction": {"continuationItems": items}}
    return {"onResponseReceivedActions": [action]}


def channel_items(uploads: Sequence[Video], more: str) -> list[dict[str, Any]]:
    items = [{"richItemRenderer": {"content": {"lockupViewModel": _lockup(v)}}} for v in uploads]
    return [*items, continuation(more)] if more else items


def continuation(token: str) -> dict[str, Any]:
    endpoint = {"continuationCommand": {"token": token}, "clickTrackingParams": "CAAQ"}
    return {"continuationItemRenderer": {"continuationEndpoint": endpoint}}


def clock(seconds: float) -> str:
    minutes, rest = divmod(int(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"


def _search_entry(video: Video) -> dict[str, Any]:
    overlay = {
        "text": {"simpleText": clock(video.duration)},
        "style": "SHORTS" if video.short else "DEFAULT",
    }
    entry: dict[str, Any] = {
        "videoId": video.id,
        "title": text(video.title),
        "thumbnail": {"thumbnails": [thumbnail(video.id, "hq720", 720)]},
        "lengthText": {"simpleText": clock(video.duration)},
        "viewCountText": {"simpleText": f"{video.views:,} views"},
        "publishedTimeText": {"simpleText": "9 years ago"},
        "ownerText": byline(video),
        "shortBylineText": byline(video),
        "ownerBadges": badges(video.verified),
        "thumbnailOverlays": [{"thumbnailOverlayTimeStatusRenderer": overlay}],
    }
    if video.availability == "not_yet":
        entry["upcomingEventData"] = {"startTime": str(video.starts_at)}
    if video.availability == "members_only":
        badge = {"style": "BADGE_STYLE_TYPE_MEMBERS_ONLY", "label": "Members only"}
        entry["badges"] = [{"metadataBadgeRenderer": badge}]
    return {"videoRenderer": entry}


def _tab(
    channel: Channel, tab: str, title: str, items: list[dict[str, Any]] | None
) -> dict[str, Any]:
    address = f"/{channel.handle}/{tab}"
    renderer: dict[str, Any] = {
        "title": title,
        "endpoint": {"commandMetadata": {"webCommandMetadata": {"url": address}}},
    }
    if items is not None:
        renderer |= {"selected": True, "content": {"richGridRenderer": {"contents": items}}}
    return {"tabRenderer": renderer}


def _header(channel: Channel) -> dict[str, Any]:
    image = {"sources": [{"clientResource": {"imageName": "CHECK_CIRCLE_FILLED"}}]}
    run = {"element": {"type": {"imageType": {"image": image}}}}
    title: dict[str, Any] = {"content": channel.name}
    if channel.verified:
        title["attachmentRuns"] = [run]
    return {"title": {"dynamicTextViewModel": {"text": title}}}


def _lockup(video: Video) -> dict[str, Any]:
    badge = {"thumbnailBadgeViewModel": {"text": clock(video.duration), "badgeStyle": "DEFAULT"}}
    image = {"sources": [thumbnail(video.id, "hqdefault", 336)]}
    parts = [{"text": {"content": "12K views"}}, {"text": {"content": "9 years ago"}}]
    parts[-1]["accessibilityLabel"] = {}
    return {
        "contentId": video.id,
        "contentType": "LOCKUP_CONTENT_TYPE_VIDEO",
        "contentImage": {
            "thumbnailViewModel": {
                "image": image,
                "overlays": [{"thumbnailBottomOverlayViewModel": {"badges": [badge]}}],
            }
        },
        "metadata": {
            "lockupMetadataViewModel": {
                "title": {"content": video.title},
                "metadata": {
                    "contentMetadataViewModel": {"metadataRows": [{"metadataParts": parts}]}
                },
            }
        },
    }


def playlist_page(
    title: str, owner: Channel, uploads: Sequence[Video], more: str
) -> dict[str, Any]:
    """A playlist's page; what is private or gone stays in it under another name."""
    listed = {"playlistVideoListRenderer": {"contents": playlist_items(uploads, more)}}
    section = {"itemSectionRenderer": {"contents": [listed]}}
    tab = {"selected": True, "content": {"sectionListRenderer": {"contents": [section]}}}
    browse = {"browseId": owner.id, "canonicalBaseUrl": f"/channel/{owner.id}"}
    run = {"text": owner.name, "navigationEndpoint": {"browseEndpoint": browse}}
    return {
        "contents": {"twoColumnBrowseResultsRenderer": {"tabs": [{"tabRenderer": tab}]}},
        "header": {"playlistHeaderRenderer": {"ownerText": {"runs": [run]}}},
        "metadata": {"playlistMetadataRenderer": {"title": title}},
    }


def playlist_more(uploads: Sequence[Video], more: str) -> dict[str, Any]:
    items = playlist_items(uploads, more)
    action = {"appendContinuationItemsAction": {"continuationItems": items}}
    return {"onResponseReceivedActions": [action]}


def playlist_items(uploads: Sequence[Video], more: str) -> list[dict[str, Any]]:
    items = [{"playlistVideoRenderer": _playlist_entry(video)} for video in uploads]
    return [*items, continuation(more)] if more else items


def unseen_playlist(words: str) -> dict[str, Any]:
    """What comes, with a status of success, for a playlist that nobody can see."""
    alert = {"alertRenderer": {"type": "ERROR", "text": text(words)}}
    return {"alerts": [alert], "microformat": {"microformatDataRenderer": {"noindex": True}}}


def _playlist_entry(video: Video) -> dict[str, Any]:
    unseen = {"private": "[Private video]", "removed": "[Deleted video]"}
    if video.availability in unseen:
        return {"videoId": video.id, "title": text(unseen[video.availability])}
    return {
        "videoId": video.id,
        "title": text(video.title),
        "lengthSeconds": str(int(video.duration)),
        "lengthText": {"simpleText": clock(video.duration)},
        "shortBylineText": byline(video),
        "thumbnail": {"thumbnails": [thumbnail(video.id, "hq720", 720)]},
        "isPlayable": True,
    }
