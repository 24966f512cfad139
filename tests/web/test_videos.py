"""Videos on pages, in fragments and as JSON."""

from pathlib import Path
from typing import Any

import pytest

from mvidarr.core import db
from mvidarr.core.terms import Role, VideoStatus, Wish
from mvidarr.library import sources, videos
from mvidarr.models import Download, Job, Video
from tests.client import Client
from tests.factories import (
    fresh,
    make_artist,
    make_download,
    make_file,
    make_source,
    make_video,
)


@pytest.fixture
def manager(client: Client) -> Client:
    return client.as_role(Role.MANAGER)


@pytest.fixture
def reader(client: Client) -> Client:
    return client.as_role(Role.READONLY)


def test_an_empty_library_says_what_to_do(manager: Client) -> None:
    assert "No videos yet" in manager.get("/videos").text
    assert "No videos yet" in manager.get("/videos?view=list").text


@pytest.mark.parametrize("view", ["grid", "list"])
def test_both_views_show_every_video(manager: Client, view: str) -> None:
    done = make_video(make_artist("Björk"), "Jóga", year=1997, file=True)
    wanted = make_video(title="Hunter")

    page = manager.get(f"/videos?view={view}").text
    part = "card" if view == "grid" else "row"
    for video in (done, wanted):
        assert f'id="video-{video.id}-{part}"' in page
    assert f'href="/videos/{done.id}"' in page
    assert "Wanted" in page
    assert 'form="bulk"' in page


def test_a_reader_cannot_select(reader: Client) -> None:
    make_video()
    page = reader.get("/videos").text
    assert ('name="ids"' in page, 'id="bulk"' in page) == (False, False)


def test_a_filter_is_in_the_address_the_chips_and_the_fragment(reader: Client) -> None:
    make_video(title="Studio")
    make_video(title="Stage", type="live")

    page = reader.get("/videos?type=live&status=!failed").text
    assert ("Stage" in page, "Studio" in page) == (True, False)
    assert 'value="live" checked' in page
    assert 'value="!failed"' in page
    fragment = reader.fragment("/videos?type=live", "results").text
    assert fragment.count("<hx-partial") == 2
    assert ("Stage" in fragment, "Studio" in fragment) == (True, False)


def test_filters_sorts_and_places_are_checked(reader: Client) -> None:
    make_video()
    for query in ("colour=red", "status=lost", "sort=colour", "after=nonsense", "limit=1000"):
        assert reader.get(f"/videos?{query}").status_code == 422
        assert reader.get(f"/api/videos?{query}").status_code == 422


def test_json_lists_have_every_member_and_go_on(reader: Client) -> None:
    video = make_video(make_artist("Björk"), "Jóga", year=1997, file=True)
    make_video()

    found = reader.get("/api/v1/videos?sort=created&limit=1&count=1").json()
    [item] = found["items"]
    assert (item["id"], item["artist"]["name"], item["status"]) == (video.id, "Björk", "downloaded")
    assert (item["duration"], item["quality"], item["image"]) == (245.0, "1080p", None)
    assert (found["count"], found["count_is"]) == (2, "exact")
    rest = reader.get(f"/api/v1/videos?sort=created&after={found['next']}").json()
    assert (len(rest["items"]), rest["next"]) == (1, None)


@pytest.mark.parametrize("sort", ["title", "year", "-year"])
def test_sorted_lists_can_be_jumped_into(reader: Client, sort: str) -> None:
    make_video(title="Abba", year=1975)
    make_video(title="Zoo", year=2004)
    page = reader.get(f"/videos?sort={sort}").text
    bar = page[page.index('class="alphabet"') :]
    label = ">Z</a>" if sort == "title" else ">2000s</a>"
    href = bar[: bar.index(label)].rsplit('href="', 1)[1].split('"')[0].replace("&amp;", "&")
    there = reader.get(href).text
    assert "Zoo" in there
    assert ("Abba" in there) == (sort == "-year")


@pytest.mark.parametrize(
    "path", ["/videos", "/videos?view=list", "/artists", "/wanted", "/search?q=song"]
)
def test_a_list_takes_as_many_queries_for_one_row_as_for_many(reader: Client, path: str) -> None:
    def measured() -> int:
        reader.get(path)
        with db.counting() as queries:
            assert reader.get(path).status_code == 200
        return len(queries.statements)

    make_video(source=True)
    few = measured()
    for _ in range(8):
        make_video(source=True)
    assert measured() == few


def test_a_video_page_plays_and_tells(manager: Client) -> None:
    video = make_video(make_artist("Björk"), "Jóga", source=True)
    videos.change(video.id, {"directors": ["Michel Gondry"]})
    make_file(video, subtitles=["Song.en.srt"], path="A/Song.mp4")

    page = manager.get(f"/videos/{video.id}").text
    assert f'src="/media/{video.id}"' in page
    assert f'src="/media/{video.id}/captions/0.vtt"' in page
    assert "Directed by Michel Gondry" in page
    assert "A/Song.mp4" in page
    assert "1920 × 1080" in page
    assert "In use" in page


def test_a_missing_video_says_so_and_can_be_fetched(manager: Client) -> None:
    video = make_video(source=True)
    page = manager.get(f"/videos/{video.id}").text
    assert "There is no file yet." in page
    assert f'action="/videos/{video.id}/download"' in page
    assert "<video" not in page


def test_why_a_download_failed_is_on_the_page(reader: Client) -> None:
    video = make_video(source=True)
    source = sources.of(video.id)[0]
    make_download(video, state="failed", source=source.id, last_error="YouTube said no.")
    assert "YouTube said no." in reader.get(f"/videos/{video.id}").text


def test_a_json_video_has_sources_and_files(reader: Client) -> None:
    video = make_video(source=True, file=True)
    found = reader.get(f"/api/videos/{video.id}").json()
    [source], [file] = found["sources"], found["files"]
    assert source["url"].startswith("https://www.youtube.com/watch?v=")
    assert (source["verdict"], file["plays"]) == ("accepted", True)
    assert found["ids"] == {"mb_recording": None, "imvdb_video": None}
    assert reader.get("/api/videos/999").status_code == 404


def test_facts_say_where_they_come_from(manager: Client, reader: Client) -> None:
    origins = {"year": "imvdb", "album": "musicbrainz", "label": ""}
    video = make_video(year=1997, album="Homogenic", label="One Little Indian", origins=origins)
    page = reader.get(f"/videos/{video.id}").text
    assert "from IMVDb" in page
    assert "from MusicBrainz" in page
    found = reader.get(f"/api/videos/{video.id}").json()
    assert found["origins"] == {"year": "imvdb", "album": "musicbrainz"}

    reply = manager.fragment(f"/videos/{video.id}", "dialog", "PATCH", year="1996")
    assert f'hx-target="#video-{video.id}-details"' in reply.text
    assert "by hand" in reply.text
    assert reader.get(f"/api/videos/{video.id}").json()["origins"]["year"] == "person"


def test_an_edit_from_the_dialog_is_saved_and_locked(manager: Client) -> None:
    video = make_video(title="Joga")
    assert 'value="Joga"' in manager.fragment(f"/videos/{video.id}/edit", "dialog").text

    reply = manager.fragment(
        f"/videos/{video.id}",
        "dialog",
        "PATCH",
        title="Jóga",
        directors="Michel Gondry\nEarth, Wind & Fire",
        year="1997",
    )
    assert reply.status_code == 200
    assert f'hx-target="#video-{video.id}-head"' in reply.text
    assert fresh(video).locked == ["title", "year", "directors"]
    assert videos.names_of(video.id)["directors"] == ["Michel Gondry", "Earth, Wind & Fire"]


@pytest.mark.parametrize(
    ("sent", "field"),
    [
        ({"title": ""}, "title"),
        ({"year": 1500}, "year"),
        ({"year": "1997"}, "year"),
        ({"type": "opera"}, "type"),
        ({"rating": 11}, "rating"),
        ({"wish": "maybe"}, "wish"),
        ({"locked": ["id"]}, "locked"),
        ({"status": "wanted"}, "status"),
    ],
)
def test_bad_changes_name_their_field(manager: Client, sent: dict[str, Any], field: str) -> None:
    video = make_video()
    reply = manager.send("PATCH", f"/api/videos/{video.id}", json=sent)
    assert reply.status_code == 422
    assert [error["field"] for error in reply.json()["errors"]] == [field]


def test_a_refused_edit_comes_back_with_what_was_typed(manager: Client) -> None:
    artist = make_artist()
    make_video(artist, "Hunter")
    video = make_video(artist, "Jóga")
    reply = manager.fragment(f"/videos/{video.id}", "dialog", "PATCH", title="", year="97x")
    assert reply.status_code == 422
    assert 'value="97x"' in reply.text
    assert 'aria-invalid="true"' in reply.text


def test_ignoring_cancels_the_download_and_redraws_the_lists(manager: Client) -> None:
    video = make_video(source=True)
    make_download(video, state="running", owner="worker")

    reply = manager.fragment(f"/videos/{video.id}", "menu", "PATCH", wish="ignore")

    assert fresh(video).status == VideoStatus.IGNORED
    assert Download.get().state == "cancelled"
    for part in ("card", "row", "ribbon", "wanted", "head", "file"):
        assert f'hx-target="#video-{video.id}-{part}"' in reply.text


def test_wanting_fetches_where_downloads_start_by_themselves(
    manager: Client, library: Path
) -> None:
    video = make_video(wish="ignore", source=True)
    reply = manager.send("PATCH", f"/api/videos/{video.id}", json={"wish": "want"})
    assert reply.json()["status"] == "queued"
    assert fresh(video).wish == Wish.WANT


def test_a_plain_form_leads_back_to_the_list_it_came_from(manager: Client) -> None:
    video = make_video()
    reply = manager.post(
        f"/videos/{video.id}",
        {"_method": "PATCH", "wish": "ignore"},
        Referer="http://testserver/videos?status=wanted",
    )
    assert (reply.status_code, reply.headers["Location"]) == (303, "/videos?status=wanted")


@pytest.mark.parametrize("address", ["https://evil.example/x", "http://testserver//evil.example"])
def test_the_way_back_never_leaves_the_pages(manager: Client, address: str) -> None:
    video = make_video()
    reply = manager.post(
        f"/videos/{video.id}", {"_method": "PATCH", "wish": "ignore"}, Referer=address
    )
    assert reply.headers["Location"] == f"/videos/{video.id}"


def test_deleting_asks_first_and_leads_away(manager: Client) -> None:
    video = make_video(title="Jóga")
    assert "Delete Jóga?" in manager.fragment(f"/videos/{video.id}/delete", "dialog").text
    reply = manager.fragment(f"/videos/{video.id}", "dialog", "DELETE")
    assert reply.headers["HX-Location"] == f"/artists/{video.artist_id}"
    assert Video.select().count() == 0


def test_a_download_is_queued_by_hand(manager: Client) -> None:
    video = make_video(source=True)
    reply = manager.send("POST", f"/api/videos/{video.id}/download", is_json=True)
    assert (reply.status_code, reply.json()["state"]) == (201, "queued")
    assert fresh(video).status == VideoStatus.QUEUED
    bare = make_video()
    assert manager.send("POST", f"/api/videos/{bare.id}/download", is_json=True).status_code == 409


def test_a_video_is_added_by_hand_from_an_address(manager: Client) -> None:
    artist = make_artist()
    dialog = manager.fragment(f"/videos/new?artist={artist.id}", "dialog").text
    assert f'name="artist_id" value="{artist.id}"' in dialog

    sent = {
        "artist_id": artist.id,
        "title": "Jóga",
        "type": "live",
        "link": "https://youtu.be/dQw4w9WgXcQ",
    }
    made = manager.send("POST", "/api/videos", json=sent).json()
    assert (made["status"], made["wish"], made["type"]) == ("wanted", "want", "live")
    assert made["sources"][0]["source_id"] == "dQw4w9WgXcQ"
    bad = manager.post("/videos", {**sent, "title": "X", "link": "https://example.org/"})
    assert bad.status_code == 422
    assert "Paste the address of a YouTube video." in bad.text
    assert Video.select().count() == 1


def test_the_menu_of_a_card_fits_its_video(manager: Client, reader: Client) -> None:
    video = make_video()
    menu = manager.fragment(f"/videos/{video.id}/menu", "menu").text
    assert ("Ignore" in menu, "<html" in menu) == (True, False)
    assert "Ignore" not in reader.fragment(f"/videos/{video.id}/menu", "menu").text
    assert manager.get(f"/videos/{video.id}/menu").status_code == 200


def test_ticked_videos_are_changed_as_a_job(manager: Client) -> None:
    ids = [make_video().id for _ in range(2)]
    page = manager.get(f"/videos/bulk?ids={ids[0]}&ids={ids[1]}&action=delete").text
    assert "Change 2 videos" in page

    reply = manager.post("/videos/bulk", {"ids": [str(one) for one in ids], "action": "ignore"})
    assert reply.status_code == 303
    assert Job.get().args == {"ids": ids, "action": "ignore"}


def test_all_that_match_are_changed_when_they_are_as_many_as_shown(manager: Client) -> None:
    live = make_video(type="live")
    make_video()
    page = manager.get("/videos/bulk?type=live").text
    assert 'name="filter" value="type=live"' in page

    sent = {"filter": "type=live", "expected": 1, "action": "want"}
    assert manager.send("POST", "/api/videos/bulk", json=sent).status_code == 202
    assert Job.get().args["ids"] == [live.id]
    stale = manager.send("POST", "/api/videos/bulk", json={**sent, "expected": 2})
    assert stale.status_code == 409
    for bad in ({"action": "want"}, {"action": "x", "ids": [1]}):
        assert manager.send("POST", "/api/videos/bulk", json=bad).status_code == 422


def test_a_verdict_redraws_artist_and_video(manager: Client) -> None:
    artist = make_artist()
    source = make_source(artist, song={"title": "Jóga"})
    reply = manager.fragment(
        f"/sources/{source.id}/accept", f"artist-{artist.id}-candidates", "POST"
    )
    video = Video.get()
    assert f'hx-target="#artist-{artist.id}-candidates"' in reply.text
    assert f'hx-target="#artist-{artist.id}-ribbon"' in reply.text
    assert f'id="video-{video.id}-ribbon"' in reply.text


@pytest.mark.parametrize(
    ("verb", "verdict"), [("accept", "accepted"), ("refuse", "refused"), ("block", "blocked")]
)
def test_verdicts_as_json(manager: Client, verb: str, verdict: str) -> None:
    source = make_source()
    reply = manager.send("POST", f"/api/sources/{source.id}/{verb}", is_json=True)
    assert (reply.json()["verdict"], reply.json()["by_person"]) == (verdict, True)
    assert manager.get(f"/api/sources/{source.id}").json()["verdict"] == verdict
    assert manager.send("POST", f"/api/sources/999/{verb}", is_json=True).status_code == 404


def test_a_block_is_taken_back_and_another_upload_is_chosen(manager: Client) -> None:
    video = make_video(source=True)
    other = make_source(fresh(video.artist))
    manager.send("POST", f"/api/sources/{other.id}/block", json={"reason": "stolen"})
    manager.send("POST", f"/api/sources/{other.id}/unblock", is_json=True)
    sent = {"video_id": video.id}
    reply = manager.send("POST", f"/api/sources/{other.id}/use", json=sent)
    assert reply.json()["video_id"] == video.id
    assert sources.best_source(video.id) == fresh(other)
    alone = make_source()
    assert manager.send("POST", f"/api/sources/{alone.id}/use", is_json=True).status_code == 409


def test_an_address_is_added_on_the_page(manager: Client) -> None:
    video = make_video()
    reply = manager.fragment(
        f"/videos/{video.id}/sources",
        f"video-{video.id}-sources",
        "POST",
        link="https://youtu.be/dQw4w9WgXcQ",
    )
    assert "dQw4w9WgXcQ" in reply.text
    bad = manager.post(f"/videos/{video.id}/sources", {"link": "nonsense"})
    assert bad.status_code == 422
    assert 'value="nonsense"' in bad.text
    region = manager.fragment(
        f"/videos/{video.id}/sources", f"video-{video.id}-sources", "POST", link="nonsense"
    )
    assert region.status_code == 422
    assert "Paste the address" in region.text
    assert region.text.strip().startswith("<section")


def test_what_happened_is_told_in_words(reader: Client) -> None:
    video = videos.add(make_artist().id, videos.Song(title="Jóga"))
    videos.wish([video.id], Wish.IGNORE)
    videos.change(video.id, {"album": "Homogenic"})
    page = reader.get(f"/videos/{video.id}").text
    for words in ("Added by hand", "Ignored", "Edited", "Album"):
        assert words in page
