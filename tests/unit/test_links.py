"""Links that people paste."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mvidarr.integrations import links
from mvidarr.integrations.links import Link

CHANNEL = "UCqECaJ8Gagnn7YCbPEzWH6g"
MBID = "87c5dedd-371d-4a53-9f7f-80522fb7f3cb"
VIDEO = "YykjpeuMNEk"


@pytest.mark.parametrize(
    ("text", "kind", "value"),
    [
        (f"https://www.youtube.com/channel/{CHANNEL}", "youtube_channel", CHANNEL),
        (f"https://youtube.com/channel/{CHANNEL}/videos?view=0", "youtube_channel", CHANNEL),
        (f"https://music.youtube.com/channel/{CHANNEL}", "youtube_channel", CHANNEL),
        (f"  http://m.youtube.com/channel/{CHANNEL}\n", "youtube_channel", CHANNEL),
        ("https://www.youtube.com/@bjork", "youtube_handle", "@bjork"),
        ("youtube.com/@bjork/featured", "youtube_handle", "@bjork"),
        ("www.youtube.com/@bj%C3%B6rk", "youtube_handle", "@björk"),
        ("https://www.youtube.com/user/bjorkdotcom", "youtube_user", "bjorkdotcom"),
        ("https://www.youtube.com/c/bjork/about", "youtube_custom", "bjork"),
        (f"https://www.youtube.com/watch?v={VIDEO}", "youtube_video", VIDEO),
        (f"https://www.youtube.com/watch?list=PLabc&v={VIDEO}&t=5s", "youtube_video", VIDEO),
        (f"HTTPS://YouTu.be/{VIDEO}?si=abc", "youtube_video", VIDEO),
        (f"https://www.youtube.com/shorts/{VIDEO}", "youtube_video", VIDEO),
        (f"https://www.youtube-nocookie.com/embed/{VIDEO}", "youtube_video", VIDEO),
        ("https://www.youtube.com/playlist?list=PLA6TqR0PdW", "youtube_playlist", "PLA6TqR0PdW"),
        ("https://vimeo.com/64611906", "vimeo_video", "64611906"),
        ("https://player.vimeo.com/video/64611906", "vimeo_video", "64611906"),
        ("https://imvdb.com/n/robin-thicke", "imvdb_slug", "robin-thicke"),
        ("http://www.imvdb.com/n/m.i.a./", "imvdb_slug", "m.i.a."),
        (
            "http://imvdb.com/video/paradise-lost/the-enemy",
            "imvdb_video_slug",
            "paradise-lost/the-enemy",
        ),
        ("https://imvdb.com/video/a/b/2", "imvdb_video_slug", "a/b/2"),
        (f"https://musicbrainz.org/artist/{MBID}", "mb_artist", MBID),
        (f"https://musicbrainz.org/artist/{MBID.upper()}/recordings", "mb_artist", MBID),
        (f"beta.musicbrainz.org/artist/{MBID}", "mb_artist", MBID),
    ],
)
def test_known_link_is_recognised(text: str, kind: str, value: str) -> None:
    assert links.recognise(text) == Link(kind=kind, value=value)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Björk",
        "AC/DC",
        "https://example.org/",
        f"https://youtube.com.example.org/channel/{CHANNEL}",
        f"https://evilyoutube.com/channel/{CHANNEL}",
        f"https://example.org/?u=https://youtube.com/channel/{CHANNEL}",
        f"https://youtube.com@example.org/channel/{CHANNEL}",
        f"https://user@youtube.com/channel/{CHANNEL}",
        f"ftp://youtube.com/channel/{CHANNEL}",
        f"javascript://youtube.com/channel/{CHANNEL}",
        "https://www.youtube.com/channel/UCshort",
        "https://www.youtube.com/watch?v=short",
        "https://www.youtube.com/watch",
        "https://www.youtube.com/playlist?list=../x",
        "https://www.youtube.com/",
        "https://youtu.be/",
        "https://musicbrainz.org/release/87c5dedd-371d-4a53-9f7f-80522fb7f3cb",
        "https://musicbrainz.org/artist/nobody",
        "https://imvdb.com/n/",
        "https://[::1",
        "https://\u2100.example.org/",
    ],
)
def test_other_text_is_no_link(text: str) -> None:
    assert links.recognise(text) is None


@given(st.text())
def test_no_text_breaks_it(text: str) -> None:
    links.recognise(text)
    links.recognise(f"https://www.youtube.com/{text}")
