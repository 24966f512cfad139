"""The cookies of a YouTube account: a file or pasted text goes in and never comes out."""

from typing import Any

import pytest

from mvidarr import settings
from mvidarr.accounts.identify import COOKIE
from mvidarr.models import Event, Setting
from mvidarr.settings import service_options
from tests.client import ORIGIN, Client
from tests.conftest import SECRET

PATH = "/settings/youtube/cookies"
VALUE = "AFmmF2swRQIhALq-the-secret"
COOKIES = "# Netscape HTTP Cookie File\n" + "".join(
    f"{domain}\tTRUE\t/\tTRUE\t2000000000\t{name}\t{value}\n"
    for domain, name, value in (
        (".youtube.com", "LOGIN_INFO", VALUE),
        ("#HttpOnly_.youtube.com", "SAPISID", "abcdefgh/ijkl"),
        (".bank.example", "session", "another-secret"),
    )
)


@pytest.fixture
def admin(client: Client) -> Client:
    return client.as_role("admin")


@pytest.fixture
def manager(client: Client) -> Client:
    return client.as_role("manager")


def upload(client: Client, content: bytes, text: str = "") -> Any:
    headers = {"Origin": ORIGIN, "Cookie": f"{COOKIE}={client.token}"}
    files = {"file": ("cookies.txt", content, "text/plain")}
    data = {"youtube_cookies": text}
    return client.http.post(PATH, files=files, data=data, headers=headers, follow_redirects=False)


def saved() -> str:
    return settings.get(service_options.youtube_cookies)


def test_a_file_is_saved(admin: Client) -> None:
    answer = upload(admin, b"\xef\xbb\xbf" + COOKIES.replace("\n", "\r\n").encode())

    assert (answer.status_code, answer.headers["location"]) == (303, "/settings#service-youtube")
    assert VALUE in saved()
    assert "another-secret" not in saved()


def test_pasted_text_is_saved_and_told_without_a_value(admin: Client) -> None:
    admin.post(PATH, {"youtube_cookies": COOKIES})

    page = admin.get("/settings").text
    assert VALUE in saved()
    assert "Saved: 2 cookies; the sign-in ends in" in page
    for path in ("/settings", "/api/settings", "/api/settings/youtube_cookies", "/system"):
        assert VALUE not in admin.get(path).text, path


def test_cookies_are_sealed_in_the_database_and_absent_from_the_audit(admin: Client) -> None:
    upload(admin, COOKIES.encode())

    assert VALUE not in str(Setting.get(Setting.key == "youtube_cookies").value)
    told = [str((event.title, event.data)) for event in Event.select()]
    assert told
    assert VALUE not in str(told)


def test_cookies_without_a_sign_in_are_said_to_be_useless(admin: Client) -> None:
    upload(admin, b".youtube.com\tTRUE\t/\tTRUE\t0\tPREF\tf6=1\n")

    assert "but nobody is signed in with them" in admin.get("/settings").text


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"\x89PNG\r\n\x1a\n\x00\x00", "There are no cookies of YouTube in it."),
        (b'[{"name": "LOGIN_INFO"}]', "There are no cookies of YouTube in it."),
        (b" \n ", "Choose a file, or paste what is in it."),
        (b"x" * (1 << 20 | 1), "This is too long for a cookies.txt file."),
    ],
    ids=["picture", "json", "blank", "huge"],
)
def test_what_cannot_be_taken_is_said_beside_the_field(
    admin: Client, content: bytes, words: str
) -> None:
    answer = upload(admin, content)

    assert answer.status_code == 422
    assert words in answer.text
    assert 'id="youtube_cookies-error"' in answer.text
    assert saved() == ""


def test_an_empty_form_is_refused(admin: Client) -> None:
    assert admin.post(PATH).status_code == 422


def test_more_than_the_most_is_too_large(admin: Client) -> None:
    assert upload(admin, b"x" * (3 << 20)).status_code == 413


def test_what_was_typed_is_not_shown_again(admin: Client) -> None:
    page = admin.post(PATH, {"youtube_cookies": f"half of {VALUE}"})

    assert page.status_code == 422
    assert VALUE not in page.text


def test_saved_cookies_are_removed(admin: Client) -> None:
    upload(admin, COOKIES.encode())
    assert 'id="youtube_cookies-remove"' in admin.get("/settings").text

    admin.send("DELETE", "/settings/youtube_cookies")

    assert saved() == ""
    assert "Remove cookies" not in admin.get("/settings").text


def test_the_big_form_leaves_the_cookies_alone(admin: Client) -> None:
    upload(admin, COOKIES.encode())

    admin.send("PATCH", "/settings", data={"download_retries": "5", "youtube_cookies": ""})

    assert VALUE in saved()


@pytest.mark.parametrize("role", ["readonly", "user", "manager"])
def test_only_administrators_save_cookies(client: Client, role: str) -> None:
    other = client.as_role(role)

    assert upload(other, COOKIES.encode()).status_code == 403
    assert saved() == ""


def test_a_manager_sees_that_there_are_some(manager: Client, admin: Client) -> None:
    upload(admin, COOKIES.encode())

    page = manager.get("/settings").text

    assert "Saved: 2 cookies" in page
    assert "Save cookies" not in page
    assert 'type="file"' not in page


def test_scripts_set_them_as_text(admin: Client) -> None:
    put = {"value": COOKIES}
    answer = admin.send("PUT", "/api/settings/youtube_cookies", json=put)

    assert (answer.json()["value"], answer.json()["is_set"]) == (None, True)
    assert VALUE in saved()


def test_what_the_environment_fixes_is_shown_only(admin: Client) -> None:
    settings.set_up((SECRET,), {"MVIDARR_YOUTUBE_COOKIES": COOKIES})

    page = admin.get("/settings").text

    assert "Saved: 2 cookies" in page
    assert "Save cookies" not in page
    assert upload(admin, COOKIES.encode()).status_code == 409
