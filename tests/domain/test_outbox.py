"""The outbox: what is told in which order, when again, and when nobody tries any more."""

import threading
from collections.abc import Iterator, Sequence
from typing import Any

import pytest

from mvidarr import activity, settings
from mvidarr.core import clock, db, errors
from mvidarr.core.config import Config
from mvidarr.core.crypto import Vault
from mvidarr.delivery import letters, outbox, servers, targets
from mvidarr.delivery.outbox import PAUSES
from mvidarr.delivery.targets import NewTarget, Who
from mvidarr.jobs import claim
from mvidarr.jobs.watch import Watch
from mvidarr.models import Delivery, Event, Outbox, Target
from mvidarr.settings import service_options
from tests.conftest import SetClock, until
from tests.factories import fresh, make_artist, make_user, make_video
from tests.fakes.answers import Answer, Fault, Request
from tests.fakes.receiver import Receiver, receiving
from tests.fakes.server import Server


class Teller:
    """Works the outbox off as the worker does, on this thread."""

    def __init__(self, config: Config) -> None:
        self.vault = Vault(config.secrets)
        self.who = Who(id=make_user().id, is_admin=True)
        self.stops = False

    def tells(self, receiver: Receiver, name: str = "Home", **more: Any) -> Target:
        new = NewTarget(kind="webhook", name=name, url=receiver.url, **more)
        row, receiver.secret = targets.create(new, self.who, self.vault)
        return row

    def once(self) -> Outbox | None:
        """One row, delivered or not; None when none is due."""
        row = outbox.claim_next("here.1")
        if row is not None:
            outbox.run(row, lambda: self.stops, self.vault)
            row = Outbox.get_or_none(Outbox.id == row.id)
        return row

    def all(self) -> int:
        done = 0
        while self.once() is not None:
            done += 1
        return done


@pytest.fixture
def teller(database: Config) -> Teller:
    return Teller(database)


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as made:
        yield made


def happen(title: str = "Björk", kind: str = "artist.added", **more: Any) -> Event:
    return activity.record(kind, title, **more)


def rows() -> list[Outbox]:
    return list(Outbox.select().order_by(Outbox.id))


def states() -> list[str]:
    return [row.state for row in rows()]


def test_an_event_is_told_signed_and_with_the_names_of_today(
    teller: Teller, receiver: Receiver
) -> None:
    teller.tells(receiver)
    video = make_video(make_artist("Björk"), "Jóga", year=1997)
    event = happen(
        "Jóga", "video.downloaded", artist_id=video.artist_id, video_id=video.id, size=53_000_000
    )

    assert teller.all() == 1

    [message] = receiver.messages
    assert message["id"] == event.id
    assert message["at"] == clock.iso(event.at)
    assert (message["kind"], message["level"], message["title"]) == (
        "video.downloaded",
        "good",
        "Jóga",
    )
    assert message["artist"] == {"id": video.artist_id, "name": "Björk"}
    assert message["video"] == {
        "id": video.id,
        "title": "Jóga",
        "version": "",
        "type": "official",
        "year": 1997,
    }
    assert message["text"] == "Björk – Jóga\n53 MB."
    assert message["data"] == {"size": 53_000_000}
    assert states() == ["done"]
    [made] = Delivery.select()
    assert (made.is_good, made.status, made.detail) == (
        True,
        204,
        "The receiver took it (status 204).",
    )


def test_a_message_that_is_tried_again_keeps_its_delivery_id(
    teller: Teller, receiver: Receiver, set_clock: SetClock
) -> None:
    teller.tells(receiver)
    receiver.answers = [Answer(status=500), Answer(status=503)]
    happen()
    happen("Tricky")

    for pause in (*PAUSES[:2], 0):
        teller.all()
        set_clock.forward(2 * pause)

    assert states() == ["done", "done"]
    assert len(set(receiver.deliveries[:3])) == 1
    assert len(set(receiver.deliveries)) == 2
    stamps = [request.headers["x-mvidarr-timestamp"] for request in receiver.requests]
    assert len(set(stamps[:3])) == 3


def test_pauses_grow_until_nobody_tries_any_more(
    teller: Teller, receiver: Receiver, set_clock: SetClock
) -> None:
    target = teller.tells(receiver)
    receiver.answers = [Answer(status=500)] * 20
    happen()

    for pause in PAUSES:
        row = teller.once()
        assert row is not None
        assert row.state == "queued"
        assert 0.8 * pause <= row.next_try_at - clock.now() <= 1.2 * pause
        assert teller.once() is None
        set_clock.forward(row.next_try_at - clock.now())
    last = teller.once()

    assert last is not None
    assert (last.state, last.attempts, last.active_key) == ("failed", len(PAUSES) + 1, None)
    assert len(receiver.requests) == len(PAUSES) + 1
    assert Delivery.select().count() == len(PAUSES) + 1
    [told] = Event.select().where(Event.kind == "target.failed")
    assert told.title == "Home: The receiver has a problem of its own (status 500)."
    assert told.data == {"target": str(target.id)}
    assert clock.now() - 1_790_000_000_000 < 25 * clock.HOUR


def test_a_pause_that_the_receiver_asks_for_is_kept(
    teller: Teller, receiver: Receiver, set_clock: SetClock
) -> None:
    teller.tells(receiver)
    receiver.answers = [Answer(status=429, headers={"Retry-After": "7"})]
    happen()

    row = teller.once()
    assert row is not None
    assert row.next_try_at - clock.now() == 7 * clock.SECOND
    set_clock.forward(7 * clock.SECOND)

    assert teller.all() == 1
    assert states() == ["done"]


@pytest.mark.parametrize("status", [400, 410])
def test_what_will_not_change_fails_at_once_and_the_next_message_goes_out(
    teller: Teller, receiver: Receiver, status: int
) -> None:
    teller.tells(receiver)
    receiver.answers = [Answer(status=status)]
    happen()
    happen("Tricky")

    teller.all()

    assert states() == ["failed", "done"]
    assert [row.attempts for row in rows()] == [1, 0]


def test_a_target_that_stays_broken_is_told_of_once(teller: Teller, receiver: Receiver) -> None:
    teller.tells(receiver)
    receiver.answers = [Answer(status=410)] * 2 + [Answer(status=204), Answer(status=410)]
    for name in ("a", "b", "c", "d"):
        happen(name)

    teller.all()

    assert states() == ["failed", "failed", "done", "failed"]
    assert Event.select().where(Event.kind == "target.failed").count() == 2


def test_order_is_kept_while_the_oldest_waits(
    teller: Teller, receiver: Receiver, set_clock: SetClock
) -> None:
    teller.tells(receiver)
    receiver.answers = [Answer(status=500)]
    for name in ("a", "b", "c"):
        happen(name)

    assert teller.all() == 1  # the second waits behind the first
    set_clock.forward(2 * PAUSES[0])
    teller.all()

    titles = [message["title"] for message in receiver.messages]
    assert titles == ["a", "a", "b", "c"]


def test_what_waited_behind_a_dead_receiver_is_given_up_with_it(
    teller: Teller, receiver: Receiver, set_clock: SetClock
) -> None:
    teller.tells(receiver)
    receiver.answers = [Answer(status=500)] * 8
    happen("a")
    happen("b")
    teller.once()
    for number, pause in enumerate(PAUSES, start=1):
        set_clock.forward(2 * pause)
        if number == len(PAUSES):
            happen("new")
        teller.once()

    assert states() == ["failed", "failed", "queued"]
    assert fresh(rows()[1]).last_error == outbox.GIVEN_UP
    teller.all()
    assert states() == ["failed", "failed", "done"]


def test_a_slow_receiver_holds_up_nobody_else(teller: Teller, database: Config) -> None:
    with receiving() as slow, receiving() as quick:
        slow.faults = [Fault(delay=60)]
        teller.tells(slow, "Slow")
        teller.tells(quick, "Quick")
        for name in ("a", "b", "c"):
            happen(name)
        held = outbox.claim_next("here.1")
        assert held is not None

        def deliver() -> None:
            outbox.run(held, lambda: False, teller.vault)

        thread = threading.Thread(target=deliver)
        thread.start()
        until(lambda: slow.requests)

        assert teller.all() == 3
        assert len(quick.requests) == 3
        assert len(slow.requests) == 1
        slow.close()
        thread.join(30)
    assert [row.state for row in rows() if row.target != held.target] == ["done"] * 3


def test_two_workers_take_no_row_twice(teller: Teller, receiver: Receiver) -> None:
    teller.tells(receiver)
    for number in range(6):
        happen(str(number))
    errors_met: list[BaseException] = []

    def work(name: str) -> None:
        try:
            with db.session():
                while any(row.state in ("queued", "running") for row in rows()):
                    row = outbox.claim_next(name)
                    if row is not None:
                        outbox.run(row, lambda: False, teller.vault)
        except BaseException as error:
            errors_met.append(error)

    threads = [threading.Thread(target=work, args=(f"w{n}.1",)) for n in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)

    assert errors_met == []
    assert [message["title"] for message in receiver.messages] == list("012345")
    assert len(set(receiver.deliveries)) == 6


def test_a_row_of_a_dead_worker_comes_back(teller: Teller, receiver: Receiver) -> None:
    teller.tells(receiver)
    happen()
    row = outbox.claim_next("gone.1")
    assert row is not None
    assert teller.once() is None

    assert claim.release_owner(Outbox, "gone").queued == (row.id,)

    assert teller.all() == 1
    assert fresh(row).state == "done"
    assert fresh(row).losses == 1


def test_a_program_that_stops_gives_the_row_back(teller: Teller, receiver: Receiver) -> None:
    teller.tells(receiver)
    receiver.answers = [Answer(status=500)]
    happen()
    teller.stops = True

    row = teller.once()

    assert row is not None
    assert (row.state, row.attempts, row.owner) == ("queued", 0, None)
    assert not Delivery.select().exists()


def test_a_row_that_somebody_else_has_is_left_alone(
    teller: Teller, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    teller.tells(receiver)
    happen()
    row = outbox.claim_next("here.1")
    assert row is not None
    Outbox.update(owner="other.1").execute()
    monkeypatch.setattr(Watch, "is_lost", property(lambda self: True))

    outbox.run(row, lambda: False, teller.vault)

    assert fresh(row).owner == "other.1"
    assert not Delivery.select().exists()


def test_what_is_not_ours_any_more_is_not_settled(teller: Teller, receiver: Receiver) -> None:
    teller.tells(receiver)
    happen()
    row = outbox.claim_next("here.1")
    assert row is not None
    batch = outbox.Batch(row=row, events=[Event.get_by_id(row.event_id)])

    for is_good in (True, False):
        outbox.settle(batch, "other.1", letters.Outcome(is_good=is_good, text="It went."))

    assert fresh(row).owner == row.owner
    assert not Delivery.select().exists()


def test_nothing_is_told_to_a_target_that_is_gone(teller: Teller, receiver: Receiver) -> None:
    target = teller.tells(receiver)
    happen()
    targets.delete(target.id, teller.who)
    assert rows() == []
    Outbox.create(event_id=Event.select().first().id, target=str(target.id), active_key="x")
    Outbox.create(event_id=99_999, target="1", active_key="y")
    Outbox.create(event_id=99_999, target="a server of long ago", active_key="z")

    teller.all()

    assert states() == ["cancelled"] * 3
    assert receiver.requests == []


def test_what_goes_wrong_in_the_program_is_tried_again_and_logged(
    teller: Teller,
    receiver: Receiver,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    teller.tells(receiver)
    happen()

    def broken(*_: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(letters, "send", broken)

    row = teller.once()

    assert row is not None
    assert (row.state, row.last_error) == ("queued", outbox.BROKEN)
    assert "delivery failed" in caplog.text


def test_an_address_that_cannot_be_read_fails_at_once(teller: Teller, receiver: Receiver) -> None:
    teller.tells(receiver)
    happen()
    teller.vault = Vault(("another secret",))

    row = teller.once()

    assert row is not None
    assert (row.state, row.last_error) == ("failed", targets.UNREADABLE)


def test_a_clock_that_went_back_delays_nothing(
    teller: Teller, receiver: Receiver, set_clock: SetClock
) -> None:
    teller.tells(receiver)
    happen()
    set_clock.forward(-3 * clock.DAY)

    assert teller.all() == 1
    assert states() == ["done"]


# people


def test_people_are_told_at_once_of_all_that_waits(teller: Teller) -> None:
    requests: list[Request] = []

    def take(request: Request) -> tuple[Answer, None]:
        requests.append(request)
        return Answer(status=200), None

    server = Server(take)
    url = server.url.replace("http", "json")
    new = NewTarget(kind="apprise", name="Phone", url=url, events=["artist.added", "disk.low"])
    targets.create(new, teller.who, teller.vault)
    happen("Björk")
    happen("Tricky")
    happen("Little is left.", "disk.low")

    assert teller.all() == 1
    happen("Portishead")
    assert teller.all() == 1
    server.close()

    first, second = (request.json() for request in requests)
    assert (first["title"], first["type"]) == ("3 news from MVidarr", "failure")
    assert first["message"].splitlines() == [
        "Artist added: Björk",
        "Artist added: Tricky",
        "Disk almost full: Little is left.",
    ]
    assert (second["title"], second["message"]) == ("Artist added", "Portishead")
    assert states() == ["done"] * 4
    assert {made.detail for made in Delivery.select()} == {"The service took it."}


def test_a_service_that_refuses_is_asked_again_for_all(teller: Teller, set_clock: SetClock) -> None:
    new = NewTarget(kind="apprise", name="Phone", url="json://127.0.0.1:1/")
    targets.create(new, teller.who, teller.vault)
    happen("Björk")
    happen("Tricky")

    assert teller.all() == 1

    assert states() == ["queued", "queued"]
    assert [row.attempts for row in rows()] == [1, 0]
    assert {made.detail for made in Delivery.select()} == {"JSON cannot be reached."}


# media servers


class Plex:
    """Stands in for what tells the media servers."""

    def __init__(self) -> None:
        self.told: list[Sequence[tuple[str, str]]] = []
        self.error: Exception | None = None

    def refresh(self, name: str, changes: Sequence[tuple[str, str]]) -> str:
        assert not db.database.in_transaction()
        self.told.append([(path, what) for path, what in changes])
        if self.error:
            raise self.error
        return "Plex was told."


@pytest.fixture
def plex(teller: Teller, monkeypatch: pytest.MonkeyPatch) -> Plex:
    made = Plex()
    monkeypatch.setattr(servers, "refresh", made.refresh)
    settings.change(
        {
            service_options.plex_url.key: "http://127.0.0.1:32400",
            service_options.plex_token.key: "token",
            service_options.plex_refresh.key: True,
        }
    )
    return made


def changed(*paths: str) -> None:
    activity.files_changed([(path, "created") for path in paths])


def test_a_media_server_hears_of_all_that_waits_at_once(
    teller: Teller, plex: Plex, set_clock: SetClock
) -> None:
    changed("a.mp4", "a.nfo")
    set_clock.forward(5 * clock.SECOND)
    changed("b.mp4")
    assert teller.all() == 0  # what changes together settles first
    set_clock.forward(6 * clock.SECOND)

    assert teller.all() == 1

    created = [(path, "created") for path in ("a.mp4", "a.nfo", "b.mp4")]
    assert plex.told == [created]
    assert states() == ["done", "done"]
    assert [made.detail for made in Delivery.select()] == ["Plex was told."] * 2


def test_a_media_server_that_is_away_hears_of_everything_later(
    teller: Teller, plex: Plex, set_clock: SetClock
) -> None:
    plex.error = errors.ServiceError("plex", "Plex refused the key.", permanent=True)
    changed("a.mp4")
    set_clock.forward(11 * clock.SECOND)
    teller.all()
    assert states() == ["queued"]
    changed("b.mp4")
    set_clock.forward(2 * PAUSES[0])
    plex.error = None

    teller.all()

    assert states() == ["done", "done"]
    assert [path for path, _ in plex.told[-1]] == ["a.mp4", "b.mp4"]


@pytest.mark.parametrize(("asked", "least"), [(5, 48), (600, 600)])
def test_a_media_server_that_starts_for_an_hour_is_not_given_up(
    teller: Teller, plex: Plex, set_clock: SetClock, asked: int, least: int
) -> None:
    """It says 503 and names seconds all the while; a longer pause is kept."""
    plex.error = errors.ServiceError("plex", "Plex is not available.", retry_after=asked)
    changed("a.mp4")
    set_clock.forward(11 * clock.SECOND)
    teller.once()
    assert rows()[0].next_try_at - clock.now() >= least * clock.SECOND
    for _ in range(60):
        set_clock.forward(clock.MINUTE)
        teller.once()
    assert states() == ["queued"]
    plex.error = None
    set_clock.forward(3 * clock.HOUR)

    teller.once()

    assert states() == ["done"]


def test_a_media_server_that_was_switched_off_is_not_told(
    teller: Teller, plex: Plex, set_clock: SetClock
) -> None:
    plex.error = errors.NotConfigured("Plex is not told of changed files.")
    changed("a.mp4")
    changed("b.mp4")
    set_clock.forward(11 * clock.SECOND)

    teller.all()

    assert states() == ["cancelled", "cancelled"]


def test_a_media_server_that_stays_away_is_told_of_by_its_title(
    teller: Teller, plex: Plex, set_clock: SetClock
) -> None:
    plex.error = errors.Unavailable("Plex rests.", retry_after=30)
    changed("a.mp4")
    set_clock.forward(11 * clock.SECOND)
    for pause in (*PAUSES, 0):
        teller.once()
        set_clock.forward(2 * pause)

    assert states() == ["failed"]
    [told] = Event.select().where(Event.kind == "target.failed")
    assert told.title == "Plex: Plex rests."
