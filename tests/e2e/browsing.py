"""Real browser pages that complain: what a console, a script or the content policy says is kept."""

import os
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Locator, Page

from tests.conftest import until
from tests.fakes.internet import FakeInternet
from tests.program import ADMIN, PASSWORD, Program

CHROMIUM_ARGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
DESKTOP, PHONE, NARROW = (1440, 900), (390, 844), (320, 640)
TELL_VIOLATIONS = """
document.addEventListener("securitypolicyviolation", (event) =>
  console.error(`content policy: ${event.violatedDirective} ${event.blockedURI}`));
"""
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
EVERYTHING = {
    "runOnly": {"type": "tag", "values": TAGS},
    "rules": {"target-size": {"enabled": True}},
    "resultTypes": ["violations"],
}
COLOURS = {
    "runOnly": {"type": "rule", "values": ["color-contrast", "link-in-text-block"]},
    "resultTypes": ["violations"],
}


class Tabs:
    """Opens pages of one browser. What they complain about fails the test, unless excused."""

    def __init__(self, browser: Browser) -> None:
        self.browser = browser
        self.complaints: list[str] = []
        self.excused: list[str] = []
        self._contexts: list[BrowserContext] = []

    def excuse(self, *words: str) -> None:
        """Let complaints that hold one of these texts pass: the test provokes them."""
        self.excused += words

    def context(
        self,
        program: Program,
        *,
        size: tuple[int, int] = DESKTOP,
        theme: str = "dark",
        script: bool = True,
        signed_in: bool = True,
        internet: FakeInternet | None = None,
    ) -> BrowserContext:
        """A browser of its own: cookies, theme and size are shared by its tabs.

        With `internet` it goes there for everything but the program.
        """
        outside: dict[str, Any] = {}
        if internet:
            proxy = {"server": internet.proxy_url, "bypass": "127.0.0.1"}
            outside = {"proxy": proxy, "ignore_https_errors": True}
        made = self.browser.new_context(
            **outside,
            base_url=program.url,
            viewport={"width": size[0], "height": size[1]},
            java_script_enabled=script,
            reduced_motion="reduce",
            has_touch=size[0] < 600,
        )
        made.set_default_timeout(20_000)
        made.add_init_script(TELL_VIOLATIONS)
        made.on("page", self._watch)
        cookies = [{"name": "theme", "value": theme, "url": program.url}]
        if signed_in:
            cookies += [
                {"name": cookie.name, "value": cookie.value or "", "url": program.url}
                for cookie in program.http.cookies
            ]
        made.add_cookies(cookies)  # type: ignore[arg-type]
        self._contexts.append(made)
        return made

    def open(self, program: Program, path: str = "", **look: Any) -> Page:
        """One tab in a browser of its own."""
        page = self.context(program, **look).new_page()
        if path:
            page.goto(path)
        return page

    def close(self) -> list[str]:
        """Close everything; answers what was complained about and not excused."""
        for context in self._contexts:
            for page in context.pages:
                page.title()  # has the events that are under way arrive
            context.close()
        self._contexts.clear()
        return [text for text in self.complaints if not any(word in text for word in self.excused)]

    def _watch(self, page: Page) -> None:
        page.on("console", self._hear)
        page.on("pageerror", lambda error: self.complaints.append(f"{page.url}: {error}"))

    def _hear(self, said: ConsoleMessage) -> None:
        if said.type in {"error", "warning"}:
            where = said.page.url if said.page else ""
            self.complaints.append(f"{where}: {said.type}: {said.text} {said.location['url']}")


def sign_in(page: Page, name: str = ADMIN, password: str = PASSWORD) -> None:
    page.get_by_label("Name", exact=True).fill(name)
    page.get_by_label("Password", exact=True).fill(password)
    page.get_by_role("button", name="Sign in").click()


def violations(page: Page, *, colours_only: bool = False) -> list[str]:
    """What axe-core finds wrong with the page as it is now, one line for each place."""
    options = COLOURS if colours_only else EVERYTHING
    found = Axe().run(page, options=options).response["violations"]
    return [
        f"{rule['id']}: {' '.join(map(str, node['target']))}: {_why(node)}"
        for rule in found
        for node in rule["nodes"]
    ]


def _why(node: dict[str, Any]) -> str:
    said = [check["message"] for kind in ("any", "all", "none") for check in node[kind]]
    return "; ".join(said)


def overflow(page: Page) -> list[str]:
    """What sticks out to the right, when the page scrolls sideways."""
    found: list[str] = page.evaluate(
        """() => {
          const root = document.documentElement;
          if (root.scrollWidth <= root.clientWidth) return [];
          const wide = [...document.querySelectorAll("body *")].filter((element) => {
            const box = element.getBoundingClientRect();
            return box.width && box.right > root.clientWidth + 1;
          });
          return wide.slice(-8).map((element) => element.outerHTML.slice(0, 120));
        }"""
    )
    return found


def turn(page: Page, theme: str) -> None:
    """Show the page in another theme, and wait until every colour has arrived."""
    page.evaluate(
        """async (theme) => {
          document.documentElement.dataset.theme = theme;
          for (let running; (running = document.getAnimations()).length; )
            await Promise.allSettled(running.map((one) => one.finished));
        }""",
        theme,
    )


def shoot(page: Page, name: str, folder: Path, *, whole: bool = True) -> None:
    """Keep a picture of the page, in the folder that MVIDARR_SHOTS names too."""
    file = re.sub(r"[^\w-]+", "-", name) + ".png"
    page.screenshot(path=folder / file, full_page=whole)
    if wanted := os.environ.get("MVIDARR_SHOTS"):
        Path(wanted).mkdir(parents=True, exist_ok=True)
        (Path(wanted) / file).write_bytes((folder / file).read_bytes())


def texts(page: Page, selector: str) -> Sequence[str]:
    return [text.strip() for text in page.locator(selector).all_inner_texts()]


def tab_to(page: Page, wanted: Locator, most: int = 60) -> None:
    """Go to something with the Tab key alone."""
    for _ in range(most):
        page.keyboard.press("Tab")
        if wanted.evaluate("(element) => element === document.activeElement"):
            return
    raise AssertionError(f"{wanted} is not reached by {most} presses of Tab")


def pictures(page: Page, selector: str) -> int:
    """How many of the pictures have come."""
    found: int = page.locator(selector).evaluate_all(
        "(all) => all.filter((one) => one.complete && one.naturalWidth > 1).length"
    )
    return found


def percents(page: Page) -> list[int]:
    """How far the downloads on the page are, where they say it."""
    return [int(text[:-1]) for text in texts(page, ".deck .readout") if text.endswith("%")]


def stay(page: Page) -> None:
    """Mark the document, to see later that it was never loaded again."""
    page.evaluate("document.documentElement.dataset.stayed = 'yes'")


def stayed(page: Page) -> bool:
    return page.locator("html[data-stayed=yes]").count() == 1


def goes_on(page: Page) -> bool:
    """Whether the progress on the page moves, without the page being loaded again."""
    before = max(until(lambda: percents(page), seconds=60))
    until(lambda: max(percents(page), default=0) > before, seconds=60)
    return stayed(page)
