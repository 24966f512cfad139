"""Accounts at Spotify: begun, finished once, renewed by one, broken, never told; their lists."""

import json
import logging
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from mvidarr.core import clock, db
from mvidarr.core.config import Config
from mvidarr.core.crypto import Vault
from mvidarr.core.errors import Conflict, Invalid, NotConfigured, NotFound, Unavailable
from mvidarr.discovery import connections, import_kinds, import_offers, import_read, imports
from mvidarr.discovery.imports import NewList
from mvidarr.integrations import spotify
from mvidarr.models import Connection, Event, ImportRow
from tests import factories
from tests.conftest import SECRET, SetClock
from tests.fakes import finders, lists
from tests.fakes.internet import FakeInternet
from tests.fakes.spotify import FakeSpotify

VAULT = Vault((SECRET,))
BACK = "http://127.0.0.1:8642/connections/spotify/callback"


@pytest.fixture
def fake(
    database: Config, fake_internet: FakeInternet, monkeypatch: pytest.MonkeyPatch
) -> FakeSpotify:
    made = FakeSpotify(fake_internet)
    finders.install(monkeypatch)
    lists.use_spotify(made)
    return made


def agree(fake: FakeSpotify, owner: str = "session:1") -> tuple[str, str]:
    """Through the page of consent; code and state as they come back."""
    begun = connections.pending(owner, VAULT)
    assert begun is not None
    return connections.answer_in(fake.agree(begun.link))


def connect(fake: FakeSpotify, owner: str = "session:1") -> Connection:
    connections.start(owner, BACK, VAULT)
    row = connections.finish(owner, agree(fake, owner), None, VAULT)
    assert isinstance(row, Connection)
    return row


def silent(done: int, total: int | None, note: str) -> None:
    """Nobody watches."""


def test_an_account_is_connected_and_its_token_lies_encrypted(fake: FakeSpotify) -> None:
    row = connect(fake)

    assert (row.kind, row.external_id, row.name) == ("spotify", fake.user, fake.user_name)
    assert not any(token in row.token for token in fake.tokens)
    assert json.loads(VAULT.decrypt(row.token))["access"] in fake.tokens
    assert [one.id for one in connections.accounts()] == [row.id]
    assert "connection.made" in {event.kind for event in Event.select()}


def test_connecting_the_same_account_again_keeps_one_row(fake: FakeSpotify) -> None:
    first = connect(fake)
    connections.mark_broken(first.id, "Broken.")
    second = connect(fake)

    assert first.id == second.id
    assert factories.fresh(second).problem is None


def test_an_answer_to_another_sign_in_is_refused(fake: FakeSpotify) -> None:
    connections.start("session:1", BACK, VAULT)
    code, state = agree(fake)

    assert connections.is_expected("session:1", state)
    assert not connections.is_expected("session:2", state)
    for owner, given in (("session:2", state), ("session:1", "made up"), ("session:1", "")):
        with pytest.raises(Invalid):
            connections.finish(owner, (code, given), None, VAULT)
    assert connections.accounts() == []


def test_a_sign_in_can_be_finished_once_and_not_late(
    fake: FakeSpotify, set_clock: SetClock
) -> None:
    connections.start("session:1", BACK, VAULT)
    answer = agree(fake)
    connections.finish("session:1", answer, None, VAULT)
    with pytest.raises(Invalid):
        connections.finish("session:1", answer, None, VAULT)

    connections.start("session:1", BACK, VAULT)
    late = agree(fake)
    set_clock.forward(connections.LASTS)
    assert connections.pending("session:1", VAULT) is None
    with pytest.raises(Invalid):
        connections.finish("session:1", late, None, VAULT)


def test_a_new_sign_in_replaces_the_one_before(fake: FakeSpotify) -> None:
    connections.start("session:1", BACK, VAULT)
    old = agree(fake)
    connections.start("session:1", BACK, VAULT)

    with pytest.raises(Invalid):
        connections.finish("session:1", old, None, VAULT)
    assert Connection.select().where(Connection.kind == connections.PENDING).count() == 1


def test_an_address_that_spotify_would_refuse_is_refused_here(fake: FakeSpotify) -> None:
    for address in ("http://192.168.1.5:8642/x", "http://localhost:8642/x", "rubbish"):
        with pytest.raises(Invalid):
            connections.start("session:1", address, VAULT)


@pytest.mark.parametrize(
    "pasted",
    [
        "http://127.0.0.1:8642/connections/spotify/callback?code=a&state=b",
        "  ?code=a&state=b ",
        "state=b&code=a",
    ],
)
def test_pasted_addresses_are_read(pasted: str) -> None:
    assert connections.answer_in(pasted) == ("a", "b")


@pytest.mark.parametrize(
    "pasted", ["", "hello", "http://[", "https://x/?state=b", "?error=access_denied&state=b"]
)
def test_pasted_rubbish_is_refused(pasted: str) -> None:
    with pytest.raises(Invalid) as problem:
        connections.answer_in(pasted)
    assert list(problem.value.fields) == ["address"]


def test_a_token_that_ends_soon_is_renewed_by_one(fake: FakeSpotify, set_clock: SetClock) -> None:
    row = connect(fake)
    before = connections.access(row.id, VAULT)
    set_clock.forward(3600 * clock.SECOND)
    asked = len(fake.refreshes)

    def look(_: int) -> str:
        with db.session():
            return connections.access(row.id, VAULT)

    with ThreadPoolExecutor(4) as pool:
        answers = set(pool.map(look, range(4)))

    assert len(answers) == 1
    assert answers != {before}
    assert len(fake.refreshes) <= asked + 1
    assert not Connection.select().where(Connection.kind == connections.REFRESH).exists()


def test_whoever_was_killed_while_renewing_is_waited_for_no_longer_than_a_minute(
    fake: FakeSpotify, set_clock: SetClock
) -> None:
    row = connect(fake)
    Connection.create(
        kind=connections.REFRESH,
        external_id=str(row.id),
        name="",
        token="",
        expires_at=clock.now() + connections.TURN,
    )
    set_clock.forward(3600 * clock.SECOND)

    assert connections.access(row.id, VAULT) in fake.tokens


def test_a_consent_that_was_taken_back_asks_to_connect_again(
    fake: FakeSpotify, set_clock: SetClock
) -> None:
    row = connect(fake)
    fake.refreshes.clear()
    set_clock.forward(3600 * clock.SECOND)

    with pytest.raises(spotify.Relink):
        connections.access(row.id, VAULT)

    assert "Connect Spotify again." in str(factories.fresh(row).problem)
    assert "connection.broken" in {event.kind for event in Event.select()}


def test_a_secret_that_changed_asks_to_connect_again(fake: FakeSpotify) -> None:
    row = connect(fake)

    with pytest.raises(Conflict):
        connections.access(row.id, Vault(("another secret of the data folder",)))
    assert factories.fresh(row).problem == connections.UNREADABLE


def test_disconnecting_keeps_the_lists_and_they_say_so(fake: FakeSpotify) -> None:
    row = connect(fake)
    made = imports.make(NewList(kind="spotify_followed", connection_id=row.id), None)

    connections.disconnect(row.id)

    assert "not connected any more" in imports.show(made.id).problem
    with pytest.raises(NotFound):
        connections.get(row.id)
    with pytest.raises(NotFound):
        connections.disconnect(row.id)


def test_tokens_and_codes_stay_out_of_the_log(
    fake: FakeSpotify, caplog: pytest.LogCaptureFixture, set_clock: SetClock
) -> None:
    from mvidarr.core import logs

    caplog.set_level(logging.DEBUG)
    row = connect(fake)
    set_clock.forward(3600 * clock.SECOND)
    connections.access(row.id, VAULT)

    said = logs.scrub(caplog.text)
    assert not [secret for secret in (*fake.tokens, *fake.refreshes) if secret in said]


# -- their lists


def follow_and_read(fake: FakeSpotify, **columns: Any) -> set[str]:
    row = connect(fake)
    made = imports.make(NewList(connection_id=row.id, **columns), None)
    import_read.read(made.id, VAULT, silent)
    return {entry.title or entry.name for entry in ImportRow.select()}


def test_followed_artists_are_read(fake: FakeSpotify) -> None:
    fake.follow(*(f"Band {n}" for n in range(120)))

    assert len(follow_and_read(fake, kind="spotify_followed")) == 120


def test_a_playlist_gives_its_songs_or_its_artists(fake: FakeSpotify) -> None:
    made = fake.add_playlist("Mine", fake.add_song("Björk", "Jóga"), fake.add_song("Air", "Kelly"))
    options = {"playlist": f"https://open.spotify.com/playlist/{made.id}"}

    assert follow_and_read(fake, kind="spotify_playlist", mode="videos", options=options) == {
        "Jóga",
        "Kelly",
    }
    ImportRow.delete().execute()
    assert follow_and_read(fake, kind="spotify_playlist", options=options) == {"Björk", "Air"}


def test_a_public_playlist_needs_no_account_but_the_secret(
    fake: FakeSpotify, monkeypatch: pytest.MonkeyPatch
) -> None:
    from mvidarr import settings

    made = fake.add_playlist("Mine", fake.add_song("Björk", "Jóga"))
    new = NewList(kind="spotify_playlist", mode="videos", options={"playlist": made.id})
    row = imports.make(new, None)
    import_read.read(row.id, VAULT, silent)
    assert imports.show(row.id).total == 1

    settings.change({"spotify_client_secret": ""})
    with pytest.raises(NotConfigured):
        import_read.read(row.id, VAULT, silent)


def test_a_token_that_spotify_refuses_is_renewed_once(fake: FakeSpotify) -> None:
    fake.follow("Björk")
    row = connect(fake)
    fake.stale.update(fake.tokens)
    made = imports.make(NewList(kind="spotify_followed", connection_id=row.id), None)

    import_read.read(made.id, VAULT, silent)

    assert imports.show(made.id).total == 1


def test_a_token_that_is_refused_again_asks_to_connect(
    fake: FakeSpotify, monkeypatch: pytest.MonkeyPatch
) -> None:
    row = connect(fake)
    made = imports.make(NewList(kind="spotify_followed", connection_id=row.id), None)

    def followed(conf: Any, access: str) -> Any:
        raise spotify.Expired

    monkeypatch.setattr(spotify, "followed", followed)
    with pytest.raises(spotify.Expired):
        import_read.read(made.id, VAULT, silent)

    assert factories.fresh(row).problem


def test_offers_renew_a_token_that_spotify_refuses(fake: FakeSpotify) -> None:
    fake.add_playlist("Mine")
    row = connect(fake)
    fake.expire()

    answer = import_offers.find(import_kinds.find("spotify_playlist"), row.id, VAULT)

    assert [offer.title for offer in answer.offers] == ["Mine"]


def test_a_sign_in_that_another_secret_sealed_is_over(fake: FakeSpotify) -> None:
    connections.start("session:1", BACK, VAULT)
    answer = agree(fake)
    other = Vault(("another secret of the data folder",))

    assert connections.pending("session:1", other) is None
    with pytest.raises(Invalid):
        connections.finish("session:1", answer, None, other)


def test_nobody_renews_while_somebody_else_does_and_is_alive(
    fake: FakeSpotify, set_clock: SetClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    row = connect(fake)
    set_clock.forward(3600 * clock.SECOND)
    monkeypatch.setattr(connections, "PATIENCE", 0.0)
    monkeypatch.setattr(connections, "LOOK_EVERY", 0.0)
    lease = {"kind": connections.REFRESH, "external_id": str(row.id), "name": "", "token": ""}
    Connection.create(**lease, expires_at=clock.now() + connections.TURN)

    with pytest.raises(Unavailable):
        connections.access(row.id, VAULT)


def test_kinds_that_need_an_account_say_so(fake: FakeSpotify) -> None:
    with pytest.raises(Invalid) as problem:
        imports.make(NewList(kind="spotify_saved", mode="artists"), None)

    assert list(problem.value.fields) == ["connection_id"]
    with pytest.raises(Invalid) as problem:
        imports.make(NewList(kind="spotify_saved", connection_id=999_999), None)
    assert list(problem.value.fields) == ["connection_id"]


def test_the_link_carries_the_challenge_and_never_the_verifier(fake: FakeSpotify) -> None:
    connections.start("session:1", BACK, VAULT)
    begun = connections.pending("session:1", VAULT)
    assert begun is not None
    asked = parse_qs(urlsplit(begun.link).query)

    assert asked["code_challenge_method"] == ["S256"]
    assert asked["redirect_uri"] == [BACK]
    assert "verifier" not in begun.link
    assert begun.link not in repr(begun)
