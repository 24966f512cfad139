"""Duplicates and joined artists on pages, in fragments and as JSON."""

from typing import Any

import pytest

from mvidarr.library import twins
from mvidarr.models import Artist, Job, Twin, Video
from tests.client import Client
from tests.factories import make_artist, make_file, make_video


@pytest.fixture
def manager(client: Client) -> Client:
    return client.as_role("manager")


@pytest.fixture
def pair(client: Client) -> int:
    """The number of two videos that are one; the second has a file."""
    artist = make_artist("Björk")
    make_video(artist, "Jóga")
    make_file(make_video(artist, "Joga", year=1997))
    twins.look(lambda done, total, note: None)
    return twins.waiting_ids()[0]


def test_page_says_when_nobody_looked(manager: Client) -> None:
    assert "Nobody has looked yet" in manager.get("/duplicates").text
    answer = manager.post("/duplicates/look")
    assert answer.status_code == 303
    assert Job.select().where(Job.kind == "duplicates").count() == 1
    assert "Looking through the library" in manager.get("/duplicates").text


def test_pair_stands_side_by_side(manager: Client, pair: int) -> None:
    page = manager.get("/duplicates").text
    [shown] = manager.get("/api/v1/duplicates").json()["items"]

    assert "The same song and version" in page
    assert "Better: It has a file." in page
    assert [video["title"] for video in shown["videos"]] == ["Jóga", "Joga"]
    assert (shown["keep"], shown["why"]) == (shown["videos"][1]["id"], "It has a file.")
    assert "/duplicates" in manager.get("/videos").text


def test_reader_sees_and_cannot_join(client: Client, pair: int) -> None:
    reader = client.as_role("readonly")

    assert "Keep this" not in reader.get("/duplicates").text
    assert reader.post(f"/duplicates/{pair}/join").status_code == 403


def test_one_is_kept(manager: Client, pair: int) -> None:
    shown = twins.get(pair)
    keep = shown.besides(shown.keep)
    answer = manager.fragment(f"/duplicates/{pair}/join", f"twin-{pair}", "POST", keep=keep)

    assert f'id="twin-{pair}"' in answer.text
    assert [video.id for video in Video.select()] == [keep]
    again = manager.send("POST", f"/api/v1/duplicates/{pair}/join", json={})
    assert again.status_code == 404


def test_two_that_are_two_stay(manager: Client, pair: int) -> None:
    assert manager.post(f"/duplicates/{pair}/distinct").status_code == 303

    assert Video.select().count() == 2
    assert Twin.get_by_id(pair).is_distinct
    assert manager.get("/api/v1/duplicates").json()["items"] == []


def test_all_are_joined_when_their_number_is_as_seen(manager: Client, pair: int) -> None:
    stale = manager.send("POST", "/api/v1/duplicates/join", json={"expected": 2})
    assert stale.status_code == 409
    told = manager.send("POST", "/api/v1/duplicates/join", json={"expected": 1})

    assert told.status_code == 202
    assert Job.get(Job.kind == "merge").args == {"ids": [pair]}


def merge(client: Client, artist: Artist, **data: Any) -> Any:
    return client.post(f"/artists/{artist.id}/merge", data)


def test_artists_that_sound_alike_are_offered_and_joined(manager: Client) -> None:
    keep, other = make_artist("Björk"), make_artist("Bjork")
    make_artist("Somebody")
    make_video(other, "Jóga")
    path = f"/artists/{keep.id}/merge"

    assert "Bjork" in manager.get(path).text
    assert [one["name"] for one in manager.get(f"/api/v1{path}").json()["items"]] == ["Bjork"]
    assert merge(manager, keep, other=other.id).headers["location"] == f"/artists/{keep.id}"
    assert Video.get().artist_id == keep.id
    assert Artist.get_or_none(Artist.id == other.id) is None


def test_artist_is_joined_by_name(manager: Client) -> None:
    keep, other = make_artist("Prince"), make_artist("The Artist")

    assert merge(manager, keep, name="the artist").status_code == 303
    assert Artist.get_or_none(Artist.id == other.id) is None


@pytest.mark.parametrize(
    ("data", "message"),
    [
        ({}, "Choose an artist or enter a name."),
        ({"name": "Nobody"}, "No other artist of this name is in the library."),
        ({"name": "Twice"}, "Several artists have this name: choose one above."),
        ({"name": "Prince"}, "No other artist of this name is in the library."),
    ],
)
def test_bad_choice_is_explained(data: dict[str, str], message: str, manager: Client) -> None:
    keep = make_artist("Prince")
    for apart in ("one", "two"):
        make_artist("Twice", disambiguation=apart, folder=apart)

    answer = merge(manager, keep, **data)
    assert answer.status_code == 422  # the form again, with what was typed
    assert message in answer.text
    told = manager.send("POST", f"/api/v1/artists/{keep.id}/merge", json=data)
    assert [one["field"] for one in told.json()["errors"]] == ["name"]


def test_artist_is_not_joined_with_itself(manager: Client) -> None:
    keep = make_artist("Prince")

    assert "Choose two different ones." in merge(manager, keep, other=keep.id).text
    assert Artist.select().count() == 1
