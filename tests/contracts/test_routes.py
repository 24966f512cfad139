"""Every route, whatever it does: its role holds, its errors have one shape, GET never writes."""

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest

from mvidarr import app as _app  # noqa: F401 - registers every route
from mvidarr.core.terms import Role
from mvidarr.web.routing import ROUTES, Route
from tests import factories
from tests.client import Client

PARAMETER = re.compile(r"\{(\w+)(?::\w+)?\}")
MEMBERS = {"type", "title", "status", "detail", "request_id", "errors", "retry_after"}
LEDGER = frozenset({"session", "api_key", "user", "throttle", "service", "change", "revision"})
WITH_ROLE = [one for one in ROUTES if one.role]
STREAMS = frozenset({"/live"})  # they do not end; their role is tested with the live pages


def each(routes: list[Route]) -> pytest.MarkDecorator:
    """The test once for each route."""
    return pytest.mark.parametrize(
        "route", routes, ids=[f"{one.method} {one.path}" for one in routes]
    )


def address(route: Route, *, missing: bool = False) -> str:
    """A path of this route: to something that is not there."""
    return PARAMETER.sub(lambda found: _value(found[1], missing), route.path)


def _value(name: str, missing: bool) -> str:
    return {"key": "no_such_setting", "name": "nothing", "hash": "0" * 64, "width": "320"}.get(
        name, "999999"
    )


def mounts(route: Route) -> Iterator[tuple[str, bool]]:
    if route.html:
        yield address(route), False
    if route.json:
        yield f"/api/v1{address(route)}", True


@each(WITH_ROLE)
def test_nobody_gets_in_without_signing_in(client: Client, route: Route) -> None:
    for path, is_json in mounts(route):
        answer = client.send(route.method, path, is_json=is_json)

        assert answer.status_code in ({401} if is_json else {303, 401}), path
        if answer.status_code == 303:
            assert answer.headers["location"].startswith("/login")


@each([one for one in WITH_ROLE if one.path not in STREAMS])
def test_a_lower_role_is_refused_and_the_right_one_is_not(client: Client, route: Route) -> None:
    assert route.role is not None
    for role in Role:
        someone = client.as_role(role)
        for path, is_json in mounts(route):
            answer = someone.send(route.method, path, is_json=is_json)
            if role.includes(route.role):
                assert answer.status_code not in {401, 403}, (role, path, answer.text)
                assert answer.status_code < 500 or answer.status_code in {502, 503}, answer.text
            else:
                assert answer.status_code == 403, (role, path)


@each([one for one in ROUTES if one.json])
def test_errors_are_problem_details(client: Client, route: Route) -> None:
    answer = client.as_role("admin").send(route.method, f"/api/v1{address(route)}", is_json=True)
    if answer.status_code < 400:
        return

    assert answer.headers["content-type"] == "application/problem+json"
    assert set(answer.json()) <= MEMBERS
    assert {"type", "title", "status", "detail"} <= set(answer.json())
    assert answer.json()["type"].startswith("tag:mvidarr,2026:")
    assert answer.json()["status"] == answer.status_code


def test_an_unknown_address_and_a_wrong_method_are_problems_too(client: Client) -> None:
    admin = client.as_role("admin")
    unknown = admin.get("/api/v1/nothing/here")
    wrong = admin.send("PUT", "/api/v1/artists", is_json=True)

    assert (unknown.status_code, unknown.json()["type"]) == (404, "tag:mvidarr,2026:not_found")
    assert (wrong.status_code, wrong.json()["type"]) == (405, "tag:mvidarr,2026:method_not_allowed")
    assert "GET" in wrong.headers["allow"]


@each([one for one in ROUTES if one.method == "GET" and one.path not in STREAMS])
def test_get_never_writes(client: Client, route: Route) -> None:
    video = factories.make_video()
    admin = client.as_role("admin")
    before = _dump()
    for path, is_json in mounts(route):
        path = path.replace("999999", str(video.id))
        admin.send("GET", path, is_json=is_json)

    assert _dump() == before


def _dump() -> dict[str, Any]:
    from mvidarr import models

    return {
        model._meta.table_name: json.dumps(sorted(map(repr, model.select().tuples())), default=str)
        for model in models.ALL
        if model._meta.table_name not in LEDGER
    }


@each(WITH_ROLE)
def test_posts_from_elsewhere_are_refused(client: Client, route: Route) -> None:
    if route.method == "GET":
        return
    admin = client.as_role("admin")
    for path, is_json in mounts(route):
        answer = admin.send(
            route.method, path, is_json=is_json, headers={"Sec-Fetch-Site": "cross-site"}
        )

        assert answer.status_code == 403, path


def test_no_two_routes_say_the_same_title_for_one_path() -> None:
    assert len({(one.method, one.path) for one in ROUTES}) == len(ROUTES)


def test_dump_sees_a_change(database: Any) -> None:
    before = _dump()
    factories.make_artist()

    assert _dump() != before
