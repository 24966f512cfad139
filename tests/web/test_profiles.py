"""Quality profiles on their pages and as JSON, and where they are chosen."""

import re
from typing import Any

import pytest

from mvidarr.core.config import Config
from mvidarr.downloads import profiles
from mvidarr.downloads.profiles import NewProfile
from mvidarr.models import Artist, QualityProfile, Video
from tests.client import Client
from tests.factories import fresh, make_artist, make_video

FORM = {
    "name": "Small screens",
    "heights_720": "1",
    "heights_1080": "2",
    "heights_480": "",
    "cutoff": "720",
    "codecs_av1": "1",
    "container": "mkv",
    "hdr": "avoid",
    "high_fps": "any",
    "is_upgrading": "false",
}


@pytest.fixture(autouse=True)
def standard(database: Config) -> QualityProfile:
    QualityProfile.delete().execute()
    return profiles.make_standard(profiles.create(profiles.PRESETS[0].profile).id)


@pytest.fixture
def admin(client: Client) -> Client:
    return client.as_role("admin")


@pytest.fixture
def manager(client: Client) -> Client:
    return client.as_role("manager")


def numbers(page: str) -> dict[str, str]:
    """What stands in the fields that put things in order."""
    found = re.findall(r'name="((?:heights|codecs|audio_codecs)_\w+)" value="(\w*)"', page)
    return {name: value for name, value in found if value}


def test_profiles_are_listed_with_what_they_ask_for(manager: Client) -> None:
    profiles.create(NewProfile(name="Small", heights=[480], cutoff=480, is_upgrading=False))

    page = manager.get("/profiles").text
    for words in ("Plays everywhere", "Standard", "1080p, 720p, 480p", "MP4: H.264, AAC"):
        assert words in page
    assert "HDR avoided" in page
    assert "no better files" in page
    assert "Make standard" not in page
    assert "Not chosen anywhere" in page
    items = manager.get("/api/v1/profiles").json()["items"]
    assert [(one["name"], one["is_standard"]) for one in items] == [
        ("Plays everywhere", True),
        ("Small", False),
    ]


def test_settings_lead_to_the_profiles(manager: Client) -> None:
    assert 'href="/profiles"' in manager.get("/settings").text


def test_a_new_one_starts_from_a_preset(admin: Client) -> None:
    page = admin.get("/profiles/new").text
    assert numbers(page) == {
        **{"heights_1080": "1", "heights_720": "2", "heights_480": "3"},
        **{"codecs_h264": "1", "audio_codecs_aac": "1"},
    }
    best = admin.get("/profiles/new?preset=best").text
    assert numbers(best)["heights_2160"] == "1"
    assert "codecs_h264" not in numbers(best)
    assert admin.get("/profiles/new?preset=none").status_code == 200


def test_numbers_put_resolutions_in_their_order(admin: Client) -> None:
    answer = admin.post("/profiles", FORM)

    assert (answer.status_code, answer.headers["location"]) == (303, "/profiles")
    row = QualityProfile.get(QualityProfile.name == "Small screens")
    assert (row.heights, row.cutoff, row.codecs) == ([720, 1080], 720, ["av1"])
    assert (row.container, row.hdr, row.is_upgrading) == ("mkv", "avoid", False)


@pytest.mark.parametrize(
    ("field", "value", "message"),
    [
        ("name", "Plays everywhere", "Another profile has this name."),
        ("name", "", "This is needed."),
        ("heights_720", "first", "Number them 1, 2, 3 and so on."),
        ("cutoff", "2160", "Choose one of the accepted resolutions."),
        ("container", "avi", "Choose one of: mp4, mkv."),
    ],
)
def test_what_is_refused_is_said_beside_its_field_and_what_was_typed_stays(
    admin: Client, field: str, value: str, message: str
) -> None:
    answer = admin.post("/profiles", {**FORM, field: value})

    assert answer.status_code == 422
    assert message in answer.text
    assert 'name="heights_1080" value="2"' in answer.text
    assert QualityProfile.select().count() == 1


def test_a_profile_without_any_resolution_is_refused(admin: Client) -> None:
    answer = admin.post("/profiles", {**FORM, "heights_720": "", "heights_1080": ""})
    assert answer.status_code == 422
    assert "Accept at least one resolution." in answer.text


def test_a_profile_is_changed_on_its_page(admin: Client, standard: QualityProfile) -> None:
    page = admin.get(f"/profiles/{standard.id}")
    assert page.status_code == 200
    assert numbers(page.text)["heights_720"] == "2"

    answer = admin.send("PATCH", f"/profiles/{standard.id}", data={**FORM, "name": "Other"})

    assert answer.status_code == 303
    assert (fresh(standard).name, fresh(standard).heights) == ("Other", [720, 1080])
    refused = admin.send("PATCH", f"/profiles/{standard.id}", data={**FORM, "cutoff": "144"})
    assert (refused.status_code, "accepted resolutions" in refused.text) == (422, True)


def test_a_manager_looks_and_cannot_change(manager: Client, standard: QualityProfile) -> None:
    page = manager.get(f"/profiles/{standard.id}").text
    assert "Only an administrator can change these" in page
    assert ">Save<" not in page.replace(" ", "").replace("\n", "")
    assert manager.post("/profiles", FORM).status_code == 403
    assert manager.send("PATCH", f"/profiles/{standard.id}", data=FORM).status_code == 403
    assert manager.get("/profiles/new").status_code == 403


def test_readers_do_not_see_profiles(client: Client) -> None:
    assert client.as_role("readonly").get("/profiles").status_code == 403


def test_the_standard_is_passed_on_and_the_former_one_deleted(
    admin: Client, standard: QualityProfile
) -> None:
    other = profiles.create(NewProfile(name="Other"))
    artist = make_artist(profile=other.id)
    assert admin.send("DELETE", f"/profiles/{standard.id}").status_code == 409

    answer = admin.post(f"/profiles/{other.id}/standard")
    assert answer.status_code == 303
    assert "1 artist, 0 videos that chose it" in admin.get(f"/profiles/{other.id}/delete").text
    assert "Nothing uses it." in admin.get(f"/profiles/{standard.id}/delete").text
    assert admin.send("DELETE", f"/profiles/{standard.id}").status_code == 303
    assert [row.name for row in QualityProfile.select()] == ["Other"]
    assert fresh(artist).profile_id == other.id


def test_json_names_lists_in_their_order(admin: Client) -> None:
    body = {"name": "API", "heights": [720, 1080], "cutoff": 1080, "codecs": ["vp9", "h264"]}
    answer = admin.send("POST", "/api/v1/profiles", json=body)
    assert answer.status_code == 201
    made = answer.json()
    assert answer.headers["location"] == f"/api/v1/profiles/{made['id']}"
    assert (made["heights"], made["codecs"], made["container"]) == (
        *([720, 1080], ["vp9", "h264"]),
        "mp4",
    )

    path = f"/api/v1/profiles/{made['id']}"
    changed = admin.send("PATCH", path, json={"hdr": "prefer"})
    assert (changed.json()["hdr"], changed.json()["heights"]) == ("prefer", [720, 1080])
    assert admin.send("GET", path, is_json=True).json() == changed.json()
    refused = admin.send("PATCH", path, json={"heights": [1]})
    assert refused.status_code == 422
    assert [one["field"] for one in refused.json()["errors"]] == ["heights", "cutoff"]
    assert admin.send("POST", f"{path}/standard", is_json=True).json()["is_standard"]
    assert admin.send("DELETE", path, is_json=True).status_code == 409


def test_an_artist_and_a_video_choose_theirs(manager: Client) -> None:
    other = profiles.create(NewProfile(name="Other"))
    video = make_video()
    for path in (f"/videos/{video.id}", f"/artists/{video.artist_id}"):
        assert f'<option value="{other.id}">Other</option>' in manager.get(f"{path}/edit").text
        assert manager.send("PATCH", path, data={"profile_id": other.id}).status_code == 303
        assert f'value="{other.id}" selected' in manager.get(f"{path}/edit").text
        shown: Any = manager.send("GET", f"/api/v1{path}", is_json=True).json()
        assert shown["profile_id"] == other.id
        assert manager.send("PATCH", path, data={"profile_id": "999"}).status_code == 422
        assert manager.send("PATCH", f"/api/v1{path}", json={"profile_id": None}).status_code == 200
    assert (Video.get().profile_id, Artist.get().profile_id) == (None, None)


@pytest.mark.parametrize(
    "changes",
    [
        *({"heights": value} for value in (None, [], "1080", [0], [-1080], [10**9], [True], [1.5])),
        *({"heights": value} for value in (["1080p"], [[1080]], {"1080": 1})),
        *({"cutoff": value} for value in (None, 0, 10**30, "high", [1080])),
        *({"codecs": value} for value in (["H264"], [None], "h264")),
        *({"name": value} for value in (None, "", "\u200b", "x" * 101)),
        *({"hdr": value} for value in ("", None, 1)),
        *({"is_upgrading": value} for value in (None, "maybe", 2)),
    ],
    ids=str,
)
def test_rubbish_is_refused_and_nothing_changes(
    admin: Client, standard: QualityProfile, changes: dict[str, Any]
) -> None:
    path = f"/api/v1/profiles/{standard.id}"
    before = admin.send("GET", path, is_json=True).json()
    assert admin.send("PATCH", path, json=changes).status_code == 422
    assert admin.send("GET", path, is_json=True).json() == before


@pytest.mark.parametrize("number", ["0", "-1", "1000", "1e3", "²", "1.5"])
def test_places_are_small_numbers(admin: Client, number: str) -> None:
    answer = admin.post("/profiles", {**FORM, "heights_720": number})
    assert answer.status_code == (303 if number == "0" else 422)


def test_the_same_twice_counts_once(admin: Client, standard: QualityProfile) -> None:
    path = f"/api/v1/profiles/{standard.id}"
    body = {"heights": [720, 1080, 720], "codecs": ["av1", "av1"]}
    changed = admin.send("PATCH", path, json=body).json()
    assert (changed["heights"], changed["codecs"]) == ([720, 1080], ["av1"])
