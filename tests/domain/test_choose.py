"""What a person chooses, and the download that follows from it."""

from pathlib import Path

import pytest

from mvidarr import settings
from mvidarr.core.errors import Conflict, Invalid
from mvidarr.core.terms import VideoStatus, Wish
from mvidarr.downloads import choose, queue
from mvidarr.library import sources
from mvidarr.library.videos import Song
from mvidarr.models import Download, User, Video
from tests.factories import fresh, make_artist, make_download, make_source, make_user, make_video

LINK = "https://youtu.be/dQw4w9WgXcQ"
pytestmark = pytest.mark.usefixtures("library")


@pytest.fixture
def user(library: Path) -> User:
    return make_user()


def test_an_accepted_candidate_is_fetched(user: User) -> None:
    video = choose.accept(make_source().id, user.id)

    assert video.status == VideoStatus.QUEUED
    assert Download.get().by_user_id == user.id


@pytest.mark.parametrize("change", [{"automatic_download": "false"}, {"library_path": ""}])
def test_nothing_is_fetched_where_downloads_wait_for_a_person(
    user: User, change: dict[str, str]
) -> None:
    settings.change(change)
    assert choose.accept(make_source().id, user.id).status == VideoStatus.WANTED
    assert Download.select().count() == 0


def test_what_has_a_file_is_not_fetched_again(user: User) -> None:
    video = make_video(file=True)
    source = make_source(fresh(video.artist))
    choose.use(video.id, source.id, user.id)
    assert Download.select().count() == 0


def test_another_upload_changes_the_waiting_download_over(user: User) -> None:
    video = make_video(source=True)
    waiting = queue.add(video.id)
    other = make_source(fresh(video.artist))

    choose.use(video.id, other.id, user.id)

    assert fresh(waiting).source_id == other.id
    assert Download.select().count() == 1


def test_a_running_download_goes_on(user: User) -> None:
    video = make_video(source=True)
    running = make_download(video, state="running", source=sources.of(video.id)[0].id)
    choose.use(video.id, make_source(fresh(video.artist)).id, user.id)
    assert fresh(running).source_id == running.source_id


def test_a_failed_video_tries_the_address_that_a_person_pastes(user: User) -> None:
    video = make_video(source=True)
    make_download(video, state="failed", source=sources.of(video.id)[0].id)
    assert fresh(video).status == VideoStatus.FAILED

    source = choose.add_link(video.id, LINK, user.id)

    assert fresh(video).status == VideoStatus.QUEUED
    active = queue.active_of(video.id)
    assert active is not None
    assert active.source_id == source.id


def test_a_video_is_added_by_hand_whole_or_not_at_all(user: User) -> None:
    artist = make_artist()
    made = choose.add_video(artist.id, Song(title="Jóga"), user.id, LINK)
    assert made.status == VideoStatus.QUEUED

    with pytest.raises(Invalid):
        choose.add_video(artist.id, Song(title="Hunter"), user.id, "https://example.org")
    with pytest.raises(Conflict):
        choose.add_video(make_artist().id, Song(title="Hunter"), user.id, LINK)
    assert [video.id for video in Video.select()] == [made.id]


def test_wanting_many_fetches_those_that_can_be_had(user: User) -> None:
    ready, bare = make_video(source=True, wish="ignore"), make_video(wish="ignore")

    assert choose.wish([ready.id, bare.id], Wish.WANT, user.id) == [ready.id, bare.id]

    assert fresh(ready).status == VideoStatus.QUEUED
    assert fresh(bare).status == VideoStatus.WANTED
