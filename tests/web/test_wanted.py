"""The pages of what is missing, the search, files and pictures."""

import hashlib
from pathlib import Path

import pytest

from mvidarr.core.config import Config
from mvidarr.core.terms import Role
from mvidarr.media import thumbnails
from mvidarr.models import Artist, Job
from tests.client import Client
from tests.factories import make_artist, make_download, make_file, make_source, make_video


@pytest.fixture
def manager(client: Client) -> Client:
    return client.as_role(Role.MANAGER)


@pytest.fixture
def reader(client: Client) -> Client:
    return client.as_role(Role.READONLY)


def test_wanted_says_why_and_what_can_be_done(manager: Client) -> None:
    ready = make_video(title="Ready", source=True)
    choice = make_video(title="Choice")
    make_source(video=choice, verdict="review", accepted_key=None)

    page = manager.get("/wanted").text
    assert "Upload found, score 80." in page
    assert f'action="/videos/{ready.id}/download"' in page
    assert f'href="/videos/{choice.id}#sources-title"' in page
    assert f'action="/artists/{choice.artist_id}/discover"' in page


@pytest.mark.parametrize("tab", ["missing", "failed", "ignored"])
def test_an_empty_tab_says_so(reader: Client, tab: str) -> None:
    page = reader.get(f"/wanted?tab={tab}")
    assert page.status_code == 200
    assert 'class="empty"' in page.text


def test_tabs_hold_what_their_names_say(reader: Client) -> None:
    video = make_video(title="Broken")
    make_download(video, state="failed", last_error="YouTube said no.")
    make_video(title="Left out", wish="ignore")
    make_video(title="Missing")

    assert "YouTube said no." in reader.get("/wanted?tab=failed").text
    assert "You ignored it." in reader.get("/wanted?tab=ignored").text
    found = reader.get("/api/wanted?count=1").json()
    assert [item["why"] for item in found["items"]] == ["Not searched yet."]
    assert found["count"] == 1
    assert reader.get("/wanted?tab=lost").status_code == 422


def test_wanted_is_filtered_in_place(reader: Client) -> None:
    make_video(title="Jóga")
    make_video(title="Hunter")
    fragment = reader.fragment("/wanted?q=joga", "results").text
    assert ("Jóga" in fragment, "Hunter" in fragment) == (True, False)
    assert "Nothing matches" in reader.get("/wanted?q=nothing").text


def test_everything_missing_is_searched_soon(manager: Client) -> None:
    artist = make_artist(next_check_at=10**14)
    make_video(artist)
    reply = manager.send("POST", "/api/wanted/search", is_json=True)
    assert reply.status_code == 202
    assert Job.get().kind == "sweep"
    assert Artist.get().next_check_at == 0


def test_search_finds_artists_and_videos(reader: Client) -> None:
    air, bourne = make_artist("Air"), make_artist("Airbourne")
    make_video(bourne, "Runnin' Wild")
    make_video(air, "Kelly Watch the Stars", file=True)

    found = reader.get("/api/search?q=air").json()
    assert [row["name"] for row in found["artists"]] == ["Air", "Airbourne"]
    assert len(found["videos"]) == 2
    page = reader.get("/search?q=kelly")
    assert "Kelly Watch the Stars" in page.text
    assert "Nothing in the library" in reader.get("/search?q=nobody").text
    assert reader.fragment("/search?q=kelly", "results").text.lstrip().startswith("<div")
    assert reader.get("/search").status_code == 200


def test_a_file_is_played_in_ranges(reader: Client, library: Path) -> None:
    content = bytes(range(256)) * 40
    (library / "song.mp4").write_bytes(content)
    video = make_video()
    make_file(video, path="song.mp4", size=len(content))

    whole = reader.get(f"/media/{video.id}")
    assert (whole.status_code, whole.content) == (200, content)
    assert (whole.headers["Content-Type"], whole.headers["Accept-Ranges"]) == ("video/mp4", "bytes")
    part = reader.get(f"/media/{video.id}", Range="bytes=100-199")
    assert (part.status_code, part.content) == (206, content[100:200])
    assert part.headers["Content-Range"] == f"bytes 100-199/{len(content)}"
    tail = reader.get(f"/media/{video.id}", Range="bytes=-10")
    assert tail.content == content[-10:]
    beyond = reader.get(f"/media/{video.id}", Range=f"bytes={len(content)}-")
    assert beyond.status_code == 416


def test_files_and_pictures_need_a_signed_in_person(client: Client, library: Path) -> None:
    for path in ("/media/1", "/media/1/captions/0.vtt", f"/thumbs/{'0' * 64}-320.webp"):
        assert client.get(path).status_code == 401


def test_captions_are_webvtt(reader: Client, library: Path) -> None:
    (library / "song.en.srt").write_text("1\n00:00:01,000 --> 00:00:02,000\nHi\n")
    video = make_video()
    make_file(video, path="song.mp4", subtitles=["song.en.srt"])

    reply = reader.get(f"/media/{video.id}/captions/0.vtt")
    assert reply.text.startswith("WEBVTT")
    assert reply.headers["Content-Type"] == "text/vtt; charset=utf-8"
    assert reader.get(f"/media/{video.id}/captions/7.vtt").status_code == 404


def test_a_video_without_a_file_is_404(reader: Client, library: Path) -> None:
    assert reader.get(f"/media/{make_video().id}").status_code == 404
    assert reader.get(f"/media/{make_file(path='gone.mp4').video_id}").status_code == 404


def test_pictures_may_be_kept_for_ever(reader: Client, database: Config) -> None:
    digest = hashlib.sha256(b"picture").hexdigest()
    path = thumbnails.path(database.thumbs, digest, 320)
    path.parent.mkdir(parents=True)
    path.write_bytes(b"webp")

    reply = reader.get(f"/thumbs/{digest}-320.webp")
    assert (reply.content, reply.headers["Content-Type"]) == (b"webp", "image/webp")
    assert "immutable" in reply.headers["Cache-Control"]
    for name in (f"{digest}-999.webp", f"{digest}-640.webp", "..%2f..%2fsecret", "x.webp"):
        assert reader.get(f"/thumbs/{name}").status_code == 404
