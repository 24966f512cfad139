"""Settings over the web: a page and JSON of one registry; secrets go in and never come out."""

from pathlib import Path
from typing import Any

import pytest

from mvidarr import settings
from mvidarr.core.terms import Role
from mvidarr.library.tables import Event
from mvidarr.settings import download_options, options, service_options
from tests.client import Client
from tests.conftest import SECRET

KEY = "imvdb-key-of-the-tests"


@pytest.fixture
def admin(client: Client) -> Client:
    return client.as_role(Role.ADMIN)


@pytest.fixture
def manager(client: Client) -> Client:
    return client.as_role(Role.MANAGER)


def put(client: Client, key: str, value: Any) -> Any:
    return client.send("PUT", f"/api/settings/{key}", json={"value": value})


def errors(answer: Any) -> dict[str, str]:
    assert answer.status_code == 422
    return {one["field"]: one["message"] for one in answer.json()["errors"]}


# reading


def test_the_page_shows_every_setting(admin: Client) -> None:
    page = admin.get("/settings").text

    for option in options.ALL:
        assert f'name="{option.key}"' in page, option.key
        assert option.label in page.replace("&#39;", "'"), option.key


def test_a_manager_looks_and_an_administrator_changes(manager: Client, admin: Client) -> None:
    page = manager.get("/settings").text

    assert "Only an administrator can change these" in page
    assert ">Save changes</button>" not in page
    assert "data-savebar" in admin.get("/settings").text
    for answer in (
        manager.send("PATCH", "/settings", data={"download_retries": "5"}),
        put(manager, "download_retries", 5),
        manager.send("DELETE", "/api/settings/download_retries", is_json=True),
    ):
        assert answer.status_code == 403


def test_nobody_below_reads_them(client: Client) -> None:
    for role in (Role.READONLY, Role.USER):
        assert client.as_role(role).get("/api/settings").status_code == 403


def test_json_says_all_about_a_setting(manager: Client) -> None:
    assert manager.get("/api/settings/download_retries").json() == {
        "key": "download_retries",
        "value": 3,
        "is_set": False,
        "default": 3,
        "source": "default",
        "kind": "integer",
        "group": "downloads",
        "label": download_options.download_retries.label,
        "help": download_options.download_retries.help,
        "unit": None,
        "choices": [],
        "minimum": 1,
        "maximum": 10,
    }


def test_json_lists_every_setting(manager: Client) -> None:
    found = manager.get("/api/v1/settings").json()

    assert [item["key"] for item in found["items"]] == [option.key for option in options.ALL]
    assert found["next"] is None


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE"])
def test_an_unknown_setting_is_not_found(admin: Client, method: str) -> None:
    answer = admin.send(method, "/api/settings/nothing", json={"value": 1})

    assert (answer.status_code, answer.json()["detail"]) == (404, "There is no setting nothing.")


# changing by JSON


def test_put_sets_one_value(admin: Client) -> None:
    answer = put(admin, "download_retries", 5)

    assert answer.status_code == 200
    assert (answer.json()["value"], answer.json()["source"]) == (5, "database")
    assert settings.get(download_options.download_retries) == 5
    assert Event.get(Event.kind == "setting.changed").user_id == admin.user_id


def test_put_says_what_is_wrong_with_the_value(admin: Client) -> None:
    assert errors(put(admin, "download_retries", 99)) == {"value": "Enter a number from 1 to 10."}
    assert errors(put(admin, "download_retries", None)) == {"value": "Enter a whole number."}
    assert errors(put(admin, "library_path", "/none")) == {"value": "This folder does not exist."}
    assert errors(put(admin, "review_score", 90))["value"].startswith("This must not be above")
    for body in ({}, {"val": 5}, {"value": 5, "more": 1}):
        answer = admin.send("PUT", "/api/settings/download_retries", json=body)
        assert list(errors(answer)) == ["value"]


def test_patch_sets_several_or_none(admin: Client) -> None:
    answer = admin.send(
        "PATCH", "/api/settings", json={"download_retries": 5, "sponsorblock": "cut"}
    )
    assert {item["key"]: item["value"] for item in answer.json()["items"]} == {
        "download_retries": 5,
        "sponsorblock": "cut",
    }

    wrong = {"download_retries": 7, "sponsorblock": "all", "nothing": 1}
    answer = admin.send("PATCH", "/api/settings", json=wrong)

    assert errors(answer) == {
        "sponsorblock": "Choose one of the offered values.",
        "nothing": "There is no such setting.",
    }
    assert settings.get(download_options.download_retries) == 5


def test_delete_goes_back_to_the_default(admin: Client) -> None:
    put(admin, "download_retries", 5)

    answer = admin.send("DELETE", "/api/settings/download_retries", is_json=True)

    assert (answer.status_code, answer.content) == (204, b"")
    assert settings.get(download_options.download_retries) == 3


def test_what_the_environment_fixes_is_a_conflict(admin: Client) -> None:
    settings.set_up((SECRET,), {"MVIDARR_DOWNLOAD_RETRIES": "9", "MVIDARR_IMVDB_API_KEY": KEY})

    for answer in (
        put(admin, "download_retries", 5),
        admin.send("DELETE", "/api/settings/download_retries", is_json=True),
        admin.send("PATCH", "/api/settings", json={"download_retries": 5}),
    ):
        assert answer.status_code == 409
        assert "MVIDARR_DOWNLOAD_RETRIES" in answer.json()["detail"]
    page = admin.get("/settings").text
    assert "Set by the environment: <code>MVIDARR_DOWNLOAD_RETRIES</code>" in page
    assert KEY not in page


# secrets


def test_a_secret_never_comes_out(admin: Client) -> None:
    answer = put(admin, "imvdb_api_key", KEY)

    told = answer.json()
    assert (told["value"], told["is_set"], told["default"]) == (None, True, None)
    for path in ("/settings", "/api/settings", "/api/settings/imvdb_api_key", "/system"):
        assert KEY not in admin.get(path).text, path
    assert "Saved, ends in ests" in admin.get("/settings").text


def test_an_empty_secret_in_the_form_keeps_what_is_stored(admin: Client) -> None:
    settings.change({"imvdb_api_key": KEY})

    admin.send("PATCH", "/settings", data={"imvdb_api_key": "", "download_retries": "5"})
    assert settings.get(service_options.imvdb_api_key) == KEY
    admin.send("PATCH", "/settings", data={"imvdb_api_key": "", "remove_imvdb_api_key": "true"})
    assert settings.get(service_options.imvdb_api_key) == ""


def test_a_secret_that_was_typed_wrongly_is_not_shown_again(admin: Client) -> None:
    page = admin.send("PATCH", "/settings", data={"imvdb_api_key": KEY, "download_retries": "many"})

    assert page.status_code == 422
    assert KEY not in page.text


# the form


def test_the_form_is_saved_and_says_so(admin: Client) -> None:
    answer = admin.send(
        "PATCH",
        "/settings",
        data={
            "download_retries": "5",
            "automatic_download": "false",
            "default_types": ["", "live", "official"],
            "subtitle_languages": "en, de",
        },
    )

    assert (answer.status_code, answer.headers["location"]) == (303, "/settings")
    assert "Saved 4 changes" in answer.headers["set-cookie"]
    assert settings.get(options.automatic_download) is False
    assert settings.get(options.default_types) == ["official", "live"]
    assert settings.get(download_options.subtitle_languages) == ["en", "de"]


def test_a_switch_stands_behind_its_hidden_twin(admin: Client) -> None:
    admin.send("PATCH", "/settings", data={"automatic_download": "false"})
    admin.send("PATCH", "/settings", data={"automatic_download": ["false", "true"]})

    assert settings.get(options.automatic_download) is True


def test_saving_what_was_there_changes_nothing(admin: Client) -> None:
    answer = admin.send("PATCH", "/settings", data={"download_retries": "3"})

    assert "Nothing was different" in answer.headers["set-cookie"]
    assert Event.select().where(Event.kind == "setting.changed").count() == 0


def test_a_wrong_form_is_shown_again_with_its_messages(admin: Client) -> None:
    page = admin.send(
        "PATCH", "/settings", data={"download_retries": "many", "library_path": "/not/there"}
    )

    assert page.status_code == 422
    assert "Nothing was saved yet" in page.text
    assert "Enter a whole number." in page.text
    assert "This folder does not exist." in page.text
    assert 'value="many"' in page.text
    assert 'value="/not/there"' in page.text
    assert settings.get(download_options.download_retries) == 3


def test_htmx_is_told_where_to_go_after_saving(admin: Client) -> None:
    answer = admin.fragment("/settings", "main", "PATCH", download_retries="5")

    assert answer.headers["hx-location"] == "/settings"
    assert "Saved one change." in answer.headers["hx-trigger"]


# names of files


def test_a_template_is_refused_on_saving_as_in_the_preview(admin: Client) -> None:
    preview = admin.get("/api/settings/naming/preview?naming_template={Nope}").json()["error"]

    assert errors(put(admin, "naming_template", "{Nope}")) == {"value": preview}


def test_a_library_folder_with_odd_spaces_is_taken_as_it_is(admin: Client, tmp_path: Path) -> None:
    folder = tmp_path / "My  Vidéos\u00a0& more"
    folder.mkdir()

    assert put(admin, "library_path", str(folder)).json()["value"] == str(folder)
