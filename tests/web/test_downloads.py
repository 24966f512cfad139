"""Activity: the queue, what ended, what is blocked; every action as form, fragment and JSON."""

from typing import Any

import pytest

from mvidarr.core.terms import Role, WorkState
from mvidarr.library import sources
from mvidarr.library.tables import Block, Download
from mvidarr.models import Video
from tests import factories
from tests.client import Client
from tests.conftest import SetClock

REGIONS = ("queue-head", "queue-wait", "queue-stats", "downloading", "waiting")


@pytest.fixture
def manager(client: Client) -> Client:
    return client.as_role(Role.MANAGER)


@pytest.fixture
def video(client: Client) -> Video:
    return factories.make_video(factories.make_artist("Björk"), "Jóga", source=True)


def ended(number: int, at: int, **columns: Any) -> Any:
    known = {"state": "failed", "ended_at": at, "last_error": "YouTube says that it is private."}
    return factories.make_download(
        factories.make_video(title=f"Song {number}", source=True), **{**known, **columns}
    )


# the queue


def test_the_queue_shows_what_runs_and_what_waits(manager: Client) -> None:
    running = factories.make_download(
        state="running", stage="fetch", percent=41.7, speed=2_500_000.0, eta=65.0, size=90_000_000
    )
    parked = factories.make_download(state="parked", last_error="It is only 360p.")
    page = manager.get("/activity").text

    assert f'id="download-{running.id}"' in page
    assert "42%" in page
    assert "2.5 MB/s" in page
    assert "It is only 360p." in page
    assert f'action="/downloads/{parked.id}/keep"' in page
    assert "topics=nav,downloads" in page


def test_a_reader_looks_and_touches_nothing(client: Client) -> None:
    row = factories.make_download()
    reader = client.as_role(Role.READONLY)
    page = reader.get("/activity").text

    assert f'id="download-{row.id}"' in page
    assert f'action="/downloads/{row.id}' not in page
    for path in ("", "/pause", "/retry", "/move"):
        assert reader.send("POST", f"/api/downloads/{row.id}{path}", json={}).status_code in {
            403,
            405,
        }
    assert reader.send("POST", "/api/downloads", json={"video_id": 1}).status_code == 403
    assert reader.send("DELETE", f"/api/downloads/{row.id}", is_json=True).status_code == 403


def test_an_empty_queue_says_so(client: Client) -> None:
    reader = client.as_role(Role.READONLY)

    assert "Nothing is downloading" in reader.get("/activity").text
    assert "Nothing has ended yet" in reader.get("/activity/history").text
    assert "Nothing is blocked" in reader.get("/activity/blocked").text
    for path in ("/api/downloads", "/api/downloads?state=ended", "/api/blocks"):
        assert reader.get(path).json() == {"items": [], "next": None}


# adding


def test_a_download_is_added_in_every_representation(manager: Client, video: Video) -> None:
    other = factories.make_video(source=True)

    data = manager.send("POST", "/api/downloads", json={"video_id": video.id})
    page = manager.post("/downloads", {"video_id": str(other.id)})
    part = manager.fragment("/downloads", "waiting", "POST", video_id=str(other.id))

    row = data.json()
    assert data.status_code == 201
    assert data.headers["location"] == f"/api/v1/downloads/{row['id']}"
    assert manager.get(data.headers["location"]).json() == row
    assert (page.status_code, page.headers["location"]) == (303, "/activity")
    for region in REGIONS:
        assert f'<hx-partial hx-target="#{region}" hx-swap="outerMorph">' in part.text
    assert Download.select().count() == 2  # a second wish is the first one's
    assert {one.by_user_id for one in Download.select()} == {manager.user_id}


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "video_id"),
        ({"video_id": "x"}, "video_id"),
        ({"video_id": None}, "video_id"),
        ({"video_id": 1, "source_id": "x"}, "source_id"),
        ({"video_id": 1, "vid": 2}, "vid"),
        ({"video_id": 1, "priority": 2}, "priority"),
    ],
)
def test_a_body_that_is_none_is_refused(manager: Client, body: Any, field: str) -> None:
    answer = manager.send("POST", "/api/downloads", json=body)

    assert answer.status_code == 422
    assert [one["field"] for one in answer.json()["errors"]] == [field]


def test_what_cannot_be_had_is_said(manager: Client, video: Video) -> None:
    bare = factories.make_video()

    missing = manager.send("POST", "/api/downloads", json={"video_id": 999})
    sourceless = manager.send("POST", "/api/downloads", json={"video_id": bare.id})
    foreign = manager.send(
        "POST",
        "/api/downloads",
        json={"video_id": video.id, "source_id": factories.make_source().id},
    )

    assert missing.status_code == 404
    assert sourceless.status_code == 409
    assert foreign.status_code in {404, 409}
    assert Download.select().count() == 0


# one download


def test_json_says_all_about_a_download(manager: Client, set_clock: SetClock) -> None:
    video = factories.make_video(factories.make_artist("Björk"), "Jóga", version="Remix")
    source = factories.make_source(video=video, source_id="loB0kmz_0MM")
    row = factories.make_download(
        video, source=source.id, next_try_at=set_clock.at + 60_000, attempts=1, cause="network"
    )

    assert manager.get(f"/api/downloads/{row.id}").json() == {
        "id": row.id,
        "state": "queued",
        "stage": None,
        "percent": None,
        "speed": None,
        "eta": None,
        "size": None,
        "done_bytes": None,
        "priority": 5,
        "is_upgrade": False,
        "attempts": 1,
        "cause": "network",
        "last_error": None,
        "video": {"id": video.id, "title": "Jóga", "version": "Remix"},
        "artist": {"id": video.artist_id, "name": "Björk"},
        "source": {"id": source.id, "provider": "youtube", "source_id": "loB0kmz_0MM"},
        "next_try_at": "2026-09-21T14:14:20.000Z",
        "created_at": "2026-09-21T14:13:20.000Z",
        "started_at": None,
        "ended_at": None,
    }


def test_what_is_not_known_is_null(manager: Client, video: Video) -> None:
    row = manager.send("POST", "/api/downloads", json={"video_id": video.id}).json()
    assert row["next_try_at"] is None
    ended_row = ended(1, 1_790_000_000_000, source=None)

    assert manager.get(f"/api/downloads/{ended_row.id}").json()["source"] is None


@pytest.mark.parametrize(
    ("state", "action", "after"),
    [
        ("queued", "pause", "paused"),
        ("running", "pause", "paused"),
        ("paused", "resume", "queued"),
        ("parked", "keep", "queued"),
        ("queued", "move", "queued"),
    ],
)
def test_actions_in_every_representation(
    manager: Client, state: str, action: str, after: str
) -> None:
    rows = [factories.make_download(state=state) for _ in range(3)]

    data = manager.send("POST", f"/api/downloads/{rows[0].id}/{action}", json={})
    page = manager.post(f"/downloads/{rows[1].id}/{action}")
    part = manager.fragment(f"/downloads/{rows[2].id}/{action}", "waiting", "POST")

    assert (data.status_code, data.json()["state"]) == (200, after)
    assert (page.status_code, page.headers["location"]) == (303, "/activity")
    assert 'hx-target="#waiting"' in part.text
    assert {factories.fresh(row).state for row in rows} == {after}


@pytest.mark.parametrize(
    ("state", "action"),
    [
        ("done", "pause"),
        ("paused", "pause"),
        ("queued", "resume"),
        ("queued", "keep"),
        ("running", "move"),
        ("running", "retry"),
        ("done", "cancel"),
    ],
)
def test_an_action_that_does_not_fit_is_a_conflict(
    manager: Client, state: str, action: str
) -> None:
    row = factories.make_download(state=state)
    if action == "cancel":
        answer = manager.send("DELETE", f"/api/downloads/{row.id}", is_json=True)
    else:
        answer = manager.send("POST", f"/api/downloads/{row.id}/{action}", json={})

    assert (answer.status_code, answer.json()["title"]) == (409, "That changed in the meantime")
    assert factories.fresh(row).state == state


def test_a_download_is_cancelled(manager: Client) -> None:
    one, two, three = (factories.make_download() for _ in range(3))

    data = manager.send("DELETE", f"/api/downloads/{one.id}", is_json=True)
    page = manager.send("DELETE", f"/downloads/{two.id}")
    part = manager.fragment(f"/downloads/{three.id}", "waiting", "DELETE")

    assert (data.status_code, data.content) == (204, b"")
    assert (page.status_code, "Download cancelled." in page.headers["set-cookie"]) == (303, True)
    assert f'id="download-{three.id}"' not in part.text
    assert {factories.fresh(row).state for row in (one, two, three)} == {WorkState.CANCELLED}


def test_a_retry_is_a_new_download(manager: Client) -> None:
    row = ended(1, 1_790_000_000_000)

    answer = manager.send("POST", f"/api/downloads/{row.id}/retry", json={})

    assert answer.status_code == 201
    assert answer.json()["id"] != row.id
    assert answer.headers["location"].endswith(f"/{answer.json()['id']}")
    assert factories.fresh(row).state == "failed"


def test_a_move_says_where(manager: Client) -> None:
    first, second = factories.make_download(position=1000), factories.make_download(position=2000)
    path = f"/api/downloads/{second.id}/move"

    assert manager.send("POST", path, json={"where": "first"}).status_code == 200
    order = [one["id"] for one in manager.get("/api/downloads").json()["items"]]
    assert order == [second.id, first.id]
    answer = manager.send("POST", path, json={"where": "sideways"})
    assert answer.json()["errors"] == [
        {"field": "where", "message": "Choose first, up, down or last."}
    ]


@pytest.mark.parametrize("action", ["", "/pause", "/resume", "/retry", "/keep", "/move"])
def test_a_download_that_is_not_there(manager: Client, action: str) -> None:
    method = "POST" if action else "DELETE"

    assert manager.send(method, f"/api/downloads/99{action}", json={}).status_code == 404
    assert manager.send(method, f"/downloads/99{action}").status_code == 404


# lists


def test_active_downloads_come_in_the_order_of_the_queue(manager: Client) -> None:
    later = factories.make_download(priority=10, position=1000)
    second = factories.make_download(position=3000)
    first = factories.make_download(position=2000, state="paused")
    urgent = factories.make_download(priority=1, position=9000, state="running")
    ended(1, 1_790_000_000_000)

    page = manager.get("/api/downloads?limit=3&count=1").json()
    rest = manager.get(f"/api/downloads?limit=3&after={page['next']}").json()

    found = [one["id"] for one in page["items"] + rest["items"]]
    assert found == [urgent.id, first.id, second.id, later.id]
    assert (page["count"], page["count_is"], rest["next"]) == (4, "exact", None)


def test_history_comes_latest_first_page_by_page(manager: Client) -> None:
    rows = [ended(number, 1_790_000_000_000 + number // 2) for number in range(5)]
    expected = [row.id for row in rows[::-1]]

    page = manager.get("/api/downloads?state=ended&limit=3").json()
    rest = manager.get(f"/api/downloads?state=ended&limit=3&after={page['next']}").json()

    assert [one["id"] for one in page["items"] + rest["items"]] == expected
    shown = manager.get("/activity/history?limit=3").text
    assert "YouTube says that it is private." in shown
    assert f"after={page['next']}" in shown
    last = manager.get("/activity/history?limit=3&last=1").text
    assert [f'id="download-{ident}"' in last for ident in expected] == [
        False,
        False,
        True,
        True,
        True,
    ]


@pytest.mark.parametrize(
    "query", ["state=running", "limit=0", "after=x", "nothing=1", "state=ended&after=WyJ4IiwxXQ"]
)
def test_a_list_says_what_it_cannot_be_asked(manager: Client, query: str) -> None:
    assert manager.get(f"/api/downloads?{query}").status_code == 422


def test_a_place_that_is_none_is_refused_on_pages_too(manager: Client) -> None:
    for path in ("/activity/history", "/activity/blocked"):
        assert manager.get(f"{path}?after=rubbish").status_code == 422


# blocked uploads


def test_blocked_uploads_are_listed_and_lifted(client: Client, manager: Client) -> None:
    ids = []
    for number in range(3):
        source = factories.make_source(source_id=f"blocked{number:04}", title=f"Upload <{number}>")
        sources.block(source.id, None, "Not the video")
        ids.append(Block.get(Block.source_id == source.source_id).id)
    listed = client.as_role(Role.READONLY).get("/api/blocks?count=1").json()
    page = manager.get("/activity/blocked").text

    assert [one["id"] for one in listed["items"]] == ids[::-1]
    assert listed["count"] == 3
    assert listed["items"][0]["reason"] == "Not the video"
    assert "Upload &lt;0&gt;" in page
    data = manager.send("DELETE", f"/api/blocks/{ids[0]}", is_json=True)
    form = manager.send("DELETE", f"/blocks/{ids[1]}")
    part = manager.fragment(f"/blocks/{ids[2]}", "main", "DELETE")
    assert (data.status_code, form.headers["location"]) == (204, "/activity/blocked")
    assert part.headers["hx-location"] == "/activity/blocked"
    assert Block.select().count() == 0
    assert manager.send("DELETE", f"/api/blocks/{ids[0]}", is_json=True).status_code == 404


def test_a_reader_unblocks_nothing(client: Client) -> None:
    reader = client.as_role(Role.READONLY)

    assert reader.send("DELETE", "/api/blocks/1", is_json=True).status_code == 403
