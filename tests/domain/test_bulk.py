"""The same for many: chosen by id or by filter, done as a job."""

import pytest

from mvidarr.core.errors import Conflict, Invalid
from mvidarr.core.terms import VideoStatus
from mvidarr.jobs.run import Context
from mvidarr.library import bulk, filters
from mvidarr.library.bulk import Selection
from mvidarr.models import Artist, Video
from tests.factories import fresh, make_artist, make_video

pytestmark = pytest.mark.usefixtures("database")


class Progress(Context):
    """Notes what a job says of itself."""

    def __init__(self) -> None:
        self.said: list[tuple[int, int | None]] = []

    def progress(self, done: int, total: int | None = None, note: str = "") -> None:
        self.said.append((done, total))


def test_many_artists_are_deleted_in_the_background() -> None:
    chosen, kept = [make_artist() for _ in range(3)], make_artist()
    job = bulk.delete_artists([artist.id for artist in chosen], None)
    assert Artist.select().count() == 4

    chosen[0].delete_instance()
    progress = Progress()
    bulk.run_delete_artists(job, progress)

    assert [artist.id for artist in Artist.select()] == [kept.id]
    assert progress.said[-1] == (3, 3)


@pytest.mark.parametrize(
    ("action", "status"), [("ignore", VideoStatus.IGNORED), ("want", VideoStatus.WANTED)]
)
def test_videos_of_a_filter_are_changed(action: str, status: VideoStatus) -> None:
    live, other = make_video(type="live", fits=False), make_video()
    wanted = filters.parse([("type", "live")])
    job = bulk.change_videos(Selection(wanted=wanted, expected=1), action, None)
    bulk.run_change_videos(job, Progress())

    assert fresh(live).status == status
    assert fresh(other).status == VideoStatus.WANTED


def test_videos_are_deleted_by_id() -> None:
    chosen, kept = make_video(), make_video()
    bulk.run_change_videos(
        bulk.change_videos(Selection(ids=[chosen.id]), "delete", None), Progress()
    )
    assert [video.id for video in Video.select()] == [kept.id]


def test_a_filter_that_matches_something_else_by_now_is_a_conflict() -> None:
    make_video()
    with pytest.raises(Conflict, match="1 videos match now instead of 5"):
        bulk.change_videos(Selection(wanted=filters.parse([]), expected=5), "delete", None)


def test_a_choice_is_needed_and_bounded() -> None:
    with pytest.raises(Invalid, match="at least one"):
        bulk.delete_artists([], None)
    with pytest.raises(Invalid, match="10,000 or fewer"):
        bulk.delete_artists(list(range(10_001)), None)
    with pytest.raises(Invalid, match="Choose one of"):
        bulk.change_videos(Selection(ids=[1]), "explode", None)


def test_two_choices_are_two_jobs_and_one_choice_is_one() -> None:
    first = bulk.delete_artists([1, 2, 9], None)
    assert bulk.delete_artists([1, 3, 9], None).id != first.id
    assert bulk.delete_artists([9, 2, 1], None).id == first.id
