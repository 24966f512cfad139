"""Two who do the same at once, where each looked before the other wrote."""

import peewee
import pytest

from mvidarr.core import db
from mvidarr.core.terms import Role
from mvidarr.library.tables import ExternalId
from mvidarr.models import Artist
from tests.client import Client
from tests.factories import make_artist

IDS = {"mb_artist": "87c5dedd-371d-4a53-9f7f-80522fb7f3cb"}


def test_who_comes_second_is_told_so(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    manager = client.as_role(Role.MANAGER)
    first = {"name": "Björk", "ids": IDS}
    assert manager.send("POST", "/api/artists", json=first).status_code == 201

    monkeypatch.setattr(ExternalId, "get_or_none", lambda *_: None)  # as it was a moment ago
    second = {"name": "Bjørk", "ids": IDS}
    answer = manager.send("POST", "/api/artists", json=second)

    assert answer.status_code == 409
    assert answer.json()["detail"].endswith(".")
    assert Artist.select().count() == 1


def test_work_that_somebody_was_quicker_with_is_tried_again(client: Client) -> None:
    tries: list[int] = []

    def work() -> int:
        tries.append(len(tries))
        if len(tries) == 1:  # the look of a moment ago found nothing
            make_artist("Air", id=taken.id)
        return taken.id

    taken = make_artist("Somebody else")
    assert db.transact(work) == taken.id
    assert tries == [0, 1]


def test_work_that_breaks_the_same_rule_each_time_fails(client: Client) -> None:
    taken = make_artist("Somebody else")
    with pytest.raises(peewee.IntegrityError):
        db.transact(lambda: make_artist("Air", id=taken.id))
