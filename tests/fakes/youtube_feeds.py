"""How YouTube words the feed of a channel: Atom, the newest 15 uploads, no lengths."""

from collections.abc import Iterable
from xml.sax.saxutils import escape, quoteattr

from tests.fakes.innertube import Channel, Video

PATH = "/feeds/videos.xml"
NEWEST = 15
GONE = (
    "<!DOCTYPE html>\n<html lang=en>\n<meta charset=utf-8>\n<title>Error 404 (Not Found)!!1</title>"
    "\n<p><b>404.</b> <ins>That’s an error.</ins>\n"
)
_SPACES = (
    'xmlns:yt="http://www.youtube.com/xml/schemas/2015" '
    'xmlns:media="http://search.yahoo.com/mrss/" xmlns="http://www.w3.org/2005/Atom"'
)


def feed(channel: Channel, videos: Iterable[Video]) -> str:
    """The feed; the id of the channel itself lacks its UC there."""
    newest = sorted(videos, key=lambda video: video.published, reverse=True)[:NEWEST]
    home = f"https://www.youtube.com/channel/{channel.id}"
    return (
        f'<?xml version="1.0" encoding="UTF-8"?>\n<feed {_SPACES}>\n'
        f"<id>yt:channel:{channel.id[2:]}</id><yt:channelId>{channel.id[2:]}</yt:channelId>"
        f'<title>{escape(channel.name)}</title><link rel="alternate" href="{home}"/>'
        f"<author><name>{escape(channel.name)}</name><uri>{home}</uri></author>"
        f"<published>2013-07-09T20:17:20+00:00</published>\n"
        f"{''.join(_entry(video) for video in newest)}</feed>"
    )


def _entry(video: Video) -> str:
    path = f"shorts/{video.id}" if video.short else f"watch?v={video.id}"
    moment = f"{video.published}T15:01:42+00:00"
    return (
        f"<entry><id>yt:video:{video.id}</id><yt:videoId>{video.id}</yt:videoId>"
        f"<yt:channelId>{video.channel_id}</yt:channelId><title>{escape(video.title)}</title>"
        f'<link rel="alternate" href={quoteattr("https://www.youtube.com/" + path)}/>'
        f"<author><name>{escape(video.channel)}</name></author>"
        f"<published>{moment}</published><updated>{moment}</updated><media:group>"
        f"<media:title>{escape(video.title)}</media:title>"
        f'<media:thumbnail url="https://i3.ytimg.com/vi/{video.id}/hqdefault.jpg"/>'
        f"<media:description>By {escape(video.channel)}</media:description>"
        '<media:community><media:starRating count="9" average="5.00" min="1" max="5"/>'
        f'<media:statistics views="{video.views}"/></media:community></media:group></entry>\n'
    )
