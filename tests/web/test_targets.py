"""Notifications as pages, fragments and JSON: making, trying out, changing, the log, deleting."""

import re
from collections.abc import Iterator
from typing import Any

import pytest

from mvidarr import activity
from mvidarr.core import db
from mvidarr.models import Outbox, Target
from tests.client import Client
from tests.factories import make_artist
from tests.fakes.receiver import Receiver, receiving


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as made:
        yield made


@pytest.fixture
def admin(client: Client) -> Client:
    return client.as_role("admin")


def made(client: Client, receiver: Receiver, name: str = "Home", **more: Any) -> int:
    new = {"kind": "webhook", "name": name, "url": receiver.url, **more}
    answer = client.send("POST", "/api/v1/targets", json=new)
    assert answer.status_code == 201, answer.text
    receiver.secret = answer.json()["secret"]
    return int(answer.json()["id"])


def secret_on(page: str) -> str:
    found = re.search(r'id="secret" value="([^"]+)"', page)
    assert found, page
    return found[1]


def test_a_form_makes_a_webhook_and_shows_its_secret_once(
    admin: Client, receiver: Receiver
) -> None:
    artist = make_artist("Björk")
    assert "No" in admin.get("/targets").text
    assert 'href="/targets/new?kind=webhook"' in admin.get("/targets/new").text
    form = admin.get("/targets/new?kind=webhook").text
    assert 'name="events" value="video.downloaded"' in form

    answer = admin.post(
        "/targets",
        {
            "kind": "webhook",
            "name": "Home",
            "url": receiver.url,
            "events": ["", "video.downloaded", "disk.low"],
            "artist_names": "björk",
            "active": ["false", "true"],
        },
    )

    assert answer.status_code == 200
    receiver.secret = secret_on(answer.text)
    row = Target.get()
    assert receiver.secret not in admin.get(f"/targets/{row.id}").text
    assert (row.events, row.artists, row.active) == (
        ["video.downloaded", "disk.low"],
        [artist.id],
        True,
    )
    page = admin.get("/targets").text
    assert "/hooks/mvidarr" not in page
    assert "2 kinds of events, for 1 artist" in re.sub(r"\s+", " ", page)


def test_an_apprise_address_has_no_secret_and_its_page_comes_next(admin: Client) -> None:
    answer = admin.post(
        "/targets", {"kind": "apprise", "name": "Phone", "url": "ntfy://topic", "events": ""}
    )

    here = f"/targets/{Target.get().id}"
    assert (answer.status_code, answer.headers["location"]) == (303, here)
    assert "ntfy, ntfys://…" in admin.get(here).text


def test_what_cannot_be_taken_comes_back_beside_its_field(admin: Client) -> None:
    typed = {
        "kind": "webhook",
        "name": "Home",
        "url": "ftp://x",
        "events": ["", "disk.low"],
        "artist_names": "",
        "active": "false",
    }
    answer = admin.post("/targets", typed)

    assert answer.status_code == 422
    assert "begins with https://" in answer.text
    assert 'value="Home"' in answer.text
    assert re.search(r'value="disk.low" checked', answer.text)
    assert not re.search(r'name="active" value="true" checked', answer.text)

    typed |= {"url": "https://example.org/", "artist_names": "Nobody"}
    answer = admin.post("/targets", typed)
    assert "There is no artist called Nobody" in answer.text
    assert not Target.select().exists()


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"kind": "pigeon"}, "kind"),
        ({"name": ""}, "name"),
        ({"url": "x" * 1501}, "url"),
        ({"events": ["nothing"]}, "events"),
        ({"artists": [77]}, "artists"),
        ({"surprise": 1}, "surprise"),
    ],
    ids=["kind", "name", "url", "events", "artists", "unknown"],
)
def test_json_says_which_member_is_wrong(admin: Client, body: dict[str, Any], field: str) -> None:
    good = {"kind": "webhook", "name": "Home", "url": "https://example.org/"}

    answer = admin.send("POST", "/api/v1/targets", json=good | body)

    assert answer.status_code == 422
    assert [error["field"] for error in answer.json()["errors"]] == [field]


def test_json_tells_all_but_what_is_secret(admin: Client, receiver: Receiver) -> None:
    number = made(admin, receiver, events=["disk.low"])

    [one] = admin.get("/api/v1/targets").json()["items"]

    assert one == admin.get(f"/api/v1/targets/{number}").json()
    assert (one["url"], one["secret"], one["is_set"]) == (
        None,
        None,
        {"url": True, "secret": True},
    )
    assert one["address"].startswith("http://127.0.0.1:")
    assert receiver.url not in str(one)
    offered = admin.get("/api/v1/targets/kinds").json()["items"]
    assert {"name": "disk.low", "title": "Disk almost full", "level": "bad", "group": "files"} in (
        offered
    )


def test_an_empty_address_keeps_the_saved_one(admin: Client, receiver: Receiver) -> None:
    number = made(admin, receiver, events=["disk.low"])
    before = Target.get_by_id(number).url
    assert 'value="Home"' in admin.get(f"/targets/{number}/edit").text

    answer = admin.send(
        "PATCH",
        f"/targets/{number}",
        data={"kind": "webhook", "id": str(number), "name": "House", "url": "", "events": ""}
        | {"artist_names": "", "active": "false"},
    )

    assert (answer.status_code, answer.headers["location"]) == (303, f"/targets/{number}")
    row = Target.get_by_id(number)
    assert (row.name, row.url, row.events, row.active) == ("House", before, [], False)
    assert "Switched off" in admin.get("/targets").text


def test_a_notification_about_nobody_any_more_says_so(admin: Client, receiver: Receiver) -> None:
    number = made(admin, receiver, artists=[make_artist("Björk").id])
    assert "are gone" not in admin.get(f"/targets/{number}/edit").text
    Target.update(artists=[0]).execute()

    assert "are gone" in admin.get(f"/targets/{number}/edit").text
    assert "none that is left" in admin.get(f"/targets/{number}").text
    assert admin.get(f"/api/v1/targets/{number}").json()["artists"] == []


def test_a_patch_changes_what_it_names(admin: Client, receiver: Receiver) -> None:
    artist = make_artist("Björk")
    number = made(admin, receiver, events=["disk.low"])

    answer = admin.send("PATCH", f"/api/v1/targets/{number}", json={"artist_names": "Björk"})

    assert answer.json()["artists"] == [artist.id]
    assert answer.json()["events"] == ["disk.low"]


def test_a_test_says_in_a_sentence_how_it_went(admin: Client, receiver: Receiver) -> None:
    number = made(admin, receiver)

    plain = admin.post(f"/targets/{number}/test")
    fragment = admin.fragment(f"/targets/{number}/test", "target-test", "POST")
    data = admin.send("POST", f"/api/v1/targets/{number}/test", is_json=True).json()

    assert "The receiver took it (status 204)." in plain.text
    assert fragment.text.startswith('<hx-partial hx-target="#target-test"')
    assert data == {"ok": True, "detail": "The receiver took it (status 204).", "status": 204}
    assert receiver.kinds == ["target.tested"] * 3
    assert Outbox.select().count() == 3


def test_what_is_typed_can_be_tested_before_it_is_saved(admin: Client, receiver: Receiver) -> None:
    number = made(admin, receiver)
    saved = admin.fragment("/targets/test", "target-test", "POST", id=str(number), kind="webhook")
    typed = admin.fragment(
        "/targets/test", "target-test", "POST", kind="webhook", url="http://127.0.0.1:1/"
    )
    nothing = admin.fragment("/targets/test", "target-test", "POST", kind="webhook")

    assert 'data-state="ok"' in saved.text
    assert "The receiver cannot be reached." in typed.text
    assert nothing.status_code == 422


def test_a_manager_reaches_the_open_internet_only(client: Client, receiver: Receiver) -> None:
    manager = client.as_role("manager")
    new = {"kind": "webhook", "name": "Home", "url": receiver.url}

    for path in ("/api/v1/targets", "/api/v1/targets/test"):
        body = new if path.endswith("targets") else {"kind": "webhook", "url": receiver.url}
        answer = manager.send("POST", path, json=body)
        assert answer.status_code == 422, path
        assert "own network" in answer.text
    assert receiver.requests == []
    assert manager.send("POST", "/api/v1/targets", json=new | {"url": "https://example.org/x"})


def test_somebody_elses_is_not_there(client: Client, admin: Client, receiver: Receiver) -> None:
    number = made(admin, receiver)
    admin.post(f"/targets/{number}/test")
    manager = client.as_role("manager")
    here = f"/targets/{number}"

    assert manager.get("/api/v1/targets").json()["items"] == []
    for method, path in (
        ("GET", here),
        ("GET", f"{here}/edit"),
        ("GET", f"{here}/delete"),
        ("GET", f"{here}/deliveries"),
        ("GET", f"{here}/deliveries/1"),
        ("PATCH", here),
        ("DELETE", here),
        ("POST", f"{here}/test"),
        ("POST", f"{here}/secret"),
        ("POST", f"{here}/deliveries/1/replay"),
    ):
        assert manager.send(method, path).status_code == 404, (method, path)
    assert Target.select().count() == 1
    assert len(receiver.requests) == 1


def test_a_new_secret_is_shown_once_too(admin: Client, receiver: Receiver) -> None:
    number = made(admin, receiver)

    assert "New secret for Home?" in admin.get(f"/targets/{number}/secret").text
    before = receiver.secret

    receiver.secret = secret_on(admin.fragment(f"/targets/{number}/secret", "dialog", "POST").text)

    assert receiver.secret != before

    assert "took it" in admin.post(f"/targets/{number}/test").text


def test_the_log_shows_each_message_and_sends_it_again(admin: Client, receiver: Receiver) -> None:
    number = made(admin, receiver)
    admin.post(f"/targets/{number}/test")
    row = Outbox.get().id
    here = f"/targets/{number}/deliveries/{row}"

    assert "Delivered" in admin.get(f"/targets/{number}").text
    dialog = admin.fragment(here, "dialog").text
    assert "&#34;kind&#34;: &#34;target.tested&#34;" in dialog
    assert "<html" not in dialog
    data = admin.get(f"/api/v1{here}").json()
    assert data["payload"]["kind"] == "target.tested"
    assert [made["status"] for made in data["attempts"]] == [204]

    again = admin.fragment(f"{here}/replay", "deliveries", "POST")
    assert 'hx-target="#deliveries"' in again.text
    assert "Waits" in again.text
    busy = admin.get(f"/targets/{number}").text
    assert f'hx-get="/targets/{number}/deliveries" hx-trigger="every 2s"' in busy
    assert admin.send("POST", f"/api/v1{here}/replay", is_json=True).status_code == 409


def test_the_log_in_json_has_pages(admin: Client, receiver: Receiver) -> None:
    number = made(admin, receiver)
    for name in "abc":
        activity.record("artist.added", name)
    path = f"/api/v1/targets/{number}/deliveries"

    first = admin.get(f"{path}?limit=2&count=1").json()
    rest = admin.get(f"{path}?limit=2&after={first['next']}").json()

    assert [item["title"] for item in first["items"] + rest["items"]] == ["c", "b", "a"]
    assert (first["count"], first["count_is"], rest["next"]) == (3, "exact", None)
    assert admin.get(f"{path}?nonsense=1").status_code == 422
    assert admin.get(f"/targets/{number}?limit=2").text.count('id="delivery-') == 2


def test_a_page_of_the_log_asks_the_database_a_few_times(admin: Client, receiver: Receiver) -> None:
    number = made(admin, receiver)

    def asked() -> int:
        admin.get(f"/targets/{number}")  # what every page keeps is fresh
        with db.counting() as counter:
            admin.get(f"/targets/{number}")
        return len(counter)

    activity.record("artist.added", "a")
    few = asked()
    for name in "bcdefghij":
        activity.record("artist.added", name)

    assert asked() == few


def test_deleting_asks_first(admin: Client, receiver: Receiver) -> None:
    number = made(admin, receiver)
    assert "Delete Home?" in admin.get(f"/targets/{number}/delete").text

    answer = admin.send("DELETE", f"/targets/{number}")

    assert (answer.status_code, answer.headers["location"]) == (303, "/targets")
    assert admin.get(f"/targets/{number}").status_code == 404
