"""Artists on pages, in fragments and as JSON."""

import json
from dataclasses import replace
from typing import Any

import pytest

from mvidarr.core import db, http
from mvidarr.core.errors import Invalid, ServiceError
from mvidarr.core.http import Body
from mvidarr.core.terms import Role
from mvidarr.discovery import candidates
from mvidarr.discovery.candidates import Candidates
from mvidarr.integrations.protocols import FoundArtist
from mvidarr.library import artists, facts, words
from mvidarr.models import Artist, Job
from tests.client import Client
from tests.factories import fresh, make_artist, make_source, make_video

FOUND = FoundArtist(
    found_by="musicbrainz",
    name="Air",
    ids={"mb_artist": "abc", "mb_other": "x"},
    disambiguation="French duo",
    country="France",
    kind="Group",
    years="1995–",
)


@pytest.fixture
def manager(client: Client) -> Client:
    return client.as_role(Role.MANAGER)


@pytest.fixture
def reader(client: Client) -> Client:
    return client.as_role(Role.READONLY)


def test_an_empty_list_says_what_to_do(manager: Client, reader: Client) -> None:
    page = manager.get("/artists")
    assert page.status_code == 200
    assert "No artists yet" in page.text
    assert 'href="/artists/new"' in page.text
    assert 'href="/artists/new"' not in reader.get("/artists").text


def test_the_list_shows_cards_with_have_of_known(reader: Client) -> None:
    artist = make_artist("Björk")
    make_video(artist, file=True)
    make_video(artist)

    page = reader.get("/artists").text
    assert f'id="artist-{artist.id}-card"' in page
    assert "1 of 2" in page
    assert "tally" not in page


def test_the_list_is_narrowed_as_page_fragment_and_json(reader: Client) -> None:
    for name in ("Air", "Airbourne", "Björk"):
        make_artist(name)

    assert "Björk" not in reader.get("/artists?q=air").text
    fragment = reader.fragment("/artists?q=airb", "results")
    assert fragment.text.startswith('<hx-partial hx-target="#results"')
    assert ("Airbourne" in fragment.text, "<html" in fragment.text) == (True, False)
    found = reader.get("/api/v1/artists?q=air&count=1").json()
    assert [item["name"] for item in found["items"]] == ["Air", "Airbourne"]
    assert (found["next"], found["count"], found["count_is"]) == (None, 2, "exact")


def test_nothing_that_matches_offers_the_way_back(reader: Client) -> None:
    page = reader.get("/artists?q=nobody")
    assert "Nobody matches" in page.text


@pytest.mark.parametrize("query", ["colour=red", "show=all", "sort=colour", "limit=0", "after=x"])
def test_an_unknown_filter_or_place_is_invalid(reader: Client, query: str) -> None:
    make_artist()
    assert reader.get(f"/api/artists?{query}").status_code == 422
    assert reader.get(f"/artists?{query}").status_code == 422


def test_the_list_goes_on_by_key(reader: Client) -> None:
    for number in range(5):
        make_artist(f"Artist {number}")

    first = reader.get("/api/v1/artists?limit=3").json()
    second = reader.get(f"/api/v1/artists?limit=3&after={first['next']}").json()
    names = [item["name"] for item in first["items"] + second["items"]]
    assert names == [f"Artist {number}" for number in range(5)]
    assert 'rel="next"' in reader.get("/artists?limit=3").text


def test_a_json_artist_has_every_member(reader: Client) -> None:
    artist = make_artist("Björk", country="Iceland")
    found = reader.get(f"/api/artists/{artist.id}").json()

    assert found["name"] == "Björk"
    assert found["videos"] == {"known": 0, "have": 0, "wanted": 0}
    assert found["ids"].keys() == {catalogue.kind for catalogue in words.ARTIST_IDS}
    assert set(found["ids"].values()) == {None}
    assert (found["genres"], found["aliases"], found["origins"]) == ([], [], {})
    assert found["asked_at"] is None
    assert found["rules"]["types"] == ["official"]
    assert found["checked_at"] is None
    assert found["created_at"].endswith("Z")


def test_what_is_missing_is_404_in_every_representation(reader: Client) -> None:
    assert reader.get("/artists/99").status_code == 404
    assert reader.get("/api/v1/artists/99").json()["type"].endswith(":not_found")
    assert reader.get("/api/artists/99/videos").status_code == 404


def test_an_artist_is_added_as_json_and_searched(manager: Client) -> None:
    sent = {"name": "Björk", "ids": {"mb_artist": "abc"}, "rules": {"types": ["live"]}}
    reply = manager.send("POST", "/api/v1/artists", json=sent)

    assert reply.status_code == 201
    made = reply.json()
    assert reply.headers["Location"] == f"/api/v1/artists/{made['id']}"
    assert (made["ids"]["mb_artist"], made["rules"]["types"]) == ("abc", ["live"])
    assert [job.subject for job in Job.select()] == [str(made["id"])]

    again = manager.send("POST", "/api/v1/artists", json=sent)
    assert again.status_code == 409
    assert again.json()["detail"].startswith("Björk is in the library already")


@pytest.mark.parametrize(
    ("sent", "field"),
    [
        ({}, "name"),
        ({"name": ""}, "name"),
        ({"name": "A", "colour": 1}, "colour"),
        ({"name": "A", "rules": {"types": ["opera"]}}, "types"),
        ({"name": "A", "ids": {"fax": "1"}}, "ids"),
        ({"name": "A", "monitored": "yes"}, "monitored"),
    ],
)
def test_bad_input_names_its_field(manager: Client, sent: dict[str, Any], field: str) -> None:
    reply = manager.send("POST", "/api/artists", json=sent)
    assert reply.status_code == 422
    assert [error["field"] for error in reply.json()["errors"]] == [field]
    assert Artist.select().count() == 0


def test_candidates_are_offered_and_one_is_added(
    manager: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    answer = Candidates(asked="Air", found=[FOUND], problems=["IMVDb: it is down."])
    monkeypatch.setattr(candidates, "find", lambda query: answer)

    page = manager.get("/artists/find?q=Air").text
    assert "French duo" in page
    assert "IMVDb: it is down." in page
    assert "Just “" in page
    fragment = manager.fragment("/artists/find?q=Air", "candidates").text
    assert ("French duo" in fragment, "<h1" in fragment) == (True, False)

    sent = {"name": "Air", "disambiguation": "French duo", "ids": {"mb_artist": "abc"}}
    reply = manager.post(
        "/artists", {"candidate": json.dumps(sent), "monitored": ["false", "true"]}
    )
    artist = Artist.get()
    assert (reply.status_code, reply.headers["Location"]) == (303, f"/artists/{artist.id}")
    assert artists.wanted(artist).ids == {"mb_artist": "abc"}
    assert "In the library" in manager.get("/artists/find?q=Air").text
    found = manager.get("/api/artists/find?q=Air").json()
    assert found["items"][0]["artist_id"] == artist.id
    assert found["items"][0]["ids"] == {"mb_artist": "abc"}


def test_pictures_of_candidates_come_through_us_from_known_hosts_only(
    manager: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    link = "https://yt3.ggpht.com/abc=s88"
    answer = Candidates(
        asked="Air",
        found=[replace(FOUND, image_url=link), replace(FOUND, image_url="https://example.org/x")],
        problems=[],
    )
    monkeypatch.setattr(candidates, "find", lambda query: answer)
    page = manager.get("/artists/find?q=Air").text
    assert page.count('src="/artists/picture?url=') == 1

    png = b"\x89PNG\r\n\x1a\n and so on"
    body = Body(content=png, content_type="image/webp", url=link)
    monkeypatch.setattr(http.OutsideClient, "get", lambda self, url, **more: body)
    reply = manager.get(f"/artists/picture?url={link}")
    assert (reply.content, reply.headers["Content-Type"]) == (png, "image/png")
    web_page = Body(content=b"<html>", content_type="image/png", url=link)
    monkeypatch.setattr(http.OutsideClient, "get", lambda self, url, **more: web_page)
    assert manager.get(f"/artists/picture?url={link}").status_code == 204
    for other in ("https://example.org/x", "http://yt3.ggpht.com/x", "https://[", ""):
        assert manager.get(f"/artists/picture?url={other}").status_code == 404

    def fail(self: Any, url: str, **more: Any) -> Body:
        raise ServiceError("outside", "That link cannot be fetched.")

    monkeypatch.setattr(http.OutsideClient, "get", fail)
    assert manager.get(f"/artists/picture?url={link}").status_code == 204


def test_a_link_that_leads_nowhere_is_said_beside_the_field(
    manager: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    def find(query: str) -> Candidates:
        raise Invalid({"name": "This link leads to no artist."})

    monkeypatch.setattr(candidates, "find", find)
    page = manager.get("/artists/find?q=https://example.org")
    assert page.status_code == 422
    assert "This link leads to no artist." in page.text


@pytest.mark.parametrize("candidate", ["", "[]", "{", '{"name": ""}', '{"nom": "x"}'])
def test_a_candidate_that_was_tampered_with_is_refused(manager: Client, candidate: str) -> None:
    assert manager.post("/artists", {"candidate": candidate}).status_code == 422
    assert Artist.select().count() == 0


def test_an_artist_page_has_videos_by_year_candidates_and_history(manager: Client) -> None:
    artist = artists.add(artists.NewArtist(name="Björk"))
    video = make_video(artist, "Jóga", year=1997, file=True)
    make_video(artist, "Pluto", fits=False)
    source = make_source(artist, score=60, song={"title": "Hunter"}, reasons=[])

    page = manager.get(f"/artists/{artist.id}").text
    assert "1997" in page
    assert f'id="video-{video.id}-ribbon"' in page
    assert "Pluto" not in page
    assert f'action="/sources/{source.id}/accept"' in page
    assert "Artist added" in page
    assert "Pluto" in manager.get(f"/artists/{artist.id}?show=ignored").text


def test_a_reader_gets_the_page_without_its_forms(reader: Client) -> None:
    artist = make_artist()
    make_source(artist)
    make_video(artist)
    page = reader.get(f"/artists/{artist.id}").text
    main = page[page.index("<main") : page.index("</main>")]
    assert 'method="post"' not in main
    assert 'name="ids"' not in main


def test_an_artist_page_takes_as_many_queries_for_one_video_as_for_many(reader: Client) -> None:
    few, many = make_artist(), make_artist()
    make_video(few, source=True)
    make_source(few)
    for _ in range(6):
        make_video(many, source=True)
        make_source(many)
    counts = []
    for artist in (few, few, many):
        with db.counting() as queries:
            reader.get(f"/artists/{artist.id}")
        counts.append(len(queries.statements))
    assert counts[2] <= counts[1]


def test_an_edit_from_the_dialog_changes_rules_and_ids(manager: Client) -> None:
    artist = make_artist("Bjork")
    assert 'value="Bjork"' in manager.fragment(f"/artists/{artist.id}/edit", "dialog").text

    reply = manager.send(
        "PATCH",
        f"/artists/{artist.id}",
        data={
            "name": "Björk",
            "types": ["", "official", "live"],
            "year_from": "1990",
            "words_out": "remix, demo",
            "mb_artist": "abc",
            "country": "",
        },
    )
    assert reply.status_code == 303
    changed = fresh(artist)
    rules = artists.wanted_rules(changed)
    assert (changed.name, changed.locked) == ("Björk", ["name"])
    assert (rules.types, rules.year_from, rules.words_out) == (
        ("official", "live"),
        1990,
        ("remix", "demo"),
    )
    assert artists.wanted(changed).ids == {"mb_artist": "abc"}


def test_a_refused_edit_shows_the_form_again_with_what_was_typed(manager: Client) -> None:
    artist = make_artist()
    headers = {"HX-Request-Type": "partial", "HX-Target": "dialog#dialog"}
    reply = manager.send(
        "PATCH",
        f"/artists/{artist.id}",
        data={"name": "Typed", "year_from": "2000", "year_to": "1990"},
        headers=headers,
    )
    assert reply.status_code == 422
    assert 'value="Typed"' in reply.text
    assert "The last year lies before the first." in reply.text
    assert "<html" not in reply.text


def test_the_lamp_answers_with_the_regions_that_changed(manager: Client) -> None:
    artist = make_artist()
    reply = manager.fragment(
        f"/artists/{artist.id}", f"artist-{artist.id}-card", "PATCH", monitored="false"
    )
    assert not fresh(artist).monitored
    assert f'hx-target="#artist-{artist.id}-card"' in reply.text
    assert f'hx-target="#artist-{artist.id}-head"' in reply.text
    assert "Not monitored any more." in reply.headers["HX-Trigger"]


def test_patch_changes_the_members_that_it_names(manager: Client) -> None:
    artist = make_artist(country="Iceland")
    reply = manager.send("PATCH", f"/api/artists/{artist.id}", json={"rules": {"year_to": 1999}})
    assert reply.json()["rules"]["year_to"] == 1999
    assert reply.json()["country"] == "Iceland"
    assert manager.send("PATCH", f"/api/artists/{artist.id}", json={"x": 1}).status_code == 422


def test_deleting_asks_first_and_leads_back_to_the_list(manager: Client) -> None:
    artist = make_artist("Air")
    assert "Delete Air?" in manager.get(f"/artists/{artist.id}/delete").text

    fragment = manager.fragment(f"/artists/{artist.id}", "dialog", "DELETE")
    assert fragment.headers["HX-Location"] == "/artists"
    assert Artist.select().count() == 0


def test_deleting_as_json_has_no_content(manager: Client) -> None:
    artist = make_artist()
    assert manager.send("DELETE", f"/api/artists/{artist.id}", is_json=True).status_code == 204


def test_many_are_deleted_as_a_job_by_administrators_only(client: Client, manager: Client) -> None:
    ids = [make_artist().id for _ in range(3)]
    assert manager.send("POST", "/api/artists/bulk-delete", json={"ids": ids}).status_code == 403
    reply = client.as_role(Role.ADMIN).send("POST", "/api/artists/bulk-delete", json={"ids": ids})
    assert reply.status_code == 202
    job = reply.json()["job"]
    assert (job["kind"], job["state"]) == ("bulk_delete", "queued")
    assert reply.headers["Location"] == f"/api/v1/jobs/{job['id']}"


def test_a_search_is_a_job_that_the_page_shows(manager: Client) -> None:
    artist = make_artist()
    reply = manager.send("POST", f"/api/artists/{artist.id}/discover", is_json=True)
    assert (reply.status_code, reply.json()["job"]["kind"]) == (202, "discover")

    assert "Searching for videos" in manager.get(f"/artists/{artist.id}").text
    region = manager.fragment(f"/artists/{artist.id}/search", f"artist-{artist.id}-search").text
    assert 'hx-trigger="every 2s"' in region
    Job.update(active_key=None, state="done").execute()
    region = manager.fragment(f"/artists/{artist.id}/search", f"artist-{artist.id}-search").text
    assert "every 2s" not in region


def test_an_artists_videos_and_candidates_as_json(reader: Client) -> None:
    artist = make_artist()
    make_video(artist, "A", type="live")
    make_video(artist, "B")
    make_video()
    make_source(artist, group_key="x", score=70)
    make_source(artist, group_key="x", score=60)

    found = reader.get(f"/api/artists/{artist.id}/videos?sort=title").json()
    assert [item["title"] for item in found["items"]] == ["A", "B"]
    live = reader.get(f"/api/artists/{artist.id}/videos?type=live").json()
    assert [item["title"] for item in live["items"]] == ["A"]
    items = reader.get(f"/api/artists/{artist.id}/candidates").json()["items"]
    assert [(item["score"], len(item["rivals"])) for item in items] == [(70, 1)]


def test_other_names_and_genres_are_edited_one_on_each_line(manager: Client) -> None:
    artist = make_artist("Tyler Okonma")
    data = {"aliases": "Tyler, The Creator\r\nAce Creator\r\n", "genres": "Hip hop\nRap"}
    manager.send("PATCH", f"/artists/{artist.id}", data=data)

    found = manager.get(f"/api/artists/{artist.id}").json()
    assert found["aliases"] == ["Tyler, The Creator", "Ace Creator"]
    assert found["genres"] == ["Hip hop", "Rap"]
    assert found["origins"] == {"aliases": "person", "genres": "person"}
    assert found["locked"] == ["genres", "aliases"]
    dialog = manager.fragment(f"/artists/{artist.id}/edit", "dialog").text
    assert "Tyler, The Creator\nAce Creator" in dialog
    page = manager.get(f"/artists/{artist.id}").text
    assert "Tyler, The Creator, Ace Creator" in page
    assert "by hand" in page
    assert artist.name in manager.get("/artists?q=creator").text


def test_json_names_take_lists_only(manager: Client) -> None:
    artist = make_artist()
    for bad in ({"aliases": "A, B"}, {"genres": [1]}):
        reply = manager.send("PATCH", f"/api/artists/{artist.id}", json=bad)
        assert reply.status_code == 422
        assert [error["field"] for error in reply.json()["errors"]] == list(bad)


def test_facts_say_where_they_come_from_and_lead_there(reader: Client) -> None:
    artist = make_artist("Björk")
    told = facts.Facts(
        bio="A singer.",
        genres=["art pop"],
        ids={"discogs_artist": "93", "spotify_artist": "7w29"},
        origins={"bio": "musicbrainz", "genres": "gone_service"},
    )
    facts.store(artist.id, told)

    page = reader.get(f"/artists/{artist.id}").text
    for words_ in ("A singer.", "Text from MusicBrainz", "art pop", "from gone_service"):
        assert words_ in page
    assert 'href="https://www.discogs.com/artist/93"' in page
    assert 'href="https://open.spotify.com/artist/7w29"' in page
    assert "Refresh facts" not in page
    found = reader.get(f"/api/artists/{artist.id}").json()
    assert (found["bio"], found["origins"]["bio"]) == ("A singer.", "musicbrainz")
    assert found["asked_at"].endswith("Z")


def test_facts_are_refreshed_as_a_job_that_the_page_shows(manager: Client, reader: Client) -> None:
    artist = make_artist()
    assert "Refresh facts" in manager.get(f"/artists/{artist.id}").text
    assert (
        reader.send("POST", f"/api/artists/{artist.id}/describe", is_json=True).status_code == 403
    )

    region = f"artist-{artist.id}-about"
    reply = manager.fragment(f"/artists/{artist.id}/describe", region, "POST")
    assert f'hx-target="#{region}"' in reply.text
    assert "Services are asked what they know." in reply.text
    assert 'hx-trigger="every 2s"' in manager.fragment(f"/artists/{artist.id}/about", region).text
    reply = manager.send("POST", f"/api/artists/{artist.id}/describe", is_json=True)
    assert (reply.status_code, reply.json()["job"]["kind"]) == (202, "describe")
    assert Job.select().count() == 1
    Job.update(active_key=None, state="done").execute()
    assert "every 2s" not in manager.fragment(f"/artists/{artist.id}/about", region).text
    assert reader.get(f"/artists/{artist.id}/about").status_code == 200
    assert manager.send("POST", "/api/artists/999/describe", is_json=True).status_code == 404


def test_an_artist_added_without_a_search_has_its_facts_looked_up(manager: Client) -> None:
    manager.send("POST", "/api/v1/artists", json={"name": "Björk", "search": False})
    assert [job.kind for job in Job.select()] == ["describe"]


def test_a_change_of_rules_judges_the_candidates_again(manager: Client) -> None:
    artist = make_artist()
    manager.send("PATCH", f"/api/artists/{artist.id}", json={"rules": {"min_score": 60}})
    manager.send("PATCH", f"/api/artists/{artist.id}", json={"rules": {"min_score": 60}})
    assert [(job.kind, job.subject) for job in Job.select()] == [("rejudge", str(artist.id))]


def test_candidates_show_their_other_names_and_who_knows_them(
    manager: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = replace(FOUND, found_by="musicbrainz, imvdb", aliases=("AIR French Band", "Air!"))
    answer = Candidates(asked="Air", found=[found], problems=[])
    monkeypatch.setattr(candidates, "find", lambda query: answer)

    page = manager.get("/artists/find?q=Air").text
    assert "MusicBrainz, IMVDb" in page
    assert "also AIR French Band, Air!" in page
    [item] = manager.get("/api/artists/find?q=Air").json()["items"]
    assert item["found_by"] == "musicbrainz, imvdb"
    assert item["aliases"] == ["AIR French Band", "Air!"]


@pytest.mark.parametrize("q", ["名" * 300, "x" * 10_000])
def test_a_name_that_is_too_long_is_refused_and_not_lost(manager: Client, q: str) -> None:
    page = manager.get(f"/artists/find?q={q}")
    assert page.status_code == 422
    assert "Use 255 characters or fewer." in page.text
    assert f'value="{q}"' in page.text
    problem = manager.get(f"/api/artists/find?q={q}").json()
    assert [error["field"] for error in problem["errors"]] == ["q"]


def test_names_cannot_inject_anything(reader: Client) -> None:
    name = "<script>alert(1)</script>\"'"
    artist = make_artist(name, folder="x")
    make_video(artist, name)
    for path in ("/artists", f"/artists/{artist.id}", "/videos", "/wanted", "/search?q=script"):
        assert "<script>alert" not in reader.get(path).text
