"""What follows from each way to fail: the whole table."""

from pathlib import Path

import pytest

from mvidarr import settings
from mvidarr.core import clock, logs
from mvidarr.core.terms import Availability, Cause, Verdict, VideoStatus, WorkState
from mvidarr.downloads import account, causes, claims, queue, room, settle
from mvidarr.downloads.causes import Failure, Then
from mvidarr.governor import breaker, budget
from mvidarr.models import Download, Event, Video, VideoSource
from tests.conftest import SetClock
from tests.factories import fresh, make_download, make_source, make_user, make_video

pytestmark = pytest.mark.usefixtures("database", "set_clock")

GONE = (
    Cause.PRIVATE,
    Cause.REMOVED,
    Cause.GEO_BLOCKED,
    Cause.MEMBERS_ONLY,
    Cause.PREMIUM_ONLY,
    Cause.AGE_RESTRICTED,
)
BAD = (Cause.NO_AUDIO, Cause.NO_VIDEO, Cause.UNREADABLE, Cause.WRONG_DURATION)
TRIED_AGAIN = (
    Cause.NETWORK,
    Cause.EXTRACTOR,
    Cause.TOOL_FAILED,
    Cause.CRASHED,
    Cause.UNKNOWN,
)


@pytest.fixture
def video() -> Video:
    made = make_video()
    make_source(video=made, score=90)
    return made


@pytest.fixture
def nothing_in_the_way(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(room, "obstacle", lambda: None)


def fail(cause: Cause, **more: object) -> Download:
    """Have the next row fail."""
    Download.update(next_try_at=0).execute()
    row = claims.claim_next("here.1")
    assert row is not None
    failure = Failure(cause=cause, sentence="It went wrong.", **more)  # type: ignore[arg-type]
    settle.settle(row, str(row.owner), failure)
    return fresh(row)  # type: ignore[no-any-return]


def test_every_cause_has_a_rule() -> None:
    assert set(causes.RULES) == set(Cause)


@pytest.mark.parametrize("cause", list(Cause))
def test_every_cause_has_a_next_step(cause: Cause) -> None:
    said = causes.next_step(cause)

    assert said.endswith(".")
    assert said[0].isupper()


@pytest.mark.parametrize("cause", GONE)
def test_an_upload_that_cannot_be_had_gives_way_to_the_next_best(
    cause: Cause, video: Video
) -> None:
    best = VideoSource.get()
    other = make_source(video=video, score=50)
    queue.add(video.id)

    row = fail(cause)

    assert (row.state, row.source_id, row.attempts) == ("queued", other.id, 0)
    assert row.next_try_at == clock.now()
    assert row.notes == {"tried": [best.id]}
    assert fresh(best).availability == Availability(cause.value)
    events = Event.select().where(Event.kind == "source.gone")
    told = [(event.video_id, event.data["availability"]) for event in events]
    assert told == ([] if cause is Cause.AGE_RESTRICTED else [(video.id, cause.value)])
    row = fail(cause)
    assert (row.state, row.cause, row.last_error) == ("failed", cause, "It went wrong.")
    assert row.notes == {"tried": [best.id, other.id]}
    assert fresh(video).status == VideoStatus.FAILED
    told = Event.get(Event.kind == "video.failed").data
    assert (told["cause"], told["next_step"]) == (cause, causes.next_step(cause))


@pytest.mark.parametrize("cause", BAD)
def test_a_useless_file_takes_its_upload_out_of_use(cause: Cause, video: Video) -> None:
    queue.add(video.id)

    row = fail(cause)

    source = VideoSource.get()
    assert row.state == WorkState.FAILED
    assert (source.verdict, source.accepted_key) == (Verdict.REFUSED, None)
    assert source.reasons == [{"text": "It went wrong.", "points": 0}]


def test_a_persons_choice_stays_even_when_its_file_is_useless(video: Video) -> None:
    VideoSource.update(verdict_by=make_user().id).execute()
    queue.add(video.id)

    fail(Cause.NO_AUDIO)

    assert VideoSource.get().verdict == Verdict.ACCEPTED


@pytest.mark.parametrize("cause", TRIED_AGAIN)
def test_hiccups_are_tried_again_after_1_10_and_60_minutes(
    cause: Cause, video: Video, set_clock: SetClock
) -> None:
    queue.add(video.id)

    for attempt, minutes in enumerate((1, 10, 60), start=1):
        row = fail(cause)
        pause = row.next_try_at - clock.now()
        assert (row.state, row.attempts) == ("queued", attempt)
        assert 0.8 * minutes * clock.MINUTE <= pause <= 1.2 * minutes * clock.MINUTE
        breaker.succeeded("youtube")
    assert fail(cause).state == WorkState.FAILED


def test_the_number_of_tries_is_a_setting(video: Video) -> None:
    settings.change({"download_retries": "1"})
    other = make_source(video=video, score=1)
    queue.add(video.id)

    assert fail(Cause.TOOL_FAILED).attempts == 1
    row = fail(Cause.TOOL_FAILED)
    assert (row.source_id, row.attempts) == (other.id, 0)


def test_a_pause_that_was_asked_for_is_kept(video: Video) -> None:
    queue.add(video.id)

    row = fail(Cause.NETWORK, retry_after=7200.0)

    assert row.next_try_at == clock.now() + 2 * clock.HOUR


def test_three_network_failures_in_a_row_leave_youtube_alone() -> None:
    for _ in range(3):
        queue.add(make_video(source=True).id)
        fail(Cause.NETWORK)
        Download.update(next_try_at=clock.now() + clock.DAY).execute()

    assert breaker.is_open("youtube")


@pytest.mark.parametrize("cause", [Cause.BOT_WALL, Cause.THROTTLED])
def test_a_wall_closes_the_service_and_counts_nothing(cause: Cause, video: Video) -> None:
    queue.add(video.id)

    row = fail(cause, retry_after=600.0)

    assert (row.state, row.attempts, row.cause) == ("queued", 0, cause)
    assert row.next_try_at - clock.now() == breaker.is_open("youtube")
    assert row.next_try_at >= clock.now() + 10 * clock.MINUTE
    assert claims.claim_next("here.1") is None


# With the cookies of an account


def saved_cookies(use: str) -> None:
    cookie = ".youtube.com\tTRUE\t/\tTRUE\t2000000000\tLOGIN_INFO\tabc"
    settings.change({"youtube_cookies": cookie, "youtube_cookies_use": use})


def test_an_age_gate_is_tried_once_with_cookies(video: Video) -> None:
    saved_cookies("needed")
    queue.add(video.id)

    row = fail(Cause.AGE_RESTRICTED)
    assert (row.state, row.notes, row.next_try_at) == (
        "queued",
        {account.WITH_COOKIES: True},
        clock.now(),
    )
    assert VideoSource.get().availability == Availability.UNKNOWN
    row = fail(Cause.AGE_RESTRICTED)
    assert (row.state, row.cause) == ("failed", Cause.AGE_RESTRICTED)
    assert VideoSource.get().availability == Availability.AGE_RESTRICTED


def test_another_upload_behind_the_gate_is_tried_with_cookies_too(video: Video) -> None:
    saved_cookies("needed")
    other = make_source(video=video, score=50)
    queue.add(video.id)

    fail(Cause.AGE_RESTRICTED)
    row = fail(Cause.AGE_RESTRICTED)
    assert (row.source_id, account.WITH_COOKIES in row.notes) == (other.id, False)
    row = fail(Cause.AGE_RESTRICTED)
    assert (row.source_id, row.notes[account.WITH_COOKIES]) == (other.id, True)


@pytest.mark.parametrize("use", ["never", "always"])
def test_an_age_gate_is_final_where_cookies_change_nothing(video: Video, use: str) -> None:
    saved_cookies(use)
    queue.add(video.id)

    assert fail(Cause.AGE_RESTRICTED).state == WorkState.FAILED


@pytest.mark.parametrize("cause", [Cause.MEMBERS_ONLY, Cause.PREMIUM_ONLY, Cause.PRIVATE])
def test_cookies_are_not_tried_for_what_must_be_paid_for(cause: Cause, video: Video) -> None:
    saved_cookies("needed")
    queue.add(video.id)

    assert fail(cause).state == WorkState.FAILED


@pytest.mark.parametrize("cause", [Cause.BOT_WALL, Cause.THROTTLED])
def test_behind_a_wall_the_next_attempt_uses_cookies(cause: Cause, video: Video) -> None:
    saved_cookies("needed")
    queue.add(video.id)

    row = fail(cause)

    assert row.notes == {account.WITH_COOKIES: True}
    assert row.next_try_at - clock.now() == breaker.is_open("youtube")


def test_vimeo_never_gets_cookies_of_youtube() -> None:
    saved_cookies("needed")
    video = make_video()
    make_source(video=video, provider="vimeo", source_id="1")
    queue.add(video.id)

    assert fail(Cause.BOT_WALL).notes == {}
    assert account.lent("vimeo", {account.WITH_COOKIES: True}) == ""


def test_cookies_are_lent_as_the_setting_says() -> None:
    uses = {}
    for use in ("never", "needed", "always"):
        saved_cookies(use)
        lent = [account.lent("youtube", notes) for notes in ({}, {account.WITH_COOKIES: True})]
        uses[use] = [bool(text) for text in lent]

    assert uses == {"never": [False, False], "needed": [False, True], "always": [True, True]}


def test_cookies_that_were_removed_are_not_lent() -> None:
    saved_cookies("always")
    settings.change({"youtube_cookies": ""})

    assert account.lent("youtube", {}) == ""
    assert not account.may_help("youtube", {})


def test_lent_cookies_stay_out_of_logs() -> None:
    secret = "AFmmF2swRQIhALsecret"
    cookie = f".youtube.com\tTRUE\t/\tTRUE\t2000000000\tLOGIN_INFO\t{secret}"
    settings.change({"youtube_cookies": cookie, "youtube_cookies_use": "always"})

    account.lent("youtube", {})

    assert secret not in logs.scrub(f"warning: odd line {secret}")


def test_what_youtube_thinks_of_the_cookies_is_remembered() -> None:
    account.note(["cookies", "tokens"], ["The provided cookies are no longer valid."])
    row = budget.row("youtube")
    assert list(breaker.parts(row)) == ["cookies"]

    account.note(["tokens"], ["the PO-token provider failed: HTTP Error 500"])
    account.note(["cookies"], [])
    assert list(breaker.parts(budget.row("youtube"))) == ["tokens"]


def test_a_premiere_is_waited_for(video: Video) -> None:
    queue.add(video.id)
    begins = clock.now() + 3 * clock.HOUR

    row = fail(Cause.NOT_YET, until=begins)

    assert (row.state, row.attempts, row.next_try_at) == ("queued", 0, begins)
    assert VideoSource.get().availability == Availability.NOT_YET
    assert fresh(video).status == VideoStatus.QUEUED


def test_a_premiere_without_a_time_is_looked_for_again(video: Video) -> None:
    queue.add(video.id)

    assert fail(Cause.NOT_YET).next_try_at == clock.now() + causes.RELEASE_PAUSE


def test_a_stale_address_is_asked_for_anew_once(video: Video) -> None:
    queue.add(video.id)

    row = fail(Cause.STALE_URL)
    assert (row.attempts, row.next_try_at) == (0, clock.now())
    row = fail(Cause.STALE_URL)
    assert row.attempts == 1
    assert row.next_try_at > clock.now()


def test_a_missing_format_is_tried_once_with_any_format(video: Video) -> None:
    queue.add(video.id)

    row = fail(Cause.FORMAT_MISSING)
    assert (row.state, row.notes) == ("queued", {"any_format": True})
    assert fail(Cause.FORMAT_MISSING).state == WorkState.FAILED


@pytest.mark.parametrize("cause", [Cause.DISK_FULL, Cause.LIBRARY_OFFLINE, Cause.TOOL_MISSING])
def test_what_keeps_everybody_waiting_is_said_of_everybody(
    cause: Cause, video: Video, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(room, "obstacle", lambda: Failure(cause=cause, sentence="It is away."))
    queue.add(video.id)
    other = queue.add(make_video(source=True).id)

    row = fail(cause)

    assert (row.state, row.attempts, row.cause) == ("queued", 0, cause)
    assert fresh(other).cause == cause
    assert fresh(other).next_try_at == clock.now() + causes.OBSTACLE_PAUSE


@pytest.mark.usefixtures("nothing_in_the_way")
def test_what_only_one_meets_lets_the_others_go_on(video: Video) -> None:
    queue.add(video.id)
    other = queue.add(make_video(source=True).id)

    row = fail(Cause.DISK_FULL)

    assert row.next_try_at == clock.now() + causes.LONE_PAUSE
    assert fresh(other).cause is None


def test_too_low_a_quality_waits_for_a_person(video: Video) -> None:
    queue.add(video.id)

    row = fail(Cause.LOW_QUALITY)

    assert (row.state, row.cause) == ("parked", Cause.LOW_QUALITY)
    assert row.active_key == str(video.id)
    assert queue.keep(row.id).notes["keep"] is True


def test_a_failure_of_a_row_that_is_lost_changes_nothing(video: Video) -> None:
    queue.add(video.id)
    row = claims.claim_next("here.1")
    assert row is not None
    queue.cancel(row.id)

    failure = Failure(cause=Cause.REMOVED, sentence="Gone.")
    assert settle.settle(row, str(row.owner), failure) is None

    assert fresh(row).state == WorkState.CANCELLED
    assert VideoSource.get().availability == Availability.UNKNOWN


def test_pauses_spread_around_their_length() -> None:
    assert causes.pause(1, 0.0) == 48_000
    assert causes.pause(1, 1.0) == 72_000
    assert causes.pause(9, 0.5) == causes.PAUSES[-1]


def test_only_obstacles_hold_the_whole_queue() -> None:
    held = {cause for cause, rule in causes.RULES.items() if rule.then is Then.OBSTACLE}
    assert held == {Cause.DISK_FULL, Cause.LIBRARY_OFFLINE, Cause.TOOL_MISSING}


# What is in the way


def test_without_a_library_nothing_starts() -> None:
    found = room.obstacle()
    assert found is not None
    assert found.cause == Cause.LIBRARY_OFFLINE


def test_a_folder_with_room_is_no_obstacle(library: Path) -> None:
    settings.change({"disk_reserve": "0"})

    assert room.obstacle() is None


def test_a_library_that_is_gone_is_offline(library: Path) -> None:
    library.rmdir()

    found = room.obstacle()
    assert found is not None
    assert found.cause == Cause.LIBRARY_OFFLINE
    assert not library.exists()


def test_less_than_the_reserve_is_a_full_disk(library: Path) -> None:
    settings.change({"disk_reserve": "10000000"})

    found = room.obstacle()
    assert found is not None
    assert found.cause == Cause.DISK_FULL


def test_a_missing_ffmpeg_is_an_obstacle(library: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from mvidarr.integrations.youtube import tools

    settings.change({"disk_reserve": "0"})
    monkeypatch.setattr(tools, "find_ffmpeg", lambda: None)

    found = room.obstacle()
    assert found is not None
    assert found.cause == Cause.TOOL_MISSING


def test_a_download_fails_for_good_only_for_its_own_video(video: Video) -> None:
    other = make_download()
    queue.add(video.id, priority=queue.URGENT)

    fail(Cause.REMOVED)

    assert fresh(other).state == WorkState.QUEUED
