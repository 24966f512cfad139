"""Errors in each representation: a page, the problem beside what is there, RFC 9457."""

import re
from collections.abc import Callable
from typing import Any

import peewee
import pytest

from mvidarr.core import db, errors
from mvidarr.core.config import Config
from mvidarr.core.errors import Conflict, Invalid, NotFound, ServiceError, TooSoon, Unavailable
from mvidarr.core.terms import Role
from tests.client import Client
from tests.fakes import kit as kits
from tests.fakes.kit import Kit, failing, route

MEMBERS = {"type", "title", "status", "detail", "request_id"}


@pytest.fixture
def kit(database: Config, monkeypatch: pytest.MonkeyPatch) -> Kit:
    return kits.install(database, monkeypatch)


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (lambda: NotFound("Gone."), 404),
        (lambda: Conflict("Taken."), 409),
        (lambda: Invalid({"a": "No."}), 422),
        (lambda: ServiceError("imvdb", "It failed."), 502),
        (lambda: peewee.OperationalError("database is locked"), 503),
        (lambda: peewee.OperationalError("no such table: x"), 500),
        (lambda: peewee.IntegrityError("duplicate of oops"), 409),
        (lambda: ZeroDivisionError("oops"), 500),
        (lambda: RecursionError("deep"), 500),
    ],
)
def test_every_error_has_its_status_in_every_representation(
    kit: Kit, error: Callable[[], BaseException], status: int
) -> None:
    client = kit.client(route(failing(error)))

    answers = [
        client.get("/things"),
        client.fragment("/things", "thing-list"),
        client.get("/api/v1/things"),
    ]

    assert [answer.status_code for answer in answers] == [status] * 3
    assert not any(word in answer.text for answer in answers for word in ("oops", "no such table"))
    assert not db.database.in_transaction()


def test_a_problem_is_told_as_rfc_9457_says(kit: Kit) -> None:
    answer = kit.client(route(failing(lambda: Conflict("Taken.")))).get("/api/v1/things")

    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.headers["cache-control"] == "no-store"
    assert answer.json() == {
        "type": "tag:mvidarr,2026:conflict",
        "title": "That changed in the meantime",
        "status": 409,
        "detail": "Taken.",
        "request_id": answer.headers["x-request-id"],
    }


def test_members_that_do_not_apply_are_left_out(kit: Kit) -> None:
    invalid = kit.client(
        route(
            failing(
                lambda: Invalid({"a": "No."}),
            ),
            path="/a",
        )
    )
    waits = kit.client(route(failing(lambda: TooSoon("Wait.", retry_after=1.2)), path="/b"))

    found, asked = invalid.get("/api/v1/a").json(), waits.get("/api/v1/b")

    assert set(found) == MEMBERS | {"errors"}
    assert found["errors"] == [{"field": "a", "message": "No."}]
    assert set(asked.json()) == MEMBERS | {"retry_after"}
    assert asked.json()["retry_after"] == 1.2
    assert asked.headers["retry-after"] == "2"  # never too early


def test_an_error_page_keeps_what_a_person_needs(kit: Kit) -> None:
    client = kit.client(route(failing(lambda: ServiceError("imvdb", "IMVDb <failed>."))))
    page = client.get("/things")

    assert "IMVDb &lt;failed&gt;." in page.text
    assert page.headers["x-request-id"] in page.text
    assert 'href="/"' in page.text


def test_a_fragment_shows_the_problem_beside_what_is_on_the_page(kit: Kit) -> None:
    client = kit.client(route(failing(lambda: Conflict("Taken."))))
    part = client.fragment("/things", "thing-list")

    assert part.headers["hx-retarget"] == "#problem"
    assert part.headers["hx-reswap"] == "innerHTML"
    assert "<!doctype" not in part.text
    assert "Taken." in part.text


def test_what_broke_is_logged_with_the_id_that_the_page_shows(
    kit: Kit, caplog: pytest.LogCaptureFixture
) -> None:
    page = kit.client(route(failing(lambda: ZeroDivisionError("oops")))).get("/things")

    assert page.headers["x-request-id"] in page.text
    assert "request failed method=GET path=/things" in caplog.text


# not signed in, not allowed, not there


def test_nobody_is_asked_to_sign_in_first(client: Client) -> None:
    page = client.get("/settings?x=1")
    part = client.fragment("/settings", "main")
    posted = client.send("PATCH", "/settings")

    assert (page.status_code, page.headers["location"]) == (303, "/login?next=/settings%3Fx%3D1")
    assert (part.status_code, part.headers["hx-redirect"]) == (401, "/login?next=/")
    assert (posted.status_code, posted.headers["location"]) == (303, "/login")
    assert client.get("/api/v1/settings").status_code == 401
    assert client.get("/live?topics=nav").status_code == 401


def test_htmx_comes_back_to_the_page_it_was_on(client: Client) -> None:
    headers = {"HX-Request-Type": "partial", "HX-Current-URL": "http://testserver/videos?q=a&b=1"}

    answer = client.get("/settings", **headers)

    assert answer.headers["hx-redirect"] == "/login?next=/videos%3Fq%3Da%26b%3D1"


def test_a_role_that_does_not_reach_is_told_which_one_would(client: Client) -> None:
    reader = client.as_role(Role.READONLY)

    assert "This needs the role manager; yours is readonly." in reader.get("/settings").text
    assert reader.get("/settings").status_code == 403
    assert reader.get("/api/v1/settings").json()["type"].endswith(":forbidden")


@pytest.mark.parametrize("path", ["/nothing", "/settings/a/b/c", "/downloads/x", "/%00"])
def test_an_unknown_address(client: Client, path: str) -> None:
    reader = client.as_role(Role.READONLY)

    page, data = reader.get(path), reader.get(f"/api/v1{path}")

    assert page.status_code == data.status_code == 404
    assert "<h1>" in page.text
    assert data.json()["type"] == "tag:mvidarr,2026:not_found"
    assert client.get(path).status_code == 404  # nobody is told what there is


def test_a_wrong_method_says_which_ones_there_are(client: Client) -> None:
    admin = client.as_role(Role.ADMIN)

    data = admin.send("POST", "/api/v1/settings", json={})
    page = admin.send("PUT", "/settings")

    assert (data.status_code, page.status_code) == (405, 405)
    assert data.headers["allow"] == "GET, HEAD, PATCH"
    assert data.json()["detail"] == "This address takes GET, HEAD, PATCH."
    assert page.headers["allow"] == "GET, HEAD, PATCH"


def test_a_database_that_is_away_is_said_on_every_address(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away() -> Any:
        raise Unavailable("The database cannot be reached.", retry_after=5)

    monkeypatch.setattr(db, "session", away)

    for path in ("/settings", "/nothing", "/api/v1/settings", "/api/v1/nothing"):
        answer = client.get(path)
        assert answer.status_code == 503, path
        assert answer.headers["retry-after"] == "5"


def test_every_error_of_the_tree_can_be_told() -> None:
    def all_of(kind: type[errors.Error]) -> list[type[errors.Error]]:
        return [kind, *(one for below in kind.__subclasses__() for one in all_of(below))]

    for kind in all_of(errors.Error):
        assert 400 <= kind.status < 600, kind
        assert re.fullmatch(r"[a-z]+(_[a-z]+)*", kind.slug()), kind
        assert kind.title, kind
        assert not kind.title.endswith("."), kind
