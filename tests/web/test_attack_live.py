"""Live pages when something is wrong: with a renderer, with where a page thinks it is."""

import anyio
import pytest

from mvidarr import activity
from mvidarr.accounts.identify import Person
from mvidarr.core.terms import Role
from mvidarr.models import Change
from mvidarr.web import live
from mvidarr.web.live import Hub, Listener, Wanted
from tests.client import Client
from tests.conftest import SetClock


@pytest.fixture
def reader(client: Client) -> Client:
    return client.as_role(Role.READONLY)


def _listener(since: int) -> Listener:
    return Listener(Person(id=1, name="Maren", role=Role.READONLY), [Wanted("nav")], since)


def _told(*listeners: Listener) -> list[str | None]:
    """The kind of event that each listener is given at the hub's next look; "" for none."""
    kinds: list[str | None] = []

    async def look() -> None:
        hub = Hub()
        hub.listeners.update(listeners)
        await hub._look()
        for listener in listeners:
            with anyio.move_on_after(0.2) as waiting:
                kinds.append((await listener.next()).event)
            if waiting.cancelled_caught:
                kinds.append("")
            listener.close()

    anyio.run(look)
    return kinds


def test_a_region_that_cannot_be_drawn_ends_no_stream(
    reader: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(audience: live.Audience, refs: live.Refs) -> list[object]:
        raise KeyError("title")

    monkeypatch.setitem(live.RENDERERS, "feed", broken)
    before = activity.newest()
    activity.touch("feed")
    answer = reader.get(f"/live/poll?topics=feed&since={before}")
    assert answer.status_code == 204


def test_a_page_of_before_a_backup_came_back_loads_again(reader: Client) -> None:
    activity.touch("nav")
    answer = reader.get(f"/live/poll?topics=nav&since={activity.newest() + 500}")
    assert answer.headers["HX-Trigger"] == "resync"


def test_a_page_that_slept_too_long_does_not_make_others_load_again(
    client: Client, set_clock: SetClock
) -> None:
    for _ in range(5):
        activity.touch("nav")
    slept = activity.newest() - 4
    Change.delete().where(Change.rev <= slept + 2).execute()
    awake = activity.newest() - 1
    assert _told(_listener(slept), _listener(awake)) == ["resync", None]
