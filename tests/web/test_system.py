"""The system page, health for people and for scripts, and what anybody may ask."""

from pathlib import Path

import pytest

from mvidarr.core.terms import Role
from mvidarr.governor import breaker
from mvidarr.integrations.youtube import tools
from mvidarr.system import health
from mvidarr.web import pages
from tests import factories
from tests.client import Client


@pytest.fixture
def reader(client: Client) -> Client:
    return client.as_role(Role.READONLY)


@pytest.fixture(autouse=True)
def _programs(monkeypatch: pytest.MonkeyPatch) -> None:
    found = {"yt-dlp": "2026.09.20", "ffmpeg": "7.1", "javascript": None}
    monkeypatch.setattr(tools, "versions", lambda folder: found)


def test_anybody_may_ask_whether_it_lives(client: Client) -> None:
    answer = client.get("/health")

    assert (answer.status_code, answer.json()) == (200, {"status": "ok"})
    assert answer.headers["cache-control"] == "no-store"


def test_details_are_for_those_who_are_signed_in(client: Client, reader: Client) -> None:
    assert client.get("/api/health").status_code == 401
    found = reader.get("/api/health").json()

    assert found["status"] == "bad"  # no library, no worker
    assert {one["check"] for one in found["checks"]} >= {"library", "worker", "javascript"}
    assert found["checks"][0]["tone"] == "bad"
    assert set(found["checks"][0]) == {"check", "tone", "title", "detail"}
    assert [disk["name"] for disk in found["disks"]] == ["Data"]
    assert found["disks"][0]["total"] > found["disks"][0]["free"] > 0


def test_the_page_loads_what_takes_long_by_itself(reader: Client, library: Path) -> None:
    page = reader.get("/system").text

    assert 'hx-get="/system/health"' in page
    assert 'href="/system/health"' in page  # without JavaScript
    assert "No JavaScript runtime" not in page
    part = reader.fragment("/system/health", "health")
    assert part.text.strip().startswith('<div id="health"')
    assert "No JavaScript runtime was found" in part.text
    assert str(library) in part.text
    assert "<!doctype html>" in reader.get("/system/health").text


def test_the_page_shows_services_and_jobs(client: Client, reader: Client) -> None:
    for _ in range(3):
        breaker.failed("musicbrainz", "MusicBrainz cannot be reached.")
    page = reader.get("/system").text

    assert "MusicBrainz cannot be reached." in page
    assert "Search for artists that are due" in page
    assert 'action="/schedule/sweep/run"' not in page
    assert 'action="/schedule/sweep/run"' in client.as_role(Role.ADMIN).get("/system").text
    assert "topics=nav,services,jobs" in page


def test_only_an_administrator_is_led_to_the_settings(client: Client, reader: Client) -> None:
    path = "/system/health"

    assert "/settings#library" not in reader.get(path).text
    assert "/settings#library" in client.as_role(Role.ADMIN).get(path).text


def test_counts_of_the_navigation_are_kept_for_a_moment(
    reader: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    counted: list[int] = []

    def count() -> int:
        counted.append(1)
        return 0

    monkeypatch.setattr(health, "problem_count", count)
    monkeypatch.setattr(pages, "_kept", pages._Kept())
    for _ in range(3):
        reader.get("/system")
    assert len(counted) == 1
    monkeypatch.setattr(pages._kept, "until", 0.0)
    reader.get("/system")

    assert len(counted) == 2


def test_the_navigation_counts_what_there_is(
    reader: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pages, "_kept", pages._Kept())
    factories.make_video(source=True)
    factories.make_download(state="running", speed=1000.0, size=10_000)
    for _ in range(3):
        breaker.failed("musicbrainz", "It failed.")

    nav = pages.nav()

    assert (nav.videos, nav.artists, nav.downloading, nav.problems) == (2, 2, 1, 1)
    assert nav.wanted == 1
