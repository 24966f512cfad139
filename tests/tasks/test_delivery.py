"""What the delivery threads do when they are woken: deliver what is due, until nothing is."""

import pytest

from mvidarr import activity
from mvidarr.core.config import Config
from mvidarr.core.crypto import Vault
from mvidarr.delivery import targets
from mvidarr.delivery.targets import NewTarget, Who
from mvidarr.jobs import wake
from mvidarr.models import Outbox
from tasks import delivery, owner
from tests.factories import make_user
from tests.fakes.receiver import receiving


@pytest.mark.parametrize(("stopping", "states"), [(False, ["done"] * 3), (True, ["queued"] * 3)])
def test_everything_due_is_delivered_and_others_are_woken(
    database: Config, monkeypatch: pytest.MonkeyPatch, stopping: bool, states: list[str]
) -> None:
    me = owner.Owner(config=database, name="here.1", stopping=lambda: stopping)
    monkeypatch.setattr(owner, "_current", [me])
    woken: list[str] = []
    monkeypatch.setattr(wake, "_hooks", [woken.append])
    with receiving() as receiver:
        _, receiver.secret = targets.create(
            NewTarget(kind="webhook", name="Home", url=receiver.url),
            Who(id=make_user().id, is_admin=True),
            Vault(database.secrets),
        )
        for name in "abc":
            activity.record("artist.added", name)

        delivery.look.call_local()

        assert len(receiver.requests) == states.count("done")
    assert [row.state for row in Outbox.select()] == states
    assert woken == ["delivery"] * states.count("done")
