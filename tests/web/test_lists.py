"""Lists as people and scripts use them: add, preview, tick, decide, import; and Lidarr's word."""

import re
from typing import Any

import pytest

from mvidarr.core.config import Config
from mvidarr.core.crypto import Vault
from mvidarr.core.terms import Role
from mvidarr.discovery import import_apply, import_kinds, import_read, imports
from mvidarr.discovery.imports import NewList
from mvidarr.integrations.protocols import FoundArtist
from mvidarr.jobs import jobs
from mvidarr.library import words
from mvidarr.models import Artist, ImportList, ImportRow, Job
from mvidarr.web import live
from tests import factories
from tests.client import ORIGIN, Client
from tests.conftest import SECRET
from tests.fakes import finders, lists
from tests.fakes.finders import FakeService
from tests.fakes.lists import Shelf, entry

VAULT = Vault((SECRET,))
NASTY = '<script>alert("x")</script> & “Ünï” 🎸'
MBID = "87c5dedd-371d-4a53-9f7f-80522fb7f3cb"
OTHER = "11111111-2222-4333-8444-555555555555"


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


def done() -> None:
    Job.update(state="done", active_key=None).execute()


def ready(**columns: Any) -> ImportList:
    """A list that was read."""
    made = imports.make(NewList(kind="shelf", **columns), None)
    import_read.read(made.id, VAULT, silent)
    done()
    return made


def text_of(answer: Any) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.text))


def row_of(name: str) -> ImportRow:
    row: ImportRow = ImportRow.get(ImportRow.name == name)
    return row


# -- pages


def test_without_lists_the_page_says_what_to_do(client: Client, database: Config) -> None:
    for role, can_add in (("readonly", False), ("manager", True)):
        page = client.as_role(role).get("/lists")

        assert page.status_code == 200
        assert "No list yet" in page.text
        assert ("/lists/new" in page.text) is can_add


def test_every_kind_is_offered_and_has_a_form(manager: Client, shelf: Shelf) -> None:
    page = manager.get("/lists/new")
    for kind in import_kinds.ALL:
        assert f"/lists/new?kind={kind.name}" in page.text
        form = manager.get(f"/lists/new?kind={kind.name}")
        assert form.status_code == 200
        for one in (*kind.fields, *kind.filters):
            assert f'name="{one.name}"' in form.text, (kind.name, one.name)


def test_an_unknown_kind_is_not_found(manager: Client, database: Config) -> None:
    assert manager.get("/lists/new?kind=tape").status_code == 404
    answer = manager.send("POST", "/api/v1/lists", json={"kind": "tape"})
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, "kind")
    assert manager.post("/lists", {"kind": "tape"}).status_code == 422


def test_a_form_makes_a_list_and_shows_it(manager: Client, shelf: Shelf) -> None:
    answer = manager.post(
        "/lists",
        {
            "kind": "shelf",
            "name": NASTY,
            "place": "bottom",
            "genres": "rock, pop",
            "monitored_only": ["false", "true"],
            "mode": "artists",
            "followed": ["false", "true"],
            "every": "6",
            "removal": "unmonitor",
            "monitor": ["false", "true"],
        },
    )

    made = ImportList.get()
    assert (answer.status_code, answer.headers["location"]) == (303, f"/lists/{made.id}")
    assert made.options == {"place": "bottom", "size": None, "monitor": True}
    assert made.filters["genres"] == ["rock", "pop"]
    assert (made.followed, made.every, made.removal) == (True, 6, "unmonitor")
    page = manager.get(f"/lists/{made.id}")
    assert "<script>alert" not in page.text
    assert jobs.of("list_read", str(made.id)) is not None


def test_bad_input_is_said_beside_its_field_and_nothing_is_lost(
    manager: Client, shelf: Shelf
) -> None:
    typed = {"kind": "shelf", "name": "Kept name", "place": "", "size": "many", "every": "-1"}
    answer = manager.post("/lists", typed)

    assert answer.status_code == 422
    for name in ("place", "size", "every"):
        assert f'id="{name}-error"' in answer.text, name
    assert 'value="Kept name"' in answer.text
    assert 'value="many"' in answer.text
    assert ImportList.select().count() == 0


def test_text_is_pasted_or_comes_as_a_file(manager: Client, services: Any) -> None:
    manager.post("/lists", {"kind": "text", "mode": "artists", "text": "Björk\nPortishead"})
    assert sorted(row.name for row in ImportRow.select()) == ["Björk", "Portishead"]

    headers = {"Origin": ORIGIN, "Cookie": f"mvidarr_session={manager.token}"}
    answer = manager.http.post(
        "/lists",
        data={"kind": "text", "mode": "videos", "text": ""},
        files={"file": ("mine.csv", b"artist,title\nAir,Kelly\n", "text/csv")},
        headers=headers,
        follow_redirects=False,
    )
    assert answer.status_code == 303
    assert row_of("Air").title == "Kelly"

    bad = manager.http.post(
        "/lists",
        data={"kind": "text", "mode": "videos"},
        files={"file": ("x.csv", b"\x00\x01\x02" * 50, "text/csv")},
        headers=headers,
        follow_redirects=False,
    )
    assert bad.status_code == 422
    assert 'id="file-error"' in bad.text


def test_text_without_names_is_refused_beside_its_field(manager: Client, services: Any) -> None:
    answer = manager.post("/lists", {"kind": "text", "mode": "artists", "text": "  \n "})
    assert answer.status_code == 422
    answer = manager.send("POST", "/api/v1/lists", json={"kind": "text", "text": ""})
    assert answer.json()["errors"][0]["field"] == "text"


def test_the_preview_shows_what_is_new_known_and_to_decide(
    manager: Client, shelf: Shelf, services: dict[str, FakeService]
) -> None:
    services["musicbrainz"].finds(
        FoundArtist(found_by="musicbrainz", name="Air", ids={"mb_artist": MBID}, country="FR"),
        FoundArtist(
            found_by="musicbrainz", name="Air", ids={"mb_artist": OTHER}, disambiguation=NASTY
        ),
    )
    factories.make_artist("Björk")
    shelf.has(entry("Björk"), entry("Air"), entry(NASTY, genres=("rock",), plays=3))
    made = ready()

    new = manager.get(f"/lists/{made.id}")
    ambiguous = manager.get(f"/lists/{made.id}?state=ambiguous")
    known = manager.get(f"/lists/{made.id}?state=known")

    assert "Import 1 new" in new.text
    assert "3 plays" in new.text
    assert "<script>alert" not in new.text + ambiguous.text
    assert "None of these" in ambiguous.text
    assert "Air , FR" in text_of(ambiguous)
    assert f"/artists/{Artist.get().id}" in known.text
    assert manager.get(f"/lists/{made.id}?state=nonsense").status_code == 422


def test_long_lists_come_in_pages(manager: Client, shelf: Shelf) -> None:
    shelf.has(*(entry(f"Band {n:03}", ids={"spotify_artist": str(n)}) for n in range(130)))
    made = ready()

    first = manager.get(f"/lists/{made.id}")
    way = re.search(r'href="(/lists/\d+\?after=[^"]+)"', first.text)
    assert way is not None
    second = manager.get(way[1].replace("&amp;", "&"))

    assert "Band 000" in first.text
    assert "Band 060" not in first.text
    assert "Band 060" in second.text
    part = manager.fragment(f"/lists/{made.id}", "results")
    assert part.text.startswith('<hx-partial hx-target="#results"')


def test_readers_see_and_change_nothing(client: Client, shelf: Shelf) -> None:
    shelf.has(entry("Björk"))
    made = ready()
    reader = client.as_role("readonly")

    page = reader.get(f"/lists/{made.id}")

    assert "Björk" in page.text
    assert "/apply" not in page.text
    assert 'type="checkbox" id="tick' not in page.text
    assert reader.post(f"/lists/{made.id}/apply").status_code == 403


# -- deciding


def test_unticking_and_ticking_redraws_the_entry(manager: Client, shelf: Shelf) -> None:
    shelf.has(entry("Björk"))
    made = ready()
    row = row_of("Björk")
    address = f"/lists/{made.id}/entries/{row.id}"

    part = manager.fragment(address, f"import-row-{row.id}", "PATCH", chosen="false")
    assert f'hx-target="#import-row-{row.id}"' in part.text
    assert f'hx-target="#import-list-{made.id}-tabs"' in part.text
    assert factories.fresh(row).state == "skipped"

    plain = manager.send(
        "PATCH",
        address,
        data={"chosen": ["false", "true"]},
        headers={"Referer": f"{ORIGIN}/lists/{made.id}?state=skipped"},
    )
    assert plain.headers["location"] == f"/lists/{made.id}?state=skipped"
    assert factories.fresh(row).state == "new"


def test_a_strange_referer_leads_to_the_list(manager: Client, shelf: Shelf) -> None:
    shelf.has(entry("Björk"))
    made = ready()
    address = f"/lists/{made.id}/entries/{row_of('Björk').id}"
    strange = {"Referer": "https://evil.example/x?state=%0d%0aX: y//"}

    answer = manager.send("PATCH", address, data={"chosen": "false"}, headers=strange)

    assert answer.headers["location"] == f"/lists/{made.id}"


def test_all_of_a_state_are_ticked_at_once(manager: Client, shelf: Shelf) -> None:
    shelf.has(entry("A", plays=1), entry("B", plays=1), entry("C", plays=9))
    made = ready(filters={"min_plays": 5, "monitored_only": False})
    address = f"/api/v1/lists/{made.id}/entries"

    told = manager.send("PATCH", address, json={"chosen": True, "state": "filtered"}).json()
    assert told["entries"]["new"] == 3
    told = manager.send("PATCH", address, json={"chosen": False, "ids": [row_of("A").id]}).json()
    assert told["entries"]["skipped"] == 1
    for bad in ({"chosen": True}, {"chosen": True, "state": "gone"}, {"ids": [1]}):
        assert manager.send("PATCH", address, json=bad).status_code == 422


def test_who_is_meant_can_be_said(manager: Client, shelf: Shelf) -> None:
    factories.make_artist("Air", disambiguation="French")
    second = factories.make_artist("Air", disambiguation="Canadian", folder="Air 2")
    shelf.has(entry("Air"))
    made = ready()
    address = f"/api/v1/lists/{made.id}/entries/{row_of('Air').id}"

    assert manager.send("PATCH", address, json={"choice": 9}).status_code == 422
    told = manager.send("PATCH", address, json={"choice": 1}).json()
    assert (told["state"], told["artist_id"]) == ("known", second.id)
    again = manager.send("PATCH", address, json={"choice": -1}).json()
    assert again["state"] == "new"


def test_the_likeliest_for_all(manager: Client, shelf: Shelf) -> None:
    factories.make_artist("Air", disambiguation="French")
    factories.make_artist("Air", disambiguation="Canadian", folder="Air 2")
    shelf.has(entry("Air"))
    made = ready()

    told = manager.send("POST", f"/api/v1/lists/{made.id}/likeliest", json={}).json()

    assert told["entries"] == told["entries"] | {"ambiguous": 0, "known": 1}


# -- running


def test_read_now_and_import_start_jobs(manager: Client, shelf: Shelf) -> None:
    shelf.has(entry("Björk"))
    made = ready()

    answer = manager.send("POST", f"/api/v1/lists/{made.id}/apply", json={})
    assert answer.status_code == 202
    assert answer.json()["job"]["kind"] == "list_apply"
    assert manager.post(f"/lists/{made.id}/read").status_code == 409
    page = manager.get(f"/lists/{made.id}")
    assert "Importing" in page.text
    done()
    part = manager.fragment(f"/lists/{made.id}/read", f"import-list-{made.id}-status", "POST")
    assert "Reading" in part.text


def test_a_failed_reading_is_shown(manager: Client, shelf: Shelf) -> None:
    from mvidarr.core.errors import ServiceError

    made = imports.make(NewList(kind="shelf"), None)
    shelf.fails(ServiceError("youtube", "YouTube cannot be reached."))
    with pytest.raises(ServiceError):
        import_read.read(made.id, VAULT, silent)
    done()

    assert "YouTube cannot be reached." in manager.get("/lists").text
    assert "YouTube cannot be reached." in manager.get(f"/lists/{made.id}").text


def test_following_is_switched_in_the_list(manager: Client, shelf: Shelf) -> None:
    made = ready()

    part = manager.fragment(f"/lists/{made.id}", f"import-list-{made.id}", "PATCH", followed="true")
    assert "Stop following" in part.text
    assert factories.fresh(made).options["place"] == "top"


def test_a_list_is_edited_and_deleted(manager: Client, shelf: Shelf) -> None:
    shelf.has(entry("Björk"))
    made = ready()

    assert "Edit" in manager.get(f"/lists/{made.id}/edit").text
    bad = manager.send("PATCH", f"/lists/{made.id}", data={"place": "", "name": "x"})
    assert bad.status_code == 422
    assert 'id="place-error"' in bad.text
    good = manager.send("PATCH", f"/lists/{made.id}", data={"place": "side", "name": "Renamed"})
    assert good.status_code == 303
    assert factories.fresh(made).options["place"] == "side"
    assert "Delete list" in manager.get(f"/lists/{made.id}/delete").text
    assert manager.send("DELETE", f"/lists/{made.id}").headers["location"] == "/lists"
    assert manager.get(f"/lists/{made.id}").status_code == 404


def test_the_stream_redraws_a_list_and_all_of_them(client: Client, shelf: Shelf) -> None:
    shelf.has(entry("Björk"))
    made = ready()
    manager = client.as_role("manager")
    topics = f"lists:{made.id}"

    before = manager.get(f"/live/poll?topics={topics}&since=1").text
    assert f"import-list-{made.id}-status" in before
    whole = manager.get("/live/poll?topics=lists&since=0")
    assert whole.status_code in {200, 204}
    audience = live.Audience(role=Role.MANAGER)
    assert [part[0] for part in live.RENDERERS["lists"](audience, [None])] == ["lists"]
    assert list(live.RENDERERS["lists"](audience, [999_999])) == []


def test_the_navigation_leads_to_the_lists(client: Client, database: Config) -> None:
    page = client.as_role("readonly").get("/lists")

    assert page.text.count('href="/lists"') == 2  # at the side, and under More on a phone


def test_what_a_service_offers_fills_the_form(manager: Client, shelf: Shelf) -> None:
    page = manager.get("/lists/offers?kind=shelf")

    assert "First &lt;shelf&gt;" in page.text
    assert "/lists/new?kind=shelf&amp;place=first&amp;name=First+%3Cshelf%3E" in page.text
    form = manager.get("/lists/new?kind=shelf&place=first&name=First")
    assert 'value="first"' in form.text
    told = manager.get("/api/v1/lists/offers?kind=shelf").json()
    assert told["items"] == [{"ref": "first", "title": "First <shelf>", "detail": "2 songs"}]
    assert manager.get("/lists/offers?kind=text").status_code == 422


def test_a_service_that_offers_nothing_says_why(manager: Client, shelf: Shelf) -> None:
    from mvidarr.core.errors import ServiceError

    shelf.fails(ServiceError("youtube", "YouTube cannot be reached."))
    assert "YouTube cannot be reached." in manager.get("/lists/offers?kind=shelf").text
    missing = manager.get("/api/v1/lists/offers?kind=spotify_playlist").json()
    assert missing["problem"]


# -- JSON


def test_lists_and_entries_are_json(manager: Client, shelf: Shelf) -> None:
    shelf.has(entry("Björk", year=1997, plays=3))
    given = {"kind": "shelf", "options": {"place": "x"}, "filters": {"min_plays": 2}}
    answer = manager.send("POST", "/api/v1/lists", json=given)
    assert answer.status_code == 201
    made = answer.json()
    assert made["options"] == {"place": "x", "size": None}
    assert answer.headers["location"] == f"/api/v1/lists/{made['id']}"
    import_read.read(made["id"], VAULT, silent)
    done()

    told = manager.get(f"/api/v1/lists/{made['id']}/entries?count=1").json()
    assert (told["count"], told["items"][0]["name"]) == (1, "Björk")
    assert told["items"][0]["state"] == "new"
    assert manager.get(f"/api/v1/lists/{made['id']}/entries?state=known").json()["items"] == []
    assert manager.get("/api/v1/lists").json()["items"][0]["entries"]["new"] == 1
    assert manager.get(f"/api/v1/lists/{made['id']}").json()["name"] == "Shelf: x"
    kinds = {kind["name"]: kind for kind in manager.get("/api/v1/lists/kinds").json()["items"]}
    assert kinds["shelf"]["fields"][0]["required"]
    patched = manager.send(
        "PATCH", f"/api/v1/lists/{made['id']}", json={"filters": {"min_plays": 9}}
    )
    assert patched.json()["filters"]["min_plays"] == 9
    unknown = manager.send("PATCH", f"/api/v1/lists/{made['id']}", json={"kind": "text"})
    assert unknown.status_code == 422
    assert manager.send("DELETE", f"/api/v1/lists/{made['id']}", is_json=True).status_code == 204


def test_the_list_of_lists_takes_few_queries(manager: Client, shelf: Shelf) -> None:
    from mvidarr.core import db

    for number in range(2):
        ready(name=f"List {number}")
    with db.counting() as few:
        imports.shown()
    for number in range(20):
        ready(name=f"More {number}")
    with db.counting() as many:
        imports.shown()

    assert len(few) == len(many)


# -- Lidarr


def webhook(manager: Client, body: Any) -> Any:
    return manager.send("POST", "/api/v1/lists/lidarr/webhook", json=body)


def added(name: str, mbid: str) -> dict[str, Any]:
    return {"eventType": "ArtistAdd", "artist": {"id": 1, "name": name, "mbId": mbid}}


def test_lidarr_can_try_and_other_messages_are_ignored(manager: Client, services: Any) -> None:
    assert webhook(manager, {"eventType": "Test"}).json() == {"result": "arrived"}
    for body in ({}, {"eventType": "Grab"}, {"eventType": 7, "artist": []}, {"x": "y" * 10_000}):
        answer = webhook(manager, body)
        assert (answer.status_code, answer.json()) == (200, {"result": "ignored"})


def test_an_artist_that_was_added_to_lidarr_is_added(manager: Client, services: Any) -> None:
    for result in ("added", "known"):
        assert webhook(manager, added("Björk", MBID)).json() == {"result": result}

    assert words.ids_of_artist(Artist.get().id)["mb_artist"] == MBID


def test_a_followed_list_of_lidarr_decides(manager: Client, services: Any) -> None:
    new = NewList(kind="lidarr", followed=True, monitor=False, filters={"monitored_only": False})
    made = imports.make(new, None)
    done()

    assert webhook(manager, added("Björk", MBID)).json() == {"result": "added"}
    assert webhook(manager, added("Björk", MBID)).json() == {"result": "known"}

    assert Artist.get().monitored is False
    assert ImportRow.get().list_id == made.id
    assert import_apply.apply(made.id, silent) is not None
    assert Artist.select().count() == 1


def test_what_the_followed_list_leaves_out_is_not_added(manager: Client, services: Any) -> None:
    imports.make(NewList(kind="lidarr", followed=True, filters={"genres": "rock"}), None)
    done()

    assert webhook(manager, added("Björk", MBID)).json() == {"result": "left_out"}
    assert Artist.select().count() == 0


def test_lidarr_needs_a_key_with_the_right_role(client: Client, database: Config) -> None:
    body = added("Björk", MBID)
    assert webhook(client, body).status_code == 401
    assert webhook(client.as_role("user"), body).status_code == 403
    assert Artist.select().count() == 0
