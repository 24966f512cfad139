"""Live pages: stream and poll tell the same, nothing is lost between, and nobody hears too much."""

import re
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from typing import Any

import anyio
import pytest
from sse_starlette import ServerSentEvent

from mvidarr import activity
from mvidarr.accounts import sessions, users
from mvidarr.accounts.identify import Person
from mvidarr.core.terms import Role
from mvidarr.library.tables import Download
from mvidarr.models import Change
from mvidarr.web import live
from mvidarr.web.live import Listener, Wanted
from mvidarr.web.routing import Request
from tests import factories
from tests.client import Client
from tests.fakes.browser import Page

Listen = Callable[..., Any]
REGION = re.compile(r'<hx-partial hx-target="#([\w-]+)"[^>]*>(.*?)</hx-partial>', re.DOTALL)
LIVE = re.compile(r'<hx-partial hx-target="#live".*?</hx-partial>', re.DOTALL)


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(live, "LOOK_EVERY", 0.01)


@pytest.fixture
def manager(client: Client) -> Client:
    return client.as_role(Role.MANAGER)


def run(talk: Callable[[], Coroutine[Any, Any, None]]) -> None:
    """The talk of some pages with the server, on one event loop with the hub."""

    async def main() -> None:
        async with anyio.create_task_group() as group:
            group.start_soon(live.HUB.run)
            await talk()
            group.cancel_scope.cancel()

    anyio.run(main)
    assert live.HUB.listeners == set()


@asynccontextmanager
async def listening(client: Client, topics: str, **more: Any) -> AsyncIterator[Page]:
    since = more.pop("since", None)
    query = f"topics={topics}&since={activity.newest() if since is None else since}"
    page = Page(client, f"/live?{query}", **more)
    async with anyio.create_task_group() as group:
        group.start_soon(page.listen, client.http.app)
        await page.until(lambda page: page.status and (page.is_over or live.HUB.listeners))
        yield page
        page.leave()


def test_a_change_redraws_the_regions_of_its_topic(manager: Client) -> None:
    async def talk() -> None:
        async with listening(manager, "nav,downloads") as page:
            activity.touch("downloads")
            await page.until(lambda page: page.events)
            [event] = page.events

            assert event.kind == ""
            assert event.id == str(activity.newest())
            assert 'hx-target="#waiting" hx-swap="outerMorph"' in event.data
            assert 'id="waiting"' in event.data
            assert 'id="nav"' not in event.data

    run(talk)


def test_stream_and_poll_tell_the_same(manager: Client) -> None:
    factories.make_download(factories.make_video(title="Jóga & co", source=True))
    before = activity.newest()

    async def talk() -> None:
        async with listening(manager, "nav,downloads,services,jobs", since=before) as page:
            for topic in ("downloads", "services", "nav", "jobs"):
                activity.touch(topic)
            await page.until(lambda page: "".join(e.data for e in page.events).count('"#jobs"'))
        streamed = "".join(event.data for event in page.events)
        assert "Jóga &amp; co" in streamed
        polled = manager.get(f"/live/poll?topics=nav,downloads,services,jobs&since={before}").text
        for region in re.findall(r'<hx-partial hx-target="#[a-z-]+"', streamed):
            assert region in polled
        assert _last_regions(streamed) == _last_regions(LIVE.sub("", polled))

    run(talk)


def _last_regions(html: str) -> dict[str, str]:
    """The newest content of each region; blank lines carry nothing in a stream."""
    found = re.findall(
        r'<hx-partial hx-target="#([\w-]+)"[^>]*>(.*?)</hx-partial>', html, re.DOTALL
    )
    return {name: " ".join(text.split()) for name, text in found}


def test_nothing_falls_between_the_page_and_its_stream(manager: Client) -> None:
    since = activity.newest()
    activity.touch("downloads")

    async def talk() -> None:
        async with listening(manager, "downloads", since=since) as page:
            await page.until(lambda page: page.events)

    run(talk)


def test_the_last_event_wins_over_the_address(manager: Client) -> None:
    since = activity.newest()
    activity.touch("downloads")
    seen = str(activity.newest())

    async def talk() -> None:
        header = {"last-event-id": seen}
        async with listening(manager, "downloads,jobs", since=since, headers=header) as page:
            activity.touch("jobs")
            await page.until(lambda page: page.events)
            assert ["downloading" in event.data for event in page.events] == [False]

    run(talk)


def test_a_page_hears_of_its_own_rows_only(manager: Client) -> None:
    one, other = factories.make_artist("Björk"), factories.make_artist("Air")

    async def talk() -> None:
        async with listening(manager, f"artist:{one.id},jobs") as page:
            activity.touch("artist", other.id)
            activity.touch("artist", one.id)
            activity.touch("jobs")
            await page.until(lambda page: any("#jobs" in event.data for event in page.events))
            told = "".join(event.data for event in page.events)
            assert f"artist-{one.id}-" in told
            assert f"artist-{other.id}-" not in told

    run(talk)


def test_everybody_gets_what_their_role_may_do(client: Client) -> None:
    factories.make_download(factories.make_video(source=True))
    pages = {role: client.as_role(role) for role in (Role.READONLY, Role.MANAGER)}

    async def talk() -> None:
        async with (
            listening(pages[Role.READONLY], "downloads") as reader,
            listening(pages[Role.MANAGER], "downloads") as manager,
        ):
            activity.touch("downloads")
            for page in (reader, manager):
                await page.until(lambda page: page.events)
            assert "<form" not in reader.events[0].data
            assert "<form" in manager.events[0].data

    run(talk)


def test_a_region_is_drawn_once_for_all_who_see_the_same(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    drawn: list[Role] = []

    def counted(audience: live.Audience, refs: live.Refs) -> list[Any]:
        drawn.append(audience.role)
        return [("jobs", "layout/_problem.html", {})]

    monkeypatch.setitem(live.RENDERERS, "jobs", counted)
    readers = [client.as_role(Role.READONLY) for _ in range(2)] + [client.as_role(Role.ADMIN)]

    async def talk() -> None:
        async with (
            listening(readers[0], "jobs") as first,
            listening(readers[1], "jobs") as second,
            listening(readers[2], "jobs") as third,
        ):
            await first.until(lambda page: len(live.HUB.listeners) == 3)
            activity.touch("jobs")
            for page in (first, second, third):
                await page.until(lambda page: page.events)

    run(talk)
    assert sorted(drawn) == [Role.ADMIN, Role.READONLY]


# when something is missing


def test_a_page_that_slept_too_long_loads_again(manager: Client) -> None:
    activity.touch("nav")
    since = activity.newest()
    for _ in range(3):
        activity.touch("nav")
    Change.delete().where(Change.rev <= since + 1).execute()

    async def talk() -> None:
        async with listening(manager, "nav", since=since) as page:
            await page.until(lambda page: page.events)
            assert (page.events[0].kind, page.events[0].id) == ("resync", str(activity.newest()))
            activity.touch("nav")
            await page.until(lambda page: len(page.events) == 2)
            assert page.kinds == ["resync", ""]

    run(talk)
    polled = manager.get(f"/live/poll?topics=nav&since={since}")
    assert polled.headers["hx-trigger"] == "resync"
    assert f"since={activity.newest()}" in polled.text


def test_a_page_that_is_too_slow_loads_again(database: Any) -> None:
    async def overflow() -> None:
        listener = Listener(
            Person(id=1, name="Maren", role=Role.READONLY), [Wanted("nav")], since=5
        )
        for number in range(live.QUEUE + 1):
            listener.seen = number
            listener.give(ServerSentEvent(data="x", id=str(number)))
        event = await listener.next()
        assert (event.event, event.id) == ("resync", str(live.QUEUE))
        listener.give(ServerSentEvent(data="next", id="99"))
        assert (await listener.next()).data == "next"
        listener.close()

    anyio.run(overflow)


@pytest.mark.parametrize("topics", ["", "nothing", "artist:x", "nav,,jobs"])
def test_a_topic_that_is_none_is_refused(manager: Client, topics: str) -> None:
    for path in ("/live", "/live/poll"):
        answer = manager.get(f"{path}?topics={topics}&since=0")
        assert answer.status_code == 422


# who may listen


def test_a_page_that_was_signed_out_is_told_and_let_go(
    manager: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(live, "CHECK_EVERY", 0.02)

    async def talk() -> None:
        async with listening(manager, "nav") as page:
            assert manager.user_id is not None
            sessions.revoke_all(manager.user_id)
            await page.until(lambda page: page.is_over)
            assert page.kinds == ["bye"]

    run(talk)


def test_a_new_role_ends_the_stream_of_the_old_one(
    manager: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(live, "CHECK_EVERY", 0.02)
    factories.make_user("Boss", Role.ADMIN)

    async def talk() -> None:
        async with listening(manager, "nav") as page:
            assert manager.user_id is not None
            users.set_role(manager.user_id, Role.READONLY)
            await page.until(lambda page: page.is_over)
            assert page.kinds == ["bye"]

    run(talk)


def test_a_page_that_stays_signed_in_stays_connected(
    manager: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(live, "CHECK_EVERY", 0.01)
    checks: list[bool] = []
    real = live._still_allowed

    def allowed(req: Request) -> bool:
        checks.append(real(req))
        return checks[-1]

    monkeypatch.setattr(live, "_still_allowed", allowed)

    async def talk() -> None:
        async with listening(manager, "nav") as page:
            await page.until(lambda page: len(checks) > 3)
            activity.touch("nav")
            await page.until(lambda page: page.events)
            assert page.kinds == [""]

    run(talk)
    assert set(checks) == {True}


def test_the_201st_page_polls(manager: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(live.HUB, "listeners", {object() for _ in range(live.MOST_STREAMS)})

    page = Page(manager, "/live?topics=nav&since=0")

    async def ask() -> None:
        with anyio.fail_after(20):
            await page.listen(manager.http.app)

    anyio.run(ask)

    assert live.MOST_STREAMS == 200
    assert (page.status, page.answer["retry-after"]) == (503, "30")
    assert manager.get("/live/poll?topics=nav&since=0").status_code in {200, 204}


def test_the_stream_is_not_held_back_on_its_way(manager: Client) -> None:
    async def talk() -> None:
        async with listening(manager, "nav") as page:
            assert page.status == 200
            assert page.answer["content-type"].startswith("text/event-stream")
            assert page.answer["x-accel-buffering"] == "no"
            assert page.answer["cache-control"] == "no-store"

    run(talk)


def test_there_is_no_stream_among_the_data(manager: Client) -> None:
    assert manager.get("/api/v1/live?topics=nav").status_code == 404


# polling


def test_a_poll_without_news_is_empty(manager: Client) -> None:
    answer = manager.get(f"/live/poll?topics=nav&since={activity.newest()}")

    assert (answer.status_code, answer.text) == (204, "")


def test_a_poll_says_from_where_to_go_on(manager: Client) -> None:
    since = activity.newest()
    activity.touch("jobs")
    activity.touch("nav")

    answer = manager.get(f"/live/poll?topics=nav,artist:7&since={since}")

    assert answer.headers["cache-control"] == "no-store"
    assert 'hx-target="#nav"' in answer.text
    assert "#jobs" not in answer.text
    [again] = LIVE.findall(answer.text)
    assert f"/live/poll?topics=nav,artist:7&amp;since={since + 2}" in again
    assert "every 5s" in again


def test_progress_is_told_to_whoever_looks_at_the_queue(manager: Client) -> None:
    row = factories.make_download(state="running")
    since = activity.newest()
    Download.update(percent=42.5, stage="fetch").where(Download.id == row.id).execute()
    activity.touch("downloads", row.id)

    assert "42" in manager.get(f"/live/poll?topics=downloads&since={since}").text
