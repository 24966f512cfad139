"""Several people who decide about the same upload, or the same song, at one moment."""

from typing import Any

import pytest

from mvidarr.core.config import Config
from mvidarr.core.errors import Conflict, Error
from mvidarr.core.terms import Verdict
from mvidarr.downloads import choose
from mvidarr.library import sources
from mvidarr.library.sources import Named
from mvidarr.models import Block, Decision, Event, Video, VideoSource
from tests.factories import fresh, make_artist, make_source, make_user
from tests.fakes.together import together

pytestmark = pytest.mark.usefixtures("database")
SEEN = Verdict.REVIEW


def test_one_verdict_wins_and_the_others_are_told(database: Config) -> None:
    for _ in range(5):
        user, source = make_user().id, make_source(song={"title": "Jóga"})
        verbs: list[Any] = [
            lambda number=source.id, by=user: choose.accept(number, by, SEEN),
            lambda number=source.id, by=user: sources.refuse(number, by, seen=SEEN),
            lambda number=source.id, by=user: sources.block(number, by, seen=SEEN),
        ]

        answers = together(3, lambda number, all_=verbs: all_[number]())  # type: ignore[misc]

        lost = [one for one in answers if isinstance(one, Error)]
        assert [type(one) for one in lost] == [Conflict, Conflict], lost
        row = fresh(source)
        assert row.verdict != SEEN
        assert bool(row.accepted_key) == (row.verdict == Verdict.ACCEPTED)
        known = Decision.select().where(Decision.source_id == row.source_id).count()
        assert known == (row.verdict != Verdict.BLOCKED)
        blocked = Block.select().where(Block.source_id == row.source_id).count()
        assert blocked == (row.verdict == Verdict.BLOCKED)


def test_a_button_that_is_pressed_many_times_decides_once(database: Config) -> None:
    user, source = make_user().id, make_source(song={"title": "Jóga"})
    answers = together(4, lambda _: choose.accept(source.id, user, SEEN))
    assert [type(one) for one in answers] == [Video] * 4
    assert (Video.select().count(), Decision.select().count()) == (1, 1)
    assert Event.select().where(Event.kind == "source.judged").count() == 1


def test_rivals_that_are_taken_at_once_make_one_video(database: Config) -> None:
    artist, user = make_artist(), make_user().id
    rivals = [make_source(artist, group_key="joga", song={"title": "Jóga"}) for _ in range(4)]
    together(4, lambda number: choose.accept(rivals[number].id, user, SEEN))
    assert Video.select().count() == 1
    in_use = VideoSource.select().where(VideoSource.verdict == Verdict.ACCEPTED)
    assert in_use.count() >= 1
    assert all(row.video_id for row in in_use)
    assert sources.waiting()[0] == 0


def test_uploads_that_are_filed_under_one_song_at_once_share_its_video(database: Config) -> None:
    artist, user = make_artist(), make_user().id
    rows = [make_source(artist) for _ in range(4)]
    answers = together(
        4, lambda number: sources.file_under(rows[number].id, Named(title="Jóga"), user)
    )
    assert [one for one in answers if isinstance(one, Error)] == []
    assert Video.select().count() == 1
    assert len(sources.of(Video.get().id)) == 4


def test_taking_back_twice_at_once_takes_back_once(database: Config) -> None:
    user, source = make_user().id, make_source(song={"title": "Jóga"})
    choose.accept(source.id, user)
    together(3, lambda _: choose.undecide(source.id))
    assert (fresh(source).verdict, Video.select().count()) == (Verdict.REVIEW, 0)
    assert Decision.select().count() == 0
