"""Files below the cutoff, as a page and as JSON, and looking for better ones."""

import pytest

from mvidarr.core.config import Config
from mvidarr.downloads import profiles
from mvidarr.models import Download, Job, QualityProfile, Video
from tests.client import Client
from tests.factories import make_artist, make_download, make_file, make_source, make_video


@pytest.fixture(autouse=True)
def standard(database: Config) -> QualityProfile:
    QualityProfile.delete().execute()
    return profiles.make_standard(profiles.create(profiles.PRESETS[0].profile).id)


@pytest.fixture
def manager(client: Client) -> Client:
    return client.as_role("manager")


@pytest.fixture
def reader(client: Client) -> Client:
    return client.as_role("readonly")


@pytest.fixture
def low(database: Config) -> Video:
    video = make_video(make_artist("Björk"), "Jóga")
    make_file(video, width=854, height=480, findings=["pillarbox"])
    make_source(video=video)
    return video


def test_an_empty_list_says_so(reader: Client) -> None:
    assert "Every file is good enough" in reader.get("/wanted/cutoff").text
    assert "Nothing matches" in reader.get("/wanted/cutoff?q=nobody").text
    assert reader.send("GET", "/api/v1/wanted/cutoff?count=1", is_json=True).json() == {
        **{"items": [], "next": None},
        **{"count": 0, "count_is": "exact"},
    }


def test_a_line_says_what_there_is_and_what_should_be(manager: Client, low: Video) -> None:
    page = manager.get("/wanted/cutoff").text
    for words in ("Jóga", "480p, cutoff 1080p", "Black bars at the sides", "Not looked yet"):
        assert words in page
    (item,) = manager.send("GET", "/api/v1/wanted/cutoff", is_json=True).json()["items"]
    assert (item["quality"], item["lines"], item["cutoff"]) == ("480p", 480, 1080)
    assert item["profile"] == "Plays everywhere"
    assert (item["findings"], item["tried_at"], item["is_upgrading"]) == (["pillarbox"], None, True)


def test_the_tab_counts_them(reader: Client, low: Video) -> None:
    page = reader.get("/wanted").text
    assert 'href="/wanted/cutoff"' in page
    assert page.split('href="/wanted/cutoff"')[1].split("</a>")[0].count(">1<") == 1


def test_the_list_is_narrowed_by_words_and_findings(reader: Client, low: Video) -> None:
    fragment = reader.fragment("/wanted/cutoff?q=bjork", "results").text
    assert ("Jóga" in fragment, "<html" in fragment) == (True, False)
    assert "Jóga" not in reader.get("/wanted/cutoff?q=air").text
    assert "Jóga" in reader.get("/wanted/cutoff?finding=pillarbox").text
    assert "Jóga" not in reader.get("/wanted/cutoff?finding=silent").text
    assert reader.get("/wanted/cutoff?finding=odd").status_code == 422


def test_a_person_looks_for_one(manager: Client, low: Video) -> None:
    target = f"video-{low.id}-unmet"
    answer = manager.fragment(f"/videos/{low.id}/upgrade", target, "POST")

    assert f'id="{target}"' in answer.text
    assert "Looking for better" in answer.text
    row = Download.get()
    assert (row.is_upgrade, row.by_user_id) == (True, manager.user_id)
    page = manager.get(f"/videos/{low.id}").text
    assert "Look for a better file" not in page


def test_the_video_s_own_page_offers_it(manager: Client, low: Video) -> None:
    assert f'action="/videos/{low.id}/upgrade"' in manager.get(f"/videos/{low.id}").text
    answer = manager.send("POST", f"/api/v1/videos/{low.id}/upgrade", is_json=True)
    assert (answer.status_code, answer.json()["state"]) == (201, "queued")


def test_a_video_without_a_file_has_nothing_to_be_better_than(manager: Client) -> None:
    video = make_video(source=True)
    assert "Look for a better file" not in manager.get(f"/videos/{video.id}").text
    assert manager.post(f"/videos/{video.id}/upgrade").status_code == 404


def test_what_cannot_be_better_is_refused_with_a_reason(manager: Client) -> None:
    video = make_video()
    make_file(video, width=854, height=480)
    answer = manager.send("POST", f"/api/v1/videos/{video.id}/upgrade", is_json=True)
    assert answer.status_code == 409
    assert "No upload in use" in answer.json()["detail"]


def test_all_that_are_listed_are_looked_for(manager: Client, low: Video) -> None:
    answer = manager.post("/wanted/cutoff/upgrade", {"q": "bjork", "finding": ""})
    assert (answer.status_code, answer.headers["location"]) == (303, "/wanted/cutoff?q=bjork")
    assert Job.get().args == {"q": "bjork", "finding": ""}
    refused = manager.send("POST", "/api/v1/wanted/cutoff/upgrade", json={"finding": "odd"})
    assert refused.status_code == 422


def test_when_it_was_last_looked_for_is_shown(reader: Client, low: Video) -> None:
    make_download(low, state="done", is_upgrade=True, ended_at=1_700_000_000_000)
    assert "Looked" in reader.get("/wanted/cutoff").text


def test_history_says_why_nothing_changed(reader: Client, low: Video) -> None:
    why = "The file in place is as good."
    ended = {"state": "done", "ended_at": 1_700_000_000_000, "is_upgrade": True}
    make_download(low, last_error=why, **ended)
    assert why in reader.get("/activity/history").text


def test_readers_cannot_look_for_better(reader: Client, low: Video) -> None:
    assert "Look for better" not in reader.get("/wanted/cutoff").text
    assert reader.post(f"/videos/{low.id}/upgrade").status_code == 403
    assert reader.post("/wanted/cutoff/upgrade").status_code == 403


def test_only_who_may_see_profiles_is_led_there(reader: Client, low: Video) -> None:
    assert 'href="/profiles"' not in reader.get("/wanted/cutoff").text


def test_managers_are_led_to_the_profiles(manager: Client, low: Video) -> None:
    assert 'href="/profiles"' in manager.get("/wanted/cutoff").text
