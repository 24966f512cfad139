"""Lists and accounts attacked through the web: numbers, names, files, hosts, messages."""

import json
import logging
from typing import Any

import pytest

from mvidarr.core.config import Config
from mvidarr.core.crypto import Vault
from mvidarr.discovery import import_apply, import_read, imports
from mvidarr.discovery.imports import NewList
from mvidarr.models import Artist, Connection, ImportList, ImportRow, Job
from tests.client import ORIGIN, Client
from tests.conftest import SECRET
from tests.fakes import finders, lists
from tests.fakes.finders import FakeService
from tests.fakes.internet import FakeInternet
from tests.fakes.lists import Shelf, entry
from tests.fakes.spotify import FakeSpotify

VAULT = Vault((SECRET,))
HUGE = 10**30
BEYOND = 2**63


@pytest.fixture
def services(monkeypatch: pytest.MonkeyPatch) -> dict[str, FakeService]:
    return finders.install(monkeypatch)


@pytest.fixture
def shelf(services: dict[str, FakeService], monkeypatch: pytest.MonkeyPatch) -> Shelf:
    return lists.install(monkeypatch)


@pytest.fixture
def manager(client: Client) -> Client:
    return client.as_role("manager")


def silent(done: int, total: int | None, note: str) -> None:
    """Nobody watches."""


def ready(shelf: Shelf, *entries: Any, **columns: Any) -> ImportList:
    shelf.has(*entries)
    made = imports.make(NewList(kind="shelf", **columns), None)
    import_read.read(made.id, VAULT, silent)
    Job.update(state="done", active_key=None).execute()
    return made


@pytest.mark.parametrize("number", [HUGE, BEYOND, -1, 0, -BEYOND - 1])
def test_numbers_that_no_database_holds_are_refused(
    manager: Client, shelf: Shelf, number: int
) -> None:
    made = ready(shelf, entry("Björk"))
    row = ImportRow.get()
    here = f"/api/v1/lists/{made.id}"
    for method, path, body in (
        ("POST", "/api/v1/lists", {"kind": "spotify_followed", "connection_id": number}),
        ("PATCH", here, {"every": number}),
        ("PATCH", here, {"connection_id": number}),
        ("PATCH", f"{here}/entries", {"chosen": False, "ids": [number]}),
        ("PATCH", f"{here}/entries/{row.id}", {"choice": number}),
        ("PATCH", here, {"options": {"size": number}}),
        ("PATCH", here, {"filters": {"min_plays": number}}),
    ):
        answer = manager.send(method, path, json=body)
        assert answer.status_code < 500, (method, path, body)
    for path in (
        f"{here}/entries?after={number}",
        f"/api/v1/lists/offers?kind=shelf&connection_id={number}",
        f"/api/v1/lists/{number}",
        f"{here}/entries?limit={number}",
        f"{here}/entries?state={number}",
    ):
        assert manager.get(path).status_code < 500, path


@pytest.mark.parametrize("text", ["\ud800", "a\x00b", "\u202eevil", "x" * 10_000, "🎸" * 300])
def test_words_that_are_no_words_are_refused_or_tidied(
    manager: Client, shelf: Shelf, text: str
) -> None:
    made = ready(shelf, entry("Björk"))
    headers = {"Content-Type": "application/json", "Origin": ORIGIN}
    headers["Cookie"] = f"mvidarr_session={manager.token}"
    for method, path, body in (
        ("POST", "/api/v1/lists", {"kind": "text", "name": text, "text": "Air"}),
        ("POST", "/api/v1/lists", {"kind": "text", "text": text}),
        ("POST", "/api/v1/lists", {"kind": text}),
        ("POST", "/api/v1/lists", {"kind": "shelf", "options": {"place": text}}),
        ("POST", "/api/v1/lists", {"kind": "shelf", "options": {text: text}}),
        ("POST", "/api/v1/lists", {"kind": "shelf", "filters": {"genres": [text]}}),
        ("PATCH", f"/api/v1/lists/{made.id}", {"name": text}),
        ("POST", "/api/v1/connections/spotify/finish", {"code": text, "state": text}),
        ("POST", "/api/v1/connections/spotify/finish", {"address": text}),
        (
            "POST",
            "/api/v1/lists/lidarr/webhook",
            {"eventType": "ArtistAdd", "artist": {"name": text, "mbId": text, "genres": [text]}},
        ),
    ):
        answer = manager.http.request(method, path, content=json.dumps(body), headers=headers)
        assert answer.status_code < 500, (method, path, answer.text[:200])
    for artist in Artist.select():
        assert not {"\u202e", "\x00"} & set(artist.name)
    assert manager.get("/lists").status_code == 200


@pytest.mark.parametrize(
    "body",
    [
        b"[]",
        b"7",
        b"null",
        b'{"eventType": "ArtistAdd", "artist": [[]]}',
        b'{"eventType": ["ArtistAdd"]}',
        b'{"eventType": "ArtistAdd", "artist": {"name": {}, "mbId": [], "images": 7, "genres": 7}}',
        b'{"eventType": "ArtistAdd", "artist": {"name": "Air", "id": 1e400}}',
        b'{"eventType": "ArtistAdd", "artist": {"name": "Air", "images": [{"remoteUrl": 7}]}}',
        b'{"a":' * 5000 + b"1" + b"}" * 5000,
        b"\xff\xfe{}",
        b"",
    ],
)
def test_messages_that_lidarr_never_sends_do_no_harm(
    manager: Client, services: Any, body: bytes
) -> None:
    headers = {"Content-Type": "application/json", "Origin": ORIGIN}
    headers["Cookie"] = f"mvidarr_session={manager.token}"
    for followed in (False, True):
        if followed:
            imports.make(NewList(kind="lidarr", followed=True), None)
        answer = manager.http.post("/api/v1/lists/lidarr/webhook", content=body, headers=headers)
        assert answer.status_code < 500, answer.text[:300]


def test_entries_of_another_list_are_left_alone(manager: Client, shelf: Shelf) -> None:
    mine, other = ready(shelf, entry("Björk")), ready(shelf, entry("Air"))
    row = ImportRow.get(ImportRow.list == other.id)

    manager.send(
        "PATCH", f"/api/v1/lists/{mine.id}/entries", json={"ids": [row.id], "chosen": False}
    )
    answer = manager.send(
        "PATCH", f"/api/v1/lists/{mine.id}/entries/{row.id}", json={"chosen": False}
    )

    assert answer.status_code == 404
    assert ImportRow.get_by_id(row.id).state == "new"


def test_names_that_play_tricks_are_shown_as_text(manager: Client, shelf: Shelf) -> None:
    nasty = ["<img src=x onerror=alert(1)>", "{{ 7*7 }}", "\u202eReverse", "=cmd|' /C calc'!A0"]
    nasty += ['" autofocus onfocus="alert(1)', "a\nb\tc", "x" * 10_000, "👩‍👩‍👧‍👦" * 80]
    made = ready(shelf, *(entry(name, external_id=str(at)) for at, name in enumerate(nasty)))
    import_apply.apply(made.id, silent)

    for path in (f"/lists/{made.id}", f"/lists/{made.id}?state=added", "/artists"):
        page = manager.get(path)
        assert page.status_code == 200
        assert "<img src=x" not in page.text
        assert 'onfocus="alert' not in page.text
        assert "\u202e" not in page.text
        assert ">49<" not in page.text


def upload(manager: Client, content: bytes, name: str = "list.csv", **form: Any) -> Any:
    return manager.http.post(
        "/lists",
        data={"kind": "text", "mode": "artists", **form},
        files={"file": (name, content, "text/csv")},
        headers={"Origin": ORIGIN, "Cookie": f"mvidarr_session={manager.token}"},
        follow_redirects=False,
    )


@pytest.mark.parametrize(
    "content",
    [
        b"artist,title\n" + b'"' + b"x" * 200_000 + b'"\n',
        b"\xff\xfe" + b"\x00" * 100_000,
        b"\xff\xfe\x00\xd8" * 1000,
        b"\xef\xbb\xbf" * 5000,
        b"\n" * 3_000_000,
        "\n".join(f"Artist {n}" for n in range(20_001)).encode(),
        b"," * 1_000_000,
        b"#EXTM3U\n#EXTINF:" + b'"' * 400_000,
    ],
)
def test_files_that_are_no_lists_are_refused_beside_the_field(
    manager: Client, services: Any, content: bytes
) -> None:
    answer = upload(manager, content, name="../../etc/passwd", text="typed before")

    assert answer.status_code in (413, 422), answer.status_code
    assert ImportList.select().count() == 0
    if answer.status_code == 422:
        assert 'id="file-error"' in answer.text
        assert "typed before" in answer.text


def test_a_form_that_sends_everything_twice_is_refused_or_taken_once(
    manager: Client, services: Any
) -> None:
    boundary = "b"
    part = '--b\r\nContent-Disposition: form-data; name="{}"\r\n\r\n{}\r\n'
    body = "".join(part.format("kind", "text") for _ in range(5))
    body += part.format("text", "Air") + part.format("text", "Björk")
    body += part.format("file", "not a file") + "--b--\r\n"
    answer = manager.http.post(
        "/lists",
        content=body.encode(),
        headers={
            "Content-Type": f"multipart/form-data; boundary={boundary}",
            "Origin": ORIGIN,
            "Cookie": f"mvidarr_session={manager.token}",
        },
        follow_redirects=False,
    )
    assert answer.status_code < 500


# -- accounts


@pytest.fixture
def fake(
    database: Config, fake_internet: FakeInternet, monkeypatch: pytest.MonkeyPatch
) -> FakeSpotify:
    made = FakeSpotify(fake_internet)
    finders.install(monkeypatch)
    lists.use_spotify(made)
    return made


def test_a_made_up_host_never_becomes_the_redirect_address(
    client: Client, fake: FakeSpotify
) -> None:
    admin = client.as_role("admin")
    for host in (
        "evil.example",
        "127.0.0.1:8642@evil.example",
        "evil.example:443",
        "127.0.0.1.evil.example",
    ):
        for more in ({}, {"X-Forwarded-Host": "evil.example", "X-Forwarded-Proto": "https"}):
            answer = admin.send(
                "POST",
                "/api/v1/connections/spotify",
                headers={"host": host, "Origin": f"http://{host}", **more},
            )
            assert "evil" not in answer.text, (host, answer.text)
    for row in Connection.select():
        assert "evil" not in VAULT.decrypt(row.token)


def test_code_and_state_stay_out_of_logs_and_referers(
    client: Client, fake: FakeSpotify, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    admin = client.as_role("admin")
    answer = admin.get("/connections/spotify/callback?code=c0de-of-anna&state=state-of-anna")

    assert answer.status_code == 409
    assert answer.headers["referrer-policy"] in ("no-referrer", "same-origin", "strict-origin")
    assert "no-store" in answer.headers.get("cache-control", "")
    assert "c0de-of-anna" not in answer.text
    logged = [one.getMessage() for one in caplog.records if not one.name.startswith("http")]
    assert not [line for line in logged if "of-anna" in line]


def test_an_answer_with_an_error_and_tricks_is_a_page(client: Client, fake: FakeSpotify) -> None:
    admin = client.as_role("admin")
    for query in (
        "error=<script>alert(1)</script>",
        "code=" + "x" * 5000,
        "code=%00&state=%00",
        "code=%ff%fe&state=%ed%a0%80",
        "state=a&state=b&code=c&code=d",
    ):
        answer = admin.get(f"/connections/spotify/callback?{query}")
        assert answer.status_code == 409
        assert "<script>alert" not in answer.text
