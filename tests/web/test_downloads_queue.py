"""The whole queue in the browser and as JSON: hold, order, priorities, clear, try again, sums."""

import asyncio
import json
from typing import Any

import httpx2 as httpx
import pytest

from mvidarr import settings
from mvidarr.accounts.identify import COOKIE
from mvidarr.core import clock, db
from mvidarr.core.terms import Role
from mvidarr.library.tables import Download
from mvidarr.models import Event, Job
from mvidarr.web import activity as pages
from mvidarr.web import browse, live
from tests import factories
from tests.client import ORIGIN, Client
from tests.conftest import SECRET, SetClock

AUDIENCE = live.Audience(role=Role.MANAGER)


@pytest.fixture
def manager(client: Client) -> Client:
    return client.as_role(Role.MANAGER)


def line(count: int, **columns: Any) -> list[int]:
    artist = factories.make_artist()
    made = [
        factories.make_download(
            factories.make_video(artist, source=True), position=number * 1000, **columns
        )
        for number in range(count)
    ]
    return [row.id for row in made]


def order(client: Client) -> list[int]:
    return [one["id"] for one in client.get("/api/downloads").json()["items"]]


def on_page(client: Client, query: str, method: str, path: str) -> Any:
    """As htmx asks from a page of the line."""
    headers = {
        **{"HX-Request": "true", "HX-Request-Type": "partial", "HX-Target": "section#waiting"},
        "HX-Current-URL": f"{ORIGIN}/activity?{query}",
    }
    return client.send(method, path, headers=headers)


def shown(text: str, ids: list[int]) -> list[int]:
    """Which of the downloads the page shows, in its order."""
    found = {text.find(f'id="download-{one}"'): one for one in ids}
    return [found[at] for at in sorted(found) if at >= 0]


# hold


def test_all_are_held_and_go_on_in_every_representation(manager: Client) -> None:
    line(2)

    held = manager.send("POST", "/api/downloads/pause", json={})
    page = manager.get("/activity").text
    released = manager.fragment("/downloads/resume", "queue-head", "POST")

    assert held.json() == {"is_held": True}
    assert "All downloads are held" in page
    assert 'action="/downloads/resume"' in page
    assert "All downloads are held" not in released.text
    assert 'action="/downloads/pause"' in released.text
    assert manager.post("/downloads/pause").headers["location"] == "/activity"
    assert manager.get("/api/downloads/summary").json()["is_held"] is True
    assert Event.select().where(Event.kind == "setting.changed").count() == 3


def test_what_the_environment_holds_cannot_be_let_go(manager: Client) -> None:
    settings.set_up((SECRET,), {"MVIDARR_DOWNLOADS_PAUSED": "1"})

    answer = manager.send("POST", "/api/downloads/resume", json={})

    assert answer.status_code == 409
    assert "MVIDARR_DOWNLOADS_PAUSED" in answer.json()["detail"]


def test_the_page_says_until_when_the_queue_waits(manager: Client, set_clock: SetClock) -> None:
    hour = clock.utc(clock.now()).astimezone().hour
    settings.change({"download_hours": f"{(hour + 2) % 24}-{(hour + 3) % 24 or 24}"})
    assert "Waits until" not in manager.get("/activity").text  # nothing does
    line(1)

    page = manager.get("/activity").text
    said = manager.get("/api/downloads/summary").json()["waits_for"]

    assert f"Waits until {(hour + 2) % 24:02}:00" in page
    assert said["reason"] == "hours"
    assert said["until"].endswith("Z")


# order


def test_a_download_is_dropped_before_or_after_another(manager: Client) -> None:
    a, b, c = line(3)

    data = manager.send("POST", f"/api/downloads/{c}/move", json={"before": a})
    assert (data.status_code, order(manager)) == (200, [c, a, b])
    part = manager.fragment(f"/downloads/{c}/move", "waiting", "POST", after=str(b))
    assert order(manager) == [a, b, c]
    assert shown(part.text, [a, b, c]) == [a, b, c]
    assert json.loads(part.headers["hx-trigger"]) == {"announce": "Number 3 in the queue."}
    page = manager.post(f"/downloads/{c}/move", {"before": str(b)})
    assert (page.status_code, page.headers["location"]) == (303, "/activity")
    assert order(manager) == [a, c, b]
    manager.send("POST", f"/api/downloads/{b}/move", json={"after": None})
    assert order(manager) == [b, a, c]


@pytest.mark.parametrize(
    ("body", "status"),
    [({"before": 999}, 404), ({"after": "x"}, 422), ({"where": "away"}, 422), ({"to": 1}, 422)],
)
def test_a_place_that_is_none(manager: Client, body: dict[str, Any], status: int) -> None:
    (row,) = line(1)

    assert manager.send("POST", f"/api/downloads/{row}/move", json=body).status_code == status


def test_a_priority_is_set_in_every_representation(manager: Client) -> None:
    a, b, c = line(3)

    data = manager.send("PATCH", f"/api/downloads/{b}", json={"priority": 1})
    page = manager.send("PATCH", f"/downloads/{a}", data={"priority": "10"})
    part = manager.fragment(f"/downloads/{c}", "menu", "PATCH", priority="1")

    assert data.json()["priority"] == 1
    assert page.status_code == 303
    assert json.loads(part.headers["hx-trigger"])["toast"]["text"] == "Priority: first."
    assert order(manager) == [b, c, a]
    refused = manager.send("PATCH", f"/api/downloads/{b}", json={"priority": 4})
    assert [one["field"] for one in refused.json()["errors"]] == ["priority"]


def test_a_new_download_may_be_urgent(manager: Client) -> None:
    video = factories.make_video(source=True)

    body = {"video_id": video.id, "priority": 1}

    assert manager.send("POST", "/api/downloads", json=body).json()["priority"] == 1


def test_the_menu_is_a_page_and_a_fragment(manager: Client) -> None:
    (row,) = line(1, attempts=1)

    page = manager.get(f"/downloads/{row}/menu").text
    part = manager.fragment(f"/downloads/{row}/menu", "menu").text

    for text in (page, part):
        assert "To the end" in text
        assert f'action="/downloads/{row}/pause"' in text
        assert "Try now" in text
    assert "<html" not in part


# a long line


def test_a_long_line_comes_page_by_page(manager: Client) -> None:
    rows = line(130)
    first = manager.get("/activity").text
    again = first[first.index("/activity?after=") :].split('"', 1)[0]
    second = manager.get(again.replace("&amp;", "&")).text
    last = manager.get("/activity?last=1").text

    assert shown(first, rows) == rows[: browse.PAGE]
    assert shown(second, rows) == rows[browse.PAGE : 2 * browse.PAGE]
    assert shown(last, rows) == rows[-browse.PAGE :]
    assert 'id="waiting"' in first
    assert 'id="waiting-later"' in second  # what comes by itself is the first page
    assert "130 waiting" in first


def test_what_is_done_on_a_later_page_is_seen_there(manager: Client) -> None:
    rows = line(100)
    after = db.encode_cursor((5 * 10**15 + 59_000, rows[59]))

    part = on_page(manager, f"after={after}", "DELETE", f"/downloads/{rows[70]}")

    expected = [row for row in rows[60:] if row != rows[70]]
    assert 'hx-target="#waiting-later"' in part.text
    assert shown(part.text, rows) == expected
    for nonsense in ("after=x", "limit=x", "after=WyJ4IiwxXQ"):
        part = on_page(manager, nonsense, "POST", f"/downloads/{rows[0]}/move")
        assert shown(part.text, rows)[0] == rows[0]


def test_a_later_page_that_has_emptied_shows_the_first(manager: Client) -> None:
    rows = line(61)
    after = db.encode_cursor((5 * 10**15 + 59_000, rows[59]))

    part = on_page(manager, f"after={after}", "DELETE", f"/downloads/{rows[60]}")

    assert 'hx-target="#waiting-later"' in part.text
    assert shown(part.text, rows) == rows[:60]


def test_pages_cost_as_much_however_long_the_line_is(manager: Client) -> None:
    line(5)
    asked()  # the first one makes the service's row
    few = asked()
    line(200)

    assert asked() == few


def asked() -> int:
    """Statements of one redrawing, but for the settings, which are looked at once a second."""
    with db.counting() as counter:
        pages.redraw(AUDIENCE, [None])
    return len([sql for sql in counter.statements if "setting" not in sql])


def test_progress_leaves_the_line_alone(client: Client) -> None:
    running, waiting = factories.make_download(state="running"), factories.make_download()

    progress = [region for region, *_ in pages.redraw(AUDIENCE, [running.id])]
    moved = [region for region, *_ in pages.redraw(AUDIENCE, [running.id, waiting.id])]

    assert "downloading" in progress
    assert "waiting" not in progress
    assert "waiting" in moved


# clear, try again


def test_the_queue_is_cleared_after_a_question(manager: Client) -> None:
    rows = line(3)
    running = factories.make_download(state="running")

    asked = manager.get("/downloads/clear").text
    assert "Cancel 3 downloads" in asked
    assert Download.select().where(Download.state == "queued").count() == 3
    part = manager.fragment("/downloads/clear", "dialog", "POST")

    assert shown(part.text, rows) == []
    assert json.loads(part.headers["hx-trigger"])["toast"]["text"] == "3 downloads cancelled."
    assert factories.fresh(running).state == "running"
    assert manager.send("POST", "/api/downloads/clear", json={}).json() == {"changed": 0}
    assert manager.post("/downloads/clear").status_code == 303


def test_what_failed_is_tried_again_in_the_background(manager: Client) -> None:
    factories.make_download(state="failed", ended_at=1)
    assert 'action="/downloads/retry-failed"' in manager.get("/activity/history").text

    answer = manager.send("POST", "/api/downloads/retry-failed", json={})
    page = manager.post("/downloads/retry-failed")

    assert (answer.status_code, page.status_code) == (202, 303)
    job = Job.get()
    assert (job.kind, job.by_user_id) == ("retry_failed", manager.user_id)
    assert answer.headers["location"] == f"/api/v1/jobs/{job.id}"


def test_the_history_is_cleared_after_a_question(manager: Client) -> None:
    factories.make_download(state="done", ended_at=1)
    failed = factories.make_download(state="failed", ended_at=2)

    assert "No file is touched" in manager.get("/downloads/clear-history").text
    answer = manager.send("POST", "/api/downloads/clear-history", json={})
    page = manager.post("/downloads/clear-history")

    assert answer.json() == {"changed": 1}
    assert page.headers["location"] == "/activity/history"
    assert [row.id for row in Download.select()] == [failed.id]


def test_the_history_is_narrowed(manager: Client) -> None:
    done = factories.make_download(state="done", ended_at=1).id
    failed = factories.make_download(state="failed", ended_at=2).id

    assert shown(manager.get("/activity/history?state=failed").text, [done, failed]) == [failed]
    assert "No such downloads" in manager.get("/activity/history?state=cancelled").text
    assert manager.get("/activity/history?state=queued").status_code == 422


def test_a_reader_changes_nothing_of_the_queue(client: Client) -> None:
    (row,) = line(1)
    factories.make_download(state="failed", ended_at=2)
    reader = client.as_role(Role.READONLY)
    text = reader.get("/activity").text + reader.get("/activity/history").text

    assert 'action="/downloads' not in text
    assert "data-grip" not in text
    assert reader.get("/api/downloads/summary").json()["waiting"] == 1
    for path in ("pause", "resume", "clear", "retry-failed", "clear-history"):
        assert reader.send("POST", f"/api/downloads/{path}", json={}).status_code == 403
    answer = reader.send("PATCH", f"/api/downloads/{row}", json={"priority": 1})
    assert answer.status_code == 403


# sums


def test_the_sums_are_data_too(manager: Client, set_clock: SetClock) -> None:
    factories.make_download(state="running", size=1000, done_bytes=500, speed=100.0, stage="fetch")

    assert manager.get("/api/downloads/summary").json() == {
        "running": 1,
        "waiting": 0,
        "speed": 100.0,
        "left": 500,
        "unsized": 0,
        "percent": 50.0,
        "eta": 5.0,
        "done_today": 0,
        "failed_today": 0,
        "is_held": False,
        "waits_for": None,
        "disk": None,
    }


def test_the_page_says_how_much_is_left_and_until_when(
    manager: Client, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("library")
    settings.change({"library_path": str(folder)})
    factories.make_download(
        state="running", size=90_000_000, done_bytes=0, speed=1_000_000.0, stage="fetch"
    )
    factories.make_download(state="done", size=30_000_000, ended_at=1)
    line(1)

    page = manager.get("/activity").text

    assert "all fetched in about 2 minutes" in page
    assert "120 MB" in page
    assert "<small>about</small>" in page
    assert "Free on the library's disk" in page


# many at once


def test_fifty_clicks_at_once_are_one_download(manager: Client) -> None:
    video = factories.make_video(source=True)
    headers = {"Origin": ORIGIN, "Cookie": f"{COOKIE}={manager.token}"}

    async def click() -> list[httpx.Response]:
        transport = httpx.ASGITransport(app=manager.http.app)
        async with httpx.AsyncClient(transport=transport, base_url=ORIGIN) as http:
            body = {"video_id": video.id}
            asked = [http.post("/api/downloads", json=body, headers=headers) for _ in range(50)]
            return list(await asyncio.gather(*asked))

    answers = asyncio.run(click())

    assert {(answer.status_code, answer.json()["video"]["id"]) for answer in answers} == {
        (201, video.id)
    }
    assert len({answer.json()["id"] for answer in answers}) == 1
    assert Download.select().count() == 1
