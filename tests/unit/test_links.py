"""Links that people paste."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mvidarr.integrations import links
from mvidarr.integrations.links import Link

CHANNEL = "UCqECaJ8Gagnn7YCbPEzWH6g"
MBID = "87c5dedd-371d-4a53-9f7f-80522fb7f3cb"
VIDEO = "YykjpeuMNEk"
SPOTIFY = "7w29UYBi0qsHi5RTcv3lmA"


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
        (f"https://musicbrainz.org/recording/{MBID}", "mb_recording", MBID),
        (f"https://music.youtube.com/watch?v={VIDEO}&si=x", "youtube_video", VIDEO),
        (f"https://www.youtube.com/live/{VIDEO}?feature=share", "youtube_video", VIDEO),
        ("https://youtube.com/embed/videoseries?list=PLabc", "youtube_playlist", "PLabc"),
        (
            "https://music.youtube.com/playlist?list=RDCLAK5uy_kmPR",
            "youtube_playlist",
            "RDCLAK5uy_kmPR",
        ),
        ("https://vimeo.com/64611906/abcdef1234?share=copy", "vimeo_video", "64611906"),
        ("https://vimeo.com/channels/staffpicks/64611906", "vimeo_video", "64611906"),
        ("https://vimeo.com/groups/music/videos/64611906", "vimeo_video", "64611906"),
        ("https://vimeo.com/album/123/video/64611906", "vimeo_video", "64611906"),
        (f"https://open.spotify.com/artist/{SPOTIFY}?si=1", "spotify_artist", SPOTIFY),
        (f"https://open.spotify.com/intl-de/artist/{SPOTIFY}", "spotify_artist", SPOTIFY),
        (f"https://open.spotify.com/embed/artist/{SPOTIFY}", "spotify_artist", SPOTIFY),
        (f"spotify:artist:{SPOTIFY}", "spotify_artist", SPOTIFY),
        (f"https://open.spotify.com/playlist/{SPOTIFY}", "spotify_playlist", SPOTIFY),
        (f"https://open.spotify.com/user/x/playlist/{SPOTIFY}", "spotify_playlist", SPOTIFY),
        (f"spotify:playlist:{SPOTIFY}", "spotify_playlist", SPOTIFY),
        ("https://www.deezer.com/artist/27", "deezer_artist", "27"),
        ("https://www.deezer.com/en/artist/27?utm=1", "deezer_artist", "27"),
        ("https://www.last.fm/music/Bj%C3%B6rk", "lastfm_artist", "Björk"),
        ("https://www.last.fm/de/music/Sigur+R%C3%B3s/+videos", "lastfm_artist", "Sigur Rós"),
        ("https://www.last.fm/music/AC%252FDC", "lastfm_artist", "AC/DC"),
        ("https://www.last.fm/music/+noredirect/Air", "lastfm_artist", "Air"),
        ("https://www.last.fm/music/%252B%252F-", "lastfm_artist", "+/-"),
        ("https://www.theaudiodb.com/artist/111279-Bjork", "theaudiodb_artist", "111279"),
        ("theaudiodb.com/artist/111279", "theaudiodb_artist", "111279"),
        ("https://www.discogs.com/artist/2589-Bj%C3%B6rk", "discogs_artist", "2589"),
        ("https://www.discogs.com/de/artist/2589-Bj%C3%B6rk", "discogs_artist", "2589"),
        ("http://www.discogs.com/artist/2589", "discogs_artist", "2589"),
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
        f"https://imvdb.com/n/{'x' * 201}",
        "https://www.youtube.com/embed/videoseries",
        "https://www.youtube.com/playlist?list=RDabc",
        "https://vimeo.com/channels/staffpicks",
        f"https://open.spotify.com/track/{SPOTIFY}",
        "https://open.spotify.com/artist/short",
        f"https://open.spotify.com/artist/{SPOTIFY}x",
        f"spotify:track:{SPOTIFY}",
        f"https://example.org/?spotify:artist:{SPOTIFY}",
        "https://www.deezer.com/album/27",
        "https://www.deezer.com/artist/x",
        "https://www.last.fm/music/Air/_/Sexy+Boy",
        "https://www.last.fm/music/Air/Moon+Safari",
        "https://www.last.fm/music/+free-music-downloads",
        "https://www.last.fm/music/%2520",
        "https://www.last.fm/user/rj",
        "https://www.theaudiodb.com/album/111279",
        "https://www.discogs.com/release/2589",
        "https://www.discogs.com/artist/x-2589",
        "https://musicbrainz.org/recording/1",
        "https://[::1",
        "https://\u2100.example.org/",
    ],
)
def test_other_text_is_no_link(text: str) -> None:
    assert links.recognise(text) is None


HOSTS = (
    *("www.youtube.com", "music.youtube.com", "youtu.be", "vimeo.com", "imvdb.com"),
    *("musicbrainz.org", "open.spotify.com", "www.deezer.com", "www.last.fm"),
    *("www.theaudiodb.com", "www.discogs.com"),
)
PIECES = st.one_of(
    st.text(max_size=12),
    st.sampled_from(
        [
            *("/", "//", "..", "?", "#", "@", "%", "%2F", "%00", "+", "=", ":", "&", "-"),
            *("artist", "music", "channel", "watch?v=", "list=PL", "playlist", "n", "video"),
            *("intl-de", "embed", "user", "shorts", "recording", MBID, VIDEO, CHANNEL, SPOTIFY),
            *("27", "9" * 30, "+noredirect", "\u202e", "\ud800", "\n", "\x00", "é" * 300),
        ]
    ),
)


@given(st.text())
def test_no_text_breaks_it(text: str) -> None:
    links.recognise(text)
    links.recognise(f"https://www.youtube.com/{text}")


@given(st.sampled_from(HOSTS), st.lists(PIECES, max_size=8))
def test_no_broken_link_breaks_it(host: str, pieces: list[str]) -> None:
    link = links.recognise(f"https://{host}/{''.join(pieces)}")

    if link is not None:
        assert link.kind in links.KINDS
        assert 0 < len(link.value) <= 255
        assert link.value == link.value.strip()


@given(
    st.sampled_from(
        [
            f"https://www.youtube.com/watch?v={VIDEO}",
            f"https://open.spotify.com/artist/{SPOTIFY}",
            f"https://musicbrainz.org/artist/{MBID}",
            "https://www.last.fm/music/Bj%C3%B6rk",
            "https://www.discogs.com/artist/2589-Bj%C3%B6rk",
        ]
    ),
    st.integers(0, 60),
    st.text(max_size=3),
)
def test_no_damaged_link_breaks_it(link: str, at: int, what: str) -> None:
    links.recognise(link[:at] + what + link[at + 1 :])
    links.recognise(link[:at])


def test_endless_text_is_no_link() -> None:
    for host in HOSTS:
        for piece in ("/", "-", "%2F", "a/", "artist/", "channels/", "+"):
            assert links.recognise(f"https://{host}/{piece * 20_000}") is None
