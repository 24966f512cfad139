"""Choosing the picture of a video or an artist: what is offered, what is taken, what is refused."""

import shutil
from pathlib import Path
from typing import Any

import pytest

from mvidarr import settings
from mvidarr.core.config import Config
from mvidarr.library import pictures, videos
from mvidarr.media import sidecars, thumbnails
from mvidarr.models import Artist, Image, Video
from tests import factories
from tests.client import Client
from tests.fakes import media

POSTER = "Björk - Jóga-poster.jpg"


def chosen(client: Client, path: str, file: bytes | None = None, **data: str) -> Any:
    headers = {"Origin": "http://testserver", "Cookie": f"mvidarr_session={client.token}"}
    files = {"picture": ("cover.jpg", file or b"")}
    return client.http.post(path, data=data, files=files, headers=headers, follow_redirects=False)


@pytest.fixture
def song(library: Path) -> Video:
    """A downloaded video with its real file and a poster beside it."""
    shutil.copy(media.film(240, seconds=4), library / "Björk - Jóga.mp4")
    (library / POSTER).write_bytes(media.jpeg("old"))
    video = factories.make_video(title="Jóga")
    digest = sidecars.digest(media.jpeg("old"))
    artwork = {"-poster.jpg": digest}
    factories.make_file(video, path="Björk - Jóga.mp4", duration=4.0, artwork=artwork)
    factories.make_source(
        video=video, title="Björk - Jóga", image_url="https://i.ytimg.com/vi/joga/hq720.jpg"
    )
    return video


@pytest.fixture
def admin(client: Client) -> Client:
    return client.as_role("manager")


def image_of(row: Any) -> str | None:
    found = factories.fresh(row)
    return Image.get_by_id(found.image_id).hash if found.image_id else None


def test_uploads_and_moments_are_offered(admin: Client, song: Video) -> None:
    offered = admin.get(f"/api/v1/videos/{song.id}/picture").json()["items"]

    assert [one["ref"].partition(":")[0] for one in offered] == ["source", *["second"] * 4]
    page = admin.get(f"/videos/{song.id}/picture").text
    assert all(f'value="{one["ref"]}"' in page for one in offered)
    for one in offered[1:]:
        frame = admin.get(one["url"])
        assert frame.headers["content-type"] == "image/jpeg"
        assert frame.content.startswith(b"\xff\xd8")


def test_file_becomes_the_picture_here_and_beside_the_video(
    admin: Client, song: Video, library: Path
) -> None:
    before = (library / POSTER).read_bytes()
    answer = chosen(admin, f"/videos/{song.id}/picture", media.jpeg("new", 1600, 900))

    assert (answer.status_code, answer.headers["location"]) == (303, f"/videos/{song.id}")
    assert admin.get(str(pictures.address(image_of(song)))).headers["content-type"] == "image/webp"
    assert pictures.LOCK in factories.fresh(song).locked
    assert (library / POSTER).read_bytes() not in (before, b"")
    assert sorted(path.name for path in library.iterdir()) == [POSTER, "Björk - Jóga.mp4"]


def test_moment_of_the_video_becomes_the_picture(admin: Client, song: Video) -> None:
    told = chosen(admin, f"/api/v1/videos/{song.id}/picture", ref="second:1")

    assert told.status_code == 200
    assert image_of(song)


def test_link_goes_through_the_guarded_client(admin: Client, song: Video) -> None:
    answer = chosen(admin, f"/api/v1/videos/{song.id}/picture", link="http://127.0.0.1:1/x.jpg")

    assert answer.status_code == 422
    assert [one["field"] for one in answer.json()["errors"]] == ["link"]
    assert image_of(song) is None


def test_chosen_picture_stays_when_another_one_is_found(
    admin: Client, song: Video, config: Config
) -> None:
    chosen(admin, f"/videos/{song.id}/picture", media.jpeg("mine"))
    mine = image_of(song)
    found = thumbnails.make(media.jpeg("found"), config.thumbs)

    assert not pictures.attach(song.id, found)
    assert image_of(song) == mine
    videos.change(song.id, {"title": "Joga"})  # an edit keeps the lock
    assert pictures.LOCK in factories.fresh(song).locked

    assert (
        admin.send("DELETE", f"/api/v1/videos/{song.id}/picture", is_json=True).status_code == 204
    )
    assert image_of(song) is None
    assert pictures.attach(song.id, found)


@pytest.mark.parametrize(
    ("sent", "field"),
    [
        ({}, "ref"),
        ({"ref": "source:999999"}, "ref"),
        ({"ref": "second:-1"}, "ref"),
        ({"ref": "../../etc/passwd"}, "ref"),
        ({"link": "no link"}, "link"),
        ({"link": "file:///etc/passwd"}, "link"),
        ({"file": b"GIF89a"}, "picture"),
        ({"file": b"\xff\xd8\xff"}, "picture"),
    ],
)
def test_bad_choice_is_explained_beside_its_field(
    sent: dict[str, Any], field: str, admin: Client, song: Video
) -> None:
    told = chosen(admin, f"/api/v1/videos/{song.id}/picture", **sent)

    assert told.status_code == 422
    assert [one["field"] for one in told.json()["errors"]] == [field]
    page = chosen(admin, f"/videos/{song.id}/picture", **sent)
    assert f'id="{field}-error"' in page.text


def test_picture_that_is_too_large_is_refused(admin: Client, song: Video) -> None:
    told = chosen(admin, f"/api/v1/videos/{song.id}/picture", b"x" * (11 << 20))

    assert told.status_code == 413


def test_artist_shows_the_picture_of_one_of_the_videos(admin: Client, song: Video) -> None:
    chosen(admin, f"/videos/{song.id}/picture", media.jpeg("song"))
    base = f"/artists/{song.artist_id}/picture"
    [offer] = admin.get(f"/api/v1{base}").json()["items"]

    assert chosen(admin, base, ref=offer["ref"]).status_code == 303
    artist = Artist.get_by_id(song.artist_id)
    assert image_of(artist) == image_of(song)
    other = factories.make_artist()
    told = chosen(admin, f"/api/v1/artists/{other.id}/picture", ref=offer["ref"])
    assert told.status_code == 422
    assert chosen(admin, base, media.jpeg("band", 800, 800)).status_code == 303
    assert image_of(artist) != image_of(song)
    assert admin.get(f"/api/v1/artists/{artist.id}").json()["origins"]["image"] == "person"
    assert admin.send("DELETE", f"/api/v1{base}", is_json=True).status_code == 204
    assert image_of(artist) is None


def test_library_that_is_away_does_not_keep_the_picture_from_the_pages(
    admin: Client, song: Video, library: Path
) -> None:
    settings.change({"library_path": str(library / "elsewhere")})

    assert chosen(admin, f"/videos/{song.id}/picture", media.jpeg("new")).status_code == 303
    assert image_of(song)
