"""Whether uploads can still be had, as the real yt-dlp finds out on a loopback YouTube."""

from dataclasses import replace

import pytest

from mvidarr.core.http import Conf
from mvidarr.core.terms import Availability, Cause
from mvidarr.integrations.youtube import availability
from mvidarr.integrations.youtube.lists import YouTubeFailed
from tests.fakes import answers
from tests.fakes.answers import Answer, Fault
from tests.fakes.internet import FakeInternet
from tests.fakes.youtube import FakeYouTube

PLAYER = "/youtubei/v1/player"
TROUBLES = (
    "private",
    "removed",
    "geo_blocked",
    "members_only",
    "premium_only",
    "age_restricted",
    "not_yet",
)


def look(conf: Conf, *ids: str) -> dict[str, Availability]:
    told: dict[str, Availability] = {}
    availability.availabilities(conf, ids, told.__setitem__, pause=0)
    return told


def test_each_trouble_is_told_by_one_child_and_one_slot(
    fake_internet: FakeInternet, fake_youtube: FakeYouTube, conf: Conf
) -> None:
    slots: list[int] = []
    for trouble in TROUBLES:
        fake_youtube.add_video(f"{trouble:_<11.11}", title="Jóga", availability=trouble)
    fake_youtube.add_video("fine_______", title="Jóga")
    fake_youtube.add_video("live_______", title="Jóga", availability="live")
    ids = [*fake_youtube.videos, "nobodyknows", "../etc/passwd"]

    told = look(replace(conf, pace=lambda: slots.append(1)), *ids)

    assert told == {
        **{f"{trouble:_<11.11}": Availability(trouble) for trouble in TROUBLES},
        "fine_______": Availability.AVAILABLE,
        "live_______": Availability.AVAILABLE,
        "nobodyknows": Availability.REMOVED,
        "../etc/passwd": Availability.REMOVED,
    }
    assert slots == [1]


def test_looking_is_cheap(
    fake_internet: FakeInternet, fake_youtube: FakeYouTube, conf: Conf
) -> None:
    fake_youtube.add_video("Joga0000001", title="Jóga")

    assert look(conf, "Joga0000001")["Joga0000001"] is Availability.AVAILABLE
    assert {request.path for request in fake_internet.requests} == {PLAYER}
    assert len(fake_internet.requests) <= 2


def test_many_are_looked_at_in_several_goes(
    fake_youtube: FakeYouTube, conf: Conf, monkeypatch: pytest.MonkeyPatch
) -> None:
    slots: list[int] = []
    monkeypatch.setattr(availability, "AT_ONCE", 2)
    for number in range(5):
        fake_youtube.add_video(f"song{number:07}", title="Jóga")

    told = look(replace(conf, pace=lambda: slots.append(1)), *fake_youtube.videos)

    assert len(told) == 5
    assert len(slots) == 3


@pytest.mark.parametrize(
    ("wall", "cause"), [("bot_wall", Cause.BOT_WALL), ("throttled", Cause.THROTTLED)]
)
def test_wall_ends_the_look_and_what_was_told_holds(
    fake_internet: FakeInternet,
    fake_youtube: FakeYouTube,
    conf: Conf,
    wall: str,
    cause: Cause,
) -> None:
    fake_youtube.add_video("first000001", title="Jóga")
    fake_youtube.add_video("wall0000001", title="Jóga", availability=wall)
    fake_youtube.add_video("after000001", title="Jóga")
    told: dict[str, Availability] = {}

    with pytest.raises(YouTubeFailed) as caught:
        availability.availabilities(conf, list(fake_youtube.videos), told.__setitem__, pause=0)

    assert caught.value.cause is cause
    assert told == {"first000001": Availability.AVAILABLE}


FAULTS = [
    (answers.too_many(30), Cause.THROTTLED),
    (answers.forbidden_html(), Cause.BOT_WALL),
    (answers.server_error(), Cause.NETWORK),
]


@pytest.mark.parametrize(("answer", "cause"), FAULTS, ids=["429", "403", "500"])
def test_refused_question_says_nothing_of_the_upload(
    fake_internet: FakeInternet,
    fake_youtube: FakeYouTube,
    conf: Conf,
    answer: Answer,
    cause: Cause,
) -> None:
    fake_youtube.add_video("Joga0000001", title="Jóga")
    fake_internet.fault(Fault(path=PLAYER, answer=answer))

    with pytest.raises(YouTubeFailed) as caught:
        look(conf, "Joga0000001")

    assert caught.value.cause is cause
    assert str(caught.value).endswith(".")


def test_rubbish_about_an_upload_leaves_it_unknown(
    fake_internet: FakeInternet, fake_youtube: FakeYouTube, conf: Conf
) -> None:
    fake_youtube.add_video("first000001", title="Jóga")
    fake_youtube.add_video("Joga0000001", title="Jóga")
    strange = answers.json_of({"playabilityStatus": {"status": "ERROR", "reason": "Hm."}})
    fake_internet.fault(
        Fault(path=PLAYER, answer=strange, when=lambda r: r.json()["videoId"] == "first000001")
    )

    told = look(conf, "first000001", "Joga0000001")

    assert told["first000001"] in (Availability.UNKNOWN, Availability.REMOVED)
    assert told["Joga0000001"] is Availability.AVAILABLE


def test_what_the_listener_raises_ends_the_look(fake_youtube: FakeYouTube, conf: Conf) -> None:
    fake_youtube.add_video("Joga0000001", title="Jóga")

    def leave(source_id: str, answer: Availability) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        availability.availabilities(conf, ["Joga0000001"], leave, pause=0)


def test_nothing_to_look_at_asks_nothing(conf: Conf) -> None:
    slots: list[int] = []

    assert look(replace(conf, pace=lambda: slots.append(1))) == {}
    assert slots == []


def test_child_that_says_nothing_in_time_is_a_broken_line(
    fake_youtube: FakeYouTube, conf: Conf, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(availability, "TIMEOUT", 0.0)
    monkeypatch.setattr(availability, "EACH", 0.0)

    with pytest.raises(YouTubeFailed) as caught:
        look(conf, "Joga0000001")

    assert caught.value.cause is Cause.NETWORK
