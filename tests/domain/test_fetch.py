"""What a download asks of yt-dlp, and what the answer says of the service."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from mvidarr import settings
from mvidarr.core.config import Config
from mvidarr.core.errors import TooSoon
from mvidarr.core.terms import Cause, ServiceState, WorkState
from mvidarr.downloads import account, claims, fetch, profiles, queue, room, work
from mvidarr.downloads.profiles import NewProfile
from mvidarr.downloads.work import Job
from mvidarr.governor import breaker, budget, services
from mvidarr.integrations.youtube import download as youtube
from mvidarr.integrations.youtube.causes import Failure
from mvidarr.integrations.youtube.download import (
    DownloadFailed,
    Fetched,
    NothingBetter,
    Order,
    Stopped,
)
from mvidarr.jobs.watch import Watch
from mvidarr.models import Download, Video
from tests.conftest import SetClock
from tests.factories import fresh, make_download, make_source, make_video

pytestmark = pytest.mark.usefixtures("library")
COOKIE = ".youtube.com\tTRUE\t/\tTRUE\t2000000000\tLOGIN_INFO\tabc"


class Loader:
    """In the place of yt-dlp: keeps the order, and answers what the test says."""

    def __init__(self) -> None:
        self.orders: list[Order] = []
        self.rates: list[float | None] = []
        self.error: BaseException | None = None
        self.meanwhile: Callable[[], object] = lambda: None
        self.result: dict[str, Any] = {}

    def fetch(self, order: Order, *, rate: Callable[[], float | None], **more: Any) -> Fetched:
        self.orders.append(order)
        self.rates.append(rate())
        self.meanwhile()
        self.rates.append(rate())
        if self.error:
            raise self.error
        path = order.staging / "film.mp4"
        path.write_bytes(b"film")
        usual = {"title": "Jóga", "webpage_url": "https://example.org", "duration": 185.0}
        return Fetched(path=path, **{**usual, **self.result})


@pytest.fixture
def loader(monkeypatch: pytest.MonkeyPatch) -> Loader:
    made = Loader()
    monkeypatch.setattr(youtube, "fetch", made.fetch)
    monkeypatch.setattr(room, "check_room", lambda *_: None)
    monkeypatch.setattr(services, "reserve", lambda *_: None)
    return made


@pytest.fixture
def job(database: Config, loader: Loader) -> Iterator[Job]:
    queue.add(make_video(source=True).id)
    row = claims.claim_next("here.1")
    assert row is not None
    with Watch(Download, row.id, str(row.owner)) as watch:
        yield work.begin(row, database, watch)


def state() -> str:
    return str(budget.row("youtube").state)


def test_what_was_fetched_is_noted(job: Job, loader: Loader) -> None:
    loader.result = {
        "duration": 170.5,
        "cut": 14.5,
        "offered_height": 2160,
        "subtitles": (job.staging / "film.en.vtt",),
        "ytdlp": "2026.08.19",
    }

    notes = fetch.fetch(job).notes

    assert notes["file"] == "film.mp4"
    assert (notes["duration"], notes["cut"], notes["offered"]) == (170.5, 14.5, 2160)
    assert notes["subtitles"] == ["film.en.vtt"]
    assert fresh(job.row).notes == dict(notes)


def test_what_is_there_already_is_not_fetched_again(job: Job, loader: Loader) -> None:
    again = fetch.fetch(job)

    fetch.fetch(again)

    assert len(loader.orders) == 1


def test_the_profile_and_the_settings_are_in_the_order(
    database: Config, loader: Loader, job: Job
) -> None:
    settings.change(
        {
            "subtitle_languages": ["en"],
            "automatic_subtitles": True,
            "sponsorblock": "cut",
            "sponsorblock_url": "http://127.0.0.1:7000",
            "embed_chapters": False,
            "youtube_pot_url": "http://127.0.0.1:4416",
            "youtube_cookies": COOKIE,
            "youtube_cookies_use": "always",
            "outbound_proxy": "http://127.0.0.1:3128",
        }
    )
    new = NewProfile(
        name="Wide", heights=(1440, 720), cutoff=720, container="mkv", codecs=("vp9", "av1"),
        hdr="avoid",
    )  # fmt: skip
    Video.update(profile=profiles.create(new).id).execute()

    fetch.fetch(work.begin(job.row, database, job.watch))

    (order,) = loader.orders
    assert (order.heights, order.max_height, order.container) == ((1440, 720), 1440, "mkv")
    assert (order.video_codecs, order.hdr, order.high_fps) == (("vp9", "av1"), "avoid", "any")
    assert (order.subtitle_langs, order.automatic_subtitles) == (("en",), True)
    assert (order.sponsorblock, order.sponsorblock_url) == ("cut", "http://127.0.0.1:7000")
    assert order.chapters is False
    assert (order.pot_url, order.proxy) == ("http://127.0.0.1:4416", "http://127.0.0.1:3128")
    assert "LOGIN_INFO" in order.cookies


def test_without_an_address_sponsorblock_is_left_out(job: Job, loader: Loader) -> None:
    settings.change({"sponsorblock": "cut", "sponsorblock_url": ""})

    fetch.fetch(job)

    assert loader.orders[0].sponsorblock == "off"


def test_another_site_gets_nothing_of_youtubes(database: Config, loader: Loader) -> None:
    settings.change(
        {
            "youtube_cookies": COOKIE,
            "youtube_cookies_use": "always",
            "youtube_pot_url": "http://127.0.0.1:4416",
        }
    )
    video = make_video()
    make_source(video=video, provider="vimeo", source_id="76979871")
    queue.add(video.id)
    row = claims.claim_next("here.1")
    assert row is not None

    with Watch(Download, row.id, str(row.owner)) as watch:
        fetch.fetch(work.begin(row, database, watch))

    (order,) = loader.orders
    assert (order.provider, order.cookies, order.pot_url) == ("vimeo", "", "")


def test_the_limit_is_shared_and_may_change(
    job: Job, loader: Loader, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fetch, "LOOK_EVERY", 0.0)
    settings.change({"download_rate": 900})

    def meanwhile() -> None:
        for _ in range(2):
            make_download(state=WorkState.RUNNING)

    loader.meanwhile = meanwhile
    fetch.fetch(job)

    assert loader.orders[0].rate_limit == 900_000
    assert loader.rates == [900_000, 300_000]


def test_without_a_limit_there_is_none(job: Job, loader: Loader) -> None:
    fetch.fetch(job)

    assert (loader.orders[0].rate_limit, loader.rates) == (None, [None, None])


def test_success_heals_the_service(job: Job, loader: Loader, set_clock: SetClock) -> None:
    broken()

    fetch.fetch(job)

    assert state() == ServiceState.WORKING


@pytest.mark.parametrize(
    "cause", [Cause.PRIVATE, Cause.REMOVED, Cause.AGE_RESTRICTED, Cause.NOT_YET]
)
def test_a_clear_refusal_says_that_the_service_works(
    job: Job, loader: Loader, set_clock: SetClock, cause: Cause
) -> None:
    broken()
    loader.error = DownloadFailed(cause, Failure(text="no"))

    with pytest.raises(DownloadFailed):
        fetch.fetch(job)

    assert state() == ServiceState.WORKING


def test_nothing_better_says_that_the_service_works(
    job: Job, loader: Loader, set_clock: SetClock
) -> None:
    broken()
    loader.error = NothingBetter()

    with pytest.raises(NothingBetter):
        fetch.fetch(job)

    assert state() == ServiceState.WORKING


@pytest.mark.parametrize(
    "error",
    [DownloadFailed(Cause.TOOL_FAILED, Failure(text="no")), Stopped(), OSError("no disk")],
    ids=["tool", "stopped", "disk"],
)
def test_what_lies_with_us_says_nothing_of_the_service(
    job: Job, loader: Loader, set_clock: SetClock, error: Exception
) -> None:
    broken()
    loader.error = error

    with pytest.raises(type(error)):
        fetch.fetch(job)

    assert state() == ServiceState.BROKEN
    assert breaker.is_open("youtube") is None  # the next one may try


def test_a_turn_that_has_not_come_keeps_nobody_from_trying(
    job: Job, loader: Loader, set_clock: SetClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken()

    def reserve(*_: object) -> None:
        raise TooSoon(retry_after=5.0)

    monkeypatch.setattr(services, "reserve", reserve)
    with pytest.raises(TooSoon):
        fetch.fetch(job)

    assert breaker.is_open("youtube") is None


def test_one_alone_tries_a_broken_service(job: Job, loader: Loader, set_clock: SetClock) -> None:
    broken()
    assert breaker.may_probe("youtube")

    with pytest.raises(TooSoon) as refused:
        fetch.fetch(job)

    assert loader.orders == []
    assert refused.value.retry_after


def test_cookies_that_are_refused_are_told(job: Job, loader: Loader) -> None:
    settings.change({"youtube_cookies": COOKIE, "youtube_cookies_use": "always"})
    warning = "The provided YouTube account cookies are no longer valid."
    failed = Failure(text="no", warnings=(warning,))
    loader.error = DownloadFailed(Cause.AGE_RESTRICTED, failed)

    with pytest.raises(DownloadFailed):
        fetch.fetch(job)

    assert "cookies" in breaker.parts(budget.row("youtube"))
    loader.error = None
    fetch.fetch(job)
    assert breaker.parts(budget.row("youtube")) == {}


def test_whoever_tries_after_a_wall_uses_cookies(
    job: Job, loader: Loader, set_clock: SetClock
) -> None:
    settings.change({"youtube_cookies": COOKIE})
    broken()

    fetch.fetch(job)

    assert loader.orders[0].cookies
    assert account.lent("youtube", {}) == ""  # it works again


def test_cookies_come_along_after_a_wall(database: Config, job: Job, loader: Loader) -> None:
    settings.change({"youtube_cookies": COOKIE})
    fetch.fetch(job)
    noted = {**job.notes, account.WITH_COOKIES: True}
    job.watch.write(notes=noted)

    fetch.fetch(work.begin(job.row, database, job.watch))

    assert [bool(order.cookies) for order in loader.orders] == [False, True]


def broken() -> None:
    """YouTube took us for a robot, and its rest is over."""
    breaker.failed("youtube", "no", cause=Cause.BOT_WALL)
    breaker.let_go("youtube")


def test_staging_is_the_rows_own(job: Job, loader: Loader, library: Path) -> None:
    fetch.fetch(job)

    assert loader.orders[0].staging.is_relative_to(library.resolve())


def test_uploads_of_another_service_go_on_while_one_rests(loader: Loader) -> None:
    first = queue.add(make_video(source=True).id)
    film = make_video()
    source = make_source(video=film, provider="vimeo", source_id="76979871")
    second = queue.add(film.id, source.id)
    breaker.failed("youtube", "A wall.", cause=Cause.BOT_WALL)
    assert claims.may_claim()
    assert set(youtube.SITES) <= set(breaker.titles)

    taken = claims.claim_next("here.1")

    assert taken is not None
    assert taken.id == second.id
    assert not claims.may_claim()
    breaker.failed("vimeo", "A wall.", cause=Cause.BOT_WALL)
    breaker.let_go("youtube")
    again = claims.claim_next("here.1")
    assert again is not None
    assert again.id == first.id
