"""Media servers over the web: their Test buttons prove the folder, and a person has them read."""

from pathlib import Path
from typing import Any

import pytest

from mvidarr import settings
from mvidarr.core.terms import Role
from tests.client import Client
from tests.fakes import finders
from tests.fakes.internet import FakeInternet
from tests.fakes.jellyfin import FakeJellyfin
from tests.fakes.kodi import FakeKodi
from tests.fakes.plex import FakePlex

SERVERS = ("plex", "jellyfin", "emby", "kodi")


@pytest.fixture
def admin(client: Client, library: Path, monkeypatch: pytest.MonkeyPatch) -> Client:
    finders.unhurried(monkeypatch)
    return client.as_role(Role.ADMIN)


@pytest.fixture
def jellyfin(fake_internet: FakeInternet) -> FakeJellyfin:
    fake = FakeJellyfin(fake_internet)
    fake.add_library("Music videos", "/data/mv")
    return fake


def try_out(client: Client, name: str, **typed: Any) -> Any:
    return client.send("POST", f"/api/settings/services/{name}/test", json=typed).json()


def test_media_servers_have_a_group_of_their_own(admin: Client) -> None:
    found = admin.get("/api/services").json()["items"]
    page = admin.get("/settings").text

    assert [one["name"] for one in found if one["group"] == "servers"] == list(SERVERS)
    assert "Media servers" in page
    for name in SERVERS:
        assert f'name="{name}_folder"' in page
        assert f'formaction="/settings/services/{name}/test"' in page


def test_what_is_typed_proves_the_folder(admin: Client, jellyfin: FakeJellyfin) -> None:
    typed = {"jellyfin_url": jellyfin.url, "jellyfin_api_key": jellyfin.key}

    unseen = try_out(admin, "jellyfin", **typed)
    seen = try_out(admin, "jellyfin", **typed, jellyfin_folder="/data/mv")
    wrong = try_out(admin, "jellyfin", **typed, jellyfin_folder="data/mv")

    assert unseen["ok"] is False
    assert "Its music video folders are /data/mv: enter the library folder" in unseen["detail"]
    assert seen["ok"] is True
    assert "Jellyfin 12.0.0 answers and accepts the key. It has /data/mv" in seen["detail"]
    assert "Enter the whole path" in wrong["detail"]


def test_an_emptied_folder_is_tried_as_ours(admin: Client, jellyfin: FakeJellyfin) -> None:
    settings.change(
        {
            "jellyfin_url": jellyfin.url,
            "jellyfin_api_key": jellyfin.key,
            "jellyfin_folder": "/data/mv",
        }
    )

    assert try_out(admin, "jellyfin")["ok"] is True
    assert try_out(admin, "jellyfin", jellyfin_folder="")["ok"] is False


def test_plex_proves_the_folder_when_it_is_to_be_told(
    admin: Client, library: Path, fake_internet: FakeInternet
) -> None:
    fake = FakePlex(fake_internet)
    fake.add_section("Music", "artist", "/music")
    form: dict[str, Any] = {
        "_method": ["PATCH", "POST"],
        "plex_url": fake.base_url,
        "plex_token": fake.token,
        "plex_folder": "",
    }
    path = "/settings/services/plex/test"

    imports = admin.post(path, {**form, "plex_refresh": "false"}).text
    blind = admin.post(path, {**form, "plex_refresh": ["false", "true"]}).text
    fake.add_section("Music videos", "movie", str(library))
    sees = admin.post(path, {**form, "plex_refresh": ["false", "true"]}).text

    assert "it has 1 music library." in imports
    assert "Plex has no library that contains" in blind
    assert "in its library “Music videos”" in sees


def test_kodi_is_tried_with_user_and_password(admin: Client, fake_internet: FakeInternet) -> None:
    fake = FakeKodi(fake_internet)
    fake.sources = ["smb://nas/mv/"]
    typed = {"kodi_url": fake.url, "kodi_folder": "smb://nas/mv"}

    assert "refused the user" in try_out(admin, "kodi", **typed)["detail"]
    good = try_out(admin, "kodi", **typed, kodi_user=fake.user, kodi_password=fake.password)

    assert good["ok"] is True
    assert "Kodi 21.3 answers, accepts the password and sees smb://nas/mv/." in good["detail"]


# reading it all again


def told(jellyfin: FakeJellyfin) -> None:
    settings.change(
        {
            "jellyfin_url": jellyfin.url,
            "jellyfin_api_key": jellyfin.key,
            "jellyfin_folder": "/data/mv",
        }
    )


def test_a_manager_has_the_library_read_again(admin: Client, jellyfin: FakeJellyfin) -> None:
    told(jellyfin)
    manager = admin.as_role(Role.MANAGER)
    path = "/services/jellyfin/refresh"
    assert f'action="{path}"' in manager.get("/system").text

    data = manager.send("POST", f"/api{path}", json={})
    page = manager.post(path)
    part = manager.fragment(path, "services", "POST")

    assert (data.status_code, data.json()) == (200, {"detail": "Told of 1 change."})
    assert (page.status_code, page.headers["location"]) == (303, "/system#services")
    assert part.text.startswith('<hx-partial hx-target="#services"')
    assert jellyfin.told == [("/data/mv", "Modified")] * 3


def test_others_may_not(admin: Client, jellyfin: FakeJellyfin) -> None:
    told(jellyfin)
    reader = admin.as_role(Role.READONLY)

    assert reader.send("POST", "/api/services/jellyfin/refresh", json={}).status_code == 403
    assert "/services/jellyfin/refresh" not in reader.get("/system").text
    assert jellyfin.told == []


def test_one_that_is_not_told_has_no_button(admin: Client) -> None:
    page = admin.get("/system").text

    for name in SERVERS:
        assert f"/services/{name}/refresh" not in page
    answer = admin.send("POST", "/api/services/plex/refresh", json={})
    assert answer.status_code == 503
    assert "Plex is not told of changed files" in answer.text
    assert admin.send("POST", "/api/services/youtube/refresh", json={}).status_code == 404
    assert admin.send("POST", "/api/services/nothing/refresh", json={}).status_code == 404


def test_what_went_wrong_is_said(admin: Client, jellyfin: FakeJellyfin) -> None:
    told(jellyfin)
    jellyfin.fails(503)

    answer = admin.send("POST", "/api/services/jellyfin/refresh", json={})

    assert answer.status_code == 502
    assert "Jellyfin is not available right now." in answer.text
