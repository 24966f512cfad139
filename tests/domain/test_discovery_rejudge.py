"""New rules of an artist judge its known uploads at once, and nobody outside is asked."""

from pathlib import Path
from typing import Any

import pytest

from mvidarr.core.config import Config
from mvidarr.core.terms import Verdict
from mvidarr.discovery import rejudge, titles
from mvidarr.discovery import run as discovery
from mvidarr.library import artists, sources
from mvidarr.library.tables import Download, Video, VideoSource
from mvidarr.models import Artist, Job
from mvidarr.system import configure
from tests import factories
from tests.fakes import finders
from tests.fakes.finders import FakeService

PLAIN = "Björk - Army of Me"  # nothing says that it is official, but the channel


@pytest.fixture
def youtube(database: Config, monkeypatch: pytest.MonkeyPatch) -> FakeService:
    return finders.install(monkeypatch, only=("youtube",))["youtube"]


@pytest.fixture
def bjork(youtube: FakeService) -> Artist:
    return factories.make_artist("Björk")


def found(artist: Artist, youtube: FakeService, *titles: str, **facts: Any) -> None:
    youtube.finds(*(finders.upload(title, **facts) for title in titles))
    discovery.discover(artist.id)
    youtube.asked.clear()


def ruled(artist: Artist, **rules: Any) -> rejudge.Rejudged:
    """The rules as somebody edits them, with the job that follows."""
    artists.change(artist.id, {"rules": rules})
    assert [job.subject for job in Job.select().where(Job.kind == "rejudge")] == [str(artist.id)]
    made = rejudge.rejudge(artist.id)
    assert made is not None
    return made


def verdicts() -> dict[str, str]:
    return dict(VideoSource.select(VideoSource.title, VideoSource.verdict).tuples())


def test_a_lower_line_takes_what_waited(bjork: Artist, youtube: FakeService, library: Path) -> None:
    artists.change(bjork.id, {"rules": {"min_score": 100}})
    found(bjork, youtube, PLAIN)
    assert verdicts() == {PLAIN: Verdict.REVIEW}

    made = ruled(bjork, min_score=70)

    assert verdicts() == {PLAIN: Verdict.ACCEPTED}
    assert [video.title for video in Video.select()] == ["Army of Me"]
    assert (made.songs, made.queued, Download.select().count()) == (1, 1, 1)
    assert youtube.asked == []


def test_a_higher_line_leaves_what_is_in_use(bjork: Artist, youtube: FakeService) -> None:
    found(bjork, youtube, PLAIN)
    assert verdicts() == {PLAIN: Verdict.ACCEPTED}

    assert ruled(bjork, min_score=100).songs == 0
    assert verdicts() == {PLAIN: Verdict.ACCEPTED}


def test_no_review_any_more_takes_what_is_sure(
    bjork: Artist, youtube: FakeService, library: Path
) -> None:
    artists.change(bjork.id, {"rules": {"mode": "review"}})
    found(bjork, youtube, PLAIN)

    ruled(bjork, mode="auto")

    assert verdicts() == {PLAIN: Verdict.ACCEPTED}


def test_a_type_that_is_asked_for_now_is_offered_with_the_reason_gone(
    bjork: Artist, youtube: FakeService
) -> None:
    title = "Björk - Army of Me (Karaoke)"
    found(bjork, youtube, title)
    [source] = VideoSource.select()
    assert (source.verdict, source.score) == (Verdict.REFUSED, 0)
    assert any("not asked for" in reason["text"] for reason in source.reasons)

    ruled(bjork, types=["official", source.type])
    now = factories.fresh(source)
    assert now.verdict in (Verdict.REVIEW, Verdict.ACCEPTED)
    assert now.score > 0
    assert not any("not asked for" in reason["text"] for reason in now.reasons)

    sources.unblock(source.id)  # takes the upload out of use
    VideoSource.update(verdict=Verdict.REVIEW, accepted_key=None).execute()
    rejudged = artists.change(bjork.id, {"rules": {"types": ["official"]}})
    rejudge.rejudge(rejudged.id)
    again = factories.fresh(source)
    assert (again.verdict, again.score) == (Verdict.REFUSED, 0)


@pytest.mark.parametrize(
    "rules", [{"words_out": "army"}, {"words_in": "hunter"}, {"types": ["live"]}]
)
def test_nobody_is_asked_about_what_is_not_wanted_any_more_until_it_is_again(
    bjork: Artist, youtube: FakeService, rules: dict[str, Any]
) -> None:
    artists.change(bjork.id, {"rules": {"min_score": 100}})
    found(bjork, youtube, PLAIN)

    ruled(bjork, **rules)
    assert verdicts() == {PLAIN: Verdict.REFUSED}

    artists.change(bjork.id, {"rules": {"words_out": "", "words_in": "", "types": ["official"]}})
    rejudge.rejudge(bjork.id)
    assert verdicts() == {PLAIN: Verdict.REVIEW}


def test_years_count(bjork: Artist, youtube: FakeService) -> None:
    source = factories.make_source(
        bjork, score=60, song={"title": "Jóga", "year": 1997, "type": "official"}
    )

    ruled(bjork, year_from=2000)
    assert factories.fresh(source).verdict == Verdict.REFUSED
    artists.change(bjork.id, {"rules": {"year_from": None}})
    rejudge.rejudge(bjork.id)
    assert factories.fresh(source).verdict == Verdict.REVIEW


def test_what_a_person_decided_stays(bjork: Artist, youtube: FakeService) -> None:
    reasons = [{"text": "Artist named in the title", "points": 80}]
    refused = factories.make_source(bjork, reasons=reasons)
    blocked = factories.make_source(bjork, reasons=reasons)
    sources.refuse(refused.id, factories.make_user().id)
    sources.block(blocked.id, factories.make_user().id)

    ruled(bjork, min_score=10)

    assert factories.fresh(refused).verdict == Verdict.REFUSED
    assert factories.fresh(blocked).verdict == Verdict.BLOCKED


def test_rivals_of_what_is_taken_do_not_wait_any_longer(
    bjork: Artist, youtube: FakeService
) -> None:
    artists.change(bjork.id, {"rules": {"min_score": 100}})
    found(bjork, youtube, PLAIN)
    found(bjork, youtube, PLAIN, channel="Somebody", channel_id="UCother", channel_verified=False)
    scores = sorted(score for (score,) in VideoSource.select(VideoSource.score).tuples())

    ruled(bjork, min_score=scores[-1])

    known = list(VideoSource.select().order_by(VideoSource.score.desc()))
    assert known[0].verdict == Verdict.ACCEPTED
    assert all(source.verdict != Verdict.REVIEW for source in known[1:])


def test_the_same_rules_change_nothing(bjork: Artist, youtube: FakeService) -> None:
    found(bjork, youtube, PLAIN, "Björk - Hunter (Karaoke)", "Nobody - Song", "Björk Interview")
    before = list(VideoSource.select().dicts())

    made = rejudge.rejudge(bjork.id)

    assert made is not None
    assert made.songs == 0
    assert list(VideoSource.select().dicts()) == before


WORDS = ("Karaoke", "Live at Wembley", "Lyrics", "Cover", "Audio", "Remix", "Visualizer", "Loop")


@pytest.mark.parametrize("word", WORDS)
@pytest.mark.parametrize("was_wanted", [True, False])
def test_judging_again_comes_to_what_a_new_search_would(
    bjork: Artist, youtube: FakeService, word: str, was_wanted: bool
) -> None:
    upload = finders.upload(f"Björk - Army of Me ({word})")
    kind = titles.parse(upload.title, upload.channel, upload.duration).type.value
    before, after = (["official", kind], ["official"])[:: 1 if was_wanted else -1]
    artists.change(bjork.id, {"rules": {"types": before, "mode": "review"}})
    youtube.finds(upload)
    discovery.discover(bjork.id)

    ruled(bjork, types=after)
    [judged] = VideoSource.select().dicts()
    VideoSource.delete().execute()
    discovery.discover(bjork.id)
    [searched] = VideoSource.select().dicts()

    for column in ("verdict", "score", "reasons", "type"):
        assert judged[column] == searched[column], column


def test_an_artist_that_is_gone_has_no_rules(database: Config) -> None:
    assert rejudge.rejudge(999) is None


def test_new_lines_judge_what_waits_of_all_artists(
    bjork: Artist, youtube: FakeService, library: Path
) -> None:
    configure.change({"accept_score": 100})
    Job.delete().execute()
    found(bjork, youtube, PLAIN)
    other = factories.make_artist("Massive Attack")
    youtube.found.clear()
    found(other, youtube, "Massive Attack - Angel", channel="Massive Attack")
    assert set(verdicts().values()) == {Verdict.REVIEW}

    configure.change({"accept_score": 70})
    told: list[tuple[int, int | None]] = []
    said = rejudge.rejudge_all(lambda done, total, note: told.append((done, total)))

    assert [job.kind for job in Job.select().where(Job.kind.startswith("rejudge"))] == [
        "rejudge_all"
    ]
    assert set(verdicts().values()) == {Verdict.ACCEPTED}
    assert said == "2 songs seen differently now, 2 queued."
    assert told == [(0, 2), (1, 2)]
    assert youtube.asked == []


def test_lines_that_change_meanwhile_count_for_all(bjork: Artist, youtube: FakeService) -> None:
    configure.change({"accept_score": 100})
    found(bjork, youtube, PLAIN)
    passes: list[int] = []

    def change_once(done: int, total: int | None, note: str) -> None:
        passes.append(done)
        if len(passes) == 1:
            configure.change({"review_score": 99})

    rejudge.rejudge_all(change_once)

    assert passes == [0, 0]
    assert verdicts() == {PLAIN: Verdict.REFUSED}


def test_what_a_person_decided_stays_whatever_the_lines(
    bjork: Artist, youtube: FakeService
) -> None:
    configure.change({"accept_score": 100})
    found(bjork, youtube, PLAIN)
    [source] = VideoSource.select()
    sources.refuse(source.id, factories.make_user().id)

    configure.change({"accept_score": 50})
    rejudge.rejudge_all(lambda done, total, note: None)

    assert verdicts() == {PLAIN: Verdict.REFUSED}
