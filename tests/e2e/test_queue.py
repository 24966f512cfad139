"""The queue as somebody uses it: put in order by key, by hand, without a script; held; cleared."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.conftest import until
from tests.e2e.browsing import Tabs, goes_on, percents, stay, stayed, tab_to, texts
from tests.program import Program
from tests.world import ARMY, BACHELORETTE, HUNTER, JOGA, World

pytestmark = pytest.mark.ffmpeg
CRAWL = 60_000  # bytes a second
SONGS = {"Jóga": JOGA, "Bachelorette": BACHELORETTE, "Army of Me": ARMY, "Hunter": HUNTER}
TITLES = list(SONGS)


def add(made: World, titles: list[str]) -> None:
    # not monitored: else the clock's first search may find more of them at any moment
    new_artist = {"name": "Björk", "search": False, "monitored": False}
    artist = made.program.api("POST", "/artists", new_artist)
    for title in titles:
        link = f"https://youtu.be/{SONGS[title]}"
        new = {"artist_id": artist["id"], "title": title, "link": link}
        made.program.api("POST", "/videos", new)


@pytest.fixture
def line(ready: World) -> World:
    """Four videos that wait, for all downloads are held."""
    ready.program.api("POST", "/downloads/pause")
    add(ready, TITLES)
    return ready


@pytest.fixture
def crawling(ready: World) -> Iterator[World]:
    """One video on its way, slowly, with another behind it."""
    ready.slow_down(CRAWL)
    ready.program.api("PUT", "/settings/download_concurrency", {"value": 1})
    add(ready, TITLES[:2])
    until(lambda: [one for one in ready.downloads() if one["percent"]], seconds=60)
    yield ready
    ready.hurry()


def expect_line(page: Page, titles: list[str]) -> None:
    expect(page.locator("#waiting .row-title a")).to_have_text(titles)


def row(page: Page, title: str) -> Locator:
    return page.locator("#waiting .row").filter(has_text=title)


def link(page: Page, title: str) -> Locator:
    return page.get_by_role("link", name=title, exact=True)


def kept(made: World) -> list[str]:
    """The line as the program has it."""
    return [one["video"]["title"] for one in made.downloads()]


def test_the_line_is_put_in_order_with_the_keyboard(line: World, tabs: Tabs) -> None:
    context = tabs.context(line.program)
    page, other = context.new_page(), context.new_page()
    for tab in (page, other):
        tab.goto("/activity")
        stay(tab)
        expect_line(tab, TITLES)

    tab_to(page, link(page, "Jóga"), most=80)
    page.keyboard.press("Alt+ArrowDown")
    expect_line(page, ["Bachelorette", "Jóga", "Army of Me", "Hunter"])
    expect(link(page, "Jóga")).to_be_focused()
    expect(page.locator("#polite")).to_contain_text("Number 2 in the queue.")
    page.keyboard.press("Alt+ArrowDown")
    expect_line(page, ["Bachelorette", "Army of Me", "Jóga", "Hunter"])
    expect(link(page, "Jóga")).to_be_focused()

    page.keyboard.press("ArrowDown")
    expect(link(page, "Hunter")).to_be_focused()
    page.keyboard.press("Alt+ArrowUp")
    expect_line(page, ["Bachelorette", "Army of Me", "Hunter", "Jóga"])

    button = page.get_by_role("button", name="Move Hunter up")
    tab_to(page, button)
    page.keyboard.press("Enter")
    expect_line(page, ["Bachelorette", "Hunter", "Army of Me", "Jóga"])
    expect(button).to_be_focused()

    expect_line(other, ["Bachelorette", "Hunter", "Army of Me", "Jóga"])
    assert kept(line) == ["Bachelorette", "Hunter", "Army of Me", "Jóga"]
    assert stayed(page)
    assert stayed(other)


def test_the_line_is_put_in_order_by_dragging(line: World, tabs: Tabs) -> None:
    page = tabs.open(line.program, "/activity")
    stay(page)
    expect_line(page, TITLES)

    drag(page, "Hunter", "Jóga", above=True)
    expect_line(page, ["Hunter", "Jóga", "Bachelorette", "Army of Me"])
    drag(page, "Jóga", "Army of Me", above=False)
    expect_line(page, ["Hunter", "Bachelorette", "Army of Me", "Jóga"])
    drag(page, "Jóga", "Jóga", above=False)

    expect_line(page, ["Hunter", "Bachelorette", "Army of Me", "Jóga"])
    assert kept(line) == ["Hunter", "Bachelorette", "Army of Me", "Jóga"]
    assert page.locator("[data-drop]").count() == 0
    assert stayed(page)
    row(page, "Hunter").get_by_role("button", name="Move Hunter down").click()  # still a button
    expect_line(page, ["Bachelorette", "Hunter", "Army of Me", "Jóga"])


def drag(page: Page, title: str, over: str, *, above: bool) -> None:
    target = row(page, over)
    box = target.bounding_box()
    assert box is not None
    height = 4.0 if above else box["height"] - 4.0
    row(page, title).locator("[data-grip]").drag_to(
        target, target_position={"x": 200.0, "y": height}
    )


def test_the_menu_of_a_row_sets_its_priority(line: World, tabs: Tabs) -> None:
    page = tabs.open(line.program, "/activity")
    row(page, "Army of Me").get_by_label("More for Army of Me").click()
    page.locator("#menu").get_by_role("button", name="First").click()

    expect_line(page, ["Army of Me", "Jóga", "Bachelorette", "Hunter"])
    expect(row(page, "Army of Me")).to_contain_text("First")
    row(page, "Jóga").get_by_label("More for Jóga").click()
    page.locator("#menu").get_by_role("button", name="To the end").click()
    expect_line(page, ["Army of Me", "Bachelorette", "Hunter", "Jóga"])


def test_without_a_script_the_line_is_moved_by_forms(line: World, tabs: Tabs) -> None:
    page = tabs.open(line.program, "/activity", script=False)

    page.get_by_role("button", name="Move Hunter up").click()
    expect_line(page, ["Jóga", "Bachelorette", "Hunter", "Army of Me"])
    page.get_by_label("More for Hunter").click()
    page.get_by_role("button", name="To the top").click()
    expect_line(page, ["Hunter", "Jóga", "Bachelorette", "Army of Me"])
    page.get_by_role("link", name="Clear…").click()
    page.get_by_role("button", name="Cancel 4 downloads").click()
    expect(page.get_by_text("Nothing waits.")).to_be_visible()
    page.get_by_role("button", name="Go on").click()
    expect(page.get_by_role("button", name="Hold all")).to_be_visible()


def test_the_queue_is_cleared_after_a_question(line: World, tabs: Tabs) -> None:
    page = tabs.open(line.program, "/activity")
    expect_line(page, TITLES)

    page.get_by_role("link", name="Clear…").click()
    dialog = page.get_by_role("dialog", name="Clear the queue?")
    dialog.get_by_role("link", name="Keep them").click()
    expect_line(page, TITLES)
    page.get_by_role("link", name="Clear…").click()
    dialog.get_by_role("button", name="Cancel 4 downloads").click()

    expect(page.get_by_text("Nothing waits.")).to_be_visible()
    expect(page.locator("#toasts")).to_contain_text("4 downloads cancelled.")
    assert line.downloads() == []


def test_progress_is_live_in_two_tabs(crawling: World, tabs: Tabs) -> None:
    context = tabs.context(crawling.program)
    pages = [context.new_page(), context.new_page()]
    for page in pages:
        page.goto("/activity")
        stay(page)

    for page in pages:
        assert goes_on(page)
        expect(page.locator("#waiting .row")).to_have_count(1)
        expect(page.locator("#queue-stats")).to_contain_text("/s")


def test_how_many_run_is_changed_meanwhile(crawling: World, tabs: Tabs) -> None:
    page = tabs.open(crawling.program, "/activity")
    stay(page)
    expect(page.locator(".deck")).to_have_count(1)

    crawling.program.api("PUT", "/settings/download_concurrency", {"value": 2})
    expect(page.locator(".deck")).to_have_count(2)
    until(lambda: len(percents(page)) == 2, seconds=60)
    crawling.program.api("PUT", "/settings/download_concurrency", {"value": 1})

    assert goes_on(page)
    expect(page.locator(".deck")).to_have_count(2)  # what runs goes on


def test_holding_stops_what_runs_and_it_goes_on_from_there(crawling: World, tabs: Tabs) -> None:
    program = crawling.program
    page = tabs.open(program, "/activity")
    stay(page)
    until(lambda: max(percents(page), default=0) >= 10, seconds=90)
    page.get_by_role("button", name="Hold all").click()

    expect(page.locator("#queue-wait")).to_contain_text("All downloads are held")
    expect(page.locator(".deck")).to_have_count(0)
    expect(page.locator("#waiting .row")).to_have_count(2)
    first = crawling.downloads()[0]
    assert (first["state"], first["attempts"]) == ("queued", 0)
    until(lambda: set(program.everything()) <= own(program))  # no yt-dlp, no ffmpeg
    part = sizes(crawling)
    assert part

    page.get_by_role("button", name="Go on").click()

    expect(page.locator(".deck")).to_have_count(1)
    expect(page.locator("#queue-wait")).to_be_empty()
    until(lambda: sizes(crawling) > part, seconds=60)
    assert goes_on(page)
    crawling.hurry()
    until(lambda: not crawling.downloads(), seconds=120)
    assert len(list(program.library.rglob("*.mp4"))) == 2


def own(program: Program) -> set[int]:
    return {pid for role in ("serve", "web", "worker") for pid in program.pids(role)}


def sizes(made: World) -> int:
    """Bytes that lie in staging."""
    found = (made.program.library / ".mvidarr" / "staging").rglob("*")
    total = 0
    for path in found:
        try:
            total += path.stat().st_size if path.is_file() else 0
        except FileNotFoundError:
            continue
    return total


def test_two_tabs_that_ask_for_the_same_video_queue_it_once(ready: World, tabs: Tabs) -> None:
    ready.program.api("POST", "/downloads/pause")
    ready.program.api("PUT", "/settings/automatic_download", {"value": False})
    add(ready, ["Jóga"])
    assert ready.downloads() == []
    context = tabs.context(ready.program)
    pages = [context.new_page(), context.new_page()]
    for page in pages:
        page.goto(f"/videos/{ready.videos()['Jóga']['id']}")

    for page in pages:
        page.get_by_role("button", name="Download now").first.dblclick()

    until(lambda: len(ready.downloads()) == 1)
    page.goto("/activity")
    expect_line(page, ["Jóga"])
    assert len(ready.downloads()) == 1
    assert texts(page, "#queue-head .facts span")[1] == "1 waiting"
