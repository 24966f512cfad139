"""yt-dlp on the System page, in a browser: look, update and go back while the page stays open."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import expect

from mvidarr.integrations import pip_child
from tests.conftest import until
from tests.e2e.browsing import Tabs
from tests.fakes.package_index import NEWER, PackageIndex
from tests.faults.test_ytdlp_update import Updating

pytestmark = pytest.mark.skipif(pip_child.find_pip() is None, reason="there is no pip")


@pytest.fixture
def program(tmp_path: Path) -> Iterator[Updating]:
    with PackageIndex() as index:
        index.offer(NEWER)
        made = Updating(tmp_path, index)
        with made:
            made.set_up()
            yield made


def test_the_panel_follows_what_happens(program: Updating, tabs: Tabs) -> None:
    before = str(program.has()["in_use"])
    page = tabs.open(program, "/system")
    panel = page.locator("#ytdlp")
    expect(panel).to_contain_text("Nobody has asked yet")

    panel.get_by_role("button", name="Look now").click()
    expect(panel).to_contain_text(f"{NEWER} can be had")

    other = tabs.open(program, "/system")
    panel.get_by_role("button", name=f"Update to {NEWER}").click()
    expect(panel).to_contain_text("The newest is in use", timeout=60_000)
    expect(other.locator("#ytdlp")).to_contain_text(f"{NEWER} from the data folder")

    panel.get_by_role("button", name=f"Go back to {before}").press("Enter")
    expect(panel).to_contain_text(f"{before} as installed with MVidarr")
    expect(panel.get_by_role("button", name=f"Go back to {NEWER}")).to_be_visible()


def test_it_works_without_scripts(program: Updating, tabs: Tabs) -> None:
    until(lambda: program.has()["job"] is None)  # the first look of the schedule
    page = tabs.open(program, "/system/ytdlp", script=False)

    page.get_by_role("button", name="Look now").click()

    expect(page).to_have_url(f"{program.url}/system#ytdlp")
