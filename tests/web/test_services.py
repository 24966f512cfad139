"""Services over the web: how each does, and its Test button."""

import random
from dataclasses import replace
from typing import Any

import pytest

from mvidarr import settings
from mvidarr.core import clock
from mvidarr.core.errors import ServiceError
from mvidarr.core.terms import Role, ServiceState
from mvidarr.governor import breaker, budget, quota, services
from mvidarr.library.tables import Event
from mvidarr.settings import service_options
from tests.client import Client
from tests.conftest import SetClock
from tests.fakes import finders
from tests.fakes.finders import FakeService
from tests.fakes.imvdb import FakeImvdb

KEY = "imvdb-key-of-the-tests"


@pytest.fixture(autouse=True)
def no_jitter(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(random, "random", lambda: 0.0)


@pytest.fixture
def fakes(client: Client, monkeypatch: pytest.MonkeyPatch) -> dict[str, FakeService]:
    return finders.install(monkeypatch)


@pytest.fixture
def admin(client: Client) -> Client:
    return client.as_role(Role.ADMIN)


def listed(client: Client) -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = client.as_role("readonly").get("/api/services").json()["items"]
    return items


def try_out(client: Client, name: str, **typed: Any) -> Any:
    return client.send("POST", f"/api/settings/services/{name}/test", json=typed).json()


def test_services_are_listed_with_how_they_do(client: Client) -> None:
    breaker.failed("youtube", "YouTube asks for a pause.", retry_after=600)
    breaker.note("musicbrainz", "search", "It answers slowly.")

    found = {one["name"]: one for one in listed(client)}

    assert {"youtube", "musicbrainz", "imvdb"} <= found.keys()
    youtube = found["youtube"]
    assert (youtube["state"], youtube["failures"]) == ("broken", 1)
    assert youtube["last_error"] == "YouTube asks for a pause."
    assert youtube["next_try_at"].endswith("Z")
    assert found["musicbrainz"]["state"] == "working"
    assert found["musicbrainz"]["next_try_at"] is None
    assert found["musicbrainz"]["parts"] == {"search": "It answers slowly."}
    assert found["imvdb"]["state"] == "off"  # it has no key


def test_requests_of_this_hour_are_shown(client: Client) -> None:
    budget.reserve("musicbrainz", pace=0)
    [one] = [one for one in listed(client) if one["name"] == "musicbrainz"]

    assert one["requests_this_hour"] == 1


def test_a_quota_is_shown_with_what_was_used_of_it(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    kinds = tuple(
        replace(kind, quota=service_options.youtube_api_quota) if kind.name == "youtube" else kind
        for kind in services.ALL
    )
    monkeypatch.setattr(services, "ALL", kinds)
    quota.spend("youtube", 120, 9_000)
    found = {one["name"]: one for one in listed(client)}

    assert (found["youtube"]["quota_used_today"], found["youtube"]["quota"]) == (120, 9_000)
    assert found["musicbrainz"]["quota"] is None
    assert "120 of 9,000 units today" in client.as_role("readonly").get("/system").text


def test_services_are_grouped_by_what_they_are_for(admin: Client) -> None:
    found = {one["name"]: one["group"] for one in listed(admin)}
    page = admin.as_role("admin").get("/settings").text

    assert (found["youtube"], found["musicbrainz"], found["imvdb"]) == ("videos",) * 3
    assert "Where videos are found" in page
    for name in found:
        assert page.count(f'formaction="/settings/services/{name}/test"') == 1


# broken ones


def broken(name: str = "musicbrainz") -> None:
    for _ in range(3):
        breaker.failed(name, "It does not answer.")


def test_a_broken_service_is_asked_again_at_once(admin: Client, set_clock: SetClock) -> None:
    broken()
    path = "/services/musicbrainz/retry"
    assert breaker.is_open("musicbrainz") is not None

    data = admin.send("POST", f"/api{path}", json={})

    assert breaker.is_open("musicbrainz") is None
    found = data.json()
    assert (data.status_code, found["state"], found["next_try_at"]) == (200, "broken", None)
    assert found["since"] == clock.iso(set_clock.at)
    page = admin.post(path)
    assert (page.status_code, page.headers["location"]) == (303, "/system#services")
    part = admin.fragment(path, "services", "POST")
    assert part.text.startswith('<hx-partial hx-target="#services"')


def test_one_that_fails_again_rests_again_and_one_that_answers_is_healed(admin: Client) -> None:
    broken()
    admin.post("/services/musicbrainz/retry")
    breaker.failed("musicbrainz", "It does not answer.")
    assert breaker.is_open("musicbrainz") is not None

    admin.post("/services/musicbrainz/retry")
    breaker.succeeded("musicbrainz")

    titles = [row.title for row in Event.select().order_by(Event.id)]
    assert titles == [
        "MusicBrainz does not work: It does not answer.",
        "MusicBrainz works again",
    ]


def test_only_an_administrator_has_it_asked_again(client: Client) -> None:
    broken()

    answer = client.as_role(Role.MANAGER).send("POST", "/api/services/musicbrainz/retry", json={})

    assert answer.status_code == 403
    assert breaker.is_open("musicbrainz") is not None


def test_an_unknown_service_is_not_asked_again(admin: Client) -> None:
    assert admin.send("POST", "/api/services/nothing/retry", json={}).status_code == 404


def test_the_page_says_since_when_and_until_when(client: Client, set_clock: SetClock) -> None:
    broken()
    breaker.failed("youtube", "It took too long to answer.")
    set_clock.forward(5 * clock.MINUTE)

    page = client.as_role(Role.READONLY).get("/system").text

    part = page[page.index('id="service-musicbrainz"') :].partition("</article>")[0]
    assert "Broken since" in part
    assert "5 minutes ago" in part
    assert "in 10 minutes" in part
    assert "Try again now" not in part
    slow = page[page.index('id="service-youtube"') :].partition("</article>")[0]
    assert "Degraded since" in slow
    assert "next try" not in slow
    off = page[page.index('id="service-imvdb"') :].partition("</article>")[0]
    assert "IMVDb key" in off
    page = client.as_role(Role.ADMIN).get("/system").text
    assert page.count('action="/services/musicbrainz/retry"') == 1
    assert 'action="/services/youtube/retry"' not in page


# the Test button


def test_only_an_administrator_tests(client: Client, fakes: dict[str, FakeService]) -> None:
    answer = client.as_role(Role.MANAGER).send(
        "POST", "/api/settings/services/youtube/test", json={}
    )

    assert answer.status_code == 403
    assert fakes["youtube"].asked == []


def test_a_good_answer_in_every_representation(
    admin: Client, fakes: dict[str, FakeService]
) -> None:
    path = "/settings/services/musicbrainz/test"

    data, page = try_out(admin, "musicbrainz"), admin.post(path)
    part = admin.fragment(path, "test-musicbrainz", "POST")

    assert data["ok"] is True
    assert data["detail"].startswith("It answers. Answered in ")
    assert "It answers." in page.text
    assert 'href="/settings#service-musicbrainz"' in page.text
    assert part.text.startswith('<hx-partial hx-target="#test-musicbrainz"')
    assert "It answers." in part.text


def test_a_failure_is_said_and_noted(admin: Client, fakes: dict[str, FakeService]) -> None:
    fakes["musicbrainz"].fails(ServiceError("musicbrainz", "MusicBrainz cannot be reached."))

    assert try_out(admin, "musicbrainz") == {
        "ok": False,
        "detail": "MusicBrainz cannot be reached.",
    }
    assert budget.row("musicbrainz").state == ServiceState.DEGRADED


def test_rubbish_is_said_in_a_sentence(admin: Client, fakes: dict[str, FakeService]) -> None:
    fakes["musicbrainz"].fails(KeyError("artists"))

    found = try_out(admin, "musicbrainz")

    assert found["ok"] is False
    assert found["detail"] == ("MusicBrainz answered in a way that MVidarr does not understand.")


def test_a_test_heals_a_service_that_rests(admin: Client, fakes: dict[str, FakeService]) -> None:
    for _ in range(3):
        breaker.failed("musicbrainz", "It failed.")

    assert try_out(admin, "musicbrainz")["ok"] is True
    assert budget.row("musicbrainz").state == ServiceState.WORKING


def test_what_is_typed_is_tried_and_neither_saved_nor_noted(
    admin: Client, fakes: dict[str, FakeService]
) -> None:
    fakes["imvdb"].fails(ServiceError("imvdb", "IMVDb refused the key."))

    found = try_out(admin, "imvdb", imvdb_api_key=KEY, imvdb_url="http://127.0.0.1:9/x/")

    assert found["ok"] is False
    assert fakes["imvdb"].asked == [f"http://127.0.0.1:9/x {KEY}"]
    assert budget.row("imvdb").failures == 0
    assert settings.get(service_options.imvdb_api_key) == ""


def test_an_empty_field_means_what_is_stored(admin: Client, fakes: dict[str, FakeService]) -> None:
    settings.change({"imvdb_api_key": KEY})

    admin.post("/settings/services/imvdb/test", {"imvdb_api_key": "", "imvdb_url": ""})

    assert fakes["imvdb"].asked == [f"https://imvdb.com/api/v1 {KEY}"]


def test_what_is_missing_or_wrong_is_said(admin: Client, fakes: dict[str, FakeService]) -> None:
    assert try_out(admin, "imvdb")["detail"] == (
        "IMVDb cannot be asked yet: enter “IMVDb key” in the settings."
    )
    assert "http://" in try_out(admin, "musicbrainz", musicbrainz_url="ftp://x")["detail"]
    settings.change({"musicbrainz_enabled": False})
    assert "switched off" in try_out(admin, "musicbrainz")["detail"]
    assert budget.row("musicbrainz").failures == budget.row("imvdb").failures == 0


def test_an_unknown_service_is_not_found(admin: Client) -> None:
    answer = admin.send("POST", "/api/settings/services/nothing/test", json={})

    assert answer.status_code == 404


def test_the_whole_form_can_be_sent_along(admin: Client, fakes: dict[str, FakeService]) -> None:
    """The button is inside the form of all settings: what else was typed does not matter."""
    form = {
        "_method": ["PATCH", "POST"],
        "download_retries": "many",
        "default_types": ["", "live"],
        "musicbrainz_url": "https://musicbrainz.org/ws/2",
    }

    assert "It answers." in admin.post("/settings/services/musicbrainz/test", form).text


def test_a_real_key_is_tested_against_the_real_protocol(
    admin: Client, imvdb: FakeImvdb, monkeypatch: pytest.MonkeyPatch
) -> None:
    finders.unhurried(monkeypatch)
    settings.change({"imvdb_url": imvdb.base_url})

    good = try_out(admin, "imvdb", imvdb_api_key=imvdb.key)
    bad = try_out(admin, "imvdb", imvdb_api_key="some other key")

    assert good["ok"] is True
    assert (bad["ok"], "refused the key" in bad["detail"]) == (False, True)


# budgets


def test_what_is_left_of_a_budget_is_shown(client: Client, set_clock: SetClock) -> None:
    settings.change({"youtube_hourly": 600})
    for _ in range(3):
        services.reserve("youtube")
        set_clock.forward(10_000)
    [one] = [one for one in listed(client) if one["name"] == "youtube"]

    assert one["budget"] == {"used": 3, "hourly": 600, "tokens": 600, "next_try_at": None}
    budget.reserve("youtube", pace=0, hourly=600, cost=100)
    [one] = [one for one in listed(client) if one["name"] == "youtube"]
    assert (one["budget"]["used"], one["budget"]["tokens"]) == (4, 500)
    page = client.as_role("readonly").get("/system").text
    assert "4 requests this hour · 500 of 600 left" in page


def test_feeds_draw_on_the_budget_of_youtube(client: Client, set_clock: SetClock) -> None:
    settings.change({"youtube_hourly": 100})
    for _ in range(10):
        services.reserve("youtube_feeds")
        set_clock.forward(2_000)
    found = {one["name"]: one["budget"] for one in listed(client)}

    assert found["youtube"]["used"] == 10
    assert found["youtube"]["tokens"] == 99
    assert "out of the budget of YouTube" in client.as_role("readonly").get("/system").text


def test_a_page_that_waits_for_services_shows_those_that_matter(
    client: Client, set_clock: SetClock
) -> None:
    from mvidarr.web import live, render
    from mvidarr.web import services as page

    assert [one.kind.name for one in page.budgets()] == ["youtube"]
    services.reserve("deezer")
    broken()
    audience = live.Audience(role=Role.ADMIN)
    html = render.regions(page.budget_region(), render.base_context(audience))

    assert [one.kind.name for one in page.budgets()] == ["youtube", "musicbrainz", "deezer"]
    assert 'id="budget-musicbrainz"' in html
    assert "next try" in html
    assert 'action="/services/musicbrainz/retry"' in html
    reader = render.regions(
        page.budget_region(), render.base_context(live.Audience(role=Role.READONLY))
    )
    assert "/retry" not in reader


def test_a_try_that_is_under_way_is_said(client: Client, set_clock: SetClock) -> None:
    broken()
    set_clock.forward(clock.HOUR)
    breaker.guard("musicbrainz", "MusicBrainz")

    assert "being tried just now" in client.as_role("readonly").get("/system").text


def test_services_take_few_queries(client: Client) -> None:
    from mvidarr.core import db
    from mvidarr.web import services as page

    page.lines()
    with db.counting() as counter:
        page.lines()

    assert len(counter) <= 3, counter.statements
