"""Who may do what to notifications and the queue: each role on each route, names that are code."""

from typing import Any

import pytest

from mvidarr import activity
from mvidarr.core.terms import Role
from mvidarr.library.tables import Download
from mvidarr.models import Event, Outbox, Target
from tests import factories
from tests.client import Client
from tests.factories import fresh

CODE = "<img src=x onerror=alert(1)>\"'{{7*7}}"
HOOK = {"kind": "webhook", "name": "Home", "url": "https://hooks.example.org/T0/SECRETPATH"}
OF_TARGETS = [
    ("GET", ""),
    ("GET", "/kinds"),
    ("POST", ""),
    ("POST", "/test"),
    ("GET", "/1"),
    ("PATCH", "/1"),
    ("DELETE", "/1"),
    ("POST", "/1/secret"),
    ("POST", "/1/test"),
    ("GET", "/1/deliveries"),
    ("GET", "/1/deliveries/1"),
    ("POST", "/1/deliveries/1/replay"),
]


@pytest.fixture
def target(client: Client) -> int:
    """One of an administrator, with a message in its log."""
    made = client.as_role(Role.ADMIN).send("POST", "/api/v1/targets", json=HOOK)
    activity.record("artist.added", "Björk")
    return int(made.json()["id"])


@pytest.mark.parametrize("role", [Role.READONLY, Role.USER])
@pytest.mark.parametrize(("method", "path"), OF_TARGETS)
def test_who_is_no_manager_has_nothing_to_do_with_notifications(
    client: Client, target: int, role: Role, method: str, path: str
) -> None:
    one = path.replace("/1", f"/{target}", 1)
    answer = client.as_role(role).send(
        method, f"/api/v1/targets{one}", json={} if method != "GET" else None
    )
    assert answer.status_code == 403, answer.text


@pytest.mark.parametrize(("method", "path"), [pair for pair in OF_TARGETS if "/1" in pair[1]])
def test_somebody_elses_notification_is_not_there_for_a_manager(
    client: Client, target: int, method: str, path: str
) -> None:
    [row] = Outbox.select().where(Outbox.target == str(target))
    here = path.replace("/1", f"/{target}", 1).replace("deliveries/1", f"deliveries/{row.id}")
    before = fresh(Target.get_by_id(target)).updated_at

    answer = client.as_role(Role.MANAGER).send(
        method, f"/api/v1/targets{here}", json={} if method != "GET" else None
    )

    assert answer.status_code == 404, answer.text
    assert (fresh(row).state, fresh(Target.get_by_id(target)).updated_at) == ("queued", before)


def test_trying_out_a_saved_one_by_its_number_is_for_its_owner(client: Client, target: int) -> None:
    answer = client.as_role(Role.MANAGER).send("POST", "/api/v1/targets/test", json={"id": target})
    assert answer.status_code == 404


@pytest.mark.parametrize("path", ["/feed", "/targets", "/targets/{id}", "/targets/{id}/edit"])
def test_names_and_titles_that_are_code_are_text_on_pages(client: Client, path: str) -> None:
    admin = client.as_role(Role.ADMIN)
    artist = factories.make_artist(CODE)
    new: dict[str, Any] = {**HOOK, "name": CODE, "artists": [artist.id]}
    made = admin.send("POST", "/api/v1/targets", json=new).json()["id"]
    video = factories.make_video(artist, CODE)
    activity.record("video.failed", CODE, artist_id=artist.id, video_id=video.id, error=CODE)

    page = admin.get(path.format(id=made)).text

    assert "onerror" in page
    assert "<img src=x" not in page
    assert "SECRETPATH" not in page


def test_a_name_that_is_code_breaks_no_header(client: Client) -> None:
    admin = client.as_role(Role.ADMIN)
    name = "Übel\u2028\r\nSet-Cookie: a=b <script>"
    made = admin.send("POST", "/api/v1/targets", json={**HOOK, "name": name}).json()

    gone = admin.send("DELETE", f"/targets/{made['id']}", headers={"HX-Request": "true"})

    assert gone.status_code < 400
    assert [name for name in gone.headers if name == "set-cookie"] == ["set-cookie"]
    assert gone.headers["set-cookie"].startswith("toast=")


def test_nothing_that_was_told_holds_an_address(client: Client, target: int) -> None:
    admin = client.as_role(Role.ADMIN)
    admin.send("PATCH", f"/api/v1/targets/{target}", json={"url": HOOK["url"] + "/ANOTHER"})
    said = [
        admin.get(path).text
        for path in (
            "/api/v1/targets",
            f"/api/v1/targets/{target}",
            f"/api/v1/targets/{target}/deliveries",
            "/api/v1/feed",
            "/api/v1/feed?group=audit",
            f"/targets/{target}/edit",
            "/system",
        )
    ]
    said += [f"{event.title} {event.data}" for event in Event.select()]
    assert not any("SECRETPATH" in text or "ANOTHER" in text for text in said)


def test_a_title_that_is_code_is_text_in_the_queue(client: Client) -> None:
    video = factories.make_video(factories.make_artist(CODE), CODE, source=True)
    running = factories.make_video(title=CODE + "2", source=True)
    ended = factories.make_video(title=CODE + "3", source=True)
    row = factories.make_download(video, last_error=CODE)
    factories.make_download(running, state="running", stage="fetch", percent=1.0)
    factories.make_download(ended, state="failed", active_key=None, ended_at=1, last_error=CODE)
    manager = client.as_role(Role.MANAGER)
    assert Download.select().count() == 3

    for path in ("/activity", "/activity/history", f"/downloads/{row.id}/menu"):
        page = manager.get(path).text
        assert "onerror" in page, path
        assert "<img src=x" not in page, path
