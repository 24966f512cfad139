"""The request kit: one handler answers as page, fragment and JSON; bodies, methods, limits."""

import threading
from dataclasses import dataclass, field
from typing import Any

import anyio
import pytest
from starlette.requests import Request as HttpRequest

from mvidarr import activity
from mvidarr.core.config import Config
from mvidarr.core.terms import Role
from mvidarr.library.tables import Event
from mvidarr.web import routing
from mvidarr.web.bodies import Upload
from mvidarr.web.endpoint import Limits, Mount
from mvidarr.web.routing import PUBLIC, Handler, Reply, Request
from tests.client import Client
from tests.conftest import until
from tests.fakes import kit as kits
from tests.fakes.kit import Kit, route


@dataclass(frozen=True, kw_only=True)
class NewThing:
    name: str
    ids: list[int] = field(default_factory=list)


def index(req: Request) -> Reply:
    return Reply(
        "kit/index.html", {"name": "<b>Björk</b>"}, data=lambda: {"items": [], "next": None}
    )


def create(req: Request) -> Reply:
    thing = req.input(NewThing)
    rows = [(f"row-{n}", "kit/_row.html", {"number": n, "name": thing.name}) for n in thing.ids]
    return Reply(
        "kit/index.html",
        {"name": thing.name},
        partials=rows,
        data=lambda: {"name": thing.name, "method": req.method},
        go="/things/7",
        status=201,
        headers={"Location": "/api/v1/things/7"},
        toast=f"„{thing.name}“ is here; hurray.",
    )


@pytest.fixture
def kit(database: Config, monkeypatch: pytest.MonkeyPatch) -> Kit:
    return kits.install(database, monkeypatch)


# three representations


def test_one_handler_three_representations(kit: Kit) -> None:
    client = kit.client(route(index))

    page, part = client.get("/things"), client.fragment("/things", "thing-list")
    data = client.get("/api/v1/things")

    assert "<!doctype html>" in page.text
    assert part.text.startswith("<ul id='thing-list'>")
    assert part.text in page.text
    assert "&lt;b&gt;Björk&lt;/b&gt;" in part.text
    assert data.json() == client.get("/api/things").json() == {"items": [], "next": None}


def test_caches_keep_nothing_that_is_for_one_person(kit: Kit) -> None:
    client = kit.client(route(index))
    page, part = client.get("/things"), client.fragment("/things", "thing-list")

    assert page.headers["cache-control"] == "private, no-cache"
    assert part.headers["cache-control"] == "no-store"
    assert client.get("/api/v1/things").headers["cache-control"] == "no-store"
    for answer in (page, part):
        assert "HX-Request" in answer.headers["vary"]
        assert "HX-Request-Type" in answer.headers["vary"]


def test_a_history_restore_gets_the_page(kit: Kit) -> None:
    client = kit.client(route(index))
    restore = {"HX-Request": "true", "HX-Request-Type": "full", "HX-Target": "div#thing-list"}

    assert "<!doctype html>" in client.get("/things", **restore).text


def test_a_region_that_the_page_does_not_name_gets_the_page(kit: Kit) -> None:
    client = kit.client(route(index))

    assert "<!doctype html>" in client.fragment("/things", "other").text
    partial = {"HX-Request": "true", "HX-Request-Type": "partial", "HX-Target": "div"}
    assert "<!doctype html>" in client.get("/things", **partial).text


def test_a_plain_form_is_sent_on(kit: Kit) -> None:
    answer = kit.client(route(create, "POST")).post("/things", {"name": "Jóga"})

    assert (answer.status_code, answer.headers["location"]) == (303, "/things/7")
    assert answer.headers["set-cookie"].startswith("toast=")


def test_a_form_of_htmx_gets_the_regions_that_changed(kit: Kit) -> None:
    client = kit.client(route(create, "POST"))

    answer = client.fragment("/things", "thing-list", "POST", name="Jóga & co", ids=["1", "2"])

    assert answer.status_code == 200
    assert answer.text == (
        '<hx-partial hx-target="#row-1" hx-swap="outerMorph">'
        "<li id='row-1'>Jóga &amp; co</li></hx-partial>"
        '<hx-partial hx-target="#row-2" hx-swap="outerMorph">'
        "<li id='row-2'>Jóga &amp; co</li></hx-partial>"
    )
    assert "hurray" in answer.headers["hx-trigger"]


def test_without_a_region_htmx_is_told_where_to_go(kit: Kit) -> None:
    answer = kit.client(route(create, "POST")).fragment("/things", "other", "POST", name="Jóga")

    assert answer.headers["hx-location"] == "/things/7"
    assert answer.text == ""


def test_json_gets_the_thing_itself(kit: Kit) -> None:
    answer = kit.client(route(create, "POST")).send("POST", "/api/v1/things", json={"name": "J"})

    assert (answer.status_code, answer.json()["name"]) == (201, "J")
    assert answer.headers["location"] == "/api/v1/things/7"
    assert "set-cookie" not in answer.headers


def test_a_mount_can_be_left_out(kit: Kit) -> None:
    client = kit.client(
        route(index, path="/only-pages", json=False), route(index, path="/only-data", html=False)
    )

    assert client.get("/only-pages").status_code == 200
    assert client.get("/api/v1/only-data").status_code == 200
    assert client.get("/api/v1/only-pages").status_code == 404
    assert client.get("/only-data").status_code == 404


# what was typed wrongly


def test_a_form_is_shown_again_with_what_was_typed(kit: Kit) -> None:
    client = kit.client(route(create, "POST", on_invalid=index))
    wrong = {"name": "n" * 300}

    page = client.post("/things", wrong)
    part = client.fragment("/things", "thing-list", "POST", **wrong)

    for answer in (page, part):
        assert answer.status_code == 422
        assert f"<li class='typed'>{'n' * 300}</li>" in answer.text
        assert "<li class='error'>Use 255 characters or fewer.</li>" in answer.text
    assert part.text.startswith("<ul")
    assert "set-cookie" not in page.headers


def test_without_a_form_to_show_again_it_is_a_problem(kit: Kit) -> None:
    client = kit.client(route(create, "POST"))

    assert "This is needed." in client.post("/things", {"name": ""}).text
    part = client.fragment("/things", "thing-list", "POST", name="")
    assert (part.status_code, part.headers["hx-retarget"]) == (422, "#problem")
    data = client.send("POST", "/api/v1/things", json={"nme": 1}).json()
    assert data["errors"] == [
        {"field": "nme", "message": "There is no such member."},
        {"field": "name", "message": "This is needed."},
    ]


# methods and bodies


@pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE"])
def test_a_form_reaches_every_method(kit: Kit, method: str) -> None:
    client = kit.client(route(create, method, "/things/{id:int}"))

    assert client.send(method, "/things/3", data={"name": "J"}).status_code == 303
    assert client.post("/things/3", {"name": "J"}).status_code == 405


def test_json_means_its_own_method(kit: Kit) -> None:
    client = kit.client(route(create, "DELETE", "/things/{id:int}"))

    answer = client.send("POST", "/api/v1/things/3", json={"name": "J", "_method": "DELETE"})

    assert (answer.status_code, answer.headers["allow"]) == (405, "DELETE")


def test_head_is_a_get_without_its_body(kit: Kit) -> None:
    answer = kit.client(route(index)).send("HEAD", "/api/v1/things", is_json=True)

    assert (answer.status_code, answer.content) == (200, b"")
    assert int(answer.headers["content-length"]) > 0


def test_bodies_are_of_the_kind_of_their_mount(kit: Kit) -> None:
    client = kit.client(route(create, "POST"))

    def post(path: str, kind: str, body: bytes) -> Any:
        headers = {"Content-Type": kind, "Origin": "http://testserver"}
        cookie = {"Cookie": f"mvidarr_session={client.token}"}
        return client.http.post(path, content=body, headers={**headers, **cookie})

    assert post("/api/v1/things", "application/json; charset=utf-8", b'{"name":"J"}').is_success
    assert post("/api/v1/things", "text/plain", b'{"name":"J"}').status_code == 415
    assert post("/api/v1/things", "application/json", b"{").status_code == 422
    assert post("/api/v1/things", "application/x-www-form-urlencoded", b"name=J").status_code == 415
    assert post("/things", "application/json", b'{"name":"J"}').status_code == 415
    assert post("/things", "application/x-www-form-urlencoded", b"name=\xff").status_code == 422


@dataclass(frozen=True, kw_only=True)
class NewPicture:
    number: int
    picture: Upload
    other: Upload | None = None


def keep(req: Request) -> Reply:
    taken = req.input(NewPicture)
    said = f"{taken.number} {taken.picture.name} {len(taken.picture.content)}"
    return Reply(go="/things", data=lambda: {"said": said}, toast=said)


def send_files(client: Client, path: str, **files: tuple[str, bytes]) -> Any:
    headers = {"Origin": "http://testserver", "Cookie": f"mvidarr_session={client.token}"}
    return client.http.post(
        path, data={"number": "3"}, files=files, headers=headers, follow_redirects=False
    )


def test_file_comes_with_its_form(kit: Kit) -> None:
    client = kit.client(route(keep, "POST", takes=NewPicture, body_limit=9_000_000))
    files = {"picture": ("née.jpg", b"\x00\xff\r\n--" * 500_000), "other": ("", b"")}

    assert send_files(client, "/api/v1/things", **files).json() == {"said": "3 née.jpg 3000000"}
    assert send_files(client, "/things", **files).status_code == 303


def test_file_that_is_missing_is_asked_for(kit: Kit) -> None:
    client = kit.client(route(keep, "POST", takes=NewPicture))

    answer = send_files(client, "/api/v1/things", other=("x", b"x"))
    assert answer.json()["errors"] == [{"field": "picture", "message": "This is needed."}]
    headers = {"Origin": "http://testserver", "Cookie": f"mvidarr_session={client.token}"}
    told = client.http.post("/api/v1/things", json={"number": 3, "picture": "x"}, headers=headers)
    assert told.json()["errors"] == [{"field": "picture", "message": "Choose a file."}]


@pytest.mark.parametrize(
    "body", [b"--x", b"--x\r\nrubbish", b"\x00", b'--x\r\nA: "\r\n\r\n1\r\n--x--']
)
def test_broken_form_with_files_is_refused(body: bytes, kit: Kit) -> None:
    client = kit.client(route(keep, "POST", takes=NewPicture))
    headers = {"Origin": "http://testserver", "Cookie": f"mvidarr_session={client.token}"}
    for kind in (
        "multipart/form-data; boundary=x",
        "multipart/form-data",
        "multipart/form-data; boundary=",
    ):
        answer = client.http.post(
            "/api/v1/things", content=body, headers={**headers, "Content-Type": kind}
        )
        assert answer.status_code == 422


def test_route_without_files_takes_none(kit: Kit) -> None:
    client = kit.client(route(create, "POST"))

    assert send_files(client, "/api/v1/things", name=("x", b"x")).status_code == 415
    assert send_files(client, "/things", name=("x", b"x")).status_code == 415


def test_a_body_over_the_limit_of_its_route_is_refused(kit: Kit) -> None:
    client = kit.client(route(create, "POST", body_limit=2048))

    assert client.send("POST", "/api/v1/things", json={"name": "x" * 3000}).status_code == 413
    assert client.post("/things", {"name": "x" * 3000}).status_code == 413
    assert client.post("/things", {"name": "x"}).status_code == 303


# roles, errors and threads


def test_a_public_route_needs_nobody_and_knows_who_asks(kit: Kit) -> None:
    def who(req: Request) -> Reply:
        return Reply(data=lambda: {"role": req.user.role if req.user else None})

    client = kit.client(route(who, role=PUBLIC), role="manager")

    assert client.get("/api/v1/things").json() == {"role": "manager"}
    assert Client(client.http).get("/api/v1/things").json() == {"role": None}


def test_a_route_without_a_role_fails_at_import() -> None:
    with pytest.raises(TypeError, match="role"):
        routing.route("GET", "/things", title="Things")(index)  # type: ignore[call-arg]
    with pytest.raises(RuntimeError, match="twice"):
        routing.route("GET", "/settings", role=Role.ADMIN, title="Again")(index)


def test_whoever_acts_is_known_to_what_is_recorded(kit: Kit) -> None:
    def act(req: Request) -> Reply:
        activity.record("artist.added", "Björk")
        return Reply(data=dict)

    client = kit.client(route(act, "POST"))
    answer = client.send("POST", "/api/v1/things", json={})

    row = Event.get()
    assert (row.user_id, row.ip) == (client.user_id, "testclient")
    assert row.request_id == answer.headers["x-request-id"]


def test_numbers_of_the_query_have_bounds(kit: Kit) -> None:
    def count(req: Request) -> Reply:
        limit = req.number("limit", 60, 1, 200)
        return Reply(data=lambda: {"limit": limit})

    client = kit.client(route(count))

    assert client.get("/api/v1/things").json() == {"limit": 60}
    assert client.get("/api/v1/things?limit=200").json() == {"limit": 200}
    for wrong in ("0", "201", "-1", "x", "1.5", "²", "00000001001", "9" * 5000):
        answer = client.get(f"/api/v1/things?limit={wrong}")
        assert answer.json()["errors"] == [
            {"field": "limit", "message": "Give a number from 1 to 200."}
        ]


def test_slow_handlers_do_not_wait_for_quick_ones(database: Config) -> None:
    """Two quick ones on SQLite at a time (four on MariaDB); a slow one has a thread of its own."""
    at_once = 2 if database.is_sqlite else 4
    inside, most, go = [0], [0], threading.Event()

    def quick(req: Request) -> Reply:
        inside[0] += 1
        most[0] = max(most[0], inside[0])
        go.wait(20)
        inside[0] -= 1
        return Reply(data=dict)

    def slow(req: Request) -> Reply:
        until(lambda: inside[0] == at_once)
        go.set()
        return Reply(data=dict)

    async def ask(handler: Handler, is_slow: bool, mount_limits: Limits) -> None:
        known = route(handler, slow=is_slow, role=PUBLIC)
        mount = Mount(config=database, limits=mount_limits, routes={"GET": known}, is_json=True)
        scope = {"type": "http", "method": "GET", "path": "/x", "headers": [], "query_string": b""}
        scope |= {"server": ("testserver", 80), "scheme": "http", "client": ("127.0.0.1", 1)}
        answer = await mount(HttpRequest(scope))
        assert answer.status_code == 200

    async def ask_all() -> None:
        limits = Limits.make(sqlite=database.is_sqlite)
        async with anyio.create_task_group() as group:
            for _ in range(8):
                group.start_soon(ask, quick, False, limits)
            group.start_soon(ask, slow, True, limits)

    anyio.run(ask_all)

    assert most == [at_once]


def test_a_page_goes_on_from_before_its_rows_were_read(kit: Kit) -> None:
    """A change between the rows and the rendering must not fall between page and stream."""

    def late(req: Request) -> Reply:
        activity.touch("nav")
        return index(req)

    client = kit.client(route(late))
    before = activity.newest()
    page = client.get("/things").text

    assert f"since={before}" in page
    assert activity.newest() == before + 1
