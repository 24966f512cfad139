"""Signing in at Spotify: proof keys, the page of consent, tokens and their ends."""

import dataclasses
import hashlib
import json
import re
from base64 import urlsafe_b64encode
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import requests
from hypothesis import given
from hypothesis import strategies as st

from mvidarr.core import errors
from mvidarr.core.http import Conf, NotThere
from mvidarr.integrations import oauth, spotify
from mvidarr.integrations.protocols import Checks
from mvidarr.integrations.spotify import App, Relink, Token
from tests.fakes import answers
from tests.fakes.answers import Fault
from tests.fakes.internet import FakeInternet
from tests.fakes.spotify import FakeSpotify

RECORDED = Path(__file__).parents[2] / "../shared/recorded/spotify"
recordings = pytest.mark.skipif(not RECORDED.is_dir(), reason="the recordings are not here")

CAN_CHECK: Checks = spotify.check
BACK = "http://127.0.0.1:5010/lists/spotify/back"


@pytest.fixture
def fake(fake_internet: FakeInternet) -> FakeSpotify:
    return FakeSpotify(fake_internet)


def conf(fake: FakeSpotify, *, secret: bool = True) -> Conf:
    return Conf(
        service="spotify",
        base_url=fake.base_url,
        key=fake.client_secret if secret else "",
        also={"spotify_client_id": fake.client_id, "spotify_accounts_url": fake.accounts_url},
        backoff=0.001,
    )


def app(fake: FakeSpotify, *, secret: bool = True) -> App:
    return spotify.app_of(conf(fake, secret=secret))


def sign_in(fake: FakeSpotify, *, secret: bool = True, verifier: str = "") -> Token:
    """All the way through the page; `verifier`: another one than the sign-in began with."""
    known = oauth.new_verifier()
    url = spotify.authorize_url(app(fake), BACK, "s", oauth.challenge(known))
    code = parse_qs(urlsplit(fake.agree(url)).query)["code"][0]
    return spotify.exchange(
        conf(fake, secret=secret), app(fake, secret=secret), code, verifier or known, BACK
    )


# proof keys


def test_challenge_is_that_of_the_standard() -> None:
    # the example of RFC 7636, appendix B
    verifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"
    assert oauth.challenge(verifier) == "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"


def test_verifiers_and_states_are_long_and_never_the_same() -> None:
    verifiers = {oauth.new_verifier() for _ in range(50)}

    assert len(verifiers) == 50
    assert all(re.fullmatch(r"[A-Za-z0-9._~-]{43,128}", one) for one in verifiers)
    assert len({oauth.new_state() for _ in range(50)}) == 50


@given(st.text("abcdefghijklmnopqrstuvwxyzABC0123456789-._~", min_size=43, max_size=128))
def test_challenge_has_no_padding(verifier: str) -> None:
    digest = hashlib.sha256(verifier.encode()).digest()
    assert urlsafe_b64encode(digest).decode() == oauth.challenge(verifier) + "="


@pytest.mark.parametrize(
    "uri",
    [
        "https://music.example.org/lists/spotify/back",
        "https://192.168.1.4:5010/back",
        "http://127.0.0.1:5010/back",
        "http://127.0.0.1/back",
        "http://[::1]:5010/back",
    ],
)
def test_allowed_redirects_have_no_problem(uri: str) -> None:
    assert spotify.redirect_problem(uri) is None


@pytest.mark.parametrize(
    ("uri", "word"),
    [
        ("http://localhost:5010/back", "127.0.0.1"),
        ("https://localhost/back", "localhost"),
        ("http://LOCALHOST./back", "localhost"),
        ("http://192.168.1.4:5010/back", "HTTPS"),
        ("http://nas.local/back", "HTTPS"),
        ("http://127.0.0.2/back", "HTTPS"),
        ("http://127.0.0.1.example.org/back", "HTTPS"),
        ("http://user@127.0.0.1/back", "address"),
        ("https://example.org/back#x", "address"),
        ("ftp://example.org", "address"),
        ("http://[::1", "address"),
        ("http://127.0.0.1:99999/", "address"),
        ("back", "address"),
        ("", "address"),
    ],
)
def test_refused_redirects_are_explained(uri: str, word: str) -> None:
    problem = spotify.redirect_problem(uri)

    assert problem is not None
    assert word in problem
    assert problem.endswith(".")


@given(st.text())
def test_redirect_rule_takes_any_text(uri: str) -> None:
    spotify.redirect_problem(uri)


# signing in


def test_authorize_url_says_all_that_spotify_needs(fake: FakeSpotify) -> None:
    url = spotify.authorize_url(app(fake), BACK, "st&te", "ch4llenge")
    asked = {name: value[0] for name, value in parse_qs(urlsplit(url).query).items()}

    assert url.startswith(f"{fake.accounts_url}/authorize?")
    assert asked == {
        "client_id": fake.client_id,
        "response_type": "code",
        "redirect_uri": BACK,
        "scope": "playlist-read-private playlist-read-collaborative user-follow-read "
        "user-top-read user-library-read",
        "state": "st&te",
        "code_challenge": "ch4llenge",
        "code_challenge_method": "S256",
    }


def test_page_of_consent_names_the_rights_and_leads_back(fake: FakeSpotify) -> None:
    url = spotify.authorize_url(app(fake), BACK, "the state", "x" * 43)
    page = requests.get(url, timeout=20)

    assert "user-follow-read" in page.text
    back = urlsplit(fake.agree(url))
    assert back._replace(query="").geturl() == BACK
    assert parse_qs(back.query)["state"] == ["the state"]
    assert parse_qs(urlsplit(fake.agree(url, "cancel")).query) == {
        "error": ["access_denied"],
        "state": ["the state"],
    }


def test_sign_in_works_by_the_real_addresses_through_a_proxy(fake: FakeSpotify) -> None:
    known = Conf(
        service="spotify",
        base_url=spotify.BASE_URL,
        key=fake.client_secret,
        also={"spotify_client_id": fake.client_id},
        proxy=fake.internet.proxy_url,
        ca=fake.internet.ca_file,
    )
    verifier = oauth.new_verifier()
    url = spotify.authorize_url(spotify.app_of(known), BACK, "s", oauth.challenge(verifier))
    code = parse_qs(urlsplit(fake.agree(url)).query)["code"][0]

    token = spotify.exchange(known, spotify.app_of(known), code, verifier, BACK)

    assert url.startswith("https://accounts.spotify.com/authorize?")
    assert spotify.me(known, token.access) == (fake.user, fake.user_name)


def test_page_refuses_an_unknown_app_and_an_unknown_address(fake: FakeSpotify) -> None:
    stranger = App(client_id="f" * 32, accounts_url=fake.accounts_url)
    assert "Invalid client" in fake.agree(spotify.authorize_url(stranger, BACK, "s", "c"))
    there = "http://localhost:5010/back"
    assert "redirect" in fake.agree(spotify.authorize_url(app(fake), there, "s", "c"))
    fake.redirect_uris = {"https://other.example.org/"}
    assert "redirect" in fake.agree(spotify.authorize_url(app(fake), BACK, "s", "c"))


@pytest.mark.parametrize("secret", [True, False])
def test_sign_in_works_with_and_without_a_secret(
    fake: FakeSpotify, monkeypatch: pytest.MonkeyPatch, secret: bool
) -> None:
    monkeypatch.setattr("mvidarr.core.clock.now", lambda: 1_000_000)

    token = sign_in(fake, secret=secret)

    assert token.expires_at == 1_000_000 + 3_600_000
    assert token.scope == " ".join(spotify.SCOPES)
    assert spotify.me(conf(fake), token.access) == (fake.user, fake.user_name)
    (asked,) = fake.internet.asked(fake.accounts, "/api/token")
    assert ("authorization" in asked.headers) is secret
    assert fake.client_secret.encode() not in asked.body


def test_sign_in_needs_the_verifier_that_it_began_with(fake: FakeSpotify) -> None:
    with pytest.raises(Relink):
        sign_in(fake, verifier=oauth.new_verifier())


def test_code_works_once_and_only_from_the_same_address(fake: FakeSpotify) -> None:
    verifier = oauth.new_verifier()
    url = spotify.authorize_url(app(fake), BACK, "s", oauth.challenge(verifier))
    code = parse_qs(urlsplit(fake.agree(url)).query)["code"][0]
    spotify.exchange(conf(fake), app(fake), code, verifier, BACK)

    with pytest.raises(Relink):
        spotify.exchange(conf(fake), app(fake), code, verifier, BACK)
    code = parse_qs(urlsplit(fake.agree(url)).query)["code"][0]
    with pytest.raises(errors.ServiceError, match="letter for letter") as caught:
        spotify.exchange(conf(fake), app(fake), code, verifier, BACK + "/")
    assert caught.value.permanent


def test_refused_app_is_told_so(fake: FakeSpotify) -> None:
    wrong = dataclasses.replace(app(fake), client_secret="wrong")
    for ask in (
        lambda: spotify.client_token(conf(fake), wrong),
        lambda: spotify.exchange(conf(fake), wrong, "c", "v", BACK),
        lambda: spotify.check(dataclasses.replace(conf(fake), key="wrong")),
    ):
        with pytest.raises(errors.ServiceError, match="client id or its secret") as caught:
            ask()
        assert caught.value.permanent


# renewing


def test_refresh_brings_another_token(fake: FakeSpotify) -> None:
    old = sign_in(fake)
    new = spotify.refresh(conf(fake), app(fake), old)

    assert new.access != old.access
    assert new.refresh not in ("", old.refresh)
    assert new.scope == old.scope


def test_refresh_keeps_what_the_answer_leaves_out(fake: FakeSpotify) -> None:
    fake.keeps_refresh = True
    old = sign_in(fake)

    new = spotify.refresh(conf(fake), app(fake), old)

    assert new.refresh == old.refresh
    assert spotify.refresh(conf(fake), app(fake), new).access != new.access


def test_revoked_consent_asks_for_a_new_connection(fake: FakeSpotify) -> None:
    token = sign_in(fake)
    fake.revoke()

    with pytest.raises(Relink) as caught:
        spotify.refresh(conf(fake), app(fake), token)
    assert str(caught.value) == "Connect Spotify again."
    assert caught.value.permanent
    assert isinstance(caught.value, NotThere)  # says nothing of how Spotify does
    with pytest.raises(Relink):
        spotify.refresh(conf(fake), app(fake), dataclasses.replace(token, refresh=""))


def test_secrets_are_not_shown() -> None:
    token = Token(access="a-secret", refresh="r-secret", expires_at=1)
    shown = repr(token) + repr(App(client_id="x", client_secret="c-secret"))
    assert "secret=" not in shown
    assert "-secret" not in shown


# the app alone


def test_app_alone_gets_a_token_that_sees_no_account(fake: FakeSpotify) -> None:
    token = spotify.client_token(conf(fake), app(fake))

    assert token.refresh == ""
    with pytest.raises(spotify.Expired):
        spotify.me(conf(fake), token.access)


def test_app_alone_needs_a_secret(fake: FakeSpotify) -> None:
    with pytest.raises(errors.NotConfigured):
        spotify.client_token(conf(fake), app(fake, secret=False))


def test_check_tests_what_there_is(fake: FakeSpotify) -> None:
    assert spotify.check(conf(fake)) == "Spotify answers and accepts the client id and its secret."
    asked = len(fake.internet.requests)
    said = spotify.check(conf(fake, secret=False))
    assert said == "Client id is entered; connect an account to test."
    assert len(fake.internet.requests) == asked


# faults


@pytest.mark.parametrize(
    ("answer", "word", "permanent"),
    [
        (answers.too_many(80_000), "pause", False),
        (answers.server_error(503), "not available", False),
        (answers.server_error(500), "problem of its own", False),
        (answers.invalid_json(), "damaged", False),
        (answers.html_with_200(), "web page", False),
        (answers.json_of({}), "without a token", False),
        (answers.json_of([1]), "without a token", False),
        (answers.json_of({"error": "invalid_request"}, status=400), "did not accept", True),
        (answers.json_of({"error": {"status": 400}}, status=400), "did not accept", True),
    ],
)
def test_faults_of_the_accounts_are_sentences(
    fake: FakeSpotify, answer: answers.Answer, word: str, permanent: bool
) -> None:
    fake.internet.add(fake.accounts, lambda request: answer)

    with pytest.raises(errors.ServiceError, match=word) as caught:
        spotify.client_token(conf(fake), app(fake))
    assert caught.value.permanent is permanent
    assert caught.value.retry_after == (80_000 if "Retry-After" in answer.headers else None)
    assert len(fake.internet.asked(fake.accounts)) == 1  # a code works once: never asked twice


def test_token_without_its_length_lasts_an_hour(
    fake: FakeSpotify, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("mvidarr.core.clock.now", lambda: 0)
    reply = answers.json_of({"access_token": "a", "token_type": "Bearer"})
    fake.internet.add(fake.accounts, lambda request: reply)

    assert spotify.client_token(conf(fake), app(fake)).expires_at == 3_600_000


# recordings


def recorded(name: str) -> Any:
    return json.loads((RECORDED / name).read_text(encoding="utf-8"))


@recordings
def test_recorded_tokens_are_read(fake: FakeSpotify) -> None:
    for name, has_refresh in (
        ("token_client_credentials_or_code", True),
        ("token_refresh", True),
        ("token_refresh_without_new_refresh_token", False),
        ("old_auth-tokens", True),
    ):
        known = recorded(f"{name}.json")
        fake.internet.heal()
        fake.internet.fault(Fault(host=fake.accounts, answer=answers.json_of(known)))
        old = Token(access="", refresh="old", expires_at=0, scope="s")

        token = spotify.refresh(conf(fake), app(fake), old)

        assert token.access == known["access_token"]
        assert token.refresh == (known["refresh_token"] if has_refresh else "old")
        assert token.scope == known.get("scope", "s")


@recordings
def test_recorded_refusal_of_the_app_is_told(fake: FakeSpotify) -> None:
    reply = answers.json_of(recorded("old_auth-invalid-client.json"), status=400)
    fake.internet.add(fake.accounts, lambda request: reply)

    with pytest.raises(errors.ServiceError, match="client id"):
        spotify.check(conf(fake))
