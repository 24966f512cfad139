"""News: who sees what, what is new to whom, and the bell on every page."""

import re
from typing import Any

import pytest

from mvidarr import activity
from mvidarr.core import db
from mvidarr.web import feed
from tests.client import Client
from tests.factories import make_artist, make_video


@pytest.fixture(autouse=True)
def _nothing_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(feed, "KEPT_SECONDS", -1.0)
    monkeypatch.setattr(feed, "_kept", feed._Kept())


def kinds_of(client: Client, query: str = "") -> list[str]:
    answer = client.get(f"/api/v1/feed{query}")
    assert answer.status_code == 200, answer.text
    return [item["kind"] for item in answer.json()["items"]]


def bell(client: Client) -> str:
    found = re.search(r'id="bell"[^>]*aria-label="([^"]*)"', client.get("/feed").text)
    assert found
    return found[1]


def happen() -> Any:
    video = make_video(make_artist("Björk"), "Jóga")
    about = {"artist_id": video.artist_id, "video_id": video.id}
    activity.record("video.downloaded", "Jóga", size=53_000_000, **about)
    activity.record("service.broken", "YouTube does not work: it asks to sign in")
    activity.record("setting.changed", "Proxy changed")
    activity.files_changed([("a.mp4", "created")])
    return video


def test_news_are_told_with_names_and_links(client: Client) -> None:
    user = client.as_role("readonly")
    video = happen()

    page = user.get("/feed").text

    assert f'<a href="/artists/{video.artist_id}" dir="auto">Björk</a>' in page
    assert f'<a href="/videos/{video.id}" dir="auto">Jóga</a>' in page
    assert "53.0 MB" in page
    assert page.index("Service broken") < page.index("Video downloaded")
    assert "Proxy changed" not in page


def test_the_audit_log_is_for_administrators(client: Client) -> None:
    admin, manager = client.as_role("admin"), client.as_role("manager")
    happen()

    assert kinds_of(admin, "?group=audit") == ["setting.changed"]
    assert "Audit log" in admin.get("/feed").text
    assert manager.get("/feed?group=audit").status_code == 403
    assert "Audit log" not in manager.get("/feed").text
    for someone in (admin, manager):
        assert kinds_of(someone) == ["service.broken", "video.downloaded"]


def test_sign_ins_are_seen_by_whom_they_concern(client: Client) -> None:
    admin, one, other = (client.as_role(role) for role in ("admin", "user", "user"))
    with activity.acting(activity.Actor(user_id=one.user_id)):
        activity.record("login.new_address", "One signed in from 10.0.0.9")

    assert kinds_of(admin) == kinds_of(one) == ["login.new_address"]
    assert kinds_of(other) == []
    assert bell(other) == "News"
    assert bell(admin) == "News, 1 new"
    assert bell(one) == "News"  # they were there


@pytest.mark.parametrize(
    ("query", "kinds"),
    [
        ("?group=videos", ["video.downloaded"]),
        ("?level=bad", ["service.broken"]),
        ("?group=videos&level=bad", []),
        ("?artist={artist}", ["video.downloaded"]),
        ("?artist=99999", []),
    ],
)
def test_news_can_be_filtered(client: Client, query: str, kinds: list[str]) -> None:
    user = client.as_role("readonly")
    video = happen()
    query = query.format(artist=video.artist_id)

    assert kinds_of(user, query) == kinds
    page = user.get(f"/feed{query}").text
    assert ("Nothing matches" in page) == (not kinds)
    assert user.fragment(f"/feed{query}", "results").text.startswith("<hx-partial")


@pytest.mark.parametrize("query", ["group=nothing", "level=worst", "artist=x", "other=1"])
def test_unknown_filters_are_refused(client: Client, query: str) -> None:
    assert client.as_role("admin").get(f"/api/v1/feed?{query}").status_code == 422


def test_an_empty_feed_says_so(client: Client) -> None:
    assert "Nothing has happened yet" in client.as_role("readonly").get("/feed").text


def test_what_is_new_is_counted_until_it_was_seen(client: Client) -> None:
    one, other = client.as_role("user"), client.as_role("user")
    happen()
    activity.record("video.queued", "only worth looking up")
    with activity.acting(activity.Actor(user_id=one.user_id)):
        activity.record("artist.added", "done by themselves")

    assert bell(one) == "News, 2 new"
    assert bell(other) == "News, 3 new"
    page = one.get("/feed").text
    found = re.search(r'name="seen" value="(\d+)"', page)
    assert found
    answer = one.fragment("/feed/seen", "none", "POST", seen=found[1])
    assert 'hx-target="#bell"' in answer.text
    assert 'hx-target="#bell-top"' in answer.text

    assert bell(one) == "News"
    assert bell(other) == "News, 3 new"
    assert 'name="seen"' not in one.get("/feed").text
    activity.record("disk.low", "The disk is almost full")
    assert bell(one) == "News, 1 new"


def test_what_was_seen_stays_seen(client: Client) -> None:
    user = client.as_role("user")
    happen()
    user.post("/feed/seen", {"seen": "1000000"})

    answer = user.send("POST", "/api/v1/feed/seen", json={"seen": 1})

    assert answer.json() == {"seen": 1_000_000, "unread": 0}
    assert user.send("POST", "/api/v1/feed/seen", json={}).status_code == 422


def test_news_have_pages(client: Client) -> None:
    user = client.as_role("readonly")
    for name in "abc":
        activity.record("artist.added", name)

    first = user.get("/api/v1/feed?limit=2&count=1").json()
    rest = user.get(f"/api/v1/feed?limit=2&after={first['next']}").json()

    assert [item["title"] for item in first["items"] + rest["items"]] == ["c", "b", "a"]
    assert first["count"] == 3
    assert "after=" in user.get("/feed?limit=2").text


def test_a_page_of_news_asks_the_database_a_few_times(client: Client) -> None:
    admin = client.as_role("admin")

    def asked() -> int:
        with db.counting() as counter:
            admin.get("/feed")
        return len(counter)

    happen()
    few = asked()
    for number in range(9):
        video = make_video(title=f"Song {number}")
        about = {"artist_id": video.artist_id, "video_id": video.id}
        activity.record("video.found", video.title, **about)

    assert asked() <= few


def test_open_pages_say_that_something_happened(client: Client) -> None:
    user = client.as_role("user")
    since = activity.newest()
    happen()

    answer = user.get(f"/live/poll?topics=feed&since={since}")

    assert "Something happened." in answer.text
